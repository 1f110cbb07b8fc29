package rule

import (
	"regexp/syntax"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// classes are the classes that the shorthands mean in Istio's RE2
// (https://github.com/google/re2/wiki/Syntax); in Oathkeeper they mean the
// classes of Unicode.
var classes = map[byte]string{'d': "[0-9]", 'w': "[0-9A-Za-z_]", 's': `[\t\n\f\r ]`}

// readAlike writes the shorthands \d, \w and \s of an expression out as Istio
// reads them, outside of brackets. The differences between the engines that
// remain are returned too. The text stays where the change would have an effect
// in Istio, or where Oathkeeper would match more than before.
func readAlike(text string, purse *match.Purse) (alike string, left []string) {
	alike = writeOut(text)
	if alike == text || !sameToIstio(text, alike) {
		return text, pathlang.ReadDifferently(text)
	}
	before := match.Set{Path: pathlang.Path{Lang: pathlang.Regexp2, Text: text}, View: match.DecodedPath}
	after := match.Set{Path: pathlang.Path{Lang: pathlang.Regexp2, Text: alike}, View: match.DecodedPath}
	if rest := purse.Difference(match.Compile(after), match.Compile(before)); !rest.Empty || rest.Within != "" {
		return text, pathlang.ReadDifferently(text)
	}
	return alike, pathlang.ReadDifferently(alike)
}

// sameToIstio reports whether two expressions are one to Go's parser, and so to
// RE2.
func sameToIstio(a, b string) bool {
	x, err := syntax.Parse(a, syntax.Perl)
	if err != nil {
		return false
	}
	y, err := syntax.Parse(b, syntax.Perl)
	return err == nil && x.String() == y.String()
}

func writeOut(text string) string {
	var b strings.Builder
	brackets := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && i+1 < len(text):
			i++
			if class := classes[text[i]]; class != "" && !brackets {
				b.WriteString(class)
				continue
			}
			b.WriteByte(c)
			b.WriteByte(text[i])
			continue
		case c == '[' && !brackets:
			brackets = true
			if rest := strings.TrimPrefix(text[i+1:], "^"); strings.HasPrefix(rest, "]") {
				n := len(text[i+1:]) - len(rest) + 1
				b.WriteString(text[i : i+n])
				i += n
				c = text[i]
			}
		case c == ']':
			brackets = false
		}
		b.WriteByte(c)
	}
	return b.String()
}
