package ir

import (
	"github.com/kgw-dev/kgw/internal/handlers"
	"github.com/kgw-dev/kgw/internal/match"
)

// Target describes where emitters write for: a plan and the parts of the
// cluster.
type Target struct {
	Name string
	Plan Plan
	// Oathkeeper is the upstream of delegated routes.
	OathkeeperHost string
	OathkeeperPort uint32
	// OathkeeperVersion is the version whose matching holds: "0.40" or "26.2".
	OathkeeperVersion string
	// OathkeeperStrategy is how it reads the URLs of rules: "glob", or a word or
	// none for regular expressions.
	OathkeeperStrategy string
	// Principals are identities in the mesh.
	IngressPrincipals   []string
	OathkeeperPrincipal string
	// IstioAPI is the version of Istio's objects: "v1beta1" or "v1".
	IstioAPI string
	// Labels are added to everything written.
	Labels map[string]string
	// Handlers is the global configuration of Oathkeeper's handlers by group
	// ("authenticators") and name; nil when it is not known.
	Handlers map[string]map[string]handlers.Defaults
	Skipper  Skipper
	// GatewayAPI is how routes are written for the Gateway API.
	GatewayAPI GatewayAPI
	// Gateway is the Istio Gateway of gateways that name none.
	Gateway string
	// Realms are the issuers of the realms of token information.
	Realms []Realm
	// Judge is asked about path texts; nil works too, but is slower.
	Judge *match.Judge
	// Steps is what one visit of an emitter to the gateway may spend on questions
	// about paths; zero is match.DefaultPurse.
	Steps int
}

// Skipper is how objects for Skipper are written.
type Skipper struct {
	// RouteGroups writes RouteGroups instead of Ingresses.
	RouteGroups bool
	SSLPolicy   string
	// VersionedHosts is the domain below which each weighted upstream gets a
	// host of its own; "" for none.
	VersionedHosts string
	// Filters may be passed on from authors, Annotations are copied.
	Filters, Annotations []string
}

// LabelsOf returns the labels of everything written for a gateway.
func (t *Target) LabelsOf(g *Gateway) map[string]string {
	if len(t.Labels) == 0 {
		return g.Labels
	}
	out := make(map[string]string, len(t.Labels)+len(g.Labels))
	for k, v := range t.Labels {
		out[k] = v
	}
	for k, v := range g.Labels {
		out[k] = v
	}
	return out
}

// WritesPolicies reports whether the target writes policies for the gateway that
// enforce methods and identities in addition to the proxy's routes: it has
// policies, and at least one route is enforced natively.
func (t *Target) WritesPolicies(g *Gateway) bool {
	if !t.Plan.Policies {
		return false
	}
	for _, r := range g.Routes {
		for i := range r.Access.Grants {
			switch r.Access.Grants[i].Proof.(type) {
			case None, JWT, External:
				return true
			case Passthru, TokenInfo, ByHandler:
			}
		}
	}
	return false
}

// Realm is a realm of token information and the issuer of its tokens, and the
// setting of kgw.yaml that says so.
type Realm struct{ Name, Issuer, JWKS, Setting string }
