// Package why is the source map of a run: which line of the inputs, which
// setting or which default made a field of a manifest, by which rule of
// translation, and the other way round.
//
// It takes what a run wrote (compile.Result with Options.Origins) and returns the
// leaves of objects with places in files. The emitters say which parts of the
// model a value is made of, the kinds of input where their documents have those
// parts; here they are put together. Nothing is compiled twice.
package why

import (
	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// Object is an object that a run wrote, by its leaves.
type Object struct {
	*manifest.Object
	Leaves []Leaf
}

// Leaf is one scalar of an object, or one empty list or object in it.
type Leaf struct {
	// Path is the field path, Value what it has there: nil, bool, string,
	// source.Number, or an empty list or object.
	Path  string
	Value any
	// Rule is the sentence about how the value is made, Docs the place in the
	// documentation; "" where kgw has no line for the leaf.
	Rule, Docs string
	// From are what the value is made of; none where the rule alone says it.
	From []Source
}

// Kind is what a Source is.
type Kind string

// The kinds of sources.
const (
	Input   Kind = "input"   // a field of a document
	Setting Kind = "setting" // a setting of kgw.yaml, of a variable or of a flag
	Default Kind = "default" // nobody wrote it
)

// Source is one thing that a value is made of.
type Source struct {
	Kind Kind
	// Field is the path in the document or in kgw.yaml: of a default, where it
	// could be written.
	Field string
	// Span is where it is written; the zero Span for what no file has.
	Span source.Span
	// Text says whose default it is, or which variable or flag makes the setting.
	Text string
	// Ref is the field of an Input.
	Ref source.Ref
}

// Objects returns the objects of a run for which want holds, all with nil, in
// the order in which they are written. The run must have had Options.Origins.
func Objects(r *compile.Result, o *compile.Options, want func(*manifest.Object) bool) []Object {
	found := r.Explain(want)
	res := newResolver(r, o)
	out := make([]Object, len(found))
	for i := range found {
		e := &found[i]
		out[i] = Object{Object: e.Object, Leaves: make([]Leaf, len(e.Leaves))}
		for j := range e.Leaves {
			l := &e.Leaves[j]
			out[i].Leaves[j] = Leaf{Path: l.Path, Value: l.Value, Rule: l.Rule, From: res.placesOfAll(l.From, e.Config)}
			if l.Rule != "" {
				out[i].Leaves[j].Docs = Page + "#" + Anchor(e.Heading, l.Pattern)
			}
		}
	}
	return out
}

// Below reports whether a field path is another one or below it.
func Below(path, above string) bool {
	return above == "" || source.Within(path, above)
}
