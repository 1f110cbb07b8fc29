package migrate_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/classes"
)

// realRule is an APIRule v1beta1 as people write them: special rules in front of
// a general one, methods that no two of them share, several Services, CORS.
func realRule(rnd *rand.Rand, n int) (text string, methods []string) {
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	const jwt = "jwt, config: {jwks_urls: [https://i.test/keys], trusted_issuers: [https://i.test]}"
	free := []string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"}
	rnd.Shuffle(len(free), func(i, j int) { free[i], free[j] = free[j], free[i] })
	own := rnd.IntN(4) == 0
	var rules []string
	paths := []string{"/orders", "/orders/.*", "/items/[^/]+", "/up", "/admin/.*"}
	rnd.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
	paths = append(paths[:1+rnd.IntN(3)], "/.*")
	for i, p := range paths {
		take := free[:1]
		if free = free[1:]; i == len(paths)-1 {
			take = append(slices.Clone(take), free[:rnd.IntN(len(free)+1)]...)
		}
		methods = append(methods, take...)
		if own && rnd.IntN(2) == 0 {
			take, own = append(slices.Clone(take), "OPTIONS"), false
		}
		service := ""
		if rnd.IntN(3) == 0 {
			service = fmt.Sprintf(", service: {name: other%d, port: 80}", rnd.IntN(2))
		}
		rules = append(rules, fmt.Sprintf(`{path: '%s', methods: [%s], accessStrategies: [{handler: %s}]%s}`, p, strings.Join(take, ", "), pick("no_auth", jwt, "noop"), service))
	}
	cors := pick("", "", "corsPolicy: {allowOrigins: [{exact: https://w.test}], allowMethods: [GET]}, ", "corsPolicy: {}, ")
	return fmt.Sprintf(`{apiVersion: gateway.kyma-project.io/v1beta1, kind: APIRule, metadata: {name: a%d, namespace: shop}, spec: {host: api%d.example.com, `+
		`gateway: ns/gw, service: {name: web%d, port: 80}, %srules: [%s]}}`+"\n", n, n, n, cors, strings.Join(rules, ",")), methods
}

// TestNothingBreaksInSilence: where a migration says nothing of paths, methods
// or order, no request with a method that the source names is let in, refused
// or sent elsewhere that was not before.
func TestNothingBreaksInSilence(t *testing.T) {
	rnd := rand.New(rand.NewPCG(17, 17))
	quiet := 0
	for n := range 200 {
		text, methods := realRule(rnd, n)
		r := migrate.Run([]*source.File{file(t, "in.yaml", text)}, migrate.Options{To: "v2"})
		if r.Documents[0].Outcome != migrate.Moved || slices.ContainsFunc(diag.Levels{}.Apply(slices.Clone(r.Findings)), func(f diag.Finding) bool {
			return f.Severity >= diag.Warning && f.Code != diag.MadePublic
		}) {
			continue
		}
		quiet++
		before, after := compile.Input{Files: r.Before()}, compile.Input{Files: r.After()}
		o, _ := prove.Suppose([]compile.Input{before, after}, compile.Options{})
		was, _ := prove.Compared(before, o)
		is, _ := prove.Compared(after, o)
		for _, c := range classes.Compare(was, is).Changes {
			u, _ := url.Parse(c.Witness.URL)
			if u != nil && u.RawPath != "" && u.RawPath != u.Path {
				continue // a spelling that no client has
			}
			grave := slices.Contains([]classes.Kind{classes.Exposed, classes.Removed, classes.Tightened, classes.Moved}, c.Kind)
			if grave && slices.ContainsFunc(methods, func(m string) bool { return slices.Contains(c.Methods, m) }) {
				t.Fatalf("%s\nbecomes\n%s\n%s (%s %s)", text, r.Files[0].After, c.String(), c.Witness.Method, c.Witness.URL)
			}
		}
	}
	t.Logf("%d of 200 say nothing", quiet)
	if quiet < 100 {
		t.Errorf("only %d of 200 say nothing", quiet)
	}
}
