package openapi

import (
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	fabric "github.com/kgw-dev/kgw/schema/fabric/v1"
)

// FabricGateway drafts a FabricGateway. The fields of FabricGateways that the
// description has itself (x-fabric-...) are copied as they are, and win where
// they are present. An operation that it cannot express is left out and
// reported. It returns nil where nothing is left.
func (d *Document) FabricGateway(o Draft) (source.Object, diag.List) {
	w := &drafter{Document: d, Draft: o}
	own := sortExtensions(d.doc.Extensions)
	_, services := own.Get("x-fabric-service")
	_, provider := own.Get("x-external-service-provider")
	spec := source.Object{}
	switch {
	case services || provider:
		if w.Host == "" {
			w.Host = append(d.HostNames(), "")[0]
		}
	case !w.chooseHost():
		return nil, w.found
	default:
		service := source.Object{{Key: "host", Value: w.Host}, {Key: "serviceName", Value: w.Service}}
		if w.Port != "" {
			service = append(service, source.Member{Key: "servicePort", Value: w.Port})
		}
		spec = append(spec, source.Member{Key: "x-fabric-service", Value: []any{service}})
	}
	spec = append(spec, own...)
	paths := w.fabricPaths()
	if len(paths) == 0 {
		return nil, w.found
	}
	spec = append(spec, source.Member{Key: "paths", Value: paths})
	return append(w.newResource(fabric.APIVersion, "FabricGateway"), source.Member{Key: "spec", Value: spec}), w.found
}

// sortExtensions returns the fields that are FabricGateways', sorted.
func sortExtensions(all map[string]any) source.Object {
	own := maps.Clone(all)
	maps.DeleteFunc(own, func(key string, _ any) bool { return !isFabric(key) })
	return source.ObjectOf(own)
}

func (d *drafter) fabricPaths() source.Object {
	written, texts := map[*ir.Operation]bool{}, map[*ir.Operation]source.Object{}
	for i := range d.Operations {
		o := &d.Operations[i]
		if texts[o], written[o] = d.fabricOperation(o); written[o] && o.Named == nil && strings.Contains(o.Path, "*") {
			d.reportLeft(o.Origin, "write an operation by hand, or a parameter in place of the star", "%s has a star in its path, which a FabricGateway reads as any text", o.Method+" "+o.Path)
			written[o] = false
		}
		for _, base := range d.bases(o) {
			if written[o] && !fabric.PathAllowed(base+o.Path) {
				d.reportLeft(o.Origin, "write an operation for a wider path by hand", "%s has a path that a FabricGateway does not have, where a parameter is a whole segment", o.Method+" "+o.Path)
				written[o] = false
			}
		}
	}
	d.withhold(written)
	var out source.Object
	for i := range d.Operations {
		o := &d.Operations[i]
		if !written[o] {
			continue
		}
		for _, base := range d.bases(o) {
			out = addOperation(out, base+o.Path, strings.ToLower(o.Method), texts[o])
		}
	}
	return out
}

// addOperation adds an operation to the paths.
func addOperation(paths source.Object, path, verb string, operation source.Object) source.Object {
	for i := range paths {
		if paths[i].Key == path {
			verbs, _ := paths[i].Value.(source.Object)
			paths[i].Value = append(verbs, source.Member{Key: verb, Value: operation})
			return paths
		}
	}
	return append(paths, source.Member{Key: path, Value: source.Object{{Key: verb, Value: operation}}})
}

// fabricOperation writes who may send an operation.
func (d *drafter) fabricOperation(o *ir.Operation) (source.Object, bool) {
	if !slices.Contains(fabric.Verbs, strings.ToLower(o.Method)) {
		d.reportLeft(o.Origin, "verbs are "+strings.Join(fabric.Verbs, ", "), "%s has a method that a FabricGateway does not have", o.Method+" "+o.Path)
		return nil, false
	}
	out := sortExtensions(d.operationOf(o).Extensions)
	if out == nil {
		out = source.Object{}
	}
	a, ok := d.accessOf(o)
	switch {
	case !ok:
		return nil, false
	case a.open:
		d.found.Add(diag.Finding{
			Code: diag.ImportChose, At: o.Security, Message: o.Method + " " + o.Path + " is open to anyone, and a FabricGateway demands a token of every caller: it is closed",
			Help: "publish what is open by other means",
		})
	case len(a.scopes) > 1:
		d.reportLeft(o.Security, "write x-fabric-privileges in the document, and no alternatives: all of them are demanded", "%s has alternatives of scopes, and a FabricGateway demands all", o.Method+" "+o.Path)
		return nil, false
	default:
		out = demandingAll(out, a.scopes[0])
	}
	return out, true
}

// demandingAll is an operation whose privileges have the scopes too.
func demandingAll(operation source.Object, scopes []string) source.Object {
	own, said := operation.Get(keyPrivileges)
	list, isList := own.([]any)
	if said && !isList {
		return operation // it is refused as it is
	}
	for _, s := range scopes {
		if !slices.Contains(list, any(s)) && !strings.EqualFold(s, uid) {
			list = append(list, s)
		}
	}
	if said || len(list) == 0 {
		for i := range operation {
			if operation[i].Key == keyPrivileges {
				operation[i].Value = list
			}
		}
		return operation
	}
	return append(operation, source.Member{Key: keyPrivileges, Value: list})
}

// operationOf returns what the library read of an operation.
func (d *Document) operationOf(o *ir.Operation) *openapi3.Operation {
	return d.doc.Paths.Value(o.Path).GetOperation(o.Method)
}
