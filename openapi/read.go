// Package openapi reads descriptions of APIs (OpenAPI 3) and drafts gateway
// resources from them.
//
// It takes files and returns the model of an API, which gateways are held
// against, or manifests, each with findings. It must not know targets, nor what
// a command does with a finding.
package openapi

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// Document is a description that was read.
type Document struct {
	ir.API
	origin     source.Ref
	root       part
	schemes    map[string]scheme
	operations map[string]part // by method, space, path
}

// scheme is a security scheme
// (https://spec.openapis.org/oas/v3.2.0.html#security-scheme-object).
type scheme struct{ kind, scheme, discovery string }

// Open returns the bytes of a file that a description refers to. The name is
// relative to the description's folder, with slashes.
type Open func(name string) ([]byte, error)

// Read reads a description in YAML or JSON. It returns nil and a finding for
// what is none, and for parts that cannot be read. Nothing is read but the file
// and what open returns; a nil open refuses references to other files.
func Read(f *source.File, open Open) (*Document, diag.List) {
	doc, root, found := parse(f)
	if len(found) > 0 {
		return nil, found
	}
	origin := source.Ref{Doc: doc}
	if f := checkVersion(root, origin); f != nil {
		return nil, diag.List{*f}
	}
	name := path.Base(strings.ReplaceAll(f.Name, `\`, "/"))
	value := source.Value(root)
	d := &Document{origin: origin, root: part{value, name, origin}, operations: map[string]part{}}
	r := &reader{Document: d, loader: loader{files: files{open, map[string]any{name: value}}}}
	r.read()
	switch {
	case r.fault != nil:
		return nil, diag.List{*r.fault}
	case len(r.found) > 0:
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
		found.Add(diag.FromProblem(p))
	}
	if len(found) == 0 && doc == nil {
		found.Add(diag.Finding{
			Code: diag.APIUnreadable, Span: source.Span{File: f.Name, Line: 1, Column: 1, EndLine: 1, EndColumn: 2},
			Message: "the file holds no description of an API", Help: "name a file that begins with \"openapi: 3.\"",
		})
	}
	return doc, root, found
}

// checkVersion reports what is not OpenAPI 3.0, 3.1 or 3.2.
func checkVersion(root *source.Node, origin source.Ref) *diag.Finding {
	version := source.Text(source.Field(root, "openapi"))
	f := diag.Finding{Code: diag.APIUnreadable, At: origin.At("openapi")}
	switch {
	case strings.HasPrefix(version, "3.0.") || strings.HasPrefix(version, "3.1.") || strings.HasPrefix(version, "3.2."):
		return nil
	case source.Field(root, "swagger") != nil:
		f.At = origin.At("swagger")
		f.Message, f.Help = "this is a description of Swagger 2.0, which is not read", "convert it to OpenAPI 3 first"
	case version == "":
		f.At = origin
		f.Message, f.Help = "this is not an OpenAPI document: it has no field \"openapi\"", "name a file that begins with \"openapi: 3.\""
	default:
		f.Message, f.Help = fmt.Sprintf("version %q of OpenAPI is not read", version), "versions 3.0, 3.1 and 3.2 are read"
	}
	return &f
}

// reader turns a description into the model.
type reader struct {
	*Document
	loader
	found diag.List
}

func (r *reader) read() {
	r.Origin = r.origin
	info := r.root.field("info")
	r.object(info)
	r.Title = r.text(info.field("title"))
	r.checkReferences(r.root)
	r.readSchemes()
	r.Servers = r.serversAt(r.root.field("servers"))
	if r.Servers == nil {
		r.Servers = []ir.APIServer{{Origin: r.origin}}
	}
	paths := r.root.field("paths")
	for _, m := range r.object(paths) {
		if !strings.HasPrefix(m.Key, "x-") {
			r.path(m.Key, paths.field(m.Key))
		}
	}
	slices.SortStableFunc(r.Operations, func(a, b ir.Operation) int { return strings.Compare(a.Path, b.Path) })
	if len(r.Operations) == 0 && len(r.found) == 0 {
		r.found.Add(invalid(r.origin, "it describes no operation"))
	}
}

func (r *reader) readSchemes() {
	r.schemes = map[string]scheme{}
	components := r.root.field("components")
	r.object(components)
	all := components.field("securitySchemes")
	for _, m := range r.object(all) {
		chain := r.follow(all.field(m.Key))
		if chain == nil || m.Value == nil {
			continue
		}
		p := chain[len(chain)-1]
		r.object(p)
		r.schemes[m.Key] = scheme{r.text(p.field("type")), r.text(p.field("scheme")), r.text(p.field("openIdConnectUrl"))}
	}
}

func (r *reader) path(template string, p part) {
	if !strings.HasPrefix(template, "/") {
		r.found.Add(diag.Finding{Code: diag.APIUnreadable, At: p.at, Message: fmt.Sprintf("path %q does not begin with a slash", template), Help: "write the path below the server's URL, such as /orders"})
		return
	}
	fields := r.fieldsOf(p)
	servers := r.Servers
	if own := r.serversAt(fields["servers"]); own != nil {
		servers = own
	}
	operations := r.operationsOf(fields)
	for _, method := range sortedKeys(operations) {
		o := operations[method]
		op := ir.Operation{Origin: p.at.At(strings.ToLower(method)), Method: method, Path: template, Servers: servers}
		o.at = op.Origin
		r.object(o)
		if own := r.serversAt(o.field("servers")); own != nil {
			op.Servers = own
		}
		op.Security, op.Allowed = r.security(o)
		r.Operations = append(r.Operations, op)
		r.operations[method+" "+template] = o
	}
}

// fieldsOf returns the fields of a path, and those of what it refers to where it
// does not have them itself. It reports those that would be passed over: an operation
// whose method is misspelt is one that nothing is compared with.
func (r *reader) fieldsOf(p part) map[string]part {
	out := map[string]part{}
	for _, one := range r.follow(p) {
		for _, m := range r.object(one) {
			if !strings.HasPrefix(m.Key, "x-") && !slices.Contains(pathFields, m.Key) && !slices.Contains(operationFields, m.Key) {
				r.unknownField(one, m.Key)
			}
			if list, ok := m.Value.([]any); m.Value == nil || m.Key == "servers" && ok && len(list) == 0 {
				continue // as if it were not there
			}
			if _, has := out[m.Key]; !has {
				out[m.Key] = one.field(m.Key)
			}
		}
	}
	return out
}

func (r *reader) unknownField(p part, key string) {
	at := p.at.At(key)
	at.Key = true
	r.found.Add(diag.Finding{
		Code: diag.APIUnreadable, At: at, Message: fmt.Sprintf("%q is not a field of a path", key),
		Help: "operations are " + strings.Join(operationFields, ", ") + ", in lower case",
	})
}

// operationsOf returns the operations of a path by method.
func (r *reader) operationsOf(fields map[string]part) map[string]part {
	out := map[string]part{}
	others := fields["additionalOperations"]
	for _, m := range r.object(others) {
		if m.Value != nil {
			out[m.Key] = others.field(m.Key)
		}
	}
	for _, key := range operationFields {
		if o, ok := fields[key]; ok {
			out[strings.ToUpper(key)] = o
		}
	}
	return out
}

// security returns who may send an operation: as it says itself, or the
// description as a whole. Without either nothing is demanded.
func (r *reader) security(o part) (source.Ref, []ir.Credentials) {
	said := o.field("security")
	if said.value == nil {
		said = r.root.field("security")
	}
	requirements := r.list(said)
	if len(requirements) == 0 {
		if o.field("security").value == nil {
			return o.at, []ir.Credentials{{}}
		}
		return said.at, []ir.Credentials{{}}
	}
	var out []ir.Credentials
	for _, one := range requirements {
		var c ir.Credentials
		if one.value == nil {
			r.refuse(one, "is not an object")
		}
		for _, m := range sortedMembers(r.object(one)) {
			r.demand(one.at, m.Key, r.texts(one.field(m.Key)), &c)
		}
		slices.Sort(c.Scopes)
		c.Scopes = slices.Compact(c.Scopes)
		out = append(out, c)
	}
	return said.at, out
}

// demand adds what a named scheme demands.
func (r *reader) demand(at source.Ref, name string, scopes []string, c *ir.Credentials) {
	s, ok := r.schemes[name]
	if !ok {
		r.found.Add(diag.Finding{Code: diag.APIUnreadable, At: at, Message: fmt.Sprintf("the security scheme %q is not defined", name), Help: "define it in components.securitySchemes"})
		return
	}
	switch {
	case s.kind == "oauth2", s.kind == "openIdConnect", s.kind == "http" && strings.EqualFold(s.scheme, "bearer"):
		c.Token = true
		c.Scopes = append(c.Scopes, scopes...)
	default:
		c.Others = append(c.Others, name)
	}
}

// pathFields are the fields of a path that are not operations.
var pathFields = []string{"$ref", "summary", "description", "servers", "parameters", "additionalOperations"}

// operationFields are those of operations. TRACE and QUERY are among them
// (https://spec.openapis.org/oas/v3.2.0.html#path-item-object).
var operationFields = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"}
