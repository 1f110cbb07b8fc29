// Package v1alpha1 is kgw's RoleBindings: who has which of Kyma's roles, in the
// keys of Kyma's Cluster Users chart.
//
// It takes a document's YAML and returns findings and bindings. It must not
// know how they are written.
package v1alpha1

import (
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// Group is the API group of RoleBindings.
const Group = "kgw.dev"

// aliases are the keys of the chart, with their roles. A key may also be the
// role.
var aliases = [][2]string{
	{"kymaEssentials", "kyma-essentials"}, {"kymaView", "kyma-view"}, {"kymaEdit", "kyma-edit"}, {"kymaAdmin", "kyma-admin"}, {"kymaDeveloper", "kyma-developer"},
}

// Roles of messages and defaults.
const (
	adminRole     = "kyma-admin"
	developerRole = "kyma-developer"
)

func texts(doc string) *shape.Type {
	return &shape.Type{Kind: shape.List, Doc: doc, Elem: &shape.Type{Kind: shape.String, MinLen: 1}}
}

func subjects(doc string) *shape.Type {
	return &shape.Type{Kind: shape.Object, Doc: doc, Fields: []shape.Field{
		{Name: "groups", Type: texts("Groups, as the identity provider names them.")}, {Name: "users", Type: texts("Users, as the API server names them.")},
	}}
}

func roleFields() []shape.Field {
	var out []shape.Field
	for i, form := range []int{0, 1} {
		for _, a := range aliases {
			doc := "Who has the ClusterRole " + a[1] + "."
			if i > 0 {
				doc = "The same as " + a[0] + "."
			}
			out = append(out, shape.Field{Name: a[form], Type: subjects(doc)})
		}
	}
	return out
}

// Type describes the documents of this version.
var Type = shape.Resource(Group+"/v1alpha1", "RoleBindings", "Who has which of Kyma's roles (kgw RoleBindings).",
	shape.Field{Name: "bindings", Type: &shape.Type{Kind: shape.Object, Doc: "Roles in the whole cluster.", Fields: roleFields()}},
	shape.Field{Name: "users", Type: &shape.Type{Kind: shape.Object, Doc: "Administrators.", Fields: []shape.Field{
		{Name: "adminGroup", Type: &shape.Type{Kind: shape.String, Doc: "A group that has the ClusterRole kyma-admin."}},
		{Name: "administrators", Type: texts("Users that have it.")},
	}}},
	shape.Field{Name: "namespaces", Type: &shape.Type{Kind: shape.List, Doc: "Developers of single namespaces.", Elem: &shape.Type{Kind: shape.Object, Fields: []shape.Field{
		{Name: "namespace", Required: true, Type: &shape.Type{Kind: shape.String, MinLen: 1, MaxLen: 63, Pattern: shape.DNSLabel, Doc: "The namespace."}},
		{Name: "groups", Type: texts("Groups that have the role kyma-developer there.")},
		{Name: "users", Type: texts("Users that have it.")},
	}}}},
)

// RoleBindings is a decoded document.
type RoleBindings struct{ bindings ir.Bindings }

// Decode reads a document. It is tolerant: what Type refuses is left empty.
func Decode(doc *source.Document, root *source.Node) *RoleBindings {
	at := source.Ref{Doc: doc}
	b := ir.Bindings{Origin: at}
	add := func(role, namespace string, at source.Ref, n *source.Node) {
		s := ir.Bound{Role: role, Namespace: namespace}
		for i, name := range source.Texts(source.Field(n, "groups")) {
			s.Groups = append(s.Groups, ir.Subject{Origin: at.At("groups").Elem(i), Name: name})
		}
		for i, name := range source.Texts(source.Field(n, "users")) {
			s.Users = append(s.Users, ir.Subject{Origin: at.At("users").Elem(i), Name: name})
		}
		b.Bound = append(b.Bound, s)
	}
	list := source.Field(root, "bindings")
	for _, a := range aliases {
		for _, key := range a {
			add(a[1], "", at.At("bindings", key), source.Field(list, key))
		}
	}
	users := source.Field(root, "users")
	admins := ir.Bound{Role: adminRole}
	if group := source.Text(source.Field(users, "adminGroup")); group != "" {
		admins.Groups = []ir.Subject{{Origin: at.At("users", "adminGroup"), Name: group}}
	}
	for i, name := range source.Texts(source.Field(users, "administrators")) {
		admins.Users = append(admins.Users, ir.Subject{Origin: at.At("users", "administrators").Elem(i), Name: name})
	}
	b.Bound = append(b.Bound, admins)
	for i, n := range source.Elements(source.Field(root, "namespaces")) {
		add(developerRole, source.Text(source.Field(n, "namespace")), at.At("namespaces").Elem(i), n)
	}
	return &RoleBindings{b}
}

// Check finds nothing that Type does not.
func (b *RoleBindings) Check(*ir.Settings) diag.List { return nil }

// Lift returns no gateway: bindings are a companion.
func (b *RoleBindings) Lift(*ir.Settings) (*ir.Gateway, diag.List) { return nil, nil }

// Companion returns the bindings.
func (b *RoleBindings) Companion() ir.Companion { return &b.bindings }
