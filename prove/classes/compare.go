package classes

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/parallel"
)

// stepsPerPart is what the comparison of a host may cost in any case, for each
// of its routes and rules on either side.
const stepsPerPart = 100_000

// Compare returns how requests are answered differently after than before.
func Compare(before, after Side) *Report {
	hosts := hostsOf(before, after)
	results := comparisons(hosts, before, after)
	parallel.Each(len(hosts), func(i int) {
		results[i].run()
		results[i].forget()
	})
	out, inside := &Report{}, map[changeKey]bool{}
	for _, c := range results {
		out.Unchanged += c.unchanged
		out.Notes = append(out.Notes, c.notes...)
		for i := range c.changes {
			if c.changes[i].Kind == Internal {
				key := keyOf(&c.changes[i])
				if inside[key] {
					continue
				}
				inside[key] = true
			}
			out.Changes = append(out.Changes, c.changes[i])
		}
	}
	slices.SortStableFunc(out.Changes, order)
	slices.Sort(out.Notes)
	out.Notes = slices.Compact(out.Notes)
	return out
}

// comparisons reads what two states, and further ones, have on each host, and
// shares what the comparison may cost.
func comparisons(hosts []host, before, after Side, further ...Side) []*comparison {
	out := make([]*comparison, len(hosts))
	classifier := match.NewClassifier()
	parallel.Each(len(hosts), func(i int) {
		out[i] = &comparison{classifier: classifier, host: hosts[i].name, shown: hosts[i].shown, sides: [2]Side{before, after}, merged: map[spelledKey]int{}}
		out[i].read(further...)
	})
	whole := 0
	for _, c := range out {
		whole += len(c.all)
	}
	for _, c := range out {
		c.purse = match.Share(len(c.all), whole, stepsPerPart)
	}
	return out
}

func order(a, b Change) int {
	kinds := Kinds()
	return cmp.Or(
		cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)),
		strings.Compare(a.Host, b.Host), strings.Compare(a.Path, b.Path), strings.Compare(a.Verbs(), b.Verbs()),
		strings.Compare(a.Before, b.Before), strings.Compare(a.After, b.After),
	)
}

// host is a name to ask for, and what it stands for.
type host struct{ name, shown string }

// hostsOf returns every name that a side serves, and a name under each wildcard
// that is not served otherwise.
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
