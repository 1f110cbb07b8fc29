package secret

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/source"
)

var (
	// keyStart is the key of an entry at the start of a line.
	keyStart = lazyregexp.New(`^(?:-\s+)*["']?[\w./-]+["']?\s*:(?:\s|$)`)
	// anyKey is a key anywhere on a line, with or without the blank that YAML
	// asks for behind the colon.
	anyKey     = lazyregexp.New(`([\w./-]+)["']?\s*[:=]`)
	secretKind = lazyregexp.New(`(?m)^\s*["']?kind["']?\s*:\s*["']?Secret\b`)
	secretHead = lazyregexp.New(`^\s*(?:---|["']?(?:apiVersion|kind|metadata|name|namespace|type)["']?\s*:)`)
)

// markMalformed marks secrets in a document that is not YAML, by whole lines:
// each line that names a secret or holds something in the form of one, and the
// lines after it that may belong to its value.
func (p *places) markMalformed(doc *source.Document) {
	isSecret := secretKind().Match(doc.Text())
	last := doc.Line() + strings.Count(string(doc.Text()), "\n")
	value := continuation{indent: -1}
	for n := doc.Line(); n <= last; n++ {
		line := doc.File.Line(n)
		named, rest := findName(line)
		switch {
		case isSecret && !secretHead().MatchString(line), named, len(findSpots(line)) > 0, value.mayBelong(line):
			p.mark(n, columns{1, toEnd})
			p.addWords(line, rest)
		}
		if named {
			value.begin(line, rest)
		}
	}
}

// addWords adds what may be quoted of a masked line.
func (p *places) addWords(line, rest string) {
	if _, value, ok := strings.Cut(line, ":"); rest == "" && ok {
		rest = value
	} else if rest == "" {
		rest = line
	}
	p.add(strings.Trim(strings.TrimSpace(rest), `"'`))
	for _, w := range strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune(" \t\"'{}[],", r) }) {
		if len(w) >= long {
			p.add(w)
		}
	}
}

// findName reports whether a line names a secret, and what is behind the first
// name.
func findName(line string) (named bool, rest string) {
	for _, m := range anyKey().FindAllStringSubmatchIndex(line, -1) {
		if Key(lastField(line[m[2]:m[3]])) {
			return true, line[m[1]:]
		}
	}
	return false, ""
}

// continuation reports whether a line may belong to the value of a secret.
type continuation struct {
	indent int  // columns in front of the key, -1 where there is no secret
	quote  byte // the quote that has not ended, or 0
}

// begin starts the value that is behind a key on a line.
func (c *continuation) begin(line, rest string) {
	c.indent = len(line) - len(strings.TrimLeft(line, " \t-"))
	c.quote = 0
	c.scan(strings.TrimLeft(rest, " \t[{"))
}

// scan follows quotes to the end of a line.
func (c *continuation) scan(text string) {
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case c.quote == '"' && b == '\\':
			i++
		case c.quote != 0 && b == c.quote:
			c.quote = 0
		case c.quote == 0 && (b == '"' || b == '\'') && (i == 0 || strings.IndexByte(" \t,[{:", text[i-1]) >= 0):
			c.quote = b
		}
	}
}

// mayBelong reports whether a line may belong to the value.
func (c *continuation) mayBelong(line string) bool {
	if c.indent < 0 {
		return false
	}
	trimmed := strings.TrimLeft(line, " \t")
	deeper := len(line)-len(trimmed) > c.indent
	if c.quote != 0 || trimmed == "" || deeper || !keyStart().MatchString(trimmed) {
		if c.quote != 0 {
			c.scan(line)
		}
		return true
	}
	c.indent = -1
	return false
}
