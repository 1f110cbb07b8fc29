// Package kymaroles writes the ClusterRoles that RoleBindings refer to, as
// Kyma's chart cluster-users of release 1.20.0 had them.
//
// The roles that people are bound to aggregate others by label; the leaves are
// one for each family of APIs and what may be done with it.
package kymaroles

import (
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

const (
	apiVersion = "rbac.authorization.k8s.io/v1"
	prefix     = "rbac.authorization.kyma-project.io/aggregate-to-"
	k8s        = "rbac.authorization.k8s.io/aggregate-to-"
)

// role aggregates the roles of some labels. Those of from with k8s in front are
// whole labels.
type role struct {
	name  string
	label bool // the role can be aggregated itself, under its name
	from  []string
}

var roles = []role{
	{"kyma-essentials", true, []string{"kyma-essentials-base", "kyma-crd-view", "kyma-authorization-self", "kyma-ui-view"}},
	{"kyma-view", true, []string{
		"kyma-view-base", "kyma-nonresource-view", "kyma-essentials", "kyma-api-view", "kyma-istio-view", "kyma-k8s-view",
		"kyma-knative-eventing-view", "monitoring-view", "dex-view", "ory-view", "addons-view", "kyma-rafter-view",
	}},
	{"kyma-edit", true, []string{
		"kyma-nonresource-admin", "kyma-view", "kyma-api-edit", "kyma-crd-edit", "kyma-istio-edit", "kyma-knative-eventing-edit", "monitoring-edit", "dex-edit", "ory-edit",
	}},
	{"kyma-developer", false, []string{k8s + "edit", "kyma-edit", "kyma-backendmodule-admin", "kyma-mf-view"}},
	{"kyma-admin", false, []string{
		k8s + "admin", "kyma-edit", "kyma-authorization-subject", "kyma-api-admin", "kyma-istio-admin", "kyma-knative-eventing-admin",
		"monitoring-admin", "kyma-admin-base", "dex-admin", "ory-admin",
	}},
}

var (
	view  = []string{"get", "list"}
	edit  = []string{"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}
	admin = []string{"*"}
)

// family is the API groups of a kind of resources.
type family struct {
	name   string
	groups []string
	core   bool // for viewers alone
}

var families = []family{
	{"kyma-api", []string{"applicationconnector.kyma-project.io", "eventing.kyma-project.io", "gateway.kyma-project.io", "serverless.kyma-project.io", "ui.kyma-project.io"}, false},
	{"kyma-istio", []string{"authentication.istio.io", "config.istio.io", "networking.istio.io", "security.istio.io"}, false},
	{"ory", []string{"oathkeeper.ory.sh", "hydra.ory.sh"}, false},
	{"monitoring", []string{"monitoring.coreos.com"}, false},
	{"dex", []string{"dex.coreos.com"}, false},
	{"kyma-k8s", []string{"apiextensions.k8s.io", "metrics.k8s.io", "networking.k8s.io", "rbac.authorization.k8s.io", "storage.k8s.io"}, true},
}

// Objects returns the ClusterRoles, sorted by name.
func Objects() []manifest.Object {
	var out []manifest.Object
	for _, r := range roles {
		out = append(out, r.object())
	}
	for _, f := range families {
		out = append(out, leaf(f.name+"-view", rule(f.groups, []string{"*"}, view)))
		if !f.core {
			out = append(out, leaf(f.name+"-edit", rule(f.groups, []string{"*"}, edit)), leaf(f.name+"-admin", rule(f.groups, []string{"*"}, admin)))
		}
	}
	crds := []string{"customresourcedefinitions"}
	out = append(
		out,
		leaf(
			"kyma-essentials-base",
			rule([]string{"authentication.kyma-project.io", "gateway.kyma-project.io", "ui.kyma-project.io", "rbac.authorization.k8s.io"}, []string{"*"}, []string{"list"}),
			rule([]string{""}, []string{"namespaces"}, []string{"list"}), urls(view),
		),
		leaf("kyma-view-base", rule([]string{"", "apps", "extensions"}, []string{"*"}, view)),
		leaf("kyma-admin-base", rule([]string{"", "apps", "extensions", "batch", "autoscaling"}, []string{"*"}, edit)),
		leaf("kyma-nonresource-view", urls(view)), leaf("kyma-nonresource-admin", urls(admin)),
		leaf("kyma-crd-view", rule([]string{"apiextensions.k8s.io"}, crds, view)), leaf("kyma-crd-edit", rule([]string{"apiextensions.k8s.io"}, crds, edit)),
		leaf("kyma-authorization-self", rule([]string{"authorization.k8s.io"}, []string{"selfsubjectaccessreviews", "selfsubjectrulesreviews"}, []string{"create"})),
		leaf("kyma-authorization-subject", rule([]string{"authorization.k8s.io"}, []string{"subjectaccessreviews"}, []string{"create"})),
	)
	manifest.Sort(out)
	return out
}

func (r *role) object() manifest.Object {
	var selectors []any
	for _, from := range r.from {
		if from[:len("rbac.")] != "rbac." {
			from = prefix + from
		}
		selectors = append(selectors, source.Object{{Key: "matchLabels", Value: source.Object{{Key: from, Value: "true"}}}})
	}
	o := clusterRole(r.name, source.Object{
		{Key: "aggregationRule", Value: source.Object{{Key: "clusterRoleSelectors", Value: selectors}}}, {Key: "rules", Value: []any{}},
	})
	if r.label {
		o.Meta.Labels[prefix+r.name] = "true"
	}
	return o
}

// leaf is a role with rules of its own, under the label of its name.
func leaf(name string, rules ...any) manifest.Object {
	o := clusterRole(name, source.Object{{Key: "rules", Value: rules}})
	o.Meta.Labels[prefix+name] = "true"
	return o
}

func clusterRole(name string, body source.Object) manifest.Object {
	return manifest.Object{
		APIVersion: apiVersion, Kind: "ClusterRole", Body: body,
		Meta: manifest.Meta{Name: name, Labels: map[string]string{manifest.ManagedBy: manifest.Manager}},
	}
}

func rule(groups, resources, verbs []string) any {
	return source.Object{{Key: "apiGroups", Value: source.ListOf(groups)}, {Key: "resources", Value: source.ListOf(resources)}, {Key: "verbs", Value: source.ListOf(verbs)}}
}

func urls(verbs []string) any {
	return source.Object{{Key: "nonResourceURLs", Value: []any{"*"}}, {Key: "verbs", Value: source.ListOf(verbs)}}
}
