//go:build unix

package main

import (
	"context"
	"testing"

	"github.com/kgw-dev/kgw/internal/proctest"
)

// TestContextEndsPrograms holds that a program which does not end is ended with the context.
func TestContextEndsPrograms(t *testing.T) {
	helm, dir := proctest.New(t, "helm"), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, err := (&app{ctx: ctx, dir: dir}).runProgram(".", "helm", "template")
		failed <- err
	}()
	helm.Wait()
	cancel()
	if <-failed == nil {
		t.Error("no error is reported")
	}
	helm.CheckGone(t)
}
