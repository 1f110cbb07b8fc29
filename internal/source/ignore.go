package source

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
)

// ignores are the patterns of .gitignore and .kgwignore from the top of the
// git work tree (or of the walk) down to a directory. Each directory adds its
// own; the later pattern wins, as gitignore(5) says.
type ignores struct {
	top      string // real path that patterns are relative to
	patterns []gitignore.Pattern
}

var ignoreFiles = [...]string{".gitignore", ".kgwignore"}

// newIgnores gathers the ignore files that stand above root, inside the git
// work tree that root is in. When they leave out root itself they do not hold:
// it was named.
func newIgnores(root string) *ignores {
	top := root
	for dir := root; ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			top = dir
			break
		}
		if filepath.Dir(dir) == dir {
			break
		}
	}
	ig := &ignores{top: top}
	rel, _ := filepath.Rel(top, root)
	dir := top
	for _, part := range split(rel) {
		ig = ig.enter(dir)
		dir = filepath.Join(dir, part)
		if ig.excludes(dir, true) {
			return &ignores{top: root}
		}
	}
	return ig
}

// enter returns the patterns that hold inside a directory, given its real
// path.
func (ig *ignores) enter(dir string) *ignores {
	var added []gitignore.Pattern
	for _, name := range ignoreFiles {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			continue
		}
		domain := ig.domain(dir)
		for s := bufio.NewScanner(bytes.NewReader(data)); s.Scan(); {
			if line := strings.TrimRight(s.Text(), "\r"); line != "" && !strings.HasPrefix(line, "#") {
				added = append(added, gitignore.ParsePattern(line, domain))
			}
		}
	}
	if added == nil {
		return ig
	}
	return &ignores{top: ig.top, patterns: append(ig.patterns[:len(ig.patterns):len(ig.patterns)], added...)}
}

func (ig *ignores) domain(dir string) []string {
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

// excludes tells whether the entry with this real path is left out.
func (ig *ignores) excludes(real string, isDir bool) bool {
	if isDir && filepath.Base(real) == ".git" {
		return true
	}
	if len(ig.patterns) == 0 {
		return false
	}
	parts := ig.domain(real)
	if len(parts) == 0 || parts[0] == ".." {
		return false
	}
	return gitignore.NewMatcher(ig.patterns).Match(parts, isDir)
}

// excludesBelow tells whether a file is left out, by itself or by a directory
// above it, reading the ignore files on the way.
func (ig *ignores) excludesBelow(real string) bool {
	parts := ig.domain(real)
	if len(parts) == 0 || parts[0] == ".." {
		return false
	}
	dir := ig.top
	for i, part := range parts {
		ig = ig.enter(dir)
		dir = filepath.Join(dir, part)
		if ig.excludes(dir, i < len(parts)-1) {
			return true
		}
	}
	return false
}
