package envoy

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// stream is a rule that passes connections on without reading them: TLS by the name
// that the client asks for, TCP by the port.
type stream struct {
	manifest *simulate.Manifest
	path     string
	place    source.Ref
	entry    *source.Node
	tls      bool
	hosts    []string // of the names that are asked for, or of the VirtualService
	own      []string // hosts of the VirtualService
	port     int64    // 0 is any
	gateways []string
}

// addStreams keeps the tls and tcp rules of a VirtualService.
func (g *Gateway) addStreams(m *simulate.Manifest, refs, hosts []string) {
	for _, kind := range []string{"tls", "tcp"} {
		for i, entry := range source.Elements(source.Field(m.Spec(), kind)) {
			path := source.JoinIndex("spec."+kind, i)
			matches := source.Elements(source.Field(entry, "match"))
			if len(matches) == 0 {
				matches = []*source.Node{nil}
			}
			for _, n := range matches {
				s := &stream{manifest: m, path: path, place: m.At(path), entry: entry, tls: kind == "tls", hosts: hosts, own: hosts, port: source.Int(source.Field(n, "port")), gateways: refs}
				if names := source.Texts(source.Field(n, "sniHosts")); len(names) > 0 {
					s.hosts = names
				}
				if own := manifest.GatewayRefs(source.Texts(source.Field(n, "gateways")), m.Namespace); len(own) > 0 {
					s.gateways = own
				}
				if slices.ContainsFunc(s.gateways, func(ref string) bool { return g.hasPassingServer(ref, s.tls) }) {
					g.streams = append(g.streams, s)
				}
			}
		}
	}
}

// hasPassingServer reports whether a Gateway has a server for such rules. A Gateway
// that is not among the inputs is assumed to have one.
func (g *Gateway) hasPassingServer(ref string, tls bool) bool {
	if ref == "mesh" {
		return false
	}
	known := false
	for _, t := range g.tables {
		if t.manifest == nil || !t.isOf(ref) {
			continue
		}
		if known = true; t.scheme == "tcp" && !tls || t.passes && tls {
			return true
		}
	}
	return !known
}

func (s *stream) id() string { return s.manifest.ID() + " " + strings.TrimPrefix(s.path, "spec.") }

// group names what the rule is for among the virtual hosts.
func (s *stream) group() string { return "connections for " + strings.Join(s.hosts, ", ") }

func (s *stream) namesHost(host string) bool { return serves(s.hosts, host) }

// comesTo reports whether a request comes to a server of the table that passes it
// on as the rule says. The hosts of the server and of the VirtualService must
// overlap; the names of the rule are not narrowed to them
// (pilot/pkg/networking/core, buildGatewayNetworkFiltersFromTLSRoutes).
func (s *stream) comesTo(t *table, r *simulate.Request) bool {
	if s.tls != t.passes || !s.tls && t.scheme != "tcp" || s.port != 0 && s.port != t.number {
		return false
	}
	return len(t.sharedHosts(s.manifest, s.gateways, s.own)) > 0 && s.isAskedAt(t.number, r)
}

// isAskedAt reports whether a request is for a port without HTTP. Connections of
// TLS are distinguished by names.
func (s *stream) isAskedAt(port int64, r *simulate.Request) bool {
	_, text, ok := strings.Cut(r.Host, ":")
	return s.tls || r.Free == simulate.AnyRequest || ok && text == strconv.FormatInt(port, 10)
}

// forward passes the connection on. The policies of the gateway and the sidecar see
// a TCP connection.
func (s *stream) forward(r *simulate.Request, g *Gateway, t *simulate.Trail) simulate.Decision {
	r.Stream = true
	if g.Guard != nil {
		d := g.Guard(g.selectorOf(s))(r, "", t)
		if !d.Passed() {
			return d
		}
	}
	d := simulate.Decision{Route: s.id(), At: s.place}
	chosen, _ := destination(s.entry, r, s.manifest.Namespace)
	if chosen == nil {
		d.Status, d.Cause, d.Reason = 0, simulate.NoUpstream, "the route has no destination"
		return d
	}
	next := r.Clone()
	next.To = service(source.Field(chosen, "destination"), s.manifest.Namespace)
	next.Subset = source.Text(source.Field(source.Field(chosen, "destination"), "subset"))
	d.Status, d.Upstream, d.Next = http.StatusOK, next.To, next
	what := "the connection"
	if s.tls {
		what = "TLS"
	}
	t.Say(name, s.place, "%s is passed on to %s: the gateway does not look into it, and no HTTP policy applies", what, next.To)
	return d
}

// selectorOf returns the labels of the pods of a rule's gateway, nil where they
// are not known.
func (g *Gateway) selectorOf(s *stream) map[string]string {
	for _, t := range g.tables {
		if t.manifest != nil && slices.ContainsFunc(s.gateways, t.isOf) {
			return t.selector
		}
	}
	return nil
}
