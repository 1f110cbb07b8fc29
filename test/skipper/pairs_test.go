package skipper

import (
	"math/rand"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

// TestNoChangeIsNone: where a comparison of objects that differ in one filter,
// predicate, path or backend says that nothing changes, no request that is drawn
// reaches another upstream.
func TestNoChangeIsNone(t *testing.T) {
	same := 0
	for seed := range int64(1500) {
		g := rand.New(rand.NewSource(seed))
		one := ""
		for i := range 1 + g.Intn(3) {
			one += "---\n" + foreignObject(g, i)
		}
		other := otherwise(g, one)
		if !forSkipper(one) || !forSkipper(other) || one == other {
			continue
		}
		before, after := clusterOf(t, one), clusterOf(t, other)
		if len(classes.Compare(before.Side(nil), after.Side(nil)).Changes) > 0 {
			continue
		}
		same++
		for range 80 {
			r := foreignRequest(g)
			a, b := before.Mesh.Decide(r, nil), after.Mesh.Decide(r, nil)
			if was, is := simulatetest.Upstreams(&a), simulatetest.Upstreams(&b); was != is {
				t.Errorf("seed %d: no change, and %s %s://%s%s %v %v: %s -> %s\n%s\n%s", seed, r.Method, r.Scheme, r.Host, r.Target, r.Headers, r.Token, was, is, one, other)
				break
			}
		}
	}
	t.Logf("%d without a change", same)
	if same < 300 {
		t.Error("too few pairs are alike: the test says little")
	}
}

func clusterOf(t *testing.T, yaml string) *prove.Cluster {
	return prove.Simulate(read(t, yaml+foreignSpecs()), compile.Options{Config: config.Default()})
}

// otherwise returns a text with one of the words of the generators replaced by another.
func otherwise(g *rand.Rand, yaml string) string {
	pools := [][]string{foreignFilters, foreignPredicates, {"path: /p,", "path: /q,", "path: /p/,", "path: /,"}, {"pathType: Exact", "pathType: Prefix", "pathType: ImplementationSpecific"}, {"name: a, port", "name: b, port", "name: open, port"}, {"pathSubtree: /p", "pathSubtree: /p/", "pathSubtree: /q", "pathRegexp: ^/p"}, {"[GET]", "[post]", "[GET, post]"}}
	var found []string
	var in [][]string
	for _, pool := range pools {
		for _, word := range pool {
			if strings.Contains(yaml, word) {
				found, in = append(found, word), append(in, pool)
			}
		}
	}
	if found == nil {
		return yaml
	}
	i := g.Intn(len(found))
	return strings.Replace(yaml, found[i], in[i][g.Intn(len(in[i]))], 1)
}
