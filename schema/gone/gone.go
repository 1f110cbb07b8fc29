// Package gone knows documents of a Kyma cluster that nothing reads any more,
// and their replacements.
//
// It takes a document's head and root and returns a line of its table. It must
// not know what else is in the inputs.
package gone

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// Kind is a kind of settings that are gone.
type Kind struct {
	Code diag.Code
	// What they are, and what is in their place.
	What, Successor string
	is              func(d *document) bool
}

// document is what the table looks at.
type document struct {
	group, kind, name string
	labels            map[string]string
	root              *source.Node
}

// Kinds is the table. The first line that a document is of holds.
var Kinds = []Kind{
	{
		diag.TillerGone, "settings of Tiller, the server of Helm 2", "Helm 3 has no server: remove them, and the certificates that they hold",
		func(d *document) bool {
			return d.labels["app"] == "helm" && d.labels["name"] == "tiller" || d.isNamed("tiller-deploy", "tiller-secret", "helm-secret") || d.overridesChart("tiller")
		},
	},
	{
		diag.ConsoleBackendGone, "settings of Kyma's Console and of the GraphQL server behind it", "Kyma dashboard asks the API server itself: grant verbs on the resources, with RoleBindings",
		func(d *document) bool {
			return d.group == "ui.kyma-project.io" || strings.HasPrefix(d.name, "console-backend") || d.overridesChart("console", "console-backend-service") || d.grantsGroup("ui.kyma-project.io")
		},
	},
	{
		diag.APIServerProxyGone, "settings of Kyma's API Server Proxy", "API servers verify OIDC tokens themselves: set their issuer there, and write kubeconfigs with kgw kubeconfig",
		func(d *document) bool {
			return strings.HasPrefix(d.name, "apiserver-proxy") || d.overridesChart("apiserver-proxy")
		},
	},
	{
		diag.IAMKubeconfigGone, "settings of Kyma's IAM Kubeconfig Service", "kgw kubeconfig writes a kubeconfig that holds no token",
		func(d *document) bool {
			return strings.HasPrefix(d.name, "iam-kubeconfig") || d.overridesChart("iam-kubeconfig-service")
		},
	},
	{
		diag.ChartOverrides, "settings of Kyma 1's installer and of its charts", "Kyma modules are configured by their resources, other charts by Helm values",
		func(d *document) bool {
			return d.group == "installer.kyma-project.io" || (d.kind == "ConfigMap" || d.kind == "Secret") && d.labels["installer"] == "overrides"
		},
	},
}

// Find returns the line of the table that a document is of, or nil. Documents
// whose root is not read yet have a head.
func Find(doc *source.Document, root *source.Node) *Kind {
	group, _, dotted := strings.Cut(doc.APIVersion, "/")
	if !dotted {
		group = ""
	}
	d := &document{group: group, kind: doc.Kind, name: doc.Name, root: root, labels: source.TextMap(source.Field(source.Field(root, "metadata"), "labels"))}
	for i := range Kinds {
		if Kinds[i].is(d) {
			return &Kinds[i]
		}
	}
	return nil
}

func (d *document) isNamed(names ...string) bool {
	for _, n := range names {
		if d.name == n {
			return true
		}
	}
	return false
}

// overridesChart reports whether a document overrides the chart of one of the
// components.
func (d *document) overridesChart(names ...string) bool {
	for _, n := range names {
		if d.labels["component"] == n && d.labels["installer"] == "overrides" {
			return true
		}
	}
	return false
}

// grantsGroup reports whether a role names an API group.
func (d *document) grantsGroup(group string) bool {
	if d.group != "rbac.authorization.k8s.io" {
		return false
	}
	for _, rule := range source.Elements(source.Field(d.root, "rules")) {
		for _, g := range source.Texts(source.Field(rule, "apiGroups")) {
			if g == group {
				return true
			}
		}
	}
	return false
}
