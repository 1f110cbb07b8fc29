package source

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Limits of a pattern: how many texts its braces expand to, how deep they are
// nested, and how many times it has "**".
const (
	maxBraces      = 1000
	maxDoubleStars = 4
	maxNested      = 10
)

func isPattern(name string) bool { return strings.ContainsAny(name, "*?[{") }

// addPattern adds the files that a pattern with "*", "?", "[", "{" or "**" names,
// less what ignore files exclude.
func (w *walker) addPattern(pattern string) {
	if err := checkPattern(pattern); err != nil {
		w.addProblem(w.loader.unreadable(pattern, err))
		return
	}
	base, rest := doublestar.SplitPattern(filepath.ToSlash(filepath.Clean(pattern)))
	base = filepath.FromSlash(base)
	any := false
	w.tree = w.loader.Bounds.tree(w.loader.abs(base))
	w.matches = func(name string) bool {
		rel, err := filepath.Rel(base, name)
		if err != nil {
			return false
		}
		ok, err := doublestar.Match(rest, filepath.ToSlash(rel))
		any = any || ok
		return ok && err == nil
	}
	if real, err := w.tree.Real(w.loader.abs(base)); err == nil {
		w.walk(base, real)
	}
	if !any {
		p := w.loader.unreadable(pattern, fs.ErrNotExist)
		p.Message = "no file matches the pattern"
		w.addProblem(p)
	}
}

// checkPattern refuses patterns that are not well-formed, and patterns that
// would need too much time.
func checkPattern(pattern string) error {
	slashed := filepath.ToSlash(pattern)
	texts, groups := 1, []int(nil)
	for _, c := range slashed {
		switch n := len(groups); {
		case c == '{':
			groups = append(groups, 1)
		case c == ',' && n > 0:
			groups[n-1]++
		case c == '}' && n > 0:
			texts *= groups[n-1]
			groups = groups[:n-1]
		}
		if texts > maxBraces || len(groups) > maxNested {
			return fmt.Errorf("the braces of the pattern expand to more than %d texts", maxBraces)
		}
	}
	if strings.Count(slashed, "**") > maxDoubleStars {
		return fmt.Errorf("the pattern has %q more than %d times", "**", maxDoubleStars)
	}
	if !doublestar.ValidatePattern(slashed) {
		return doublestar.ErrBadPattern
	}
	return nil
}

// Matches reports whether a pattern names a file that is there.
func (l *Loader) Matches(pattern string) bool {
	w := newWalker(l)
	w.tree = l.Bounds.tree(l.abs(pattern))
	w.addPattern(pattern)
	return len(w.files) > 0
}
