package prove

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/oathkeeper"
)

// configKind is the kind of manifests that are the configuration of Oathkeeper.
const configKind = "OathkeeperFile"

// Natives returns manifests of what Oathkeeper itself reads: lists of rules and
// its configuration, in files and in ConfigMaps; rules that say the same once.
func Natives(docs []*source.Document) []simulate.Manifest {
	var kept []*source.Document
	for _, d := range docs {
		if text := d.Text(); bytes.Contains(text, []byte("match")) || bytes.Contains(text, []byte("access_rules")) || bytes.Contains(text, []byte("serve")) || bytes.Contains(text, []byte("binaryData")) {
			kept = append(kept, d)
		}
	}
	return lastOfEach(natives(kept))
}

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
			if why := rules[i].ReasonRefused(); why != "" {
				out[len(out)-1].Doubt = fmt.Sprintf("Oathkeeper has other rules than kgw reads off %s (%s)", d.File.Name, why)
			}
		}
	}
	return out
}

// nativeManifest returns a rule as an object whose spec is the rule.
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

// withNativeConfig returns the configuration with what a file of Oathkeeper's among
// the manifests says, and the repositories of rules that are not among the
// inputs.
func withNativeConfig(manifests []simulate.Manifest, o compile.Options) (_ compile.Options, remote []string) {
	i := slices.IndexFunc(manifests, func(m simulate.Manifest) bool { return m.Kind == configKind })
	if i < 0 {
		return o, nil
	}
	if f := kube.ReadOathkeeperFile(manifests[i].Origin.Doc, manifests[i].Root); f != nil {
		o.Config = compile.WithOathkeeperFile(o.Config, f)
		remote = f.Remote()
		for _, r := range f.Repositories {
			if base, local := localPath(r); local && !slices.ContainsFunc(manifests, func(m simulate.Manifest) bool { return m.Native && comesFrom(&m, base) }) {
				remote = append(remote, r)
			}
		}
	}
	return o, remote
}

// localPath returns the name of the file of a repository.
func localPath(repository string) (name string, local bool) {
	scheme, rest, ok := strings.Cut(repository, "://")
	if !ok {
		rest = repository
	}
	return path.Base(rest), !ok || scheme == "file"
}

// comesFrom reports whether a rule comes from a file of that name, or from such a
// key of a ConfigMap.
func comesFrom(m *simulate.Manifest, name string) bool {
	return path.Base(m.Origin.Doc.File.Name) == name || m.Inside && strings.Contains(m.Origin.Path, name)
}
