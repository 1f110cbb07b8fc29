package pathlang

import (
	"strings"
	"unicode/utf8"
)

// operators are the characters that end the literal beginning of a path in one
// of the languages.
const operators = `.*+?()[]{}|\^$:`

// Beginning is text that every path of p starts with; it may be empty.
func (p Path) Beginning() string {
	if p.Lang == Exact || p.Lang == Prefix {
		return p.Text
	}
	i := strings.IndexAny(p.Text, operators)
	switch {
	case i < 0:
		return p.Text
	case strings.ContainsRune(p.Text, '|'):
		return ""
	case strings.IndexByte("*?{", p.Text[i]) >= 0 && !strings.HasPrefix(p.Text[i:], "{*"):
		_, last := utf8.DecodeLastRuneInString(p.Text[:i])
		return p.Text[:i-last]
	}
	return p.Text[:i]
}

// Literal reports whether p is one path, written without any operator.
func (p Path) Literal() bool {
	switch p.Lang {
	case Exact:
		return true
	case Prefix, Subtree:
		return false
	}
	return !strings.ContainsAny(p.Text, operators)
}

// Apart reports whether two paths have no path in common for certain, by their
// literal beginnings. It costs next to nothing; false says nothing.
func Apart(a, b Path) bool {
	x, y := a.Beginning(), b.Beginning()
	if a.Literal() && !strings.HasPrefix(x, y) || b.Literal() && !strings.HasPrefix(y, x) {
		return true
	}
	return !strings.HasPrefix(x, y) && !strings.HasPrefix(y, x)
}
