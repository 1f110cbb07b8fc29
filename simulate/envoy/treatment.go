package envoy

import (
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Treatments tells what each route does besides sending requests on, by the
// name that decisions give.
func (g *Gateway) Treatments() map[string]simulate.Treatment {
	out := map[string]simulate.Treatment{}
	for _, t := range g.tables {
		for _, host := range slices.Sorted(maps.Keys(t.hosts)) {
			for _, r := range t.hosts[host].routes {
				if _, ok := out[r.id()]; !ok {
					out[r.id()] = r.treatment()
				}
			}
		}
	}
	return out
}

// told are the parts of an http entry that are compared by other means.
var told = []string{"name", "match", "route", "timeout", "corsPolicy", "headers"}

func (r *route) treatment() simulate.Treatment {
	t := simulate.Treatment{Timeout: source.Text(source.Field(r.entry, "timeout")), CORS: corsText(source.Field(r.entry, "corsPolicy"))}
	for _, o := range source.Elements(source.Field(source.Field(r.entry, "corsPolicy"), "allowOrigins")) {
		if exact := source.Text(source.Field(o, "exact")); exact != "" {
			t.Origins = append(t.Origins, exact)
		}
	}
	var response, removed, other []string
	destinations := source.Elements(source.Field(r.entry, "route"))
	for _, n := range append([]*source.Node{r.entry}, destinations...) {
		headers := source.Field(n, "headers")
		response = append(response, responseTexts(source.Field(headers, "response"))...)
		removed = append(removed, source.Texts(source.Field(source.Field(headers, "request"), "remove"))...)
	}
	for _, key := range source.Keys(r.entry) {
		if !slices.Contains(told, key) {
			other = append(other, key+" "+simulate.Canonical(source.Field(r.entry, key)))
		}
	}
	if len(removed) > 0 {
		other = append(other, "removes "+strings.Join(removed, ", "))
	}
	sort.Strings(other)
	t.Response, t.Other = strings.Join(response, "; "), other
	if len(destinations) > 1 {
		t.Split = simulate.Canonical(source.Field(r.entry, "route"))
	}
	return t
}

// corsText says what a CORS policy allows.
func corsText(n *source.Node) string {
	if n == nil {
		return ""
	}
	var origins []string
	for _, o := range source.Elements(source.Field(n, "allowOrigins")) {
		for _, kind := range source.Keys(o) {
			origins = append(origins, kind+" "+source.Text(source.Field(o, kind)))
		}
	}
	parts := []string{"origins " + strings.Join(append(origins, source.Texts(source.Field(n, "allowOrigin"))...), ", ")}
	for _, list := range [][2]string{{"methods", "allowMethods"}, {"headers", "allowHeaders"}, {"exposed headers", "exposeHeaders"}} {
		if texts := source.Texts(source.Field(n, list[1])); len(texts) > 0 {
			parts = append(parts, list[0]+" "+strings.Join(texts, ", "))
		}
	}
	for _, key := range source.Keys(n) {
		if !slices.Contains([]string{"allowOrigins", "allowOrigin", "allowMethods", "allowHeaders", "exposeHeaders"}, key) {
			parts = append(parts, key+" "+source.Text(source.Field(n, key)))
		}
	}
	slices.Sort(parts[1:])
	return strings.Join(parts, "; ")
}

// responseTexts says what is done to the headers of responses.
func responseTexts(n *source.Node) []string {
	var out []string
	for _, verb := range []string{"set", "add"} {
		m := source.Field(n, verb)
		for _, key := range source.Keys(m) {
			out = append(out, "response "+key+": "+source.Text(source.Field(m, key)))
		}
	}
	if gone := source.Texts(source.Field(n, "remove")); len(gone) > 0 {
		slices.Sort(gone)
		out = append(out, "response without "+strings.Join(gone, ", "))
	}
	slices.Sort(out)
	return out
}
