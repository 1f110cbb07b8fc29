package migrate_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compare"
	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/classes"
)

// realRule is an APIRule v1beta1 as people write them: special rules in front of
// a general one, with methods of their own or with the same, several Services,
// expressions, scopes, mutators, handlers of every kind, CORS.
func realRule(rnd *rand.Rand, n int) (text string, methods []string) {
	w := &ruleWriter{Rand: rnd, free: []string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"}, shared: rnd.IntN(3) == 0, own: rnd.IntN(4) == 0}
	w.Shuffle(len(w.free), func(i, j int) { w.free[i], w.free[j] = w.free[j], w.free[i] })
	paths := []string{"/orders", "/orders/.*", "/items/[^/]+", "/up", "/admin/.*", "/a(/.*)?", "/b|/c", "/v1/[^/]+/list", "/docs.*", "/status/?", `/v2\\.0/.*`}
	w.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
	paths = append(paths[:w.IntN(4)], "/.*")
	if w.IntN(4) == 0 {
		paths[0], paths[len(paths)-1] = paths[len(paths)-1], paths[0]
	}
	var rules []string
	for _, p := range paths {
		rules = append(rules, w.rule(p))
	}
	cors := w.pick("", "", "corsPolicy: {allowOrigins: [{exact: https://w.test}], allowMethods: [GET]}, ", "corsPolicy: {}, ")
	host := w.pick("api%d.example.com", "API%d.example.com", "api%d.shop.example.com")
	return fmt.Sprintf(`{apiVersion: gateway.kyma-project.io/v1beta1, kind: APIRule, metadata: {name: a%d, namespace: shop}, spec: {host: `+host+`, `+
		`gateway: ns/gw, service: {name: web%d, port: 80}, %s%srules: [%s]}}`+"\n", n, n, n, cors, w.pick("", "", "timeout: 20, "), strings.Join(rules, ",")), w.methods
}

// ruleWriter writes the rules of one APIRule.
type ruleWriter struct {
	*rand.Rand
	free, methods []string // not written yet, and written
	shared        bool     // rules have methods in common
	own           bool     // one of them matches OPTIONS
}

func (w *ruleWriter) pick(list ...string) string { return list[w.IntN(len(list))] }

func (w *ruleWriter) rule(path string) string {
	take := []string{"GET", "POST"}[:1+w.IntN(2)]
	if !w.shared {
		take = w.free[:1]
		if w.free = w.free[1:]; path == "/.*" {
			take = append(slices.Clone(take), w.free[:w.IntN(len(w.free)/2+1)]...)
			w.free = w.free[len(take)-1:]
		}
	}
	w.methods = append(w.methods, take...)
	if w.own && w.IntN(2) == 0 {
		take, w.own = append(slices.Clone(take), "OPTIONS"), false
	}
	more := w.pick("", "", fmt.Sprintf(", service: {name: other%d, port: 80}", w.IntN(2))) + w.pick("", "", "", ", timeout: 10")
	handler := w.handler()
	if strings.HasPrefix(handler, "jwt") && w.IntN(4) == 0 {
		more += ", mutators: [{handler: header, config: {headers: {X-From: gateway}}}, {handler: cookie, config: {cookies: {c: d}}}]"
	}
	return fmt.Sprintf(`{path: "%s", methods: [%s], accessStrategies: [{handler: %s}]%s}`, path, strings.Join(take, ", "), handler, more)
}

func (w *ruleWriter) handler() string {
	const jwt = "jwt, config: {jwks_urls: [https://i.test/keys], trusted_issuers: [https://i.test]"
	return w.pick("no_auth", "allow", "noop", "noop", jwt+"}", jwt+"}", jwt+", required_scope: [read]}", jwt+", required_scope: [write], target_audience: [shop]}")
}

// TestNothingBreaksInSilence: where a migration says nothing of paths, methods
// or order, no request with a method that the source names is let in, refused
// or sent elsewhere that was not before.
func TestNothingBreaksInSilence(t *testing.T) {
	rnd := rand.New(rand.NewPCG(17, 17))
	quiet := 0
	for n := range 250 {
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
			if u != nil && (classes.SpellingOf(c.Witness.URL) != classes.Plain || strings.Contains(u.EscapedPath(), "%2f") || strings.Contains(u.Path, "/v2a0")) {
				continue // a spelling that no client has, or what the dot in a route of v2 matches too
			}
			grave := slices.Contains([]classes.Kind{classes.Exposed, classes.Removed, classes.Tightened, classes.Moved, classes.Added, classes.CORS}, c.Kind)
			if grave && slices.ContainsFunc(methods, func(m string) bool { return slices.Contains(c.Methods, m) }) {
				t.Fatalf("%s\nbecomes\n%s\n%s (%s %s)", text, r.Files[0].After, c.String(), c.Witness.Method, c.Witness.URL)
			}
		}
	}
	t.Logf("%d of 250 say nothing", quiet)
	if quiet < 60 {
		t.Errorf("only %d of 250 say nothing", quiet)
	}
}

// TestPlansHaveNoGap: the steps of a migration leave no request exposed or refused
// between that was not before and is not after.
func TestPlansHaveNoGap(t *testing.T) {
	rnd := rand.New(rand.NewPCG(18, 18))
	planned, steps := 0, 0
	for n := range 60 {
		text, _ := realRule(rnd, n)
		r := migrate.Run([]*source.File{file(t, "in.yaml", text)}, migrate.Options{To: "v2"})
		if r.Documents[0].Outcome != migrate.Moved {
			continue
		}
		before, after := compile.Input{Files: r.Before()}, compile.Input{Files: r.After()}
		o, _ := prove.Suppose([]compile.Input{before, after}, compile.Options{})
		was, is := compare.Compile("before", before, o), compare.Compile("after", after, o)
		if len(was.Withheld)+len(is.Withheld) > 0 {
			continue
		}
		planned++
		for _, s := range compare.Plan(was, is, compare.Scope{All: true}) {
			steps++
			for _, g := range s.Gaps {
				t.Fatalf("%s\nbecomes\n%s\n%s: %s (%s %s)", text, r.Files[0].After, s.Name, g.String(), g.Witness.Method, g.Witness.URL)
			}
		}
	}
	if planned < 30 || steps < 4*planned {
		t.Errorf("%d plans of %d steps", planned, steps)
	}
}
