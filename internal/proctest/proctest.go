//go:build unix

// Package proctest has a program that does not end, for tests of what ends it.
//
// It takes the name of a program and puts a script of that name first on the path.
// It must not know what runs the program.
package proctest

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Program is a program that runs until it is ended.
type Program struct{ started string }

// New puts a program of the name on the path until the test ends.
func New(t *testing.T, name string) *Program {
	t.Helper()
	dir := t.TempDir()
	p := &Program{filepath.Join(dir, "started")}
	script := "#!/bin/sh\necho $$ >" + p.started + ".new && mv " + p.started + ".new " + p.started + "\nexec sleep 1000\n"
	if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil { //nolint:gosec // it is run
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return p
}

// Wait returns when the program runs.
func (p *Program) Wait() {
	for p.number() == "" {
		time.Sleep(time.Millisecond)
	}
}

// number returns the number of the process, "" before it runs.
func (p *Program) number() string {
	text, _ := os.ReadFile(p.started) // not there yet
	return strings.TrimSpace(string(text))
}

// CheckGone reports an error if the program still runs.
func (p *Program) CheckGone(t *testing.T) {
	t.Helper()
	number, err := strconv.Atoi(p.number())
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(number, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("the program is still there: %v", err)
	}
}
