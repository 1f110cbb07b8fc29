package validate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
)

// sharing is the answer to whether a pod has the labels of two selectors.
type sharing uint8

const (
	noPod    sharing = iota // a label differs, or the workloads among the inputs say so
	maybePod                // unknown
	somePod
)

// sharePods compares two selectors. A label that differs keeps them apart. If they have
// a label in common, or one has none, they share pods. If their keys differ, the
// workloads among the inputs decide: one has the labels of both, or there are some for
// each and none for both.
func (v *View) sharePods(a, b ir.Pods) sharing {
	if a.Namespace != b.Namespace && a.Namespace != "" && b.Namespace != "" {
		return noPod
	}
	common := len(a.Labels) == 0 || len(b.Labels) == 0
	for k, value := range a.Labels {
		if have, ok := b.Labels[k]; ok && have != value {
			return noPod
		} else if ok {
			common = true
		}
	}
	if common {
		return somePod
	}
	return v.shareWorkloads(a, b)
}

// shareWorkloads looks at the workloads in the namespaces where both selectors may have
// pods.
func (v *View) shareWorkloads(a, b ir.Pods) sharing {
	ofA, ofB, namespace := false, false, cmp.Or(a.Namespace, b.Namespace)
	for _, w := range v.Workloads {
		if namespace != "" && w.Namespace != namespace {
			continue
		}
		inA, inB := selects(a, w), selects(b, w)
		if inA && inB {
			return somePod
		}
		ofA, ofB = ofA || inA, ofB || inB
	}
	if ofA && ofB {
		return noPod
	}
	return maybePod
}

// selects reports whether pods of a workload have the labels of a selector.
func selects(p, workload ir.Pods) bool {
	if p.Namespace != "" && p.Namespace != workload.Namespace {
		return false
	}
	for k, value := range p.Labels {
		if have, ok := workload.Labels[k]; !ok || have != value {
			return false
		}
	}
	return true
}

// selectsSome returns the most certain answer about a selector and the pods of a
// route's Services.
func (v *View) selectsSome(p ir.Pods, r *ir.Route) sharing {
	best := noPod
	for _, u := range upstreams(r) {
		best = max(best, v.sharePods(p, podsOf(&u)))
	}
	return best
}

func podsOf(u *ir.Upstream) ir.Pods {
	p := ir.Pods{Namespace: u.Namespace}
	if u.Selector != nil {
		p.Labels = *u.Selector
	}
	return p
}

const podsHelp = "add the workloads to the inputs, or give the two selectors a label key in common, with different values"

// unknownPods reports the selectors that may have a pod in common.
func unknownPods(p ir.Pods, r *ir.Route) string {
	var other ir.Pods
	if list := upstreams(r); len(list) > 0 {
		other = podsOf(&list[0])
	}
	return mayHaveBoth(p, other)
}

func mayHaveBoth(a, b ir.Pods) string {
	return fmt.Sprintf("it is not known whether a pod has the labels of both %s and %s", spellLabels(a), spellLabels(b))
}

func spellLabels(p ir.Pods) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(p.Labels)) {
		out = append(out, k+"="+p.Labels[k])
	}
	return strings.Join(out, ",")
}

// shelf groups openers by the namespace of their pods, by one label of these or the
// keys of all, and by one of their hosts; "" for any.
type shelf struct{ namespace, label, host string }

// everyHost represents all hosts in a shelf.
const everyHost = "*"

// shelved is where an opener is found: by selectors with one of its labels, or with
// other keys. kind and keys are those of its selector, "" if it has no labels.
type shelved struct {
	shelves []shelf
	kind    string
	keys    []string
}

func shelve(o *ir.Opener) shelved {
	out := shelved{keys: slices.Sorted(maps.Keys(o.Pods.Labels))}
	labels := labelsOf(o.Pods)
	if len(out.keys) > 0 {
		out.kind = kindOf(out.keys)
		labels = append(labels, out.kind)
	}
	hosts := append(plainHosts(o), everyHost)
	for _, label := range labels {
		for _, h := range hosts {
			out.shelves = append(out.shelves, shelf{o.Pods.Namespace, label, h})
		}
	}
	return out
}

// kindOf names selectors by their keys, in a form that no label has.
func kindOf(keys []string) string { return fmt.Sprintf("%q", keys) }

// shelves adds the shelves of all openers that may have a pod in common with
// the selector.
func (w *workloads) shelves(p ir.Pods, out map[shelf]bool) {
	for _, ns := range []string{p.Namespace, ""} {
		out[shelf{ns, "", ""}] = true
		for _, label := range labelsOf(p) {
			out[shelf{ns, label, ""}] = true
		}
		for kind, keys := range w.kinds[ns] {
			if !slices.ContainsFunc(keys, func(k string) bool { _, ok := p.Labels[k]; return ok }) {
				out[shelf{ns, kind, ""}] = true
			}
		}
	}
}

func labelsOf(p ir.Pods) []string {
	out := []string{""}
	for k, v := range p.Labels {
		out = append(out, k+"="+v)
	}
	if len(p.Labels) > 0 {
		return out[1:]
	}
	return out
}
