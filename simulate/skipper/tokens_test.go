package skipper

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
)

// askedFor returns what becomes of a request for h/p in all worlds: each status, cause
// or upstream with its proofs, and what the upstream gets in the header X-S.
func askedFor(t *testing.T, routes string, r simulate.Request) string {
	t.Helper()
	r.Method, r.Scheme, r.Host = "GET", "https", "h"
	if r.Target == "" {
		r.Target = "/p"
	}
	d := simulate.Outcomes(&r, nil, engineOf(t, groupOf(routes)).Decide)
	var out []string
	for _, o := range d.Each() {
		one := fmt.Sprint(o.Decision.Status, " ", o.Decision.Cause)
		if o.Decision.Passed() {
			one = strings.TrimSpace(o.Decision.Upstream + " " + strings.Join(o.Decision.Proofs, ","))
			if v := o.Decision.Next.Header("X-S"); v != "" {
				one += " X-S: " + v
			}
			if o.Decision.Next.Target != "/p" {
				one += " at " + o.Decision.Next.Target
			}
		}
		out = append(out, one)
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), " or ")
}

// TestIntrospection holds filters that ask an introspection endpoint to what its answer
// has; what a filter set in the caller's place proves nothing of the caller.
func TestIntrospection(t *testing.T) {
	said := func(facts ...any) simulate.Token {
		out := map[string]any{}
		for i := 0; i < len(facts); i += 2 {
			out[fmt.Sprint(facts[i])] = facts[i+1]
		}
		return simulate.Token{Kind: "opaque", Introspection: out}
	}
	part := said("a", "1")
	part.Partial = true
	unsaid, expired := simulate.Token{Kind: "opaque"}, said("a", "1", "b", "2")
	expired.Valid = "expired"
	const allClaims, anyClaims = `oauthTokenintrospectionAllClaims("https://i", "a", "b")`, `oauthTokenintrospectionAnyClaims("https://i", "a", "b")`
	const allKV, anyKV = `oauthTokenintrospectionAllKV("https://i", "a", "1", "b", "2")`, `oauthTokenintrospectionAnyKV("https://i", "a", "1", "b", "2")`
	const secure = `secureOauthTokenintrospectionAllKV("https://i", "client", "secret", "a", "1")`
	for _, c := range []struct {
		filters string
		token   simulate.Token
		answers map[string]int
		want    string
	}{
		{allClaims, simulate.Token{}, nil, "401 no-credentials"},
		{allClaims, said("a", 1, "b", nil), nil, "s.ns tokenintrospection"},
		{allClaims, said("a", 1), nil, "401 not-sufficient"},
		{allClaims, expired, nil, "401 bad-credentials"},
		{allClaims, simulate.Token{Kind: "malformed", Value: "x", Introspection: map[string]any{"a": 1, "b": 1}}, nil, "401 bad-credentials"},
		{anyClaims, said("b", 1), nil, "s.ns tokenintrospection"},
		{anyClaims, said("c", 1), nil, "401 not-sufficient"},
		{allKV, said("a", "1", "b", "2"), nil, "s.ns tokenintrospection"},
		{allKV, said("a", "1", "b", "3"), nil, "401 not-sufficient"},
		{allKV, said("a", 1, "b", "2"), nil, "401 not-sufficient"},
		{anyKV, said("b", "2"), nil, "s.ns tokenintrospection"},
		{anyKV, said("a", "2", "b", "1"), nil, "401 not-sufficient"},
		{secure, said("a", "1"), nil, "s.ns tokenintrospection"},
		{secure, said("client", "secret"), nil, "401 not-sufficient"},
		{allKV, part, nil, "401 not-sufficient or s.ns tokenintrospection"},
		{allKV, unsaid, nil, "s.ns tokenintrospection"},
		{allKV, unsaid, map[string]int{"oauthTokenintrospectionAllKV": 401}, "401 bad-credentials"},
		{allKV, said("a", "1", "b", "2"), map[string]int{"oauthTokenintrospectionAllKV": 401}, "s.ns tokenintrospection"},
		{allKV + " -> " + anyKV, said("a", "1", "b", "2"), nil, "s.ns tokenintrospection"},
		{anyKV + " -> " + allKV, said("a", "1"), nil, "401 not-sufficient"},
		{`setRequestHeader("Authorization", "Bearer x") -> ` + allKV, simulate.Token{}, nil, "s.ns"},
		{`setRequestHeader("Authorization", "Bearer x") -> ` + allKV + " -> " + anyKV, unsaid, nil, "s.ns"},
		{`setRequestHeader("Authorization", "Basic x") -> ` + allKV, said("a", "1", "b", "2"), nil, "401 no-credentials"},
	} {
		if got := askedFor(t, "/p||"+c.filters+"|s", simulate.Request{Token: c.token, Answers: c.answers}); got != c.want {
			t.Errorf("%s with %v: %s, want %s", c.filters, c.token.Introspection, got, c.want)
		}
	}
}

// TestTokensOfFilters: a token that a filter sets, or a token of the caller in another
// place, is what comes after it looks at; and only the caller's own proves something.
func TestTokensOfFilters(t *testing.T) {
	jwt := simulate.Token{Kind: "jwt", Claims: map[string]any{"sub": "u", "scope": "a"}}
	people := simulate.Token{Kind: "jwt", Claims: map[string]any{"sub": "u", realmClaim: "users", "https://identity.zalando.com/managed-id": "m"}}
	customers := simulate.Token{Kind: "jwt", Claims: map[string]any{"sub": "u", realmClaim: "customers"}}
	noSubject := simulate.Token{Kind: "jwt", Claims: map[string]any{}}
	told := func(info map[string]any) simulate.Token { return simulate.Token{Kind: "opaque", Tokeninfo: info} }
	query := jwt
	query.Via = simulate.Via{In: "header", Name: "X-T", Scheme: "Bearer"}
	const info, uid = `oauthTokeninfoAllScope("uid")`, ` -> forwardTokenField("X-S", "uid")`
	for _, c := range []struct {
		filters string
		token   simulate.Token
		headers string
		want    string
	}{
		{`jwtValidation("https://i")`, jwt, "", "s.ns jwt"},
		{`jwtValidation("https://i")`, noSubject, "", "401 bad-credentials"},
		{`jwtValidationKeys("https://i")`, noSubject, "", "s.ns jwt"},
		{`jwtValidation("https://i")`, simulate.Token{Kind: "opaque"}, "", "401 bad-credentials"},
		{`jwtValidation("https://i")`, simulate.Token{}, "", "401 no-credentials"},
		{`setRequestHeader("Authorization", "Bearer x") -> jwtValidation("https://i")`, simulate.Token{}, "", "s.ns"},
		{`bearerinjector("file") -> jwtValidation("https://i")`, simulate.Token{}, "", "s.ns"},
		{`bearerinjector("file") -> ` + info, jwt, "", "s.ns"},
		{`dropRequestHeader("Authorization") -> ` + info, jwt, "", "401 no-credentials"},
		{`setRequestHeader("Authorization", "Bearer x") -> dropRequestHeader("Authorization") -> ` + info, jwt, "", "401 no-credentials"},
		{`dropRequestHeaderRegexp("Authorization", "^Bearer") -> ` + info, jwt, "", "401 no-credentials"},
		{`dropRequestHeaderRegexp("Authorization", "^Basic") -> ` + info, jwt, "", "s.ns tokeninfo"},
		{`dropRequestHeaderRegexp("X-A", "^Bearer") -> ` + info, jwt, "", "s.ns tokeninfo"},
		{`copyRequestHeader("X-T", "Authorization") -> ` + info, query, "", "s.ns tokeninfo"},
		{`setRequestHeader("X-T", "Bearer x") -> copyRequestHeader("X-T", "Authorization") -> ` + info, simulate.Token{}, "", "s.ns"},
		{`copyRequestHeader("X-T", "Authorization") -> ` + info, jwt, "", "s.ns tokeninfo"},
		{`setRequestHeader("Authorization", "Bearer x") -> copyRequestHeader("X-T", "Authorization") -> ` + info, query, "", "s.ns tokeninfo"},
		{`modRequestHeader("Authorization", ".*", "Bearer x") -> ` + info, jwt, "", "s.ns"},
		{`modRequestHeader("Authorization", "^Basic .*", "Bearer x") -> ` + info, jwt, "", "s.ns tokeninfo"},
		{`modRequestHeader("Authorization", "^", "Bearer x") -> ` + info, simulate.Token{}, "", "401 no-credentials"},
		{`modRequestHeader("Authorization", "^Token ", "Bearer ") -> ` + info, simulate.Token{}, "Authorization=Token x", "401 bad-credentials"},
		{`queryToHeader("t", "Authorization", "Bearer %s") -> ` + info, simulate.Token{}, "", "401 bad-credentials"},
		{`queryToHeader("u", "Authorization", "Bearer %s") -> ` + info, simulate.Token{}, "", "401 no-credentials"},
		{`queryToHeader("t", "X-S")`, jwt, "", "s.ns X-S: q"},
		{`queryToHeader("t", "X-S")`, jwt, "X-S=own", "s.ns X-S: own"},
		{`setRequestHeader("Authorization", "Bearer x") -> dropRequestHeaderRegexp("Authorization", "x") -> queryToHeader("t", "Authorization", "Bearer %s") -> ` + info, simulate.Token{}, "", "401 bad-credentials"},

		{info + uid, jwt, "", "s.ns tokeninfo X-S: u"},
		{info + uid, people, "", "403 not-sufficient"},
		{`oauthTokeninfoAllKV("realm", "/employees")` + uid, people, "", "s.ns tokeninfo X-S: m"},
		{`oauthTokeninfoAllKV("realm", "/customers")` + uid, customers, "", "s.ns tokeninfo X-S: u"},
		{`oauthTokeninfoAllKV("realm", "/services")`, customers, "", "403 not-sufficient"},
		{`oauthTokeninfoAllKV("realm", "/services")`, jwt, "", "s.ns tokeninfo"},
		{`oauthTokeninfoAnyKV("uid", "u", "uid", "v")`, told(map[string]any{"uid": "v"}), "", "s.ns tokeninfo"},
		{`oauthTokeninfoAnyKV("uid", "u", "uid", "v")`, told(map[string]any{"uid": "w"}), "", "403 not-sufficient"},
		{`oauthTokeninfoAnyKV("uid", "u")`, told(map[string]any{"uid": "u", "status": 200.0}), "", "s.ns tokeninfo"},
		{`oauthTokeninfoAnyKV("uid", "u")`, told(map[string]any{"uid": "u", "status": 400.0}), "", "401 bad-credentials"},
		{`oauthTokeninfoAnyScope("a", "b")`, told(map[string]any{"scope": []any{"b"}}), "", "s.ns tokeninfo"},
		{`oauthTokeninfoAnyScope("a", "b")`, told(map[string]any{"scope": []any{"c", 1}}), "", "403 not-sufficient"},
		{`oauthTokeninfoAllScope("a", "b")`, told(map[string]any{"scope": []any{"a"}}), "", "403 not-sufficient"},
		{`oauthTokeninfoValidate("{}")`, simulate.Token{}, "", "401 no-credentials"},
		{`oauthTokeninfoValidate("{}")`, jwt, "", "s.ns tokeninfo"},
		{`oauthTokeninfoValidate("{optOutAnnotations: [oauth.disabled]}")`, simulate.Token{}, "", "s.ns"},
		{info + ` -> oauthTokeninfoValidate("{}")`, jwt, "", "s.ns tokeninfo"},

		{`forwardToken("X-S")`, jwt, "X-S=own", "s.ns X-S: own"},
		{info + ` -> forwardToken("X-S", "uid", "none")`, jwt, "X-S=own", `s.ns tokeninfo X-S: {"uid":"u"}`},
		{info + ` -> forwardToken("X-S")`, told(map[string]any{"scope": []any{"uid"}}), "", `s.ns tokeninfo X-S: {"scope":["uid"]}`},
		{`bearerinjector("file") -> ` + info + ` -> forwardToken("X-S")`, jwt, "X-S=own", "s.ns X-S: <not known: it is what is said of the token>"},
		{`bearerinjector("file") -> ` + info + uid, jwt, "X-S=own", "s.ns X-S: <not known: it is what is said of the token>"},
		{`forwardTokenField("X-S", "uid")`, jwt, "X-S=own", "s.ns X-S: own"},
		{info + ` -> forwardTokenField("X-S", "team")`, jwt, "X-S=own", "s.ns tokeninfo X-S: own"},

		{`basicAuth("/f")`, simulate.Token{}, "", "401 no-credentials"},
		{`basicAuth("/f")`, simulate.Token{}, "Authorization=Basic eA==", "s.ns basicAuth"},
		{`setRequestHeader("Authorization", "Basic eA==") -> basicAuth("/f")`, simulate.Token{}, "", "s.ns"},
		{`oauthOidcUserInfo("https://i", "c", "s", "https://h/cb", "", "")`, simulate.Token{}, "", "307 no-credentials"},
		{`oauthOidcUserInfo("https://i", "c", "s", "https://h/cb", "", "")`, simulate.Token{}, "Cookie=a=1", "s.ns oidc"},
		{`oauthOidcUserInfo("https://i", "c", "s", "https://h/p", "", "")`, simulate.Token{}, "", "0 anything"},
		{`oauthGrant()`, simulate.Token{}, "Cookie=a=1", "s.ns oauthGrant"},
	} {
		r := simulate.Request{Token: c.token, Target: "/p"}
		if strings.Contains(c.filters, "queryToHeader") {
			r.Target = "/p?t=q"
		}
		if name, value, ok := strings.Cut(c.headers, "="); ok {
			r.SetHeader(name, value)
		}
		got := strings.TrimSuffix(askedFor(t, "/p||"+c.filters+"|s", r), " at /p?t=q")
		if got != c.want {
			t.Errorf("%s with %+v and %q: %s, want %s", c.filters, c.token, c.headers, got, c.want)
		}
	}
}

// TestServicesThatAnswer holds filters that ask a service to the status that the request
// says it answers; without one they are supposed to let it pass.
func TestServicesThatAnswer(t *testing.T) {
	for _, c := range []struct {
		filter string
		status int
		want   string
	}{
		{`webhook("https://w")`, 0, "s.ns webhook"},
		{`webhook("https://w")`, 204, "s.ns webhook"},
		{`webhook("https://w")`, 403, "403 bad-credentials"},
		{`webhook("https://w")`, 500, "401 bad-credentials"},
		{`webhook("https://w")`, 302, "401 bad-credentials"},
		{`opaAuthorizeRequest("b")`, 0, "s.ns opaAuthorizeRequest"},
		{`opaAuthorizeRequest("b")`, 200, "s.ns opaAuthorizeRequest"},
		{`opaAuthorizeRequest("b")`, 418, "418 bad-credentials"},
		{`blockContent("x")`, 400, "400 bad-credentials"},
		{`blockContent("x")`, 0, "s.ns"},
		{`lua("x")`, 0, "0 anything"},
		{`grantClaimsQuery("/:x")`, 0, "0 anything"},
		{`static("/", "/f")`, 0, "0 anything"},
	} {
		r := simulate.Request{}
		if filter, _, _ := strings.Cut(c.filter, "("); c.status > 0 {
			r.Answers = map[string]int{filter: c.status}
		}
		if got := askedFor(t, "/p||"+c.filter+"|s", r); got != c.want {
			t.Errorf("%s that answers %d: %s, want %s", c.filter, c.status, got, c.want)
		}
	}
}
