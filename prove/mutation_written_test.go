package prove_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compare"
	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate"
)

// everyMutation is the variable of the environment with which every kind of
// mutation is tried ("make gate"), not a sample.
const everyMutation = "KGW_EVERY_MUTATION"

// sampledSets and sampled are how many sets of manifests a plain test looks at,
// and how many mutations of them it tries; ofEachShape is how many of one shape
// all sets together are tried with.
const sampledSets, sampled, ofEachShape = 12, 30, 6

// set is manifests that belong together, and where they are from.
type set struct {
	name string
	docs []simulate.Manifest
}

// TestEveryFieldOfWhatIsWrittenCounts is TestEveryFieldCounts over what kgw and
// the controllers write: of the examples, and of the recorded sets beside the
// repository where they are there. Where nothing is reported, no request of any
// class may be answered otherwise.
func TestEveryFieldOfWhatIsWrittenCounts(t *testing.T) {
	everyFieldCounts(t, written(t), sampled, rand.New(rand.NewPCG(15, 4)))
}

// TestEveryFieldOfWhatIsDrawnCounts is the same over manifests as somebody else
// may have written them.
func TestEveryFieldOfWhatIsDrawnCounts(t *testing.T) {
	rnd := rand.New(rand.NewPCG(15, 6))
	many := sampledSets
	if os.Getenv(everyMutation) != "" {
		many = 300
	}
	everyFieldCounts(t, drawnSets(t, rnd, many), sampled, rnd)
}

// TestEveryFieldAroundCounts is the same over objects around the routes, and routes
// of the Gateway API.
func TestEveryFieldAroundCounts(t *testing.T) {
	everyFieldCounts(t, surroundings(t), 5*sampled, rand.New(rand.NewPCG(15, 8)))
}

func drawnSets(t *testing.T, rnd *rand.Rand, many int) []set {
	t.Helper()
	var out []set
	for i := range many {
		out = append(out, set{fmt.Sprint("drawn ", i), documents(t, drawn(rnd))})
	}
	return out
}

// written returns the manifests that kgw and the controllers write.
func written(t *testing.T) []set {
	t.Helper()
	var names []string
	for _, pattern := range []string{"../examples/*/expected/want.yaml", "../../shared/conformance/*/*want*.yaml", "../../shared/conformance/*/*/*want*.yaml"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	if os.Getenv(everyMutation) == "" {
		rnd := rand.New(rand.NewPCG(15, 4))
		rnd.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		names = names[:min(sampledSets, len(names))]
	}
	var out []set
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, set{name, documents(t, namedAll(string(text)))})
	}
	return out
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

// change is a mutation of one of the manifests of a set.
type change struct {
	in *set
	of int
	mutation
}

// shape returns what the change has in common with others: the kind and the field,
// whichever item of a list it is in, and what is done to it.
func (c *change) shape() string {
	return fmt.Sprint(c.in.docs[c.of].Kind, " ", numbers.ReplaceAllString(c.path, "[]"), " ", c.done)
}

var numbers = regexp.MustCompile(`\[\d+\]`)

// all returns the changes of every field of the sets that is not without effect.
func all(sets []set) []change {
	var out []change
	for i := range sets {
		for k := range sets[i].docs {
			d := &sets[i].docs[k]
			if simulate.TableOf(d) == nil {
				continue
			}
			for _, m := range mutations(source.Value(d.Root), "", func(v any) any { return v }) {
				if !without(d, m.path) {
					out = append(out, change{&sets[i], k, m})
				}
			}
		}
	}
	return out
}

// sample returns that many of the changes, or with everyMutation some of each shape.
func sample(all []change, many int, rnd *rand.Rand) []change {
	rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	if os.Getenv(everyMutation) == "" {
		return all[:min(many, len(all))]
	}
	seen := map[string]int{}
	return slices.DeleteFunc(all, func(c change) bool {
		seen[c.shape()]++
		return seen[c.shape()] > ofEachShape
	})
}

// everyFieldCounts changes fields of the sets and compares by the way of
// "kgw diff --semantic", from text to classes.
func everyFieldCounts(t *testing.T, sets []set, many int, rnd *rand.Rand) {
	t.Helper()
	tried, shapes, silent := sample(all(sets), many, rnd), map[string]bool{}, 0
	for i := range tried {
		c := &tried[i]
		shapes[c.shape()] = true
		if r := compare.Classes(c.side(t, nil), c.side(t, c.tree), compare.Scope{}); len(r.Changes) > 0 {
			continue
		}
		silent++
		before, after := sideOf(t, c.in.docs, -1, nil), sideOf(t, c.in.docs, c.of, source.NodeOf(c.tree))
		if was, is := differs(before, after, rnd); was != is {
			t.Errorf("%s: %s %s %s is %s, and nothing is reported: %s -> %s", c.in.name, c.in.docs[c.of].Kind, c.in.docs[c.of].Name, c.path, c.done, was, is)
		}
	}
	t.Logf("%d mutations of %d shapes in %d sets; of %d nothing is reported, and no request is answered otherwise", len(tried), len(shapes), len(sets), silent)
}

// side returns the state of the set with another tree for the manifest that is
// changed, or as it is for none.
func (c *change) side(t *testing.T, tree any) *compare.Side {
	t.Helper()
	var text strings.Builder
	for i := range c.in.docs {
		value := source.Value(c.in.docs[i].Root)
		if i == c.of && tree != nil {
			value = tree
		}
		doc, err := json.Marshal(source.Plain(value, func(n source.Number) any { return json.Number(n) }))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&text, "---\n%s\n", doc)
	}
	f, problem := source.NewFile("in.yaml", []byte(text.String()))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	side := compare.Compile("", compile.Input{Files: []*source.File{f}}, compile.Options{Config: config.Default()})
	side.AddWritten()
	return side
}

// askedOf bounds the requests that differs asks both sides about.
const askedOf = 400

// differs asks both sides about requests of the classes that either tells apart,
// with tokens that either knows, from outside and inside; it returns the first two
// answers that differ.
func differs(before, after classes.Side, rnd *rand.Rand) (was, is string) {
	type question struct {
		r       *simulate.Request
		service string
	}
	var all []question
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
		tokens = slices.CompactFunc(tokens, func(a, b simulate.Token) bool { return reflect.DeepEqual(a, b) })
		for _, scheme := range []string{"https", "http"} {
			for _, class := range c.Classes(scheme, host, sets, 0).Classes {
				for _, token := range tokens {
					r := &simulate.Request{Method: class.Witness.Method, Scheme: scheme, Host: host, Target: class.Witness.RawPath, Token: token}
					for _, service := range services {
						all = append(all, question{r, service})
					}
				}
			}
		}
	}
	rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, q := range all[:min(askedOf, len(all))] {
		if was, is := spellAnswer(before, q.r, q.service), spellAnswer(after, q.r, q.service); was != is {
			return q.r.Method + " " + q.r.Scheme + "://" + q.r.Host + q.r.Target + ": " + was, is
		}
	}
	return "", ""
}

// spellAnswer returns the answer of a side to a request that comes in, or is sent to
// a service from inside the cluster.
func spellAnswer(side classes.Side, r *simulate.Request, service string) string {
	if service == "" {
		return spellDecision(side.Decide(r))
	}
	d := side.Inside(r, service, simulate.Insider)
	return fmt.Sprint("from inside: ", d.MayPass(), d.Passed())
}

// spellDecision returns the part of a decision that a caller and an upstream can observe.
func spellDecision(d simulate.Decision) string {
	var out []string
	for _, o := range d.Each() {
		text := fmt.Sprint(o.Decision.Status, o.Decision.Cause == simulate.Anything)
		if o.Decision.Answer != fmt.Sprintf(`{"status":%d}`, o.Decision.Status) { // which has no body, as Envoy's own
			text += o.Decision.Answer
		}
		if n := o.Decision.Next; n != nil {
			text += fmt.Sprint(o.Decision.Upstream, o.Decision.Via, each(o.Decision.Proofs), each(o.Decision.Keys), each(o.Decision.Asked), o.Decision.Response, n.Host, n.Target, n.Headers)
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), " or ")
}

// each returns the texts sorted, each once.
func each(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }

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
