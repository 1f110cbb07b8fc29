package migrate_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/classes"
)

// orderedRule is an APIRule v1beta1 with rules in any order, many of which share
// requests, and whose tokens Istio checks or Oathkeeper.
func orderedRule(rnd *rand.Rand, mesh bool) string {
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	paths := []string{"/.*", "/a", "/a/.*", "/a/b", "/[^/]+/b", "/.*/b", "/a|/c"}
	jwt := "jwt, config: {jwks_urls: [https://i.test/keys], trusted_issuers: [https://i.test]}"
	if mesh {
		paths = []string{"/.*", "/a", "/a/b", "/*"} // policies read other expressions literally
		jwt = "jwt, config: {authentications: [{issuer: https://i.test, jwksUri: https://i.test/keys}]}"
	}
	var rules []string
	for range 2 + rnd.IntN(3) {
		rules = append(rules, fmt.Sprintf(`{path: '%s', methods: [%s], accessStrategies: [{handler: %s}]}`,
			pick(paths...), pick("GET", "POST", "GET, POST"), pick("no_auth", "allow", "noop", jwt, jwt, jwt)))
	}
	return fmt.Sprintf(`{apiVersion: gateway.kyma-project.io/v1beta1, kind: APIRule, metadata: {name: a, namespace: shop}, spec: {host: a.example.com, `+
		`gateway: ns/gw, service: {name: a, port: 80}, rules: [%s]}}`+"\n", strings.Join(rules, ", "))
}

// TestNothingClosedIsOpened: what was refused without a token is not served
// without one after a migration.
func TestNothingClosedIsOpened(t *testing.T) {
	rnd := rand.New(rand.NewPCG(19, 19))
	moved := 0
	for n := range 400 {
		mesh := n%2 == 0
		text := orderedRule(rnd, mesh)
		c := config.Default()
		if mesh {
			c.JWTHandler = "istio"
		}
		r := migrate.Run([]*source.File{file(t, "in.yaml", text)}, migrate.Options{To: "v2", Config: c, DropCORS: rnd.IntN(2) == 0})
		if r.Documents[0].Outcome != migrate.Moved {
			continue
		}
		before, after := compile.Input{Files: r.Before()}, compile.Input{Files: r.After()}
		o, _ := prove.Suppose([]compile.Input{before, after}, compile.Options{Config: c})
		was, first := prove.Compared(before, o)
		is, second := prove.Compared(after, o)
		if withheld := func(r compile.Resource) bool { return r.Withheld }; slices.ContainsFunc(first.Resources, withheld) || slices.ContainsFunc(second.Resources, withheld) {
			continue
		}
		moved++
		for _, c := range classes.Compare(was, is).Changes {
			w := c.Witness
			if strings.Contains(w.URL, "%") {
				continue // Oathkeeper reads a decoded path
			}
			if c.Kind == classes.Exposed && !strings.HasPrefix(c.Before, "nobody") && w.Token == "" && (w.WasStatus == http.StatusUnauthorized || w.WasStatus == http.StatusForbidden) && w.IsStatus == http.StatusOK {
				t.Fatalf("%s\nbecomes\n%s\n%s (%s %s)", text, r.Files[0].After, c.String(), w.Method, w.URL)
			}
		}
	}
	if moved < 100 {
		t.Errorf("only %d are moved", moved)
	}
}

// TestWhatOpensIsTold: requests for which Oathkeeper had no rule, and which somebody
// without a token gets answered after a migration, are named by a finding; none is where
// the policies of v2 can refuse them.
func TestWhatOpensIsTold(t *testing.T) {
	rnd := rand.New(rand.NewPCG(20, 20))
	moved, told := 0, 0
	for range 300 {
		text := orderedRule(rnd, false)
		if hasPathTwice(text) {
			continue // of two rules for one path the second had no route
		}
		r := migrate.Run([]*source.File{file(t, "in.yaml", text)}, migrate.Options{To: "v2", DropCORS: rnd.IntN(2) == 0})
		if r.Documents[0].Outcome != migrate.Moved {
			continue
		}
		before, after := compile.Input{Files: r.Before()}, compile.Input{Files: r.After()}
		o, _ := prove.Suppose([]compile.Input{before, after}, compile.Options{})
		was, first := prove.Compared(before, o)
		is, second := prove.Compared(after, o)
		if withheld := func(r compile.Resource) bool { return r.Withheld }; slices.ContainsFunc(first.Resources, withheld) || slices.ContainsFunc(second.Resources, withheld) {
			continue
		}
		moved++
		says := slices.ContainsFunc(r.Findings, func(f diag.Finding) bool {
			return slices.Contains([]diag.Code{diag.OpenedByMethod, diag.OverlapEnds, diag.RulesReordered}, f.Code)
		})
		if says {
			told++
			continue
		}
		for _, c := range classes.Compare(was, is).Changes {
			w := c.Witness
			if c.Kind == classes.Exposed && w.Method != http.MethodOptions && w.Token == "" && w.IsStatus == http.StatusOK && !strings.Contains(w.URL, "%") {
				t.Fatalf("%s\nbecomes\n%s\n%s (%s %s)", text, r.Files[0].After, c.String(), w.Method, w.URL)
			}
		}
	}
	if moved < 50 || told < 10 || told > moved*3/4 {
		t.Errorf("%d are moved, of %d something is told", moved, told)
	}
}

func hasPathTwice(text string) bool {
	parts := strings.Split(text, "{path: '")[1:]
	for i, p := range parts {
		path, _, _ := strings.Cut(p, "'")
		if slices.ContainsFunc(parts[i+1:], func(o string) bool { return strings.HasPrefix(o, path+"'") }) {
			return true
		}
	}
	return false
}

// TestNothingIsOpenedByASplit: Oathkeeper got every method on the paths of a special
// rule, and the general one does not get more of them by the way it is written.
func TestNothingIsOpenedByASplit(t *testing.T) {
	const jwt = "{handler: jwt, config: {jwks_urls: [https://i.test/keys], trusted_issuers: [https://i.test]}}"
	for name, c := range map[string]struct{ rules, want string }{
		"a shared method": {
			"{path: /admin/.*, methods: [GET, POST], accessStrategies: [" + jwt + "]}, {path: /.*, methods: [GET, HEAD], accessStrategies: [{handler: no_auth}]}",
			"[GET, POST] [GET, HEAD, OPTIONS]",
		},
		"no shared method": {
			"{path: /admin/.*, methods: [POST], accessStrategies: [" + jwt + "]}, {path: /.*, methods: [GET], accessStrategies: [{handler: no_auth}]}",
			"[POST, OPTIONS] [GET, OPTIONS]",
		},
		"two special ones": {"{path: /a, methods: [GET], accessStrategies: [" + jwt + "]}, {path: /b, methods: [POST], accessStrategies: [" + jwt + "]}, " +
			"{path: /.*, methods: [GET, POST], accessStrategies: [{handler: allow}]}", "[GET] [POST] [GET, POST, OPTIONS]"},
		"a public special one": {"{path: /a, methods: [GET], accessStrategies: [" + jwt + "]}, {path: /b, methods: [POST], accessStrategies: [{handler: no_auth}]}, " +
			"{path: /.*, methods: [GET, POST], accessStrategies: [{handler: no_auth}]}", "[GET, OPTIONS] [POST] [GET, OPTIONS] [POST]"},
		"the general one first": {
			"{path: /.*, methods: [GET, HEAD], accessStrategies: [{handler: allow}]}, {path: /admin/.*, methods: [GET, POST], accessStrategies: [" + jwt + "]}",
			"[GET, POST] [GET] [HEAD, OPTIONS]",
		},
		"asked by both": {
			"{path: /admin/.*, methods: [GET], accessStrategies: [" + jwt + "]}, {path: /.*, methods: [GET, HEAD], accessStrategies: [" + jwt + "]}",
			"[GET] [GET] [HEAD, OPTIONS]",
		},
	} {
		text := "{apiVersion: gateway.kyma-project.io/v1beta1, kind: APIRule, metadata: {name: a, namespace: shop}, spec: {host: a.example.com, " +
			"gateway: ns/gw, service: {name: a, port: 80}, rules: [" + c.rules + "]}}\n"
		r := migrate.Run([]*source.File{file(t, "in.yaml", text)}, migrate.Options{To: "v2"})
		var got []string
		for _, part := range strings.Split(string(r.Files[0].After), "methods: ")[1:] {
			list, _, _ := strings.Cut(part, "]")
			got = append(got, list+"]")
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %s, want %s", name, s, c.want)
		}
		if slices.ContainsFunc(r.Findings, func(f diag.Finding) bool { return f.Code == diag.OpenedByMethod }) != (name == "a public special one") {
			t.Errorf("%s: %v", name, r.Findings)
		}
	}
}
