package skipper

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/kgw-dev/kgw/simulate"
)

// Reference writes the tables of filters, predicates and flags as sections of
// the page docs/fields.md.
func Reference() []byte {
	var b bytes.Buffer
	b.WriteString("\n## Filters of Skipper\n\nA filter that is not listed, or has other arguments, makes Skipper drop the route. What is **asked** are services: `answers` of the\n" +
		"request say what they reply, else they say yes.\n\n| filter | | why |\n|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(filterKinds)) {
		k := filterKinds[name]
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", name, k.class.reading(), k.reason)
	}
	b.WriteString("\n## Predicates of Skipper\n\n`Path`, `PathSubtree` and `Weight` choose among routes. A predicate that is not listed, or has other arguments, makes Skipper drop the\nroute. Of what is **unknown** each answer occurs.\n\n| predicate | | why |\n|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(predicateKinds)) {
		k := predicateKinds[name]
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", name, k.reading(), k.needs)
	}
	b.WriteString("\n## Flags of Skipper\n\n`skipper.flags` of kgw.yaml. Flags that are not listed and do not begin as those without effect do make every answer unknown.\n\n| flag | | why |\n|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(deciders)) {
		fmt.Fprintf(&b, "| `-%s` | %s | |\n", name, simulate.Decides)
	}
	for _, name := range slices.Sorted(maps.Keys(enablers)) {
		fmt.Fprintf(&b, "| `-%s` | %s | Skipper has its filters only with it |\n", name, simulate.Decides)
	}
	for _, name := range slices.Sorted(slices.Values(inertFlags)) {
		fmt.Fprintf(&b, "| `-%s` | %s | |\n", name, simulate.Inert)
	}
	return b.Bytes()
}

// reading returns what decisions make of a filter.
func (c class) reading() simulate.Reading {
	return [...]simulate.Reading{inert: simulate.Inert, changes: simulate.Decides, decides: simulate.Decides, assumed: simulate.FromRequest, opaque: simulate.Unread}[c]
}

// reading returns what decisions make of a predicate.
func (k *predicateKind) reading() simulate.Reading {
	readings := map[simulate.Why]simulate.Reading{simulate.Asked: simulate.FromRequest, simulate.Chosen: simulate.Unread}
	return cmp.Or(readings[k.why], simulate.Decides)
}
