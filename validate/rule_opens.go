package validate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
)

// checkRuleOpens reports requests that a gateway's route sends to Oathkeeper, that
// no rule of its author lets in, and that a Rule of somebody else does: the
// route may match methods and spellings that the author closed by leaving them
// out.
func checkRuleOpens(v *View, found *diag.List) {
	others := map[string][]*ir.Entry{} // by their only host, "" for those with any other
	own, routes := map[*ir.Gateway][]*ir.Entry{}, map[*ir.Gateway][]*ir.Entry{}
	for i := range v.Rules {
		t := v.Rules[i]
		switch {
		case t.Gateway != nil:
			own[t.Gateway] = append(own[t.Gateway], t)
		case !t.Closed:
			h := strings.ToLower(onlyHost(&t.Set))
			others[h] = append(others[h], t)
		}
	}
	if len(others) == 0 {
		return
	}
	for i := range v.Routes {
		routes[v.Routes[i].Gateway] = append(routes[v.Routes[i].Gateway], v.Routes[i])
	}
	c := v.Judge.NewClassifier()
	for _, g := range v.Gateways {
		told := map[*ir.Entry]bool{}
		for i := range g.Hosts {
			host := strings.ToLower(g.Hosts[i].Name)
			if host == "" {
				continue
			}
			for _, t := range rulesFor(others, host) {
				o := &opening{routes: routes[g], own: own[g], other: t}
				if !told[t] && o.meets() {
					told[t] = o.findOpened(c, strings.Replace(host, "*", "any", 1), found)
				}
			}
		}
	}
}

// rulesFor lists the rules that may match requests to a host.
func rulesFor(rules map[string][]*ir.Entry, host string) []*ir.Entry {
	suffix, wild := strings.CutPrefix(host, "*")
	if !wild {
		return slices.Concat(rules[""], rules[host])
	}
	out := slices.Clone(rules[""])
	for _, h := range slices.Sorted(maps.Keys(rules)) {
		if h != "" && strings.HasSuffix(h, suffix) {
			out = append(out, rules[h]...)
		}
	}
	return out
}

// opening is one gateway and a rule of somebody else.
type opening struct {
	routes, own []*ir.Entry
	other       *ir.Entry
}

func (o *opening) meets() bool {
	for _, t := range o.routes {
		if t.Delegated && mayMeet(&t.Set, &o.other.Set) {
			return true
		}
	}
	return false
}

// findOpened looks for an opened request to a host, and reports the first.
func (o *opening) findOpened(c *match.Classifier, host string, found *diag.List) bool {
	var ms []*match.Matcher
	for _, list := range [][]*ir.Entry{o.routes, o.own, {o.other}} {
		for _, t := range list {
			ms = append(ms, c.Compile(t.Set))
		}
	}
	p := c.Classes("https", host, ms, openedBudget)
	for i := range p.Classes {
		if entry := o.openedRoute(p.Classes[i].Takes); entry != nil {
			w := witness(&p.Classes[i].Witness)
			found.Add(diag.Finding{
				Code: diag.RuleOpens, At: entry.Origin, Witness: w,
				Message: fmt.Sprintf("%s %s goes on to Oathkeeper, where no rule of this resource matches it, and a Rule of somebody else lets it in", w.Method, w.URL),
				Help:    "put what the Rule lets in into this resource, or remove the Rule",
				Related: []diag.Related{{Message: "the Rule", At: o.other.Origin}},
			})
			return true
		}
	}
	if why := p.Unknown[len(ms)-1]; why != "" || p.Reason != "" {
		found.Add(diag.Finding{
			Code: diag.OpeningUndecided, At: o.routes[0].Origin, Help: "write simpler paths",
			Message: fmt.Sprintf("kgw cannot tell whether another Rule lets in requests that this resource refuses: %s", why+p.Reason),
			Related: []diag.Related{{Message: "the Rule", At: o.other.Origin}},
		})
		return true
	}
	return false
}

// openedRoute returns the route that sends the requests of a class to
// Oathkeeper, if the other rule alone matches them there.
func (o *opening) openedRoute(takes []int) *ir.Entry {
	n, last := len(o.routes), len(o.routes)+len(o.own)
	if len(takes) == 0 || takes[0] >= n || takes[len(takes)-1] != last || !o.routes[takes[0]].Delegated {
		return nil
	}
	for _, i := range takes {
		if i >= n && i < last {
			return nil // both match it: 500, which is reported elsewhere
		}
	}
	return o.routes[takes[0]]
}
