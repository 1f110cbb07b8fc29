package sidecar

import (
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// destination is a DestinationRule.
type destination struct {
	manifest *simulate.Manifest
	host     string // in full, lower case
	policy   *source.Node
	subsets  map[string]*source.Node
	refused  string // why Istio refuses it
}

func readDestination(m *simulate.Manifest) *destination {
	d := &destination{manifest: m, host: strings.ToLower(source.Text(source.Field(m.Spec(), "host"))), policy: source.Field(m.Spec(), "trafficPolicy"), subsets: map[string]*source.Node{}}
	if !strings.ContainsAny(d.host, ".*") {
		d.host += "." + m.Namespace + ".svc.cluster.local"
	}
	for _, n := range source.Elements(source.Field(m.Spec(), "subsets")) {
		d.subsets[source.Text(source.Field(n, "name"))] = n
	}
	d.refused, _ = RefusedDestination(m)
	return d
}

// destinationsOf returns the DestinationRules for a service in the order in which
// they count: those of the gateway's namespace, of the service's, of the root; the
// more specific host first (pilot/pkg/model, destinationRule).
func (s *Sidecars) destinationsOf(name, namespace string) []*destination {
	client := s.gatewaySpace()
	full := strings.ToLower(name + "." + namespace + ".svc.cluster.local")
	spaces := []string{s.options.Root, namespace, client}
	var out []*destination
	for _, d := range s.destinations {
		if !slices.Contains(spaces, d.manifest.Namespace) {
			continue
		}
		list := source.Texts(source.Field(d.manifest.Spec(), "exportTo"))
		seen := len(list) == 0 || slices.Contains(list, "*") || slices.Contains(list, client) || slices.Contains(list, ".") && d.manifest.Namespace == client
		if seen && (d.host == full || strings.HasPrefix(d.host, "*") && host.Match(d.host, full) || d.host == name+"."+namespace || d.host == name+"."+namespace+".svc") {
			out = append(out, d)
		}
	}
	rank := func(d *destination) int {
		if slices.Equal(source.Texts(source.Field(d.manifest.Spec(), "exportTo")), []string{"."}) {
			return len(spaces) // meant for the gateway's own namespace
		}
		return slices.Index(spaces, d.manifest.Namespace)
	}
	slices.SortStableFunc(out, func(a, b *destination) int {
		if r := rank(b) - rank(a); r != 0 {
			return r
		}
		return len(b.host) - len(a.host) - 1000*(strings.Count(b.host, "*")-strings.Count(a.host, "*"))
	})
	return out
}

// mode returns how clients connect to a port of the service, "" without settings.
// The settings of a port replace the others, and those of a subset add to them
// (pilot/pkg/networking/util, MergeSubsetTrafficPolicy).
func (d *destination) mode(subset, port string) string {
	tls := portSettings(d.policy, port)
	if tls == nil {
		tls = source.Field(d.policy, "tls")
	}
	if own := source.Field(d.subsets[subset], "trafficPolicy"); own != nil {
		if n := portSettings(own, port); source.Field(n, "mode") != nil {
			tls = n
		} else if n := source.Field(own, "tls"); n != nil {
			tls = n
		}
	}
	if tls == nil || len(source.Keys(tls)) == 0 {
		return ""
	}
	if mode := source.Text(source.Field(tls, "mode")); mode != "" {
		return mode
	}
	return "DISABLE"
}

// nothing represents settings of a port that do not mention TLS.
var nothing = source.NodeOf(source.Object{})

// portSettings returns what a policy says about TLS to a port, nil where it has
// no settings for the port.
func portSettings(policy *source.Node, port string) *source.Node {
	for _, n := range source.Elements(source.Field(policy, "portLevelSettings")) {
		if strconv.FormatInt(source.Int(source.Field(source.Field(n, "port"), "number")), 10) != port {
			continue
		}
		if tls := source.Field(n, "tls"); tls != nil {
			return tls
		}
		return nothing
	}
	return nil
}

// connection describes how the gateway connects to the pods.
type connection struct {
	clear   bool // without a certificate of the mesh
	refused string
	unknown *simulate.Unknown
}

// connect returns how clients connect to a service.
func (s *Sidecars) connect(p *place, to, subset string) (c connection) {
	if len(p.destinations) == 0 {
		return connection{}
	}
	_, port, err := net.SplitHostPort(to)
	if err != nil && p.service != nil && len(p.service.Ports) == 1 {
		port = strconv.FormatInt(p.service.Ports[0].Number, 10)
	}
	first := p.destinations[0]
	if subset != "" && !slices.ContainsFunc(p.destinations, func(d *destination) bool { return d.subsets[subset] != nil }) {
		return connection{refused: "no DestinationRule of " + to + " has the subset " + strconv.Quote(subset)}
	}
	mode := first.mode(subset, port)
	for _, d := range p.destinations[1:] {
		if d.manifest.Namespace == first.manifest.Namespace && d.host == first.host && d.mode(subset, port) != mode {
			u := d.unknown("comes before others for the same host", p)
			c.unknown = &u
		}
	}
	switch {
	case source.Field(first.manifest.Spec(), "workloadSelector") != nil:
		u := first.unknown("is for the pods that send the request", p)
		c.unknown = &u
	case mode == "SIMPLE" || mode == "MUTUAL":
		u := first.unknown("makes a connection of TLS that the proxy of the pods does not know", p)
		c.unknown = &u
	}
	c.clear = mode == "DISABLE"
	return c
}

func (d *destination) unknown(does string, p *place) simulate.Unknown {
	return simulate.Unknown{
		Why: simulate.Opaque, At: d.manifest.At("spec"), Key: does + " at " + p.key + simulate.Canonical(d.manifest.Spec()),
		What: "the DestinationRule " + d.manifest.ID() + " " + does,
	}
}

// gatewaySpace returns the namespace of the ingress gateway's pods.
func (s *Sidecars) gatewaySpace() string {
	if parts := strings.Split(s.options.Identity, "/"); len(parts) == 5 {
		return parts[2]
	}
	return s.options.Root
}
