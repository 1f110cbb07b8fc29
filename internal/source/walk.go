package source

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// walker collects the names of files below directories.
type walker struct {
	loader   *Loader
	files    []string
	seen     map[string]bool // real paths of files taken
	problems []Problem
}

// argument takes one path from the command line. A file that is named itself
// is taken whatever its name is and whatever the ignore files say.
func (w *walker) argument(name string) {
	info, err := os.Stat(w.loader.abs(name))
	switch {
	case err != nil && strings.ContainsAny(name, "*?[{"):
		w.pattern(name)
	case err != nil:
		w.problems = append(w.problems, *w.loader.unreadable(name, err))
	case info.IsDir():
		root := realPath(w.loader.abs(name))
		w.directory(name, newIgnores(root), []string{root})
	default:
		w.take(name)
	}
}

func (w *walker) pattern(pattern string) {
	found, err := w.loader.Expand(pattern)
	if err != nil || len(found) == 0 {
		p := w.loader.unreadable(pattern, fs.ErrNotExist)
		p.Message = "no file matches the pattern"
		w.problems = append(w.problems, *p)
		return
	}
	ignore := newIgnores(realPath(w.loader.abs(".")))
	for _, f := range found {
		if IsManifestName(f) && !ignore.excludesBelow(realPath(w.loader.abs(f))) {
			w.take(f)
		}
	}
}

func (w *walker) take(name string) {
	w.file(filepath.Clean(name), realPath(w.loader.abs(name)))
}

// file takes a file once, given its real path.
func (w *walker) file(name, real string) {
	if w.seen[real] || w.loader.Skip != nil && w.loader.Skip(real) {
		return
	}
	w.seen[real] = true
	w.files = append(w.files, name)
}

// directory walks one directory. chain holds the real paths from the root of
// the walk to it, so that a link back to one of them is known for a loop.
func (w *walker) directory(name string, ignore *ignores, chain []string) {
	entries, err := os.ReadDir(w.loader.abs(name))
	if err != nil {
		p := w.loader.unreadable(name, err)
		p.Message = "cannot read the directory: " + cause(err)
		w.problems = append(w.problems, *p)
	}
	ignore = ignore.enter(chain[len(chain)-1])
	for _, e := range entries {
		w.entry(filepath.Join(name, e.Name()), e, ignore, chain)
	}
}

func (w *walker) entry(name string, e fs.DirEntry, ignore *ignores, chain []string) {
	real := filepath.Join(chain[len(chain)-1], e.Name())
	isDir, mode := e.IsDir(), e.Type()
	if ignore.excludes(real, isDir) {
		return
	}
	if mode&fs.ModeSymlink != 0 {
		info, err := os.Stat(w.loader.abs(name))
		if err != nil {
			if IsManifestName(name) || isLoop(err) {
				w.problems = append(w.problems, *w.loader.unreadable(name, err))
			}
			return
		}
		isDir, mode, real = info.IsDir(), info.Mode().Type(), realPath(real)
	}
	switch {
	case isDir:
		w.subdirectory(name, real, ignore, chain)
	case mode.IsRegular() && IsManifestName(name):
		w.file(name, real)
	}
}

func (w *walker) subdirectory(name, real string, ignore *ignores, chain []string) {
	for _, above := range chain {
		if above == real {
			w.problems = append(w.problems, Problem{
				Kind: SymlinkLoop, File: &File{Name: w.loader.display(name)}, Line: 1, Column: 1,
				Message: "the symbolic link leads back to a directory above it", Help: "remove the link, or exclude it in .kgwignore",
			})
			return
		}
	}
	w.directory(name, ignore, append(chain[:len(chain):len(chain)], real))
}

// IsManifestName tells whether a file of a directory is read, by its name.
func IsManifestName(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}

func isLoop(err error) bool {
	return errors.Is(err, syscall.ELOOP)
}

// realPath returns the path with every link resolved, or the absolute path
// where that fails.
func realPath(name string) string {
	abs, err := filepath.Abs(name)
	if err != nil {
		return name
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		return real
	}
	return abs
}
