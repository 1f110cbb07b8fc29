package httproute

import (
	"fmt"
	"math/rand"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/routerule"
)

// pool are paths of which many have requests in common.
var pool = []pathlang.Path{
	{Lang: pathlang.Exact, Text: "/a"},
	{Lang: pathlang.Exact, Text: "/a/b"},
	{Lang: pathlang.Exact, Text: "/a.b"},
	{Lang: pathlang.Prefix, Text: "/"},
	{Lang: pathlang.Prefix, Text: "/a"},
	{Lang: pathlang.Star, Text: "/a/*"},
	{Lang: pathlang.Template, Text: "/*"},
	{Lang: pathlang.Template, Text: "/a/{*}"},
	{Lang: pathlang.Template, Text: "/{**}"},
	{Lang: pathlang.Template, Text: "/{*}/b"},
	{Lang: pathlang.Template, Text: "/a/b"},
	{Lang: pathlang.Regex, Text: "/.*"},
	{Lang: pathlang.Regex, Text: "/a.*"},
	{Lang: pathlang.Regex, Text: "/[ab]/.*"},
	{Lang: pathlang.Regex, Text: "/(a|b)/b"},
	{Lang: pathlang.Regex, Text: "/a/b"},
	{Lang: pathlang.Regex, Text: `/\Qa.b`},
}

var requested = []string{"/", "/a", "/b", "/a/b", "/a.b", "/axb", "/a/", "/a/c", "/b/b", "/ab", "/a/b/c", "/c/b"}

func randomGateway(r *rand.Rand) *ir.Gateway {
	g := &ir.Gateway{Hosts: []ir.Host{{Name: "a.example.com"}}}
	for range 1 + r.Intn(24) {
		route := &ir.Route{Action: ir.Forward{To: []ir.Upstream{{Name: "s", Namespace: "n"}}}}
		route.Match.Path = pool[r.Intn(len(pool))]
		route.Match.Methods = [][]string{nil, {"GET"}, {"POST"}, {"GET", "POST"}}[r.Intn(4)]
		if r.Intn(5) == 0 {
			name := []string{"x", "y"}[r.Intn(2)]
			route.Match.Predicates = []match.Predicate{{Source: match.Header, Name: name, Values: []string{"1"}}}
		}
		g.Routes = append(g.Routes, route)
	}
	return g
}

// request is one request; headers are those with the value "1".
type request struct {
	path, method string
	headers      []string
}

func (r *rule) matchesRequest(q request) bool {
	for _, h := range r.Headers {
		if !slices.Contains(q.headers, h.Name) {
			return false
		}
	}
	if len(r.Methods) > 0 && !slices.Contains(r.Methods, q.method) {
		return false
	}
	if r.Exact {
		return r.Text == q.path
	}
	expression := regexp.MustCompile(r.Text)
	expression.Longest()
	at := expression.FindStringIndex(q.path)
	return at != nil && at[0] == 0 && at[1] == len(q.path)
}

// compareAsked orders rules as istiod asks them; 0 where it depends on their objects.
func compareAsked(a, b *routerule.Rule) int {
	switch {
	case routerule.AskedBefore(a, b):
		return -1
	case routerule.AskedBefore(b, a):
		return 1
	}
	return 0
}

// first returns the first rule that istiod would ask and that matches: those of
// each object in its order, the objects in any order.
func first(rules []*rule, q request, r *rand.Rand) *rule {
	objects := pieces(rules)
	r.Shuffle(len(objects), func(i, j int) { objects[i], objects[j] = objects[j], objects[i] })
	asked := slices.Concat(objects...)
	slices.SortStableFunc(asked, func(a, b *rule) int { return compareAsked(&a.Rule, &b.Rule) })
	for _, rule := range asked {
		if rule.matchesRequest(q) {
			return rule
		}
	}
	return nil
}

// TestOrderIsKept asks rules as istiod does and holds the answer to the order of
// the list, whatever the order of the objects.
func TestOrderIsKept(t *testing.T) {
	target := &ir.Target{Judge: match.NewJudge(), Plan: ir.Plan{MethodsDelegated: true}}
	unarranged, split := 0, 0
	for seed := range int64(80) {
		r := rand.New(rand.NewSource(seed))
		g := randomGateway(r)
		var plain []*rule
		for _, route := range g.Routes {
			plain = append(plain, ruleOf(route, []string{"a.example.com"}, target))
		}
		rules := rulesOf(g, target)
		if len(rules) != len(plain) {
			t.Fatalf("seed %d: %d rules of %d routes", seed, len(rules), len(plain))
		}
		if len(pieces(rules)) > 1 {
			split++
		}
		for range 60 {
			q := request{requested[r.Intn(len(requested))], []string{"GET", "POST", "PUT"}[r.Intn(3)], [][]string{nil, {"x"}, {"y"}, {"x", "y"}}[r.Intn(4)]}
			want := slices.IndexFunc(plain, func(p *rule) bool { return p.matchesRequest(q) })
			got := slices.Index(rules, first(rules, q, r))
			if got != want {
				t.Fatalf("seed %d: %v goes to rule %d, want %d\n%s", seed, q, got, want, listed(rules))
			}
			if slices.Index(plain, first(plain, q, r)) != want {
				unarranged++
			}
		}
	}
	if unarranged < 100 || split < 5 {
		t.Errorf("only %d requests need the arrangement, and %d gateways are split", unarranged, split)
	}
}

func listed(rules []*rule) string {
	out := ""
	for i, r := range rules {
		out += fmt.Sprintln(i, r.Exact, r.Text, r.Methods, r.Headers)
	}
	return out
}

// TestPaddingKeepsMeaning pads expressions and holds what they match to what
// they matched.
func TestPaddingKeepsMeaning(t *testing.T) {
	for _, p := range pool {
		r := ruleOf(&ir.Route{Match: match.Set{Path: p}}, nil, &ir.Target{})
		if r.Exact {
			r.Express()
		}
		before := *r
		r.Pad()
		for _, path := range requested {
			q := request{path: path, method: "GET"}
			if r.matchesRequest(q) != before.matchesRequest(q) {
				t.Errorf("%q and %q differ for %s", before.Text, r.Text, path)
			}
		}
	}
}

// TestSpell holds the spelling of paths to what the engine of the algebra reads
// in them.
func TestSpell(t *testing.T) {
	for _, p := range pool {
		r := ruleOf(&ir.Route{Match: match.Set{Path: p}}, nil, &ir.Target{})
		if strings.Contains(p.Text, `\Q`) {
			continue // the algebra does not read it
		}
		for _, path := range requested {
			want, err := match.Compile(match.Set{Path: writtenPath(p), View: match.RawPath}).Accepts(match.Request{Method: "GET", Scheme: "https", Host: "a.example.com", RawPath: path, Path: path})
			if err != nil {
				t.Fatal(err)
			}
			if got := r.matchesRequest(request{path: path, method: "GET"}); got != want {
				t.Errorf("%v as %q: %s is matched: %v, want %v", p, r.Text, path, got, want)
			}
		}
	}
}
