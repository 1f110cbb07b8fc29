package sidecar

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/kgw-dev/kgw/simulate"
)

// jwtRules returns a RequestAuthentication for the pods of s, its rules as flow text.
func jwtRules(name string, rules ...string) string {
	return "---\napiVersion: security.istio.io/v1\nkind: RequestAuthentication\nmetadata: {name: " + name + "}\nspec: {selector: {matchLabels: {app: s}}, jwtRules: [" + strings.Join(rules, ", ") + "]}\n"
}

const (
	ruleA = "{issuer: 'https://a', jwksUri: 'https://a.test/keys'}"
	ruleB = "{issuer: 'https://b', jwksUri: 'https://b.test/keys', fromHeaders: [{name: x-b}]}"
)

func jwtOf(issuer string, via simulate.Via) simulate.Token {
	return simulate.Token{Kind: "jwt", Claims: map[string]any{"iss": issuer, "sub": "me"}, Via: via}
}

// toS returns a request to the pods of s.
func toS(token simulate.Token, headers ...simulate.Header) *simulate.Request {
	return &simulate.Request{Method: "GET", Target: "/", Host: "a.test", Caller: ingress, To: "s.ns.svc.cluster.local:80", Token: token, Headers: headers}
}

// verdict returns the status of a decision and what it proved.
func verdict(d *simulate.Decision) string {
	return strings.TrimSpace(fmt.Sprint(d.Status, " ", strings.Join(d.Proofs, " ")))
}

// TestTokenRulesTogether holds how the rules of all RequestAuthentications decide
// together: the first that verifies a token ends it, no token passes, and of the
// faults the last one that is a token's own.
func TestTokenRulesTogether(t *testing.T) {
	inB := simulate.Via{In: "header", Name: "x-b"}
	garbage := simulate.Header{Name: "Authorization", Value: "Bearer x.y.z"}
	for name, c := range map[string]struct {
		rules string
		r     *simulate.Request
		want  string
	}{
		"no token":                                 {jwtRules("a", ruleA, ruleB), toS(simulate.Token{}), "200"},
		"a good token of one issuer of two":        {jwtRules("a", ruleA, "{issuer: 'https://b', jwksUri: 'https://b.test/keys'}"), toS(jwtOf("https://b", simulate.Via{})), "200 jwt"},
		"two objects are one list":                 {jwtRules("a", ruleA) + jwtRules("b", "{issuer: 'https://b', jwksUri: 'https://b.test/keys'}"), toS(jwtOf("https://b", simulate.Via{})), "200 jwt"},
		"a third issuer":                           {jwtRules("a", ruleA, "{issuer: 'https://b', jwksUri: 'https://b.test/keys'}"), toS(jwtOf("https://c", simulate.Via{})), "401"},
		"an issuer at the other's place":           {jwtRules("a", ruleA, ruleB), toS(jwtOf("https://a", inB)), "401"},
		"a good token beside garbage elsewhere":    {jwtRules("a", ruleA, ruleB), toS(jwtOf("https://b", inB), garbage), "200 jwt"},
		"garbage alone":                            {jwtRules("a", ruleA, ruleB), toS(simulate.Token{}, garbage), "401"},
		"the first rule needs no other":            {jwtRules("a", ruleA, ruleB), toS(jwtOf("https://a", simulate.Via{}), simulate.Header{Name: "x-b", Value: "garbage"}), "200 jwt"},
		"another scheme is no token":               {jwtRules("a", ruleA), toS(simulate.Token{}, simulate.Header{Name: "Authorization", Value: "Basic x"}), "200"},
		"the scheme counts with its case":          {jwtRules("a", ruleA), toS(simulate.Token{}, simulate.Header{Name: "Authorization", Value: "bearer x"}), "200"},
		"an empty token behind the scheme is none": {jwtRules("a", ruleA), toS(simulate.Token{}, simulate.Header{Name: "Authorization", Value: "Bearer "}), "200"},
		"garbage behind the scheme":                {jwtRules("a", ruleA), toS(simulate.Token{}, simulate.Header{Name: "Authorization", Value: "Bearer x"}), "401"},
		"the prefix is looked for anywhere":        {jwtRules("a", "{issuer: 'https://a', jwksUri: 'https://u', fromHeaders: [{name: x-t, prefix: 'tok='}]}"), toS(simulate.Token{}, simulate.Header{Name: "x-t", Value: "some tok=x"}), "401"},
		"every line of a header":                   {jwtRules("a", "{issuer: 'https://a', jwksUri: 'https://u', fromHeaders: [{name: x-t}]}"), toS(jwtOf("https://a", simulate.Via{In: "header", Name: "x-t"}), simulate.Header{Name: "X-T", Value: "garbage"}), "401"},
		"an empty header without a prefix":         {jwtRules("a", "{issuer: 'https://a', jwksUri: 'https://u', fromHeaders: [{name: x-t}]}"), toS(simulate.Token{}, simulate.Header{Name: "x-t", Value: ""}), "401"},
		"the parameter by default":                 {jwtRules("a", ruleA), toS(jwtOf("https://a", simulate.Via{In: "query", Name: "access_token"})), "200 jwt"},
		"no default places beside own":             {jwtRules("a", "{issuer: 'https://a', jwksUri: 'https://u', fromParams: [t]}"), toS(jwtOf("https://a", simulate.Via{})), "200"},
		"a cookie":                                 {jwtRules("a", "{issuer: 'https://a', jwksUri: 'https://u', fromCookies: [t]}"), toS(jwtOf("https://a", simulate.Via{In: "cookie", Name: "t"})), "200 jwt"},
		"a cookie on a line of its own":            {jwtRules("a", "{issuer: 'https://a', jwksUri: 'https://u', fromCookies: [t]}"), toS(jwtOf("https://a", simulate.Via{In: "cookie", Name: "t"}), simulate.Header{Name: "Cookie", Value: "other=1"}), "200 jwt"},
		"another cookie":                           {jwtRules("a", "{issuer: 'https://a', jwksUri: 'https://u', fromCookies: [t]}"), toS(simulate.Token{}, simulate.Header{Name: "Cookie", Value: "u=1"}), "200"},
		"any issuer":                               {jwtRules("a", "{jwksUri: 'https://u'}"), toS(jwtOf("https://any", simulate.Via{})), "200 jwt"},
		"a wrong audience is answered with 403":    {jwtRules("a", "{issuer: 'https://a', jwksUri: 'https://u', audiences: [x]}"), toS(jwtOf("https://a", simulate.Via{})), "403"},
		"the audience of one of two rules":         {jwtRules("a", "{issuer: 'https://a', jwksUri: 'https://u', audiences: [x]}", "{issuer: 'https://a', jwksUri: 'https://u'}"), toS(jwtOf("https://a", simulate.Via{})), "200 jwt"},
		"rules of other pods":                      {strings.Replace(jwtRules("a", ruleA), "app: s", "app: other", 1), toS(simulate.Token{}, garbage), "200"},
	} {
		t.Run(name, func(t *testing.T) {
			d := simulate.Outcomes(c.r, nil, loaded(t, service+c.rules).Decide)
			if got := verdict(&d); got != c.want {
				t.Errorf("%s (%s), want %s", got, d.Reason, c.want)
			}
		})
	}
}

// TestAudiences: a scheme and one slash at the end do not count, of either side.
func TestAudiences(t *testing.T) {
	for _, c := range []struct {
		allowed string
		claim   any
		want    int
	}{
		{"api", "api", 200},
		{"api", "https://api/", 200},
		{"'http://api'", "api", 200},
		{"api", "apis", 403},
		{"api", []any{"x", "api"}, 200},
		{"api", []any{"x", 7}, 403},
		{"api", 7, 403},
		{"'https://http://api'", "http://api", 403},
		{"api", "api//", 403},
		{"api, other", "other", 200},
	} {
		token := jwtOf("https://a", simulate.Via{})
		token.Claims["aud"] = c.claim
		d := loaded(t, service+jwtRules("a", "{issuer: 'https://a', jwksUri: 'https://u', audiences: ["+c.allowed+"]}")).Decide(toS(token), nil)
		if d.Status != c.want {
			t.Errorf("%v for %s: %d, want %d", c.claim, c.allowed, d.Status, c.want)
		}
	}
}

// TestInvalidTokens holds why a token of the right issuer is refused.
func TestInvalidTokens(t *testing.T) {
	now := float64(time.Now().Unix())
	for _, c := range []struct {
		valid, key string
		claims     map[string]any
		reason     string // "" is accepted
	}{
		{"", "", nil, ""},
		{"no_exp", "", nil, ""},
		{"no_kid", "", nil, ""},
		{"future_iat", "", nil, ""},
		{"expired", "", nil, "it is expired"},
		{"not_yet_valid", "", nil, "it is not valid yet"},
		{"bad_signature", "", nil, "its signature does not verify"},
		{"alg_none", "", nil, "its signature does not verify"},
		{"unknown_kid", "", nil, "the key set has no key for it"},
		{"", "main", nil, ""},
		{"", "a", nil, ""},
		{"", "other", nil, "the key set has no key for it"},
		{"", "", map[string]any{"exp": now - 3600}, "it is expired"},
		{"", "", map[string]any{"exp": now - 30}, ""},
		{"", "", map[string]any{"nbf": now + 3600}, "it is not valid yet"},
		{"", "", map[string]any{"nbf": now + 30}, ""},
	} {
		token := jwtOf("https://a", simulate.Via{})
		token.Valid, token.Key = c.valid, c.key
		maps.Copy(token.Claims, c.claims)
		d := loaded(t, service+jwtRules("a", ruleA)).Decide(toS(token), nil)
		if d.Passed() != (c.reason == "") || !strings.HasSuffix(d.Reason, c.reason) {
			t.Errorf("%+v: %d %s", c, d.Status, d.Reason)
		}
	}
}

// TestVerifiedToken holds what goes on behind a token that was verified: it is
// removed from its place unless it is to be forwarded, and claims are written.
func TestVerifiedToken(t *testing.T) {
	claims := map[string]any{"iss": "https://a", "sub": "me", "scope": "read write", "level": 7.0, "admin": true, "deep": map[string]any{"k": "v"}, "list": []any{"x"}}
	for name, c := range map[string]struct {
		rule string
		via  simulate.Via
		want string // target and headers that are left
	}{
		"the header is removed":  {ruleA, simulate.Via{}, "/?q=1"},
		"forwarded":              {"{issuer: 'https://a', jwksUri: u, forwardOriginalToken: true}", simulate.Via{}, "/?q=1 Authorization"},
		"the parameter":          {ruleA, simulate.Via{In: "query", Name: "access_token"}, "/?q=1"},
		"a cookie is left":       {"{issuer: 'https://a', jwksUri: u, fromCookies: [t]}", simulate.Via{In: "cookie", Name: "t"}, "/?q=1 Cookie"},
		"claims are written":     {"{issuer: 'https://a', jwksUri: u, outputClaimToHeaders: [{header: x-sub, claim: sub}, {header: x-level, claim: level}, {header: x-admin, claim: admin}, {header: x-deep, claim: deep.k}, {header: x-list, claim: list}, {header: x-none, claim: none}]}", simulate.Via{}, "/?q=1 x-admin:true x-deep:v x-level:7 x-list:WyJ4Il0= x-sub:me"},
		"the payload is written": {"{issuer: 'https://a', jwksUri: u, outputPayloadToHeader: x-payload}", simulate.Via{}, "/?q=1 x-payload"},
	} {
		r := toS(simulate.Token{Kind: "jwt", Claims: claims, Via: c.via}, simulate.Header{Name: "x-none", Value: "forged"})
		if !strings.Contains(c.rule, "x-none") {
			r.Headers = nil
		}
		r.Target = "/?q=1"
		rule := strings.Replace(c.rule, "jwksUri: u,", "jwksUri: 'https://u',", 1)
		d := loaded(t, service+jwtRules("a", rule)).Decide(r, nil)
		if !d.Passed() {
			t.Errorf("%s: %s", name, d.Reason)
			continue
		}
		got := d.Next.Target
		for _, h := range []string{"Authorization", "Cookie", "x-admin", "x-deep", "x-level", "x-list", "x-none", "x-payload", "x-sub"} {
			switch value := d.Next.Header(h); {
			case value == "":
			case strings.HasPrefix(h, "x-") && h != "x-payload":
				got += " " + h + ":" + value
			default:
				got += " " + h
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestForgedClaimHeaders: what a client wrote where claims are written is removed,
// but by the rules that were asked only, and not on preflights.
func TestForgedClaimHeaders(t *testing.T) {
	s := loaded(t, service+jwtRules("a", "{issuer: 'https://a', jwksUri: 'https://u', outputClaimToHeaders: [{header: x-a, claim: sub}]}", "{issuer: 'https://b', jwksUri: 'https://u', outputClaimToHeaders: [{header: x-b, claim: sub}]}"))
	forged := []simulate.Header{{Name: "x-a", Value: "forged"}, {Name: "x-b", Value: "forged"}}
	left := func(r *simulate.Request) string {
		d := s.Decide(r, nil)
		return fmt.Sprint(d.Next.Header("x-a"), " ", d.Next.Header("x-b"), " ", d.Cleared)
	}
	if got := left(toS(simulate.Token{}, forged...)); got != "  [x-a x-b]" {
		t.Errorf("without a token: %s", got)
	}
	if got := left(toS(jwtOf("https://a", simulate.Via{}), forged...)); got != "me forged [x-a]" {
		t.Errorf("with a token of the first rule: %s", got)
	}
	preflight := toS(jwtOf("https://a", simulate.Via{}), append(forged, simulate.Header{Name: "Origin", Value: "https://o"}, simulate.Header{Name: "Access-Control-Request-Method", Value: "GET"})...)
	preflight.Method = "OPTIONS"
	if got := left(preflight); got != "forged forged []" {
		t.Errorf("a preflight: %s", got)
	}
}

// TestPreflights: a preflight has no identity, whatever token it carries; an ALLOW
// policy that demands one refuses it.
func TestPreflights(t *testing.T) {
	s := loaded(t, service+jwtRules("a", ruleA)+policyText(forS+"rules: [{from: [{source: {requestPrincipals: ['*']}}]}]"))
	origin, method := simulate.Header{Name: "Origin", Value: "https://o"}, simulate.Header{Name: "Access-Control-Request-Method", Value: "GET"}
	for name, c := range map[string]struct {
		method  string
		headers []simulate.Header
		want    string
	}{
		"a preflight":                {"OPTIONS", []simulate.Header{origin, method}, "403"},
		"OPTIONS without an origin":  {"OPTIONS", []simulate.Header{method}, "200 jwt"},
		"OPTIONS without the method": {"OPTIONS", []simulate.Header{origin}, "200 jwt"},
		"another method":             {"GET", []simulate.Header{origin, method}, "200 jwt"},
	} {
		r := toS(jwtOf("https://a", simulate.Via{}), c.headers...)
		r.Method = c.method
		d := s.Decide(r, nil)
		if got := verdict(&d); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	r := toS(jwtOf("https://a", simulate.Via{}))
	r.Method, r.Free = "OPTIONS", simulate.AnyRequest
	if d := simulate.Outcomes(r, nil, s.Decide); d.Known() || len(d.Unknowns()) != 1 || len(d.Unknowns()[0].Example) != 2 {
		t.Errorf("whether it is a preflight is the caller's choice: %+v", d.Unknowns())
	}
}

// TestKeysOfAProof: a proof names where the keys came from, by which it was verified.
func TestKeysOfAProof(t *testing.T) {
	for rule, want := range map[string]string{
		ruleA: "https://a.test/keys", "{issuer: 'https://a/'}": "https://a/.well-known/openid-configuration", `{issuer: 'https://a', jwks: '{"keys":[]}'}`: `{"keys":[]}`,
	} {
		token := jwtOf("https://a", simulate.Via{})
		if strings.Contains(rule, "a/'") {
			token.Claims["iss"] = "https://a/"
		}
		if d := loaded(t, service+jwtRules("a", rule)).Decide(toS(token), nil); len(d.Keys) != 1 || d.Keys[0] != want {
			t.Errorf("%s: %v, want %s", rule, d.Keys, want)
		}
	}
}
