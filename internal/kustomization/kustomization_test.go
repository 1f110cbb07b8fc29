package kustomization

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kgw-dev/kgw/internal/source"
)

func TestRead(t *testing.T) {
	got := Read("prod/kustomization.yaml", "/repo/prod", []byte(`namespace: shop
resources: [../base, https://example.com/remote, "", cart.yaml]
components: [../parts/cors]
patches:
- path: host.yaml
- patch: |
    kind: APIRule
- target: {group: gateway.kyma-project.io, kind: APIRule}
  path: ops.json
patchesStrategicMerge:
- ../shared/rules.yaml
- |-
  kind: Service
patchesJson6902:
- target: {kind: Service, name: cart}
  patch: '[{"op": "remove", "path": "/spec"}]'
replacements:
- path: host-replacement.yaml
- source: {kind: ConfigMap, name: hosts}
  targets:
  - select: {kind: APIRule}
  - select: {name: cart}
`))
	want := &File{
		Name: "prod/kustomization.yaml", Dir: "/repo/prod", Namespace: "shop",
		Resources: []string{"/repo/base", "/repo/prod/cart.yaml", "/repo/parts/cors"},
		Patches: []Patch{
			{Path: "/repo/prod/host.yaml", At: source.Ref{Path: "patches[0]"}},
			{Text: "kind: APIRule\n", At: source.Ref{Path: "patches[1]"}},
			{Path: "/repo/prod/ops.json", Targets: []Target{{"gateway.kyma-project.io", "APIRule"}}, At: source.Ref{Path: "patches[2]"}},
			{Path: "/repo/shared/rules.yaml", At: source.Ref{Path: "patchesStrategicMerge[0]"}},
			{Text: "kind: Service", At: source.Ref{Path: "patchesStrategicMerge[1]"}},
			{Text: `[{"op": "remove", "path": "/spec"}]`, Targets: []Target{{"", "Service"}}, At: source.Ref{Path: "patchesJson6902[0]"}},
			{Path: "/repo/prod/host-replacement.yaml", At: source.Ref{Path: "replacements[0]"}},
			{Targets: []Target{{"", "APIRule"}, {}}, At: source.Ref{Path: "replacements[1]"}},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(source.Ref{}, "Doc")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, p := range got.Patches {
		if p.At.Doc == nil {
			t.Errorf("%s is in no document", p.At.Path)
		}
	}
}

// TestReadOdd: what is not a kustomization is for kustomize to report.
func TestReadOdd(t *testing.T) {
	for _, text := range []string{"", "\xff\xfe", "[", "- a\n", "resources: x\npatches: {a: b}\n", "patches: [[a], 1, null]\n", "a: *b\n"} {
		k := Read("kustomization.yaml", "/repo", []byte(text))
		if k == nil {
			continue
		}
		if k.Resources != nil {
			t.Errorf("%q has the resources %q", text, k.Resources)
		}
		for _, p := range k.Patches {
			if p.Path != "" || p.Text != "" || p.Targets != nil {
				t.Errorf("%q has the patch %v", text, p)
			}
		}
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		target Target
		want   bool
	}{
		{Target{}, true},
		{Target{"", "APIRule"}, true},
		{Target{"", "API.*"}, true},
		{Target{"", "API"}, false},
		{Target{"", "("}, true},
		{Target{"gateway.kyma-project.io", ""}, true},
		{Target{"apps", ""}, false},
		{Target{"apps", "APIRule"}, false},
	} {
		if got := c.target.Matches("gateway.kyma-project.io", "APIRule"); got != c.want {
			t.Errorf("%v is %v", c.target, got)
		}
	}
}

func TestLists(t *testing.T) {
	k := &File{Resources: []string{"/repo/base", "/repo/prod/cart.yaml"}}
	for path, want := range map[string]bool{
		"/repo/base/a.yaml": true, "/repo/base/deep/a.yaml": true, "/repo/prod/cart.yaml": true,
		"/repo/base2/a.yaml": false, "/repo/prod/b.yaml": false, "/repo/a.yaml": false,
	} {
		if k.Lists(path) != want {
			t.Errorf("%s: %v", path, !want)
		}
	}
}
