package simulate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

// stub is an engine that does the same with every request and notes who asks.
type stub struct {
	does   func(r *simulate.Request) simulate.Decision
	hosts  []string
	guards string
	seen   []string
}

func (s *stub) Decide(r *simulate.Request, _ *simulate.Trail) simulate.Decision {
	s.seen = append(s.seen, r.Caller+">"+r.To)
	return s.does(r)
}

func (s *stub) Enforce(r *simulate.Request, t *simulate.Trail) simulate.Decision {
	return s.Decide(r, t)
}

func (s *stub) Guards(to string) bool { return strings.HasPrefix(to, s.guards) }

func (s *stub) Serves(host string) bool {
	for _, h := range s.hosts {
		if h == host {
			return true
		}
	}
	return false
}

// to sends every request on to a service, with a proof.
func to(service, proof string) func(*simulate.Request) simulate.Decision {
	return func(r *simulate.Request) simulate.Decision {
		next := r.Clone()
		next.To = service
		return simulate.Decision{Status: 200, Upstream: service, Next: next, Proofs: []string{proof}}
	}
}

func closes(status int, cause simulate.Cause) func(*simulate.Request) simulate.Decision {
	return func(*simulate.Request) simulate.Decision { return simulate.Decision{Status: status, Cause: cause} }
}

// lets lets a request through as it is.
func lets(r *simulate.Request) simulate.Decision {
	return simulate.Decision{Status: 200, Upstream: r.To, Next: r, Proofs: []string{"guard"}}
}

// TestMesh holds the way of a request: the gateway, the sidecar of what it delegates
// to, that, and the sidecar of where it goes on to, each as the caller of the next.
func TestMesh(t *testing.T) {
	const gw, oathkeeper = "cluster.local/ns/gw", "cluster.local/ns/ory"
	for name, c := range map[string]struct {
		front, delegate, guard func(*simulate.Request) simulate.Decision
		want                   string
		guarded                string // what the guard was asked
	}{
		"straight to a service":        {to("s.ns", "front"), nil, lets, "s.ns [front guard]", "cluster.local/ns/gw>s.ns"},
		"by way of the delegate":       {to("ory.auth:4455", "front"), to("s.ns", "jwt"), lets, "s.ns [front guard jwt guard]", "cluster.local/ns/gw>ory.auth:4455 cluster.local/ns/ory>s.ns"},
		"the gateway answers":          {closes(404, simulate.NoRoute), nil, lets, "404 no-route []", ""},
		"the delegate refuses":         {to("ory.auth.svc.cluster.local", "front"), closes(401, simulate.NoCredentials), lets, "401 no-credentials [front guard]", "cluster.local/ns/gw>ory.auth.svc.cluster.local"},
		"the sidecar refuses":          {to("s.ns", "front"), nil, closes(403, simulate.PolicyDenied), "403 policy-denied [front]", "cluster.local/ns/gw>s.ns"},
		"the sidecar closes":           {to("s.ns", "front"), nil, closes(0, simulate.Crashed), "503 crashed [front]", "cluster.local/ns/gw>s.ns"},
		"the delegate's sidecar first": {to("ory.auth", "front"), to("s.ns", "jwt"), closes(403, simulate.PolicyDenied), "403 policy-denied [front]", "cluster.local/ns/gw>ory.auth"},
	} {
		t.Run(name, func(t *testing.T) {
			guard := &stub{does: c.guard, guards: "ory"}
			m := &simulate.Mesh{Front: &stub{does: c.front}, FrontIdentity: gw, Guard: guard, Delegates: []simulate.Delegate{{Host: "ory.auth.svc.cluster.local", Identity: oathkeeper, Engine: &stub{does: c.delegate}}}}
			d := m.Decide(simulatetest.Request(t, "GET https://a.test/"), nil)
			if got := fmt.Sprint(simulatetest.Line(&d), " ", d.Proofs); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if got := strings.Join(guard.seen, " "); got != c.guarded {
				t.Errorf("the guard was asked %q, want %q", got, c.guarded)
			}
		})
	}
}

// TestMeshWithoutFront: where nothing is in front, the delegate decides alone.
func TestMeshWithoutFront(t *testing.T) {
	m := &simulate.Mesh{Delegates: []simulate.Delegate{{Host: "ory.auth", Engine: &stub{does: to("s.ns", "jwt")}}}}
	d := m.Decide(simulatetest.Request(t, "GET http://a.test/"), nil)
	if !d.Passed() || d.Upstream != "s.ns" || d.Next.Header("X-Forwarded-Proto") != "http" {
		t.Errorf("%+v", d)
	}
	if !m.Delegated("ory.auth:80") || !m.Delegated("ory.auth.svc.cluster.local") || m.Delegated("s.ns") {
		t.Error("another service is the delegate")
	}
}

// TestInside: a request to the name of a service that nothing serves to the outside is
// sent by a pod, past all gateways.
func TestInside(t *testing.T) {
	for ask, want := range map[string]string{
		"GET http://s.ns.svc.cluster.local/":                   simulate.Insider + ">s.ns.svc.cluster.local:80",
		"GET http://s.ns.svc:8080/":                            simulate.Insider + ">s.ns.svc:8080",
		"GET https://s.ns.svc/":                                simulate.Insider + ">s.ns.svc",
		"GET http://s.ns.svc/ @caller=cluster.local/ns/x/sa/y": "cluster.local/ns/x/sa/y>s.ns.svc:80",
		"GET http://s.ns.svc/ @caller=-":                       ">s.ns.svc:80",
		"GET http://served.ns.svc/":                            "gw>up.ns",
		"GET http://a.test/":                                   "gw>up.ns",
		"GET http://x.y.ns.svc/":                               "gw>up.ns",
	} {
		guard := &stub{does: lets}
		m := &simulate.Mesh{Front: &stub{does: to("up.ns", "front"), hosts: []string{"served.ns.svc"}}, FrontIdentity: "gw", Guard: guard}
		m.Decide(simulatetest.Request(t, ask), nil)
		if got := strings.Join(guard.seen, " "); got != want {
			t.Errorf("%s: %s, want %s", ask, got, want)
		}
	}
	open := &simulate.Mesh{Front: &stub{does: to("up.ns", "front")}}
	if d := open.Decide(simulatetest.Request(t, "GET http://s.ns.svc/"), nil); !d.Passed() || d.Upstream != "s.ns.svc:80" {
		t.Errorf("without policies: %+v", d)
	}
}

// TestBeside: a host that only the other way serves is decided there, without an
// identity in the mesh; where both serve it, the gateway decides and the trail says so.
func TestBeside(t *testing.T) {
	front, beside, guard := &stub{does: to("front.ns", "front"), hosts: []string{"both.test", "front.test"}}, &stub{does: to("beside.ns", "beside"), hosts: []string{"both.test", "beside.test"}}, &stub{does: lets}
	m := &simulate.Mesh{Front: front, FrontIdentity: "gw", Beside: beside, Guard: guard}
	for host, want := range map[string]string{"front.test": "gw>front.ns", "beside.test": ">beside.ns", "both.test": "gw>front.ns", "none.test": "gw>front.ns"} {
		guard.seen = nil
		m.Decide(simulatetest.Request(t, "GET https://"+host+"/"), nil)
		if got := strings.Join(guard.seen, " "); got != want {
			t.Errorf("%s: %s, want %s", host, got, want)
		}
	}
	trail := &simulate.Trail{}
	m.Decide(simulatetest.Request(t, "GET https://both.test/"), trail)
	if len(trail.Steps) != 1 || !strings.Contains(trail.Steps[0].Text, "served by VirtualServices and by Ingresses or RouteGroups") {
		t.Errorf("%v", trail.Steps)
	}
}

// TestHeadersOnTheWay: a header that a later engine clears is not one that an earlier
// one set; responses of all are kept.
func TestHeadersOnTheWay(t *testing.T) {
	front := &stub{does: func(r *simulate.Request) simulate.Decision {
		d := to("s.ns", "front")(r)
		d.Headers, d.Response, d.Route, d.Keys = map[string]string{"x-a": "front", "x-b": "front"}, map[string]string{"vary": "x"}, "the route", []string{"k1"}
		return d
	}}
	guard := &stub{does: func(r *simulate.Request) simulate.Decision {
		d := lets(r)
		d.Headers, d.Cleared, d.Keys = map[string]string{"x-c": "guard"}, []string{"x-a"}, []string{"k2"}
		return d
	}}
	d := (&simulate.Mesh{Front: front, Guard: guard}).Decide(simulatetest.Request(t, "GET https://a.test/"), nil)
	if got := fmt.Sprintf("%v %v %v %v %v", d.Headers, d.Response, d.Route, d.Keys, d.Cleared); got != "map[x-b:front x-c:guard] map[vary:x] the route [k1 k2] [x-a]" {
		t.Error(got)
	}
}

// TestManifests holds what a tree says of an object, and its places.
func TestManifests(t *testing.T) {
	m := simulatetest.Manifests(t, "default", "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: a, labels: {x: z}, creationTimestamp: '2020-01-01T00:00:00Z'}, spec: {hosts: [h]}}")[0]
	if m.ID() != "default/a" || m.Labels["x"] != "z" || m.Created != "2020-01-01T00:00:00Z" || !m.Is(simulate.Networking, "VirtualService") || m.Is(simulate.Security, "VirtualService") || m.ShownKind() != "VirtualService" {
		t.Errorf("%+v", m)
	}
	if own := simulatetest.Manifests(t, "default", "{apiVersion: v1, kind: Service, metadata: {name: a, namespace: own}}")[0]; own.ID() != "own/a" || simulate.TableOf(&own) == nil {
		t.Errorf("%+v", own)
	}
	for text, want := range map[string]string{
		"{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a, labels: {x: null}}, spec: {selector: null, rules: [{from: ~}, null]}}": `{"rules":[{},null]}`,
		"{apiVersion: oathkeeper.ory.sh/v1alpha1, kind: Rule, metadata: {name: a}, spec: {match: null, mutators: [{handler: header, config: {headers: null}}]}}":  `{"mutators":[{"config":{"headers":null},"handler":"header"}]}`,
		"{apiVersion: example.com/v1, kind: Rule, metadata: {name: a}, spec: {match: null}}":                                                                      `{"match":null}`,
		"{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, spec: {action: DENY}}":                                                                     `{"action":"DENY"}`,
	} {
		if m := simulatetest.Manifests(t, "default", text)[0]; simulate.Canonical(m.Spec()) != want {
			t.Errorf("%s: %s", text, simulate.Canonical(m.Spec()))
		}
	}
	entries := []source.Ref{{Path: "first"}, {Path: "second"}}
	for _, c := range []struct {
		compiled, native, inside bool
		path, want               string
	}{
		{false, false, false, "spec.http[0]", "spec.http[0]"},
		{true, false, false, "spec.http[1].match", "second"},
		{true, false, false, "spec.rules[0]", "first"},
		{true, false, false, "spec.http[2]", "origin"},
		{true, false, false, "spec.hosts", "origin"},
		{false, true, false, "spec.match.url", "origin.match.url"},
		{false, true, false, "metadata", "origin"},
		{false, true, true, "spec.match.url", "origin"},
	} {
		o := simulate.Manifest{Compiled: c.compiled, Native: c.native, Inside: c.inside, Entries: entries, Origin: source.Ref{Path: "origin"}}
		if got := o.At(c.path).Path; got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
	if simulate.TableOf(&simulate.Manifest{APIVersion: "v1", Kind: "Service", Native: true}) != nil || simulate.TableOf(&simulate.Manifest{APIVersion: "example.com/v1", Kind: "Service"}) != nil {
		t.Error("an object of nobody's has a table")
	}
}
