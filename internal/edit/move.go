package edit

import (
	"bytes"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/internal/source"
)

// Move returns the change that moves an element of a list in front of an earlier
// one, with the comments that are directly above it. Lists in brackets are
// refused.
func Move(list source.Ref, from, to int) (Change, error) {
	doc := list.Doc
	root, err := parseWhole(doc)
	if err != nil {
		return Change{}, err
	}
	node := source.Lookup(root, fullPath(doc, list.Path))
	if node == nil || node.Kind != yaml.SequenceNode || node.Style&yaml.FlowStyle != 0 || to < 0 || to >= from || from >= len(node.Content) {
		return Change{}, refusal("%s is not a list of lines", list.Path)
	}
	first := doc.Locator().Span(list.Elem(0).Path, false)
	starts, end, ok := findElements(doc.Text(), first.Line-doc.Line()+1, len(node.Content))
	if !ok {
		return Change{}, refusal("the elements of %s do not each start on a line of their own", list.Path)
	}
	change := move(doc.Text(), append(starts, end), from, to)
	moved := node.Content[from]
	copy(node.Content[to+1:from+1], node.Content[to:from])
	node.Content[to] = moved
	return inFile(doc, change), verify(doc, change, source.Value(root))
}

// move puts the lines of one element in front of those of an earlier one. The
// last line of a file may lack its break: the line that is last then does.
func move(data []byte, starts []int, from, to int) Change {
	c := Change{Start: starts[to], End: starts[from+1]}
	moved, rest := data[starts[from]:starts[from+1]], data[starts[to]:starts[from]]
	if ending := lineBreak(rest, len(rest)); lineBreak(moved, len(moved)) == "" && ending != "" {
		c.Text = string(moved) + ending + string(rest[:len(rest)-len(ending)])
		return c
	}
	c.Text = string(moved) + string(rest)
	return c
}

// findElements finds where each of n elements of a block list starts, with the
// comments above it, and where the last one ends. line is one on which the
// first element has content.
func findElements(data []byte, line, n int) (starts []int, end int, ok bool) {
	at := offset(data, line, 1)
	dash := depth(data, at)
	for !isDash(data, at+dash) {
		if at == 0 {
			return nil, 0, false
		}
		at = lineStart(data, at-len(lineBreak(data, at)))
		dash = depth(data, at)
	}
	end = at
	for at < len(data) {
		next := nextLine(data, at)
		d := depth(data, at)
		switch text := bytes.TrimSpace(data[at:next]); {
		case len(text) == 0 || text[0] == '#' && d <= dash:
		case d == dash && isDash(data, at+d):
			starts = append(starts, withComments(data, at, dash))
			end = next
		case d <= dash || bytes.HasPrefix(data[at:], []byte("---")) || bytes.HasPrefix(data[at:], []byte("...")):
			return starts, end, len(starts) == n
		default:
			end = next
		}
		at = next
	}
	return starts, end, len(starts) == n
}

func isDash(data []byte, at int) bool {
	return at < len(data) && data[at] == '-' && (at+1 == len(data) || bytes.IndexByte([]byte(" \t\r\n"), data[at+1]) >= 0)
}

// depth is the number of spaces that a line starts with.
func depth(data []byte, at int) int {
	n := 0
	for at+n < len(data) && data[at+n] == ' ' {
		n++
	}
	return n
}

// withComments goes up from the start of a line over the comments directly
// above it that are indented no deeper: what is deeper is part of the element
// before, or of a text in it.
func withComments(data []byte, at, dash int) int {
	for at > 0 {
		above := lineStart(data, at-len(lineBreak(data, at)))
		if text := bytes.TrimSpace(data[above:at]); len(text) == 0 || text[0] != '#' || depth(data, above) > dash {
			break
		}
		at = above
	}
	return at
}
