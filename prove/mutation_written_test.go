package prove_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate"
)

// everyMutation is the variable of the environment with which all mutations are
// tried ("make gate"), not a sample.
const everyMutation = "KGW_EVERY_MUTATION"

// sampledSets and sampled are how many sets of manifests a plain test looks at,
// and how many mutations of each it tries.
const sampledSets, sampled = 12, 3

// TestEveryFieldOfWhatIsWrittenCounts is TestEveryFieldCounts over what kgw and
// the controllers write: of the examples, and of the recorded sets beside the
// repository where they are there. Where nothing is reported, no request of any
// class may be answered otherwise.
func TestEveryFieldOfWhatIsWrittenCounts(t *testing.T) {
	var names []string
	for _, pattern := range []string{"../examples/*/expected/want.yaml", "../../shared/conformance/*/*want*.yaml", "../../shared/conformance/*/*/*want*.yaml"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	rnd := rand.New(rand.NewPCG(15, 4))
	tried := 0
	if os.Getenv(everyMutation) == "" {
		rnd.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		names = names[:min(sampledSets, len(names))]
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		docs := documents(t, namedAll(string(text)))
		tried += everyFieldCounts(t, name, docs, rnd)
	}
	t.Logf("%d mutations of %d sets", tried, len(names))
}

// namedAll gives the objects names that have none.
func namedAll(text string) string {
	docs := strings.Split(text, "\n---\n")
	for i, d := range docs {
		if !strings.Contains(d, "\n  name: ") {
			docs[i] = strings.Replace("\n"+d, "\nmetadata:\n", fmt.Sprintf("\nmetadata:\n  name: d%d\n", i), 1)
		}
	}
	return strings.Join(docs, "\n---\n")
}

// change is a mutation of one of several manifests.
type change struct {
	of int
	mutation
}

func everyFieldCounts(t *testing.T, name string, docs []simulate.Manifest, rnd *rand.Rand) int {
	var all []change
	for i := range docs {
		if simulate.TableOf(&docs[i]) == nil {
			continue
		}
		for _, m := range mutations(source.Value(docs[i].Root), "", func(v any) any { return v }) {
			if !without(&docs[i], m.path) {
				all = append(all, change{i, m})
			}
		}
	}
	if os.Getenv(everyMutation) == "" {
		rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		all = all[:min(sampled, len(all))]
	}
	before := sideOf(t, docs, -1, nil)
	for _, c := range all {
		after := sideOf(t, docs, c.of, source.NodeOf(c.tree))
		if r := classes.Compare(before, after); len(r.Changes) > 0 {
			continue
		}
		if was, is := differs(before, after); was != is {
			t.Errorf("%s: %s %s %s is changed, and nothing is reported: %s -> %s", name, docs[c.of].Kind, docs[c.of].Name, c.path, was, is)
		}
	}
	return len(all)
}

// differs asks both sides about one request of each class that either tells
// apart, with every token that either knows, from outside and inside; it returns
// the first two answers that differ.
func differs(before, after classes.Side) (was, is string) {
	hosts := append(before.Hosts(), after.Hosts()...)
	for _, host := range classes.Names(hosts, hosts) {
		c := match.NewClassifier()
		var sets []*match.Matcher
		tokens, services := []simulate.Token{{}}, []string{""}
		for _, p := range append(before.Parts(host), after.Parts(host)...) {
			sets, services = append(sets, c.Compile(p.Set)), append(services, p.To)
			for _, a := range p.Admits {
				tokens = append(tokens, a.Token)
			}
		}
		slices.Sort(services)
		services = slices.Compact(services)
		for _, scheme := range []string{"https", "http"} {
			for _, class := range c.Classes(scheme, host, sets, 0).Classes {
				for _, token := range tokens {
					r := &simulate.Request{Method: class.Witness.Method, Scheme: scheme, Host: host, Target: class.Witness.RawPath, Token: token}
					for _, service := range services {
						if was, is := told(before, r, service), told(after, r, service); was != is {
							return r.Method + " " + scheme + "://" + host + r.Target + ": " + was, is
						}
					}
				}
			}
		}
	}
	return "", ""
}

// told is what a side answers to a request that comes in, or is sent to a
// service from inside the cluster.
func told(side classes.Side, r *simulate.Request, service string) string {
	if service == "" {
		return everything(side.Decide(r))
	}
	d := side.Inside(r, service, simulate.Insider)
	return fmt.Sprint("from inside: ", d.MayPass(), d.Passed())
}

// everything spells what a caller and an upstream can tell of a decision.
func everything(d simulate.Decision) string {
	var out []string
	for _, o := range d.Each() {
		text := fmt.Sprint(o.Decision.Status, o.Decision.Cause == simulate.Anything, o.Decision.Answer)
		if n := o.Decision.Next; n != nil {
			text += fmt.Sprint(o.Decision.Upstream, o.Decision.Via, o.Decision.Proofs, o.Decision.Keys, o.Decision.Response, n.Host, n.Target, n.Headers)
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), " or ")
}

// without reports whether a field is without effect.
func without(m *simulate.Manifest, path string) bool {
	if strings.HasPrefix(path, "metadata") {
		return true
	}
	if table := simulate.TableOf(m); table != nil {
		if reading, _ := table.Reading(path); reading == simulate.Inert {
			return true
		}
	}
	return false
}
