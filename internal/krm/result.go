package krm

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
)

// Tags of results.
const (
	TagCode    = "kgw.dev/code"
	TagLine    = "kgw.dev/line"    // from 1, in the document as its author has it
	TagColumn  = "kgw.dev/column"  // from 1, in code points
	TagDoc     = "kgw.dev/doc"     // position of the document in its file, of the item in the list where no file is known; from 0
	TagHelp    = "kgw.dev/help"    // the remedy
	TagWitness = "kgw.dev/witness" // a request that shows what is found
	TagPath    = "kgw.dev/path"    // field path, where field names another one or is absent
)

// Result is an entry of results.
type Result struct {
	Message     string            `json:"message"`
	Severity    string            `json:"severity"`
	ResourceRef *ResourceRef      `json:"resourceRef,omitempty"`
	Field       *Field            `json:"field,omitempty"`
	File        *FileRef          `json:"file,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
}

// ResourceRef names a resource. All but Namespace are required.
type ResourceRef struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	Namespace  string `json:"namespace,omitempty"`
}

// Field names a field of the resource.
type Field struct {
	Path          string `json:"path"`
	CurrentValue  any    `json:"currentValue,omitempty"`
	ProposedValue any    `json:"proposedValue,omitempty"`
}

// FileRef names a document of a file.
type FileRef struct {
	Path  string `json:"path"`
	Index int    `json:"index"`
}

// Results makes results of findings, which must be resolved. Findings at items
// get the items' places; those at other files have their own.
func Results(found diag.List, items []*Item) []Result {
	r := resulter{items: map[*source.File]*Item{}}
	for _, i := range items {
		r.items[i.File] = i
	}
	out := make([]Result, len(found))
	for i := range found {
		out[i] = r.result(&found[i])
	}
	return out
}

// Order puts findings at items first, in the order of the items, and leaves the
// others as they are.
func Order(found diag.List, items []*Item) {
	position := map[*source.File]int{}
	for i, item := range items {
		position[item.File] = i + 1
	}
	at := func(f diag.Finding) int {
		if f.At.Doc != nil && position[f.At.Doc.File] > 0 {
			return position[f.At.Doc.File]
		}
		return len(items) + 1
	}
	slices.SortStableFunc(found, func(a, b diag.Finding) int { return cmp.Compare(at(a), at(b)) })
}

type resulter struct {
	items map[*source.File]*Item
	doc   *source.Document // the last one looked into
	root  *source.Node
}

func (r *resulter) result(f *diag.Finding) Result {
	out := Result{Message: f.Message, Severity: f.Severity.String(), Tags: map[string]string{TagCode: string(f.Code)}}
	set := func(tag, value string) {
		if value != "" {
			out.Tags[tag] = value
		}
	}
	set(TagHelp, f.Help)
	if f.Witness != nil {
		set(TagWitness, f.Witness.String())
	}
	if f.Span.Line > 0 {
		set(TagLine, strconv.Itoa(f.Span.Line))
		set(TagColumn, strconv.Itoa(max(1, f.Span.Column)))
	}
	r.where(f, &out)
	d := f.At.Doc
	if d == nil {
		return out
	}
	path := f.At.Path
	if d.APIVersion != "" && d.Kind != "" && d.Name != "" {
		out.ResourceRef = &ResourceRef{APIVersion: d.APIVersion, Kind: d.Kind, Name: d.Name, Namespace: d.Namespace}
		out.Field = r.field(f).withoutSecrets()
	}
	if path != "" && (out.Field == nil || out.Field.Path != path) {
		set(TagPath, path)
	}
	return out
}

// where names the file and the document in it.
func (r *resulter) where(f *diag.Finding, out *Result) {
	d := f.At.Doc
	var item *Item
	if d != nil {
		item = r.items[d.File]
	}
	switch {
	case item != nil && item.Path != "":
		out.File = &FileRef{Path: item.Path, Index: item.Index}
		out.Tags[TagDoc] = strconv.Itoa(item.Index)
	case item != nil && item.Position < 0:
	case item != nil:
		out.Tags[TagDoc] = strconv.Itoa(item.Position)
	case f.Span.File != "" && f.Span.File[0] != '<':
		out.File = &FileRef{Path: f.Span.File}
		if d != nil {
			out.File.Index = d.Index
		}
		out.Tags[TagDoc] = strconv.Itoa(out.File.Index)
	}
}

// field names the field with its value, and with a better one where kgw knows
// one that was tried.
func (r *resulter) field(f *diag.Finding) *Field {
	if f.At.Path == "" {
		return nil
	}
	out := &Field{Path: f.At.Path}
	fix := f.Fix
	if !f.Fixable {
		fix = nil
	}
	switch fix := fix.(type) {
	case diag.Rewrite:
		out.ProposedValue = fix.Text
	case diag.Move:
		out.Path = fix.List.Path
		return r.moved(f.At.Doc, fix, out)
	case diag.DropComment, nil:
	}
	if n := r.lookup(f.At.Doc, f.At.Path); n != nil && n.Kind == yaml.ScalarNode && !f.At.Key {
		out.CurrentValue = source.Scalar(n)
	}
	return out
}

// withoutSecrets leaves the values out that hold a secret: masked ones would be
// written where somebody applies them.
func (f *Field) withoutSecrets() *Field {
	if f == nil {
		return nil
	}
	steps := strings.FieldsFunc(f.Path, func(r rune) bool { return strings.ContainsRune(`.[]"`, r) })
	hidden := slices.ContainsFunc(steps, secret.Key)
	for _, v := range []any{f.CurrentValue, f.ProposedValue} {
		plain := source.Plain(v, func(n source.Number) any { return n })
		hidden = hidden || !reflect.DeepEqual(plain, secret.Under("", "", plain))
	}
	if hidden {
		f.CurrentValue, f.ProposedValue = nil, nil
	}
	return f
}

// moved proposes the list with one element taken forward.
func (r *resulter) moved(d *source.Document, fix diag.Move, out *Field) *Field {
	n := r.lookup(d, fix.List.Path)
	if n == nil {
		return out
	}
	list, ok := source.Value(n).([]any)
	if !ok || fix.From >= len(list) || fix.To > fix.From {
		return out
	}
	out.CurrentValue = list
	after := make([]any, 0, len(list))
	after = append(after, list[:fix.To]...)
	after = append(after, list[fix.From])
	after = append(after, list[fix.To:fix.From]...)
	out.ProposedValue = append(after, list[fix.From+1:]...)
	return out
}

func (r *resulter) lookup(d *source.Document, path string) *source.Node {
	if r.doc != d {
		r.doc = d
		r.root, _ = d.Parse()
	}
	return source.Lookup(r.root, path)
}
