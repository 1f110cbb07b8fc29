package istio

import (
	"fmt"
	"math/rand"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	istio "istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/config/schema/gvk"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
	kgw "github.com/kgw-dev/kgw/simulate/envoy"
)

const requestsPerSet = 120

// TestDecidesAsEnvoy compares the simulator with Envoy's decisions on the route
// configuration that istiod makes of generated VirtualServices. KGW_SETS is
// the number of sets, KGW_SEED the first one.
func TestDecidesAsEnvoy(t *testing.T) {
	outcomes, seed := map[string]int{}, number("KGW_SEED", 1)
	for i := range number("KGW_SETS", 200) {
		t.Run(strconv.Itoa(seed+i), func(t *testing.T) { differ(t, int64(seed+i), outcomes) })
	}
	t.Log(outcomes)
	for _, o := range []string{"200 sent on", "404", "200 preflight", "301", "418"} {
		if outcomes[o] == 0 && number("KGW_SETS", 200) >= 60 {
			t.Errorf("no request had the outcome %q: the generator has lost something", o)
		}
	}
}

func differ(t *testing.T, seed int64, outcomes map[string]int) {
	t.Helper()
	g := &services{hostile: hostile{rand.New(rand.NewSource(seed))}}
	docs := g.set(t)
	e, err := newEnvoy(istiod(t, configs(t, docs)))
	if err != nil {
		t.Fatalf("Envoy refuses what Istio's webhook takes: %v\n%s", err, joined(docs))
	}
	gateway := load(t, docs)
	for range requestsPerSet {
		q := g.request()
		want, got := e.decide(q.AsSent()), simulated(gateway, &q)
		if strings.Contains(got.Route, " tls[") {
			continue // the gateway here ends TLS; without a Gateway among the inputs the simulator passes it on
		}
		outcomes[outcome(want)]++
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s %s %s %v: Envoy (-) and the simulator (+) differ:\n%s\n%s", q.Method, q.Host, q.Target, q.Headers, diff, joined(docs))
			return
		}
	}
}

func outcome(a answer) string {
	switch {
	case a.Upstream != "":
		return "200 sent on"
	case a.Status == 200:
		return "200 preflight"
	}
	return strconv.Itoa(a.Status)
}

func joined(docs []object) string {
	var out []string
	for _, d := range docs {
		out = append(out, text(d))
	}
	return strings.Join(out, "\n---\n")
}

// simulated puts a decision of the simulator into the same form.
func simulated(g *kgw.Gateway, q *simulate.Request) answer {
	d := g.Decide(q, nil)
	a := answer{Status: d.Status, Route: d.Route, Upstream: d.Upstream}
	if d.Passed() {
		a.Host, a.Target, a.Headers = d.Next.Host, d.Next.Target, headersOf(d.Next)
		if !strings.Contains(a.Upstream, ":") {
			a.Upstream += fmt.Sprintf(":%d", port)
		}
	}
	return a
}

// configs returns the documents as istiod has them. Routes are named, so that they
// are found again.
func configs(t *testing.T, docs []object) []istio.Config {
	t.Helper()
	var out []istio.Config
	for _, d := range docs {
		meta := d["metadata"].(object)
		c, err := decoded(gvk.VirtualService, meta["namespace"].(string), meta["name"].(string), []byte(text(d["spec"])))
		if err != nil {
			t.Fatal(err, text(d))
		}
		if created, ok := meta["creationTimestamp"].(string); ok {
			if c.CreationTimestamp, err = time.Parse(time.RFC3339, created); err != nil {
				t.Fatal(err)
			}
		}
		out = append(out, c)
	}
	return out
}

// valid reports whether the webhook accepts a VirtualService.
func valid(t *testing.T, d object) bool {
	t.Helper()
	schema, _ := collections.Pilot.FindByGroupVersionKind(gvk.VirtualService)
	_, err := schema.ValidateConfig(configs(t, []object{d})[0])
	return err == nil
}

// load makes the simulator's gateway of the same documents.
func load(t *testing.T, docs []object) *kgw.Gateway {
	t.Helper()
	var list []simulate.Manifest
	for _, d := range docs {
		f, problem := source.NewFile("vs.json", []byte(text(d)))
		if problem != nil {
			t.Fatal(problem.Message)
		}
		parts, _ := source.Split(f)
		root, problems := parts[0].Parse()
		if root == nil {
			t.Fatal(problems)
		}
		list = append(list, simulate.ReadManifest(root, source.Ref{Doc: parts[0]}, false, "default"))
	}
	return kgw.Load(list, "istio-system")
}
