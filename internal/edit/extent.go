package edit

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// start is the offset of a node, of its anchor or tag if it has one.
func (r *rewriter) start(n *yaml.Node) int {
	if n.Line < 1 || n.Line > len(r.lines)+1 {
		panic(errLost)
	}
	if n.Line == len(r.lines)+1 {
		return len(r.text)
	}
	at := r.lines[n.Line-1]
	for c := n.Column; c > 1 && at < len(r.text); c-- {
		_, w := utf8.DecodeRune(r.text[at:])
		at += w
	}
	return at
}

// content is the offset of a node behind its anchor and tag.
func (r *rewriter) content(n *yaml.Node) int {
	at := r.start(n)
	if n.Anchor == "" && n.Style&yaml.TaggedStyle == 0 {
		return at
	}
	for at < len(r.text) {
		at = r.skipBlank(at)
		if at == len(r.text) || r.text[at] != '&' && r.text[at] != '!' {
			break
		}
		for at < len(r.text) && bytes.IndexByte([]byte(" \t\r\n"), r.text[at]) < 0 {
			at++
		}
	}
	return at
}

// skipBlank goes over blanks, line breaks and comments.
func (r *rewriter) skipBlank(at int) int {
	for at < len(r.text) {
		switch r.text[at] {
		case ' ', '\t', '\r', '\n':
			at++
		case '#':
			for at < len(r.text) && r.text[at] != '\n' && r.text[at] != '\r' {
				at++
			}
		default:
			return at
		}
	}
	return at
}

// end is the offset behind a node. column is that of the key or dash in front
// of it.
func (r *rewriter) end(n *yaml.Node, column int) int {
	at := r.content(n)
	switch {
	case n.Kind == yaml.AliasNode:
		return r.expect(at, "*"+n.Value)
	case n.Kind == yaml.ScalarNode:
		return r.scalarEnd(n, at, column)
	case n.Style&yaml.FlowStyle != 0 || len(n.Content) == 0:
		return r.flowEnd(at)
	}
	last := n.Content[len(n.Content)-1]
	if n.Kind == yaml.MappingNode {
		return max(r.end(last, r.column(r.start(n.Content[len(n.Content)-2]))), r.keyEnd(n.Content[len(n.Content)-2]))
	}
	end := r.end(last, r.column(at))
	if last.Kind == yaml.ScalarNode && last.Value == "" && last.Style == 0 && end < len(r.text) && r.text[end] == '-' {
		return end + 1
	}
	return end
}

func (r *rewriter) expect(at int, text string) int {
	if !bytes.HasPrefix(r.text[at:], []byte(text)) {
		panic(errLost)
	}
	return at + len(text)
}

func (r *rewriter) scalarEnd(n *yaml.Node, at, column int) int {
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0, n.Style&yaml.SingleQuotedStyle != 0:
		return r.quotedEnd(at)
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return r.blockEnd(at, column)
	}
	return r.plainEnd(at, n.Value)
}

func (r *rewriter) quotedEnd(at int) int {
	if at >= len(r.text) || r.text[at] != '"' && r.text[at] != '\'' {
		panic(errLost)
	}
	quote := r.text[at]
	for i := at + 1; i < len(r.text); i++ {
		switch {
		case r.text[i] == '\\' && quote == '"':
			i++
		case r.text[i] == quote && quote == '\'' && i+1 < len(r.text) && r.text[i+1] == quote:
			i++
		case r.text[i] == quote:
			return i + 1
		}
	}
	panic(errLost)
}

// blockEnd is the end of a text of lines: of the last line that is indented
// deeper than the key and is not blank.
func (r *rewriter) blockEnd(at, column int) int {
	end := lineEnd(r.text, at)
	for next := nextLine(r.text, at); next < len(r.text); next = nextLine(r.text, next) {
		stop := lineEnd(r.text, next)
		if len(bytes.TrimSpace(r.text[next:stop])) == 0 {
			continue
		}
		if depth(r.text, next) <= column {
			break
		}
		end = stop
	}
	return end
}

// lineEnd is the offset of the break of the line that holds an offset.
func lineEnd(data []byte, at int) int {
	next := nextLine(data, at)
	return next - len(lineBreak(data[at:next], next-at))
}

// plainEnd follows a plain scalar, whose blanks and breaks the parser has
// folded.
func (r *rewriter) plainEnd(at int, value string) int {
	for _, word := range strings.Fields(value) {
		at = r.skipSpace(at)
		at = r.expect(at, word)
	}
	return at
}

func (r *rewriter) skipSpace(at int) int {
	for at < len(r.text) && bytes.IndexByte([]byte(" \t\r\n"), r.text[at]) >= 0 {
		at++
	}
	return at
}

// flowEnd is the end of what is in brackets.
func (r *rewriter) flowEnd(at int) int {
	if at >= len(r.text) || r.text[at] != '[' && r.text[at] != '{' {
		panic(errLost)
	}
	open := 0
	for at < len(r.text) {
		switch c := r.text[at]; {
		case c == '[' || c == '{':
			open++
		case c == ']' || c == '}':
			if open--; open == 0 {
				return at + 1
			}
		case (c == '"' || c == '\'') && r.startsToken(at):
			at = r.quotedEnd(at)
			continue
		case c == '#' && bytes.IndexByte([]byte(" \t\r\n"), r.text[at-1]) >= 0:
			at = lineEnd(r.text, at)
			continue
		}
		at++
	}
	panic(errLost)
}

// startsToken reports whether a quote in brackets opens a text, and is not part
// of a plain one.
func (r *rewriter) startsToken(at int) bool {
	before := bytes.TrimRight(r.text[:at], " \t\r\n")
	return len(before) == 0 || len(before) < at || bytes.IndexByte([]byte("[{,:"), before[len(before)-1]) >= 0
}

// keyEnd is the offset behind the colon of a key.
func (r *rewriter) keyEnd(k *yaml.Node) int {
	at := r.end(k, 0)
	for at < len(r.text) && (r.text[at] == ' ' || r.text[at] == '\t') {
		at++
	}
	return r.expect(at, ":")
}

// column is the 0-based column of an offset, in bytes: indentation is spaces.
func (r *rewriter) column(at int) int { return at - lineStart(r.text, at) }

// isFirstOnLine reports whether nothing but spaces is in front of an offset on
// its line.
func (r *rewriter) isFirstOnLine(at int) bool {
	return len(bytes.TrimLeft(r.text[lineStart(r.text, at):at], " ")) == 0
}

// comments lists the comments that are within a range in which these nodes
// are.
func (r *rewriter) comments(start, end int, nodes ...*yaml.Node) []string {
	if bytes.IndexByte(r.text[start:end], '#') < 0 {
		return nil
	}
	covered := map[int]int{}
	for _, n := range nodes {
		r.noteScalars(n, covered, 0)
	}
	var out []string
	for at := start; at < end; at++ {
		if stop, ok := covered[at]; ok && stop > at {
			at = stop - 1
			continue
		}
		if r.text[at] == '#' && (at == 0 || bytes.IndexByte([]byte(" \t\r\n"), r.text[at-1]) >= 0) {
			stop := lineEnd(r.text, at)
			out = append(out, string(r.text[at:stop]))
			at = stop
		}
	}
	return out
}

// noteScalars notes where scalars begin and end.
func (r *rewriter) noteScalars(n *yaml.Node, covered map[int]int, column int) {
	if n.Kind == yaml.ScalarNode {
		covered[r.content(n)] = r.scalarEnd(n, r.content(n), column)
		return
	}
	for i, c := range n.Content {
		switch {
		case n.Kind == yaml.MappingNode && i%2 == 1:
			column = r.column(r.start(n.Content[i-1]))
		case n.Kind == yaml.SequenceNode:
			column = r.column(r.start(n))
		}
		r.noteScalars(c, covered, column)
	}
}
