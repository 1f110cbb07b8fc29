package main

import (
	"os"
	"slices"
	"sync"
)

// temporary are the directories that a run makes for itself. They are removed when
// it ends, even if a signal ends it.
type temporary struct {
	mu   sync.Mutex
	dirs []string
	// over is set by removeAll, after which no directory is made.
	over bool
}

// make returns a new directory; pattern is that of os.MkdirTemp.
func (t *temporary) make(pattern string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		return "", os.ErrClosed
	}
	dir, err := os.MkdirTemp("", pattern)
	if err == nil {
		t.dirs = append(t.dirs, dir)
	}
	return dir, err
}

// remove removes a directory that make returned.
func (t *temporary) remove(dir string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_ = os.RemoveAll(dir)
	t.dirs = slices.DeleteFunc(t.dirs, func(d string) bool { return d == dir })
}

// removeAll removes every directory, and lets no new one be made.
func (t *temporary) removeAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
	for _, d := range t.dirs {
		_ = os.RemoveAll(d)
	}
	t.dirs = nil
}
