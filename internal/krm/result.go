package krm

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/kyaml/fn/framework"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
)

// Tags of results.
const (
	TagCode    = "kgw.dev/code"
	TagLine    = "kgw.dev/line"    // from 1, in the item as kyaml prints it, or in the file that kgw read
	TagColumn  = "kgw.dev/column"  // from 1, in code points
	TagDoc     = "kgw.dev/doc"     // position of the document in its file, of the item in the list where no file is known; from 0
	TagHelp    = "kgw.dev/help"    // the remedy
	TagWitness = "kgw.dev/witness" // a request that shows what is found
	TagPath    = "kgw.dev/path"    // field path, where field names another one or is absent
)

// Results makes results of findings, which must be resolved. Findings at items
// get the items' places; those at other files have their own.
func Results(found diag.List, items []*Item) framework.Results {
	r := resulter{items: map[*source.File]*Item{}}
	for _, i := range items {
		r.items[i.File] = i
	}
	out := make(framework.Results, len(found))
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

func (r *resulter) result(f *diag.Finding) *framework.Result {
	out := &framework.Result{Message: f.Message, Severity: framework.Severity(f.Severity.String()), Tags: map[string]string{TagCode: string(f.Code)}}
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
	r.setFile(f, out)
	d := f.At.Doc
	if d == nil {
		return out
	}
	path := f.At.Path
	if d.APIVersion != "" && d.Kind != "" && d.Name != "" {
		out.ResourceRef = &kyaml.ResourceIdentifier{
			TypeMeta: kyaml.TypeMeta{APIVersion: d.APIVersion, Kind: d.Kind}, NameMeta: kyaml.NameMeta{Name: d.Name, Namespace: d.Namespace},
		}
		out.Field = r.field(f)
	}
	if path != "" && (out.Field == nil || out.Field.Path != path) {
		set(TagPath, path)
	}
	return out
}

// setFile names the file and the document in it.
func (r *resulter) setFile(f *diag.Finding, out *framework.Result) {
	d := f.At.Doc
	var item *Item
	if d != nil {
		item = r.items[d.File]
	}
	switch {
	case item != nil && item.Path != "":
		out.File = &framework.File{Path: item.Path, Index: item.Index}
		out.Tags[TagDoc] = strconv.Itoa(item.Index)
	case item != nil && item.Position < 0:
	case item != nil:
		out.Tags[TagDoc] = strconv.Itoa(item.Position)
	case f.Span.File != "" && f.Span.File[0] != '<':
		out.File = &framework.File{Path: f.Span.File}
		if d != nil {
			out.File.Index = d.Index
		}
		out.Tags[TagDoc] = strconv.Itoa(out.File.Index)
	}
}

// field names the field with its value, and with a better one where kgw knows
// one that was tried. Values that hold a secret are left out: masked ones would
// be written where somebody applies them.
func (r *resulter) field(f *diag.Finding) *framework.Field {
	if f.At.Path == "" {
		return nil
	}
	path, current, proposed := r.values(f)
	if isHidden(path, current) || isHidden(path, proposed) {
		return &framework.Field{Path: path}
	}
	out := &framework.Field{Path: path}
	if current != nil {
		out.CurrentValue = source.NodeOf(current)
	}
	if proposed != nil {
		out.ProposedValue = source.NodeOf(proposed)
	}
	return out
}

// values returns the path of the field that a finding is about, its value, and
// the proposed one; nil where there is none.
func (r *resulter) values(f *diag.Finding) (path string, current, proposed any) {
	if n := r.lookup(f.At.Doc, f.At.Path); n != nil && n.Kind == yaml.ScalarNode && !f.At.Key {
		current = source.Scalar(n)
	}
	if !f.Fixable {
		return f.At.Path, current, nil
	}
	switch fix := f.Fix.(type) {
	case diag.Rewrite:
		return f.At.Path, current, fix.Text
	case diag.Move:
		current, proposed = r.movedList(f.At.Doc, fix)
		return fix.List.Path, current, proposed
	case diag.DropComment, nil:
	}
	return f.At.Path, current, nil
}

// isHidden reports whether a value is a secret or holds one.
func isHidden(path string, v any) bool {
	steps := strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune(`.[]"`, r) })
	if slices.ContainsFunc(steps, secret.Key) {
		return true
	}
	plain := source.Plain(v, func(n source.Number) any { return n })
	return !reflect.DeepEqual(plain, secret.Under("", "", plain))
}

// movedList returns a list, and the list with one element moved forward; nil
// where the list does not have the element.
func (r *resulter) movedList(d *source.Document, fix diag.Move) (current, proposed any) {
	n := r.lookup(d, fix.List.Path)
	if n == nil {
		return nil, nil
	}
	list, ok := source.Value(n).([]any)
	if !ok || fix.From >= len(list) || fix.To > fix.From {
		return nil, nil
	}
	after := slices.Delete(slices.Clone(list), fix.From, fix.From+1)
	return list, slices.Insert(after, fix.To, list[fix.From])
}

func (r *resulter) lookup(d *source.Document, path string) *source.Node {
	if r.doc != d {
		r.doc = d
		r.root, _ = d.Parse()
	}
	return source.Lookup(r.root, path)
}
