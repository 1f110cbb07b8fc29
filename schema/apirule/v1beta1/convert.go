package v1beta1

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// checkConversion reports what the conversion webhook of the CRD refuses:
// since release 3.1.0 every APIRule is stored as v2alpha1, and the conversion
// of one that can be converted in full fails on some mutators. The controller
// never sees such a resource.
func (a *APIRule) checkConversion(found *diag.List) {
	if slices.ContainsFunc(a.rules, func(r rule) bool { return !r.converts() }) {
		return
	}
	for i := range a.rules {
		for j := range a.rules[i].mutators {
			m := &a.rules[i].mutators[j]
			key := map[string]string{"header": "headers", "cookie": "cookies"}[m.Name]
			if message := reasonUnconverted(m, key); key != "" && message != "" {
				refuseConversion(m.Origin.At("config"), message, found)
			}
		}
	}
}

// reasonUnconverted returns why the conversion of a mutator fails, or "".
func reasonUnconverted(m *ir.Handler, key string) string {
	if m.Config == nil {
		return fmt.Sprintf("mutator %q has no configuration", m.Name)
	}
	v, given := m.Config.Get(key)
	if !given || v == nil {
		return ""
	}
	entries, isObject := v.(source.Object)
	isText := func(e source.Member) bool { _, ok := e.Value.(string); return ok || e.Value == nil }
	if !isObject || slices.ContainsFunc(entries, func(e source.Member) bool { return !isText(e) }) {
		return fmt.Sprintf("%s of mutator %q are not names and values", key, m.Name)
	}
	return ""
}

// refuseConversion adds the finding, or marks an existing one as about
// something that the controller never sees.
func refuseConversion(at source.Ref, message string, found *diag.List) {
	said := false
	for i := range *found {
		f := &(*found)[i]
		if f.Code == diag.BadMutator && (f.At.Path == at.Path || strings.HasPrefix(f.At.Path, at.Path+".")) {
			f.Upstream, said = nil, true
		}
	}
	if !said {
		found.Add(diag.Finding{
			Code: diag.BadMutator, At: at, Help: "complete its configuration, or remove the mutator",
			Message: message + ": the API server cannot convert the resource, and refuses it",
		})
	}
}

// converts reports whether the webhook converts the rule: a path of v2, and
// strategies that v2 has.
func (r *rule) converts() bool {
	return apirule.TemplatePattern.Match(r.path) && !slices.ContainsFunc(r.strategies, func(h ir.Handler) bool {
		return h.Name != "no_auth" && (h.Name != "jwt" || !convertsJWT(&h))
	})
}

// convertsJWT reports whether a jwt strategy is in Istio's form, or names one
// issuer and one key set.
func convertsJWT(h *ir.Handler) bool {
	filled := func(key string) int {
		v, _ := h.Config.Get(key)
		list, _ := v.([]any)
		return len(list)
	}
	return filled("authentications") > 0 || filled("authorizations") > 0 || filled("trusted_issuers") == 1 && filled("jwks_urls") == 1
}
