// Package baseline is a file of findings that a repository lives with: those in
// it are not reported again.
//
// It takes findings and returns entries for them, reads and writes entries, and
// separates known findings from new ones. An entry names no line number, so that
// it survives edits above it. The package must not know which findings may be
// hidden, nor where the file is.
package baseline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// The head of a baseline, and its usual file.
const (
	APIVersion = "kgw.dev/v1alpha1"
	Kind       = "Baseline"
	FileName   = "kgw.baseline.yaml"
)

// Key is what makes two findings the same. All texts are without secrets.
type Key struct {
	Code diag.Code
	// File is the file's name as findings show it.
	File string
	// Resource is "Kind namespace/name", or "" for a finding about no resource.
	Resource string
	Message  string
	// Line is the text of the line that the finding is about.
	Line string
}

// Entry is a key with the number of findings that have it.
type Entry struct {
	Key
	Count int
	At    source.Ref
}

// Baseline are the entries of a file.
type Baseline struct{ Entries []Entry }

// Keys returns the key of each finding; the findings must be resolved. book knows
// the secrets of the inputs.
func Keys(found diag.List, book *secret.Book) []Key {
	masked, texts := found.Masked(book), found.Lines(book)
	out := make([]Key, len(found))
	for i := range masked {
		f := &masked[i]
		out[i] = Key{Code: f.Code, File: f.Span.File, Message: f.Message, Line: texts[i]}
		if d := f.At.Doc; d != nil && d.Name != "" {
			out[i].Resource = d.Kind + " " + d.Namespace + "/" + d.Name
		}
	}
	return out
}

// Of returns the baseline that holds all of the keys, sorted.
func Of(keys []Key) *Baseline {
	counts := map[Key]int{}
	for _, k := range keys {
		counts[k]++
	}
	b := &Baseline{}
	for k, n := range counts {
		b.Entries = append(b.Entries, Entry{Key: k, Count: n})
	}
	b.sort()
	return b
}

func (b *Baseline) sort() {
	slices.SortFunc(b.Entries, func(x, y Entry) int {
		return cmp.Or(strings.Compare(x.File, y.File), strings.Compare(x.Resource, y.Resource), strings.Compare(string(x.Code), string(y.Code)),
			strings.Compare(x.Message, y.Message), strings.Compare(x.Line, y.Line))
	})
}

// Split returns which of the findings with the keys are new: known[i] is false.
// Of n findings with one key an entry hides as many as it counts. unused are the
// entries of which fewer findings are there.
func (b *Baseline) Split(keys []Key) (known []bool, unused []Entry) {
	left := map[Key]int{}
	for _, e := range b.Entries {
		left[e.Key] += e.Count
	}
	known = make([]bool, len(keys))
	for i, k := range keys {
		if known[i] = left[k] > 0; known[i] {
			left[k]--
		}
	}
	for _, e := range b.Entries {
		if left[e.Key] > 0 {
			unused = append(unused, e)
			left[e.Key] = 0
		}
	}
	return known, unused
}

// Hide returns the findings without those that the baseline knows and that may be
// hidden, which it counts as known, and the entries that hid nothing.
func (b *Baseline) Hide(found diag.List, book *secret.Book, may func(*diag.Finding) bool, count *diag.Summary) (left diag.List, unused []Entry) {
	var asked diag.List
	for _, g := range found {
		if may(&g) {
			asked = append(asked, g)
		} else {
			left = append(left, g)
		}
	}
	known, unused := b.Split(Keys(asked, book))
	for i, g := range asked {
		if known[i] {
			count.Known++
		} else {
			left = append(left, g)
		}
	}
	return left, unused
}

// Apply hides what the baseline knows, as Hide does, and returns findings about its
// entries. The author of a change may change the baseline too, so it hides only what an
// author may suppress: hidable decides that. An entry that hides nothing is reported if
// its file is covered by the run.
func (b *Baseline) Apply(found diag.List, book *secret.Book, hidable func(*diag.Finding) bool, covered func(file string) bool, count *diag.Summary) (left, said diag.List) {
	kept := &Baseline{}
	for _, e := range b.Entries {
		if hidable(&diag.Finding{Code: e.Code}) {
			kept.Entries = append(kept.Entries, e)
			continue
		}
		said.Add(diag.Finding{
			Code: diag.BaselineRefused, At: e.At.At("code"), Message: fmt.Sprintf("a baseline cannot hide %s", e.Code),
			Help: "remove the entry; what it is about is reported all the same",
		})
	}
	left, unused := kept.Hide(found, book, hidable, count)
	for _, e := range unused {
		if covered(e.File) {
			said.Add(diag.Finding{
				Code: diag.BaselineUnused, At: e.At, Message: fmt.Sprintf("nothing is hidden here: there is no such %s any more", e.Code),
				Help: "remove the entry, or run kgw baseline write",
			})
		}
	}
	return left, said
}

// Type describes a baseline.
var Type = &shape.Type{Kind: shape.Object, Doc: "Findings that a repository lives with. kgw baseline write writes it.", Fields: []shape.Field{
	{Name: "apiVersion", Required: true, Type: &shape.Type{Kind: shape.String, Enum: []string{APIVersion}}},
	{Name: "kind", Required: true, Type: &shape.Type{Kind: shape.String, Enum: []string{Kind}}},
	{Name: "findings", Type: &shape.Type{Kind: shape.List, Doc: "Sorted by file, resource and code.", Elem: &shape.Type{Kind: shape.Object, Fields: []shape.Field{
		{Name: "file", Required: true, Type: &shape.Type{Kind: shape.String, Doc: "File, as findings name it where kgw runs."}},
		{Name: "resource", Type: &shape.Type{Kind: shape.String, Doc: "Kind, namespace and name of the resource."}},
		{Name: "code", Required: true, Type: &shape.Type{Kind: shape.String, Doc: "Code of the finding."}},
		{Name: "message", Required: true, Type: &shape.Type{Kind: shape.String, Doc: "The message of the finding."}},
		{Name: "line", Type: &shape.Type{Kind: shape.String, Doc: "Text of the line that it is about."}},
		{Name: "count", Type: &shape.Type{Kind: shape.Integer, Doc: "How many findings are so; 1 if absent.", Min: shape.Int(1)}},
	}}}},
}}

// Parse reads a baseline. Its faults are returned as findings with places;
// entries are returned only if there is no fault.
func Parse(name string, data []byte) (*Baseline, diag.List) {
	b := &Baseline{}
	found := Type.Documents(name, data, b.read)
	return b, found
}

func (b *Baseline) read(doc *source.Document, root *source.Node) {
	for i, n := range source.Elements(source.Field(root, "findings")) {
		get := func(key string) string { return source.Text(source.Field(n, key)) }
		e := Entry{
			Key:   Key{Code: diag.Code(get("code")), File: get("file"), Resource: get("resource"), Message: get("message"), Line: get("line")},
			Count: 1, At: source.Ref{Doc: doc, Path: "findings"}.Elem(i),
		}
		if count := source.Field(n, "count"); count != nil {
			if _, err := fmt.Sscan(count.Value, &e.Count); err != nil {
				e.Count = 1
			}
		}
		b.Entries = append(b.Entries, e)
	}
}

// head explains the file to those who open it.
const head = "# Findings that this repository lives with: written by kgw baseline write, hidden by kgw validate --baseline.\n"

// Bytes writes the entries, sorted, each in a block of lines of its own.
func (b *Baseline) Bytes() []byte {
	b.sort()
	list := make([]any, len(b.Entries))
	for i := range b.Entries {
		e := &b.Entries[i]
		o := source.Object{{Key: "file", Value: e.File}}
		if e.Resource != "" {
			o = append(o, source.Member{Key: "resource", Value: e.Resource})
		}
		o = append(o, source.Member{Key: "code", Value: string(e.Code)}, source.Member{Key: "message", Value: e.Message})
		if e.Line != "" {
			o = append(o, source.Member{Key: "line", Value: e.Line})
		}
		if e.Count > 1 {
			o = append(o, source.Member{Key: "count", Value: source.Number(fmt.Sprint(e.Count))})
		}
		list[i] = o
	}
	return manifest.AppendYAMLValue([]byte(head), source.Object{{Key: "apiVersion", Value: APIVersion}, {Key: "kind", Value: Kind}, {Key: "findings", Value: list}})
}
