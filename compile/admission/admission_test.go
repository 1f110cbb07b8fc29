package admission

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// written are the policies by name, each with its variables and demands.
func written(t *testing.T, p *Policy) map[string][]string {
	t.Helper()
	objects, found := Objects(p)
	if len(found) > 0 {
		t.Errorf("%v", found)
	}
	out := map[string][]string{}
	for i := range objects {
		o := &objects[i]
		spec, _ := o.Spec.(source.Object)
		if o.Kind != "ValidatingAdmissionPolicy" {
			if name, _ := spec.Get("policyName"); name != o.Meta.Name {
				t.Errorf("%s binds %v", o.Meta.Name, name)
			}
			continue
		}
		for _, list := range []string{"variables", "validations"} {
			v, _ := spec.Get(list)
			elements, _ := v.([]any)
			for _, e := range elements {
				m, _ := e.(source.Object)
				name, _ := m.Get("name")
				if name == nil {
					name, _ = m.Get("message")
				}
				out[o.Meta.Name] = append(out[o.Meta.Name], fmt.Sprint(name))
			}
		}
	}
	return out
}

const (
	oldest, older, newer, fabric = "kgw-apirules-v1alpha1", "kgw-apirules-v1beta1", "kgw-apirules-v2", "kgw-fabricgateways"
)

// TestDemands holds which kinds each part of the policy makes demands of, and which
// variables these need.
func TestDemands(t *testing.T) {
	const (
		domain  = "the host must be in one of the domains a.test"
		blocked = "the Service must not be exposed"
		gateway = "the gateway must be one of n/g"
		public  = "a route without authentication must be one of policy.publicRoutes"
		label   = "the label team is required"
	)
	for name, c := range map[string]struct {
		policy Policy
		want   map[string][]string
	}{
		"nothing":        {Policy{}, map[string][]string{}},
		"default domain": {Policy{DefaultDomain: "a.test"}, map[string][]string{oldest: {"hosts", "domains0", "domains", domain}}},
		"domains": {Policy{Allow: []string{"a.test"}, DefaultDomain: "b.test"}, map[string][]string{
			oldest: {"hosts", "domains0", "domains", domain}, older: {"hosts", "domains0", "domains", domain}, newer: {"hosts", "domains0", "domains", domain}, fabric: {"hosts", "domains0", "domains", domain},
		}},
		"Services": {Policy{Block: []string{"s.n"}}, map[string][]string{
			oldest: {"blocked0", "blocked", blocked}, older: {"rules", "blocked0", "blocked", blocked}, newer: {"rules", "blocked0", "blocked", blocked}, fabric: {"blocked0", "blocked", blocked},
		}},
		"no Service": {Policy{Block: []string{}}, map[string][]string{}},
		"gateways": {Policy{Gateways: []string{"n/g"}}, map[string][]string{
			oldest: {"gateways0", "gateways", gateway}, older: {"gateways0", "gateways", gateway}, newer: {"gateways0", "gateways", gateway},
		}},
		"nothing public": {Policy{NoPublic: true}, map[string][]string{
			oldest: {"hosts", "rules", "public", public}, older: {"hosts", "rules", "public", public}, newer: {"hosts", "rules", "public", public},
		}},
		"public routes without a ban": {Policy{Public: []Public{{Path: "/"}}}, map[string][]string{}},
		"labels":                      {Policy{Labels: []string{"team"}}, map[string][]string{oldest: {label}, older: {label}, newer: {label}, fabric: {label}}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, written(t, &c.policy)); d != "" {
				t.Errorf("(- want, + got):\n%s", d)
			}
		})
	}
}

// expression returns the expression of a variable or of the demand with a message.
func expression(t *testing.T, w *writer, name string) string {
	t.Helper()
	for _, v := range slices.Concat(w.variables, w.validations) {
		o, _ := v.(source.Object)
		for _, key := range []string{"name", "message"} {
			if got, _ := o.Get(key); got == name {
				text, _ := o.Get("expression")
				return fmt.Sprint(text)
			}
		}
	}
	t.Fatalf("no %s", name)
	return ""
}

// TestSpellings holds that names are compared without regard to case and to a final dot,
// and that each is listed once.
func TestSpellings(t *testing.T) {
	w := kinds[1].write(&Policy{Allow: []string{"A.test.", "a.test", "x.b.test", "test"}, DefaultDomain: "A.test.", Block: []string{"S.n", "s.N"}})
	for name, want := range map[string]string{
		"domains0": `{"a.test": true, "x.b.test": true, "test": true}`,
		"blocked0": `{"s.n": true}`,
		"hosts":    `([object.spec.host]).map(w, w.lowerAscii()).map(h, h.contains('.') ? [h] : [h, h + ".a.test"])`,
	} {
		if got := expression(t, w, name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	demand := expression(t, w, "the host must be in one of the domains A.test., a.test, x.b.test, test")
	if want := `[h.find('[^.]+([.][^.]+){0}$'), h.find('[^.]+([.][^.]+){1}$'), h.find('[^.]+([.][^.]+){2}$')]`; !strings.Contains(demand, want) || !strings.Contains(demand, "!h.contains('.') || ") {
		t.Errorf("%s has no %s", demand, want)
	}
	if w := kinds[3].write(&Policy{Allow: []string{"a.test"}, DefaultDomain: "a.test"}); strings.Contains(expression(t, w, "hosts"), "+ \".a.test\"") {
		t.Error("the hosts of a FabricGateway are never completed")
	}
}

// TestPublicRoutes holds what is kept of the routes: those of one host and path
// together, each once.
func TestPublicRoutes(t *testing.T) {
	w := kinds[2].write(&Policy{NoPublic: true, Public: []Public{
		{Path: "/a", Methods: []string{"GET"}}, {Host: "B.test", Path: "/a"}, {Path: "/a", Methods: []string{"GET"}}, {Path: "/a", Methods: []string{"PUT", "POST"}}, {Path: "/c"},
	}})
	want := `{" /a": [{'methods': ["GET"]}, {'methods': ["PUT", "POST"]}], "b.test /a": [{}], " /c": [{}]}`
	if got := expression(t, w, "public0"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestTables holds that a long table is several expressions, none of which is too
// long for the language.
func TestTables(t *testing.T) {
	var names []string
	for i := range 6000 {
		names = append(names, fmt.Sprintf("d%06d.example.test", i))
	}
	w := &writer{}
	w.addSet("domains", names)
	parts, entries := 0, 0
	for _, v := range w.variables {
		o, _ := v.(source.Object)
		name, _ := o.Get("name")
		text, _ := o.Get("expression")
		if name == "domains" {
			continue
		}
		parts, entries = parts+1, entries+strings.Count(fmt.Sprint(text), ": true")
		if size := len(fmt.Sprint(text)); size > maxExpression+len("{}") {
			t.Errorf("%v has %d bytes", name, size)
		}
	}
	if parts != 4 || entries != len(names) || expression(t, w, "domains") != "[variables.domains0, variables.domains1, variables.domains2, variables.domains3]" {
		t.Errorf("%d parts, %d entries: %s", parts, entries, expression(t, w, "domains"))
	}
}

// TestTooLarge holds that a policy which no API server stores is a finding, and that
// the others are written.
func TestTooLarge(t *testing.T) {
	var public []Public
	for i := range 30_000 {
		public = append(public, Public{Path: fmt.Sprintf("/%030d", i)})
	}
	objects, found := Objects(&Policy{At: source.Ref{Path: "policy"}, NoPublic: true, Public: public, Labels: []string{"team"}})
	if len(found) != 3 || found[0].Code != diag.AdmissionTooLarge || found[0].At.Path != "policy" || !strings.Contains(found[0].Message, oldest) {
		t.Errorf("%v", found)
	}
	if len(objects) != 2 || objects[0].Meta.Name != fabric || objects[1].Meta.Name != fabric {
		t.Errorf("%d objects", len(objects))
	}
}

// TestListNames holds that a message lists ten names.
func TestListNames(t *testing.T) {
	names := strings.Split("a b c d e f g h i j k l", " ")
	for n, want := range map[int]string{0: "", 1: "a", 10: "a, b, c, d, e, f, g, h, i, j", 11: "a, b, c, d, e, f, g, h, i, j and 1 more", 12: "a, b, c, d, e, f, g, h, i, j and 2 more"} {
		if got := listNames(names[:n]); got != want {
			t.Errorf("%d names: %s, want %s", n, got, want)
		}
	}
}
