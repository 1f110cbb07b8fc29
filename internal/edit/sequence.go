package edit

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

// list makes a list have the wanted elements.
func (r *rewriter) list(n *yaml.Node, want []any, at place) {
	from := r.elementsFor(n, want)
	within := place{column: r.column(r.content(n)), flow: at.flow, dash: true, depth: at.depth + 1}
	if !increasingFrom(from) {
		r.arrange(n, want, from, within, at)
		return
	}
	last := -1
	var fresh []any
	for j, w := range want {
		if from[j] < 0 {
			fresh = append(fresh, strip(w))
			continue
		}
		r.insertElements(n, last, fresh, within)
		fresh = nil
		last = from[j]
		r.elementAt(n, last, w, within)
	}
	r.insertElements(n, last, fresh, within)
	r.removeElements(n, from, within)
}

// elementAt makes element i the wanted one.
func (r *rewriter) elementAt(n *yaml.Node, i int, want any, within place) {
	start := r.start(n.Content[i])
	if within.after = start; !within.flow {
		within.after = bytes.LastIndexByte(r.text[:start], '-') + 1
		if n.Content[i].Kind == yaml.ScalarNode && n.Content[i].Value == "" {
			within.after = start
		}
	}
	if !within.flow && r.losesComments(n.Content[i], unwrap(want), within) {
		dash := within.after - 1
		text := ""
		for _, c := range r.comments(start, r.end(n.Content[i], within.column), n.Content[i]) {
			text += spaces(within.column) + c + r.style.lineBreak
		}
		if line := lineStart(r.text, dash); text != "" && r.isFirstOnLine(dash) {
			r.change(line, line, text)
		}
	}
	r.rewriteValue(n.Content[i], want, within)
}

// unwrap is a wanted value without the From around it.
func unwrap(want any) any {
	if f, ok := want.(From); ok {
		return f.Value
	}
	return want
}

// elementsFor returns which element each wanted one is made of, or -1: as From
// says, or those that are equal and in the same order.
func (r *rewriter) elementsFor(n *yaml.Node, want []any) []int {
	from := make([]int, len(want))
	named, used := false, map[int]bool{}
	for j, w := range want {
		from[j] = -1
		if f, ok := w.(From); ok {
			named = true
			if f.Index >= 0 && f.Index < len(n.Content) && !used[f.Index] {
				from[j], used[f.Index] = f.Index, true
			}
		}
	}
	if named {
		return from
	}
	if len(want) == len(n.Content) {
		for j := range want {
			from[j] = j
		}
		return from
	}
	i := 0
	for j, w := range want {
		for k := i; k < len(n.Content); k++ {
			if equal(valueOf(n.Content[k]), strip(w)) {
				from[j], i = k, k+1
				break
			}
		}
	}
	return from
}

func increasingFrom(from []int) bool {
	last := -1
	for _, f := range from {
		if f >= 0 {
			if f < last {
				return false
			}
			last = f
		}
	}
	return true
}

func (r *rewriter) insertElements(n *yaml.Node, last int, fresh []any, within place) {
	if len(fresh) == 0 {
		return
	}
	if within.flow {
		r.insertInBrackets(n, last, fresh)
		return
	}
	dash := r.column(r.content(n))
	text := ""
	for _, v := range fresh {
		text += r.style.lineBreak + spaces(dash) + "- " + r.quoteLike(n.Content[max(last, 0)], v, func() string { return r.spellElement(v, dash) })
	}
	if last >= 0 {
		end := lineEnd(r.text, r.elementEnd(n, last, within))
		r.change(end, end, text)
		return
	}
	at := r.content(n)
	r.change(at, at, strings.TrimLeft(text, "\r\n ")+r.style.lineBreak+spaces(dash))
}

func (r *rewriter) insertInBrackets(n *yaml.Node, last int, fresh []any) {
	start := r.start(n.Content[0])
	between, column := ", ", r.column(start)
	if r.isFirstOnLine(start) {
		between = "," + r.style.lineBreak + spaces(column)
	}
	text := ""
	for _, v := range fresh {
		one := r.quoteLike(n.Content[max(last, 0)], v, func() string { return r.spellFlow(v, column, true) })
		if last < 0 {
			text += one + between
		} else {
			text += between + one
		}
	}
	at := start
	if last >= 0 {
		at = r.end(n.Content[last], 0)
	}
	r.change(at, at, text)
}

// quoteLike writes a text in the quotes of its neighbour, and anything else as
// write does.
func (r *rewriter) quoteLike(neighbour *yaml.Node, v any, write func() string) string {
	text, isText := v.(string)
	if !isText || neighbour.Kind != yaml.ScalarNode || neighbour.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) == 0 {
		return write()
	}
	return r.spellLike(r.text[r.content(neighbour):], text, true)
}

func (r *rewriter) elementEnd(n *yaml.Node, i int, within place) int {
	return max(r.end(n.Content[i], within.column), r.start(n.Content[i]))
}

func (r *rewriter) removeElements(n *yaml.Node, from []int, within place) {
	kept := make([]bool, len(n.Content))
	for _, f := range from {
		if f >= 0 {
			kept[f] = true
		}
	}
	for i := 0; i < len(kept); i++ {
		if kept[i] {
			continue
		}
		j := i
		for j+1 < len(kept) && !kept[j+1] {
			j++
		}
		r.removeRun(n, i, j, within)
		i = j
	}
}

func (r *rewriter) removeRun(n *yaml.Node, i, j int, within place) {
	switch {
	case !within.flow:
		blocks := r.blocks(n)
		start, end := blocks[i], blocks[j+1]
		if i > 0 && j+1 == len(n.Content) {
			// The line break in front goes, not the one behind: what is inserted behind
			// the list is inserted there.
			start -= len(lineBreak(r.text, start))
			end -= len(lineBreak(r.text, end))
		}
		r.change(start, end, "")
	case i > 0:
		r.change(r.end(n.Content[i-1], 0), r.end(n.Content[j], 0), "")
	case j+1 < len(n.Content):
		r.change(r.start(n.Content[i]), r.start(n.Content[j+1]), "")
	}
}

// blocks are the offsets at which the elements of a list of lines begin, with
// the comments above them, and where the last one ends.
func (r *rewriter) blocks(n *yaml.Node) []int {
	if !r.isFirstOnLine(r.content(n)) {
		panic(errLost)
	}
	starts, end, ok := findElements(r.text, n.Content[0].Line, len(n.Content))
	if !ok {
		panic(errLost)
	}
	return append(starts, end)
}

// arrange puts the elements of a list into another order: their texts, with
// their own changes made.
func (r *rewriter) arrange(n *yaml.Node, want []any, from []int, within, at place) {
	if within.flow {
		r.replace(n, want, at)
		return
	}
	blocks := r.blocks(n)
	dash := r.column(r.content(n))
	outer := r.changes
	var parts []string
	for j, w := range want {
		if from[j] < 0 {
			parts = append(parts, spaces(dash)+"- "+r.spellElement(strip(w), dash)+r.style.lineBreak)
			continue
		}
		r.changes = nil
		r.elementAt(n, from[j], w, within)
		parts = append(parts, r.changedPart(blocks[from[j]], blocks[from[j]+1]))
	}
	r.changes = outer
	text := strings.Join(parts, "")
	if end := blocks[len(blocks)-1]; lineBreak(r.text, end) == "" {
		text = strings.TrimRight(text, "\r\n")
	}
	r.change(blocks[0], blocks[len(blocks)-1], text)
}

// changedPart is a range of lines with the changes made that were collected for
// it.
func (r *rewriter) changedPart(start, end int) string {
	shifted := make([]Change, len(r.changes))
	for i, c := range r.changes {
		shifted[i] = Change{Start: c.Start - start, End: c.End - start, Text: c.Text}
	}
	text, err := Apply(r.text[start:end], shifted)
	if err != nil {
		panic(errLost)
	}
	if lineBreak(text, len(text)) == "" {
		return string(text) + r.style.lineBreak
	}
	return string(text)
}
