package sidecar

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// tokens is a RequestAuthentication.
type tokens struct {
	manifest *simulate.Manifest
	order    int
	rules    []tokenRule
	unread   []simulate.UnreadField
	refused  string
}

// tokenRule says where the tokens of one issuer may be, and what is done with them.
type tokenRule struct {
	manifest  *simulate.Manifest
	path      string
	issuer    string // "" is any
	keys      string // where its keys come from
	audiences []string
	headers   [][2]string // name and prefix
	params    []string
	cookies   []string
	usual     bool // tokens are in the default places, since the rule names none
	forward   bool
	payload   string      // the header of the payload
	claims    [][2]string // headers and claims
	delimited []string    // claims whose words are values
}

func readTokens(m *simulate.Manifest, order int) *tokens {
	out := &tokens{manifest: m, order: order}
	for i, n := range source.Elements(source.Field(m.Spec(), "jwtRules")) {
		text := func(key string) string { return source.Text(source.Field(n, key)) }
		r := tokenRule{
			manifest: m, path: source.JoinIndex("spec.jwtRules", i), issuer: text("issuer"), keys: text("jwksUri"),
			audiences: source.Texts(source.Field(n, "audiences")), params: source.Texts(source.Field(n, "fromParams")), cookies: source.Texts(source.Field(n, "fromCookies")),
			payload: text("outputPayloadToHeader"), delimited: append([]string{"scope", "permission"}, source.Texts(source.Field(n, "spaceDelimitedClaims"))...),
		}
		if inline := text("jwks"); inline != "" {
			r.keys = inline
		}
		r.forward, _ = source.Bool(source.Field(n, "forwardOriginalToken"))
		for _, h := range source.Elements(source.Field(n, "fromHeaders")) {
			r.headers = append(r.headers, [2]string{source.Text(source.Field(h, "name")), source.Text(source.Field(h, "prefix"))})
		}
		for _, c := range source.Elements(source.Field(n, "outputClaimToHeaders")) {
			r.claims = append(r.claims, [2]string{source.Text(source.Field(c, "header")), source.Text(source.Field(c, "claim"))})
		}
		if len(r.headers)+len(r.params)+len(r.cookies) == 0 {
			r.headers, r.params, r.usual = [][2]string{{"Authorization", "Bearer "}}, []string{"access_token"}, true
		}
		out.rules = append(out.rules, r)
	}
	if !m.Compiled {
		out.unread = simulate.RequestAuthenticationFields.Unread(m.Root)
		out.refused, _ = RefusedTokens(m)
	}
	return out
}

// found is a token that a rule found, and where.
type found struct{ text, at string }

// findTokens returns every token in the places of a rule: in each line of headers,
// behind the prefix wherever it is, in parameters, and in cookies (envoy,
// jwt_authn/extractor.cc).
func (r *tokenRule) findTokens(q *simulate.Request) []found {
	var out []found
	for _, h := range r.headers {
		for _, line := range q.Headers {
			if !strings.EqualFold(line.Name, h[0]) {
				continue
			}
			if _, rest, ok := strings.Cut(line.Value, h[1]); ok && (rest != "" || h[1] == "") {
				out = append(out, found{rest, "the header " + h[0]})
			}
		}
	}
	_, query, _ := strings.Cut(q.Target, "?")
	values, _ := url.ParseQuery(query)
	for _, p := range r.params {
		if v := values.Get(p); v != "" {
			out = append(out, found{v, "the parameter " + p})
		}
	}
	for _, name := range r.cookies {
		if cookie, err := (&http.Request{Header: http.Header{"Cookie": lines(q, "Cookie")}}).Cookie(name); err == nil {
			out = append(out, found{cookie.Value, "the cookie " + name})
		}
	}
	return out
}

// lines returns the values of all headers of that name.
func lines(q *simulate.Request, name string) []string {
	var out []string
	for _, h := range q.Headers {
		if strings.EqualFold(h.Name, name) {
			out = append(out, h.Value)
		}
	}
	return out
}

// fault is the reason why a token is refused, "" if it is not.
type fault string

const (
	noToken       fault = "there is none"
	otherIssuer   fault = "its issuer is not configured"
	wrongAudience fault = "its audience is not allowed" // the one that is answered with 403
)

// verify returns why Envoy's jwt_authn refuses a text as a token of the rule. It
// tries all keys for a token without kid, and does not look at iat.
func (r *tokenRule) verify(token *simulate.Token, text string) fault {
	if strings.Count(text, ".") != 2 {
		return "it is not a JWT"
	}
	if !token.Is("jwt", text) {
		return "it cannot be verified"
	}
	if issuer, _ := token.Claims["iss"].(string); r.issuer != "" && issuer != r.issuer {
		return otherIssuer
	}
	return r.reasonInvalid(token)
}

func (r *tokenRule) reasonInvalid(t *simulate.Token) fault {
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
		if u, err := url.Parse(r.keys); err != nil || !strings.HasPrefix(u.Host, t.Key+".") {
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
	if len(r.audiences) > 0 && !slices.ContainsFunc(texts(t.Claims["aud"]), func(s string) bool {
		return slices.ContainsFunc(r.audiences, func(a string) bool { return bareAudience(a) == bareAudience(s) })
	}) {
		return wrongAudience
	}
	return ""
}

// bareAudience returns the part of an audience that Envoy compares
// (envoy/common/jwt/check_audience.cc).
func bareAudience(s string) string {
	for _, scheme := range []string{"http://", "https://"} {
		if rest, ok := strings.CutPrefix(s, scheme); ok {
			s = rest
			break
		}
	}
	return strings.TrimSuffix(s, "/")
}

// texts reads a claim as policies see it: a text, or the texts of a list.
func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, e := range v {
			if s, ok := e.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

// authenticate verifies tokens by all rules together. The first rule that verifies
// a token decides. A request without a token passes. Otherwise the last fault of a
// token of the rule's own issuer decides. On a port that is treated as TCP nobody
// looks at tokens.
func (c *call) authenticate(d *simulate.Decision) bool {
	if c.tcp || mayBePreflight(c.in) && c.isPreflight() {
		return true
	}
	var rules []*tokenRule
	for _, g := range c.guards.tokens {
		if g.when == nil || c.in.Holds(*g.when) {
			rules = append(rules, g.tokenRule)
		}
	}
	faults := make([]fault, len(rules))
	first, at := -1, found{}
	var usual []found // what rules find at the usual places
	known := false
	for i, r := range rules {
		if c.clearOutputs(r, d) {
			known = false
		}
		list := usual
		if !r.usual || !known {
			list = r.findTokens(c.in)
		}
		if r.usual {
			usual, known = list, true
		}
		faults[i] = noToken
		for _, f := range list {
			if faults[i] = r.verify(&c.in.Token, f.text); faults[i] != "" {
				at = f
				break
			}
			at = f
		}
		if faults[i] == "" {
			c.keepClaims(r, at, d)
			return true
		}
		if faults[i] != noToken && first < 0 {
			first = i
		}
	}
	if first < 0 {
		return true
	}
	last := first
	if len(faults) > 1 {
		for _, i := range append(indexes(faults), first) {
			if faults[i] != noToken && faults[i] != otherIssuer {
				last = i
			}
		}
	}
	c.refuseToken(rules[last], faults[last], at, d)
	return false
}

// refuseToken answers for a rule that refuses a token.
func (c *call) refuseToken(r *tokenRule, why fault, at found, d *simulate.Decision) {
	status := http.StatusUnauthorized
	if why == wrongAudience {
		status = http.StatusForbidden
	}
	text := string(why)
	if why == otherIssuer {
		text = fmt.Sprintf("its issuer %q is not configured", c.in.Token.Claims["iss"])
	}
	*d = simulate.Decision{
		Status: status, Cause: simulate.BadCredentials, At: r.manifest.At(r.path), Proofs: d.Proofs,
		Reason: fmt.Sprintf("%s refuses the token in %s: %s", r.manifest.ID(), at.at, text),
	}
}

func indexes(list []fault) []int {
	out := make([]int, len(list))
	for i := range list {
		out[i] = i
	}
	return out
}

// mayBePreflight reports whether a request may be a CORS preflight, which jwt_authn
// ignores.
func mayBePreflight(q *simulate.Request) bool {
	return q.Method == http.MethodOptions && (q.Free == simulate.AnyRequest || q.Header("Origin") != "" && q.Header("Access-Control-Request-Method") != "")
}

// isPreflight reports whether the request is a preflight, and asks the world about a symbolic
// request.
func (c *call) isPreflight() bool {
	return c.in.Free != simulate.AnyRequest || c.in.Header("Access-Control-Request-Method") != "" || c.in.Holds(simulate.Unknown{
		Why: simulate.Chosen, What: "it is a preflight of CORS", Key: "preflight",
		Example: []simulate.Header{{Name: "Origin", Value: "https://origin.test"}, {Name: "Access-Control-Request-Method", Value: "GET"}},
	})
}

// clearOutputs removes the headers that the rule writes claims to, which a client
// may have sent, and reports whether there are any.
func (c *call) clearOutputs(r *tokenRule, d *simulate.Decision) bool {
	names := r.outputs()
	for _, name := range names {
		c.in.RemoveHeader(name)
		d.Cleared = append(d.Cleared, strings.ToLower(name))
	}
	return len(names) > 0
}

// outputs returns the headers that the rule writes claims to.
func (r *tokenRule) outputs() []string {
	var out []string
	if r.payload != "" {
		out = append(out, r.payload)
	}
	for _, h := range r.claims {
		out = append(out, h[0])
	}
	return out
}

// keepClaims keeps the claims, writes those that have headers, and removes the
// token from the place where it was found.
func (c *call) keepClaims(r *tokenRule, at found, d *simulate.Decision) {
	claims := c.in.Token.Claims
	c.identity = &identity{claims: splitClaims(claims, r.delimited)}
	c.in.Verified = c.identity.claims
	d.Proofs, d.Keys = append(d.Proofs, "jwt"), append(d.Keys, r.source())
	if c.trail.On() {
		c.trail.Say(name, r.manifest.At(r.path), "%s verifies the token in %s", r.manifest.ID(), at.at)
	}
	if !r.forward {
		c.removeToken(at)
	}
	set := func(header, text string) {
		c.in.SetHeader(header, text)
		if d.Headers == nil {
			d.Headers = map[string]string{}
		}
		d.Headers[strings.ToLower(header)] = text
	}
	if r.payload != "" {
		set(r.payload, payloadText(claims))
	}
	for _, h := range r.claims {
		if text, ok := claimText(claimAt(claims, strings.Split(h[1], "."))); ok {
			set(h[0], text)
		}
	}
}

// splitClaims returns claims as conditions see them. The words of delimited claims
// are values of their own (pilot/pkg/security/authn, space_delimited_claims).
func splitClaims(claims map[string]any, delimited []string) map[string]any {
	out := maps.Clone(claims)
	if out == nil {
		out = map[string]any{}
	}
	for _, name := range delimited {
		if text, ok := out[name].(string); ok {
			words := []any{}
			for _, w := range strings.Fields(text) {
				words = append(words, w)
			}
			out[name] = words
		}
	}
	return out
}

// source returns where the keys of the rule come from.
func (r *tokenRule) source() string {
	if r.keys != "" {
		return r.keys
	}
	return strings.TrimSuffix(r.issuer, "/") + "/.well-known/openid-configuration"
}

// removeToken removes a token from its header or parameter; cookies are left.
func (c *call) removeToken(at found) {
	kind, place, _ := strings.Cut(strings.TrimPrefix(at.at, "the "), " ")
	switch kind {
	case "header":
		c.in.RemoveHeader(place)
	case "parameter":
		path, query, _ := strings.Cut(c.in.Target, "?")
		kept := slices.DeleteFunc(strings.Split(query, "&"), func(p string) bool {
			key, _, _ := strings.Cut(p, "=")
			return key == place
		})
		if c.in.Target = path; len(kept) > 0 {
			c.in.Target += "?" + strings.Join(kept, "&")
		}
	}
}

func payloadText(claims map[string]any) string {
	text, err := json.Marshal(claims)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// claimText writes a claim into a header (envoy, jwt_authn/authenticator.cc).
func claimText(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", false
	case string:
		return v, true
	case bool, float64, int, int64, json.Number:
		return fmt.Sprint(v), true
	}
	text, err := json.Marshal(v)
	return base64.StdEncoding.EncodeToString(text), err == nil
}

func claimAt(claims map[string]any, path []string) any {
	for len(path) > 1 {
		claims, _ = claims[path[0]].(map[string]any)
		path = path[1:]
	}
	return claims[path[0]]
}
