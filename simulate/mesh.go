package simulate

import (
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// Mesh is a chain of engines: the ingress gateway, the services in the mesh
// that decide and send on, and the sidecars of what is behind them. It is safe
// for concurrent use.
type Mesh struct {
	// Front decides first. If it is nil, every request goes to the only delegate.
	Front Engine
	// FrontIdentity is the identity of the front in the mesh, as the sidecars see it.
	FrontIdentity string
	// Delegates are services that decide.
	Delegates []Delegate
	// Guard decides about requests that are sent to a service. Nil lets all through.
	Guard Guard
	// Beside, unless it is nil, is another way into the cluster: it decides instead
	// of Front for hosts that Front does not serve. It is outside of the mesh and
	// has no identity there.
	Beside HostEngine
}

// Guard is an engine that decides about requests that are sent to services.
type Guard interface {
	Engine
	// Guards reports whether it decides anything about a service.
	Guards(to string) bool
	// Enforce decides a request that the caller does not use afterwards, so that it may change it.
	Enforce(r *Request, t *Trail) Decision
}

// HostEngine is an engine that knows which hosts it serves.
type HostEngine interface {
	Engine
	// Serves reports whether something is for the host, with or without a port.
	Serves(host string) bool
}

// Delegate is a service that decides about requests and sends them on.
type Delegate struct {
	// Host is the name of the service in the mesh, without a port.
	Host     string
	Identity string
	Engine   Engine
}

// Decide sends a request through the chain in every world that the inputs leave
// open. A request that is already in a world is decided in that one.
func (m *Mesh) Decide(r *Request, t *Trail) Decision {
	if r.World() != nil {
		return m.decide(r, t)
	}
	return Outcomes(r, t, m.decide)
}

func (m *Mesh) decide(r *Request, t *Trail) Decision {
	if r.Inside || m.isInside(r) {
		return m.decideInside(r, t)
	}
	front, identity := m.frontOf(r, t)
	d := Decision{}
	if front == nil {
		d.Next = r.AsSent()
	} else {
		if d = front.Decide(r, t); !d.Passed() {
			return d
		}
		d.Next.Caller = identity
	}
	for _, del := range m.Delegates {
		if front == nil || sameService(del.Host, d.Next.To) {
			if front != nil && m.Guard != nil && m.Guard.Guards(d.Next.To) {
				if d = d.followedBy(m.Guard.Enforce(d.Next, t), true); !d.Passed() {
					return d
				}
			}
			via := d.Next.To
			d = d.followedBy(del.Engine.Decide(d.Next, t), front != nil)
			d.Via = via
			if !d.Passed() {
				return d
			}
			d.Next.Caller = del.Identity
			break
		}
	}
	if m.Guard == nil || front == nil {
		return d
	}
	return d.followedBy(m.Guard.Enforce(d.Next, t), true)
}

// Insider is a workload in the mesh that has no part in a gateway.
const Insider = "cluster.local/ns/kgw-any/sa/default"

// Bare is the caller of a request from a pod that has no part in the mesh.
const Bare = "-"

// isInside reports whether a request names a service of the cluster that nothing
// serves to the outside: only a caller in the cluster can send it.
func (m *Mesh) isInside(r *Request) bool {
	host, _, _ := strings.Cut(strings.ToLower(r.Host), ":")
	host = strings.TrimSuffix(host, ".cluster.local")
	if !strings.HasSuffix(host, ".svc") || strings.Count(host, ".") != 2 {
		return false
	}
	if m.Beside != nil && m.Beside.Serves(r.Host) {
		return false
	}
	own, ok := m.Front.(HostEngine)
	return ok && !own.Serves(r.Host)
}

// decideInside decides a request that a pod sends to a service itself.
func (m *Mesh) decideInside(r *Request, t *Trail) Decision {
	next := r.AsSent()
	switch next.Caller {
	case "":
		next.Caller = Insider
	case Bare:
		next.Caller = ""
	}
	if next.To == "" {
		next.To = next.Host
	}
	if _, _, err := net.SplitHostPort(next.To); err != nil && next.Scheme == "http" {
		next.To += ":80"
	}
	t.Say("Caller", source.Ref{}, "%s, in the cluster, sends the request to %s: no gateway decides about it", next.Caller, next.To)
	if m.Guard == nil {
		return Decision{Status: http.StatusOK, Upstream: next.To, Next: next}
	}
	return Decision{}.followedBy(m.Guard.Enforce(next, t), true)
}

// frontOf chooses the way in by the request's host. Where both ways serve it,
// Front decides, and the trail says so.
func (m *Mesh) frontOf(r *Request, t *Trail) (front Engine, identity string) {
	if m.Beside == nil || !m.Beside.Serves(r.Host) {
		return m.Front, m.FrontIdentity
	}
	if own, ok := m.Front.(HostEngine); ok && own.Serves(r.Host) {
		if t.On() {
			other := m.Beside.Decide(r, nil)
			t.Say("Host", other.At, "host %q is served by VirtualServices and by Ingresses or RouteGroups: its address decides which of them a request meets; the VirtualServices are followed here, Skipper answers %d", r.Host, other.Status)
		}
		return m.Front, m.FrontIdentity
	}
	return m.Beside, ""
}

// followedBy returns the decision about a request that d sent on, given the next
// decision. If the next connection is closed, the proxy before it answers 503, or
// closes its own connection where it does not read it.
func (d Decision) followedBy(next Decision, proxied bool) Decision {
	if next.Route == "" {
		next.Route = d.Route
	}
	if next.Rule == "" {
		next.Rule = d.Rule
	}
	next.Gateway, next.Listener, next.Via = d.Gateway, d.Listener, d.Via
	if next.Upstream != "" && strings.HasSuffix(d.Upstream, "://"+next.Upstream) {
		next.Upstream = d.Upstream // with the scheme that a Rule names
	}
	if next.Passed() && next.At.Doc == nil {
		next.At = d.At
	}
	if len(next.Headers)+len(next.Cleared) == 0 && d.Headers != nil {
		next.Headers = d.Headers
	} else {
		headers := map[string]string{}
		maps.Copy(headers, d.Headers)
		for _, name := range next.Cleared {
			delete(headers, name)
		}
		maps.Copy(headers, next.Headers)
		next.Headers = headers
	}
	next.Cleared = slices.Concat(d.Cleared, next.Cleared)
	for k, v := range d.Response {
		if next.Response == nil {
			next.Response = map[string]string{}
		}
		next.Response[k] = v
	}
	next.Proofs = append(append([]string{}, d.Proofs...), next.Proofs...)
	next.Keys = append(append([]string{}, d.Keys...), next.Keys...)
	next.Asked = append(append([]string{}, d.Asked...), next.Asked...)
	if proxied && next.Cause == Crashed && !d.Next.stream() {
		next.Status = http.StatusServiceUnavailable
	}
	return next
}

// sameService reports whether two names are of one service in the mesh. It ignores
// ports and the cluster's domain.
func sameService(a, b string) bool {
	cut := func(s string) string {
		s, _, _ = strings.Cut(s, ":")
		return strings.TrimSuffix(s, ".svc.cluster.local")
	}
	return cut(a) == cut(b)
}

// Delegated reports whether requests to a service are decided by a delegate.
func (m *Mesh) Delegated(to string) bool {
	for _, d := range m.Delegates {
		if sameService(d.Host, to) {
			return true
		}
	}
	return false
}
