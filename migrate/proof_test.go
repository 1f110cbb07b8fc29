package migrate_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

// legacyRule is an APIRule v1beta1 with up to three rules.
func legacyRule(rnd *rand.Rand, n int) string {
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	var rules []string
	for range 1 + rnd.IntN(3) {
		access := pick("noop", "allow", "no_auth",
			"jwt, config: {jwks_urls: [https://i.test/keys], trusted_issuers: [https://i.test], required_scope: [x]}",
			"jwt, config: {jwks_urls: [https://i.test/keys], trusted_issuers: [https://i.test], target_audience: [z]}")
		rules = append(rules, fmt.Sprintf(`{path: '%s', methods: %s, accessStrategies: [{handler: %s}]}`,
			pick("/.*", "/a", "/a/.*", "/a.*", "/b|/c", "/b(.*)", "/c"), pick("[GET]", "[GET, POST]", "[OPTIONS, GET]"), access))
	}
	return fmt.Sprintf(`{apiVersion: gateway.kyma-project.io/v1beta1, kind: APIRule, metadata: {name: a%d, namespace: shop}, spec: {host: api%d.example.com, `+
		`gateway: kyma-gateway.kyma-system.svc.cluster.local, service: {name: web%d, port: 80}, rules: [%s]}}`+"\n", n, n, n, strings.Join(rules, ","))
}

// compared returns both sides of a migration and what is different.
func compared(t testing.TB, text string) (was, is classes.Side, report *classes.Report, moved bool) {
	t.Helper()
	f, problem := source.NewFile("in.yaml", []byte(text))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	r := migrate.Run([]*source.File{f}, migrate.Options{To: "v2"})
	before, after := compile.Input{Files: r.Before()}, compile.Input{Files: r.After()}
	o, _ := prove.Suppose([]compile.Input{before, after}, compile.Options{})
	was, _ = prove.Compared(before, o)
	is, result := prove.Compared(after, o)
	moved = slices.ContainsFunc(r.Documents, func(d migrate.Document) bool { return d.Outcome == migrate.Moved }) &&
		!slices.ContainsFunc(result.Resources, func(r compile.Resource) bool { return r.Withheld })
	return was, is, classes.Compare(was, is), moved
}

// TestUnchangedIsAnsweredAlike asks both sides of generated migrations: where
// the report names no change for the method of a request, the answers are the
// same, and on every witness they are not.
func TestUnchangedIsAnsweredAlike(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 3))
	migrated, asked, different := 0, 0, 0
	for n := range 150 {
		was, is, report, moved := compared(t, legacyRule(rnd, n))
		if !moved {
			continue
		}
		migrated++
		tokens := tokensOf(was, is, fmt.Sprintf("api%d.example.com", n))
		for range 40 {
			r := &simulate.Request{Method: []string{"GET", "POST", "OPTIONS", "PUT"}[rnd.IntN(4)], Scheme: "https", Host: fmt.Sprintf("api%d.example.com", n), Target: simulatetest.Path(rnd)}
			for _, token := range tokens {
				asked++
				r.Token = token
				a, b := was.Decide(r), is.Decide(r)
				if answer(&a) == answer(&b) {
					continue
				}
				different++
				if !slices.ContainsFunc(report.Changes, func(c classes.Change) bool {
					return c.Kind != classes.Internal && (c.Others || slices.Contains(c.Methods, r.Method))
				}) {
					t.Fatalf("%s %s: %s, then %s, and nothing is said of it: %v", r.Method, r.Target, answer(&a), answer(&b), report.Changes)
				}
			}
		}
		for i := range report.Changes {
			if w := &report.Changes[i].Witness; report.Changes[i].Kind == classes.Removed && w.WasStatus == w.IsStatus {
				t.Errorf("the witness shows nothing: %s, %+v", &report.Changes[i], w)
			}
		}
	}
	if migrated < 50 || asked < 5000 || different < 100 {
		t.Errorf("%d migrations, %d requests, %d answered differently: too few", migrated, asked, different)
	}
}

// answer is what the caller gets and where it goes.
func answer(d *simulate.Decision) string {
	return fmt.Sprint(d.Status, " ", strings.TrimPrefix(d.Upstream, "http://"))
}

func tokensOf(was, is classes.Side, host string) []simulate.Token {
	tokens := []simulate.Token{{}}
	for _, side := range []classes.Side{was, is} {
		for _, p := range side.Parts(host) {
			for _, a := range p.Admits {
				tokens = append(tokens, a.Token)
			}
		}
	}
	return tokens
}

// BenchmarkProvenMigration moves 1,000 APIRules and compares both sides.
func BenchmarkProvenMigration(b *testing.B) {
	rnd := rand.New(rand.NewPCG(1, 1))
	var text strings.Builder
	for n := range 1000 {
		fmt.Fprintf(&text, "---\n%s", legacyRule(rnd, n))
	}
	for range b.N {
		_, _, report, _ := compared(b, text.String())
		b.ReportMetric(float64(len(report.Changes)), "changes")
	}
}
