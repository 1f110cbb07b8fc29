package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/kgw-dev/kgw/internal/report"
)

// settle is the time without changes after which files are read again, since
// editors write a file in several steps.
const settle = 100 * time.Millisecond

// watcher runs a command again whenever a file changes that it may read.
type watcher struct {
	app     *app
	changes *fsnotify.Watcher
	watched map[string]bool
	// roots are the files and directories that are watched, with all below.
	roots []string
}

// watch runs the command now, and again after each change below the paths, until
// the context of the run ends. It reports the error of one run and goes on, since
// the next change may mend it.
func (a *app) watch(paths []string, run func() error) error {
	changes, err := fsnotify.NewWatcher()
	if err != nil {
		return &exitError{exitInput, fmt.Errorf("files cannot be watched: %w", err)}
	}
	defer changes.Close()
	w := &watcher{app: a, changes: changes, watched: map[string]bool{}}
	for _, p := range paths {
		w.roots = append(w.roots, a.abs(p))
	}
	for {
		if err := w.add(); err != nil {
			return err
		}
		a.code, a.secrets = exitClean, a.secrets.Next()
		if err := run(); err != nil {
			a.say("%s", err.Error())
		}
		if out, ok := a.stdout.(*checked); ok && out.err != nil {
			return nil // nobody reads the output
		}
		changed, err := w.wait()
		if err != nil || len(changed) == 0 {
			return err
		}
		a.say("%s changed", report.Visible(strings.Join(changed, ", ")))
	}
}

// add watches every directory below the roots that is not watched yet, and the
// directories of configurations above them.
func (w *watcher) add() error {
	for _, root := range w.roots {
		for dir := filepath.Dir(root); ; dir = filepath.Dir(dir) {
			w.addDir(dir)
			if dir == filepath.Dir(dir) || w.isTop(dir) {
				break
			}
		}
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return nil //nolint:nilerr // the run reports what cannot be read
			case !d.IsDir():
				return nil
			case path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules"):
				return filepath.SkipDir
			}
			return w.addDir(path)
		})
		if err != nil {
			return &exitError{exitInput, fmt.Errorf("files cannot be watched: %w", err)}
		}
	}
	return nil
}

// isTop reports whether a directory is the top of a work tree.
func (w *watcher) isTop(dir string) bool {
	_, err := filepath.EvalSymlinks(filepath.Join(dir, ".git"))
	return err == nil || dir == w.app.dir
}

func (w *watcher) addDir(dir string) error {
	if w.watched[dir] {
		return nil
	}
	err := w.changes.Add(dir)
	if err == nil {
		w.watched[dir] = true
	}
	return err
}

// wait returns the files that changed, after nothing has changed for a while;
// none when the run ends.
func (w *watcher) wait() ([]string, error) {
	changed := map[string]bool{}
	var quiet <-chan time.Time
	for {
		select {
		case <-w.app.context().Done():
			return nil, nil
		case err := <-w.changes.Errors:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return nil, &exitError{exitInput, fmt.Errorf("files cannot be watched: %w", err)}
			}
			changed["many files"], quiet = true, time.After(settle)
		case e := <-w.changes.Events:
			if e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename) {
				delete(w.watched, e.Name)
			}
			if e.Op != fsnotify.Chmod && w.mayMatter(e.Name) {
				changed[w.app.display(e.Name)], quiet = true, time.After(settle)
			}
		case <-quiet:
			return slices.Sorted(maps.Keys(changed)), nil
		}
	}
}

// mayMatter reports whether a file may affect the findings: it is below a root, or
// is a file of kgw above it.
func (w *watcher) mayMatter(name string) bool {
	base := filepath.Base(name)
	if strings.HasPrefix(base, "kgw.") || base == ".kgwignore" || base == ".gitignore" {
		return true
	}
	if strings.HasPrefix(base, ".") || strings.HasSuffix(base, "~") {
		return false
	}
	return slices.ContainsFunc(w.roots, func(root string) bool {
		return name == root || strings.HasPrefix(name, root+string(filepath.Separator))
	})
}
