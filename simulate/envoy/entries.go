package envoy

import (
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Entries lists the routes, host by host of each gateway, each in the order in
// which they are asked, with what each matches and where it sends it: one entry
// for each destination.
func (g *Gateway) Entries() []simulate.Entry {
	var out []simulate.Entry
	for _, t := range g.tables {
		for _, name := range slices.Sorted(maps.Keys(t.hosts)) {
			h := t.hosts[name]
			for _, r := range h.routes {
				out = append(out, r.entries(h)...)
			}
		}
	}
	for _, st := range g.streams {
		chosen, _ := destination(st.entry, &simulate.Request{}, st.manifest.Namespace)
		if chosen != nil {
			out = append(out, simulate.Entry{
				Name: st.id(), At: st.place, Group: st.group(), To: service(source.Field(chosen, "destination"), st.manifest.Namespace),
				Set: match.Set{Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}, View: match.RawPath},
			})
		}
	}
	return out
}

func (r *route) entries(h *virtualHost) []simulate.Entry {
	e := simulate.Entry{Name: r.id(), At: r.at, Group: h.group(), Exact: true}
	e.Set, e.Exact = r.requestSet(h.name)
	e.Exact = e.Exact && !h.leavesNames() && !h.isShared() && len(r.before) == 0 && len(r.only) == 0 && (r.port == 0 || h.table.number != 0)
	if source.Field(r.entry, "redirect") != nil || source.Field(r.entry, "directResponse") != nil || r.missing != nil {
		return append([]simulate.Entry{e}, r.unsureEntries(e)...)
	}
	e.Rewrite, _ = r.rewrites()
	var out []simulate.Entry
	var places []*source.Node
	for _, n := range source.Elements(source.Field(r.entry, "route")) {
		places = append(places, source.Field(n, "destination"))
	}
	for _, m := range r.mirrors() {
		places = append(places, m.to)
	}
	for _, n := range places {
		own := e
		own.To = service(n, r.manifest.Namespace)
		if !slices.ContainsFunc(out, func(o simulate.Entry) bool { return o.To == own.To }) {
			out = append(out, own)
		}
	}
	if out == nil {
		out = append(out, e)
	}
	return append(out, r.unsureEntries(e)...)
}

// unsureEntries returns an entry for what a route may match besides its set:
// anything, where it has conditions that are not read.
func (r *route) unsureEntries(e simulate.Entry) []simulate.Entry {
	if len(r.before) == 0 {
		return nil
	}
	e.Set = match.Set{Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}, View: match.RawPath, Hosts: e.Set.Hosts}
	return []simulate.Entry{e}
}

// leavesNames reports whether a wildcard host leaves some of its names to others.
func (h *virtualHost) leavesNames() bool {
	if !strings.HasPrefix(h.name, "*") {
		return false
	}
	for other := range h.table.hosts {
		if other != h.name && strings.HasSuffix(other, h.name[1:]) {
			return true
		}
	}
	return false
}

// requestSet returns the set that the route matches. Exact is false where the set
// is too large, because sets cannot express one of the conditions.
func (r *route) requestSet(host string) (s match.Set, exact bool) {
	s = match.Set{Hosts: []string{host}, Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}, View: match.RawPath}
	exact = true
	for i := range r.conditions {
		switch c := &r.conditions[i]; {
		case c.isAbout("uri") && c.path != nil:
			s.Path = c.pattern()
		case c.isAbout("method") && c.methods() != nil:
			s.Methods = c.methods()
		default:
			exact = false
		}
	}
	return s, exact
}

var choices = lazyregexp.New(`^\^?\(?([A-Za-z]+(?:\|[A-Za-z]+)*)\)?\$?$`)

// methods lists the methods of a condition, nil where they cannot be listed.
func (c *condition) methods() []string {
	switch c.kind {
	case "exact":
		return []string{c.text}
	case "regex":
		if m := choices().FindStringSubmatch(c.text); m != nil {
			return strings.Split(m[1], "|")
		}
	}
	return nil
}
