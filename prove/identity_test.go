package prove_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/prove/classes"
)

// identities returns what the changes that read so are: by their text.
func identities(t *testing.T, before, after string) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	r := compared(t, before, after)
	for i := range r.Changes {
		if c := &r.Changes[i]; c.Kind != classes.Status {
			out[c.String()] = c.Identity()
		}
	}
	return out
}

func jwtRule(path, issuer string) string {
	return `{path: "` + path + `", methods: [GET], jwt: {authentications: [{issuer: ` + issuer + `, jwksUri: ` + issuer + `/keys}]}}`
}

const openRest = `{path: "/{**}", methods: [GET], noAuth: true}`

// TestIdentity holds what a change is against unrelated edits, and against edits
// after which it reads the same and is another one.
func TestIdentity(t *testing.T) {
	admin, billing, other := jwtRule("/admin/{**}", "https://i.test"), jwtRule("/billing/{**}", "https://i.test"), jwtRule("/other", "https://i.test")
	rules := func(list ...string) string { return newer(strings.Join(append(list, openRest), ", ")) }
	want := identities(t, rules(admin, billing), rules(billing))
	if len(want) != 1 {
		t.Fatalf("want one change: %v", want)
	}
	for name, c := range map[string][2]string{
		"another rule on both sides": {rules(other, admin, billing), rules(other, billing)},
		"another rule, added":        {rules(admin, billing), rules(billing, other)},
		"another order":              {rules(billing, admin), rules(billing)},
		"other lines":                {"# a comment\n\n" + rules(admin, billing), strings.ReplaceAll(rules(billing), ", ", ",\n  ")},
		"another host beside":        {addOtherHost(rules(admin, billing)), addOtherHost(rules(billing))},
		"another resource of a host": {strings.ReplaceAll(rules(admin, billing), "name: a,", "name: b,"), strings.ReplaceAll(rules(billing), "name: a,", "name: b,")},
		"a host that comes on top":   {rules(admin, billing), addOtherHost(rules(billing))},
	} {
		got := identities(t, c[0], c[1])
		for text, id := range want {
			if !slices.Equal(got[text], id) {
				t.Errorf("%s: the change %q is\n%q, not\n%q\nof %d", name, text, got[text], id, len(got))
			}
		}
	}
}

// TestIdentityOfCallers tells changes apart that let others in, with the same words.
func TestIdentityOfCallers(t *testing.T) {
	rules := func(issuer string) string { return newer(jwtRule("/admin", issuer)) }
	closed := newer(`{path: /health, methods: [GET], noAuth: true}`)
	one, two := identities(t, closed, rules("https://i.test")), identities(t, closed, rules("https://evil.test"))
	for text, id := range one {
		if len(two[text]) == 0 {
			continue
		}
		if slices.Equal(id, two[text]) && strings.HasPrefix(text, "ADDED") {
			t.Errorf("%s is the same for another issuer", text)
		}
	}
	if !slices.ContainsFunc(keys(one), func(s string) bool { return strings.HasPrefix(s, "ADDED") && len(two[s]) > 0 }) {
		t.Errorf("the changes do not read the same: %v, %v", keys(one), keys(two))
	}
}

func keys(m map[string][]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}

// addOtherHost adds a resource of another host.
func addOtherHost(text string) string {
	return text + "---\n" + `{apiVersion: gateway.kyma-project.io/v2, kind: APIRule, metadata: {name: z, namespace: shop}, spec: {hosts: [aaa.example.com], ` +
		`gateway: kyma-system/kyma-gateway, service: {name: web, port: 80}, rules: [` + openRest + `]}}` + "\n"
}
