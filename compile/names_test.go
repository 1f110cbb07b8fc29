package compile_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
)

// ruleNames are the names of the Rules that a text compiles to.
func ruleNames(t *testing.T, text string) (names []string) {
	t.Helper()
	for _, o := range run(t, compile.Options{}, text).Objects {
		if o.Kind == "Rule" {
			names = append(names, o.Meta.Name)
		}
	}
	return names
}

// What a Rule answers may change without a new name: the old and the new one
// side by side would both match, and Oathkeeper answers 500 then.
func TestRuleNamesLastThroughChanges(t *testing.T) {
	one := ruleNames(t, rule("a"))
	for what, changed := range map[string][2]string{
		"methods": {"[GET]", "[POST, GET]"},
		"handler": {"handler: noop", "handler: unauthorized"},
		"service": {"port: 8080", "port: 9090"},
		"gateway": {"kyma-gateway", "other"},
	} {
		if got := ruleNames(t, strings.Replace(rule("a"), changed[0], changed[1], 1)); !slices.Equal(got, one) {
			t.Errorf("another %s renames %v to %v", what, one, got)
		}
	}
	const second = "  - path: /.*\n    methods: [PUT]\n    accessStrategies:\n    - handler: noop\n"
	shared := strings.Replace(rule("a"), "[GET]", "[GET, POST]", 1) + second
	swapped := strings.Replace(rule("a"), "[GET]", "[POST, GET]", 1) + second
	first, again := ruleNames(t, shared), ruleNames(t, swapped)
	if len(first) != 2 || first[0] == first[1] {
		t.Fatalf("two rules with one URL: %v", first)
	}
	if !slices.Equal(first, again) {
		t.Errorf("the order of methods renames %v to %v", first, again)
	}
}

// A template that leaves the namespace out writes it empty.
func TestEmptyNamespaceIsAbsent(t *testing.T) {
	for _, text := range []string{"namespace: \"\"", "namespace:", "namespace: null", "labels: {}"} {
		r := run(t, compile.Options{Namespace: "team"}, strings.Replace(rule("a"), "namespace: shop", text, 1))
		if len(r.Objects) != 2 || r.Objects[0].Meta.Namespace != "team" || r.Objects[0].Meta.Labels["apirule.gateway.kyma-project.io/namespace"] != "team" {
			t.Errorf("%s: %v, %v", text, r.Objects, errorsOf(r))
		}
	}
}

func TestOwnerLabelIsALabel(t *testing.T) {
	c := config.Default()
	c.OwnerLabel, c.Compat, c.Kyma = true, "controller", "2.7"
	name := strings.Repeat("a", 59)
	r := run(t, compile.Options{Config: c}, rule(name))
	var got []string
	for _, f := range r.Findings {
		if f.Code == "KGW511" {
			label, _, _ := strings.Cut(strings.TrimPrefix(f.Message, "label "), " ")
			got = append(got, label)
		}
	}
	slices.Sort(got)
	if want := []string{"apirule.gateway.kyma-project.io/v1beta1", "kgw.dev/owner"}; !slices.Equal(got, want) {
		t.Errorf("labels that are too long: %v, want %v", got, want)
	}
}
