package source

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// CommentLines returns the lines of the document's text in which a phrase can
// only be in a comment: where a quoted text or a block of text holds the
// phrase, its characters are replaced by "x". Characters keep their places.
func (d *Document) CommentLines(root *Node, phrase string) []string {
	m := masker{lines: strings.Split(lineBreaks.Replace(string(d.text)), "\n"), runes: map[int][]rune{}}
	m.mask(root, phrase)
	for i, line := range m.runes {
		m.lines[i] = string(line)
	}
	return m.lines
}

// masker masks texts. Lines that it changes are kept as runes: all texts of a
// document may be on one line.
type masker struct {
	lines []string
	runes map[int][]rune
}

func (m *masker) line(i int) []rune {
	line, ok := m.runes[i]
	if !ok {
		line = []rune(m.lines[i])
		m.runes[i] = line
	}
	return line
}

var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func (m *masker) mask(n *Node, phrase string) {
	if n == nil {
		return
	}
	for _, c := range n.Content {
		m.mask(c, phrase)
	}
	if n.Kind != scalar || n.Line < 1 || n.Line > len(m.lines) || !strings.Contains(n.Value, phrase) {
		return
	}
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		m.maskBlock(n.Line)
	case n.Style&yaml.DoubleQuotedStyle != 0:
		m.maskQuoted(n, '"')
	case n.Style&yaml.SingleQuotedStyle != 0:
		m.maskQuoted(n, '\'')
	}
}

// maskBlock masks the lines behind the header of a block, as far as they are
// indented like the first of them.
func (m *masker) maskBlock(i int) {
	indent := 0
	for ; i < len(m.lines); i++ {
		text := strings.TrimLeft(m.lines[i], " ")
		if text == "" {
			continue
		}
		depth := len(m.lines[i]) - len(text)
		if indent == 0 {
			indent = max(depth, 1)
		}
		if depth < indent {
			return
		}
		line := m.line(i)
		for k := depth; k < len(line); k++ {
			line[k] = 'x'
		}
	}
}

// maskQuoted masks what is between the quotes of a text.
func (m *masker) maskQuoted(n *Node, quote rune) {
	open := false
	for i, from := n.Line-1, n.Column-1; i < len(m.lines); i, from = i+1, 0 {
		line := m.line(i)
		for k := from; k < len(line); k++ {
			switch {
			case !open:
				open = line[k] == quote
			case line[k] == '\\' && quote == '"' && k+1 < len(line), line[k] == quote && quote == '\'' && k+1 < len(line) && line[k+1] == quote:
				line[k], line[k+1] = 'x', 'x'
				k++
			case line[k] == quote:
				return
			default:
				line[k] = 'x'
			}
		}
	}
}
