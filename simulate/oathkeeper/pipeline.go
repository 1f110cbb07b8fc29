package oathkeeper

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// session is the value that templates see: pipeline/authn.AuthenticationSession.
type session struct {
	Subject      string
	Extra        map[string]any
	Header       http.Header
	MatchContext matchContext
}

type matchContext struct {
	RegexpCaptureGroups []string
	URL                 *url.URL
	Method              string
	Header              http.Header
}

// SetHeader sets a header of the session. Templates may call it.
func (s *session) SetHeader(key, value string) string {
	if s.Header == nil {
		s.Header = http.Header{}
	}
	s.Header.Set(key, value)
	return ""
}

// run sends a request through the pipeline of a rule: authenticators until one
// feels responsible, the authorizer, the mutators (proxy/request_handler.go). A
// misconfigured handler fails only when its turn comes.
func (x *exchange) run(r *accessRule) *failure {
	x.rule = r
	for _, stage := range []func(*accessRule) *failure{x.authenticate, x.authorize, x.mutate} {
		if f := stage(r); f != nil {
			return x.fail(f)
		}
	}
	return nil
}

func (x *exchange) authenticate(r *accessRule) *failure {
	if len(r.authenticators) == 0 {
		return newFailure(500, simulate.Misconfigured, r.manifest.At("spec.authenticators"), "rule %s has an empty list of authenticators", r.id)
	}
	for i := range r.authenticators {
		h := &r.authenticators[i]
		if h.invalid != "" {
			return newFailure(500, simulate.Misconfigured, h.at, "%s", h.invalid)
		}
		why, f := simAuthenticators[h.name](x, h)
		if f != nil {
			return f
		}
		if why == "" {
			x.trail.Say(name, h.at, "%s lets the caller in", h.name)
			x.proofs, x.keys = append(x.proofs, h.name), append(x.keys, h.askedAddresses()...)
			return nil
		}
		x.trail.Say(name, h.at, "%s is not responsible: %s", h.name, why)
	}
	return newFailure(401, simulate.NoCredentials, r.manifest.At("spec.authenticators"), "no authenticator of rule %s is responsible", r.id)
}

func (x *exchange) authorize(r *accessRule) *failure {
	h := &r.authorizer
	if h.invalid != "" {
		return newFailure(500, simulate.Misconfigured, h.at, "%s", h.invalid)
	}
	switch h.name {
	case "deny":
		return newFailure(403, simulate.Denied, h.at, "the authorizer of rule %s is deny", r.id)
	case "allow":
		x.trail.Say(name, h.at, "allow lets the request through")
	default:
		return x.askAuthorizer(r, h)
	}
	return nil
}

// askAuthorizer lets a request pass unless it sets another answer of the
// authorizer's service: 403 is a refusal, and any other status but 200 an error
// of Oathkeeper.
func (x *exchange) askAuthorizer(r *accessRule, h *handler) *failure {
	x.asked = append(x.asked, h.spellAsked())
	status, told := x.in.Answers[h.name]
	switch {
	case !told:
		x.trail.Say(name, h.at, "%s is assumed to allow the request: kgw does not ask it", h.name)
	case status == http.StatusForbidden:
		return newFailure(http.StatusForbidden, simulate.Denied, h.at, "%s of rule %s refuses the request: its service answers 403", h.name, r.id)
	case status != http.StatusOK:
		return newFailure(http.StatusInternalServerError, simulate.Endpoint, h.at, "the service of %s of rule %s answers %d, which Oathkeeper does not expect", h.name, r.id, status)
	}
	return nil
}

func (x *exchange) mutate(r *accessRule) *failure {
	if len(r.mutators) == 0 {
		return newFailure(500, simulate.Misconfigured, r.manifest.At("spec.mutators"), "rule %s has an empty list of mutators", r.id)
	}
	for i := range r.mutators {
		h := &r.mutators[i]
		if h.invalid != "" {
			return newFailure(500, simulate.Misconfigured, h.at, "%s", h.invalid)
		}
		if err := simMutators[h.name](x, r, h); err != nil {
			return newFailure(500, simulate.Misconfigured, h.at, "%s fails: %v", h.name, err)
		}
		if h.name == "hydrator" {
			x.asked = append(x.asked, h.spellAsked())
		}
		if h.name != "noop" {
			x.trail.Say(name, h.at, "%s changes the request", h.name)
		}
	}
	return nil
}

// matchContext returns the part of the match that templates see. The groups are
// those of Go's regexp, where that reads the expression as Oathkeeper does.
func (x *exchange) matchContext() matchContext {
	c := matchContext{URL: x.http.URL, Method: x.http.Method, Header: x.http.Header}
	if re := x.rule.groups(); re != nil {
		if m := re.FindStringSubmatch(fmt.Sprintf("%s://%s%s", x.http.URL.Scheme, x.http.URL.Host, x.http.URL.Path)); m != nil {
			c.RegexpCaptureGroups = m[1:]
		}
	}
	return c
}

// wholeExpression spells a template as one expression, each bracket a group
// (ladon v1.1.0, compiler).
func wholeExpression(template string) string {
	var b strings.Builder
	level, start := 0, 0
	for i := range len(template) {
		switch template[i] {
		case '<':
			if level++; level == 1 {
				b.WriteString(regexp.QuoteMeta(template[start:i]))
				start = i + 1
			}
		case '>':
			if level--; level == 0 {
				b.WriteString("(" + template[start:i] + ")")
				start = i + 1
			}
		}
	}
	return "^" + b.String() + regexp.QuoteMeta(template[start:]) + "$"
}

// spellAsked returns a text for the service that an authorizer or a hydrator asks, and how it asks.
func (h *handler) spellAsked() string {
	api, _ := h.config.Get("api")
	inner, _ := api.(source.Object)
	address := cmp.Or(textAt(h.config, "remote"), textAt(h.config, "base_url"), textAt(inner, "url"))
	return simulate.Asking(h.name, address, simulate.Canonical(source.NodeOf(h.config)))
}

// askedAddresses lists the addresses that a handler asks about a token: of key
// sets, an introspection, a session store.
func (h *handler) askedAddresses() []string {
	var out []string
	for _, key := range []string{"introspection_url", "check_session_url", "token_url"} {
		if address := textAt(h.config, key); address != "" {
			out = append(out, address)
		}
	}
	out = append(out, h.config.Texts("jwks_urls")...)
	slices.Sort(out)
	return out
}
