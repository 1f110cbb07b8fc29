package envoy_test

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile/envoy"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// TestTemplatesThatMeanLess: a path whose expression does not match the path itself is
// reported, unless the path is compared literally or Istio refuses the expression.
func TestTemplatesThatMeanLess(t *testing.T) {
	asItIs := func(p pathlang.Path) pathlang.Path { return pathlang.Path{Lang: pathlang.Exact, Text: p.Text} }
	template := func(p pathlang.Path) pathlang.Path { return p }
	for _, c := range []struct {
		text    string
		written func(pathlang.Path) pathlang.Path
		lost    string
	}{
		{"/a+b", template, "/a+b"},
		{"/a(b)", template, "/a(b)"},
		{"/a$", template, "/a$"},
		{"/a+/{*}", template, "/a+/"},
		{"/{**}/b", template, "/b"},
		{"/{**}/b.c", template, "/b.c"},
		{"/a.b", template, ""},
		{"/a/{**}", template, ""},
		{"/a(b", template, ""},
		{"/a+b", asItIs, ""},
	} {
		g := &ir.Gateway{
			Hosts:  []ir.Host{{Name: "a.example.com"}},
			Routes: []*ir.Route{{Match: match.Set{Methods: []string{"GET"}, Path: pathlang.Path{Lang: pathlang.Template, Text: c.text}}}},
		}
		found := envoy.Check(g, &ir.Target{Judge: match.NewJudge()}, c.written)
		if c.lost == "" && len(found) > 0 || c.lost != "" && (len(found) != 1 || found[0].Code != diag.TextNarrows || !strings.Contains(found[0].Message, "does not match "+c.lost)) {
			t.Errorf("%s: %v, want what is lost: %q", c.text, found, c.lost)
		}
	}
}
