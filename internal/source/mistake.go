package source

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
)

// mistake is a usual mistake in YAML: where it is and how to mend it.
type mistake struct {
	line, column  int
	message, help string
}

var (
	forbiddenStart = lazyregexp.New(`^(\s*(?:- +)*(?:[\w./-]+: +|- +))([*@%\x60&!|>][^\s,]*|\{\*+\}[^\s]*)`)
	starInList     = lazyregexp.New(`[\[,] *([*@%\x60][^\s,\]]*)`)
	noSpace        = lazyregexp.New(`^(\s*(?:- +)*)([A-Za-z][\w-]*):([^\s/:].*)$`)
	twoColons      = lazyregexp.New(`^(\s*(?:- +)*[\w./-]+: +)([^\s"'{\[#|>].*: .*)$`)
	noDashSpace    = lazyregexp.New(`^(\s*(?:- +)*)-([A-Za-z_"'][\w."'-]*)(: |:$)`)
	conflict       = lazyregexp.New(`^(<{7}|={7}|>{7})( |$)`)
	noBreakSpace   = lazyregexp.New(`^(\s*(?:- +)*[A-Za-z][\w-]*:)(\x{00A0}+|\x{202F}+)`)
	wordDash       = lazyregexp.New(`^(\s*)([\x{2010}-\x{2015}\x{2212}]) `)
)

// findMistake looks for a usual mistake behind an error of the YAML library at a
// line of the file. It returns nil where none is found.
func (d *Document) findMistake(message string, line, last int) *mistake {
	for n := d.line; n <= last; n++ {
		if at := strings.Index(d.File.Line(n), "{{"); at >= 0 {
			return &mistake{n, columnOf(d.File.Line(n), at), "this is a template and not YAML", TemplateHelp}
		}
	}
	for n := d.line; n <= last; n++ {
		if conflict().MatchString(d.File.Line(n)) {
			return &mistake{n, 1, "this is a mark of a merge conflict", "settle the conflict: keep one of the two sides, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>"}
		}
	}
	if m := d.findUnknownAnchor(message, last); m != nil {
		return m
	}
	for _, n := range []int{line, line - 1, line + 1} {
		if n < d.line || n > last {
			continue
		}
		if m := findLineMistake(d.File.Line(n), message); m != nil {
			m.line = n
			return m
		}
	}
	switch {
	case strings.Contains(message, "',' or ']'"), strings.Contains(message, "',' or '}'"):
		return d.findUnclosed(line, last)
	case strings.Contains(message, "expected key"), strings.Contains(message, "block mapping"), strings.Contains(message, "'-' indicator"):
		return d.findMisindented(last)
	}
	return nil
}

var anchorName = lazyregexp.New(`unknown anchor '([^']+)'`)

// findUnknownAnchor finds the alias of an anchor that is not there.
func (d *Document) findUnknownAnchor(message string, last int) *mistake {
	m := anchorName().FindStringSubmatch(message)
	if m == nil {
		return nil
	}
	for n := d.line; n <= last; n++ {
		if at := strings.Index(d.File.Line(n), "*"+m[1]); at >= 0 {
			return &mistake{
				n, columnOf(d.File.Line(n), at), fmt.Sprintf("nothing in the document has the anchor &%s", m[1]),
				fmt.Sprintf("anchors hold in their own document only: write &%s before the value that is meant, or text that begins with \"*\" in quotes", m[1]),
			}
		}
	}
	return nil
}

// columnOf is the column, in characters from 1, of the byte at an offset.
func columnOf(text string, offset int) int { return utf8.RuneCountInString(text[:offset]) + 1 }

// findLineMistake looks for a mistake that one line shows.
func findLineMistake(text, message string) *mistake {
	at := func(offset int, message, help string) *mistake {
		return &mistake{column: columnOf(text, offset), message: message, help: help}
	}
	if m := wordDash().FindStringSubmatchIndex(text); m != nil {
		return at(m[4], fmt.Sprintf("%q is not the dash that begins an element of a list", text[m[4]:m[5]]), `write "-", the minus sign of the keyboard`)
	}
	if m := forbiddenStart().FindStringSubmatchIndex(text); m != nil && !isBlockScalar(text[m[4]:m[5]]) {
		value := text[m[4]:m[5]]
		return at(m[4], fmt.Sprintf("a value cannot begin with %q", firstRune(value)), fmt.Sprintf("write it in quotes: %q", value))
	}
	if strings.Contains(message, "alphabetic or numeric") || strings.Contains(message, "cannot start any token") {
		if m := starInList().FindStringSubmatchIndex(text); m != nil {
			value := text[m[2]:m[3]]
			return at(m[2], fmt.Sprintf("a value cannot begin with %q", firstRune(value)), fmt.Sprintf("write it in quotes: %q", value))
		}
	}
	if m := noDashSpace().FindStringSubmatchIndex(text); m != nil {
		return at(m[3], "there is no space after the dash", fmt.Sprintf("write - %s", strings.TrimSpace(text[m[4]:])))
	}
	if m := noBreakSpace().FindStringSubmatchIndex(text); m != nil {
		return at(m[4], "the space after the colon is a no-break space, which is part of a text in YAML", fmt.Sprintf("write %s %s, with a plain space", strings.TrimSpace(text[:m[3]]), strings.TrimSpace(text[m[5]:])))
	}
	if m := noSpace().FindStringSubmatchIndex(text); m != nil && !strings.Contains(message, "end of stream") {
		return at(m[5], "there is no space after the colon", fmt.Sprintf("write %s: %s", text[m[4]:m[5]], text[m[6]:m[7]]))
	}
	if m := twoColons().FindStringSubmatchIndex(text); m != nil && strings.Contains(message, "mapping values") {
		return at(m[4], "a value has a colon with a space after it, which makes it a key", fmt.Sprintf("write it in quotes: %q", text[m[4]:m[5]]))
	}
	if strings.Contains(message, "end of stream") || strings.Contains(message, "quoted scalar") {
		if offset := openQuote(text); offset >= 0 {
			return at(offset, "the quotation mark is not closed", fmt.Sprintf("write %c at the end of the value too", text[offset]))
		}
	}
	return nil
}

// isBlockScalar reports whether a value is the head of a block: "|", ">-",
// "!tag", "&anchor" are right where they are.
func isBlockScalar(value string) bool {
	return strings.ContainsAny(value[:1], "|>!&") || value[0] == '*' && len(value) > 1 && isWord(value[1])
}

func isWord(b byte) bool {
	return b == '_' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}

func firstRune(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return s[:size]
}

// openQuote returns the offset of a quotation mark that begins a value and is
// not closed on its line, or -1.
func openQuote(text string) int {
	for i := 0; i < len(text); i++ {
		q := text[i]
		if q != '"' && q != '\'' || i > 0 && !strings.ContainsRune(" [{,:", rune(text[i-1])) {
			continue
		}
		end := strings.IndexByte(text[i+1:], q)
		if end < 0 {
			return i
		}
		i += end + 1
	}
	return -1
}

// findUnclosed finds the first bracket from a line on that its line does not
// close.
func (d *Document) findUnclosed(line, last int) *mistake {
	for n := line; n <= min(last, line+20); n++ {
		text := d.File.Line(n)
		for _, pair := range []string{"[]", "{}"} {
			if strings.Count(text, pair[:1]) > strings.Count(text, pair[1:]) {
				offset := strings.LastIndex(text, pair[:1])
				return &mistake{n, columnOf(text, offset), fmt.Sprintf("%q is not closed", pair[:1]), fmt.Sprintf("write %q at its end", pair[1:])}
			}
		}
	}
	return nil
}

// findMisindented finds the first line whose indentation is that of no line above
// it which it could continue.
func (d *Document) findMisindented(last int) *mistake {
	var open []int // indentations, outermost first
	before := 0
	for n := d.line; n <= last; n++ {
		text := d.File.Line(n)
		content := strings.TrimLeft(text, " ")
		if content == "" || content[0] == '#' || strings.HasPrefix(content, "---") {
			continue
		}
		indent := len(text) - len(content)
		for len(open) > 0 && open[len(open)-1] > indent {
			open = open[:len(open)-1]
		}
		switch {
		case len(open) > 0 && open[len(open)-1] == indent, before == 0, mayBeDeeper(d.File.Line(before), indent):
		default:
			return &mistake{
				n, indent + 1, fmt.Sprintf("the indentation of this line, %d, is that of no line above that it could belong to", indent),
				"indent it like the lines that it belongs to",
			}
		}
		if len(open) == 0 || open[len(open)-1] < indent {
			open = append(open, indent)
		}
		for strings.HasPrefix(content, "- ") { // the element's own level
			rest := strings.TrimLeft(content[1:], " ")
			indent += len(content) - len(rest)
			content = rest
			open = append(open, indent)
		}
		before = n
	}
	return nil
}

// mayBeDeeper reports whether a line may be followed by one of larger
// indentation.
func mayBeDeeper(text string, indent int) bool {
	content := strings.TrimLeft(text, " ")
	return indent > len(text)-len(content) && !endsItsValue(content)
}

// endsItsValue reports whether a line ends its value itself.
func endsItsValue(content string) bool {
	key, value, ok := strings.Cut(content, ": ")
	value = strings.TrimSpace(value)
	return ok && !strings.Contains(key, " ") && value != "" && !strings.ContainsAny(value[:1], "|>&!#\"'[{")
}
