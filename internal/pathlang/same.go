package pathlang

import "unicode/utf8"

// Same reports whether two paths, of whatever languages, have one syntax, so that
// they are the same set of paths. It builds no automaton; false says nothing.
func Same(a, b Path) bool {
	if (a.Lang == Regexp2) != (b.Lang == Regexp2) {
		return false // its host precedes it
	}
	if !utf8.ValidString(a.Text) || !utf8.ValidString(b.Text) {
		return false // the syntax has U+FFFD for bytes that are not a rune
	}
	x, err := SyntaxOf(a)
	if err != nil {
		return false
	}
	y, err := SyntaxOf(b)
	return err == nil && x.word.Same(y.word) && x.Root.Same(y.Root)
}
