package migrate_test

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate"
)

const jwtOf = `{handler: jwt, config: {trusted_issuers: ["https://%s.test"], jwks_urls: ["https://%s.test/k"]%s}}`

func strategy(issuer, more string) string {
	return strings.Replace(strings.ReplaceAll(jwtOf, "https://%s", "https://"+issuer), "%s", more, 1)
}

func resource(rules string) string {
	return "apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nmetadata: {name: a, namespace: shop}\nspec:\n  host: a.example.com\n" +
		"  gateway: ns/gw\n  service: {name: a, port: 80}\n  rules:\n" + rules
}

// TestStrategiesThatDifferStay: two jwt strategies of which one demands less
// are not joined: the weaker one would let in for the other.
func TestStrategiesThatDifferStay(t *testing.T) {
	for name, c := range map[string]struct {
		first, second string
		moves         bool
	}{
		"a scope more":     {strategy("a", ", required_scope: [read]"), strategy("b", ""), false},
		"a scope less":     {strategy("a", ""), strategy("b", ", required_scope: [read]"), false},
		"another scope":    {strategy("a", ", required_scope: [read]"), strategy("b", ", required_scope: [write]"), false},
		"another audience": {strategy("a", ", target_audience: [x]"), strategy("b", ", target_audience: [y]"), false},
		"the same":         {strategy("a", ", required_scope: [read]"), strategy("b", ", required_scope: [read]"), true},
	} {
		text := resource("  - {path: /a, methods: [GET], accessStrategies: [" + c.first + ", " + c.second + "]}\n")
		r := migrate.Run([]*source.File{file(t, "a.yaml", text)}, migrate.Options{To: "v2"})
		if moved := r.Documents[0].Outcome == migrate.Moved; moved != c.moves {
			t.Errorf("%s: moved %v\n%s", name, moved, r.Files[0].After)
		}
	}
}

// TestOwnPreflights: a rule that its author gave OPTIONS answers preflights, and
// no other one is given it where it covers them.
func TestOwnPreflights(t *testing.T) {
	open := `accessStrategies: [{handler: no_auth}]`
	for name, c := range map[string]struct{ rules, want string }{
		"on the general rule": {
			"  - {path: /up, methods: [POST], " + open + "}\n  - {path: /.*, methods: [GET, OPTIONS], " + open + "}\n",
			"[POST] [GET, OPTIONS]",
		},
		"on a rule of its own": {
			"  - {path: /up, methods: [POST], " + open + "}\n  - {path: /.*, methods: [GET], " + open + "}\n  - {path: /.*, methods: [OPTIONS], " + open + "}\n",
			"[POST] [GET] [OPTIONS]",
		},
		"nowhere": {
			"  - {path: /up, methods: [POST], " + open + "}\n  - {path: /.*, methods: [GET], " + open + "}\n",
			"[POST] [GET, OPTIONS]",
		},
		"on the special rule": {
			"  - {path: /up, methods: [POST, OPTIONS], " + open + "}\n  - {path: /.*, methods: [GET], " + open + "}\n",
			"[POST, OPTIONS] [GET] [OPTIONS]",
		},
	} {
		r := migrate.Run([]*source.File{file(t, "a.yaml", resource(c.rules))}, migrate.Options{To: "v2"})
		var methods []string
		for _, line := range strings.Split(string(r.Files[0].After), "\n") {
			if _, rest, ok := strings.Cut(line, " methods: "); ok {
				methods = append(methods, rest[:strings.Index(rest, "]")+1])
			}
		}
		if got := strings.Join(methods, " "); got != c.want {
			t.Errorf("%s: %s, want %s\n%s", name, got, c.want, r.Files[0].After)
		}
	}
}

// TestBrokenFilesStay: a file with a document that cannot be relied on is left
// alone; a scalar that YAML 1.1 reads otherwise is not a reason for that.
func TestBrokenFilesStay(t *testing.T) {
	rule := resource("  - {path: /a, methods: [GET], accessStrategies: [{handler: no_auth}]}\n")
	for name, c := range map[string]struct {
		text string
		want migrate.Outcome
	}{
		"plain":            {rule, migrate.Moved},
		"ambiguous scalar": {strings.Replace(rule, "  gateway:", "  corsPolicy: {allowOrigins: [{exact: https://a.test}], allowCredentials: yes}\n  gateway:", 1), migrate.Moved},
		"a key twice":      {strings.Replace(rule, "  gateway:", "  host: b.example.com\n  gateway:", 1), migrate.Broken},
		"broken elsewhere": {rule + "---\na: [\n", migrate.Broken},
	} {
		r := migrate.Run([]*source.File{file(t, "a.yaml", c.text)}, migrate.Options{To: "v2"})
		if len(r.Documents) == 0 || r.Documents[0].Outcome != c.want || (r.Files[0].After != nil) != (c.want == migrate.Moved) {
			t.Errorf("%s: %v\n%s", name, r.Documents, r.Files[0].After)
		}
	}
}
