// Package openapi reads descriptions of APIs (OpenAPI 3) and drafts gateway
// resources from them.
//
// It takes files and returns the model of an API, which gateways are checked
// against, or manifests, each with findings. It must not know targets, nor what
// a command does with a finding.
package openapi

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// Document is a description that was read.
type Document struct {
	ir.API
	root   *source.Node
	doc    *openapi3.T
	origin source.Ref
}

// Open returns the bytes of a file that a description refers to. The name is
// relative to the description's folder, with slashes.
type Open func(name string) ([]byte, error)

// Read reads a description in YAML or JSON. It returns nil and a finding for a file
// that is not a description, and for parts that cannot be read. Nothing is read but the
// file and what open returns; a nil open refuses references to other files.
func Read(f *source.File, open Open) (*Document, diag.List) {
	doc, root, found := parse(f)
	if len(found) > 0 {
		return nil, found
	}
	d := &Document{root: root, origin: source.Ref{Doc: doc}}
	if f := d.checkVersion(); f != nil {
		return nil, diag.List{*f}
	}
	if err := d.load(f, open); err != nil {
		return nil, diag.List{d.invalid(err.Error())}
	}
	r := &reader{Document: d}
	r.read()
	if len(r.found) > 0 {
		return nil, r.found
	}
	return d, nil
}

// At adds hosts at which the API is published too; a nil description stays nil.
func (d *Document) At(hosts []string) {
	if d == nil {
		return
	}
	for _, h := range hosts {
		d.Hosts = append(d.Hosts, strings.ToLower(h))
	}
}

// parse reads the file as one YAML document within kgw's own bounds on aliases,
// depth and size, before the library sees it.
func parse(f *source.File) (*source.Document, *source.Node, diag.List) {
	var found diag.List
	docs, problems := source.Split(f)
	var doc *source.Document
	var root *source.Node
	for _, one := range docs {
		n, more := one.Parse()
		problems = append(problems, more...)
		if n == nil {
			continue
		}
		if doc != nil {
			found.Add(diag.Finding{
				Code: diag.APIUnreadable, At: source.Ref{Doc: one},
				Message: "the file holds more than one document", Help: "keep each description in a file of its own",
			})
			return nil, nil, found
		}
		doc, root = one, n
	}
	for _, p := range problems {
		if p.Kind != source.Ambiguous { // OpenAPI is YAML 1.2, and the library reads it so
			found.Add(diag.FromProblem(p))
		}
	}
	if len(found) == 0 && doc == nil {
		found.Add(diag.Finding{
			Code: diag.APIUnreadable, Span: source.Span{File: f.Name, Line: 1, Column: 1, EndLine: 1, EndColumn: 2},
			Message: "the file holds no description of an API", Help: "name a file that begins with \"openapi: 3.\"",
		})
	}
	return doc, root, found
}

func (d *Document) invalid(message string) diag.Finding {
	return diag.Finding{
		Code: diag.APIUnreadable, At: d.origin, Message: "this is not a valid OpenAPI document: " + message,
		Help: "correct the document; its rules are at https://spec.openapis.org/oas/latest.html",
	}
}

// checkVersion reports a version other than OpenAPI 3.0, 3.1 or 3.2.
func (d *Document) checkVersion() *diag.Finding {
	version := source.Text(source.Field(d.root, "openapi"))
	f := diag.Finding{Code: diag.APIUnreadable, At: d.origin.At("openapi")}
	switch {
	case strings.HasPrefix(version, "3.0.") || strings.HasPrefix(version, "3.1.") || strings.HasPrefix(version, "3.2."):
		return nil
	case source.Field(d.root, "swagger") != nil:
		f.At = d.origin.At("swagger")
		f.Message, f.Help = "this is a description of Swagger 2.0, which is not read", "convert it to OpenAPI 3 first"
	case version == "":
		f.At = d.origin
		f.Message, f.Help = "this is not an OpenAPI document: it has no field \"openapi\"", "name a file that begins with \"openapi: 3.\""
	default:
		f.Message, f.Help = fmt.Sprintf("version %q of OpenAPI is not read", version), "versions 3.0, 3.1 and 3.2 are read"
	}
	return &f
}

// load hands the text to the library, which resolves references.
func (d *Document) load(f *source.File, open Open) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the document cannot be read: %v", r)
		}
	}()
	l := openapi3.NewLoader()
	l.ReadFromURIFunc = func(_ *openapi3.Loader, at *url.URL) ([]byte, error) {
		switch {
		case at.Scheme != "" || at.Host != "":
			return nil, fmt.Errorf("%s is not read: kgw opens no connection", at.Redacted())
		case open == nil || path.IsAbs(at.Path):
			return nil, fmt.Errorf("%s is not read: it is not a file beside the document", at.Path)
		}
		return open(at.Path)
	}
	d.doc, err = l.LoadFromDataWithPath(f.Data, &url.URL{Path: path.Base(strings.ReplaceAll(f.Name, `\`, "/"))})
	if err == nil && d.doc == nil {
		err = fmt.Errorf("it is empty")
	}
	return err
}

// reader turns what the library read into the model.
type reader struct {
	*Document
	// named holds whom the x-fabric keys of operations let in.
	named map[operation]*ir.Access
	found diag.List
}

// operation names an operation.
type operation struct{ path, method string }

func (r *reader) read() {
	r.checkFields()
	r.readNamed()
	r.Origin = r.origin
	if r.doc.Info != nil {
		r.Title = r.doc.Info.Title
	}
	r.Servers = r.serversAt(r.origin.At("servers"), r.doc.Servers)
	if r.Servers == nil {
		r.Servers = []ir.APIServer{{Origin: r.origin}}
	}
	for _, p := range r.doc.Paths.InMatchingOrder() {
		r.readPath(p, r.doc.Paths.Value(p))
	}
	slices.SortStableFunc(r.Operations, func(a, b ir.Operation) int { return strings.Compare(a.Path, b.Path) })
	if len(r.Operations) == 0 && len(r.found) == 0 {
		r.found.Add(r.invalid("it describes no operation"))
	}
}

func (r *reader) readPath(template string, item *openapi3.PathItem) {
	at := r.origin.At("paths", template)
	if !strings.HasPrefix(template, "/") {
		r.found.Add(diag.Finding{Code: diag.APIUnreadable, At: at, Message: fmt.Sprintf("path %q does not begin with a slash", template), Help: "write the path below the server's URL, such as /orders"})
		return
	}
	if item == nil {
		return
	}
	servers := r.Servers
	if own := r.serversAt(at.At("servers"), item.Servers); own != nil {
		servers = own
	}
	operations := item.Operations()
	r.checkReference(at.At("$ref"), template, item)
	for _, method := range sortedKeys(operations) {
		o := operations[method]
		opAt := at.At(strings.ToLower(method))
		op := ir.Operation{Origin: opAt, Method: method, Path: template, Servers: servers}
		if o.Servers != nil {
			if own := r.serversAt(opAt.At("servers"), *o.Servers); own != nil {
				op.Servers = own
			}
		}
		op.Security, op.Allowed = r.readSecurity(opAt, o)
		op.Named = r.named[operation{template, method}]
		r.checkOperation(opAt, o)
		r.Operations = append(r.Operations, op)
	}
}

// checkReference reports what would be passed over behind the reference of a path:
// operations behind a further reference, or with a misspelt method.
func (r *reader) checkReference(at source.Ref, template string, item *openapi3.PathItem) {
	ref := source.Text(source.Field(source.Field(source.Field(r.root, "paths"), template), "$ref"))
	if ref == "" {
		return
	}
	if len(item.Operations()) == 0 {
		r.found.Add(diag.Finding{
			Code: diag.APIUnreadable, At: at, Message: fmt.Sprintf("there is no operation behind %q", ref),
			Help: "name the path item itself: references that lead to references are not followed",
		})
	}
	for _, key := range sortedKeys(item.Extensions) {
		if !isPathField(key) {
			r.found.Add(diag.Finding{Code: diag.APIUnreadable, At: at, Message: fmt.Sprintf("%q, behind %q, is not a field of a path", key, ref), Help: helpPath(key)})
		}
	}
}
