package skipper

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/simulate"
)

// refusalOf returns the refusal of a service that, according to the request, does
// not answer 200, or nil.
func (x *exchange) refusalOf(c *eskip.Call) *served {
	status, told := x.in.Answers[c.Name]
	switch {
	case !told:
		x.noteAssumption(c, "kgw does not ask it, and assumes that it lets the request pass")
		return nil
	case status < http.StatusMultipleChoices:
		x.trail.Say(name, x.route.at, "%s: it answers %d and lets the request pass", c.Name, status)
		return nil
	case c.Name == "webhook" && status != http.StatusForbidden:
		status = http.StatusUnauthorized
	}
	return &served{status: status, cause: simulate.BadCredentials, reason: fmt.Sprintf("%s refuses the request", c.Name)}
}

// registerIntrospection registers filters that ask an introspection endpoint
// about the bearer token.
func registerIntrospection(names ...string) {
	for _, n := range names {
		filterKinds[n] = filterKind{class: assumed, reason: "it asks an introspection endpoint about the token, whose answer may be part of the request", proof: "tokenintrospection", request: askIntrospection}
	}
}

// askIntrospection answers 401 to a request without a token, and to one with a
// token whose given answer of the endpoint lacks something
// (filters/auth/tokenintrospection.go).
func askIntrospection(x *exchange, c *eskip.Call) *served {
	if x.introspected == nil {
		text, refused := x.bearer()
		if refused != nil {
			return refused
		}
		x.introspected = &info{}
		if _, given := x.given["authorization"]; given {
			x.noteAssumption(c, "kgw assumes that the token that a filter sets is good; it proves nothing of the caller")
			return nil
		}
		if t := &x.in.Token; text != t.Text() || t.Kind == "malformed" || !t.OK() {
			return &served{status: http.StatusUnauthorized, cause: simulate.BadCredentials, reason: "the introspection endpoint does not know the token"}
		}
		x.introspected.facts = x.in.Token.Introspection
	}
	if _, given := x.given["authorization"]; given {
		return nil
	}
	if facts := x.introspected.facts; facts != nil {
		if lacksFacts(c, facts) && (!x.in.Token.Partial || !x.in.Holds(simulate.Unknown{
			Why: simulate.Asked, At: x.route.at, What: "the answer of the introspection endpoint has what " + c.Name + " demands", Needs: "token.introspection in a test",
		})) {
			return &served{status: http.StatusUnauthorized, cause: simulate.NotSufficient, reason: "the introspection of the token lacks what " + c.Name + " demands"}
		}
	} else if refused := x.refusalOf(c); refused != nil {
		return refused
	}
	x.noteProof("tokenintrospection")
	return nil
}

// lacksFacts reports whether the endpoint's answer lacks claims, or values of
// them. The filter's first arguments are the endpoint's and the client's.
func lacksFacts(c *eskip.Call, facts map[string]any) bool {
	args := textsOf(c.Args)[1:]
	if strings.HasPrefix(c.Name, "secure") {
		args = args[2:]
	}
	has := func(k string) bool { _, ok := facts[k]; return ok }
	equal := func(k, v string) bool { have, ok := facts[k].(string); return ok && have == v }
	switch {
	case strings.HasSuffix(c.Name, "AnyKV"):
		return !holdsAny(args, equal)
	case strings.HasSuffix(c.Name, "AllKV"):
		return !holdsAll(args, equal)
	}
	found := 0
	for _, a := range args {
		if has(a) {
			found++
		}
	}
	return found == 0 || strings.HasSuffix(c.Name, "AllClaims") && found < len(args)
}

// learntOf returns the information about the token that a service returned, or nil.
func (x *exchange) learntOf() *info {
	if x.info != nil {
		return x.info
	}
	return x.introspected
}

// validateTokeninfo demands a good token, unless its configuration lets routes or
// hosts opt out (filters/auth/tokeninfo.go).
func validateTokeninfo(x *exchange, c *eskip.Call) *served {
	if x.info != nil {
		return nil
	}
	if text, _ := textArg(c.Args, 0); strings.Contains(text, "optOut") {
		return x.refusalOf(c)
	}
	return askTokeninfo(x, c)
}

// registerLogin registers filters that send a caller without their cookie to a
// login.
func registerLogin(proof string, names ...string) {
	for _, n := range names {
		filterKinds[n] = filterKind{class: assumed, reason: "it sends callers without its cookie to a login", proof: proof, request: func(x *exchange, c *eskip.Call) *served {
			if x.in.Header("Cookie") == "" && x.in.Free == simulate.Concrete {
				return x.answerLogin(c)
			}
			if refused := x.refusalOf(c); refused != nil {
				return refused
			}
			x.noteProof(proof)
			return nil
		}}
	}
}

// answerLogin returns the answer for a caller without the cookie: the address of
// the login, or, for a caller who comes back from it, its decision about the
// request.
func (x *exchange) answerLogin(c *eskip.Call) *served {
	text, _ := textArg(c.Args, 3)
	if callback, err := url.Parse(text); err == nil && text != "" && strings.Contains(seenPath(x.in), callback.Path) {
		return x.answerUnseen(c, "the filter completes a login", "accepts what the login sent")
	}
	return &served{status: http.StatusTemporaryRedirect, cause: simulate.NoCredentials, reason: "the caller has no cookie and is sent to the login"}
}

// askPassword refuses a caller without a name and a password. A symbolic
// request may have them, as it may have a cookie.
func askPassword(x *exchange, c *eskip.Call) *served {
	if !strings.HasPrefix(x.in.Header("Authorization"), "Basic ") && x.in.Free == simulate.Concrete {
		return &served{status: http.StatusUnauthorized, cause: simulate.NoCredentials, reason: "there are no name and password"}
	}
	if refused := x.refusalOf(c); refused != nil {
		return refused
	}
	if _, given := x.given["authorization"]; !given {
		x.noteProof("basicAuth")
	}
	return nil
}

// credentials returns headers that the filters of the route demand besides a token.
func (r *route) credentials() []simulate.Header {
	var out []simulate.Header
	for i := range r.filters {
		switch filterOf(r.filters[i].Name).proof {
		case "basicAuth":
			out = append(out, simulate.Header{Name: "Authorization", Value: "Basic dTpw"})
		case "oidc", "oauthGrant":
			out = append(out, simulate.Header{Name: "Cookie", Value: "session=known"})
		}
	}
	return out
}
