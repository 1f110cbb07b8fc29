package sidecar

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/simulate"
)

// Sidecars decide requests as the proxies beside the pods do: tokens first,
// then CUSTOM, DENY and ALLOW policies. It is safe for concurrent use.
type Sidecars struct {
	// Policies counts what was loaded.
	Policies int

	services            map[string]map[string]string
	authentications     []*tokens
	custom, deny, allow []*authorization
	index               index
}

const name = "Policy"

// identity is what a sidecar knows of the caller's token.
type identity struct {
	principal string // issuer/subject
	claims    map[string]any
}

// call is one request at one pod.
type call struct {
	s               *Sidecars
	in              *simulate.Request
	path            string
	identity        *identity // nil without a verified token
	name, namespace string
	guards          *guards
	trail           *simulate.Trail
}

// Decide tells whether the sidecars let a request through to the service in
// its To.
func (s *Sidecars) Decide(r *simulate.Request, t *simulate.Trail) simulate.Decision {
	real := r.Realise()
	c := &call{s: s, in: real, trail: t}
	c.path, _ = match.RawPath.See(real.RawPath())
	c.name, c.namespace = serviceOf(real.To)
	c.guards = s.guarding(c.name, c.namespace)
	d := simulate.Decision{}
	for _, stage := range []func(*simulate.Decision) bool{c.authenticate, c.ask, c.refuse, c.admit} {
		if !stage(&d) {
			t.Say(name, d.At, "%s", d.Reason)
			return d
		}
	}
	d.Status, d.Upstream, d.Next = http.StatusOK, real.To, real
	return d
}

// authenticate verifies a token where one of the rules looks for it. A request
// without a token passes.
func (c *call) authenticate(d *simulate.Decision) bool {
	for _, a := range c.guards.authentications {
		if text, at := a.find(c.in); at != "" {
			why := a.verify(c, text)
			if why != "" {
				status := http.StatusUnauthorized
				if why == wrongAudience {
					status = http.StatusForbidden
				}
				*d = simulate.Decision{
					Status: status, Cause: simulate.BadCredentials, At: a.manifest.At("spec.jwtRules"),
					Reason: fmt.Sprintf("%s refuses the token in %s: %s", a.manifest.ID(), at, why),
				}
				return false
			}
			d.Proofs = append(d.Proofs, "jwt")
			c.trail.Say(name, a.manifest.At("spec.jwtRules"), "%s verifies the token in %s", a.manifest.ID(), at)
		}
	}
	return true
}

// find looks for a token in the places of all rules.
func (a *tokens) find(r *simulate.Request) (text, at string) {
	for _, rule := range a.rules {
		for _, h := range rule.headers {
			if rest, ok := strings.CutPrefix(r.Header(h[0]), h[1]); ok && rest != "" {
				return rest, "the header " + h[0]
			}
		}
		_, query, _ := strings.Cut(r.Target, "?")
		values, _ := url.ParseQuery(query)
		for _, p := range rule.params {
			if v := values.Get(p); v != "" {
				return v, "the parameter " + p
			}
		}
		for _, name := range rule.cookies {
			if cookie, err := (&http.Request{Header: http.Header{"Cookie": {r.Header("Cookie")}}}).Cookie(name); err == nil {
				return cookie.Value, "the cookie " + name
			}
		}
	}
	return "", ""
}

// verify tells why Envoy's jwt_authn refuses the token. It tries all keys for
// a token without kid, and does not look at iat.
func (a *tokens) verify(c *call, text string) string {
	token := &c.in.Token
	if strings.Count(text, ".") != 2 {
		return "it is not a JWT"
	}
	if !token.Is("jwt", text) {
		return "it cannot be verified"
	}
	issuer, _ := token.Claims["iss"].(string)
	i := slices.IndexFunc(a.rules, func(r tokenRule) bool { return r.issuer == issuer })
	if i < 0 {
		return fmt.Sprintf("its issuer %q is not configured", issuer)
	}
	if why := a.rules[i].invalid(token); why != "" {
		return why
	}
	subject, _ := token.Claims["sub"].(string)
	c.identity = &identity{claims: token.Claims}
	if issuer != "" && subject != "" {
		c.identity.principal = issuer + "/" + subject
	}
	return ""
}

// wrongAudience is the one fault of a token that Envoy answers with 403.
const wrongAudience = "its audience is not allowed"

func (r *tokenRule) invalid(t *simulate.Token) string {
	switch t.Valid {
	case "expired":
		return "it is expired"
	case "not_yet_valid":
		return "it is not valid yet"
	case "bad_signature", "alg_none":
		return "its signature does not verify"
	case "unknown_kid":
		return "the key set has no key for it"
	}
	if t.Key != "" && t.Key != "main" {
		if u, err := url.Parse(r.jwks); err != nil || !strings.HasPrefix(u.Host, t.Key+".") {
			return "the key set has no key for it"
		}
	}
	now := float64(time.Now().Unix())
	if exp, ok := t.Claims["exp"].(float64); ok && exp+60 < now {
		return "it is expired"
	}
	if nbf, ok := t.Claims["nbf"].(float64); ok && nbf-60 > now {
		return "it is not valid yet"
	}
	if len(r.audiences) > 0 && !slices.ContainsFunc(values(t.Claims["aud"], false), func(s string) bool { return slices.Contains(r.audiences, s) }) {
		return wrongAudience
	}
	return ""
}

// values reads a claim as policies see it: a text, the words of one that is
// delimited by spaces, or the texts of a list.
func values(v any, words bool) []string {
	switch v := v.(type) {
	case string:
		if words {
			return strings.Fields(v)
		}
		return []string{v}
	case []any:
		var out []string
		for _, e := range v {
			if s, ok := e.(string); ok {
				out = append(out, s)
			}
		}
		return out
	case bool:
		return []string{fmt.Sprint(v)}
	}
	return nil
}

// ask stands for external authorizers, which kgw does not ask.
func (c *call) ask(d *simulate.Decision) bool {
	for _, a := range c.guards.custom {
		if a.matches(c) {
			provider := a.provider()
			c.trail.Say(name, a.manifest.At("spec.provider"), "it is taken that the external authorizer %q lets the request through", provider)
			d.Proofs = append(d.Proofs, "extAuth:"+provider)
		}
	}
	return true
}

func (c *call) refuse(d *simulate.Decision) bool {
	for _, a := range c.guards.deny {
		if a.matches(c) {
			*d = simulate.Decision{
				Status: http.StatusForbidden, Cause: simulate.PolicyDenied, At: a.manifest.At("spec.rules"),
				Reason: "the policy " + a.manifest.ID() + " denies the request",
			}
			return false
		}
	}
	return true
}

// admit needs one ALLOW policy that matches, if there is one for the pods.
func (c *call) admit(d *simulate.Decision) bool {
	bare, _, _ := strings.Cut(strings.ToLower(c.in.Host), ":")
	for _, a := range c.guards.allowing(bare) {
		if a.matches(c) {
			c.trail.Say(name, a.manifest.At("spec.rules"), "the policy %s lets the request through", a.manifest.ID())
			return true
		}
	}
	asked := c.guards.allow
	if len(asked) == 0 {
		c.trail.Say(name, d.At, "no policy is for the pods of %s.%s: everything passes", c.name, c.namespace)
		return true
	}
	*d = simulate.Decision{
		Status: http.StatusForbidden, Cause: simulate.PolicyDenied, At: asked[0].manifest.At("spec.rules"), Proofs: d.Proofs,
		Reason: fmt.Sprintf("none of the %d policies for the pods of %s.%s lets the request through", len(asked), c.name, c.namespace),
	}
	if c.trail.On() {
		for _, a := range asked {
			c.trail.Say(name, a.manifest.At("spec.rules"), "the policy %s does not match", a.manifest.ID())
		}
	}
	return false
}
