package blockyaml

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// comments holds the lines of comments in front of the current line.
type comments struct {
	lines []string
	col   int
	first bool // nothing but comments has been read yet
}

func (c *comments) hasComments() bool { return len(c.lines) > 0 }

// addBlank is an empty line. A comment in front of it belongs to the lines above,
// by rules of the library's own; at the beginning it belongs to the document,
// whose node is not returned.
func (c *comments) addBlank() {
	if !c.hasComments() {
		return
	}
	if !c.first {
		decline()
	}
	c.lines, c.first = nil, false
}

// addOwn is a comment on a line of its own.
func (c *comments) addOwn(text string, col int) {
	if c.hasComments() && c.col != col {
		decline()
	}
	c.lines, c.col = append(c.lines, text), col
}

// before is called in front of a line with content.
func (c *comments) before(col int) {
	if c.hasComments() && c.col != col {
		decline()
	}
}

// moveTo makes the comments the head comment of the node below them.
func (c *comments) moveTo(head *string) {
	*head, c.lines = strings.Join(c.lines, "\n"), nil
}

// readLineComment reads the comment from an offset to the end of the line, if
// there is one: it is the node's.
func (r *reader) readLineComment(at int, n *yaml.Node) {
	if r.endsLine(at) {
		return
	}
	end, _ := r.lineEnd()
	rest := r.text[at:end]
	text := strings.TrimLeft(rest, " ")
	if len(rest) == len(text) || text[0] != '#' || len(rest)-len(text) > maxBlank {
		decline()
	}
	n.LineComment, r.pos = text, end
}
