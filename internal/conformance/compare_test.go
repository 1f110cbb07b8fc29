package conformance

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/kgw-dev/kgw/internal/manifest"
)

// object is what of a manifest is compared: names, annotations and the order
// of the objects are not.
type object struct {
	Head   string // apiVersion, kind and namespace
	Labels map[string]any
	Spec   any
}

// written reads back the bytes that kgw writes for the objects.
func written(t *testing.T, objects []manifest.Object) []object {
	t.Helper()
	var out []object
	for i := range objects {
		out = append(out, parsed(t, objects[i].AppendYAML(nil))...)
	}
	return out
}

// parsed reads objects from a file of several documents.
func parsed(t *testing.T, data []byte) []object {
	t.Helper()
	var out []object
	for _, text := range bytes.Split(append([]byte("\n"), data...), []byte("\n---")) {
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		var o map[string]any
		if err := yaml.UnmarshalStrict(text, &o); err != nil {
			t.Fatalf("cannot read the objects: %v\n%s", err, text)
		}
		meta, _ := o["metadata"].(map[string]any)
		labels, _ := meta["labels"].(map[string]any)
		unorder(o["spec"])
		out = append(out, object{fmt.Sprintf("%v %v %v", o["apiVersion"], o["kind"], meta["namespace"]), labels, o["spec"]})
	}
	return out
}

// unorder sorts what upstream writes in random order: the allowed origins, and
// the pairs of a Cookie header that is set.
func unorder(v any) {
	switch x := v.(type) {
	case map[string]any:
		if list, ok := x["allowOrigins"].([]any); ok {
			sort.Slice(list, func(i, j int) bool { return fmt.Sprint(list[i]) < fmt.Sprint(list[j]) })
		}
		if text, ok := x["Cookie"].(string); ok {
			pairs := strings.Split(text, "; ")
			sort.Strings(pairs)
			x["Cookie"] = strings.Join(pairs, "; ")
		}
		for _, e := range x {
			unorder(e)
		}
	case []any:
		for _, e := range x {
			unorder(e)
		}
	}
}

// difference pairs each wanted object with one that is equal, and describes
// what is left, or returns "".
func difference(want, got []object) string {
	var missing []object
	for _, w := range want {
		i := slices.IndexFunc(got, func(g object) bool { return equal(w, g) })
		if i < 0 {
			missing = append(missing, w)
			continue
		}
		got = slices.Delete(slices.Clone(got), i, i+1)
	}
	if len(missing) == 0 && len(got) == 0 {
		return ""
	}
	return cmp.Diff(missing, got)
}

func equal(want, got object) bool {
	labels := maps.Clone(got.Labels)
	maps.DeleteFunc(labels, func(k string, _ any) bool { _, ok := want.Labels[k]; return !ok })
	return want.Head == got.Head && (len(want.Labels) == 0 || maps.Equal(want.Labels, labels)) && cmp.Equal(want.Spec, got.Spec)
}

func TestDifferenceSeesWhatCounts(t *testing.T) {
	base := "apiVersion: v1\nkind: VirtualService\nmetadata: {name: a, namespace: n, labels: {x: y, more: z}}\nspec: {hosts: [a, b], http: [{corsPolicy: {allowOrigins: [{exact: a}, {exact: b}]}}]}\n"
	want := parsed(t, []byte(strings.Replace(base, ", more: z", "", 1)))
	for name, c := range map[string]struct {
		from, to string
		equal    bool
	}{
		"the same":           {"", "", true},
		"another name":       {"name: a", "name: b", true},
		"order of origins":   {"{exact: a}, {exact: b}", "{exact: b}, {exact: a}", true},
		"order of hosts":     {"[a, b]", "[b, a]", false},
		"another label":      {"x: y", "x: z", false},
		"another namespace":  {"namespace: n", "namespace: m", false},
		"another kind":       {"kind: VirtualService", "kind: Rule", false},
		"an empty map more":  {"hosts:", "headers: {}, hosts:", false},
		"one more document":  {"apiVersion: v1\n", "apiVersion: v1\nkind: Rule\n---\napiVersion: v1\n", false},
		"one origin changed": {"{exact: b}", "{prefix: b}", false},
	} {
		got := parsed(t, []byte(strings.Replace(base, c.from, c.to, 1)))
		if d := difference(want, got); (d == "") != c.equal {
			t.Errorf("%s: equal = %v, want %v\n%s", name, d == "", c.equal, d)
		}
	}
}
