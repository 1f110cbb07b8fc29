package validate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/scope"
	"github.com/kgw-dev/kgw/internal/source"
)

// demand is what one grant of a route demands of tokens that Hydra issues.
type demand struct {
	at        source.Ref
	scopes    []string
	audiences []string
	contains  func(have []string, want string) bool
}

// checkClients compares what routes demand with the OAuth2 clients among the inputs: a scope
// that no client can be granted closes a route for everybody. Without a client among
// the inputs it reports nothing: the clients are elsewhere.
func checkClients(v *View, found *diag.List) {
	if len(v.Clients) == 0 {
		return
	}
	reportSharedSecrets(v.Clients, found)
	if v.Policy.OtherClients {
		return
	}
	demands, issued := v.demands(), tokenClients(v.Clients, found)
	for _, d := range demands {
		d.check(issued, found)
	}
	if len(demands) > 0 {
		reportUnused(issued, demands, found)
	}
}

// tokenClients returns the clients that can get an access token, and reports the
// others (RFC 6749; Hydra uses the response type "code" if none is named).
func tokenClients(clients []*ir.Client, found *diag.List) []*ir.Client {
	var out []*ir.Client
	for _, c := range clients {
		answers := c.ResponseTypes
		if len(answers) == 0 {
			answers = []string{"code"}
		}
		answered := func(word string) bool {
			return slices.ContainsFunc(answers, func(a string) bool { return slices.Contains(strings.Fields(a), word) })
		}
		issues := func(grant string) bool {
			return grant == "client_credentials" || grant == "authorization_code" && answered("code") || grant == "implicit" && answered("token")
		}
		if len(c.Grants) == 0 || slices.ContainsFunc(c.Grants, issues) {
			out = append(out, c)
			continue
		}
		found.Add(diag.Finding{
			Code: diag.ClientWithoutTokens, At: c.Origin.At("spec", "grantTypes"),
			Message: fmt.Sprintf("the client %s gets no access token: its grant types are %s, its response types %s", c.Name, quoted(c.Grants), quoted(answers)),
			Help:    "add client_credentials, or authorization_code with the response type code",
		})
	}
	return out
}

// demands lists the grants that are decided by tokens of Hydra.
func (v *View) demands() []demand {
	var out []demand
	for _, g := range v.Gateways {
		for _, r := range g.Routes {
			for i := range r.Access.Grants {
				gr := &r.Access.Grants[i]
				if len(gr.Scopes)+len(gr.Aud) > 0 && fromHydra(gr) {
					out = append(out, demandOf(gr))
				}
			}
		}
	}
	return out
}

func demandOf(g *ir.Grant) demand {
	d := demand{at: g.Origin.At("requiredScopes"), scopes: g.Scopes, audiences: g.Aud, contains: slices.Contains[[]string]}
	if h := g.Verbatim; h != nil {
		d.at = h.Origin.At("config", "required_scope")
		d.contains = strategyOf(h)
	}
	return d
}

// strategyOf returns how a handler compares scopes: as its configuration says, else as
// Kyma configures Oathkeeper. Hydra decides where Oathkeeper has no strategy, and any
// comparison that holds is enough here.
func strategyOf(h *ir.Handler) func([]string, string) bool {
	name := map[string]string{"oauth2_introspection": "exact", "jwt": "wildcard"}[h.Name]
	if v, ok := h.Config.Get("scope_strategy"); ok {
		name, _ = v.(string)
	}
	if contains := scope.Strategy(strings.ToLower(name)); contains != nil {
		return contains
	}
	return func(have []string, want string) bool {
		return scope.Strategy("hierarchic")(have, want) || scope.Strategy("wildcard")(have, want)
	}
}

// fromHydra reports whether the tokens of a grant are Hydra's: those that
// Oathkeeper introspects, unless another server is named, and JWTs whose issuer
// or key set is at Hydra. Kyma's Oathkeeper uses Hydra's key set if none is
// named; Kyma publishes Hydra as oauth2.<domain>.
func fromHydra(g *ir.Grant) bool {
	switch proof := g.Proof.(type) {
	case ir.JWT:
		return len(proof.Issuers) == 0 || slices.ContainsFunc(proof.Issuers, func(i ir.Issuer) bool {
			return g.Verbatim != nil && i.JWKS == "" || atHydra(i.JWKS) || atHydra(i.Issuer)
		})
	case ir.ByHandler:
		if proof.Handler.Name != "oauth2_introspection" {
			return false
		}
		url, ok := proof.Handler.Config.Get("introspection_url")
		text, _ := url.(string)
		return !ok || atHydra(text)
	case ir.None, ir.Passthru, ir.TokenInfo, ir.External, nil:
	}
	return false
}

func atHydra(url string) bool {
	_, rest, _ := strings.Cut(url, "://")
	host, _, _ := strings.Cut(rest, "/")
	return strings.Contains(host, "hydra") || strings.HasPrefix(host, "oauth2.")
}

// check reports demands that no token can meet.
func (d *demand) check(clients []*ir.Client, found *diag.List) {
	var missing []string
	for _, s := range d.scopes {
		if !slices.ContainsFunc(clients, func(c *ir.Client) bool { return d.contains(scopesOf(c), s) }) {
			missing = append(missing, s)
		}
	}
	switch {
	case len(missing) > 0:
		found.Add(diag.Finding{
			Code: diag.ScopeUngrantable, At: d.at, Related: clientPlaces(clients),
			Message: fmt.Sprintf("no OAuth2Client can be granted the scope %s: the route answers 403 to everybody", quoted(missing)),
			Help:    "add the scope to an OAuth2Client, or set oauth2.clients: external in kgw.yaml if clients are registered elsewhere",
		})
	case len(d.scopes) > 0 && !slices.ContainsFunc(clients, d.hasAll):
		found.Add(diag.Finding{
			Code: diag.NoSingleClient, At: d.at, Related: clientPlaces(clients),
			Message: fmt.Sprintf("no one OAuth2Client can be granted all of %s, and a token has the scopes of one client", quoted(d.scopes)),
			Help:    "give one client all of the scopes, or demand fewer",
		})
	}
	for _, a := range d.audiences {
		if !slices.ContainsFunc(clients, func(c *ir.Client) bool { return slices.Contains(c.Audiences, a) }) {
			found.Add(diag.Finding{
				Code: diag.AudienceUngrantable, At: d.at, Related: clientPlaces(clients),
				Message: fmt.Sprintf("no OAuth2Client may ask for the audience %q", a), Help: "add it to spec.audience of a client",
			})
		}
	}
}

func (d *demand) hasAll(c *ir.Client) bool {
	return !slices.ContainsFunc(d.scopes, func(s string) bool { return !d.contains(scopesOf(c), s) })
}

func scopesOf(c *ir.Client) []string {
	out := make([]string, len(c.Scopes))
	for i, s := range c.Scopes {
		out[i] = s.Text
	}
	return out
}

// maxPlaces bounds the clients that one finding points at.
const maxPlaces = 5

func clientPlaces(clients []*ir.Client) []diag.Related {
	var out []diag.Related
	for _, c := range clients[:min(len(clients), maxPlaces)] {
		out = append(out, diag.Related{At: c.Origin.At("spec"), Message: fmt.Sprintf("%s has %s", c.Name, cmp.Or(quoted(scopesOf(c)), "no scopes"))})
	}
	return out
}

func quoted(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = fmt.Sprintf("%q", s)
	}
	return strings.Join(out, ", ")
}

// reportUnused reports scopes that no route demands, and clients without any
// other.
func reportUnused(clients []*ir.Client, demands []demand, found *diag.List) {
	demanded := func(s string) bool {
		return slices.ContainsFunc(demands, func(d demand) bool {
			return slices.ContainsFunc(d.scopes, func(want string) bool { return d.contains([]string{s}, want) })
		})
	}
	for _, c := range clients {
		var idle []ir.Scope
		for _, s := range c.Scopes {
			if !demanded(s.Text) && !standard(s.Text) {
				idle = append(idle, s)
			}
		}
		if len(idle) > 0 && len(idle) == len(c.Scopes) {
			found.Add(diag.Finding{
				Code: diag.UnusedClient, At: c.Origin.At("spec"),
				Message: fmt.Sprintf("no route among the inputs demands a scope of the client %s", c.Name), Help: "nothing need be done if the client calls something else",
			})
			continue
		}
		for _, s := range idle {
			found.Add(diag.Finding{
				Code: diag.UnusedScope, At: s.Origin,
				Message: fmt.Sprintf("no route among the inputs demands the scope %q", s.Text), Help: "remove it unless something else demands it",
			})
		}
	}
}

// standard reports whether a scope is one of OpenID Connect's own.
func standard(s string) bool {
	return slices.Contains([]string{"openid", "offline", "offline_access", "profile", "email"}, s)
}

// reportSharedSecrets reports two clients that keep their credentials in one
// Secret.
func reportSharedSecrets(clients []*ir.Client, found *diag.List) {
	first := map[ir.Name]*ir.Client{}
	for _, c := range clients {
		other := first[c.Secret]
		if other == nil {
			first[c.Secret] = c
			continue
		}
		found.Add(diag.Finding{
			Code: diag.SecretShared, At: c.Origin.At("spec", "secretName"),
			Message: fmt.Sprintf("the clients %s and %s keep their credentials in one Secret %q: one of them loses its own", other.Name, c.Name, c.Secret.Name),
			Help:    "name a Secret for each client", Related: []diag.Related{{At: other.Origin.At("spec", "secretName"), Message: "the other client"}},
		})
	}
}
