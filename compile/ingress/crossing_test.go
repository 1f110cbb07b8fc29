package ingress

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// TestCrossing holds that what Skipper would read otherwise than it is meant is
// refused, whatever let it through before.
func TestCrossing(t *testing.T) {
	for name, c := range map[string]struct {
		path    pathlang.Path
		who     ir.Principal
		native  string
		refused bool
	}{
		"a parameter":             {path: pathlang.Path{Lang: pathlang.Fabric, Text: "/a/{b}/**"}},
		"a colon in front":        {path: pathlang.Path{Lang: pathlang.Fabric, Text: "/a/:b"}, refused: true},
		"a colon inside":          {path: pathlang.Path{Lang: pathlang.Fabric, Text: "/a/b:c"}},
		"a star inside":           {path: pathlang.Path{Lang: pathlang.Fabric, Text: "/a/b*"}},
		"a quote in a path":       {path: pathlang.Path{Lang: pathlang.Exact, Text: `/a") || True("`}},
		"a caller":                {path: pathlang.Path{Lang: pathlang.Exact, Text: "/a"}, who: ir.Services{Claim: "sub", IDs: []string{`x") || True("`, "y\n//"}}},
		"a filter":                {path: pathlang.Path{Lang: pathlang.Exact, Text: "/a"}, native: `setPath("/x")`},
		"a comment over the next": {path: pathlang.Path{Lang: pathlang.Exact, Text: "/a"}, native: `setPath("/x") // y`, refused: true},
	} {
		r := &ir.Route{Match: match.Set{Path: c.path, Methods: []string{"GET"}}, Access: ir.Access{Grants: []ir.Grant{{Proof: ir.TokenInfo{}, Who: c.who}}}}
		if c.native != "" {
			r.Filters = []ir.Filter{ir.Native{Engine: engine, Text: c.native}, ir.Native{Engine: engine, Text: `setQuery("a", "b")`}}
		}
		var found diag.List
		g := &ir.Gateway{Order: match.MostSpecific, Routes: []*ir.Route{r}}
		checkCrossing(g, routesOf(g), nil, &found)
		if refused := len(found) > 0 && found[0].Code == diag.TextWidens; refused != c.refused || len(found) > 1 {
			t.Errorf("%s: %v", name, found)
		}
	}
	if got := readPath(eskip.Of("Path", `/a"b`)); got != (pathlang.Path{Lang: pathlang.Skipper, Text: `/a"b`}) {
		t.Error(got)
	}
}
