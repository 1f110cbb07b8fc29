package prove

import (
	"slices"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/oathkeeper"
)

// configKind is the kind of manifests that are the configuration of Oathkeeper.
const configKind = "OathkeeperFile"

// natives makes manifests of what Oathkeeper itself reads: lists of rules and
// its configuration, in files and in ConfigMaps.
func natives(docs []*source.Document) []simulate.Manifest {
	var out []simulate.Manifest
	for _, d := range docs {
		root, _ := d.Parse()
		if root == nil {
			continue
		}
		rules := kube.AccessRules(d, root)
		if f := kube.ReadOathkeeperFile(d, root); f != nil {
			out = append(out, simulate.Manifest{Kind: configKind, Root: root, Origin: f.Origin})
			rules = append(rules, f.Inline()...)
		}
		for i := range rules {
			out = append(out, nativeManifest(&rules[i]))
		}
	}
	return out
}

// nativeManifest is a rule as an object whose spec is the rule.
func nativeManifest(r *kube.AccessRule) simulate.Manifest {
	root := source.NodeOf(source.Object{{Key: "spec", Value: source.Object{}}})
	for i, n := range root.Content {
		if n.Value == "spec" {
			root.Content[i+1] = r.Node
		}
	}
	return simulate.Manifest{
		APIVersion: oathkeeper.Group + "/v1alpha1", Kind: "Rule", Name: r.ID, Root: root, Origin: r.Origin, Native: true, Inside: r.Inside, Text: r.Text(),
	}
}

// configured is the configuration with what a file of Oathkeeper's among the
// manifests says.
func configured(manifests []simulate.Manifest, o compile.Options) compile.Options {
	i := slices.IndexFunc(manifests, func(m simulate.Manifest) bool { return m.Kind == configKind })
	if i < 0 {
		return o
	}
	if f := kube.ReadOathkeeperFile(manifests[i].Origin.Doc, manifests[i].Root); f != nil {
		o.Config = compile.WithOathkeeperFile(o.Config, f)
	}
	return o
}
