package oathkeeper

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

// TestExactlyOne holds that one rule has to match: none is 404, two are 500, and a
// rule that Oathkeeper cannot compile answers for all others of its methods.
func TestExactlyOne(t *testing.T) {
	methods := func(text, list string) string { return strings.Replace(text, "[GET]", "["+list+"]", 1) }
	const up = "http://up"
	for name, c := range map[string]struct {
		texts []string
		asked []string
	}{
		"one": {
			[]string{open("a", "<http|https>://h/a")},
			[]string{"GET http://h/a -> " + up, "GET https://h/a -> " + up, "GET http://h/b -> 404 no-rule", "POST http://h/a -> 404 no-rule", "HEAD http://h/a -> 404 no-rule"},
		},
		"host and path as they are": {
			[]string{open("a", "<http|https>://h/a%20b"), open("b", "<http|https>://h/c d")},
			[]string{"GET http://H/c%20d -> 404 no-rule", "GET http://h:80/c%20d -> 404 no-rule", "GET http://h/c%20d -> " + up, "GET http://h/a%20b -> 404 no-rule", "GET http://h/a%2520b -> " + up},
		},
		"a line break at the end": {
			[]string{open("a", "<http|https>://h/a")}, []string{"GET http://h/a%0A -> " + up, "GET http://h/a%0A%0A -> 404 no-rule"},
		},
		"digits of any script": {
			[]string{open("a", `<http|https>://h/<\d+>`)}, []string{"GET http://h/%D9%A1 -> " + up},
		},
		"the query does not count":        {[]string{open("a", "<http|https>://h/a")}, []string{"GET http://h/a?x=/b -> " + up}},
		"two":                             {[]string{open("a", "<http|https>://h/<.*>"), open("b", "<http|https>://h/b")}, []string{"GET http://h/b -> 500 many-rules", "GET http://h/c -> " + up}},
		"methods in any case":             {[]string{methods(open("a", "<http|https>://h/a"), "get")}, []string{"GET http://h/a -> " + up}},
		"two by methods":                  {[]string{open("a", "<http|https>://h/a"), methods(open("b", "<http|https>://h/a"), "POST")}, []string{"GET http://h/a -> " + up, "POST http://h/a -> " + up}},
		"an expression that is not one":   {[]string{open("a", "<http|https>://h/a"), methods(open("b", "<http|https>://other/<[>"), "PUT")}, []string{"GET http://h/a -> " + up, "PUT http://h/a -> 500 poisoned"}},
		"an empty URL":                    {[]string{open("a", "<http|https>://h/a"), methods(open("b", `""`), "PUT")}, []string{"GET http://h/a -> " + up, "PUT http://h/a -> 0 crashed"}},
		"the refused one after the other": {[]string{methods(open("a", `""`), "GET"), open("b", "<http|https>://h/<[>")}, []string{"GET http://h/x -> 500 poisoned"}},
		"a path that cannot be read":      {[]string{open("a", "<http|https>://h/<.*>")}, []string{"GET http://h/%zz -> 400 bad-request"}},
		"no methods":                      {[]string{methods(open("a", "<http|https>://h/a"), "")}, []string{"GET http://h/a -> 404 no-rule"}},
	} {
		t.Run(name, func(t *testing.T) { simulatetest.Check(t, loaded(t, c.texts...), c.asked...) })
	}
}

// TestUpstreams holds what goes on: where to, with which path, host and headers.
func TestUpstreams(t *testing.T) {
	rule := func(upstream string) string {
		return "apiVersion: oathkeeper.ory.sh/v1alpha1\nkind: Rule\nmetadata: {name: r}\nspec:\n  upstream: {" + upstream + "}\n  match: {url: 'http://h/<.*>', methods: [GET]}\n" +
			"  authenticators: [{handler: noop}]\n  authorizer: {handler: allow}\n  mutators: [{handler: header, config: {headers: {X-A: set}}}]\n"
	}
	for _, c := range []struct{ upstream, ask, want string }{
		{"url: 'http://up.ns:8080'", "/a/b?q=1", "http://up.ns:8080 up.ns:8080 /a/b?q=1"},
		{"url: 'http://up.ns/base/'", "/a", "http://up.ns up.ns /base/a"},
		{"url: 'http://up.ns', preserveHost: true", "/a", "http://up.ns h /a"},
		{"url: 'http://up.ns', stripPath: /a", "/a/b", "http://up.ns up.ns /b"},
		{"url: 'http://up.ns', stripPath: a/", "/a/b/a", "http://up.ns up.ns /b/a"},
		{"url: 'https://up.ns'", "/a", "https://up.ns up.ns /a"},
		{"url: 'up.ns'", "/a", "502"},
		{"url: 'ftp://up.ns'", "/a", "502"},
		{"url: 'http://'", "/a", "502"},
		{"url: 'http://%zz'", "/a", "500"},
		{"", "/a", "500"},
	} {
		d := loaded(t, rule(c.upstream)).Decide(simulatetest.Request(t, "GET http://h"+c.ask), nil)
		got := fmt.Sprint(d.Status)
		if d.Passed() {
			if got = d.Upstream + " " + d.Next.Host + " " + d.Next.Target; d.Next.Header("X-A") != "set" {
				t.Errorf("%s: the header is not set: %v", c.upstream, d.Next.Headers)
			}
		}
		if got != c.want {
			t.Errorf("%s: %s goes on as %s (%s), want %s", c.upstream, c.ask, got, d.Reason, c.want)
		}
	}
}

// TestHopByHop: headers that a proxy drops are not seen by handlers.
func TestHopByHop(t *testing.T) {
	text := piped("authenticators: [{handler: jwt, config: {token_from: {header: X-T}}}, {handler: jwt, config: {token_from: {header: Proxy-Authorization}}}]")
	for _, name := range []string{"X-T", "Proxy-Authorization"} {
		r := askX(simulate.Token{Kind: "jwt", Via: simulate.Via{In: "header", Name: name}})
		want := map[string]string{"X-T": "200 jwt", "Proxy-Authorization": "401"}[name]
		checkPipeline(t, loaded(t, text), r, want)
		r.Headers = append(r.Headers, simulate.Header{Name: "Connection", Value: "close, X-T"})
		checkPipeline(t, loaded(t, text), r, "401")
	}
}

// TestDropped: a Rule of a handler that the Maester does not know is never seen, and
// the trail of requests that it may be for says so.
func TestDropped(t *testing.T) {
	e := loaded(t, piped("authorizer: {handler: opa}"), strings.Replace(piped("mutators: [{handler: lua}]"), "name: r", "name: q", 1))
	if e.Size() != 0 || len(e.Dropped) != 2 {
		t.Fatalf("%d rules, %d dropped", e.Size(), len(e.Dropped))
	}
	said := func(url string) string {
		trail := &simulate.Trail{}
		e.NoteDropped([]string{url}, trail)
		var out []string
		for _, s := range trail.Steps {
			out = append(out, s.Text)
		}
		return strings.Join(out, "\n")
	}
	if got := said("h/x"); !strings.Contains(got, `rule r.default: the Maester knows no handler "opa" for authorizer`) || !strings.Contains(got, `"lua" for mutators`) {
		t.Error(got)
	}
	if got := said("other/x"); got != "" {
		t.Error(got)
	}
}

// TestWhatIsNotRead: a field of the match that no table has may make a rule match
// anything; another one matters to the requests of its rule.
func TestWhatIsNotRead(t *testing.T) {
	inMatch := strings.Replace(open("a", "<http|https>://h/a"), "    methods", "    newField: 1\n    methods", 1)
	simulatetest.Check(t, loaded(t, inMatch), "GET http://h/a -> anything or http://up", "GET http://h/other -> 404 no-rule or anything")
	if loaded(t, inMatch).Doubt() == nil {
		t.Error("nothing is doubted")
	}
	simulatetest.Check(t, loaded(t, open("a", "<http|https>://h/a")+"  newField: 1\n", open("b", "<http|https>://h/b")),
		"GET http://h/a -> anything or http://up", "GET http://h/b -> http://up")
	rewritten := simulatetest.Request(t, "GET http://h/a")
	rewritten.Rewritten = &simulate.Rewriting{Text: "x"}
	if got := simulatetest.Ask(loaded(t, open("a", "<http|https>://h/a")), rewritten); got != "anything or http://up" {
		t.Errorf("after a rewrite: %s", got)
	}
}

// TestMaestersCopy: a rule in a file of Oathkeeper's own that a Rule was written to is
// not counted twice.
func TestMaestersCopy(t *testing.T) {
	native := nativeRules(t, "- id: a.default\n  match: {url: \"<http|https>://h/a\", methods: [GET]}\n"+openRule+"- id: other\n  match: {url: \"<http|https>://h/a\", methods: [GET]}\n"+openRule)
	rules := simulatetest.Manifests(t, "default", open("a", "<http|https>://h/a"))
	if e := Load(append(rules, native[0]), Options{}); e.Size() != 1 {
		t.Errorf("%d rules of one that is written down twice", e.Size())
	}
	simulatetest.Check(t, Load(append(rules, native[1]), Options{}), "GET http://h/a -> 500 many-rules")
}

// TestEntries holds whom rules let in, with a token that each authenticator accepts.
func TestEntries(t *testing.T) {
	admits := func(sections ...string) string {
		entries := loaded(t, piped(sections...)).Entries()
		if len(entries) != 1 {
			t.Fatalf("%v: %d entries", sections, len(entries))
		}
		var out []string
		for _, a := range entries[0].Admits {
			token := a.Token.Kind
			for _, facts := range []map[string]any{a.Token.Claims, a.Token.Introspection} {
				if facts != nil {
					token += fmt.Sprint(" ", facts)
				}
			}
			if a.Token.Via.In != "" {
				token += fmt.Sprint(" ", a.Token.Via)
			}
			out = append(out, strings.TrimSpace(a.Proof+" "+token))
		}
		return strings.Join(out, "; ")
	}
	for section, want := range map[string]string{
		"authenticators: [{handler: noop}, {handler: jwt}]":         "noop",
		"authenticators: [{handler: anonymous}, {handler: jwt}]":    "anonymous; jwt jwt map[sub:someone] {bearer  }",
		"authenticators: [{handler: unauthorized}, {handler: jwt}]": "",
		"authenticators: [{handler: jwt, config: {unknown: 1}}]":    "",
		"authorizer: {handler: deny}":                               "",
		"authorizer: {handler: remote, config: {unknown: 1}}":       "",
		"mutators: []": "",
		"authenticators: [{handler: jwt, config: {trusted_issuers: [i, k], target_audience: [a], required_scope: [r, w], token_from: {cookie: c}}}]": "jwt jwt map[aud:[a] iss:i scope:r w sub:someone] {cookie c }; jwt jwt map[aud:[a] iss:k scope:r w sub:someone] {cookie c }",
		"authenticators: [{handler: oauth2_introspection, config: {required_scope: [r], token_from: {query_parameter: q}}}]":                         "oauth2_introspection opaque map[scope:r sub:someone] {query q }",
		"authenticators: [{handler: bearer_token, config: {token_from: {header: X-T}}}]":                                                             "bearer_token opaque {header X-T }",
		"authenticators: [{handler: cookie_session, config: {only: [sid]}}]":                                                                         "cookie_session opaque {cookie sid }",
		"authenticators: [{handler: cookie_session}]":                                                                                                "cookie_session opaque {cookie session }",
	} {
		if got := admits(section); got != want {
			t.Errorf("%s: %q, want %q", section, got, want)
		}
	}
	e := loaded(t, open("poison", "<http|https>://h/<[>"), open("empty", `""`), strings.Replace(open("more", "<http|https>://h/a"), "    methods", "    newField: 1\n    methods", 1))
	entries := e.Entries()
	if len(entries) != 2 || entries[0].Name != "more.default" || !entries[0].Exact || entries[1].Set.Path.Text != "/" || entries[1].Exact {
		t.Errorf("%+v", entries)
	}
	if sets := e.BlockingSets(); len(sets) != 2 || !slices.Equal(sets[0].Methods, []string{"GET"}) || sets[0].Hosts != nil {
		t.Errorf("the poison is %+v", sets)
	}
}

// TestTrail: the trail names the rules that match, and those that would with another
// method.
func TestTrail(t *testing.T) {
	e := loaded(t, open("a", "<http|https>://h/a"))
	trail := &simulate.Trail{}
	e.Decide(simulatetest.Request(t, "POST http://h/a"), trail)
	var texts []string
	for _, s := range trail.Steps {
		texts = append(texts, s.Text)
	}
	if text := strings.Join(texts, "\n"); !strings.Contains(text, "but only with GET") || !strings.Contains(text, "POST http://h/a") {
		t.Errorf("%q", texts)
	}
}

// TestReadsLikeAGlob: a URL that is not an expression but may be a glob has a hint.
func TestReadsLikeAGlob(t *testing.T) {
	for _, c := range []struct {
		url, strategy string
		want          bool
	}{{"http://h/<*>", "", true}, {"http://h/<*>", "regexp", true}, {"http://h/<*>", "glob", false}, {"http://h/<[>", "", false}} {
		if got := LooksLikeGlob(c.url, c.strategy) != ""; got != c.want {
			t.Errorf("%s with %q: %v", c.url, c.strategy, got)
		}
	}
}
