package source

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Inside is the key of places in a text that is YAML itself, as values of a
// ConfigMap are: At("data", "config.yaml", Inside, "issuer").
const Inside = "|"

// NodeOfText returns the root of the first document of a text within another
// document, or nil where it cannot be read. Places in it say nothing: see
// Inside.
func NodeOfText(text string) *Node {
	_, root := documentOfText(text)
	return root
}

func documentOfText(text string) (*Document, *Node) {
	f, problem := NewFile("text", []byte(text))
	if problem != nil {
		return nil, nil
	}
	docs, problems := Split(f)
	if len(docs) == 0 || len(problems) > 0 {
		return nil, nil
	}
	root, problems := docs[0].Parse()
	if slices.ContainsFunc(problems, func(p Problem) bool { return p.Kind.Fatal() }) {
		return nil, nil
	}
	return docs[0], root
}

// Within returns the tree of a scalar that is YAML itself, with the positions that its
// nodes have in the document, or nil. Only a literal block ("|") has the lines of its
// text.
func (d *Document) Within(n *Node) *Node {
	if n == nil || n.Kind != scalar || n.Style&yaml.LiteralStyle == 0 || n.Line == 0 {
		return nil
	}
	within, root := documentOfText(n.Value)
	indent, ok := d.indentation(n)
	if root == nil || !ok || within.odd != nil || d.odd != nil {
		return nil
	}
	move(root, n.Line+within.line-1, indent)
	return root
}

// indentation returns how many columns the lines of a literal block are moved
// in the document.
func (d *Document) indentation(n *Node) (int, bool) {
	written := bytes.Split(d.text, []byte("\n"))
	spaces := func(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }
	for i, line := range strings.Split(n.Value, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if at := n.Line + i; at < len(written) {
			return spaces(string(written[at])) - spaces(line), true
		}
		break
	}
	return 0, false
}

// move shifts the positions of a tree.
func move(n *Node, lines, columns int) {
	n.Line += lines
	n.Column += columns
	for _, c := range n.Content {
		move(c, lines, columns)
	}
}

// HasEscape reports whether a text has a backslash before one of some characters: YAML
// and JSON spell others with it, so that a word may be in a document whose text does
// not have it.
func HasEscape(text []byte, before string) bool {
	for i := bytes.IndexByte(text, '\\'); i >= 0 && i+1 < len(text); i = bytes.IndexByte(text, '\\') {
		if strings.IndexByte(before, text[i+1]) >= 0 {
			return true
		}
		text = text[i+1:]
	}
	return false
}
