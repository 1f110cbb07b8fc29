package httproute

import (
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
)

// foreignPool are matches of somebody else, as they are written.
var foreignPool = []string{
	`{path: {type: Exact, value: /a}}`, `{path: {type: Exact, value: /a/b}, method: GET}`, `{path: {type: PathPrefix, value: /a/}}`,
	`{path: {type: PathPrefix, value: /}}`, `{method: POST}`, `{path: {type: RegularExpression, value: ".*"}}`,
	`{path: {type: RegularExpression, value: "/.*"}}`, `{path: {type: RegularExpression, value: "/(a|b)/[b-z]"}}`,
	`{path: {type: PathPrefix, value: /c}, headers: [{name: X, value: "1"}]}`, `{path: {type: RegularExpression, value: "/c/b(/c){0,1}(/d){0,1}(/e){0,1}(/f){0,1}"}}`,
}

// TestIntruder asks the matches of a gateway and of another HTTPRoute in one list,
// as istiod does: whatever is not found to be asked before a route leaves the
// gateway's requests to it, and the witness of what is found goes elsewhere.
func TestIntruder(t *testing.T) {
	target := &ir.Target{Judge: match.NewJudge(), Plan: ir.Plan{MethodsDelegated: true}}
	found, none := 0, 0
	for seed := range int64(200) {
		r := rand.New(rand.NewSource(seed))
		g := randomGateway(r)
		g.Routes = g.Routes[:1+r.Intn(min(4, len(g.Routes)))]
		var matches []string
		for range 1 + r.Intn(2) {
			matches = append(matches, foreignPool[r.Intn(len(foreignPool))])
		}
		spec := source.NodeOfText("rules: [{matches: [" + strings.Join(matches, ", ") + "], backendRefs: [{name: other, port: 80}]}]")
		own, others := Own(g, target), Foreign(source.Ref{Doc: &source.Document{Namespace: "n"}}, "HTTPRoute", spec)
		in := Intruder(own, others, "a.example.com", false, target.Judge, nil)
		if in == nil {
			none++
			for _, path := range requested {
				for _, q := range []request{{path, "GET", nil}, {path, "POST", []string{"x"}}, {path, "PUT", []string{"x", "y"}}} {
					if alone, both := askedFirst(own, q), askedFirst(slices.Concat(others, own), q); alone != nil && both.does != alone.does {
						t.Errorf("seed %d: %v goes to %q and not to %q; others have %s", seed, q, both.Path, alone.Path, matches)
					}
				}
			}
			continue
		}
		if found++; strings.Contains(in.Own.Text, `\Q`) {
			continue // the algebra does not read it
		}
		if in.Witness == nil {
			t.Errorf("seed %d: no witness for %q before %q", seed, in.By.Path, in.Own.Path)
			continue
		}
		q := request{path: in.Witness.RawPath, method: in.Witness.Method}
		for _, name := range []string{"x", "y"} {
			if in.Witness.Headers[name] == "1" {
				q.headers = append(q.headers, name)
			}
		}
		if !in.Own.takes(q) || !in.By.takes(q) {
			t.Errorf("seed %d: %v is not a request of %q and of %q", seed, q, in.By.Path, in.Own.Path)
		}
	}
	if found < 30 || none < 30 {
		t.Errorf("%d found, %d without", found, none)
	}
}

func (a *Asked) takes(q request) bool {
	one := rule{Rule: a.Rule}
	one.Headers = nil
	for _, h := range a.Headers {
		h.Name = strings.ToLower(h.Name)
		one.Headers = append(one.Headers, h)
	}
	if a.Prefix {
		one.Prefix, one.Text = false, a.Set.Path.Text
		if a.Text == "/" {
			one.Text = "/.*"
		}
	}
	return one.matchesRequest(q)
}

// askedFirst returns the first match that istiod asks and that matches, nil where
// none does: behind one that matches all, nothing is asked.
func askedFirst(list []Asked, q request) *Asked {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Asked) int { return compareAsked(&a.Rule, &b.Rule) })
	for i := range list {
		if list[i].takes(q) {
			return &list[i]
		}
		if list[i].CutsOff() {
			return nil
		}
	}
	return nil
}
