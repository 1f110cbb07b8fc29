package envoy

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Entries lists the routes, host by host, each in the order in which they are
// asked, with what each takes and where it sends it.
func (g *Gateway) Entries() []simulate.Entry {
	var out []simulate.Entry
	for _, name := range slices.Sorted(maps.Keys(g.hosts)) {
		for _, r := range g.hosts[name].routes {
			e := simulate.Entry{Name: r.id(), At: r.at, Group: name, Exact: true}
			e.Set, e.Exact = r.set(name)
			if chosen, _ := destination(r.entry); chosen != nil && source.Field(r.entry, "redirect") == nil && source.Field(r.entry, "directResponse") == nil {
				e.To = service(source.Field(chosen, "destination"), r.manifest.Namespace)
			}
			e.Exact = e.Exact && !g.narrower(name)
			out = append(out, e)
		}
	}
	return out
}

// narrower tells whether a wildcard host leaves some of its names to others.
func (g *Gateway) narrower(name string) bool {
	if !strings.HasPrefix(name, "*") {
		return false
	}
	for other := range g.hosts {
		if other != name && strings.HasSuffix(other, name[1:]) {
			return true
		}
	}
	return false
}

// set is what the route takes; exact is false where it is more than that,
// because of a condition that a set does not have.
func (r *route) set(host string) (s match.Set, exact bool) {
	s = match.Set{Hosts: []string{host}, Path: match.Path{Lang: match.Prefix, Text: "/"}, View: match.RawPath}
	exact = true
	for i := range r.conditions {
		switch c := &r.conditions[i]; {
		case c.is("uri") && c.path != nil:
			s.Path = match.Path{Lang: languages[c.kind], Text: c.text}
		case c.is("method") && c.methods() != nil:
			s.Methods = c.methods()
		default:
			exact = false
		}
	}
	return s, exact
}

var choices = regexp.MustCompile(`^\^?\(?([A-Za-z]+(?:\|[A-Za-z]+)*)\)?\$?$`)

// methods lists the methods of a condition; nil where they cannot be listed.
func (c *condition) methods() []string {
	switch c.kind {
	case "exact":
		return []string{c.text}
	case "regex":
		if m := choices.FindStringSubmatch(c.text); m != nil {
			return strings.Split(m[1], "|")
		}
	}
	return nil
}
