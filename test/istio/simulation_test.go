package istio

import (
	"errors"
	"fmt"
	"math/rand"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	istio "istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/schema/gvk"

	"istio.io/istio/pilot/pkg/networking/core"
	"istio.io/istio/pilot/pkg/simulation"

	"github.com/kgw-dev/kgw/simulate"
)

// ways makes Gateways with servers of every kind, VirtualServices that are bound
// to some of them, and calls.
type ways struct {
	hostile
	docs  []object
	calls []way
}

// way is a port with whether TLS is spoken there.
type way struct {
	port   int64
	secure bool
}

func (g *ways) name() string {
	return pick(&g.hostile, "a.test", "b.test", "c.a.test", "*.test", "*.a.test")
}

func (g *ways) meta(name string, age int) object {
	return object{"name": name, "namespace": "default", "creationTimestamp": time.Unix(int64(1700000000+age*1000), 0).UTC().Format(time.RFC3339)}
}

func (g *ways) gateway(i int) {
	var servers []any
	for j := range 1 + g.Intn(3) {
		hosts := []any{pick(&g.hostile, "*", g.name(), g.name(), "default/"+g.name(), "./"+g.name(), "other/"+g.name())}
		s := object{"hosts": hosts}
		switch number, name := pick(&g.hostile, int64(80), 443, 443, 8080), fmt.Sprint("p", i, j); {
		case number != 443:
			s["port"] = object{"number": number, "name": name, "protocol": "HTTP"}
			if g.Intn(3) == 0 {
				s["tls"] = object{"httpsRedirect": true}
			}
			g.calls = append(g.calls, way{number, false})
		case g.Intn(3) == 0:
			s["port"], s["tls"] = object{"number": number, "name": name, "protocol": "TLS"}, object{"mode": "PASSTHROUGH"}
			g.calls = append(g.calls, way{number, true})
		default:
			s["port"], s["tls"] = object{"number": number, "name": name, "protocol": "HTTPS"}, object{"mode": "SIMPLE", "credentialName": "c"}
			g.calls = append(g.calls, way{number, true})
		}
		servers = append(servers, s)
	}
	g.docs = append(g.docs, object{
		"apiVersion": "networking.istio.io/v1", "kind": "Gateway", "metadata": g.meta(fmt.Sprint("g", i), i),
		"spec": object{"selector": object{"istio": "ingressgateway"}, "servers": servers},
	})
}

func (g *ways) service(i, gateways int) {
	destination := func() []any {
		return []any{object{"destination": object{"host": fmt.Sprintf("s%d%d.default.svc.cluster.local", i, g.Intn(3)), "port": object{"number": 80}}}}
	}
	host := g.name()
	spec := object{"hosts": []any{host}, "gateways": []any{fmt.Sprint("g", g.Intn(gateways))}}
	if g.Intn(4) == 0 {
		spec["gateways"] = []any{"g0", fmt.Sprint("g", gateways-1), "mesh"}
	}
	if g.Intn(4) == 0 {
		spec["tls"] = []any{object{"match": []any{object{"sniHosts": []any{host}, "port": 443}}, "route": destination()}}
	} else {
		var list []any
		for range 1 + g.Intn(3) {
			m := object{"uri": object{pick(&g.hostile, "prefix", "exact"): pick(&g.hostile, "/", "/x", "/x/y")}}
			if g.Intn(4) == 0 {
				m["port"] = pick(&g.hostile, 80, 443, 8080)
			}
			if g.Intn(4) == 0 {
				m["gateways"] = []any{fmt.Sprint("g", g.Intn(gateways))}
			}
			list = append(list, object{"match": []any{m}, "route": destination()})
		}
		spec["http"] = list
	}
	g.docs = append(g.docs, object{"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": g.meta(fmt.Sprint("v", i), 10+i), "spec": spec})
}

// objects returns the documents as istiod has them.
func objects(t *testing.T, docs []object) []istio.Config {
	t.Helper()
	var out []istio.Config
	for _, d := range docs {
		kind := gvk.VirtualService
		if d["kind"] == "Gateway" {
			kind = gvk.Gateway
		}
		meta := d["metadata"].(object)
		c, err := decoded(kind, "default", meta["name"].(string), []byte(text(d["spec"])))
		if err != nil {
			t.Fatal(err, text(d))
		}
		if c.CreationTimestamp, err = time.Parse(time.RFC3339, meta["creationTimestamp"].(string)); err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}

// TestListensAsIstiod compares where requests arrive with istiod's own
// simulation of the listeners, filter chains and virtual hosts that it makes:
// what that says of a port is among what the simulator holds possible. KGW_SETS
// is the number of sets, KGW_SEED the first one.
func TestListensAsIstiod(t *testing.T) {
	outcomes, seed := map[string]int{}, number("KGW_SEED", 1)
	for i := range number("KGW_SETS", 200) {
		t.Run(strconv.Itoa(seed+i), func(t *testing.T) { listens(t, int64(seed+i), outcomes) })
	}
	t.Log(outcomes)
}

func listens(t *testing.T, seed int64, outcomes map[string]int) {
	g := &ways{hostile: hostile{rand.New(rand.NewSource(seed))}}
	n := 1 + g.Intn(3)
	for i := range n {
		g.gateway(i)
	}
	for i := range 1 + g.Intn(4) {
		g.service(i, n)
	}
	fake := core.NewConfigGenTest(t, core.TestOptions{Configs: objects(t, g.docs)})
	sim := simulation.NewSimulationFromConfigGen(t, fake, fake.SetupProxy(ingress()))
	gateway := load(t, g.docs)
	for _, w := range g.calls {
		for _, host := range []string{"a.test", "b.test", "c.a.test", "x.test", "other.org"} {
			for _, path := range []string{"/", "/x", "/x/y/z", "/x/y"} {
				call := simulation.Call{Port: int(w.port), Protocol: simulation.HTTP, HostHeader: host, Path: path, CallMode: simulation.CallModeGateway, TLS: simulation.Plaintext}
				scheme := "http"
				if w.secure {
					scheme, call.TLS, call.Sni = "https", simulation.TLS, host
				}
				want := arrived(sim.Run(call))
				d := simulate.Outcomes(&simulate.Request{Method: "GET", Scheme: scheme, Host: host, Target: path}, nil, gateway.Decide)
				var got []string
				for _, o := range d.Each() {
					got = append(got, arrival(&o.Decision))
				}
				outcomes[strings.SplitN(want, ".", 2)[0][:1]]++
				if why := differently(want); !slices.Contains(got, want) && why == "" {
					t.Fatalf("%s://%s%s at %d: istiod's simulation says %s, the simulator %s\n%s", scheme, host, path, w.port, want, got, joined(g.docs))
				}
			}
		}
	}
}

// differently returns the table of exceptions: why the two may differ, "" where they
// may not.
func differently(want string) string {
	if want == "closed" || want == "404" {
		return "a request is supposed to come to a port that has its host, and without one to a Gateway that is not among the inputs"
	}
	return ""
}

// arrived puts a result of istiod's simulation into words.
func arrived(r simulation.Result) string {
	switch {
	case errors.Is(r.Error, simulation.ErrTLSRedirect):
		return "301"
	case errors.Is(r.Error, simulation.ErrNoVirtualHost), errors.Is(r.Error, simulation.ErrNoRoute):
		return "404"
	case r.Error != nil:
		return "closed"
	case r.ClusterMatched == "":
		return "404" // the virtual host of nothing
	}
	parts := strings.Split(r.ClusterMatched, "|")
	return parts[len(parts)-1]
}

// arrival puts a decision of the simulator into the same words.
func arrival(d *simulate.Decision) string {
	switch {
	case d.Passed():
		host, _, _ := strings.Cut(d.Upstream, ":")
		return host
	case d.Status == 0:
		return "closed"
	}
	return strconv.Itoa(d.Status)
}
