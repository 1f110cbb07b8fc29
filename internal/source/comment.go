package source

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// CommentLines returns the lines of the document's text in which a phrase can
// only stand in a comment: where a quoted text or a block of text holds the
// phrase, its characters are replaced by "x". Characters keep their places.
func (d *Document) CommentLines(root *Node, phrase string) []string {
	lines := strings.Split(lineBreaks.Replace(string(d.text)), "\n")
	mask(lines, root, phrase)
	return lines
}

var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func mask(lines []string, n *Node, phrase string) {
	if n == nil {
		return
	}
	for _, c := range n.Content {
		mask(lines, c, phrase)
	}
	if n.Kind != scalar || n.Line < 1 || n.Line > len(lines) || !strings.Contains(n.Value, phrase) {
		return
	}
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		maskBlock(lines, n.Line)
	case n.Style&yaml.DoubleQuotedStyle != 0:
		maskQuoted(lines, n, '"')
	case n.Style&yaml.SingleQuotedStyle != 0:
		maskQuoted(lines, n, '\'')
	}
}

// maskBlock masks the lines behind the header of a block, as far as they are
// indented like the first of them.
func maskBlock(lines []string, i int) {
	indent := 0
	for ; i < len(lines); i++ {
		text := strings.TrimLeft(lines[i], " ")
		if text == "" {
			continue
		}
		depth := len(lines[i]) - len(text)
		if indent == 0 {
			indent = max(depth, 1)
		}
		if depth < indent {
			return
		}
		lines[i] = lines[i][:depth] + strings.Repeat("x", len([]rune(text)))
	}
}

// maskQuoted masks what stands between the quotes of a text.
func maskQuoted(lines []string, n *Node, quote rune) {
	open := false
	for i, from := n.Line-1, n.Column-1; i < len(lines); i, from = i+1, 0 {
		line := []rune(lines[i])
		for k := from; k < len(line); k++ {
			switch {
			case !open:
				open = line[k] == quote
			case line[k] == '\\' && quote == '"' && k+1 < len(line), line[k] == quote && quote == '\'' && k+1 < len(line) && line[k+1] == quote:
				line[k], line[k+1] = 'x', 'x'
				k++
			case line[k] == quote:
				lines[i] = string(line)
				return
			default:
				line[k] = 'x'
			}
		}
		lines[i] = string(line)
	}
}
