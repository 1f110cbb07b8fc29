package prove

import (
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/prove/classes"
)

// fronts lists the names and wildcards that Istio's gateways serve, and the
// names below a wildcard that policies distinguish.
func (s *side) fronts() []string {
	out := s.cluster.Gateway.Hosts()
	for _, h := range s.cluster.Sidecars.Hosts() {
		name := h
		if strings.HasPrefix(h, "*") {
			name = "a" + h[1:]
		}
		if h != "*" && !slices.Contains(out, h) && s.cluster.Gateway.Serves(name) {
			out = append(out, h)
		}
	}
	return out
}

// Hosts lists the names and wildcards that are served, and those that rules of
// Oathkeeper tell apart.
func (s *side) Hosts() []string {
	out := append(s.fronts(), s.cluster.Gateway.ServerHosts()...)
	for i := range s.skipper {
		if out = append(out, s.skipper[i].Set.Hosts...); s.skipper[i].Set.Hosts == nil {
			out = append(out, "*")
		}
	}
	switch direct := s.cluster.Mesh.Front == nil; {
	case direct && s.cluster.Oathkeeper.Size() > 0:
		out = append(append(out, slices.Collect(maps.Keys(s.rules))...), "*")
	case s.delegatesWildcard():
		for h := range s.rules {
			if s.cluster.Gateway.Serves(h) {
				out = append(out, h)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// delegatesWildcard reports whether requests for names that no gateway lists come to
// Oathkeeper.
func (s *side) delegatesWildcard() bool {
	for group, parts := range s.routes {
		if strings.Contains(group, "*") && slices.ContainsFunc(parts, func(p classes.Part) bool { return s.cluster.Mesh.Delegated(p.To) }) {
			return true
		}
	}
	return false
}

// Apart lists policies for pods that no service and no gateway leads to, routes that
// are not followed and name no host, and rules of Oathkeeper for hosts that only an
// expression says: one name of them, or none, is among the hosts.
func (s *side) Apart() []classes.Apart {
	var out []classes.Apart
	for _, u := range s.cluster.Sidecars.Unmet() {
		out = append(out, classes.Apart{Name: "the pods of " + u.Name, Text: u.Text, Why: "no Service and no gateway among the inputs leads to them", At: u.At})
	}
	out = append(out, s.cluster.apart...)
	for _, u := range s.cluster.Gateway.Hostless() {
		out = append(out, classes.Apart{Name: "every host", Text: u.Key, Why: u.What, At: u.At})
	}
	if s.cluster.Mesh.Front != nil && !s.delegatesWildcard() {
		return out
	}
	texts := s.cluster.Oathkeeper.Texts()
	for _, e := range s.loose {
		out = append(out, classes.Apart{Name: "the hosts of Rule " + e.Name, Text: texts[e.At], Why: "its URL matches hosts that kgw does not list", At: e.At})
	}
	return out
}
