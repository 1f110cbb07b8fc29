package accessrules

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

func ruleOf(namespace, name, spec string) Rule {
	o, _ := source.Value(source.NodeOfText(spec)).(source.Object)
	return Rule{Namespace: namespace, Name: name, Spec: o, Origin: source.Ref{Path: name}}
}

// TestValue holds what the Maester makes of each section, whether it is there, empty or
// absent: what is absent lets nobody in.
func TestValue(t *testing.T) {
	const filled = `"upstream":{"url":"","preserve_host":false},"id":"a.n","match":null`
	for spec, want := range map[string]string{
		"{}": `{` + filled + `,"authenticators":[{"handler":"unauthorized"}],"authorizer":{"handler":"deny"},"mutators":[{"handler":"noop"}]}`,
		"{authenticators: [], mutators: [], errors: []}":                               `{` + filled + `,"authorizer":{"handler":"deny"}}`,
		"{authenticators: null, authorizer: null, mutators: null}":                     `{` + filled + `,"authenticators":[{"handler":"unauthorized"}],"authorizer":{"handler":"deny"},"mutators":[{"handler":"noop"}]}`,
		"{authenticators: [], mutators: [], authorizer: {handler: allow, config: {}}}": `{` + filled + `,"authorizer":{"handler":"allow","config":{}}}`,
		"{authenticators: [{handler: jwt, config: {b: [{d: 1, c: 2}], a: x}}, {handler: noop, config: text}], mutators: []}": `{` + filled +
			`,"authenticators":[{"handler":"jwt","config":{"a":"x","b":[{"c":2,"d":1}]}},{"handler":"noop"}],"authorizer":{"handler":"deny"}}`,
		"{authenticators: [], mutators: [{handler: header}], errors: [{handler: json}], configMapName: c}": `{` + filled +
			`,"authorizer":{"handler":"deny"},"mutators":[{"handler":"header"}],"errors":[{"handler":"json"}],"configMapName":"c"}`,
		"{authenticators: [], mutators: [], upstream: {preserveHost: true, stripPath: /a, url: u}, match: {methods: [GET], url: v}}": `{"upstream":{"url":"u","strip_path":"/a","preserve_host":true},"id":"a.n","match":{"url":"v","methods":["GET"]},"authorizer":{"handler":"deny"}}`,
	} {
		r := ruleOf("n", "a", spec)
		got, err := json.Marshal(json.RawMessage(manifest.AppendJSON(nil, r.value(), 0)))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, string(got)); d != "" {
			t.Errorf("%s (- want, + got):\n%s", spec, d)
		}
	}
}

// TestOrderOfRules holds that rules are sorted by their ids, and that the list of the
// caller stays as it is.
func TestOrderOfRules(t *testing.T) {
	rules := []Rule{ruleOf("z", "b", "{}"), ruleOf("n", "c", "{}"), ruleOf("a", "b", "{}")}
	var read []struct{ ID string }
	if err := json.Unmarshal(JSON(rules), &read); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]struct{ ID string }{{"b.a"}, {"b.z"}, {"c.n"}}, read); d != "" {
		t.Errorf("(- want, + got):\n%s", d)
	}
	if rules[0].Namespace != "z" || rules[1].Name != "c" {
		t.Error("the list of the caller was sorted")
	}
	if got := string(JSON(nil)); strings.TrimSpace(got) != "[]" {
		t.Errorf("no rules: %q", got)
	}
}

// TestConfigMaps holds which ConfigMaps the Maester writes: one with all rules, and one
// for each name in a namespace.
func TestConfigMaps(t *testing.T) {
	rules := []Rule{
		ruleOf("n", "a", "{configMapName: own}"), ruleOf("n", "b", "{}"), ruleOf("m", "c", "{configMapName: own}"), ruleOf("n", "d", "{configMapName: own}"), ruleOf("n", "e", "{configMapName: other}"),
	}
	type listed struct {
		Name, Namespace, Origin string
		IDs                     []string
	}
	list := func(rules []Rule) []listed {
		objects, found := ConfigMaps(rules, Options{Namespace: "infra", Name: "rules", Key: "rules.json"})
		if len(found) > 0 {
			t.Errorf("%v", found)
		}
		var out []listed
		for _, o := range objects {
			var read []struct{ ID string }
			if err := json.Unmarshal([]byte(o.Data["rules.json"]), &read); err != nil || o.Kind != "ConfigMap" || o.APIVersion != "v1" || len(o.Data) != 1 {
				t.Errorf("%+v %v", o, err)
			}
			l := listed{Name: o.Meta.Name, Namespace: o.Meta.Namespace, Origin: o.Origin.Path}
			for _, r := range read {
				l.IDs = append(l.IDs, r.ID)
			}
			out = append(out, l)
		}
		return out
	}
	want := []listed{
		{"rules", "infra", "a", []string{"a.n", "b.n", "c.m", "d.n", "e.n"}},
		{"own", "n", "a", []string{"a.n", "d.n"}},
		{"own", "m", "c", []string{"c.m"}},
		{"other", "n", "e", []string{"e.n"}},
	}
	if d := cmp.Diff(want, list(rules)); d != "" {
		t.Errorf("(- want, + got):\n%s", d)
	}
	if d := cmp.Diff([]listed{{Name: "rules", Namespace: "infra"}}, list(nil)); d != "" {
		t.Errorf("no rules (- want, + got):\n%s", d)
	}
}

// TestTooLarge holds that a ConfigMap which no API server stores is a finding at its
// first rule.
func TestTooLarge(t *testing.T) {
	text := func(extra int) []Rule {
		r := ruleOf("n", "a", "{match: {url: x}}")
		room := manifest.MaxConfigMap - len(JSON([]Rule{r})) - len("key")
		r.Spec[0].Value = source.Object{{Key: "url", Value: "x" + strings.Repeat("x", room+extra)}}
		return []Rule{r}
	}
	o := Options{Namespace: "infra", Name: "rules", Key: "key"}
	if _, found := ConfigMaps(text(0), o); len(found) > 0 {
		t.Errorf("the largest: %v", found[0].Message)
	}
	_, found := ConfigMaps(text(1), o)
	if len(found) != 1 || found[0].Code != diag.ConfigMapTooLarge || found[0].At.Path != "a" || !strings.Contains(found[0].Message, "infra/rules") {
		t.Errorf("one byte more: %v", found)
	}
}
