package schema

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// CRD returns a CustomResourceDefinition (apiextensions.k8s.io/v1) that serves
// the given versions of one kind, as YAML. The newest stable version is
// stored, or the newest of all when none is stable; no version is converted.
// The error names what is not a resource of a cluster.
func CRD(versions []Description) ([]byte, error) {
	d := &versions[0]
	if d.Plural == "" {
		return nil, fmt.Errorf("%s is not a resource of a cluster", d.Name())
	}
	stored := storedVersion(versions)
	list := make([]any, 0, len(versions))
	for i := range versions {
		list = append(list, versions[i].crdVersion(i == stored))
	}
	singular := strings.ToLower(d.Kind)
	return manifest.AppendYAMLValue(nil, source.Object{
		{Key: "apiVersion", Value: "apiextensions.k8s.io/v1"},
		{Key: "kind", Value: "CustomResourceDefinition"},
		{Key: "metadata", Value: source.Object{{Key: "name", Value: d.Plural + "." + d.Group}}},
		{Key: "spec", Value: source.Object{
			{Key: "group", Value: d.Group},
			{Key: "names", Value: source.Object{
				{Key: "kind", Value: d.Kind},
				{Key: "listKind", Value: d.Kind + "List"},
				{Key: "plural", Value: d.Plural},
				{Key: "singular", Value: singular},
			}},
			{Key: "scope", Value: "Namespaced"},
			{Key: "versions", Value: list},
		}},
	}), nil
}

// storedVersion returns the index of the version that is stored.
func storedVersion(versions []Description) int {
	best := 0
	for i := range versions {
		if isNewer(versions[i].Version, versions[best].Version) {
			best = i
		}
	}
	return best
}

var versionName = lazyregexp.New(`^v([0-9]+)(?:(alpha|beta)([0-9]+))?$`)

// isNewer compares versions as Kubernetes orders them: stable over beta over
// alpha, then by number.
func isNewer(a, b string) bool {
	x, y := versionRank(a), versionRank(b)
	for i := range x {
		if x[i] != y[i] {
			return x[i] > y[i]
		}
	}
	return false
}

func versionRank(version string) [3]int {
	m := versionName().FindStringSubmatch(version)
	if m == nil {
		return [3]int{}
	}
	rank := [3]int{map[string]int{"": 3, "beta": 2, "alpha": 1}[m[2]]}
	_, _ = fmt.Sscan(m[1], &rank[1])
	_, _ = fmt.Sscan(m[3], &rank[2])
	return rank
}

func (d *Description) crdVersion(stored bool) source.Object {
	out := source.Object{
		{Key: "name", Value: d.Version},
		{Key: "served", Value: true},
		{Key: "storage", Value: stored},
		{Key: "schema", Value: source.Object{{Key: "openAPIV3Schema", Value: d.crdSchema()}}},
	}
	if !d.PlainStatus {
		out = append(out, source.Member{Key: "subresources", Value: source.Object{{Key: "status", Value: source.Object{}}}})
	}
	return out
}

// crdSchema is the schema as a CustomResourceDefinition may have it: the head
// and the metadata belong to the API server.
func (d *Description) crdSchema() map[string]any {
	s := d.Type.OpenAPI()
	properties, _ := s["properties"].(map[string]any)
	properties["apiVersion"] = map[string]any{"type": "string"}
	properties["kind"] = map[string]any{"type": "string"}
	properties["metadata"] = map[string]any{"type": "object"}
	properties["status"] = map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}
	return s
}
