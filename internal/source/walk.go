package source

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// input is a file to be read.
type input struct {
	name  string // as it was come by
	real  string // with every link resolved
	tree  tree
	named bool // by the user, not come by
}

// walker collects files: those that are named, and those below directories.
type walker struct {
	loader   *Loader
	files    []input
	seen     map[string]bool // real paths of the files read
	entered  map[string]bool // real paths of directories that were walked
	later    []func()        // links to directories: what they lead to may be come by itself
	tree     tree            // of the argument
	matches  func(name string) bool
	problems []Problem
	charts   []Chart
	// kustomizations are files that make directories kustomizations.
	kustomizations []string
}

func newWalker(l *Loader) *walker { return &walker{loader: l, seen: map[string]bool{}} }

// readArgument reads one path of the command line. A file that is named itself is
// read whatever its name is, even if ignore files exclude it.
func (w *walker) readArgument(name string) {
	w.tree, w.matches = w.loader.Bounds.tree(w.loader.abs(name)), nil
	real, err := w.tree.Real(w.loader.abs(name))
	var info fs.FileInfo
	if err == nil {
		info, err = os.Stat(w.loader.abs(name))
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && w.tree.unsaved[real] != nil:
		w.addFile(input{name: filepath.Clean(name), real: real, tree: w.tree, named: true})
	case errors.Is(err, fs.ErrNotExist) && isPattern(name):
		w.addPattern(name)
	case err != nil:
		w.addProblem(w.loader.unreadable(name, err))
	case info.IsDir():
		w.walk(name, real)
	default:
		w.addFile(input{name: filepath.Clean(name), real: real, tree: w.tree, named: true})
	}
}

func (w *walker) addProblem(p *Problem) { w.problems = append(w.problems, *p) }

// addFile adds a file once.
func (w *walker) addFile(f input) {
	if w.seen[f.real] || w.loader.Skip != nil && w.loader.Skip(f.real) {
		return
	}
	w.seen[f.real] = true
	w.files = append(w.files, f)
}

// walk adds the files below a directory. Each directory is walked once, by its
// real path: under its own name if it has one below here, else under the name
// of the first link to it.
func (w *walker) walk(name, real string) {
	w.entered = map[string]bool{}
	w.walkDirectory(name, w.newIgnores(real), []string{real})
	for len(w.later) > 0 {
		next := w.later[0]
		w.later = w.later[1:]
		next()
	}
}

// ignoreFile reads a file of patterns; nil where there is none.
func (w *walker) ignoreFile(path string) []byte {
	data, err := w.tree.read(path, MaxSettingsBytes, false)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		w.addProblem(w.loader.unreadable(path, err))
	}
	return data
}

func (w *walker) tooManyPatterns(path string) {
	w.addProblem(&Problem{
		Kind: DocumentTooLarge, File: &File{Name: w.loader.display(path)}, Line: 1, Column: 1,
		Message: fmt.Sprintf("more than %d patterns hold for the directory", maxPatterns), Help: "leave out directories, not single files",
	})
}

// maxDepth bounds how deep directories are below the one that is named: the links
// of a path are resolved level by level.
const maxDepth = 100

// walkDirectory walks one directory. chain holds the real paths from the root of
// the walk to it, so that a link back to one of them is known for a loop.
func (w *walker) walkDirectory(name string, ignore *ignores, chain []string) {
	real := chain[len(chain)-1]
	if w.entered[real] {
		return
	}
	w.entered[real] = true
	if len(chain) > maxDepth {
		w.addProblem(&Problem{
			Kind: DocumentTooLarge, File: &File{Name: w.loader.display(name)}, Line: 1, Column: 1,
			Message: fmt.Sprintf("the directory is more than %d levels below the one that was named, and is not read", maxDepth),
			Help:    "exclude it in .kgwignore, or name a directory further down",
		})
		return
	}
	entries, err := os.ReadDir(real)
	if err != nil {
		p := w.loader.unreadable(name, err)
		p.Message = "cannot read the directory: " + cause(err)
		w.addProblem(p)
	}
	ignore = ignore.enter(real)
	chart := w.loader.Sieve != nil && isChart(entries)
	if chart {
		w.addChart(name, real)
	}
	for _, e := range entries {
		if chart && (e.Name() == "templates" || e.Name() == "charts") {
			continue
		}
		if slices.Contains(KustomizationNames, e.Name()) {
			w.kustomizations = append(w.kustomizations, w.loader.display(filepath.Join(name, e.Name())))
		}
		w.walkEntry(filepath.Join(name, e.Name()), e, ignore, chain)
	}
	w.addUnsaved(name, real, ignore)
}

// addUnsaved adds the texts of an editor whose files, and perhaps their
// directories, do not exist yet.
func (w *walker) addUnsaved(name, dir string, ignore *ignores) {
	for _, real := range slices.Sorted(maps.Keys(w.tree.unsaved)) {
		below, err := filepath.Rel(dir, real)
		if err != nil || !filepath.IsLocal(below) || w.seen[real] || !w.isWanted(real) || excludesUnsaved(ignore, dir, below) {
			continue
		}
		first, _, _ := strings.Cut(below, string(filepath.Separator))
		if _, err := os.Lstat(filepath.Join(dir, first)); errors.Is(err, fs.ErrNotExist) {
			w.addFile(input{name: filepath.Join(name, below), real: real, tree: w.tree})
		}
	}
}

// excludesUnsaved reports whether patterns exclude a file that is not there, or a
// directory that it would be in.
func excludesUnsaved(ignore *ignores, dir, below string) bool {
	for i := range len(below) {
		if below[i] == filepath.Separator && ignore.excludes(filepath.Join(dir, below[:i]), true) {
			return true
		}
	}
	return ignore.excludes(filepath.Join(dir, below), false)
}

func (w *walker) walkEntry(name string, e fs.DirEntry, ignore *ignores, chain []string) {
	real := filepath.Join(chain[len(chain)-1], e.Name())
	switch mode := e.Type(); {
	case ignore.excludes(real, e.IsDir()):
	case e.IsDir():
		w.walkDirectory(name, ignore, append(chain[:len(chain):len(chain)], real))
	case mode&fs.ModeSymlink != 0:
		w.followLink(name, real, ignore, chain)
	case mode.IsRegular() && w.isWanted(name):
		w.addFile(input{name: name, real: real, tree: w.tree})
	}
}

// followLink adds the target of a symbolic link.
func (w *walker) followLink(name, link string, ignore *ignores, chain []string) {
	real, err := w.tree.Real(link)
	var info fs.FileInfo
	if err == nil {
		info, err = os.Stat(real)
	}
	switch {
	case err != nil:
		// A link out of the tree is reported where it would be read.
		leaves := errors.Is(err, ErrLeaves) && leadsToDirectory(link)
		if w.isWanted(name) || isLoop(err) || leaves {
			w.addProblem(w.loader.unreadable(name, err))
		}
	case info.IsDir():
		for _, above := range chain {
			if above == real {
				w.addProblem(&Problem{
					Kind: SymlinkLoop, File: &File{Name: w.loader.display(name)}, Line: 1, Column: 1,
					Message: "the symbolic link leads back to a directory above it", Help: "remove the link, or exclude it in .kgwignore",
				})
				return
			}
		}
		chain = append(chain[:len(chain):len(chain)], real)
		w.later = append(w.later, func() { w.walkDirectory(name, ignore, chain) })
	case w.isWanted(name):
		w.addFile(input{name: name, real: real, tree: w.tree})
	}
}

// KustomizationNames are the names of the file that makes a directory a
// kustomization (https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/).
var KustomizationNames = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

func leadsToDirectory(link string) bool {
	info, err := os.Stat(link)
	return err == nil && info.IsDir()
}

// isWanted reports whether a file below a directory is read, by its name.
func (w *walker) isWanted(name string) bool {
	return IsManifestName(name) && (w.matches == nil || w.matches(name))
}

// IsManifestName reports whether a file of a directory is read, by its name.
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

// RealPath returns the path with every link resolved, for a file that does not
// exist yet the links of its directory; the absolute path where that fails.
func RealPath(name string) string {
	abs, err := filepath.Abs(name)
	if err != nil {
		return name
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		return real
	}
	if dir := filepath.Dir(abs); dir != abs {
		return filepath.Join(RealPath(dir), filepath.Base(abs))
	}
	return abs
}
