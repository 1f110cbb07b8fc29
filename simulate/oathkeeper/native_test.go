package oathkeeper

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// nativeRules returns rules as Oathkeeper itself reads them.
func nativeRules(t *testing.T, text string) []simulate.Manifest {
	t.Helper()
	f, problem := source.NewFile("rules.yaml", []byte(text))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	docs, _ := source.Split(f)
	root, _ := docs[0].Parse()
	var out []simulate.Manifest
	for i, e := range source.Elements(root) {
		spec := source.NodeOf(source.Object{{Key: "spec", Value: source.Value(e)}})
		out = append(out, simulate.Manifest{
			APIVersion: Group + "/v1alpha1", Kind: "Rule", Name: source.Text(source.Field(e, "id")), Root: spec, Native: true,
			Origin: source.Ref{Doc: docs[0], Path: source.JoinIndex("", i)},
		})
	}
	return out
}

const openRule = "  authenticators: [{handler: noop}]\n  authorizer: {handler: allow}\n  mutators: [{handler: noop}]\n  upstream: {url: \"http://u\"}\n"

// TestNativeRules fills in nothing, and matches as the strategy says.
func TestNativeRules(t *testing.T) {
	bare := "- id: bare\n  match: {url: \"http://h/bare\", methods: [GET]}\n  upstream: {url: \"http://u\"}\n"
	glob := "- id: g\n  match: {url: \"http://h/items/<*>\", methods: [GET]}\n" + openRule
	for name, c := range map[string]struct {
		text, path string
		o          Options
		want       int
	}{
		"nothing is filled in": {bare, "/bare", Options{}, 500},
		"no match":             {"- id: m\n" + openRule + bare, "/else", Options{}, 500},
		"a match that is null": {"- id: m\n  match: null\n" + openRule + bare, "/else", Options{}, 404},
		"a glob":               {glob, "/items/7", Options{Strategy: "glob"}, 200},
		"a dot ends a star":    {glob, "/items/a.b", Options{Strategy: "glob"}, 404},
		"not a glob":           {glob, "/items/7", Options{Strategy: "regexp"}, 500},
		"no such strategy":     {bare, "/bare", Options{Strategy: "exact"}, 500},
	} {
		d := Load(nativeRules(t, c.text), c.o).Decide(&simulate.Request{Method: "GET", Scheme: "http", Host: "h", Target: c.path}, nil)
		if d.Status != c.want {
			t.Errorf("%s: %d (%s), want %d", name, d.Status, d.Reason, c.want)
		}
	}
}

// TestNotSaid leaves open what nothing among the inputs says.
func TestNotSaid(t *testing.T) {
	glob := "- id: g\n  match: {url: \"http://h/items/<*>\", methods: [GET]}\n" + openRule
	r := &simulate.Request{Method: "GET", Scheme: "http", Host: "h", Target: "/items/7"}
	if d := simulate.Outcomes(r, nil, Load(nativeRules(t, glob), Options{}).Decide); d.Known() || !d.MayPass() {
		t.Errorf("a URL that may be a glob: %+v", d)
	}
	plain := "- id: p\n  match: {url: \"http://h/p\", methods: [GET]}\n" + openRule
	e := Load(nativeRules(t, plain), Options{Remote: []string{"https://r.test"}})
	for _, path := range []string{"/p", "/q"} {
		if d := simulate.Outcomes(&simulate.Request{Method: "GET", Scheme: "http", Host: "h", Target: path}, nil, e.Decide); d.Known() {
			t.Errorf("%s beside rules that are not among the inputs: %+v", path, d)
		}
	}
	if e.Doubt() == nil {
		t.Error("nothing is doubted of rules that are not among the inputs")
	}
	session := "- id: s\n  match: {url: \"http://h/s\", methods: [GET]}\n  authenticators: [{handler: cookie_session}]\n  authorizer: {handler: allow}\n  upstream: {url: \"http://u\"}\n" +
		"  mutators: [{handler: header, config: {headers: {X: \"{{ print .Extra.a.b }}\"}}}]\n"
	ask := func(s *simulate.Session) simulate.Decision {
		q := &simulate.Request{Method: "GET", Scheme: "http", Host: "h", Target: "/s", Headers: []simulate.Header{{Name: "Cookie", Value: "c=1"}}, Token: simulate.Token{Session: s}}
		return simulate.Outcomes(q, nil, Load(nativeRules(t, session), Options{}).Decide)
	}
	if d := ask(nil); d.Known() {
		t.Errorf("a session that is not known: %+v", d)
	}
	if d := ask(&simulate.Session{Extra: map[string]any{"a": map[string]any{"b": "x"}}}); d.Headers["x"] != "x" || !d.Known() {
		t.Errorf("a session that is known: %+v", d)
	}
	if d := ask(&simulate.Session{Status: 401}); d.Status != 401 {
		t.Errorf("a session that is refused: %+v", d)
	}
}

// TestListInDoubt: where Oathkeeper refuses a list of rules, nothing is known.
func TestListInDoubt(t *testing.T) {
	rules := nativeRules(t, "- {id: a, match: {url: 'http://a.test/<.*>', methods: [GET]}, authenticators: [{handler: noop}], authorizer: {handler: allow}, mutators: [{handler: noop}]}\n")
	for doubt, want := range map[string]bool{"": true, "Oathkeeper has other rules": false} {
		rules[0].Doubt = doubt
		e := Load(rules, Options{})
		d := simulate.Outcomes(&simulate.Request{Method: "GET", Scheme: "http", Host: "a.test", Target: "/x"}, nil, e.Decide)
		if d.Known() != want || (e.Doubt() == nil) != want {
			t.Errorf("%q: known is %v", doubt, d.Known())
		}
	}
}
