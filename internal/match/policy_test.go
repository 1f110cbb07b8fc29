package match

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/pathlang"
)

func TestPolicyPath(t *testing.T) {
	for _, c := range []struct {
		policy, source string
		lang           pathlang.Lang
		want           Kind
	}{
		{"/foo*", "/foo*", pathlang.Regex, Overlap}, // "/fo" is the expression's alone
		{"/{*}", `/\{*\}`, pathlang.Regex, Disjoint},
		{"/foo", "/foo", pathlang.Exact, Equal},
		{"/fo*o", "/fo*o", pathlang.Exact, Equal},
		{"/*", "/.*", pathlang.Regex, Equal},
		{"*", "/.*", pathlang.Regex, Equal},
		{"*.json", `.*\.json`, pathlang.Regex, Equal},
		{"/a/{*}", "/a/[^/]+", pathlang.Regex, Subset},
		{"/a/{**}", "/a/.*", pathlang.Regex, Subset},
		{"/a.b/{*}", "/axb/{*}", pathlang.Template, Disjoint},
		{"/a/{**}/b.c", "/a/{**}/b.c", pathlang.Template, Overlap}, // "*" and "%" alone
	} {
		r := relateSets(Set{Path: pathlang.PolicyPath(c.policy), View: RawPath}, Set{Path: pathlang.Path{Lang: c.lang, Text: c.source}, View: RawPath})
		if r.Kind != c.want {
			t.Errorf("the policy path %s is %s to %s, not %s", c.policy, r.Kind, c.source, c.want)
		}
	}
}

func TestTemplateMeaning(t *testing.T) {
	takes := func(p pathlang.Path, path string) bool {
		ok, err := Set{Path: p, View: RawPath}.Accepts(Request{Method: "GET", Scheme: "https", Host: "a", RawPath: path})
		return ok && err == nil
	}
	for _, c := range []struct {
		template  string
		yes, no   []string
		expressed Kind // the controller's expression to the meaning
	}{
		{"/a/{**}/b", []string{"/a/b", "/a/x/b", "/a/x/y/b", "/a//b"}, []string{"/a", "/ab", "/a/x", "/a/b/c"}, Subset},
		{"/a/{**}", []string{"/a/", "/a/x/y"}, []string{"/a", "/ab"}, Equal},
		{"/{*}/{**}/b", []string{"/x/b", "/x/z/b"}, []string{"/b", "/x/b/"}, Subset},
		{"/a.b", []string{"/a.b"}, []string{"/axb"}, Superset},
		{"/a(b)", []string{"/a(b)"}, []string{"/ab"}, Disjoint},
		{"/*", []string{"/", "/x"}, nil, Equal},
		{"/{**}", []string{"/", "/x"}, nil, Equal},
	} {
		p := pathlang.Path{Lang: pathlang.Template, Text: c.template}
		meaning := pathlang.TemplateMeaning(p)
		for _, path := range c.yes {
			if !takes(meaning, path) {
				t.Errorf("%s does not mean %s", c.template, path)
			}
		}
		for _, path := range c.no {
			if takes(meaning, path) {
				t.Errorf("%s means %s", c.template, path)
			}
		}
		if r := relateSets(Set{Path: p, View: RawPath}, Set{Path: meaning, View: RawPath}); r.Kind != c.expressed {
			t.Errorf("the expression of %s is %s to its meaning, not %s", c.template, r.Kind, c.expressed)
		}
	}
}
