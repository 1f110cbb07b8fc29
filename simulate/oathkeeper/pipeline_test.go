package oathkeeper

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kgw-dev/kgw/internal/handlers"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

// piped returns a rule for http://h/x with sections of the pipeline as flow text; those
// that are not given let everything through.
func piped(sections ...string) string {
	text := "apiVersion: oathkeeper.ory.sh/v1alpha1\nkind: Rule\nmetadata: {name: r}\nspec:\n  upstream: {url: 'http://up.ns'}\n  match: {url: 'http://h/x', methods: [GET, POST]}\n"
	for section, usual := range map[string]string{"authenticators": "[{handler: noop}]", "authorizer": "{handler: allow}", "mutators": "[{handler: noop}]"} {
		if !strings.Contains(strings.Join(sections, "\n"), section+":") {
			text += "  " + section + ": " + usual + "\n"
		}
	}
	for _, s := range sections {
		if !strings.HasSuffix(s, ": absent") {
			text += "  " + s + "\n"
		}
	}
	return text
}

func jwtToken(claims map[string]any) simulate.Token {
	return simulate.Token{Kind: "jwt", Claims: claims}
}

func opaque(introspection map[string]any) simulate.Token {
	return simulate.Token{Kind: "opaque", Introspection: introspection}
}

func askX(token simulate.Token, headers ...simulate.Header) *simulate.Request {
	return &simulate.Request{Method: "GET", Scheme: "http", Host: "h", Target: "/x", Token: token, Headers: headers}
}

// TestAuthenticators holds whom authenticators let in: the first that is responsible
// decides, and its refusal ends the request.
func TestAuthenticators(t *testing.T) {
	none, me := simulate.Token{}, jwtToken(map[string]any{"sub": "me", "iss": "https://i", "aud": []any{"a", "b"}, "scp": []any{"read", "write"}})
	header := func(name, value string) simulate.Header { return simulate.Header{Name: name, Value: value} }
	for name, c := range map[string]struct {
		authenticators string
		r              *simulate.Request
		want           string
	}{
		"noop lets everybody in":                {"[{handler: noop}]", askX(none), "200 noop"},
		"unauthorized nobody":                   {"[{handler: unauthorized}]", askX(me), "401"},
		"absent is unauthorized":                {"absent", askX(me), "401"},
		"an empty list is broken":               {"[]", askX(me), "500"},
		"anonymous":                             {"[{handler: anonymous}]", askX(none), "200 anonymous"},
		"anonymous with an Authorization":       {"[{handler: anonymous}]", askX(none, header("Authorization", "x")), "401"},
		"noop before others":                    {"[{handler: noop}, {handler: jwt}]", askX(jwtToken(map[string]any{"exp": 1.0})), "200 noop"},
		"jwt":                                   {"[{handler: jwt}]", askX(me), "200 jwt"},
		"jwt without a token":                   {"[{handler: jwt}]", askX(none), "401"},
		"jwt then anonymous, without a token":   {"[{handler: jwt}, {handler: anonymous}]", askX(none), "200 anonymous"},
		"jwt then anonymous, with a bad one":    {"[{handler: jwt}, {handler: anonymous}]", askX(simulate.Token{Kind: "jwt", Valid: "expired"}), "401"},
		"a text that is not a JWT is not jwt's": {"[{handler: jwt}, {handler: oauth2_introspection}]", askX(opaque(map[string]any{"sub": "me"})), "200 oauth2_introspection"},
		"introspection first refuses a JWT":     {"[{handler: oauth2_introspection}, {handler: jwt}]", askX(me), "401"},
		"another scheme":                        {"[{handler: jwt}]", askX(none, header("Authorization", "Basic a.b.c")), "401"},
		"a text of three parts that is no JWT":  {"[{handler: jwt}, {handler: anonymous}]", askX(none, header("Authorization", "bearer a.b.c")), "401"},
		"the scheme in any case":                {"[{handler: jwt}]", askX(simulate.Token{Kind: "jwt", Via: simulate.Via{In: "bearer", Scheme: "BEARER"}}), "200 jwt"},

		"a scope":                   {"[{handler: jwt, config: {required_scope: [read]}}]", askX(me), "200 jwt"},
		"a scope that is missing":   {"[{handler: jwt, config: {required_scope: [admin]}}]", askX(me), "401"},
		"a wildcard of scopes":      {"[{handler: jwt, config: {required_scope: [read.x], scope_strategy: wildcard}}]", askX(jwtToken(map[string]any{"scp": []any{"read.*"}})), "200 jwt"},
		"scopes as words":           {"[{handler: jwt, config: {required_scope: [b]}}]", askX(jwtToken(map[string]any{"scope": "a b"})), "200 jwt"},
		"the first claim of scopes": {"[{handler: jwt, config: {required_scope: [b]}}]", askX(jwtToken(map[string]any{"scp": "a", "scope": "b"})), "401"},
		"a claim that is no scope":  {"[{handler: jwt, config: {required_scope: [b]}}]", askX(jwtToken(map[string]any{"scp": 7.0, "scopes": "b"})), "401"},
		"strategy none":             {"[{handler: jwt, config: {required_scope: [read], scope_strategy: none}}]", askX(me), "401"},
		"no scope is required":      {"[{handler: jwt, config: {scope_strategy: none}}]", askX(me), "200 jwt"},
		"an audience":               {"[{handler: jwt, config: {target_audience: [a, b]}}]", askX(me), "200 jwt"},
		"not all audiences":         {"[{handler: jwt, config: {target_audience: [a, c]}}]", askX(me), "401"},
		"audience as a text":        {"[{handler: jwt, config: {target_audience: [a]}}]", askX(jwtToken(map[string]any{"aud": "a"})), "200 jwt"},
		"audience with a number":    {"[{handler: jwt, config: {target_audience: [a]}}]", askX(jwtToken(map[string]any{"aud": []any{"a", 7.0}})), "401"},
		"an issuer":                 {"[{handler: jwt, config: {trusted_issuers: [x, 'https://i']}}]", askX(me), "200 jwt"},
		"another issuer":            {"[{handler: jwt, config: {trusted_issuers: [x]}}]", askX(me), "401"},
		"algorithms without RS256":  {"[{handler: jwt, config: {allowed_algorithms: [ES256]}}]", askX(me), "401"},
		"a key set of the key":      {"[{handler: jwt, config: {jwks_urls: ['https://a.test', 'https://own.test']}}]", askX(simulate.Token{Kind: "jwt", Key: "own"}), "200 jwt"},
		"no key set of the key":     {"[{handler: jwt, config: {jwks_urls: ['https://a.test']}}]", askX(simulate.Token{Kind: "jwt", Key: "own"}), "401"},
		"the key of the cluster":    {"[{handler: jwt, config: {jwks_urls: ['https://a.test']}}]", askX(simulate.Token{Kind: "jwt", Key: "main"}), "200 jwt"},

		"token from a header":              {"[{handler: jwt, config: {token_from: {header: X-T}}}]", askX(simulate.Token{Kind: "jwt", Via: simulate.Via{In: "header", Name: "X-T"}}), "200 jwt"},
		"token from that header alone":     {"[{handler: jwt, config: {token_from: {header: X-T}}}]", askX(me), "401"},
		"the header Authorization":         {"[{handler: jwt, config: {token_from: {header: Authorization}}}]", askX(me), "200 jwt"},
		"token from a parameter":           {"[{handler: jwt, config: {token_from: {query_parameter: tok}}}]", askX(simulate.Token{Kind: "jwt", Via: simulate.Via{In: "query", Name: "tok"}}), "200 jwt"},
		"token from a cookie":              {"[{handler: jwt, config: {token_from: {cookie: tok}}}]", askX(simulate.Token{Kind: "jwt", Via: simulate.Via{In: "cookie", Name: "tok"}}), "200 jwt"},
		"token from a cookie that is none": {"[{handler: jwt, config: {token_from: {cookie: tok}}}]", askX(me), "401"},

		"introspection":                    {"[{handler: oauth2_introspection, config: {required_scope: [read]}}]", askX(opaque(map[string]any{"scope": "read write"})), "200 oauth2_introspection"},
		"introspection without the scope":  {"[{handler: oauth2_introspection, config: {required_scope: [admin]}}]", askX(opaque(map[string]any{"scope": "read"})), "403"},
		"scopes are not known":             {"[{handler: oauth2_introspection, config: {required_scope: [admin]}}]", askX(simulate.Token{Kind: "opaque"}), "200 oauth2_introspection or 403"},
		"part of the facts is known":       {"[{handler: oauth2_introspection, config: {required_scope: [admin], target_audience: [a]}}]", askX(simulate.Token{Kind: "opaque", Partial: true, Introspection: map[string]any{"aud": "b", "scope": "admin"}}), "403"},
		"strategy none asks the endpoint":  {"[{handler: oauth2_introspection, config: {required_scope: [admin], scope_strategy: none}}]", askX(opaque(map[string]any{})), "200 oauth2_introspection"},
		"introspection and the audience":   {"[{handler: oauth2_introspection, config: {target_audience: [a]}}]", askX(opaque(map[string]any{"aud": []any{"a"}})), "200 oauth2_introspection"},
		"another audience":                 {"[{handler: oauth2_introspection, config: {target_audience: [a]}}]", askX(opaque(map[string]any{"aud": "b"})), "403"},
		"an audience that cannot be read":  {"[{handler: oauth2_introspection}]", askX(opaque(map[string]any{"aud": 7.0})), "500"},
		"introspection and the issuer":     {"[{handler: oauth2_introspection, config: {trusted_issuers: [i]}}]", askX(opaque(map[string]any{"iss": "x"})), "403"},
		"an inactive token":                {"[{handler: oauth2_introspection}]", askX(simulate.Token{Kind: "opaque", Valid: "inactive"}), "401"},
		"a token that the endpoint lost":   {"[{handler: oauth2_introspection}]", askX(opaque(map[string]any{"active": false})), "401"},
		"an expired token":                 {"[{handler: oauth2_introspection}]", askX(simulate.Token{Kind: "opaque", Valid: "expired"}), "401"},
		"a refresh token":                  {"[{handler: oauth2_introspection}]", askX(simulate.Token{Kind: "opaque", Valid: "refresh_token"}), "403"},
		"an access token":                  {"[{handler: oauth2_introspection}]", askX(simulate.Token{Kind: "opaque", Valid: "access_token"}), "200 oauth2_introspection"},
		"a token without an end":           {"[{handler: oauth2_introspection}]", askX(simulate.Token{Kind: "opaque", Valid: "no_exp"}), "200 oauth2_introspection"},
		"an endpoint that fails":           {"[{handler: oauth2_introspection}]", askX(simulate.Token{Kind: "opaque", Valid: "endpoint_error"}), "500"},
		"a prefix that the token lacks":    {"[{handler: oauth2_introspection, config: {prefix: ory_}}]", askX(opaque(nil)), "401"},
		"a prefix that it has":             {"[{handler: oauth2_introspection, config: {prefix: ory_}}]", askX(simulate.Token{Kind: "opaque", Prefix: "ory_"}), "200 oauth2_introspection"},
		"an endpoint that does not answer": {"[{handler: oauth2_introspection, config: {introspection_url: 'http://broken.test'}}]", askX(opaque(nil)), "500"},

		"cookie_session":                      {"[{handler: cookie_session}]", askX(none, header("Cookie", "a=1")), "200 cookie_session"},
		"cookie_session without a cookie":     {"[{handler: cookie_session}]", askX(none), "401"},
		"cookie_session of another cookie":    {"[{handler: cookie_session, config: {only: [sid]}}]", askX(none, header("Cookie", "a=1")), "401"},
		"cookie_session of its cookie":        {"[{handler: cookie_session, config: {only: [x, sid]}}]", askX(none, header("Cookie", "sid=1")), "200 cookie_session"},
		"a refused session stops":             {"[{handler: cookie_session}, {handler: anonymous}]", askX(simulate.Token{Session: &simulate.Session{Status: 401}}, header("Cookie", "a=1")), "401"},
		"no cookie goes on":                   {"[{handler: cookie_session}, {handler: anonymous}]", askX(none), "200 anonymous"},
		"bearer_token":                        {"[{handler: bearer_token}]", askX(opaque(nil)), "200 bearer_token"},
		"bearer_token of an unknown text":     {"[{handler: bearer_token}, {handler: anonymous}]", askX(none, header("Authorization", "Bearer x")), "401"},
		"bearer_token of a bad token":         {"[{handler: bearer_token}]", askX(simulate.Token{Kind: "opaque", Valid: "expired"}), "401"},
		"bearer_token with a session":         {"[{handler: bearer_token}]", askX(simulate.Token{Kind: "opaque", Session: &simulate.Session{Subject: "me"}}), "200 bearer_token"},
		"bearer_token without the prefix":     {"[{handler: bearer_token, config: {prefix: p_}}, {handler: anonymous}]", askX(opaque(nil)), "401"},
		"client credentials":                  {"[{handler: oauth2_client_credentials}]", askX(none, header("Authorization", "Basic bWU6c2VjcmV0")), "200 oauth2_client_credentials"},
		"no client credentials":               {"[{handler: oauth2_client_credentials}]", askX(none), "401"},
		"a name that is not encoded":          {"[{handler: oauth2_client_credentials}]", askX(none, header("Authorization", "Basic JTp4")), "401"},
		"a handler that Oathkeeper lacks":     {"[{handler: ldap}]", askX(none), "404"},
		"a configuration against the schema":  {"[{handler: jwt, config: {unknown: 1}}]", askX(me), "500"},
		"an authorization that is incomplete": {"[{handler: oauth2_introspection, config: {pre_authorization: {enabled: true, client_id: a}}}]", askX(opaque(nil)), "500"},
	} {
		t.Run(name, func(t *testing.T) {
			checkPipeline(t, loaded(t, piped("authenticators: "+c.authenticators)), c.r, c.want)
		})
	}
}

// checkPipeline holds the outcomes of a request, with what they prove.
func checkPipeline(t *testing.T, e *Engine, r *simulate.Request, want string) {
	t.Helper()
	d := simulate.Outcomes(r, nil, e.Decide)
	var got []string
	for _, o := range d.Each() {
		got = append(got, strings.TrimSpace(fmt.Sprint(o.Decision.Status, " ", strings.Join(o.Decision.Proofs, " "))))
		if len(got) == 2 && got[1] < got[0] {
			got[0], got[1] = got[1], got[0]
		}
	}
	if text := strings.Join(got, " or "); text != want {
		t.Errorf("%s (%s), want %s", text, d.Reason, want)
	}
}

// TestAnswersOfServices: what services reply that are asked is an input; one that is
// not told lets through.
func TestAnswersOfServices(t *testing.T) {
	basic := simulate.Header{Name: "Authorization", Value: "Basic bWU6c2VjcmV0"}
	cookie := simulate.Header{Name: "Cookie", Value: "a=1"}
	for _, c := range []struct {
		section, handler string
		header           simulate.Header
		status           int
		want             string
	}{
		{"authorizer: {handler: remote, config: {remote: 'http://r'}}", "remote", cookie, 200, "200 noop"},
		{"authorizer: {handler: remote, config: {remote: 'http://r'}}", "remote", cookie, 403, "403"},
		{"authorizer: {handler: remote, config: {remote: 'http://r'}}", "remote", cookie, 401, "500"},
		{"authorizer: {handler: remote_json, config: {remote: 'http://r', payload: '{}'}}", "remote_json", cookie, 403, "403"},
		{"authorizer: {handler: keto_engine_acp_ory, config: {base_url: 'http://k', required_action: a, required_resource: b}}", "keto_engine_acp_ory", cookie, 500, "500"},
		{"authorizer: {handler: deny}", "", cookie, 0, "403"},
		{"authorizer: absent", "", cookie, 0, "403"},
		{"authorizer: {handler: remote, config: {other: 1}}", "", cookie, 0, "500"},
		{"authenticators: [{handler: cookie_session}]", "cookie_session", cookie, 200, "200 cookie_session"},
		{"authenticators: [{handler: cookie_session}]", "cookie_session", cookie, 500, "401"},
		{"authenticators: [{handler: oauth2_introspection}]", "oauth2_introspection", simulate.Header{Name: "Authorization", Value: "Bearer x"}, 400, "500"},
		{"authenticators: [{handler: oauth2_client_credentials}]", "oauth2_client_credentials", basic, 503, "503"},
		{"authenticators: [{handler: oauth2_client_credentials}]", "oauth2_client_credentials", basic, 400, "401"},
		{"authenticators: [{handler: oauth2_client_credentials}]", "oauth2_client_credentials", basic, 200, "200 oauth2_client_credentials"},
		{"mutators: [{handler: hydrator, config: {api: {url: 'http://y'}}}]", "hydrator", cookie, 200, "200 noop"},
		{"mutators: [{handler: hydrator, config: {api: {url: 'http://y'}}}]", "hydrator", cookie, 401, "500"},
		{"mutators: [{handler: hydrator, config: {api: {url: 'http://y'}, cache: {enabled: true}}}]", "", cookie, 0, "500"},
		{"mutators: []", "", cookie, 0, "500"},
		{"mutators: absent", "", cookie, 0, "200 noop"},
	} {
		r := askX(simulate.Token{}, c.header)
		if c.handler != "" {
			r.Answers = map[string]int{c.handler: c.status}
		}
		t.Run(fmt.Sprint(c.section, " ", c.status), func(t *testing.T) { checkPipeline(t, loaded(t, piped(c.section)), r, c.want) })
	}
}

// TestAskedAreNamed: who is supposed to say yes is told with the decision, and how it
// is asked tells two configurations apart.
func TestAskedAreNamed(t *testing.T) {
	asked := func(config string) []string {
		d := loaded(t, piped("authorizer: {handler: remote, config: {"+config+"}}", "mutators: [{handler: hydrator, config: {api: {url: 'http://y'}}}]")).Decide(askX(simulate.Token{}), nil)
		return d.Asked
	}
	one, two := asked("remote: 'http://r', headers: {a: b}"), asked("remote: 'http://r'")
	if len(one) != 2 || !strings.HasPrefix(one[0], "remote http://r (") || !strings.HasPrefix(one[1], "hydrator http://y (") {
		t.Errorf("%q", one)
	}
	if one[0] == two[0] || one[1] != two[1] {
		t.Errorf("%q and %q", one, two)
	}
}

// TestKeysOfProofs: a proof names the addresses that were asked about the token.
func TestKeysOfProofs(t *testing.T) {
	for handler, want := range map[string]string{
		"{handler: jwt, config: {jwks_urls: ['https://b', 'https://a']}}":           "[https://a https://b]",
		"{handler: oauth2_introspection, config: {introspection_url: 'https://i'}}": "[https://i]",
		"{handler: bearer_token, config: {check_session_url: 'https://c'}}":         "[https://c]",
	} {
		token := opaque(nil)
		if strings.Contains(handler, "jwt") {
			token = jwtToken(nil)
		}
		if d := loaded(t, piped("authenticators: ["+handler+"]")).Decide(askX(token), nil); fmt.Sprint(d.Keys) != want {
			t.Errorf("%s: %v %s", handler, d.Keys, d.Reason)
		}
	}
}

// TestTimes holds the times of a token's own claims.
func TestTimes(t *testing.T) {
	now := time.Unix(1000, 0)
	for _, c := range []struct {
		claims map[string]any
		want   string
	}{
		{nil, ""},
		{map[string]any{"exp": 1001.0}, ""},
		{map[string]any{"exp": 1000.0}, "it is expired"},
		{map[string]any{"exp": 0.0}, ""},
		{map[string]any{"exp": nil}, ""},
		{map[string]any{"exp": "1"}, "its claim exp is not a number"},
		{map[string]any{"nbf": 1000.0}, ""},
		{map[string]any{"nbf": 1001.0}, "it is not valid yet"},
		{map[string]any{"iat": 1001.0}, "it was issued in the future"},
		{map[string]any{"iat": 999.0}, ""},
	} {
		if got := outOfTime(c.claims, now); got != c.want {
			t.Errorf("%v: %q, want %q", c.claims, got, c.want)
		}
	}
	for _, valid := range []string{"expired", "not_yet_valid", "future_iat", "bad_signature", "no_kid", "unknown_kid", "alg_none"} {
		checkPipeline(t, loaded(t, piped("authenticators: [{handler: jwt}]")), askX(simulate.Token{Kind: "jwt", Valid: valid}), "401")
	}
	checkPipeline(t, loaded(t, piped("authenticators: [{handler: jwt}]")), askX(simulate.Token{Kind: "jwt", Valid: "no_exp"}), "200 jwt")
}

// TestGlobalConfiguration: what the cluster configures is under what the rule says,
// and a handler that it does not enable is broken.
func TestGlobalConfiguration(t *testing.T) {
	config := func(text string) source.Object {
		o, _ := source.Value(source.NodeOfText(text)).(source.Object)
		return o
	}
	global := map[string]map[string]handlers.Defaults{
		"authenticators": {"jwt": {Config: config("{jwks_urls: ['https://main.test'], required_scope: [a], scope_strategy: exact}")}, "noop": {Disabled: true}, "anonymous": {}},
		"authorizers":    {"allow": {}}, "mutators": {"noop": {}}, "errors": {"json": {}},
	}
	for name, c := range map[string]struct {
		authenticators string
		token          simulate.Token
		want           string
	}{
		"the global scope":                {"[{handler: jwt}]", jwtToken(map[string]any{"scp": "a"}), "200 jwt"},
		"the global scope is missing":     {"[{handler: jwt}]", jwtToken(map[string]any{"scp": "b"}), "401"},
		"the rule's own scope":            {"[{handler: jwt, config: {required_scope: [b]}}]", jwtToken(map[string]any{"scp": "b"}), "200 jwt"},
		"a handler that is disabled":      {"[{handler: noop}]", simulate.Token{}, "500"},
		"a handler that is not there":     {"[{handler: bearer_token}]", simulate.Token{}, "500"},
		"an enabled one":                  {"[{handler: anonymous}]", simulate.Token{}, "200 anonymous"},
		"the main key is the cluster's":   {"[{handler: jwt, config: {required_scope: [], jwks_urls: ['https://other.test']}}]", simulate.Token{Kind: "jwt", Key: "main"}, "401"},
		"the main key in its own key set": {"[{handler: jwt, config: {required_scope: []}}]", simulate.Token{Kind: "jwt", Key: "main"}, "200 jwt"},
	} {
		t.Run(name, func(t *testing.T) {
			e := Load(simulatetest.Manifests(t, "default", piped("authenticators: "+c.authenticators)), Options{Handlers: global})
			checkPipeline(t, e, askX(c.token), c.want)
		})
	}
}

// TestErrorHandlers holds who answers where a request does not get through, and with
// which status.
func TestErrorHandlers(t *testing.T) {
	header := func(name, value string) simulate.Header { return simulate.Header{Name: name, Value: value} }
	refused := "authenticators: [{handler: unauthorized}]"
	for name, c := range map[string]struct {
		errors string
		o      Options
		header simulate.Header
		want   string
	}{
		"none":                                 {"[]", Options{}, header("x", "y"), "401"},
		"a redirect":                           {"[{handler: redirect, config: {to: 'http://l'}}]", Options{}, header("x", "y"), "302"},
		"a redirect for good":                  {"[{handler: redirect, config: {to: 'http://l', code: 301}}]", Options{}, header("x", "y"), "301"},
		"www_authenticate":                     {"[{handler: www_authenticate}]", Options{}, header("x", "y"), "401"},
		"a condition that does not hold":       {"[{handler: redirect, config: {to: 'http://l', when: [{error: [forbidden]}]}}]", Options{}, header("x", "y"), "401"},
		"a condition that holds":               {"[{handler: redirect, config: {to: 'http://l', when: [{error: [unauthorized]}]}}]", Options{}, header("x", "y"), "302"},
		"one of two conditions":                {"[{handler: redirect, config: {to: 'http://l', when: [{error: [forbidden]}, {request: {header: {accept: [text/html]}}}]}}]", Options{}, header("Accept", "text/html;q=0.9, x/y"), "302"},
		"another type is accepted":             {"[{handler: redirect, config: {to: 'http://l', when: [{request: {header: {accept: [text/html]}}}]}}]", Options{}, header("Accept", "application/json"), "401"},
		"types by a wildcard of the condition": {"[{handler: redirect, config: {to: 'http://l', when: [{request: {header: {accept: ['text/*']}}}]}}]", Options{}, header("Accept", "text/html"), "302"},
		"a wildcard of the request is a text":  {"[{handler: redirect, config: {to: 'http://l', when: [{request: {header: {accept: [text/html]}}}]}}]", Options{}, header("Accept", "*/*"), "401"},
		"the type of the content":              {"[{handler: redirect, config: {to: 'http://l', when: [{request: {header: {content_type: [text/html]}}}]}}]", Options{}, header("Content-Type", "text/html; charset=x"), "302"},
		"a type that cannot be read":           {"[{handler: redirect, config: {to: 'http://l', when: [{request: {header: {content_type: [text/html]}}}]}}]", Options{}, header("Content-Type", "text/html; ;"), "500"},
		"no content is a stream of bytes":      {"[{handler: redirect, config: {to: 'http://l', when: [{request: {header: {content_type: [application/octet-stream]}}}]}}]", Options{}, header("x", "y"), "302"},
		"two that are responsible":             {"[{handler: redirect, config: {to: 'http://l'}}, {handler: json}]", Options{}, header("x", "y"), "500"},
		"a configuration against the schema":   {"[{handler: redirect, config: {unknown: 1}}]", Options{}, header("x", "y"), "500"},
		"a handler that does not exist":        {"[{handler: teapot}]", Options{}, header("x", "y"), "500"},
		"the fallback":                         {"[]", Options{Fallback: []string{"redirect", "json"}}, header("x", "y"), "302"},
		"a fallback that does not exist":       {"[]", Options{Fallback: []string{"teapot"}}, header("x", "y"), "500"},
	} {
		t.Run(name, func(t *testing.T) {
			e := Load(simulatetest.Manifests(t, "default", piped(refused, "errors: "+c.errors)), c.o)
			checkPipeline(t, e, askX(simulate.Token{}, c.header), c.want)
		})
	}
}
