package match

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/pathlang"
)

func at(l pathlang.Lang, text string) Set {
	return Set{Hosts: []string{"h.test"}, Methods: []string{"GET"}, Path: pathlang.Path{Lang: l, Text: text}}
}

func TestRelate(t *testing.T) {
	tests := []struct {
		a, b    Set
		want    Kind
		witness string
	}{
		{at(pathlang.Regex, `/foo/.*`), at(pathlang.Regex, `/foo/bar`), Superset, "/foo/bar"},
		{at(pathlang.Regex, `/foo/.*`), at(pathlang.Prefix, `/foo/`), Equal, "/foo/"},
		{at(pathlang.Regex, `/foo/.*`), at(pathlang.Prefix, `/foo`), Subset, "/foo/"},
		{at(pathlang.Regex, `/[^/]+/x`), at(pathlang.Regex, `/a/[^/]+`), Overlap, "/a/x"},
		{at(pathlang.Regex, `/a`), at(pathlang.Regex, `/b`), Disjoint, ""},
		{at(pathlang.Regexp2, `/(?!admin).*`), at(pathlang.Regexp2, `/admin/.*`), Disjoint, ""},
		{at(pathlang.Regexp2, `/(?!admin/).*`), at(pathlang.Regexp2, `/admin.*`), Overlap, "/admin"},
		{at(pathlang.Regexp2, `/(?!orders/|stock$).*`), at(pathlang.Regexp2, `/stock`), Disjoint, ""},
		{at(pathlang.Regexp2, `/(?!orders/|stock$).*`), at(pathlang.Regexp2, `/stock.*`), Overlap, "/stocka"},
		{at(pathlang.Regexp2, `/((?!admin).)*`), at(pathlang.Regexp2, `/.*admin.*`), Disjoint, ""},
		{at(pathlang.Regexp2, `/a`), at(pathlang.Exact, `/a`), Disjoint, ""},
		{at(pathlang.Regexp2, `/docs|/reports`), at(pathlang.Regexp2, `/reports`), Superset, "/reports"},
		{at(pathlang.Regexp2, `^/a`), at(pathlang.Regexp2, `/a`), Disjoint, ""},
		{at(pathlang.Regexp2, `/a\d`), at(pathlang.Regexp2, `/a[0-9]`), Superset, "/a0"},
		{at(pathlang.Template, `/*`), at(pathlang.Template, `/{**}`), Superset, "/"},
		{at(pathlang.Template, `/a/{*}`), at(pathlang.Template, `/a/{**}`), Subset, "/a/a"},
		{at(pathlang.Template, `/a/{*}/b`), at(pathlang.Template, `/a/c/{**}`), Overlap, "/a/c/b"},
		{at(pathlang.Glob, `/one/*`), at(pathlang.Glob, `/one/a.b`), Disjoint, ""},
		{at(pathlang.Glob, `/one/**`), at(pathlang.Glob, `/one/a.b`), Superset, "/one/a.b"},
		{at(pathlang.Fabric, `/tree/**`), at(pathlang.Fabric, `/tree`), Disjoint, ""},
		{at(pathlang.Fabric, `/tree/{id}`), at(pathlang.Fabric, `/tree/**`), Subset, "/tree/a"},
		{at(pathlang.Fabric, `/**`), at(pathlang.Fabric, `/`), Superset, "/"},
		{at(pathlang.Skipper, `/a/:id`), at(pathlang.Subtree, `/a`), Subset, "/a/a"},
		{at(pathlang.Regex, `.*`), at(pathlang.Prefix, `/`), Equal, "/"},
		{at(pathlang.Regex, `[^/]+`), at(pathlang.Prefix, `/`), Disjoint, ""},
		{at(pathlang.Regex, `/\bfoo\b.*`), at(pathlang.Regex, `/foo[a-z]+`), Disjoint, ""},
		{at(pathlang.Regex, `/(?i)FOO`), at(pathlang.Exact, `/fOo`), Superset, "/fOo"},
	}
	for _, tt := range tests {
		r := relateSets(tt.a, tt.b)
		if tt.a.Path.Lang == pathlang.Regexp2 && tt.b.Path.Lang == pathlang.Exact {
			tt.b.View = DecodedPath
			tt.want, tt.witness = Superset, "/a"
			r = relateSets(tt.a, tt.b)
		}
		if r.Kind != tt.want {
			t.Errorf("Relate(%v, %v) = %v (%s), want %v", tt.a.Path, tt.b.Path, r.Kind, r.Reason, tt.want)
			continue
		}
		if r.Witness == nil && tt.witness != "" || r.Witness != nil && r.Witness.RawPath != tt.witness {
			t.Errorf("Relate(%v, %v): witness %+v, want %s", tt.a.Path, tt.b.Path, r.Witness, tt.witness)
		}
		if m := relateSets(tt.b, tt.a); m.Kind != r.Kind.Mirror() {
			t.Errorf("Relate(%v, %v) = %v, mirrored %v", tt.a.Path, tt.b.Path, r.Kind, m.Kind)
		}
	}
}
