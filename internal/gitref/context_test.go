//go:build unix

package gitref

import (
	"context"
	"errors"
	"testing"

	"github.com/kgw-dev/kgw/internal/proctest"
)

// TestContextEndsGit holds that a git which does not end is ended with the context.
func TestContextEndsGit(t *testing.T) {
	git, dir := proctest.New(t, "git"), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, err := Open(ctx, dir, "HEAD")
		failed <- err
	}()
	git.Wait()
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	git.CheckGone(t)
}
