package kube

import (
	"encoding/base64"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/source"
)

// TestAccessRules holds which documents are lists of rules, and what is kept of one
// that is forgotten.
func TestAccessRules(t *testing.T) {
	type kept struct {
		ID, Path, URL     string
		Methods           []string
		Closed, Unmatched bool
		Issuers           []Issuer
	}
	for text, want := range map[string][]kept{
		`[{"id": "a", "match": {"url": "http://a", "methods": ["GET"]}, "authenticators": [{"handler": "noop"}]}]`: {{ID: "a", Path: "[0].x", URL: "http://a", Methods: []string{"GET"}}},
		`[{"id": "a", "authenticators": []}, {"id": "b"}]`:                                                         {{ID: "a", Path: "[0].x", Unmatched: true}, {ID: "b", Path: "[1].x", Unmatched: true}},
		`[{"match": {}, "upstream": {}}]`:                                                                          {{Path: "[0].x"}},
		`[{"match": {}, "authorizer": {"handler": "deny"}}]`:                                                       {{Path: "[0].x", Closed: true}},
		`[{"match": null, "authorizer": {"handler": "allow"}}]`:                                                    {{Path: "[0].x"}},
		`[{"match": {}, "authenticators": [{"handler": "unauthorized"}]}]`:                                         {{Path: "[0].x", Closed: true}},
		`[{"match": {}, "authenticators": [{"handler": "unauthorized"}, {"handler": "noop"}]}]`:                    {{Path: "[0].x"}},
		`[{"match": {}, "authenticators": [{"handler": "jwt", "config": {"trusted_issuers": ["a"], "jwks_urls": ["b"]}}, {"handler": "jwt", "config": {"trusted_issuers": ["a", "c"], "jwks_urls": ["b"]}}, {"handler": "noop", "config": {"trusted_issuers": ["a"], "jwks_urls": ["b"]}}]}]`: {{Path: "[0].x", Issuers: []Issuer{{"a", "b"}}}},
		`[{"match": {}}]`: nil,
		`[{"id": "a"}]`:   nil,
		`[]`:              nil,
		`{"match": {}}`:   nil,
		"kind: ConfigMap\nmetadata: {name: a}\ndata:\n  one: '[{match: {}, upstream: {}}]'\n  two: text that says match\n":       {{Path: "data.one"}},
		"kind: Secret\nmetadata: {name: a}\ndata:\n  one: '[{match: {}, upstream: {}}]'\n":                                       nil,
		"kind: ConfigMap\nmetadata: {name: a}\nbinaryData:\n  one: '[{match: {}, upstream: {}}]'\n  two: W3ttYXRjaDoge319XQ==\n": nil,
	} {
		t.Run(text, func(t *testing.T) {
			doc, root := parse(t, text)
			var got []kept
			for _, r := range AccessRules(doc, root) {
				if !r.Native || r.ReasonRefused() != "" {
					t.Errorf("%+v", r)
				}
				r.Forget()
				if r.Node != nil || r.Canonical == "" {
					t.Errorf("forgotten: %+v", r)
				}
				got = append(got, kept{r.ID, r.At("x").Path, r.URL, r.Methods, r.Closed, r.Unmatched, r.Issuers})
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(- want, + got):\n%s", d)
			}
		})
	}
}

// TestForgetRule holds that a Rule, unlike a native rule, has no canonical text and
// matches nothing without a match.
func TestForgetRule(t *testing.T) {
	r := AccessRule{Node: source.NodeOfText(`{upstream: {url: "http://a"}}`)}
	r.Forget()
	if r.Unmatched || r.Canonical != "" {
		t.Errorf("%+v", r)
	}
}

// TestCanonicalText holds what makes two rules one: their values, and not how
// these are spelled.
func TestCanonicalText(t *testing.T) {
	text := func(s string) string { return (&AccessRule{Node: source.NodeOfText(s)}).Text() }
	if a, b := text(`{id: "a", n: 1}`), text("id: a\nn: 1\n"); a != b {
		t.Errorf("%s and %s", a, b)
	}
	if a, b := text(`{id: a}`), text(`{id: b}`); a == b {
		t.Errorf("both are %s", a)
	}
}

// TestOathkeeperFile holds what is a configuration of Oathkeeper, and what it says.
func TestOathkeeperFile(t *testing.T) {
	inline := "inline://" + base64.StdEncoding.EncodeToString([]byte(`[{"id": "a", "authenticators": []}]`))
	broken := "inline://" + base64.StdEncoding.EncodeToString([]byte(`{"id": "a"}`))
	type file struct {
		Path, Strategy string
		Repositories   []string
		Inline         int
		Remote         []string
	}
	for name, c := range map[string]struct {
		text string
		want *file
	}{
		"repositories": {"access_rules: {repositories: ['file:///a', '" + inline + "', '" + broken + "', 'https://a', 's3://b', 'inline://%', 'plain']}\n", &file{
			Repositories: []string{"file:///a", inline, broken, "https://a", "s3://b", "inline://%", "plain"}, Inline: 1, Remote: []string{"https://a", "s3://b"},
		}},
		"one repository":        {"access_rules: {repositories: 'https://a'}\n", &file{Repositories: []string{"https://a"}, Remote: []string{"https://a"}}},
		"strategy":              {"access_rules: {matching_strategy: glob}\n", &file{Strategy: "glob"}},
		"handlers":              {"authenticators: {}\nserve: {proxy: {port: 1}}\n", &file{}},
		"handlers without":      {"authenticators: {}\nserve: {api: {port: 1}}\n", nil},
		"another configuration": {"access_rules: {}\n", nil},
		"an object":             {"apiVersion: v1\nkind: X\naccess_rules: {matching_strategy: glob}\n", nil},
		"ConfigMap":             {"kind: ConfigMap\nmetadata: {name: a}\ndata:\n  a.yaml: 'access_rules: {}'\n  b.yaml: 'access_rules: {matching_strategy: glob}'\n  c.yaml: 'access_rules: {matching_strategy: regexp}'\n", &file{Path: `data["b.yaml"]`, Strategy: "glob"}},
	} {
		t.Run(name, func(t *testing.T) {
			doc, root := parse(t, c.text)
			var got *file
			if f := ReadOathkeeperFile(doc, root); f != nil {
				got = &file{f.Origin.Path, f.Strategy, f.Repositories, len(f.Inline()), f.Remote()}
				for _, r := range f.Inline() {
					if r.ID != "a" || !r.Native || r.At("x").Path != f.Origin.Path {
						t.Errorf("%+v", r)
					}
				}
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(- want, + got):\n%s", d)
			}
		})
	}
}
