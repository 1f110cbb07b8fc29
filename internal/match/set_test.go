package match

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/pathlang"
)

func TestRelateFields(t *testing.T) {
	p := pathlang.Path{Lang: pathlang.Prefix, Text: "/"}
	head := func(name string, not bool, values ...string) []Predicate {
		return []Predicate{{Header, name, values, not}}
	}
	tests := []struct {
		name string
		a, b Set
		want Kind
	}{
		{"any host", Set{Path: p}, Set{Hosts: []string{"a.test"}, Path: p}, Superset},
		{"other hosts", Set{Hosts: []string{"b.test"}, Path: p}, Set{Hosts: []string{"a.test"}, Path: p}, Disjoint},
		{"wildcard", Set{Hosts: []string{"*.a.test"}, Path: p}, Set{Hosts: []string{"x.a.test"}, Path: p}, Superset},
		{"not the suffix itself", Set{Hosts: []string{"*.a.test"}, Path: p}, Set{Hosts: []string{"a.test"}, Path: p}, Disjoint},
		{"nested wildcards", Set{Hosts: []string{"*.a.test"}, Path: p}, Set{Hosts: []string{"*.b.a.test"}, Path: p}, Superset},
		{"host pattern", Set{HostPattern: pathlang.Path{Lang: pathlang.Regexp2, Text: `(eu|us)\.a\.test`}, Path: p}, Set{Hosts: []string{"us.a.test", "x.test"}, Path: p}, Overlap},
		{"methods", Set{Methods: []string{"GET", "PUT"}, Path: p}, Set{Methods: []string{"PUT"}, Path: p}, Superset},
		{"no methods", Set{Methods: []string{}, Path: p}, Set{Path: p}, Disjoint},
		{"case matters", Set{Methods: []string{"get"}, Path: p}, Set{Methods: []string{"GET"}, Path: p}, Disjoint},
		{"case does not matter", Set{Methods: []string{"get"}, AnyCase: true, Path: p}, Set{Methods: []string{"GET"}, Path: p}, Superset},
		{"schemes", Set{Schemes: []string{"http"}, Path: p}, Set{Schemes: []string{"http", "https"}, Path: p}, Subset},
		{"no schemes", Set{Schemes: []string{}, Path: p}, Set{Path: p}, Disjoint},
		{"header", Set{Predicates: head("X-A", false, "1"), Path: p}, Set{Path: p}, Subset},
		{"header value", Set{Predicates: head("X-A", false, "1"), Path: p}, Set{Predicates: head("x-a", false, "2"), Path: p}, Disjoint},
		{"header presence", Set{Predicates: head("X-A", false), Path: p}, Set{Predicates: head("x-a", false, "2"), Path: p}, Superset},
		{"header absence", Set{Predicates: head("X-A", true), Path: p}, Set{Predicates: head("x-a", false), Path: p}, Disjoint},
		{"header not value", Set{Predicates: head("X-A", true, "1"), Path: p}, Set{Predicates: head("x-a", false, "1", "2"), Path: p}, Overlap},
		{"two headers", Set{Predicates: head("X-A", false, "1"), Path: p}, Set{Predicates: head("X-B", false, "1"), Path: p}, Overlap},
		{"path and method", Set{Methods: []string{"GET"}, Path: p}, Set{Path: pathlang.Path{Lang: pathlang.Exact, Text: "/a"}}, Overlap},
	}
	for _, tt := range tests {
		r := relateSets(tt.a, tt.b)
		if r.Kind != tt.want {
			t.Errorf("%s: %v (%s), want %v", tt.name, r.Kind, r.Reason, tt.want)
		}
		if m := relateSets(tt.b, tt.a); m.Kind != tt.want.Mirror() {
			t.Errorf("%s, mirrored: %v", tt.name, m.Kind)
		}
		if d := differenceOf(tt.a, tt.b); d.Reason != "" || d.Empty != (tt.want == Subset || tt.want == Equal) && tt.want != Disjoint {
			t.Errorf("%s: difference %+v", tt.name, d)
		}
	}
}

func TestDifference(t *testing.T) {
	get := func(l pathlang.Lang, text string, methods ...string) Set {
		return Set{Hosts: []string{"h.test"}, Methods: methods, Path: pathlang.Path{Lang: l, Text: text}}
	}
	a := get(pathlang.Regex, `/v[12]/.*`, "GET", "POST")
	tests := []struct {
		name   string
		others []Set
		want   string
	}{
		{"nothing taken", nil, "GET https://h.test/v1/"},
		{"covered by two", []Set{get(pathlang.Prefix, "/v1", "GET", "POST"), get(pathlang.Prefix, "/v2", "POST", "GET")}, ""},
		{"covered by methods", []Set{get(pathlang.Prefix, "/", "GET"), get(pathlang.Prefix, "/", "POST")}, ""},
		{"a method remains", []Set{get(pathlang.Prefix, "/", "GET"), get(pathlang.Prefix, "/v1", "POST")}, "POST https://h.test/v2/"},
		{"an exact path remains", []Set{get(pathlang.Regex, "/v1/.*"), get(pathlang.Regex, "/v2/.+")}, "GET https://h.test/v2/"},
		{"any method covers", []Set{get(pathlang.Template, "/*")}, ""},
	}
	for _, tt := range tests {
		got := ""
		d := differenceOf(a, tt.others...)
		if d.Witness != nil {
			got = d.Witness.Method + " " + d.Witness.URL()
		}
		if got != tt.want || d.Empty != (tt.want == "") || d.Reason != "" {
			t.Errorf("%s: %+v, want %q", tt.name, d, tt.want)
		}
	}
	if d := differenceOf(a, get(pathlang.Regex, `/v1/(`)); d.Reason == "" {
		t.Errorf("a set that was not understood: %+v", d)
	}
}

func TestParseRuleURL(t *testing.T) {
	both := []string{"http", "https"}
	tests := []struct {
		url  string
		s    pathlang.Strategy
		want Set
	}{
		{"<http|https>://a.test</x/.*>", 0, Set{Schemes: both, Hosts: []string{"a.test"}, Path: pathlang.Path{Lang: pathlang.Regexp2, Text: "/x/.*"}}},
		{"<https?>://a.test</>", 0, Set{Schemes: both, Hosts: []string{"a.test"}, Path: pathlang.Path{Lang: pathlang.Regexp2, Text: "/"}}},
		{"http://a.test/x.json", 0, Set{Schemes: both[:1], Hosts: []string{"a.test"}, Path: pathlang.Path{Lang: pathlang.Regexp2, Text: `/x\.json`}}},
		{"ftp://a.test/x", 0, Set{Schemes: []string{}, Hosts: []string{"a.test"}, Path: pathlang.Path{Lang: pathlang.Regexp2, Text: `/x`}}},
		{"<http|https>://a.test/v1<(/.*)?>", 0, Set{Schemes: both, Hosts: []string{"a.test"}, Path: pathlang.Path{Lang: pathlang.Regexp2, Text: `/v1((/.*)?)`}}},
		{"<http|https>://a.test</docs|/reports>", 0, Set{Schemes: both, Hosts: []string{"a.test"}, Path: pathlang.Path{Lang: pathlang.Regexp2, Text: `/docs|/reports`}}},
		{"<http|https>://a.test</(?!x).*>", 0, Set{Schemes: both, Hosts: []string{"a.test"}, Path: pathlang.Path{Lang: pathlang.Regexp2, Text: `/(?!x).*`}}},
		{"<http|https>://a.test<(?!/x)/.*>", 0, Set{Schemes: both, Hosts: []string{"a.test"}, Path: pathlang.Path{Lang: pathlang.Regexp2, Text: `(?!/x)/.*`}}},
		{"<http|https>://<(eu|us)\\.a\\.test></x>", 0, Set{Schemes: both, HostPattern: pathlang.Path{Lang: pathlang.Regexp2, Text: `(eu|us)\.a\.test`}, Path: pathlang.Path{Lang: pathlang.Regexp2, Text: `/x`}}},
		{"<http|https>://a.test<(:(80|443))?>/x", 0, Set{Schemes: both, HostPattern: pathlang.Path{Lang: pathlang.Regexp2, Text: `a\.test((:(80|443))?)`}, Path: pathlang.Path{Lang: pathlang.Regexp2, Text: `/x`}}},
		{"<http|https>://a.test<.*>", 0, Set{URL: pathlang.Path{Lang: pathlang.Regexp2, Text: "<http|https>://a.test<.*>"}}},
		{"<.*>", 0, Set{URL: pathlang.Path{Lang: pathlang.Regexp2, Text: "<.*>"}}},
		{`<http|https>://a.test</([a-z]+)-\1>`, 0, Set{URL: pathlang.Path{Lang: pathlang.Regexp2, Text: `<http|https>://a.test</([a-z]+)-\1>`}}},
		{"<{http,https}>://a.test/<*>", pathlang.GlobStrategy, Set{Schemes: both, Hosts: []string{"a.test"}, Path: pathlang.Path{Lang: pathlang.Glob, Text: "/*"}}},
		{"http://a.test/<**>/", pathlang.GlobStrategy, Set{URL: pathlang.Path{Lang: pathlang.Glob, Text: "http://a.test/<**>/"}}},
		{"<{http,https}>://<*>.test/x", pathlang.GlobStrategy, Set{Schemes: both, HostPattern: pathlang.Path{Lang: pathlang.Glob, Text: "*.test"}, Path: pathlang.Path{Lang: pathlang.Glob, Text: "/x"}}},
	}
	for _, tt := range tests {
		tt.want.AnyCase = true
		got, err := ParseRuleURL(tt.url, tt.s)
		if d := cmp.Diff(tt.want, got); d != "" || err != nil {
			t.Errorf("%s: %v\n%s", tt.url, err, d)
		}
	}
	for _, url := range []string{"", "<http|https>://a.test<", "<(>", `<http>://a.test</\2>`, "<a>>"} {
		if got, err := ParseRuleURL(url, 0); err == nil {
			t.Errorf("%q gives %+v", url, got)
		}
	}
}

func TestWholeURLs(t *testing.T) {
	parse := func(url string) Set {
		s, err := ParseRuleURL(url, pathlang.RegexpStrategy)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	tests := []struct {
		a, b    string
		want    Kind
		witness string
	}{
		{"<http|https>://a.test<.*>", "<http|https>://a.test</x/.*>", Superset, "http://a.test/x/"},
		{"<http|https>://a<.*>", "<http|https>://b.test</x/.*>", Disjoint, ""},
		{"<.*>/admin", "https://b.test/<[a-z]+>", Overlap, "https://b.test/admin"},
		{"<http|https>://<(eu|us)>.test</x>", "http://us.test/<x|y>", Overlap, "http://us.test/x"},
	}
	for _, tt := range tests {
		r := relateSets(parse(tt.a), parse(tt.b))
		if r.Kind != tt.want || r.Witness != nil && r.Witness.URL() != tt.witness {
			t.Errorf("Relate(%s, %s) = %v (%s), %+v", tt.a, tt.b, r.Kind, r.Reason, r.Witness)
		}
		d := differenceOf(parse(tt.a), parse(tt.b))
		if d.Reason != "" || d.Empty {
			t.Errorf("Difference(%s, %s) = %+v", tt.a, tt.b, d)
		}
	}
	r := relateSets(parse(`<http|https>://a.test</([a-z]+)-\1>`), parse("<.*>"))
	if r.Kind != Unknown || r.Reason == "" {
		t.Errorf("a back-reference gives %+v", r)
	}
	s := parse(`<http|https>://a.test</([a-z]+)-\1>`)
	for path, want := range map[string]bool{"/x-http": true, "/x-x": false} {
		got, err := s.Accepts(Request{Scheme: "http", Host: "a.test", RawPath: path})
		if got != want || err != nil {
			t.Errorf("Accepts(%s) = %v, %v: group 1 is the scheme", path, got, err)
		}
	}
}

func TestViews(t *testing.T) {
	tests := []struct {
		raw, envoy, decoded, cleaned, slashed string
	}{
		{"/a", "/a", "/a", "/a", "/a"},
		{"/a/", "/a/", "/a/", "/a", "/a/"},
		{"//a", "//a", "//a", "/a", "/a"},
		{"/a/../b", "/b", "/a/../b", "/b", "/b"},
		{"/a/%2e%2e/b/.", "/b/", "/a/../b/.", "/b", "/b"},
		{"/a%2F..%2Fb", "/a%2F..%2Fb", "/a/../b", "/b", "/b"},
		{"/..", "/", "/..", "/", "/"},
		{`/a\b`, "/a/b", `/a\b`, `/a\b`, `/a\b`},
		{"/%20", "/%20", "/ ", "/ ", "/ "},
	}
	for _, tt := range tests {
		for v, want := range map[View]string{RawPath: tt.envoy, DecodedPath: tt.decoded, CleanedPath: tt.cleaned, SlashedPath: tt.slashed} {
			if got, ok := v.See(tt.raw); got != want || !ok {
				t.Errorf("view %d sees %s as %s, want %s", v, tt.raw, got, want)
			}
		}
	}
	if _, ok := DecodedPath.See("/%zz"); ok {
		t.Error("a malformed escape is accepted")
	}
}

func TestRelateAcrossViews(t *testing.T) {
	gate := func(text string) Set { return at(pathlang.Regex, text) }
	rule := func(text string, v View) Set { s := at(pathlang.Regexp2, text); s.View = v; return s }
	tests := []struct {
		a, b Set
		want Kind
	}{
		{gate(`/enc/[^/]+`), rule(`/enc/[^/]+`, DecodedPath), Overlap}, // %2F and newlines
		{gate(`/[a-z]+`), rule(`/[a-z]+`, DecodedPath), Subset},
		{gate(`/a/`), rule(`/a/`, CleanedPath), Disjoint},
		{gate(`/a/`), rule(`/a/`, DecodedPath), Subset},
		{gate(`/%41`), rule(`/A`, DecodedPath), Subset},
		{gate(`/é`), rule(`/é`, DecodedPath), Subset},
		{gate(`/%C3%A9`), rule(`/é`, DecodedPath), Subset},
	}
	for _, tt := range tests {
		r := relateSets(tt.a, tt.b)
		if r.Kind != tt.want {
			t.Errorf("Relate(%v, %v) = %v (%s), want %v; %+v %+v", tt.a.Path, tt.b.Path, r.Kind, r.Reason, tt.want, r.OnlyA, r.OnlyB)
		}
		if (r.Within != "") != (tt.b.View == CleanedPath) {
			t.Errorf("Relate(%v, %v) within %q", tt.a.Path, tt.b.Path, r.Within)
		}
	}
}
