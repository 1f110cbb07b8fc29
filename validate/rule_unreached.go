package validate

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
)

// encoded are paths with percent escapes: the proxy matches them as they are
// and Oathkeeper decoded, so that many expressions differ on them. They fail
// closed and are left out here.
var encoded = match.Set{Path: match.Path{Lang: match.Regex, Text: `.*%.*`}, View: match.RawPath}

// ruleUnreached reports requests that the proxy sends to Oathkeeper, with a
// method that the author listed, and that no rule there takes: 404.
func ruleUnreached(v *View, found *diag.List) {
	rules := map[*ir.Gateway][]match.Set{}
	for i := range v.Rules {
		rules[v.Rules[i].Gateway] = append(rules[v.Rules[i].Gateway], v.Rules[i].Set)
	}
	for i := range v.Routes {
		t := &v.Routes[i]
		if !t.Delegated || len(rules[t.Gateway]) == 0 || plainlyRuled(t) {
			continue
		}
		rest := match.Difference(t.Want, append([]match.Set{encoded}, rules[t.Gateway]...)...)
		if rest.Witness == nil {
			continue
		}
		w := witness(rest.Witness)
		found.Add(diag.Finding{Code: diag.RuleUnreached, At: t.Origin, Witness: w,
			Message: fmt.Sprintf("%s %s reaches Oathkeeper and matches no rule there: it is answered with 404", w.Method, w.URL),
			Help:    "write the host in lower case, and the path so that both engines read it alike"})
	}
}

// plainlyRuled tells whether the route's own rule takes all it should for
// certain: its path is one that both engines read alike and its host is in
// lower case, in which the proxy compares it.
func plainlyRuled(t *ir.Take) bool {
	for i := range t.Gateway.Hosts {
		if name := t.Gateway.Hosts[i].Name; name != strings.ToLower(name) {
			return false
		}
	}
	return len(match.ReadDifferently(t.Route.Match.Path.Text)) == 0
}
