package lsp

import (
	"context"
	"path/filepath"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
	"github.com/kgw-dev/kgw/why"
)

// view is a file of a client in a folder that was compiled.
type view struct {
	*analysis
	*Checked
	scope scope
	file  *source.File
}

// view returns a file as it was compiled last, not before the request came; nil
// for a file that no folder compiles.
func (s *Server) view(ctx context.Context, u uri.URI) (*view, error) {
	asked, _ := ctx.Value(stateKey{}).(*state)
	a, err := s.work.wait(ctx, asked)
	if err != nil || !u.IsFile() {
		return nil, err
	}
	path := u.FsPath()
	for _, sc := range a.state.scopes() {
		c := a.checked[sc]
		for _, f := range c.Input.Files {
			if name := sc.file(f.Name); name == path || filepath.Base(name) == filepath.Base(path) && a.state.opened(name) == a.state.document(u) && a.state.document(u) != nil {
				return &view{a, c, sc, f}, nil
			}
		}
	}
	return a.viewOfOpen(u), nil
}

// someField matches a text that says something: one without is passed over.
var someField = lazyregexp.New(`(?m)^[^#\n]*:`)

// viewOfOpen is the view of an open file that says nothing yet, and of settings that
// are half written, with which nothing can be read; nil of any other.
func (a *analysis) viewOfOpen(u uri.URI) *view {
	d := a.state.document(u)
	if d == nil || filepath.Base(d.path) != config.FileName && someField().MatchString(d.text) {
		return nil
	}
	for _, sc := range a.state.scopes() {
		rel, err := filepath.Rel(sc.dir, d.path)
		if err != nil || !filepath.IsLocal(rel) || !source.IsManifestName(d.path) {
			continue
		}
		if f, problem := source.NewFile(filepath.ToSlash(rel), []byte(d.text)); problem == nil {
			return &view{a, a.checked[sc], sc, f}
		}
	}
	return nil
}

// location is a place of a finding or of a model for the client.
func (v *view) location(at source.Ref) protocol.Location {
	span := at.Doc.Locator().Span(at.Path, at.Key)
	return protocol.Location{URI: v.state.uriOf(v.scope.file(span.File)), Range: rangeOf(at.Doc.File, span)}
}

// spot is what is at a position of a file.
type spot struct {
	doc  *source.Document // an item of a List is a document of its own
	root *source.Node
	desc *schema.Description // nil for kinds that kgw does not describe
	path string
	node *source.Node // the value at the path
	typ  *shape.Type  // nil where it is not described
	// mesh: rules with the handler jwt have Istio's form.
	mesh bool
}

// ref is a place in the document of the spot.
func (s *spot) ref(path string) source.Ref { return source.Ref{Doc: s.doc, Path: path} }

// documents are the documents of the file with their trees, items of Lists apart.
func (v *view) documents() []spot {
	var out []spot
	docs, _ := source.Split(v.file)
	for _, d := range docs {
		resources, _ := d.Resources()
		for _, r := range resources {
			root, _ := r.Parse()
			desc := describe(r)
			out = append(out, spot{doc: r, root: root, desc: desc, mesh: desc != nil && v.Options.IstioJWT(desc.Name(), v.file)})
		}
	}
	return out
}

// describe returns the description of a document's kind, or nil.
func describe(d *source.Document) *schema.Description {
	all := schema.Descriptions()
	for i := range all {
		if all[i].APIVersion() == d.APIVersion && all[i].Kind == d.Kind {
			return &all[i]
		}
	}
	return nil
}

// spot returns what is at a position; nil where no document is.
func (v *view) spot(p protocol.Position) *spot {
	line, column := placeOf(v.file, p)
	var in *spot
	docs := v.documents()
	for i := range docs {
		if docs[i].doc.First() <= line {
			in = &docs[i]
		}
	}
	if in == nil {
		return nil
	}
	in.node = in.root
	if in.desc != nil {
		in.typ = in.desc.Type
	}
	in.descend(line, column)
	return in
}

// descend goes from the node of the spot to the deepest one that begins before a
// place.
func (s *spot) descend(line, column int) {
	begins := func(n *source.Node) bool {
		at := s.doc.NodeSpan(n)
		return n.Line > 0 && (at.Line < line || at.Line == line && at.Column <= column)
	}
	switch {
	case isMapping(s.node):
		last := -1
		for i := 0; i+1 < len(s.node.Content); i += 2 {
			if begins(s.node.Content[i]) {
				last = i
			}
		}
		if last < 0 {
			return
		}
		key, value := s.node.Content[last], s.node.Content[last+1]
		*s = s.field(key.Value)
		s.node = value
		if at := s.doc.NodeSpan(key); at.Line == line && column <= at.EndColumn {
			return // on the name of the field
		}
		s.descend(line, column)
	case source.Elements(s.node) != nil:
		last := -1
		for i, n := range s.node.Content {
			if begins(n) {
				last = i
			}
		}
		if last < 0 {
			return
		}
		*s = s.element(last)
		s.descend(line, column)
	}
}

// isMapping reports whether a node is a mapping with a field.
func isMapping(n *source.Node) bool { return len(n.Content) > 0 && source.Elements(n) == nil }

// gateway returns the model of a document that was compiled, or nil.
func (v *view) gateway(d *source.Document) *ir.Gateway {
	if v.Result == nil {
		return nil
	}
	for i := range v.Result.Resources {
		if r := &v.Result.Resources[i]; sameDocument(r.Doc, d) {
			return r.Gateway
		}
	}
	return nil
}

// sameDocument reports whether two documents are one of a file that may have
// been split twice.
func sameDocument(a, b *source.Document) bool {
	return a != nil && b != nil && a.File == b.File && a.Index == b.Index && a.Item() == b.Item()
}

// routesAt returns the routes of a model that are written at a place or around it.
func routesAt(g *ir.Gateway, path string) []*ir.Route {
	if g == nil {
		return nil
	}
	var out []*ir.Route
	for _, r := range g.Routes {
		if r.Origin.Path != "" && why.Below(path, r.Origin.Path) {
			out = append(out, r)
		}
	}
	return out
}
