package validate

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// pair is the result of a comparison of two entries.
type pair struct {
	I, J    int
	Kind    string
	Witness string
}

func describe(i, j int, r match.Relation) pair {
	p := pair{I: i, J: j, Kind: r.Kind.String()}
	if r.Witness != nil {
		p.Witness = r.Witness.Method + " " + r.Witness.URL()
	}
	return p
}

// TestPairsOfFindsWhatPairsFinds compares View.pairsOf with the comparison of all
// entries, over generated ones.
func TestPairsOfFindsWhatPairsFinds(t *testing.T) {
	for seed := range int64(300) {
		takes := generate(rand.New(rand.NewSource(seed)))
		sets := make([]match.Set, len(takes))
		for i := range takes {
			sets[i] = takes[i].Set
		}
		var want, got []pair
		all := match.Pairs(match.NewJudge().CompileAll(sets), nil, func(i, j int, r match.Relation) bool {
			want = append(want, describe(i, j, r))
			return true
		})
		counts := (&View{}).pairsOf(takes, func(i, j int, r match.Relation) { got = append(got, describe(i, j, r)) })
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("seed %d: %v\n%s", seed, sets, d)
		}
		if counts.Pairs != all.Pairs || counts.Disjoint != all.Disjoint || counts.Meeting != all.Meeting || counts.Unknown != all.Unknown {
			t.Errorf("seed %d: counts are %+v, of all pairs %+v", seed, counts, all)
		}
	}
}

// generate makes entries of one view that often share a part of their paths.
func generate(r *rand.Rand) []*ir.Entry {
	pick := func(list ...string) string { return list[r.Intn(len(list))] }
	hosts := [][]string{{"a.test"}, {"a.test"}, {"a.test"}, {"b.test"}, {"a.test", "b.test"}}
	if r.Intn(3) == 0 {
		hosts = append(hosts, []string{"*.test"}, nil)
	}
	methods := [][]string{{"GET"}, {"GET"}, {"POST"}, {"GET", "POST"}, {"get"}, nil, {}}
	langs := []pathlang.Lang{pathlang.Regex, pathlang.Template, pathlang.Star, pathlang.Exact, pathlang.Prefix}
	oathkeeper := r.Intn(2) == 0
	out := make([]*ir.Entry, 2+r.Intn(12))
	for i := range out {
		s := match.Set{Hosts: hosts[r.Intn(len(hosts))], Methods: methods[r.Intn(len(methods))], View: match.RawPath}
		s.Path.Lang = langs[r.Intn(len(langs))]
		if oathkeeper {
			s.View, s.AnyCase, s.Path.Lang = match.DecodedPath, true, pathlang.Regexp2
		}
		s.Path.Text = path(&s, pick)
		out[i] = &ir.Entry{Set: s}
	}
	if oathkeeper && r.Intn(4) == 0 {
		out[0].Set.URL = pathlang.Path{Lang: pathlang.Regexp2, Text: "<http|https>://<[a-z]+>.test/a<.*>"}
	}
	return out
}

func path(s *match.Set, pick func(...string) string) string {
	var b strings.Builder
	for range 1 + strings.Count(pick("", "x", "xx"), "x") {
		b.WriteString("/")
		switch s.Path.Lang {
		case pathlang.Template:
			b.WriteString(pick("a", "b", "{*}", "a.b"))
		case pathlang.Exact, pathlang.Prefix, pathlang.Star:
			b.WriteString(pick("a", "b", "ab", "é"))
		default:
			b.WriteString(pick("a", "b", "ab", "é?", "é+", "a?b", "ab*", "a{0,2}", "[ab]", ".*", "(?:a|b)", "a|b", `a\.`, "(?i)A", "(?!a).", "", "^a", "a$", `([a-z])\1`, `\u0061`, "a{", "ab{2}c", "a{*}"))
		}
	}
	switch s.Path.Lang {
	case pathlang.Star:
		b.WriteString(pick("", "*", "/*"))
	case pathlang.Template:
		b.WriteString(pick("", "/{**}", "/{**}/x"))
	}
	return b.String()
}

// TestBeginning checks that every path of a set starts with its beginning, on
// texts in which an operator touches the character before it.
func TestBeginning(t *testing.T) {
	for _, c := range []struct {
		lang       pathlang.Lang
		text, want string
	}{
		{pathlang.Exact, "/a.b*", "/a.b*"},
		{pathlang.Prefix, "/a(", "/a("},
		{pathlang.Regexp2, "/items", "/items"},
		{pathlang.Regexp2, "/items/.*", "/items/"},
		{pathlang.Regexp2, "/items?", "/item"},
		{pathlang.Regexp2, "/items*/x", "/item"},
		{pathlang.Regexp2, "/items{2}", "/item"},
		{pathlang.Regexp2, "/items+", "/items"},
		{pathlang.Regexp2, "/caf\u00e9?", "/caf"},
		{pathlang.Regexp2, "/a|/b", ""},
		{pathlang.Regexp2, "(/a)?/b", ""},
		{pathlang.Regexp2, `/a\.b`, "/a"},
		{pathlang.Regexp2, "?", ""},
		{pathlang.Template, "/items/{*}/x", "/items/"},
		{pathlang.Template, "/{**}", "/"},
		{pathlang.Template, "/a.b", "/a"},
		{pathlang.Star, "/*", ""},
		{pathlang.Star, "/ab*", "/a"},
	} {
		if got := (pathlang.Path{Lang: c.lang, Text: c.text}).Beginning(); got != c.want {
			t.Errorf("beginning(%s %q) = %q, want %q", c.lang, c.text, got, c.want)
		}
	}
}

// TestCandidates lists entries that are compared, and entries that are not.
func TestCandidates(t *testing.T) {
	take := func(host, method, path string) *ir.Entry {
		return &ir.Entry{Set: match.Set{Hosts: []string{host}, Methods: []string{method}, Path: pathlang.Path{Lang: pathlang.Regexp2, Text: path}, View: match.DecodedPath}}
	}
	takes := []*ir.Entry{
		take("a.test", "GET", "/x/.*"), take("b.test", "GET", "/x/.*"), take("a.test", "POST", "/x/.*"), take("a.test", "GET", "/y/.*"),
		take("a.test", "PUT", "/z"), take("a.test", "put", "/z/?"),
	}
	if got := fmt.Sprint(candidates(takes)); got != "[4 5]" {
		t.Errorf("candidates are %s, want [4 5]", got)
	}
	takes = append(takes, take("*.test", "DELETE", "/q"))
	if got := len(candidates(takes)); got != len(takes) {
		t.Errorf("beside a wildcard %d are compared, want all %d", got, len(takes))
	}
}

// TestCandidatesOfManyOnOneHost exceeds the number of entries that are compared one by
// one.
func TestCandidatesOfManyOnOneHost(t *testing.T) {
	var takes []*ir.Entry
	for i := range maxGroup + 20 {
		takes = append(takes, &ir.Entry{Set: match.Set{Hosts: []string{"a.test"}, Path: pathlang.Path{Lang: pathlang.Regexp2, Text: fmt.Sprintf("/svc%d/.*", i)}}})
	}
	takes[3].Set.Path.Text = "/svc[0-9]+/x"
	met := 0
	counts := (&View{}).pairsOf(takes, func(i, j int, _ match.Relation) {
		if met++; i != 3 && j != 3 {
			t.Errorf("%d and %d meet", i, j)
		}
	})
	n := len(takes)
	if met != n-1 || counts.Meeting != n-1 || counts.Pairs != n*(n-1)/2 || counts.Disjoint != counts.Pairs-(n-1) {
		t.Errorf("%d pairs meet: %+v", met, counts)
	}
}

// TestRelateCommon relates routes method for method.
func TestRelateCommon(t *testing.T) {
	take := func(path string, set, want []string) *ir.Entry {
		s := match.Set{Hosts: []string{"a.test"}, Path: pathlang.Path{Lang: pathlang.Regex, Text: path}, View: match.RawPath}
		s.Methods = set
		return &ir.Entry{Set: s, Methods: want, Path: s.Path}
	}
	get, both := []string{"GET"}, []string{"GET", "POST"}
	for _, c := range []struct {
		name string
		a, b *ir.Entry
		want match.Kind
	}{
		{"specific with more methods", take("/a", both, both), take("/.*", get, get), match.Subset},
		{"general with fewer methods", take("/.*", get, get), take("/a", both, both), match.Superset},
		{"same methods", take("/a.*", get, get), take("/.*b", get, get), match.Overlap},
		{"no method in common", take("/.*", get, get), take("/a", []string{"POST"}, []string{"POST"}), match.Disjoint},
		{"every method is taken", take("/.*", nil, get), take("/a", nil, []string{"POST"}), match.Superset},
		{"what the later route takes beyond its list is nobody's", take("/a", get, get), take("/a", nil, get), match.Equal},
		{"other paths", take("/b", get, get), take("/a", get, get), match.Disjoint},
	} {
		if got := (&View{}).relateCommon(c.a, c.b); got.Kind != c.want {
			t.Errorf("%s: %s, want %s", c.name, got.Kind, c.want)
		}
	}
}
