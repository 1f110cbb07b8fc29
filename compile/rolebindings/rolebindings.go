// Package rolebindings writes who has which of Kyma's roles as
// ClusterRoleBindings and RoleBindings.
//
// It takes the bindings of all documents and returns objects: one for each role
// in the cluster, and one for each namespace. It must not know documents.
package rolebindings

import (
	"cmp"
	"slices"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

const (
	group      = "rbac.authorization.k8s.io"
	essentials = "kyma-essentials"
	developer  = "kyma-developer"
)

// subject is a group or a user.
type subject struct{ kind, name string }

// place is where a role is bound: in a namespace, or "" for the cluster.
type place struct{ namespace, role string }

// Lower returns the objects. A developer needs the essentials of the whole
// cluster too, also one of a single namespace: Kyma's documentation demands
// that, and its chart did not write it.
func Lower(all []*ir.Bindings) []manifest.Object {
	bound := map[place][]subject{}
	origin := map[place]source.Ref{}
	for _, b := range all {
		for i := range b.Bound {
			s := &b.Bound[i]
			list := subjectsOf(s)
			at := []place{{s.Namespace, s.Role}}
			if s.Role == developer {
				at = append(at, place{"", essentials})
			}
			for _, p := range at {
				if _, seen := origin[p]; !seen {
					origin[p] = b.Origin
				}
				bound[p] = append(bound[p], list...)
			}
		}
	}
	var out []manifest.Object
	for p, list := range bound {
		if len(list) > 0 {
			out = append(out, objectOf(p, list, origin[p]))
		}
	}
	manifest.Sort(out)
	return out
}

func subjectsOf(s *ir.Bound) []subject {
	var out []subject
	for i := range s.Groups {
		out = append(out, subject{"Group", s.Groups[i].Name})
	}
	for i := range s.Users {
		out = append(out, subject{"User", s.Users[i].Name})
	}
	return out
}

// objectOf writes one binding. Its name has the role in it: the role of a
// binding cannot be changed.
func objectOf(p place, list []subject, origin source.Ref) manifest.Object {
	slices.SortFunc(list, func(a, b subject) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name)) })
	var subjects []any
	for _, s := range slices.Compact(list) {
		subjects = append(subjects, source.Object{{Key: "kind", Value: s.kind}, {Key: "name", Value: s.name}, {Key: "apiGroup", Value: group}})
	}
	o := manifest.Object{
		APIVersion: group + "/v1", Kind: kinds.ClusterRoleBinding, Origin: origin,
		Meta: manifest.Meta{Name: p.role + "-binding", Namespace: p.namespace, Labels: map[string]string{manifest.ManagedBy: manifest.Manager}},
		Body: source.Object{
			{Key: "roleRef", Value: source.Object{{Key: "apiGroup", Value: group}, {Key: "kind", Value: "ClusterRole"}, {Key: "name", Value: p.role}}},
			{Key: "subjects", Value: subjects},
		},
	}
	if p.namespace != "" {
		o.Kind = kinds.RoleBinding
	}
	return o
}
