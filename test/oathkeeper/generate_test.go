package oathkeeper

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"strings"

	"github.com/kgw-dev/kgw/simulate"
)

// generator makes rules and requests that have a chance to meet. What is
// strange is rare, so that it does not hide the rest.
type generator struct {
	*rand.Rand
	used []usedRule
}

// usedRule is where a rule was meant to be reached.
type usedRule struct {
	host, method string
	path         int
}

func pick[T any](g *generator, list ...T) T { return list[g.Intn(len(list))] }

func (g *generator) rarely() bool { return g.Intn(12) == 0 }

var hosts = []string{"shop.test", "api.shop.test", "Orders.test", "a.test", "b.test", "c.test", "d.test", "e.test"}

// paths are expressions with texts that they match, or nearly match.
var paths = []struct {
	expr  string
	texts []string
}{
	{"/items", []string{"/items", "/items/", "/items%0A", "/ite%6Ds"}},
	{"/items/.*", []string{"/items/", "/items/1", "/items/a/b", "/items/a%0Ab", "/items/../x"}},
	{"/items/[^/]+", []string{"/items/1", "/items/a%2Fb", "/items/a%20b", "/items/%CE%B1"}},
	{`/n/\d+`, []string{"/n/1", "/n/%D9%A1", "/n/x", "/n/12%0A"}},
	{`/w/\w+`, []string{"/w/abc", "/w/%C3%A9", "/w/a-b"}},
	{`/s\sx`, []string{"/s%20x", "/s%0Ax", "/s%C2%A0x"}},
	{"/a/(?!admin).*", []string{"/a/x", "/a/admin", "/a/administrator", "/a/"}},
	{"/a/(?=[a-z]+-)\\S*", []string{"/a/x-1", "/a/x", "/a/x-%0A"}},
	{"/(v1|v2)/x", []string{"/v1/x", "/v2/x", "/v3/x"}},
	{"/v1/x|/v4/x", []string{"/v4/x", "/v1/x"}},
	{"/(?i)case/[a-c]+", []string{"/CASE/AB", "/case/ab", "/case/d"}},
	{"/(?:a|b){2,3}", []string{"/ab", "/abab", "/aaa"}},
	{"/r/([a-z]+)/\\2", []string{"/r/a/a", "/r/a/http", "/r/a/https"}},
	{"/r/([a-z]+)/\\1", []string{"/r/a/a", "/r/a/http", "/r/http/https"}},
	{`/dot.json`, []string{"/dot.json", "/dotxjson", "/dot%0Ajson"}},
	{`/esc\.json`, []string{"/esc.json", "/escxjson"}},
	{"/sp ace", []string{"/sp%20ace", "/sp+ace"}},
	{"/pct%20x", []string{"/pct%20x", "/pct%2520x"}},
	{"/tail/?", []string{"/tail", "/tail/", "/tail//"}},
	{"/b\\b.*", []string{"/b", "/b/x", "/bx", "/b%C3%A9"}},
	{"/(?P<id>[0-9]{1,3})", []string{"/7", "/1234", "/12"}},
	{"", []string{"", "/"}},
	{".*", []string{"/", "/anything", "/any%0Athing"}},
	{"/end$", []string{"/end", "/end%0A"}},
	{"/(?s).*z", []string{"/z", "/a%0Az"}},
	{"/x{0,2}y", []string{"/y", "/xxy", "/xxxy"}},
	{"/\\p{L}+", []string{"/abc", "/%CE%B1", "/1"}},
	{"/[[:alpha:]]+", []string{"/abc", "/a1"}},
	{"/[a-z&&[^b]]+", []string{"/a", "/b", "/&"}},
}

// refused are expressions that Oathkeeper cannot compile.
var refused = []string{`/p\Q.\E`, "/(?<=a)b", "/(?>a)", "/a**", "/(unclosed", "/[z-a]", `/\_`, "/a{2,1}", `/\pN`, "/(?U)a", "/r\\2", "/>"}

func (g *generator) url(strange bool) string {
	head := pick(g, "<http|https>://", "<http|https>://", "<http|https>://", "<https?>://", "http://", "https://", "<(?i)http|HTTPS>://")
	host := pick(g, hosts...)
	if g.Intn(25) == 0 {
		host = pick(g, "<(api|web)\\.shop\\.test>", "<[a-z.]+>", "<.*>", "shop.test<(:\\d+)?>")
	}
	n := g.Intn(len(paths))
	path := paths[n].expr
	g.used = append(g.used, usedRule{host: host, path: n})
	if strange {
		if g.Intn(4) == 0 {
			return ""
		}
		path = pick(g, refused...)
	}
	if g.rarely() && !strange {
		return head + host + pick(g, "/items", "/items/<.*>", "/<a|items>", "/n/<\\d+>/<[a-z]*>", "")
	}
	return head + host + "<" + path + ">"
}

type object = map[string]any

func (g *generator) rule(i int, strange bool) object {
	spec := object{"match": object{"url": g.url(strange), "methods": g.methods()}}
	if methods := spec["match"].(object)["methods"].([]any); len(methods) > 0 {
		g.used[len(g.used)-1].method = methods[0].(string)
	}
	name := fmt.Sprintf("r%d", i)
	if up := g.upstream(name); up != "" {
		spec["upstream"] = object{"url": up}
	}
	g.section(spec, "authenticators", g.authenticator, 3)
	g.section(spec, "mutators", g.mutator, 2)
	if g.rarely() {
		spec["errors"] = []any{g.errorHandler()}
		if g.rarely() {
			spec["errors"] = append(spec["errors"].([]any), g.errorHandler())
		}
	}
	if !g.rarely() {
		spec["authorizer"] = g.handler(pick(g, "allow", "allow", "allow", "allow", "allow", "deny"), nil)
	} else if g.rarely() {
		spec["authorizer"] = g.handler(pick(g, "remote", "keto_engine_acp_ory", "nothing"), nil)
	}
	if g.rarely() {
		spec["configMapName"] = "other"
	}
	return object{"apiVersion": "oathkeeper.ory.sh/v1alpha1", "kind": "Rule", "metadata": object{"name": name, "namespace": "default"}, "spec": spec}
}

func (g *generator) section(spec object, key string, one func() object, most int) {
	switch {
	case g.Intn(40) == 0:
		spec[key] = []any{}
	case g.Intn(20) > 0:
		list := []any{}
		for range 1 + g.Intn(most) {
			list = append(list, one())
		}
		spec[key] = list
	}
}

func (g *generator) upstream(name string) string {
	if !g.rarely() {
		return "http://upstream.test/" + name
	}
	return pick(g, "", "service.test", "service.test:8080", "ftp://service.test", "http://", "http://a b", "//service.test", "http:///path", "unix:/x")
}

func (g *generator) methods() []any {
	if g.rarely() {
		return pick(g, []any{}, []any{"get"}, []any{"*"}, []any{"GET", "OPTIONS", "HEAD"})
	}
	return pick(g, []any{"GET"}, []any{"GET"}, []any{"GET", "POST"}, []any{"POST"}, []any{"DELETE"}, []any{"GET", "PUT", "PATCH"})
}

func (g *generator) handler(name string, config object) object {
	if len(config) == 0 && g.Intn(2) == 0 {
		return object{"handler": name}
	}
	if config == nil {
		config = object{}
	}
	return object{"handler": name, "config": config}
}

func (g *generator) authenticator() object {
	switch g.Intn(10) {
	case 0, 1:
		return g.handler("noop", nil)
	case 2:
		return g.handler("anonymous", pick(g, object{}, object{"subject": "nobody"}, object{"subjct": 1}))
	case 3:
		if !g.rarely() {
			return g.handler("noop", nil)
		}
		return g.handler(pick(g, "unauthorized", "unauthorized", "cookie_session", "bearer_token", "oauth2_client_credentials", "unknown"), nil)
	case 4, 5, 6:
		return g.handler("oauth2_introspection", g.tokenConfig("introspection_url", "https://broken.example.test/introspect"))
	}
	config := g.tokenConfig("jwks_urls", []any{"https://partner.example.test/jwks.json"})
	if g.rarely() {
		config["allowed_algorithms"] = pick(g, []any{"RS256"}, []any{"ES256"}, []any{"none", "RS512"}, []any{"RS256", "HS256"})
	}
	return g.handler("jwt", config)
}

func (g *generator) tokenConfig(key string, value any) object {
	c := object{}
	if g.Intn(3) == 0 {
		c["required_scope"] = pick(g, []any{"read"}, []any{"read", "write.all"}, []any{"a.b.c"}, []any{})
	}
	if g.rarely() {
		c["scope_strategy"] = pick(g, "none", "exact", "hierarchic", "wildcard", "Exact", "any")
	}
	if g.Intn(5) == 0 {
		c["trusted_issuers"] = pick(g, []any{"https://idp.example.test/"}, []any{"https://other.test", "https://idp.example.test/"}, []any{})
	}
	if g.Intn(5) == 0 {
		c["target_audience"] = pick(g, []any{"shop"}, []any{"shop", "api"})
	}
	if g.Intn(6) == 0 {
		c["token_from"] = pick[any](g, object{"header": "X-Token"}, object{"header": "Authorization"}, object{"header": "authorization"}, object{"query_parameter": "t"},
			object{"cookie": "sid"}, nil, object{}, object{"header": "A", "cookie": "b"}, object{"header": "Proxy-Authorization"})
	}
	if g.rarely() {
		c[key] = value
	}
	if g.Intn(40) == 0 {
		c["unknown_field"] = true
	}
	if key == "introspection_url" && g.rarely() {
		c["prefix"] = pick(g, "tk", "special_", "")
	}
	if key == "introspection_url" && g.rarely() {
		c["pre_authorization"] = pick(g, object{"enabled": false}, object{"enabled": true}, object{"client_id": "a", "client_secret": "b", "token_url": "https://x.test"}, object{})
	}
	return c
}

func (g *generator) mutator() object {
	if !g.rarely() {
		return pick(g, g.handler("noop", nil), g.handler("header", object{"headers": object{"X-User": pick(g, "{{ print .Subject }}", "{{ print .Extra.scope }}", "plain")}}))
	}
	switch g.Intn(8) {
	case 0:
		return g.handler(pick(g, "id_token", "hydrator", "noop"), nil)
	case 1, 2, 3:
		return g.handler("header", object{"headers": object{"X-User": pick(g, "{{ print .Subject }}", "{{ print .Extra.scope }}", "{{ .Extra.nope }}", "plain", "{{ .Nope }}",
			"{{ print .Extra.a.b }}", "{{ if .Subject }}x{{ end }}", "{{ print", "{{ index .Extra.aud 0 }}", "{{ .Extra | toJson }}", "{{ .Subject | upper }}",
			"{{ printIndex .MatchContext.RegexpCaptureGroups 0 }}", "{{ index .MatchContext.RegexpCaptureGroups 1 }}", "{{ .MatchContext.URL.Path }}",
			"{{ .MatchContext.Header.Get \"Accept\" }}", "{{ fail \"no\" }}", "{{ printf \"%s\" .Subject }}")}})
	case 4:
		return g.handler("cookie", object{"cookies": object{"user": pick(g, "{{ print .Subject }}", "x y;z", "{{ .Nope }}")}})
	case 5:
		return g.handler("header", pick(g, object{}, object{"headers": object{"X-A": 1}}, object{"header": object{}}, object{"headers": object{"Bad Name": "x"}}, object{"headers": object{"X-L": "a\nb"}}))
	}
	return g.handler("noop", nil)
}

func (g *generator) errorHandler() object {
	when := []any{}
	for range g.Intn(3) {
		w := object{}
		if g.Intn(2) == 0 {
			w["error"] = pick(g, []any{"unauthorized"}, []any{"forbidden", "unauthorized"}, []any{"internal_server_error"}, []any{"not_found"}, []any{})
		}
		if g.Intn(2) == 0 {
			w["request"] = object{"header": pick(g, object{"accept": []any{"text/html"}}, object{"accept": []any{"text/*", "*/*"}}, object{"content_type": []any{"application/json"}}, object{})}
		}
		when = append(when, w)
	}
	config := object{}
	if len(when) > 0 {
		config["when"] = when
	}
	name := pick(g, "json", "redirect", "redirect", "www_authenticate", "unknown")
	if name == "redirect" && g.Intn(2) == 0 {
		config["code"] = pick(g, 301, 302, 303)
	}
	return g.handler(name, config)
}

func (g *generator) request() simulate.Request {
	p := paths[g.Intn(len(paths))]
	r := simulate.Request{
		Method: pick(g, "GET", "GET", "GET", "GET", "POST", "POST", "DELETE", "PUT", "HEAD", "OPTIONS", "get"), Scheme: pick(g, "http", "https"),
		Host: pick(g, hosts...), Target: pick(g, p.texts...), Token: g.token(),
	}
	if u := g.used[g.Intn(len(g.used))]; g.Intn(5) > 0 && u.method != "" && strings.HasSuffix(u.host, "test") {
		r.Host, r.Target = u.host, pick(g, paths[u.path].texts...)
		if g.Intn(5) > 0 {
			r.Method, r.Target = u.method, paths[u.path].texts[0]
		}
	}
	if r.Target == "" || g.rarely() {
		r.Target = pick(g, "/", "/items", "/items/1", "//items", "/./items", "/x/../items", "/items/%zz", "/items%00", "/items;v=1", "/n/1/abc", "/%")
	}
	if g.rarely() {
		r.Target += pick(g, "?x=1", "?q=a;b", "?", "?t=abc", "?t=%zz")
	}
	if g.rarely() {
		r.Host = pick(g, r.Host+":8080", strings.ToUpper(r.Host), r.Host+".", "web.shop.test", "nowhere.test")
	}
	for _, h := range []simulate.Header{
		{Name: "Accept", Value: pick(g, "text/html", "application/json", "text/plain;q=0.5, text/html", "*/*")},
		{Name: "Content-Type", Value: pick(g, "application/json", "text/plain; charset=x", "bad/;/type")},
		{Name: "Cookie", Value: "a=b; sid=plain"},
	} {
		if g.Intn(6) == 0 {
			r.Headers = append(r.Headers, h)
		}
	}
	if r.Token.Kind == "none" && g.Intn(3) == 0 {
		r.Headers = append(r.Headers, simulate.Header{Name: "Authorization", Value: pick(g, "Basic dTpw", "Bearer", "Bearer ", "", "Token x", "bearer  two")})
	}
	return r
}

func (g *generator) token() simulate.Token {
	t := simulate.Token{Kind: pick(g, "none", "jwt", "jwt", "jwt", "opaque", "opaque", "opaque", "malformed"), Valid: "true"}
	switch t.Kind {
	case "jwt":
		t.Key = pick(g, "main", "main", "main", "partner")
		t.Claims = map[string]any{"sub": "alice", "scp": "read write.all a.b.c", "iss": "https://idp.example.test/", "aud": []any{"shop", "api"}}
		if g.Intn(2) == 0 {
			break
		}
		delete(t.Claims, "scp")
		g.claim(t.Claims, "iss", "https://idp.example.test/", "https://idp.example.test", 7.0)
		g.claim(t.Claims, "aud", "shop", []any{"shop", "api"}, []any{}, []any{"api", 1.0}, 3.0)
		g.claim(t.Claims, pick(g, "scp", "scope", "scopes"), "read", "read write.all", []any{"read", "write.*"}, []any{"a.*"}, "a", "a.b", []any{1.0, "read"}, "", nil)
		if g.Intn(3) == 0 {
			t.Valid = pick(g, "expired", "not_yet_valid", "future_iat", "no_exp", "bad_signature", "no_kid", "unknown_kid", "alg_none")
		}
	case "opaque":
		t.Introspection = map[string]any{"sub": "bob", "client_id": "web", "scope": "read write.all a.b.c", "iss": "https://idp.example.test/", "aud": []any{"shop", "api"}}
		if g.Intn(2) == 0 {
			break
		}
		g.claim(t.Introspection, "iss", "https://idp.example.test/", "https://x.test")
		g.claim(t.Introspection, "aud", "shop", []any{"shop", "api"}, 5.0, nil)
		g.claim(t.Introspection, "scope", "read", "read write.all a.b.c", "a", 5.0)
		g.claim(t.Introspection, "ext", map[string]any{"a": map[string]any{"b": "c"}}, map[string]any{})
		if g.Intn(3) == 0 {
			t.Valid = pick(g, "inactive", "expired", "refresh_token", "access_token", "no_exp", "endpoint_error")
		}
		if g.rarely() {
			t.Prefix = "special_x"
		}
	case "malformed":
		t.Valid, t.Value = "", pick(g, "abc", "a.b.c", "..", "a.b", "eyJhbGciOiJSUzI1NiJ9.e30.", "a.b.c.d")
	default:
		return simulate.Token{Kind: "none"}
	}
	if g.Intn(4) == 0 {
		t.Via = pick(g, simulate.Via{In: "bearer", Scheme: "bearer"}, simulate.Via{In: "bearer", Scheme: "Token"}, simulate.Via{In: "header", Name: "X-Token"}, simulate.Via{In: "header", Name: "authorization"},
			simulate.Via{In: "query", Name: "t"}, simulate.Via{In: "cookie", Name: "sid"}, simulate.Via{In: "header", Name: "Proxy-Authorization"})
	}
	return t
}

func (g *generator) claim(m map[string]any, key string, values ...any) {
	if g.Intn(2) == 0 {
		m[key] = values[g.Intn(len(values))]
	}
}

func text(v any) string {
	data, _ := json.Marshal(v)
	return string(data)
}
