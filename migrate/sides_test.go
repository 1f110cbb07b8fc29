package migrate_test

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate"
)

// TestBeforeIsWhatTheResourceTrulyWas: where the spec is kept in the annotation, the
// side before a migration has that spec, and not the one that is shown.
func TestBeforeIsWhatTheResourceTrulyWas(t *testing.T) {
	const spec = `{"host":"a.example.com","gateway":"ns/gw","service":{"name":"a","port":80},"rules":[{"path":"/kept","methods":["GET"],"accessStrategies":[{"handler":"no_auth"}]}]}`
	shown := func(original, rules string) string {
		return "apiVersion: gateway.kyma-project.io/v2\nkind: APIRule\nmetadata:\n  name: a\n  namespace: shop\n  annotations:\n" + original +
			"    gateway.kyma-project.io/v1beta1-spec: '" + spec + "'\nspec: {" + rules + "}\n"
	}
	const old = "    gateway.kyma-project.io/original-version: v1beta1\n"
	const rules = "hosts: [b.example.com], gateway: ns/gw, service: {name: b, port: 80}, rules: [{path: /shown, methods: [GET], noAuth: true}]"
	converted := strings.Replace(rules, "/shown", "/kept", 1)
	for name, c := range map[string]struct {
		text string
		kept bool
	}{
		"empty":                     {shown(old, ""), true},
		"with its rules":            {shown(old, converted), true},
		"with others":               {shown(old, rules), false},
		"without a version":         {shown("", ""), true},
		"of v2":                     {shown("    gateway.kyma-project.io/original-version: v2\n", rules), false},
		"with rules and no version": {shown("", rules), false},
	} {
		r := migrate.Run([]*source.File{file(t, "in.yaml", c.text)}, migrate.Options{To: "v2"})
		before := string(r.Before()[0].Data)
		_, before, _ = strings.Cut(before, "\nspec:")
		if moved := r.Documents[0].Outcome == migrate.Moved; moved != c.kept || strings.Contains(before, "/kept") != c.kept || c.kept && strings.Contains(before, "b.example.com") {
			t.Errorf("%s: moved %v, before\n%s", name, moved, before)
		}
	}
}

// TestJoin: documents of several files stay apart, and a stream begins as its first
// file does.
func TestJoin(t *testing.T) {
	for _, c := range [][3]string{
		{"", "a: 1\n", "a: 1\n"}, {"", "", ""}, {"a: 1", "b: 2\n", "a: 1\n---\nb: 2\n"}, {"a: 1\n", "---\nb: 2\n", "a: 1\n---\nb: 2\n"},
	} {
		if got := string(migrate.Join([]byte(c[0]), []byte(c[1]))); got != c[2] {
			t.Errorf("%q and %q are %q", c[0], c[1], got)
		}
	}
}
