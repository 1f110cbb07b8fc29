package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
	"github.com/kgw-dev/kgw/schema/apirule"
	"github.com/kgw-dev/kgw/schema/kube"
)

// read finds the resources of a file and decides what each becomes. A file
// with a document that cannot be read is left alone.
func (m *migration) read(file *source.File) *fileMigration {
	f := &fileMigration{migration: m, file: file}
	docs, problems := source.Split(file)
	for _, p := range problems {
		f.addProblem(p)
	}
	roots, found := make([]*source.Node, len(docs)), make([][]source.Problem, len(docs))
	parallel.Each(len(docs), func(i int) { roots[i], found[i] = m.readOutline(docs[i]) })
	for _, p := range slices.Concat(found...) {
		f.addProblem(p)
	}
	for i, d := range docs {
		if roots[i] != nil {
			first := len(f.documents)
			if f.readDocument(d, roots[i]); len(f.documents) > first {
				if f.isOwn(d.APIVersion, d.Kind) {
					roots[i] = nil // a tree is kept only where items are composed
				}
				f.tops = append(f.tops, top{d, roots[i], first})
			}
		}
	}
	parallel.Each(len(f.waiting), func(i int) { f.documents[i] = f.convertDocument(f.documents[i].Doc, f.waiting[i]) })
	f.waiting = nil
	if len(f.found) > 0 {
		f.leaveAll()
	}
	return f
}

// readOutline reads a document, with its aliases written out where it may hold a
// resource to be moved.
func (m *migration) readOutline(d *source.Document) (*source.Node, []source.Problem) {
	root, problem := d.Outline()
	var found []source.Problem
	if problem != nil {
		found = append(found, *problem)
	}
	if root == nil {
		return nil, found
	}
	d.APIVersion, d.Kind, d.Namespace, d.Name = source.Head(root)
	if !m.isOwn(d.APIVersion, d.Kind) && !strings.HasSuffix(d.Kind, "List") {
		return root, found
	}
	root, problems := d.Expand(root)
	for _, p := range problems {
		if p.Kind != source.Ambiguous {
			found = append(found, p)
		}
	}
	return root, found
}

func (f *fileMigration) addProblem(p source.Problem) {
	f.found.Add(diag.FromProblem(p))
	f.fatal = f.fatal || p.Kind.Fatal()
}

// isOwn reports whether a document is one that is moved: an APIRule or an Api, or
// a VirtualService.
func (m *migration) isOwn(apiVersion, kind string) bool {
	group := schema.Group(apiVersion)
	if m.To == ToGatewayAPI {
		return kind == "VirtualService" && group == istioGroup
	}
	return kind == "APIRule" && group == apirule.Group || kind == "Api" && (group == apirule.Group || group == "gateway.kyma.cx")
}

// readDocument handles one document: a resource, a List, or an object that
// resources refer to.
func (f *fileMigration) readDocument(d *source.Document, root *source.Node) {
	switch {
	case !f.isOwn(d.APIVersion, d.Kind):
	case f.To == ToGatewayAPI:
		f.noteService(d, root)
		return
	default:
		f.documents, f.waiting = append(f.documents, Document{Doc: d}), append(f.waiting, root)
		return
	}
	group := schema.Group(d.APIVersion)
	switch {
	case group == "security.istio.io" && d.Kind == "AuthorizationPolicy":
		f.policies = append(f.policies, ir.Name{Namespace: f.inNamespace(d).Namespace, Name: d.Name})
		return
	case f.refersTo(group, d.Kind):
		f.readCompanion(d, group, root)
		return
	}
	if d.APIVersion == "" && d.Kind == "" {
		if found, ok := schema.Suspect(d, root); ok {
			f.notes.Add(found)
		}
		return
	}
	items, _ := d.Items(root)
	for _, item := range items {
		node, _ := item.Outline()
		f.readDocument(item, node)
	}
}

// refersTo reports whether a kind is one of the objects that resources refer to.
func (f *fileMigration) refersTo(group, kind string) bool {
	switch {
	case group == "" && kind == "Service":
		return true
	case f.To != ToGatewayAPI:
		return group == istioGroup && kind == "Gateway"
	}
	return group == "" && kind == "Namespace" || kind == "Gateway" && (group == istioGroup || group == gatewayGroup)
}

// readCompanion reads an object that resources refer to.
func (f *fileMigration) readCompanion(d *source.Document, group string, root *source.Node) {
	root = f.expandAliases(d, root)
	o := kube.Decode(f.inNamespace(d), group, root)
	if s, ok := o.(*kube.Service); ok {
		f.services = append(f.services, *s)
	}
	if n, ok := o.(*kube.Namespace); ok {
		f.spaces = append(f.spaces, n)
	}
	if p, ok := o.(*kube.ParentGateway); ok {
		f.parents = append(f.parents, p)
	}
	if g, ok := o.(*kube.Gateway); ok {
		if g.Name == kube.KymaGateway {
			f.kyma = g
		}
		f.gateways = append(f.gateways, istioGateway{name: g.Name, spec: source.Field(root, "spec"), origin: g.Origin})
	}
}

// inNamespace sets the namespace of the run on a document that names none.
func (f *fileMigration) inNamespace(d *source.Document) *source.Document {
	if d.Namespace == "" {
		d.Namespace = f.Namespace
	}
	return d
}

// expandAliases is a document's tree with aliases written out, or an empty one.
func (f *fileMigration) expandAliases(d *source.Document, root *source.Node) *source.Node {
	if root, _ := d.Expand(root); root != nil {
		return root
	}
	return &source.Node{}
}

// listHead sets the new version on a List whose version no longer exists.
func (f *fileMigration) listHead(list source.Object) source.Object {
	if f.To == ToGatewayAPI {
		return listOfRoutes(list)
	}
	apiVersion, _ := list.Get("apiVersion")
	if text, _ := apiVersion.(string); schema.Group(text) == apirule.Group {
		return withValue(list, "apiVersion", apirule.Group+"/"+f.To)
	}
	return list
}

// withValue is an object with another value under a key that it has.
func withValue(o source.Object, key string, value any) source.Object {
	out := slices.Clone(o)
	for i := range out {
		if out[i].Key == key {
			out[i].Value = value
		}
	}
	return out
}

// without is an object without some keys.
func without(o source.Object, keys ...string) source.Object {
	return slices.DeleteFunc(slices.Clone(o), func(m source.Member) bool { return slices.Contains(keys, m.Key) })
}

// leaveAll leaves every resource of a file that is broken somewhere.
func (f *fileMigration) leaveAll() {
	broken := f.found[0]
	for i := range f.documents {
		d := &f.documents[i]
		if d.Outcome == Current {
			continue
		}
		d.Findings = nil
		d.leave(diag.Finding{
			Code:    diag.FileLeft,
			Message: fmt.Sprintf("%s %q is left as it is, because its file is broken on line %d", d.Kind, d.Doc.Name, broken.Span.Line),
			Help:    "repair the file and migrate again",
		})
		d.Outcome = Broken
	}
}
