package ingress

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/crossing"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
)

// checkCrossing reads what would be written as Skipper does, and reports paths
// that mean something else there, and routes whose text reads otherwise than it
// was meant.
func checkCrossing(g *ir.Gateway, routes []proxyRoute, purse *match.Purse, found *diag.List) {
	seen := map[string]bool{}
	for _, r := range g.Routes {
		p, ok := pathPredicate(r.Match.Path)
		if !ok || seen[r.Match.Path.Text] || refusedPath(r.Match.Path) {
			continue
		}
		seen[r.Match.Path.Text] = true
		one := crossing.Path{
			At: pathOf(r), Text: r.Match.Path.Text, Into: "Skipper's " + p.Name, Purse: purse,
			Means:   match.Set{Path: r.Match.Path, View: match.SlashedPath},
			Written: match.Set{Path: readPath(p), View: match.SlashedPath},
		}
		if len(g.Hosts) > 0 {
			one.Host = g.Hosts[0].Name
		}
		crossing.Check(one, found)
	}
	for i := range routes {
		if p := &routes[i]; !readsBack(p) {
			found.Add(diag.Finding{
				Code: diag.TextWidens, At: keyOf(p.origin),
				Message: fmt.Sprintf("the route %q reads otherwise in Skipper than it is meant", p.name),
				Help:    "write names, headers and additional filters without comments, quotes and line ends",
			})
			return
		}
	}
}

// refusedPath reports whether a path is refused already: "**" is elsewhere than
// in the last segment.
func refusedPath(p pathlang.Path) bool {
	rest, free := strings.CutSuffix(p.Text, "/**")
	return p.Lang == pathlang.Fabric && strings.Contains(rest, "**") && (free || rest == p.Text)
}

// readPath is the path that Skipper reads from the text of a predicate.
func readPath(p eskip.Call) pathlang.Path {
	calls, err := eskip.ParsePredicates(p.String())
	if err != nil || len(calls) != 1 || len(calls[0].Args) != 1 {
		return pathlang.Path{Lang: pathlang.Prefix, Text: "/"}
	}
	text, _ := calls[0].Args[0].(string)
	if calls[0].Name == "PathSubtree" {
		return pathlang.Path{Lang: pathlang.Subtree, Text: text}
	}
	return pathlang.Path{Lang: pathlang.Skipper, Text: text}
}

// pathOf is where the author wrote the path of a route, if its methods have
// places below it.
func pathOf(r *ir.Route) source.Ref {
	at := r.Origin
	if end := strings.LastIndexByte(at.Path, ']'); strings.HasPrefix(at.Path, "spec.paths") && end > 0 {
		at.Path = at.Path[:end+1]
	}
	return keyOf(at)
}

// readsBack reports whether Skipper reads the conditions and filters of a route
// one by one as they are meant. An additional filter that is not one filter is
// reported by itself.
func readsBack(p *proxyRoute) bool {
	meant := p.allPredicates()
	if calls, err := eskip.ParsePredicates(eskip.JoinPredicates(meant)); err != nil || !slices.EqualFunc(calls, meant, sameCall) {
		return false
	}
	if slices.ContainsFunc(p.filters, func(c eskip.Call) bool { return c.Text != "" && !isOneFilter(c.Text) }) {
		return true
	}
	filters, err := eskip.ParseFilters(eskip.JoinFilters(p.filters))
	return len(p.filters) == 0 || err == nil && slices.EqualFunc(filters, p.filters, sameCall)
}

func isOneFilter(text string) bool {
	calls, err := eskip.ParseFilters(text)
	return err == nil && len(calls) == 1
}

// sameCall compares a call that was read with the one that was written; one
// that the author wrote as text is read by itself.
func sameCall(read, meant eskip.Call) bool {
	if meant.Text != "" {
		own, err := eskip.ParseFilters(meant.Text)
		return err == nil && len(own) == 1 && own[0].String() == read.String()
	}
	return read.Name == meant.Name && slices.Equal(read.Args, meant.Args) || read.String() == meant.String()
}
