package prove

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate"
)

// partsBehind returns the parts of a guard for requests to a host as they are
// before a route rewrites them: of what the guard looks at, the requests that
// become it.
func (g *guard) partsBehind(route *classes.Part, host string) []classes.Part {
	w := route.Rewrite
	list := slices.Clone(g.always)
	for _, h := range append([]string{host}, w.Hosts...) {
		list = append(list, g.on[strings.ToLower(h)]...)
	}
	var out []classes.Part
	for _, p := range list {
		p.Set.Hosts = nil
		moves := w.Moves
		if moves == nil { // the path says nothing: the tokens are left
			p.Set.Path, p.Text = pathlang.Path{Lang: pathlang.Prefix, Text: "/"}, route.Text
			moves = []match.Move{{}}
		}
		for _, m := range moves {
			p := p
			p.Set.Move = m
			if rest, ok := strings.CutPrefix(p.Text, m.To); ok {
				p.Text = m.From + rest
			}
			out = append(out, p)
		}
	}
	for _, path := range w.Apart {
		out = append(out, classes.Part{Text: path, Entry: simulate.Entry{Set: match.Set{Path: pathlang.Path{Lang: pathlang.Exact, Text: path}, View: match.RawPath}}})
	}
	return out
}
