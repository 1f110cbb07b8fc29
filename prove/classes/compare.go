package classes

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/parallel"
)

// stepsPerPart is the number of steps that the comparison of a host may always use,
// for each route and rule on either side.
const stepsPerPart = 100_000

// Compare returns the differences between the answers of two sides to requests.
func Compare(before, after Side) *Report {
	hosts := hostsOf(before, after)
	results := comparisons(hosts, before, after)
	inner := compareUnrouted(results, before, after)
	parallel.Each(len(hosts), func(i int) {
		results[i].run()
		results[i].dropAnswers()
	})
	parallel.Each(len(inner), func(i int) {
		inner[i].runInner()
		inner[i].dropAnswers()
	})
	out, inside := &Report{}, map[insideKey]bool{}
	for k, c := range slices.Concat(results, inner) {
		out.Unchanged += c.unchanged
		out.Notes = append(out.Notes, c.notes...)
		for i := range c.changes {
			if ch := &c.changes[i]; ch.Kind == Internal {
				service, pods := insideKey{keyOf(ch), ch.Host}, insideKey{keyOf(ch), ch.pods}
				if inside[service] || k >= len(results) && inside[pods] {
					continue
				}
				inside[service], inside[pods] = true, ch.pods != ""
			}
			out.Changes = append(out.Changes, c.changes[i])
		}
	}
	out.Changes = append(out.Changes, compareApart(before, after)...)
	slices.SortStableFunc(out.Changes, order)
	slices.Sort(out.Notes)
	out.Notes = slices.Compact(out.Notes)
	return out
}

// insideKey identifies a change for callers in the cluster: by their service, or
// its pods.
type insideKey struct {
	changeKey
	at string
}

// comparisons reads the parts of two states on each host, and shares the budget among
// the hosts.
func comparisons(hosts []host, before, after Side) []*comparison {
	out := make([]*comparison, len(hosts))
	classifier := match.NewClassifier()
	parallel.Each(len(hosts), func(i int) {
		out[i] = newComparison(classifier, hosts[i], before, after)
		out[i].read()
	})
	shareBudget(out)
	return out
}

// newComparison returns the comparison of two states on a host, before anything is read.
func newComparison(classifier *match.Classifier, h host, before, after Side) *comparison {
	return &comparison{classifier: classifier, host: h.name, shown: h.shown, sides: [2]Side{before, after}, merged: map[spelledKey]int{}}
}

// shareBudget assigns each comparison its part of the common budget.
func shareBudget(list []*comparison) {
	whole := 0
	for _, c := range list {
		whole += len(c.all)
	}
	for _, c := range list {
		c.purse = match.Share(max(len(c.all), 1), whole, stepsPerPart)
	}
}

func order(a, b Change) int {
	kinds := Kinds()
	return cmp.Or(
		cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)),
		strings.Compare(a.Host, b.Host), strings.Compare(a.Path, b.Path), strings.Compare(a.Verbs(), b.Verbs()),
		strings.Compare(a.Before, b.Before), strings.Compare(a.After, b.After),
	)
}

// host is a name to ask for, and the pattern that it represents.
type host struct{ name, shown string }

// hostsOf returns every name that a side serves, and for each wildcard a name under
// it that is not served otherwise.
func hostsOf(sides ...Side) []host {
	var names []string
	for _, s := range sides {
		names = append(names, s.Hosts()...)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	var out []host
	for _, n := range names {
		out = append(out, host{nameOf(n, names), n})
	}
	return out
}

// Names returns the names, and instead of each wildcard a name under it
// that is not served otherwise; each once, sorted.
func Names(list, served []string) []string {
	var out []string
	for _, n := range list {
		out = append(out, nameOf(n, served))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func nameOf(n string, served []string) string {
	if !strings.HasPrefix(n, "*") {
		return n
	}
	suffix := strings.TrimPrefix(n, "*")
	if suffix == "" {
		suffix = ".any.test"
	}
	label := "a"
	for slices.Contains(served, label+suffix) || slices.Contains(served, "*."+label+suffix) {
		label += "a"
	}
	return label + suffix
}
