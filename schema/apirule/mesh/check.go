package mesh

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// Check makes the checks of the controller's validator that need no other
// document, in its order: rules, hosts, gateway.
func (a *APIRule) Check(s *ir.Settings) diag.List {
	var found diag.List
	var jwts []*apirule.JWT
	for i := range a.rules {
		r := &a.rules[i]
		if r.service == nil && a.service == nil {
			found.Add(apirule.Fault(diag.NoService, r.at.At("service"), "add service here or in spec",
				"The rule must define a service, because no service is defined on spec level", "the rule names no service and the APIRule has none"))
			// The controller goes on and looks for the Service nevertheless.
			found.Add(diag.Finding{Code: diag.NoService, Severity: diag.Off, At: r.at, Upstream: &diag.Upstream{
				Attribute: "." + r.at.Path,
				Message:   "Failed to execute sidecar injection validation, err: service name is required but missing",
			}})
		}
		if r.jwt != nil {
			checkJWT(r.jwt, &found)
			jwts = append(jwts, r.jwt)
		}
		if r.extAuth != nil && r.extAuth.restrictions != nil {
			checkJWT(r.extAuth.restrictions, &found)
		}
		checkOperators(r, &found)
	}
	a.checkConflicts(s.Strict, &found)
	apirule.CheckIssuersAlike(jwts, func(j *apirule.JWT, k int) string {
		return fmt.Sprintf("%s.authentications[%d]", j.Attribute, k)
	}, &found)
	apirule.CheckCORS(a.corsNode, source.Ref{Doc: a.doc, Path: "spec.corsPolicy"}, &found)
	a.checkGateway(&found)
	return found
}

func checkJWT(j *apirule.JWT, found *diag.List) {
	if len(j.Issuers) == 0 {
		f := found.Add(apirule.Fault(diag.BadJWTConfig, j.At.At("authentications"), "add an issuer with its jwksUri",
			"A JWT config must have at least one authentication", "a jwt configuration needs at least one authentication"))
		f.Upstream.Attribute = j.Attribute + ".authentications"
	}
	j.CheckIssuers(found)
	j.CheckAuthorizations("authorizations defined, but no configuration exists", found)
}

func checkOperators(r *rule, found *diag.List) {
	at := r.at.At("path")
	segments := strings.Split(strings.TrimLeft(r.path, "/"), "/")
	count, after := 0, false
	for _, s := range segments {
		switch {
		case s == "{**}":
			count++
		case s == "{*}" && count > 0:
			after = true
		}
	}
	if count > 1 {
		found.Add(apirule.Fault(diag.BadPathOperator, at, "keep the last one", "Only one {**} operator is allowed in the path.", "path %q has more than one {**}", r.path))
	}
	if after {
		found.Add(apirule.Fault(diag.BadPathOperator, at, "move {**} behind the other operators",
			"The {**} operator must be the last operator in the path.", "path %q has an operator behind {**}", r.path))
	}
}

func (a *APIRule) checkGateway(found *diag.List) {
	spec := source.Ref{Doc: a.doc, Path: "spec"}
	switch {
	case a.gateway == "" && a.external == "":
		found.Add(apirule.Fault(diag.BadGateway, spec, "add gateway", "Either gateway or externalGateway must be specified", "neither gateway nor externalGateway is set"))
	case a.gateway != "" && a.external != "":
		found.Add(apirule.Fault(diag.BadGateway, spec, "remove one of the two", "Only one of gateway or externalGateway can be specified", "gateway and externalGateway are both set"))
	}
}
