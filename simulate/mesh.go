package simulate

import (
	"net/http"
	"strings"
)

// Mesh is a chain of engines: the ingress gateway, the services in the mesh
// that decide and send on, and the sidecars of what is behind them. It is safe
// for concurrent use.
type Mesh struct {
	// Front decides first; nil hands every request to the only delegate.
	Front Engine
	// FrontIdentity is who the front is to the sidecars.
	FrontIdentity string
	// Delegates are services that decide.
	Delegates []Delegate
	// Guard decides about what is sent to a service; nil lets all through.
	Guard Engine
	// Beside, unless it is nil, is another way into the cluster: it decides in
	// the place of Front for hosts that Front does not serve. It is outside of
	// the mesh and has no identity there.
	Beside HostEngine
}

// HostEngine is an engine that knows which hosts it serves.
type HostEngine interface {
	Engine
	// Serves tells whether something is for the host, with or without a port.
	Serves(host string) bool
}

// Delegate is a service that decides about requests and sends them on.
type Delegate struct {
	// Host is the name of the service in the mesh, without a port.
	Host     string
	Identity string
	Engine   Engine
}

// Decide takes a request through the chain.
func (m *Mesh) Decide(r *Request, t *Trail) Decision {
	front, identity := m.frontOf(r, t)
	d := Decision{Next: r.Realise()}
	if front != nil {
		d = front.Decide(r, t)
		if !d.Passed() {
			return d
		}
		d.Next.Caller = identity
	}
	for _, del := range m.Delegates {
		if front == nil || sameService(del.Host, d.Next.To) {
			d = d.then(del.Engine.Decide(d.Next, t), front != nil)
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
	return d.then(m.Guard.Decide(d.Next, t), true)
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

// then is what becomes of a request that the decision sent on. A connection
// that is closed on the proxy is answered with 503 by it.
func (d Decision) then(next Decision, proxied bool) Decision {
	if next.Route == "" {
		next.Route = d.Route
	}
	if next.Rule == "" {
		next.Rule = d.Rule
	}
	if next.Passed() && next.At.Doc == nil {
		next.At = d.At
	}
	headers := map[string]string{}
	for _, list := range []map[string]string{d.Headers, next.Headers} {
		for k, v := range list {
			headers[k] = v
		}
	}
	next.Headers = headers
	next.Proofs = append(append([]string{}, d.Proofs...), next.Proofs...)
	if proxied && next.Cause == Crashed {
		next.Status = http.StatusServiceUnavailable
	}
	return next
}

// sameService compares names of services in the mesh; a port does not count,
// nor the cluster's domain.
func sameService(a, b string) bool {
	cut := func(s string) string {
		s, _, _ = strings.Cut(s, ":")
		return strings.TrimSuffix(s, ".svc.cluster.local")
	}
	return cut(a) == cut(b)
}

// Delegated tells whether requests to a service are decided by a delegate.
func (m *Mesh) Delegated(to string) bool {
	for _, d := range m.Delegates {
		if sameService(d.Host, to) {
			return true
		}
	}
	return false
}
