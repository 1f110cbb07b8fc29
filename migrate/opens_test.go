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
