package source

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// MaxSettingsBytes bounds files that are not inputs: kgw.yaml, kgw.lock.yaml,
// requests, tokens, ignore files.
const MaxSettingsBytes = 16 << 20

// Why a file is not read.
var (
	ErrLeaves     = errors.New("the path, or a symbolic link in it, leads out of the work tree")
	ErrNotRegular = errors.New("it is not a regular file")
	ErrTooLarge   = errors.New("it is larger than the limit")
)

// Bounds limit where files may be read. The zero value allows the git work tree
// that a path is in or, outside of git, the named path (for a file its
// directory): no symbolic link leads out of it.
type Bounds struct {
	// Below is the directory that all files must be in; "" is as above.
	Below string
	// FollowLinks reads what is anywhere.
	FollowLinks bool
	// Unsaved are texts that are read in place of files, by the files' real paths:
	// those that an editor has open. See RealPath.
	Unsaved map[string][]byte
}

// IsFile reports whether a path is that of a file, which may be unsaved.
func (b Bounds) IsFile(path string) bool {
	if info, err := os.Stat(path); err == nil {
		return !info.IsDir()
	}
	return len(b.Unsaved) > 0 && b.Unsaved[RealPath(path)] != nil
}

// Settings are the bounds of a file of settings, which may be above Below.
func (b Bounds) Settings() Bounds {
	b.Below = ""
	return b
}

// ReadFile reads a regular file of at most so many bytes.
func (b Bounds) ReadFile(path string, limit int64) ([]byte, error) {
	return b.tree(path).read(path, limit, false)
}

// ReadNamed is ReadFile for a file that the user names, which may be a pipe.
func (b Bounds) ReadNamed(path string, limit int64) ([]byte, error) {
	return b.tree(path).read(path, limit, true)
}

// Top returns the directory, with every link resolved, that files come by from
// a path stay in: see Bounds.
func Top(path string) string { return Bounds{}.top(path) }

// tree is a directory that files stay in.
type tree struct {
	top     string            // with every link resolved; "" where they may be anywhere
	unsaved map[string][]byte // see Bounds
}

// tree returns the tree of a path.
func (b Bounds) tree(path string) tree {
	return tree{b.top(path), b.Unsaved}
}

// top returns the directory that what is read from a path on stays in, "" where
// it may be anywhere.
func (b Bounds) top(path string) string {
	abs, err := filepath.Abs(path)
	switch {
	case err != nil || b.FollowLinks || isDescriptor(abs):
		return ""
	case b.Below != "":
		return RealPath(b.Below)
	}
	if t, _ := workTree(abs); t.top != "" {
		return t.top
	}
	if info, err := os.Stat(abs); err == nil && info.IsDir() {
		return RealPath(abs)
	}
	return RealPath(filepath.Dir(abs))
}

// workTree returns the git work tree that a path is in, going down to it from
// the root as far as no link leaves the tree; link is the first link in it.
func workTree(abs string) (t tree, link string) {
	var names []string
	at := abs
	for filepath.Dir(at) != at {
		names, at = append(names, filepath.Base(at)), filepath.Dir(at)
	}
	for {
		if info, err := os.Lstat(at); err == nil && link == "" && t.top != "" && info.Mode()&fs.ModeSymlink != 0 {
			link = at
		}
		real := RealPath(at)
		if _, in := t.rel(real); !in {
			return t, link
		}
		if _, err := os.Lstat(filepath.Join(real, ".git")); err == nil {
			t.top = real
		}
		if len(names) == 0 {
			return t, link
		}
		at, names = filepath.Join(at, names[len(names)-1]), names[:len(names)-1]
	}
}

// isDescriptor reports whether a path names an open file of a process, as a
// shell does for <(...).
func isDescriptor(path string) bool {
	path = filepath.ToSlash(path)
	return path == "/dev/stdin" || strings.HasPrefix(path, "/dev/fd/") || strings.HasPrefix(path, "/proc/")
}

// Real returns a path with every link resolved; the error is ErrLeaves where
// that is not in the tree.
func (t tree) Real(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if t.top == "" && isDescriptor(abs) {
		return abs, nil // what it leads to may have no path
	}
	real, err := filepath.EvalSymlinks(abs)
	if errors.Is(err, fs.ErrNotExist) && len(t.unsaved) > 0 {
		if real = RealPath(abs); t.unsaved[real] != nil {
			err = nil
		}
	}
	if err != nil {
		if _, plain := os.Stat(abs); plain != nil {
			err = plain // it knows a loop
		}
		return "", err
	}
	if _, ok := t.rel(real); !ok {
		return "", ErrLeaves
	}
	return real, nil
}

// rel is a resolved path relative to the top, where it is in the tree.
func (t tree) rel(real string) (string, bool) {
	if t.top == "" {
		return real, true
	}
	rel, err := filepath.Rel(t.top, real)
	return rel, err == nil && filepath.IsLocal(rel)
}

// open opens a file whose path is resolved. Pipes are for those that the user
// names.
func (t tree) open(real string, pipes bool, dirs *openDirs) (*os.File, fs.FileInfo, error) {
	readable := func(info fs.FileInfo) error {
		mode := info.Mode()
		switch {
		case mode.IsDir():
			return errors.New("is a directory")
		case mode.IsRegular(), pipes && mode&fs.ModeNamedPipe != 0:
			return nil
		}
		return ErrNotRegular
	}
	info, err := os.Stat(real)
	if err == nil {
		err = readable(info)
	}
	if err != nil {
		return nil, nil, err
	}
	var f *os.File
	if rel, _ := t.rel(real); t.top != "" {
		f, err = dirs.open(t.top, rel)
	} else {
		f, err = os.Open(real)
	}
	if err != nil {
		return nil, nil, err
	}
	if info, err = f.Stat(); err == nil {
		err = readable(info)
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

func (t tree) read(path string, limit int64, pipes bool) ([]byte, error) {
	real, err := t.Real(path)
	if err != nil {
		return nil, err
	}
	if text, ok := t.unsaved[real]; ok {
		return ReadLimited(bytes.NewReader(text), int64(len(text)), limit)
	}
	f, info, err := t.open(real, pipes, nil)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadLimited(f, min(info.Size(), limit), limit)
}

// ReadLimited reads all there is, at most so many bytes, into room for the size
// that is expected. The error is ErrTooLarge where there is more.
func ReadLimited(r io.Reader, size, limit int64) ([]byte, error) {
	data, err := readAll(io.LimitReader(r, limit+1), int(size))
	if err == nil && int64(len(data)) > limit {
		err = ErrTooLarge
	}
	return data, err
}

// WithoutLinks returns an error for a path to be written that is a symbolic
// link, or is reached through one in its git work tree. What is not there yet
// is not a link.
func WithoutLinks(path string) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	_, link := workTree(abs)
	if info, err := os.Lstat(abs); link == "" && err == nil && info.Mode()&fs.ModeSymlink != 0 {
		link = abs
	}
	if link == "" {
		return nil
	}
	return &fs.PathError{Op: "write", Path: link, Err: errors.New("it is a symbolic link: kgw does not write through links")}
}

// Unread returns why a file could not be read.
func Unread(display string, err error) *Problem {
	p := &Problem{Kind: Unreadable, File: &File{Name: display}, Line: 1, Column: 1}
	p.Message = "cannot read the file: " + cause(err)
	switch {
	case errors.Is(err, ErrLeaves):
		p.Kind, p.Message = LeavesTree, ErrLeaves.Error()
		p.Help = "put the file into the repository, or allow such links with --follow-links"
	case errors.Is(err, ErrTooLarge):
		p.Kind, p.Message = DocumentTooLarge, "the file is larger than the limit"
	case isLoop(err):
		p.Kind, p.Message = SymlinkLoop, "the path is a loop of symbolic links"
	}
	return p
}
