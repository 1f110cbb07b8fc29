package sidecar

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
)

// Policies that are found by the authority decide as all of them together do.
func TestPoliciesFoundByAuthority(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 4))
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	got := map[string]int{}
	for range 150 {
		text := service
		for n := range 1 + rnd.IntN(6) {
			spec := pick("", "action: DENY, ", "action: CUSTOM, provider: {name: one}, ", "action: CUSTOM, provider: {name: "+pick("one", "two")+"}, ")
			operation := pick("hosts: [A.test], ", "hosts: [b.test, 'a.test:1'], ", "hosts: ['*.test'], ", "") + "paths: [" + pick("/x", "/y", "'*'") + "]"
			text += strings.Replace(policyText(forS+spec+"rules: [{to: [{operation: {"+operation+"}}]}]"), "name: p", fmt.Sprint("name: p", n), 1)
		}
		indexed, plain := loaded(t, text), loaded(t, text)
		for _, g := range plain.placeOf("s.ns.svc.cluster.local:80", "").groups {
			for _, list := range []*policies{&g.custom, &g.deny, &g.allow} {
				list.perHost = nil
			}
			g.providers = g.custom.all
		}
		for _, host := range []string{"a.test", "b.test", "a.test:1", "c"} {
			for _, free := range []simulate.Freedom{simulate.Concrete, simulate.AnyHeader} {
				r := &simulate.Request{Method: "GET", Target: pick("/x", "/y"), Host: host, Caller: ingress, To: "s.ns.svc.cluster.local:80", Free: free}
				outcome := func(s *Sidecars) string {
					d := simulate.Outcomes(r, nil, s.Decide)
					out := ""
					for _, o := range d.Each() {
						out += fmt.Sprintln(o.Decision.Status, o.Decision.Reason, o.Decision.At.Path, o.Decision.Proofs, len(o.If))
					}
					return out
				}
				if a, b := outcome(indexed), outcome(plain); a != b {
					t.Fatalf("%s at %s: %s, all together: %s\n%s", r.Target, host, a, b, text)
				}
				got[strings.SplitN(outcome(plain), " ", 2)[0]]++
			}
		}
	}
	if got["200"] < 100 || got["403"] < 100 {
		t.Errorf("the answers are %v", got)
	}
}
