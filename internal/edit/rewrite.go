package edit

import (
	"bytes"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/internal/source"
)

// From is a wanted value that is made of what is elsewhere in the same
// mapping or list: under another key, or at an index. What is not changed of
// that keeps its place in the text, its comments and its spelling.
type From struct {
	Key   string // of a mapping; "" in lists
	Index int    // of a list
	// Below is the key of the mapping in which Key is, where it is not this one:
	// the entry moves out of it, with its comments.
	Below string
	Value any
}

// Rewrite returns the changes that make a document's value another one, with as
// much of the text left as it is as can be. want is a value as source.Value
// returns it, in which From relates parts to their sources; entries that are
// not wanted are removed, new ones are behind the wanted entry before them. doc
// is a whole document, not an item of a List. The result is checked: it parses
// to exactly what is wanted, or ErrRefused is returned.
func Rewrite(doc *source.Document, want any) ([]Change, error) {
	raw, problem := doc.Outline()
	if problem != nil || raw == nil {
		return nil, refusal("the document cannot be parsed")
	}
	plain := strip(want)
	var err error
	for _, mode := range []rewriter{{}, {expand: true}, {expand: true, coarse: true}} {
		r := newRewriter(doc, raw, mode)
		if !r.attempt(raw, want) {
			err = refusal("its text cannot be parsed")
			continue
		}
		if err = verifyAll(doc, r.changes, plain); err == nil {
			for i, c := range r.changes {
				r.changes[i] = inFile(doc, c)
			}
			return r.changes, nil
		}
	}
	return nil, err
}

// rewriter makes the changes of one document.
type rewriter struct {
	text    []byte
	lines   []int // offset of each line
	changes []Change
	style   style
	// expand writes out the value of every alias; coarse writes out everything
	// below the first level that changes.
	expand, coarse bool
	anchored       map[*yaml.Node]any // what the values of anchors become
	taken          map[*yaml.Node]int // keys that move elsewhere, and where the comments above them begin
}

func newRewriter(doc *source.Document, root *yaml.Node, mode rewriter) *rewriter {
	r := &mode
	r.text, r.anchored, r.taken = doc.Text(), map[*yaml.Node]any{}, map[*yaml.Node]int{}
	for at := 0; at < len(r.text); at = nextLine(r.text, at) {
		r.lines = append(r.lines, at)
	}
	r.style = r.styleOf(root)
	return r
}

// attempt makes the changes. ok is false where the text is not what its tree
// says, as with line breaks that only YAML 1.1 knows.
func (r *rewriter) attempt(root *yaml.Node, want any) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			if p != errLost { //nolint:errorlint // the very value
				panic(p)
			}
			ok = false
		}
	}()
	r.rewriteValue(root, want, place{column: -r.style.step})
	return true
}

// errLost is the panic of a place that cannot be found in the text.
var errLost = refusal("a value is not at its place in the tree")

// place is where a value is: behind a key or a dash in this column, or in
// brackets.
type place struct {
	column int
	flow   bool
	dash   bool // behind a dash
	after  int  // offset behind the colon or the dash
	depth  int
}

// rewriteValue makes a node have the wanted value.
func (r *rewriter) rewriteValue(n *yaml.Node, want any, at place) {
	want = unwrap(want)
	if n.Kind == yaml.AliasNode {
		r.keepAlias(n, want, at)
		return
	}
	if n.Anchor != "" {
		r.anchored[n] = strip(want)
	}
	if !r.holdsAlias(n) && equal(valueOf(n), strip(want)) {
		return
	}
	flow := n.Style&yaml.FlowStyle != 0
	object, isObject := want.(source.Object)
	list, isList := want.([]any)
	switch {
	case r.isWrittenAnew(n, want, at):
		r.replace(n, want, at)
	case n.Kind == yaml.MappingNode && isObject:
		at.flow = at.flow || flow
		r.rewriteMapping(n, object, at)
	case n.Kind == yaml.SequenceNode && isList:
		at.flow = at.flow || flow
		r.list(n, list, at)
	case n.Kind == yaml.ScalarNode && n.Anchor == "" && n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 && isList && len(list) == 1 && equal(valueOf(n), strip(list[0])):
		r.wrap(n, at)
	default:
		r.replace(n, want, at)
	}
}

// isWrittenAnew reports whether a mapping or list is written anew, because
// nothing in it stays.
func (r *rewriter) isWrittenAnew(n *yaml.Node, want any, at place) bool {
	switch v := want.(type) {
	case source.Object:
		return n.Kind == yaml.MappingNode && (r.coarse && at.depth > 0 || !slices.Contains(r.entriesFor(n, v, at).kept, true))
	case []any:
		if n.Kind != yaml.SequenceNode {
			return false
		}
		kept := slices.ContainsFunc(r.elementsFor(n, v), func(i int) bool { return i >= 0 })
		return !kept || r.coarse && at.depth > 0 && len(v) != len(n.Content)
	}
	return false
}

// keepAlias leaves an alias where its anchor gets the same value, and writes the
// value out otherwise.
func (r *rewriter) keepAlias(n *yaml.Node, want any, at place) {
	becomes, met := r.anchored[n.Alias]
	if !met {
		becomes = valueOf(n.Alias)
	}
	if !r.expand && equal(becomes, strip(want)) {
		return
	}
	r.replace(n, want, at)
}

// holdsAlias reports whether aliases are to be written out and n has one.
func (r *rewriter) holdsAlias(n *yaml.Node) bool {
	if n.Kind == yaml.AliasNode {
		return true
	}
	for _, c := range n.Content {
		if r.holdsAlias(c) {
			return true
		}
	}
	return false
}

// replace writes another value instead of a node; comments in the node
// are written above it, where there is a line for them.
func (r *rewriter) replace(n *yaml.Node, want any, at place) {
	start, end := r.start(n), r.end(n, at.column)
	if !r.expand && n.Anchor != "" {
		start = r.content(n)
	}
	written := n.Kind == yaml.ScalarNode && start < end
	if text, ok := want.(string); ok && written {
		r.change(start, end, r.spellLike(r.text[start:end], text, at.flow))
		return
	}
	switch {
	case at.flow:
		space := ""
		if start == end && start == at.after {
			space = " "
		}
		r.change(start, end, space+r.spellFlow(want, r.column(lineStart(r.text, start)+depth(r.text, lineStart(r.text, start))), true))
	case written && isScalar(want):
		r.change(start, end, r.spellScalar(strip(want)))
	case at.dash:
		r.change(at.after, end, " "+r.spellElement(strip(want), at.column))
	default:
		r.change(at.after, end, r.spellBlock(want, at.column))
	}
}

// wrap makes a scalar the only element of a list.
func (r *rewriter) wrap(n *yaml.Node, at place) {
	start, end := r.start(n), r.end(n, at.column)
	if at.flow || at.dash || r.style.flowLists || bytes.ContainsAny(r.text[start:end], "\r\n") {
		text := string(r.text[start:end])
		if n.Style == 0 && bytes.ContainsAny(r.text[start:end], ",[]{}") {
			text = quoted(n.Value)
		}
		r.change(start, end, "["+text+"]")
		return
	}
	from := start
	for from > 0 && (r.text[from-1] == ' ' || r.text[from-1] == '\t') {
		from--
	}
	r.change(from, start, r.style.lineBreak+spaces(at.column+r.style.dash)+"- ")
}

func (r *rewriter) change(start, end int, text string) {
	if end < start {
		panic(errLost)
	}
	r.changes = append(r.changes, Change{Start: start, End: end, Text: text})
}

// verifyAll checks that changes of a document's own text lead to the wanted
// value.
func verifyAll(doc *source.Document, changes []Change, want any) error {
	data, err := Apply(doc.Text(), changes)
	if err != nil {
		return refusal("%s", err.Error())
	}
	root, err := parse(doc, data)
	if err != nil {
		return err
	}
	if !equal(source.Value(root), want) {
		return refusal("something else would change too")
	}
	return nil
}
