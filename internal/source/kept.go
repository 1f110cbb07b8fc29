package source

import (
	"bytes"
	"io/fs"
	"os"
	"sync"
	"time"
)

// Kept remembers the files of a load, so that the next one with the same Loader
// reads only those that changed and returns the same *File for every other. The
// zero value remembers nothing yet. It may serve one load at a time.
type Kept struct {
	mu    sync.Mutex
	files map[string]kept // by real path
}

// kept is what became of one file.
type kept struct {
	input   input
	file    *File
	problem *Problem
	passed  bool
	text    []byte      // of an editor
	info    fs.FileInfo // of the file; nil where it may change and show the same
}

// racy is how old the last change of a file is at least when it is read, for its
// time and size to show the next one: file systems count in up to two seconds
// (https://learn.microsoft.com/windows/win32/sysinfo/file-times).
const racy = 3 * time.Second

// reader returns what reads and sifts a file of a loader, unless it is as it was.
func (k *Kept) reader(l *Loader) func(*input) (*File, *Problem, bool) {
	if k == nil {
		return func(in *input) (*File, *Problem, bool) {
			f, problem := l.readFile(in)
			return l.sift(in, f, problem)
		}
	}
	return func(in *input) (*File, *Problem, bool) { return k.read(l, in) }
}

func (k *Kept) read(l *Loader, in *input) (*File, *Problem, bool) {
	now := kept{input: *in, text: in.tree.unsaved[in.real]}
	if now.text == nil {
		now.info = lastState(in.real)
	}
	k.mu.Lock()
	before, known := k.files[in.real]
	k.mu.Unlock()
	if known && now.isUnchanged(&before) {
		return before.file, before.problem, before.passed
	}
	now.file, now.problem = l.readFile(in)
	now.file, now.problem, now.passed = l.sift(in, now.file, now.problem)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.files == nil {
		k.files = map[string]kept{}
	}
	k.files[in.real] = now
	return now.file, now.problem, now.passed
}

// lastState returns what the next change of a file shows in; nil where it may not
// show.
func lastState(real string) fs.FileInfo {
	info, err := os.Stat(real)
	if err != nil || time.Since(info.ModTime()) < racy {
		return nil
	}
	return info
}

// isUnchanged reports whether a file is what it was.
func (k *kept) isUnchanged(before *kept) bool {
	if k.input.name != before.input.name || k.input.named != before.input.named || k.input.tree.top != before.input.tree.top {
		return false
	}
	if k.text != nil || before.text != nil {
		return k.text != nil && before.text != nil && bytes.Equal(k.text, before.text)
	}
	return k.info != nil && before.info != nil && k.info.Size() == before.info.Size() && k.info.ModTime().Equal(before.info.ModTime()) && os.SameFile(k.info, before.info)
}
