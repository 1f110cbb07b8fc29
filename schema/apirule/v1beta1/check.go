package v1beta1

import (
	"fmt"
	"slices"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

var (
	// Strategies are those that a rule may name.
	Strategies = []string{
		"allow", "no_auth", "noop", "unauthorized", "anonymous", "cookie_session", "oauth2_client_credentials", "oauth2_introspection", "jwt",
	}
	secure = []string{"oauth2_client_credentials", "oauth2_introspection", "jwt", "cookie_session"}
	// exclusive strategies must be alone, in the order the controller
	// checks them.
	exclusiveORY   = []string{"allow", "no_auth", "noop"}
	exclusiveIstio = []string{"allow", "no_auth", "jwt", "noop"}
	// oryLists are the lists that the controller's validator reads.
	oryLists = []string{"trusted_issuers", "jwks_urls", "required_scope", "target_audience"}
)

// Check makes the checks of the controller's validator that need no other
// document, in its order.
func (a *APIRule) Check(s *ir.Settings) diag.List {
	var found diag.List
	apirule.CheckCORS(a.origins, source.Ref{Doc: a.doc, Path: "spec.corsPolicy"}, &found)
	a.checkMaxAge(&found)
	a.checkPaths(&found)
	var jwts []*apirule.JWT
	for i := range a.rules {
		r := &a.rules[i]
		if r.service == nil && a.service == nil {
			found.Add(apirule.Fault(diag.NoService, r.at.At("service"), "add service here or in spec",
				"No service defined with no main service on spec level", "the rule names no service and the APIRule has none"))
		}
		r.checkCombination(s.IstioJWT, &found)
		for j := range r.strategies {
			apirule.CheckStrategy(&r.strategies[j], Strategies, &found)
			if r.strategies[j].Name != "jwt" {
				continue
			}
			if !s.IstioJWT {
				checkORYJWT(&r.strategies[j], &found)
			} else if jwt := r.checkIstioJWT(j, &found); jwt != nil {
				jwts = append(jwts, jwt)
			}
		}
	}
	apirule.CheckIssuersAlike(jwts, singularAttribute, &found)
	if releaseOf(s.Kyma).converts() {
		a.checkConversion(&found)
	}
	return found
}

func (a *APIRule) checkMaxAge(found *diag.List) {
	age := source.Field(a.origins, "maxAge")
	if text := source.Text(age); age != nil && shape.GoDuration.Match(text) && maxAge(age) == nil {
		found.Add(diag.Finding{
			Code: diag.BadFormat, At: source.Ref{Doc: a.doc, Path: "spec.corsPolicy.maxAge"},
			Message: fmt.Sprintf("%q is too long a duration", text),
		})
	}
}

func (a *APIRule) checkPaths(found *diag.List) {
	type key struct{ path, method string }
	first := map[key]int{}
	upstream := &diag.Upstream{Attribute: ".spec.rules", Message: "multiple rules defined for the same path and method"}
	for i := range a.rules {
		r := &a.rules[i]
		for _, m := range r.methods {
			j, seen := first[key{r.path, m}]
			if !seen {
				first[key{r.path, m}] = i
				continue
			}
			if j == i {
				continue
			}
			found.Add(diag.Finding{
				Code: diag.RepeatedPath, At: r.at.At("path"),
				Message:  fmt.Sprintf("%s %q is already used by rule %d", m, r.path, j),
				Help:     "merge the two rules, or give each method to one of them",
				Related:  []diag.Related{{Message: "the first rule with this path and method", At: a.rules[j].at.At("path")}},
				Upstream: upstream,
			})
			upstream = &diag.Upstream{} // the controller says it once
			break
		}
	}
}

func (r *rule) checkCombination(istio bool, found *diag.List) {
	if len(r.strategies) < 2 {
		return
	}
	exclusive := exclusiveORY
	if istio {
		exclusive = exclusiveIstio
	}
	for _, name := range exclusive {
		j := slices.IndexFunc(r.strategies, func(h ir.Handler) bool { return h.Name == name })
		if j < 0 {
			continue
		}
		f := found.Add(apirule.Fault(diag.HandlerCombination, r.strategies[j].Origin.At("handler"), "remove the other access strategies of this rule",
			name+" access strategy is not allowed in combination with other access strategies",
			"access strategy %q must be the only one of its rule", name))
		f.Upstream.Attribute = fmt.Sprintf(".%s.accessStrategies.accessStrategies[%d].handler", r.at.Path, j)
	}
	first := slices.IndexFunc(r.strategies, func(h ir.Handler) bool { return slices.Contains(secure, h.Name) })
	open := slices.IndexFunc(r.strategies, func(h ir.Handler) bool {
		return slices.Contains(Strategies, h.Name) && !slices.Contains(secure, h.Name)
	})
	if first >= 0 && open >= 0 {
		found.Add(apirule.Fault(diag.MixedHandlers, r.at.At("accessStrategies"), "split the rule, or remove one of the two",
			"Secure access strategies cannot be used in combination with unsecure access strategies",
			"%q demands credentials and %q does not: they cannot be in one rule", r.strategies[first].Name, r.strategies[open].Name))
	}
}

func checkORYJWT(h *ir.Handler, found *diag.List) {
	if !apirule.CheckJWTTypes(h, oryLists, found) {
		return
	}
	says := func(err error) string { return "value is empty or not a valid uri err=" + err.Error() }
	apirule.CheckURLs(h, "trusted_issuers", says, found)
	apirule.CheckURLs(h, "jwks_urls", says, found)
	if v, _ := h.Config.Get("authentications"); v != nil {
		f := found.Add(apirule.Fault(diag.WrongJWTDialect, h.Origin.At("config", "authentications"),
			"write jwks_urls and trusted_issuers, or set jwtHandler: istio in kgw.yaml",
			"Configuration for authentications is not supported with Ory handler", "authentications belongs to the Istio handler, and jwtHandler is ory"))
		f.At.Key = true
	}
}
