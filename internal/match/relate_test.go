package match

import (
	"testing"
)

func at(l Lang, text string) Set {
	return Set{Hosts: []string{"h.test"}, Methods: []string{"GET"}, Path: Path{l, text}}
}

func TestRelate(t *testing.T) {
	tests := []struct {
		a, b    Set
		want    Kind
		witness string
	}{
		{at(Regex, `/foo/.*`), at(Regex, `/foo/bar`), Superset, "/foo/bar"},
		{at(Regex, `/foo/.*`), at(Prefix, `/foo/`), Equal, "/foo/"},
		{at(Regex, `/foo/.*`), at(Prefix, `/foo`), Subset, "/foo/"},
		{at(Regex, `/[^/]+/x`), at(Regex, `/a/[^/]+`), Overlap, "/a/x"},
		{at(Regex, `/a`), at(Regex, `/b`), Disjoint, ""},
		{at(Regexp2, `/(?!admin).*`), at(Regexp2, `/admin/.*`), Disjoint, ""},
		{at(Regexp2, `/(?!admin/).*`), at(Regexp2, `/admin.*`), Overlap, "/admin"},
		{at(Regexp2, `/(?!orders/|stock$).*`), at(Regexp2, `/stock`), Disjoint, ""},
		{at(Regexp2, `/(?!orders/|stock$).*`), at(Regexp2, `/stock.*`), Overlap, "/stocka"},
		{at(Regexp2, `/((?!admin).)*`), at(Regexp2, `/.*admin.*`), Disjoint, ""},
		{at(Regexp2, `/a`), at(Exact, `/a`), Disjoint, ""},
		{at(Regexp2, `/docs|/reports`), at(Regexp2, `/reports`), Superset, "/reports"},
		{at(Regexp2, `^/a`), at(Regexp2, `/a`), Disjoint, ""},
		{at(Regexp2, `/a\d`), at(Regexp2, `/a[0-9]`), Superset, "/a0"},
		{at(Template, `/*`), at(Template, `/{**}`), Superset, "/"},
		{at(Template, `/a/{*}`), at(Template, `/a/{**}`), Subset, "/a/a"},
		{at(Template, `/a/{*}/b`), at(Template, `/a/c/{**}`), Overlap, "/a/c/b"},
		{at(Glob, `/one/*`), at(Glob, `/one/a.b`), Disjoint, ""},
		{at(Glob, `/one/**`), at(Glob, `/one/a.b`), Superset, "/one/a.b"},
		{at(Fabric, `/tree/**`), at(Fabric, `/tree`), Disjoint, ""},
		{at(Fabric, `/tree/{id}`), at(Fabric, `/tree/**`), Subset, "/tree/a"},
		{at(Fabric, `/**`), at(Fabric, `/`), Superset, "/"},
		{at(Skipper, `/a/:id`), at(Subtree, `/a`), Subset, "/a/a"},
		{at(Regex, `.*`), at(Prefix, `/`), Equal, "/"},
		{at(Regex, `[^/]+`), at(Prefix, `/`), Disjoint, ""},
		{at(Regex, `/\bfoo\b.*`), at(Regex, `/foo[a-z]+`), Disjoint, ""},
		{at(Regex, `/(?i)FOO`), at(Exact, `/fOo`), Superset, "/fOo"},
	}
	for _, tt := range tests {
		r := Relate(tt.a, tt.b)
		if tt.a.Path.Lang == Regexp2 && tt.b.Path.Lang == Exact {
			tt.b.View = DecodedPath
			tt.want, tt.witness = Superset, "/a"
			r = Relate(tt.a, tt.b)
		}
		if r.Kind != tt.want {
			t.Errorf("Relate(%v, %v) = %v (%s), want %v", tt.a.Path, tt.b.Path, r.Kind, r.Reason, tt.want)
			continue
		}
		if r.Witness == nil && tt.witness != "" || r.Witness != nil && r.Witness.RawPath != tt.witness {
			t.Errorf("Relate(%v, %v): witness %+v, want %s", tt.a.Path, tt.b.Path, r.Witness, tt.witness)
		}
		if m := Relate(tt.b, tt.a); m.Kind != r.Kind.Mirror() {
			t.Errorf("Relate(%v, %v) = %v, mirrored %v", tt.a.Path, tt.b.Path, r.Kind, m.Kind)
		}
	}
}
