package skipper

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/simulate"
)

// exchange is one request on its way through the filters of a route.
type exchange struct {
	session *Session
	route   *liveRoute
	in      *simulate.Request
	trail   *simulate.Trail
	proofs  []string
}

// refusal is a filter's answer in the place of the upstream's.
type refusal struct {
	status int
	cause  simulate.Cause
	reason string
}

// run takes the request through the filters: the first that refuses or answers
// ends it, and of several statuses the first one stands.
func (x *exchange) run() simulate.Decision {
	d := simulate.Decision{Status: http.StatusOK, Route: x.route.name, At: x.route.at}
	status, answered := 0, false
	for i := range x.route.filters {
		c := &x.route.filters[i]
		switch c.Name {
		case "status":
			if n, ok := c.arg(0).(int); ok && status == 0 {
				status = n
			}
		case "inlineContent":
			answered = true
		default:
			if no := x.ask(c); no != nil {
				x.trail.Say(name, x.route.at, "%s: %s", c.Name, no.reason)
				d.Status, d.Cause, d.Reason = no.status, no.cause, no.reason
				return d
			}
		}
		if answered {
			break
		}
	}
	d.Proofs = x.proofs
	if !answered && !x.route.shunt {
		x.trail.Say(name, x.route.at, "sent to %s", x.route.upstream)
		d.Upstream, d.Next = x.route.upstream, x.in
		d.Next.To = x.route.upstream
		if status != 0 {
			d.Status = status
		}
		return d
	}
	d.Cause, d.Reason = simulate.Answered, "the route answers itself"
	if x.route.shunt && !answered {
		d.Status = http.StatusNotFound
	}
	if status != 0 {
		d.Status = status
	}
	x.trail.Say(name, x.route.at, "the route answers with %d", d.Status)
	return d
}

// ask runs a filter that may refuse; what only changes messages does not.
func (x *exchange) ask(c *call) *refusal {
	args := c.texts()
	switch c.Name {
	case "oauthTokeninfoAnyKV":
		return x.tokeninfo(func(info map[string]any) bool {
			return anyPair(args, func(k, v string) bool { return info[k] == v })
		}, "the token info lacks all of "+strings.Join(args, " "))
	case "oauthTokeninfoAllKV":
		return x.tokeninfo(func(info map[string]any) bool {
			return allPairs(args, func(k, v string) bool { return info[k] == v })
		}, "the token info lacks some of "+strings.Join(args, " "))
	case "oauthTokeninfoAllScope":
		return x.tokeninfo(func(info map[string]any) bool {
			return !slices.ContainsFunc(args, func(s string) bool { return !slices.Contains(scopesOf(info), s) })
		}, "the token lacks some of the scopes "+strings.Join(args, ", "))
	case "oauthTokeninfoAnyScope":
		return x.tokeninfo(func(info map[string]any) bool {
			return slices.ContainsFunc(args, func(s string) bool { return slices.Contains(scopesOf(info), s) })
		}, "the token has none of the scopes "+strings.Join(args, ", "))
	case "jwtValidation", "jwtValidationKeys":
		return x.validate()
	case "clusterClientRatelimit":
		return x.limit(c)
	}
	if p := c.proof(); p != "" {
		x.trail.Say(name, x.route.at, "%s: kgw does not ask it, and takes it to let the request pass", c.Name)
		x.prove(p)
	}
	return nil
}

// tokeninfo is the proof that a token is good for the token information
// service.
const tokeninfo = "tokeninfo"

// proof is what the filter lets nobody pass without; "" if there is no such
// thing.
func (c *call) proof() string {
	switch {
	case strings.HasPrefix(c.Name, "oauthTokeninfo"):
		return tokeninfo
	case strings.HasPrefix(c.Name, "jwtValidation"):
		return "jwt"
	case strings.Contains(strings.ToLower(c.Name), "oauthtokenintrospection"):
		return "tokenintrospection"
	case strings.HasPrefix(c.Name, "oauthOidc"):
		return "oidc"
	case c.Name == "basicAuth" || c.Name == "webhook" || c.Name == "oauthGrant" || strings.HasPrefix(c.Name, "opaAuthorizeRequest"):
		return c.Name
	}
	return ""
}

func (x *exchange) prove(proof string) {
	if !slices.Contains(x.proofs, proof) {
		x.proofs = append(x.proofs, proof)
	}
}

// validate wants a JWT whose signature and times are good.
func (x *exchange) validate() *refusal {
	text, ok := strings.CutPrefix(x.in.Header("Authorization"), "Bearer ")
	if !ok || text == "" {
		return &refusal{http.StatusUnauthorized, simulate.NoCredentials, "there is no token"}
	}
	if !x.in.Token.Is("jwt", text) || !x.in.Token.OK() {
		return &refusal{http.StatusUnauthorized, simulate.BadCredentials, "the token is no valid JWT"}
	}
	x.prove("jwt")
	return nil
}

// tokeninfo asks the token information service about the token and holds its
// answer to a condition.
func (x *exchange) tokeninfo(holds func(map[string]any) bool, otherwise string) *refusal {
	text, ok := strings.CutPrefix(x.in.Header("Authorization"), "Bearer ")
	if !ok || text == "" {
		return &refusal{http.StatusUnauthorized, simulate.NoCredentials, "there is no token"}
	}
	info := infoOf(&x.in.Token, text)
	if info == nil {
		return &refusal{http.StatusUnauthorized, simulate.BadCredentials, "the token information service does not vouch for the token"}
	}
	if !holds(info) {
		return &refusal{http.StatusForbidden, simulate.NotSufficient, otherwise}
	}
	x.prove(tokeninfo)
	return nil
}

// infoOf is what the token information service answers: what the token says of
// itself, else what its claims come to. Nil is any status but 200.
func infoOf(t *simulate.Token, text string) map[string]any {
	if text != t.Text() || t.Kind == "malformed" || !t.OK() {
		return nil
	}
	if t.Introspection != nil || t.Kind != "jwt" {
		if status, has := t.Introspection["status"]; has && status != 200.0 || t.Introspection == nil {
			return nil
		}
		return t.Introspection
	}
	info := map[string]any{"realm": "/services", "uid": t.Claims["sub"], "scope": t.Claims["scope"]}
	if t.Claims[realmClaim] == "users" {
		info["realm"], info["uid"] = "/employees", t.Claims[realmClaim[:strings.LastIndexByte(realmClaim, '/')]+"/managed-id"]
	}
	return info
}

// realmClaim tells people from services.
const realmClaim = "https://identity.zalando.com/realm"

func scopesOf(info map[string]any) []string {
	switch v := info["scope"].(type) {
	case string:
		return append(strings.Fields(v), "uid")
	case []any:
		var out []string
		for _, e := range v {
			s, _ := e.(string)
			out = append(out, s)
		}
		return out
	}
	return nil
}

// limit spends one request of the bucket of the group and the token.
func (x *exchange) limit(c *call) *refusal {
	args := c.texts()
	most, _ := c.arg(1).(int)
	if len(args) == 0 {
		return nil
	}
	if x.in.Header("Authorization") == "" {
		return nil // Skipper does not count what has no value
	}
	bucket := args[0] + "\x00" + x.in.Header("Authorization") + "\x00" + x.in.Token.ID
	if x.session.spent[bucket] >= most {
		return &refusal{http.StatusTooManyRequests, simulate.LimitExceeded, fmt.Sprintf("the limit of %d requests in %s is spent", most, args[len(args)-2])}
	}
	x.session.spent[bucket]++
	return nil
}
