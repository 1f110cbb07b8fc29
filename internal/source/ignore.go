package source

import (
	"bytes"
	"cmp"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
)

// ignores are the patterns of .gitignore and .kgwignore from the top of the
// git work tree (or of the walk) down to a directory. Each directory adds its
// own; the later pattern wins, as gitignore(5) says.
type ignores struct {
	top      string // real path that patterns are relative to
	read     func(path string) []byte
	tooMany  func(path string)
	patterns []gitignore.Pattern
}

// maxPatterns bounds the patterns that hold for one directory: every name below
// it is held against all of them.
const maxPatterns = 2000

var ignoreFiles = [...]string{".gitignore", ".kgwignore"}

// newIgnores gathers the ignore files that are above root, inside the git work
// tree that root is in. When they leave out root itself they do not hold: it
// was named.
func (w *walker) newIgnores(root string) *ignores {
	t, _ := workTree(root)
	top := cmp.Or(t.top, root)
	ig := &ignores{top: top, read: w.ignoreFile, tooMany: w.tooManyPatterns}
	rel, _ := filepath.Rel(top, root)
	dir := top
	for _, part := range split(rel) {
		ig = ig.enter(dir)
		dir = filepath.Join(dir, part)
		if ig.excludes(dir, true) {
			return &ignores{top: root, read: w.ignoreFile, tooMany: w.tooManyPatterns}
		}
	}
	return ig
}

// enter returns the patterns that hold inside a directory, given its real
// path.
func (ig *ignores) enter(dir string) *ignores {
	var added []gitignore.Pattern
	for _, name := range ignoreFiles {
		domain := ig.pathOf(dir)
		for line := range bytes.Lines(ig.read(filepath.Join(dir, name))) {
			text := strings.TrimRight(string(line), "\r\n")
			if text == "" || text[0] == '#' {
				continue
			}
			if len(ig.patterns)+len(added) == maxPatterns {
				ig.tooMany(filepath.Join(dir, name))
				break
			}
			added = append(added, gitignore.ParsePattern(text, domain))
		}
	}
	if added == nil {
		return ig
	}
	below := *ig
	below.patterns = append(ig.patterns[:len(ig.patterns):len(ig.patterns)], added...)
	return &below
}

func (ig *ignores) pathOf(dir string) []string {
	rel, err := filepath.Rel(ig.top, dir)
	if err != nil {
		return nil
	}
	return split(rel)
}

func split(rel string) []string {
	if rel == "." || rel == "" {
		return nil
	}
	return strings.Split(filepath.ToSlash(rel), "/")
}

// excludes reports whether the entry with this real path is left out.
func (ig *ignores) excludes(real string, isDir bool) bool {
	if isDir && filepath.Base(real) == ".git" {
		return true
	}
	if len(ig.patterns) == 0 {
		return false
	}
	parts := ig.pathOf(real)
	if len(parts) == 0 || parts[0] == ".." {
		return false
	}
	return gitignore.NewMatcher(ig.patterns).Match(parts, isDir)
}
