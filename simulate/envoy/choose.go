package envoy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// landing is a place where a connection may arrive: a virtual host, or a rule that
// passes it on. The table of a rule is nil where its Gateway is not among the
// inputs.
type landing struct {
	host   *virtualHost
	stream *stream
	table  *table
}

// choose finds the virtual host of a request, or the rule that passes its
// connection on. Where several gateways serve the host, it asks which of them the
// request comes to.
func (g *Gateway) choose(r *simulate.Request) (*virtualHost, *stream) {
	found := bySNI(slices.Concat(g.passing(r), g.serving(r)), r)
	for i := range found {
		if i == len(found)-1 || r.Holds(found[i].whereChosen(found)) {
			return found[i].host, found[i].stream
		}
	}
	return nil, nil
}

// serving returns the virtual hosts for a request.
func (g *Gateway) serving(r *simulate.Request) []landing {
	var out []landing
	for _, t := range g.tables {
		if !t.admits(r) {
			continue
		}
		if h := t.landingOf(r.Host); h != nil {
			out = append(out, landing{host: h, table: t})
		}
	}
	return out
}

// passing returns the rules that pass on the connection of a request.
func (g *Gateway) passing(r *simulate.Request) []landing {
	var out []landing
	for _, s := range g.streams {
		if !s.namesHost(r.Host) || s.tls && r.Scheme != "https" {
			continue
		}
		known := false
		for _, t := range g.tables {
			if t.manifest == nil || !slices.ContainsFunc(s.gateways, t.isOf) {
				continue
			}
			known = true
			if s.comesTo(t, r) && t.isAsked(r.Gateway) {
				out = append(out, landing{stream: s, table: t})
			}
		}
		if !known && s.isAskedAt(s.port, r) && (r.Gateway == "" || slices.Contains(s.gateways, r.Gateway)) {
			out = append(out, landing{stream: s})
		}
	}
	return out
}

// whereChosen returns the condition that a connection comes to the landing and not
// to one of the others.
func (l *landing) whereChosen(all []landing) simulate.Unknown {
	if l.stream != nil && l.table == nil {
		name := l.stream.gateways[0]
		if slices.ContainsFunc(all, func(o landing) bool { return o.host != nil && o.table.isOf(name) }) {
			return simulate.Unknown{
				Why: simulate.Absent, At: l.stream.place, Needs: "the Gateway " + name, Key: "passes " + name,
				What: fmt.Sprintf("the Gateway %s, which is not among the inputs, passes TLS on", name),
			}
		}
		return simulate.Unknown{Why: simulate.Chosen, At: l.stream.place, Needs: "--gateway", What: "the request comes to " + name, Key: "gateway " + name}
	}
	shown := l.table.shown
	if l.stream != nil {
		shown = strings.Join(l.table.gateways, " and ") + " port " + fmt.Sprint(l.table.number)
	}
	return simulate.Unknown{Why: simulate.Chosen, At: l.table.placeOf(), Needs: "--gateway", What: "the request comes to " + shown, Key: "gateway " + shown}
}

func (t *table) placeOf() source.Ref {
	if t.manifest == nil {
		return source.Ref{}
	}
	return t.manifest.At("spec")
}

// admits reports whether a request may come to the table's servers.
func (t *table) admits(r *simulate.Request) bool {
	if t.scheme != "" && t.scheme != r.Scheme && r.Scheme != "" || !t.isAsked(r.Gateway) {
		return false
	}
	if t.disputed != nil {
		return r.Holds(*t.disputed) == t.youngest
	}
	return true
}

// bySNI keeps, among TLS servers on the same pods and port, the most specific one
// for the host: an honest client asks for the same name in its handshake.
func bySNI(list []landing, r *simulate.Request) []landing {
	if r.Free == simulate.AnyRequest || len(list) < 2 {
		return list
	}
	best := map[bind]int{}
	for i := range list {
		if key, n := list[i].rank(bareHost(r.Host)); list[i].isSecure() {
			best[key] = max(best[key], n)
		}
	}
	return slices.DeleteFunc(list, func(l landing) bool {
		key, n := l.rank(bareHost(r.Host))
		return l.isSecure() && n < best[key]
	})
}

// bind is a port of gateways with one selector.
type bind struct {
	selector string
	port     int64
}

// isSecure reports whether TLS chooses the landing by the name that it asks for.
func (l *landing) isSecure() bool {
	return l.table != nil && (l.table.scheme == "https" || l.stream != nil && l.stream.tls)
}

// rank returns how specific the servers of the landing are for a host.
func (l *landing) rank(asked string) (bind, int) {
	if l.table == nil {
		return bind{}, 0
	}
	length := 0
	var names []string
	for i := range l.table.servers {
		names = append(names, l.table.servers[i].hostNames()...)
	}
	if l.stream != nil {
		names = l.stream.hosts
	}
	for _, name := range names {
		switch name = strings.ToLower(name); {
		case name == asked:
			length = 1000
		case name == "*" || host.Match(name, asked):
			length = max(length, len(name))
		}
	}
	return bind{shownSelector(l.table.selector), l.table.number}, length
}

// shownSelector spells labels, sorted.
func shownSelector(labels map[string]string) string { return fmt.Sprint(labels) }

// agesKnown reports whether it is known which of two Gateways of the table is
// older.
func (t *table) agesKnown(a, b int) bool {
	return t.ages[a] != "" && t.ages[b] != "" || cmp.Compare(a, b) == 0
}
