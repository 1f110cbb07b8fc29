package sim

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
	d := Decision{Next: r.Realise()}
	if m.Front != nil {
		d = m.Front.Decide(r, t)
		if !d.Passed() {
			return d
		}
		d.Next.Caller = m.FrontIdentity
	}
	for _, del := range m.Delegates {
		if m.Front == nil || sameService(del.Host, d.Next.To) {
			d = d.then(del.Engine.Decide(d.Next, t), m.Front != nil)
			if !d.Passed() {
				return d
			}
			d.Next.Caller = del.Identity
			break
		}
	}
	if m.Guard == nil || m.Front == nil {
		return d
	}
	return d.then(m.Guard.Decide(d.Next, t), true)
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
