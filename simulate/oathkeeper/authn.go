package oathkeeper

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/internal/scope"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// authenticator returns why it is not responsible, or how it fails. It lets the
// caller in if both results are empty. The sources are those of Oathkeeper v0.40.9,
// pipeline/authn.
type authenticator func(x *exchange, h *handler) (notResponsible string, f *failure)

var simAuthenticators = map[string]authenticator{
	"noop": func(*exchange, *handler) (string, *failure) { return "", nil },
	"unauthorized": func(_ *exchange, h *handler) (string, *failure) {
		return "", newFailure(401, simulate.Denied, h.at, "unauthorized refuses every request")
	},
	"anonymous":                 anonymous,
	"jwt":                       jwt,
	"oauth2_introspection":      introspection,
	"oauth2_client_credentials": clientCredentials,
	"bearer_token":              bearerToken,
	"cookie_session":            cookieSession,
}

func anonymous(x *exchange, h *handler) (string, *failure) {
	if x.http.Header.Get("Authorization") != "" {
		return "there is an Authorization header", nil
	}
	x.session.Subject = orElse(textAt(h.config, "subject"), "anonymous")
	return "", nil
}

// tokenOf finds the token where the handler looks for it
// (helper/bearer.go).
func tokenOf(x *exchange, h *handler) string {
	from, _ := objectAt(h.config, "token_from")
	for _, m := range from {
		name, _ := m.Value.(string)
		switch {
		case m.Key == "header" && name != "Authorization":
			return x.http.Header.Get(name)
		case m.Key == "query_parameter":
			return x.http.URL.Query().Get(name)
		case m.Key == "cookie":
			c, err := x.http.Cookie(name)
			if err != nil {
				return ""
			}
			return c.Value
		}
	}
	scheme, token, ok := strings.Cut(x.http.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	return token
}

func jwt(x *exchange, h *handler) (string, *failure) {
	text := tokenOf(x, h)
	if text == "" {
		return "it finds no token", nil
	}
	if strings.Count(text, ".") != 2 {
		return "the token is not a JWT", nil
	}
	bad := func(format string, args ...any) (string, *failure) {
		return "", newFailure(401, simulate.BadCredentials, h.at, "jwt refuses the token: "+format, args...)
	}
	token := &x.in.Token
	if !token.Is("jwt", text) {
		return bad("its signature does not verify")
	}
	if why := x.e.unverified(token, h); why != "" {
		return bad("%s", why)
	}
	if why := outOfTime(token.Claims, time.Now()); why != "" {
		return bad("%s", why)
	}
	for _, want := range h.config.Texts("target_audience") {
		if !slices.Contains(audience(token.Claims["aud"]), want) {
			return bad("its audience lacks %q", want)
		}
	}
	issuer, _ := token.Claims["iss"].(string)
	if trusted := h.config.Texts("trusted_issuers"); len(trusted) > 0 && !slices.Contains(trusted, issuer) {
		return bad("its issuer %q is not trusted", issuer)
	}
	have, key := scopes(token.Claims)
	if missing := missingScope(h.config, have); missing != "" {
		return bad("%s (Oathkeeper answers 401 to that, not 403)", missing)
	}
	x.session.Subject, _ = token.Claims["sub"].(string)
	x.session.Extra = extraClaims(token.Claims, have, key)
	return "", nil
}

// unverified returns why the token's signature or period of validity is refused, "" if it is not.
func (e *Engine) unverified(t *simulate.Token, h *handler) string {
	switch t.Valid {
	case "expired":
		return "it is expired"
	case "not_yet_valid":
		return "it is not valid yet"
	case "future_iat":
		return "it was issued in the future"
	case "bad_signature":
		return "its signature does not verify"
	case "no_kid":
		return "its header has no kid"
	case "unknown_kid":
		return "no key set has its kid"
	case "alg_none":
		return "it is not signed"
	}
	if algorithms := h.config.Texts("allowed_algorithms"); len(algorithms) > 0 && !slices.Contains(algorithms, "RS256") {
		return "its algorithm RS256 is not allowed"
	}
	urls := h.config.Texts("jwks_urls")
	if e.options.Handlers == nil && len(urls) == 0 {
		return ""
	}
	for _, u := range urls {
		if e.hasKey(u, t.Key) {
			return ""
		}
	}
	return "no key set of the rule has its key"
}

// hasKey reports whether a key set has the key: see simulate.Token.Key.
func (e *Engine) hasKey(address, key string) bool {
	if key == "" {
		return true
	}
	if key == "main" {
		global, known := e.options.Handlers["authenticators"]["jwt"]
		return !known || slices.Contains(global.Config.Texts("jwks_urls"), address)
	}
	return hostBeginsWith(address, key)
}

func hostBeginsWith(address, label string) bool {
	u, err := url.Parse(address)
	return err == nil && strings.HasPrefix(u.Host, label+".")
}

// outOfTime checks the times in the claims, and returns which of them is wrong.
func outOfTime(claims map[string]any, now time.Time) string {
	for _, c := range []struct {
		name  string
		after bool // the time must be past
		why   string
	}{{"exp", false, "it is expired"}, {"nbf", true, "it is not valid yet"}, {"iat", true, "it was issued in the future"}} {
		v, has := claims[c.name]
		if !has || v == nil {
			continue
		}
		seconds, ok := v.(float64)
		if !ok {
			return "its claim " + c.name + " is not a number"
		}
		if seconds == 0 {
			continue
		}
		at := time.Unix(int64(seconds), 0)
		if c.after && now.Before(at) || !c.after && !now.Before(at) {
			return c.why
		}
	}
	return ""
}

// audience reads a claim that is a text or a list of texts.
func audience(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		out := make([]string, 0, len(v))
		for _, e := range v {
			s, ok := e.(string)
			if !ok {
				return nil
			}
			out = append(out, s)
		}
		return out
	}
	return nil
}

// extraClaims returns the part of a JWT that templates see: its claims, with the scopes under scp.
func extraClaims(claims map[string]any, have []string, key string) map[string]any {
	out := map[string]any{"iat": 1.0, "exp": 2.0}
	for k, v := range claims {
		out[k] = v
	}
	delete(out, key)
	out["scp"] = have
	return out
}

// introspected is the answer of an introspection endpoint as Oathkeeper reads
// it.
type introspected struct {
	Active   bool           `json:"active"`
	Extra    map[string]any `json:"ext"`
	Subject  string         `json:"sub"`
	Username string         `json:"username"`
	Audience introAudience  `json:"aud"`
	Type     string         `json:"token_type"`
	Issuer   string         `json:"iss"`
	ClientID string         `json:"client_id"`
	Scope    string         `json:"scope"`
	Expires  int64          `json:"exp"`
	Use      string         `json:"token_use"`
}

type introAudience []string

// UnmarshalJSON reads a text or a list of texts.
func (a *introAudience) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil && data[0] == '"' {
		*a = introAudience{one}
		return nil
	}
	var many []string
	err := json.Unmarshal(data, &many)
	if *a = many; err == nil && many == nil {
		return &json.UnsupportedValueError{Str: "aud"}
	}
	return err
}

func introspection(x *exchange, h *handler) (string, *failure) {
	text := tokenOf(x, h)
	if text == "" {
		return "it finds no token", nil
	}
	if prefix := textAt(h.config, "prefix"); !strings.HasPrefix(text, prefix) {
		return "the token does not begin with " + prefix, nil
	}
	token := &x.in.Token
	if status, told := x.in.Answers[h.name]; told && status != 200 || hostBeginsWith(textAt(h.config, "introspection_url"), "broken") || token.Is("opaque", text) && token.Valid == "endpoint_error" {
		return "", newFailure(500, simulate.Endpoint, h.at, "the introspection endpoint does not answer 200")
	}
	answer, err := introspect(token, text)
	if err != nil {
		return "", newFailure(500, simulate.Endpoint, h.at, "Oathkeeper cannot read the introspection endpoint's answer")
	}
	if f, fact := answer.refusal(h); f != nil {
		if fact == "" || token.Knows(fact) || !token.Is("opaque", text) || !x.in.Holds(simulate.Unknown{
			Why: simulate.Asked, At: h.at, What: "the answer of the introspection endpoint has what rule " + x.rule.id + " demands", Needs: "token.introspection in a test, or --scopes, or --introspection",
		}) {
			return "", f
		}
	}
	x.session.Subject = answer.Subject
	x.session.Extra = answer.Extra
	if x.session.Extra == nil {
		x.session.Extra = map[string]any{}
	}
	x.session.Extra["username"], x.session.Extra["client_id"], x.session.Extra["scope"] = answer.Username, answer.ClientID, answer.Scope
	if len(answer.Audience) > 0 {
		x.session.Extra["aud"] = []string(answer.Audience)
	}
	return "", nil
}

// introspect asks the endpoint about a text. The endpoint knows only the request's
// opaque token.
func introspect(t *simulate.Token, text string) (*introspected, error) {
	if !t.Is("opaque", text) || t.Valid == "inactive" {
		return &introspected{}, nil
	}
	answer := map[string]any{"active": true, "exp": time.Now().Unix() + 3600}
	for k, v := range t.Introspection {
		answer[k] = v
	}
	switch t.Valid {
	case "expired":
		answer["exp"] = time.Now().Unix() - 3600
	case "no_exp":
		delete(answer, "exp")
	case "refresh_token", "access_token":
		answer["token_use"] = t.Valid
	}
	data, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	out := &introspected{}
	return out, json.Unmarshal(data, out)
}

// refusal returns why a token is refused, nil if it is not, and the fact that is
// missing, "" where a fact that is present refuses it.
func (a *introspected) refusal(h *handler) (f *failure, fact string) {
	bad := func(fact string, status int, cause simulate.Cause, format string, args ...any) (*failure, string) {
		return newFailure(status, cause, h.at, "oauth2_introspection refuses the token: "+format, args...), fact
	}
	switch {
	case a.Use != "" && a.Use != "access_token":
		return bad("", 403, simulate.NotSufficient, "it is not an access token but %q", a.Use)
	case !a.Active:
		return bad("", 401, simulate.BadCredentials, "the endpoint does not know it, or it is not active")
	case a.Expires > 0 && time.Unix(a.Expires, 0).Before(time.Now()):
		return bad("", 401, simulate.BadCredentials, "it is expired")
	}
	for _, want := range h.config.Texts("target_audience") {
		if !slices.Contains(a.Audience, want) {
			return bad("aud", 403, simulate.NotSufficient, "its audience lacks %q", want)
		}
	}
	if trusted := h.config.Texts("trusted_issuers"); len(trusted) > 0 && !slices.Contains(trusted, a.Issuer) {
		return bad("iss", 403, simulate.NotSufficient, "its issuer %q is not trusted", a.Issuer)
	}
	if scope.Strategy(strings.ToLower(textAt(h.config, "scope_strategy"))) == nil {
		return nil, "" // the endpoint is asked to look at the scopes
	}
	if missing := missingScope(h.config, strings.Split(a.Scope, " ")); missing != "" {
		return bad("scope", 403, simulate.NotSufficient, "%s", missing)
	}
	return nil, ""
}

func clientCredentials(x *exchange, h *handler) (string, *failure) {
	user, _, ok := x.http.BasicAuth()
	if !ok {
		return "there are no Basic credentials", nil
	}
	if _, err := url.QueryUnescape(user); err != nil {
		return "", newFailure(401, simulate.BadCredentials, h.at, "the client's name is not encoded as it should be")
	}
	switch status, told := x.in.Answers[h.name]; {
	case !told:
		x.recordAssumption(h, "the token endpoint accepts the client")
	case slices.Contains([]int{500, 503, 504, 404}, status):
		return "", newFailure(status, simulate.Endpoint, h.at, "the token endpoint answers %d", status)
	case status != 200:
		return "", newFailure(401, simulate.BadCredentials, h.at, "the token endpoint refuses the client: it answers %d", status)
	}
	x.session.Subject = user
	return "", nil
}

func bearerToken(x *exchange, h *handler) (string, *failure) {
	text := tokenOf(x, h)
	if text == "" || !strings.HasPrefix(text, textAt(h.config, "prefix")) {
		return "it finds no token", nil
	}
	if t := &x.in.Token; t.Session == nil && (text != t.Text() || t.Kind == "malformed" || !t.OK()) {
		return "", newFailure(401, simulate.BadCredentials, h.at, "bearer_token refuses the token: the session store does not know it")
	}
	return x.useSession(h, "the token")
}

// useSession uses the session of the request, or assumes that the session store
// knows one. A store that does not answer 200 ends the request: no other
// authenticator is asked.
func (x *exchange) useSession(h *handler, what string) (string, *failure) {
	s := x.in.Token.Session
	if status, told := x.in.Answers[h.name]; told && status != 200 {
		s = &simulate.Session{Status: status}
	}
	if s == nil {
		x.recordAssumption(h, "the session store knows "+what)
		x.unknown = h
		return "", nil
	}
	if !s.OK() {
		return "", newFailure(401, simulate.BadCredentials, h.at, "%s refuses %s: the session store answers %d", h.name, what, s.Status)
	}
	x.session.Subject, x.session.Extra = s.Subject, s.Extra
	return "", nil
}

func cookieSession(x *exchange, h *handler) (string, *failure) {
	only := h.config.Texts("only")
	has := func(name string) bool { _, err := x.http.Cookie(name); return err == nil }
	if len(only) == 0 && len(x.http.Cookies()) == 0 || len(only) > 0 && !slices.ContainsFunc(only, has) {
		return "there is no session cookie", nil
	}
	return x.useSession(h, "the cookie")
}

// recordAssumption records an assumption about a service that kgw does not ask.
func (x *exchange) recordAssumption(h *handler, what string) {
	x.trail.Say(name, h.at, "kgw assumes that %s", what)
}

// scopes reads the first of the claims that may hold scopes, as
// credentials/verifier_default.go does.
func scopes(claims map[string]any) (have []string, key string) {
	for _, k := range []string{"scp", "scope", "scopes"} {
		v, ok := claims[k]
		if !ok {
			continue
		}
		switch v := v.(type) {
		case string:
			if v == "" {
				return []string{}, k
			}
			return strings.Split(v, " "), k
		case []any:
			have = make([]string, len(v))
			for i := range v {
				have[i], _ = v[i].(string)
			}
			return have, k
		}
		return []string{}, k
	}
	return []string{}, ""
}

// missingScope returns a required scope that the token does not have, "" if it has all.
func missingScope(config source.Object, have []string) string {
	required := config.Texts("required_scope")
	strategy := scope.Strategy(strings.ToLower(textAt(config, "scope_strategy")))
	if strategy == nil && len(required) > 0 {
		return "scopes are required, but scope_strategy is none"
	}
	for _, want := range required {
		if !strategy(have, want) {
			return "it lacks the scope \"" + want + "\""
		}
	}
	return ""
}
