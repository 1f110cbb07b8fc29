// Package kinds is the table of the kinds of objects that kgw writes.
//
// It holds names only. It must not know how an object of a kind is written or
// read.
package kinds

import "slices"

// The names of the kinds that kgw writes.
const (
	AuthorizationPolicy   = "AuthorizationPolicy"
	HTTPRoute             = "HTTPRoute"
	Ingress               = "Ingress"
	ReferenceGrant        = "ReferenceGrant"
	RequestAuthentication = "RequestAuthentication"
	RouteGroup            = "RouteGroup"
	Rule                  = "Rule"
	VirtualService        = "VirtualService"
)

// The kinds of bindings of roles. They belong to no gateway: no resource owns
// one, and no request depends on it.
const (
	ClusterRoleBinding = "ClusterRoleBinding"
	RoleBinding        = "RoleBinding"
)

// Binds reports whether objects of a group and kind say who has a role.
func Binds(group, name string) bool {
	return group == "rbac.authorization.k8s.io" && (name == ClusterRoleBinding || name == RoleBinding)
}

// Kind is a kind of object that kgw writes.
type Kind struct {
	Name, Group string
	// Version is the one to ask a server for where no object names one.
	Version string
}

// APIVersion is the group with the version.
func (k Kind) APIVersion() string { return k.Group + "/" + k.Version }

var table = []Kind{
	{AuthorizationPolicy, "security.istio.io", "v1beta1"},
	{HTTPRoute, "gateway.networking.k8s.io", "v1"},
	{Ingress, "networking.k8s.io", "v1"},
	{ReferenceGrant, "gateway.networking.k8s.io", "v1beta1"},
	{RequestAuthentication, "security.istio.io", "v1beta1"},
	{RouteGroup, "zalando.org", "v1"},
	{Rule, "oathkeeper.ory.sh", "v1alpha1"},
	{VirtualService, "networking.istio.io", "v1beta1"},
}

// All lists the kinds, sorted by name.
func All() []Kind { return slices.Clone(table) }

// Names lists the names of the kinds, sorted.
func Names() []string {
	var out []string
	for _, k := range table {
		out = append(out, k.Name)
	}
	return out
}

// GroupOf returns the group of a kind that kgw writes, "" of any other.
func GroupOf(name string) string {
	for _, k := range table {
		if k.Name == name {
			return k.Group
		}
	}
	return ""
}

// Written reports whether kgw writes objects of a group and kind, in any
// version.
func Written(group, name string) bool {
	return group != "" && GroupOf(name) == group
}
