package istio

import (
	"encoding/json"
	"math/rand"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

// TestNoChangeIsNone: where a comparison of VirtualServices that differ in one entry
// says that nothing changes, no request that is drawn reaches another upstream.
func TestNoChangeIsNone(t *testing.T) {
	same, seed := 0, number("KGW_SEED", 1)
	for i := range number("KGW_SETS", 400) {
		g := &services{hostile: hostile{rand.New(rand.NewSource(int64(seed + i)))}}
		docs := g.set(t)
		if len(docs) == 0 {
			continue
		}
		other := g.otherwise(t, docs)
		before, after := cluster(t, docs), cluster(t, other)
		if len(classes.Compare(before.Side(nil), after.Side(nil)).Changes) > 0 {
			continue
		}
		same++
		for range requestsPerSet {
			q := g.request()
			a, b := before.Mesh.Decide(&q, nil), after.Mesh.Decide(&q, nil)
			if was, is := simulatetest.Upstreams(&a), simulatetest.Upstreams(&b); was != is {
				t.Errorf("seed %d: no change, and %s %s://%s%s %v: %s -> %s\n%s\n%s", seed+i, q.Method, q.Scheme, q.Host, q.Target, q.Headers, was, is, joined(docs), joined(other))
				break
			}
		}
	}
	t.Logf("%d without a change", same)
	if same < 100 && number("KGW_SETS", 400) >= 400 {
		t.Error("too few sets are alike: the test says little")
	}
}

// otherwise returns the documents with one entry drawn anew in one of its fields.
func (g *services) otherwise(t *testing.T, docs []object) []object {
	t.Helper()
	for range 20 {
		var out []object
		if err := json.Unmarshal([]byte(text(docs)), &out); err != nil {
			t.Fatal(err)
		}
		i := g.Intn(len(out))
		entries, _ := out[i]["spec"].(object)["http"].([]any)
		if len(entries) == 0 {
			continue
		}
		e, drawn := entries[g.Intn(len(entries))].(object), g.entry("x")
		matches, _ := e["match"].([]any)
		switch g.Intn(4) {
		case 0:
			e["match"] = drawn["match"]
		case 1:
			e["headers"] = drawn["headers"]
		default:
			if len(matches) == 0 {
				continue
			}
			one, more := matches[g.Intn(len(matches))].(object), g.match()
			for _, key := range []string{"uri", "method", "headers", "withoutHeaders", "queryParams", "authority", "scheme", "ignoreUriCase"} {
				if g.Intn(3) == 0 {
					if one[key] = more[key]; more[key] == nil {
						delete(one, key)
					}
				}
			}
		}
		for _, key := range []string{"match", "headers"} {
			if e[key] == nil {
				delete(e, key)
			}
		}
		if valid(t, out[i]) {
			return out
		}
	}
	return docs
}

func cluster(t *testing.T, docs []object) *prove.Cluster {
	t.Helper()
	return prove.Simulate(simulatetest.Manifests(t, "default", joined(docs)), compile.Options{Config: config.Default()})
}
