// Package others checks what is among the inputs beside the gateways: objects of
// other origin that serve the same hosts, lead to the same Services, or have the names
// or the labels of what is written.
//
// It does not know how an object is written: a Gateway writes its own.
package others

import (
	"encoding/json"
	"reflect"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
	"github.com/kgw-dev/kgw/schema/kube"
)

// Document is a document among the inputs.
type Document struct {
	*source.Document
	// Object is what was read of it; nil for kinds that are not read, and for those
	// that are compiled.
	Object kube.Object
	// Compiled reports that its kind is compiled, and Copy that an earlier document
	// defines the same resource.
	Compiled, Copy bool
}

// name returns the name of the document's object.
func (d *Document) name() ir.Name { return ir.Name{Namespace: d.Namespace, Name: d.Name} }

// key is the key that the object of a document has among manifests.
func (d *Document) key() string {
	o := manifest.Object{APIVersion: d.APIVersion, Kind: d.Kind, Meta: manifest.Meta{Namespace: d.Namespace, Name: d.Name}}
	return o.Key()
}

// Gateway is a gateway and what is written for it.
type Gateway struct {
	*ir.Gateway
	Doc *source.Document
	// Target is nil where nothing is written.
	Target *ir.Target
	// Write returns the objects that are written; nil without a Target.
	Write func() []manifest.Object
	// Serves lists the hosts of a written object, where another object on a host
	// would be served too; nil where it would not.
	Serves func(*manifest.Object) []string
	// Copy reports that an earlier document defines the same resource.
	Copy bool
}

// Inputs are the documents and gateways of a run.
type Inputs struct {
	Documents []Document
	Gateways  []Gateway
	// Replaces reports whether a document was written by an earlier run and this one
	// replaces it.
	Replaces func(*source.Document) bool
	// RulesAside leaves out the Rules among the documents.
	RulesAside bool
	Judge      *match.Judge
	// Parents and Namespaces are the Gateways of the Gateway API and the Namespaces
	// that are known.
	Parents    map[ir.Name]*kube.ParentGateway
	Namespaces map[string]*kube.Namespace
}

// Check returns what is found about the objects of others, but for the order of
// routes: see CheckOrder.
func (in *Inputs) Check() diag.List {
	found := in.checkHosts()
	found = append(found, in.checkDoors(found)...)
	return append(found, in.checkImpostors()...)
}

// written returns the keys of all objects that are written.
func (in *Inputs) written() map[string]bool {
	out := map[string]bool{}
	for i := range in.Gateways {
		if in.Gateways[i].Target == nil {
			continue
		}
		for _, o := range in.Gateways[i].Write() {
			out[o.Key()] = true
		}
	}
	return out
}

// ByKey returns the documents of kinds that are written, by the keys of their
// objects.
func (in *Inputs) ByKey() map[string]*Document {
	out := map[string]*Document{}
	for i := range in.Documents {
		if d := &in.Documents[i]; !d.Compiled && d.Name != "" && kinds.Written(schema.Group(d.APIVersion), d.Kind) {
			out[d.key()] = d
		}
	}
	return out
}

// Namesake returns a document that is another object of the kind and name of a
// written one, or nil. It ignores the namespace of documents of kinds without one.
func (in *Inputs) Namesake(o *manifest.Object) *Document {
	for i := range in.Documents {
		d := &in.Documents[i]
		if d.Kind == o.Kind && d.Name == o.Meta.Name && schema.Group(d.APIVersion) == schema.Group(o.APIVersion) && (o.Meta.Namespace == "" || o.Meta.Namespace == d.Namespace) && !in.IsCopy(d, o) {
			return d
		}
	}
	return nil
}

// IsCopy reports whether a document equals the object that is written, or an earlier
// run wrote it and this one replaces it.
func (in *Inputs) IsCopy(d *Document, o *manifest.Object) bool {
	if in.Replaces(d.Document) {
		return true
	}
	root, _ := d.Parse()
	return root != nil && reflect.DeepEqual(jsonValueOf(o.Value()), jsonValueOf(source.Value(root)))
}

// jsonValueOf returns a value in the types of encoding/json.
func jsonValueOf(v any) any {
	var out any
	if json.Unmarshal(manifest.AppendJSON(nil, v, 0), &out) != nil {
		return nil
	}
	return out
}
