package skipper

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/simulate"
)

// tokeninfo is the proof that a token is good for the token information
// service.
const tokeninfo = "tokeninfo"

func registerTokens() {
	for _, n := range []string{"oauthTokeninfoAllScope", "oauthTokeninfoAnyScope", "oauthTokeninfoAnyKV", "oauthTokeninfoAllKV"} {
		filterKinds[n] = filterKind{class: decides, reason: "it asks the token information service, whose answer is part of the request", proof: tokeninfo, request: askTokeninfo}
	}
	filterKinds["oauthTokeninfoValidate"] = filterKind{class: assumed, reason: "routes may opt out of it by an annotation", proof: tokeninfo, request: validateTokeninfo}
	for _, n := range []string{"jwtValidation", "jwtValidationKeys"} {
		filterKinds[n] = filterKind{class: decides, reason: "it verifies a JWT; kgw assumes that the token is signed with a key of its issuer", proof: "jwt", request: validateJWT}
	}
	registerRequest(changes, "it passes the answer of the token information service to the upstream", forwardToken, "forwardToken")
	registerRequest(changes, "it passes a field of the answer of the token information service to the upstream", forwardTokenField, "forwardTokenField")
	registerRequest(changes, "it sets the token of a file, which proves nothing of the caller", injectToken, "bearerinjector")
}

// validateJWT demands a JWT with a valid signature and valid times, and with
// jwtValidation also a subject.
func validateJWT(x *exchange, c *eskip.Call) *served {
	text, refused := x.bearer()
	if refused != nil {
		return refused
	}
	if _, given := x.given["authorization"]; given {
		x.noteAssumption(c, "kgw assumes that the token that a filter sets is good")
		return nil
	}
	if !x.in.Token.Is("jwt", text) || !x.in.Token.OK() {
		return &served{status: http.StatusUnauthorized, cause: simulate.BadCredentials, reason: "the token is not a valid JWT"}
	}
	if subject, _ := x.in.Token.Claims["sub"].(string); c.Name == "jwtValidation" && subject == "" {
		return &served{status: http.StatusUnauthorized, cause: simulate.BadCredentials, reason: "the token has no subject"}
	}
	x.noteProof("jwt")
	return nil
}

// bearer finds the token. Only the first header counts, and the scheme must be
// written exactly as "Bearer".
func (x *exchange) bearer() (text string, refused *served) {
	text, ok := strings.CutPrefix(x.in.Header("Authorization"), "Bearer ")
	if !ok || text == "" {
		return "", &served{status: http.StatusUnauthorized, cause: simulate.NoCredentials, reason: "there is no token"}
	}
	return text, nil
}

// askTokeninfo asks the token information service about the token, once for each
// request, and compares the answer with the filter's condition.
func askTokeninfo(x *exchange, c *eskip.Call) *served {
	if x.info == nil {
		text, refused := x.bearer()
		if refused != nil {
			return refused
		}
		if _, given := x.given["authorization"]; given {
			x.info = &info{}
		} else if facts := infoOf(&x.in.Token, text); facts != nil {
			x.info = &info{facts}
		} else {
			return &served{status: http.StatusUnauthorized, cause: simulate.BadCredentials, reason: "the token information service does not accept the token"}
		}
	}
	if x.info.facts == nil {
		x.noteAssumption(c, "kgw assumes that the token that a filter sets is good; it proves nothing of the caller")
		return nil
	}
	if otherwise := missingFact(c, x.info.facts); otherwise != "" && !x.mayHave(c) {
		return &served{status: http.StatusForbidden, cause: simulate.NotSufficient, reason: otherwise}
	}
	x.noteProof(tokeninfo)
	return nil
}

// mayHave asks whether an opaque token that is known only in part has what a filter
// demands.
func (x *exchange) mayHave(c *eskip.Call) bool {
	t, scopes := &x.in.Token, strings.HasSuffix(c.Name, "Scope")
	if t.Kind != "opaque" || t.Tokeninfo != nil || scopes && t.Knows("scope") {
		return false
	}
	if pairs := textsOf(c.Args); !scopes {
		for i := 0; i+1 < len(pairs); i += 2 {
			if t.Knows(pairs[i]) {
				return false
			}
		}
	}
	return x.in.Holds(simulate.Unknown{Why: simulate.Asked, At: x.route.at, What: "the answer of the token information service has what " + c.Name + " demands", Needs: "token.tokeninfo in a test, or --scopes and --realm"})
}

// missingFact returns a fact that a filter demands and the answer lacks, "" for none.
func missingFact(c *eskip.Call, facts map[string]any) string {
	args := textsOf(c.Args)
	equal := func(k, v string) bool { have, ok := facts[k].(string); return ok && have == v }
	has := func(s string) bool { return slices.Contains(scopesOf(facts), s) }
	switch {
	case c.Name == "oauthTokeninfoAnyKV" && !holdsAny(args, equal):
		return "the token info lacks all of " + strings.Join(args, " ")
	case c.Name == "oauthTokeninfoAllKV" && !holdsAll(args, equal):
		return "the token info lacks some of " + strings.Join(args, " ")
	case c.Name == "oauthTokeninfoAllScope" && slices.ContainsFunc(args, func(s string) bool { return !has(s) }):
		return "the token lacks some of the scopes " + strings.Join(args, ", ")
	case c.Name == "oauthTokeninfoAnyScope" && !slices.ContainsFunc(args, has):
		return "the token has none of the scopes " + strings.Join(args, ", ")
	}
	return ""
}

// infoOf returns the answer of the token information service: the answer that the
// token has, else one made of its claims. It returns nil for any status but 200.
func infoOf(t *simulate.Token, text string) map[string]any {
	if text != t.Text() || t.Kind == "malformed" || !t.OK() {
		return nil
	}
	if t.Tokeninfo != nil {
		if status, has := t.Tokeninfo["status"]; has && status != 200.0 {
			return nil
		}
		return t.Tokeninfo
	}
	if t.Introspection != nil || t.Kind != "jwt" {
		if status, has := t.Introspection["status"]; has && status != 200.0 || t.Introspection == nil {
			return nil
		}
		return t.Introspection
	}
	facts := map[string]any{"realm": "/services", "uid": t.Claims["sub"], "scope": t.Claims["scope"]}
	switch realm, _ := t.Claims[realmClaim].(string); realm {
	case "", "services":
	case "users":
		facts["realm"], facts["uid"] = "/employees", t.Claims[realmClaim[:strings.LastIndexByte(realmClaim, '/')]+"/managed-id"]
	default:
		facts["realm"] = "/" + strings.TrimPrefix(realm, "/")
	}
	return facts
}

// realmClaim distinguishes people, services and customers.
const realmClaim = "https://identity.zalando.com/realm"

func scopesOf(facts map[string]any) []string {
	switch v := facts["scope"].(type) {
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

// forwardToken sets a header to the answer of the service. If the service was not
// asked yet, the caller's own header stays.
func forwardToken(x *exchange, c *eskip.Call) *served {
	key, _ := textArg(c.Args, 0)
	said := x.learntOf()
	if said == nil {
		if x.in.Header(key) != "" {
			x.trail.Say(name, x.route.at, "forwardToken: no token was looked up before it, so that the caller's own header %s goes on", key)
		}
		return nil
	}
	if said.facts == nil {
		x.setUnknown(key, "it is what is said of the token")
		return nil
	}
	facts := said.facts
	if keep := textsOf(c.Args)[1:]; len(keep) > 0 {
		facts = map[string]any{}
		for _, k := range keep {
			if v, has := said.facts[k]; has {
				facts[k] = v
			}
		}
	}
	if text, err := json.Marshal(facts); err == nil {
		x.in.SetHeader(key, string(text))
		x.given[strings.ToLower(key)] = ""
	}
	return nil
}

func forwardTokenField(x *exchange, c *eskip.Call) *served {
	key, _ := textArg(c.Args, 0)
	field, _ := textArg(c.Args, 1)
	said := x.learntOf()
	if said == nil {
		return nil
	}
	if said.facts == nil {
		x.setUnknown(key, "it is what is said of the token")
	} else if v, has := said.facts[field]; has {
		x.in.SetHeader(key, fmt.Sprint(v))
	}
	return nil
}

func injectToken(x *exchange, _ *eskip.Call) *served {
	x.setUnknown("Authorization", "Bearer <a token of a file>")
	x.in.SetHeader("Authorization", "Bearer <a token of a file>")
	return nil
}
