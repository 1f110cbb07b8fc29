package classes

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
)

// Identity returns texts that together identify the change: its requests, and what
// changes for them. They do not depend on anything else on the host, on order, or
// on lines. A change of more or other requests has other texts, even if it reads
// the same.
func (c *Change) Identity() []string {
	methods := slices.Clone(c.Methods)
	slices.Sort(methods)
	out := []string{
		string(c.Kind), c.Host, c.Path, strings.Join(methods, ","), strconv.FormatBool(c.Others), c.Before, c.After, string(SpellingOf(c.Witness.URL)),
	}
	callers := slices.Clone(c.callers)
	slices.Sort(callers)
	return append(append(out, slices.Compact(callers)...), c.requests...)
}

// admitted lists who gets through on each side, with issuers and the addresses of keys.
func (d *delta) admitted() []string {
	var out []string
	for side, a := range []*answers{d.was, d.is} {
		for i := range a.decisions {
			got := &a.decisions[i]
			if !got.Passed() || !d.credentials[i].of[side] {
				continue
			}
			out = append(out, fmt.Sprintf("%d %s %q %q", side, d.credentials[i].text(true), demands(got), got.Keys))
			if i == 0 && len(demands(got)) == 0 {
				break // whoever brings nothing: everybody
			}
		}
	}
	return out
}

// noteIdentity notes the texts that identify the requests of each change: for each
// class, its scheme and the parts that match it on either side. Changes of callers
// in the mesh belong to a service, whatever class was asked about first.
func (c *comparison) noteIdentity() {
	known := make([]string, len(c.all))
	for i := range c.changes {
		ch := &c.changes[i]
		if ch.Kind == Internal {
			continue
		}
		for k := range ch.in {
			ch.requests = append(ch.requests, c.namesOfClass(&c.seen[k], known))
		}
		slices.Sort(ch.requests)
		ch.requests = slices.Compact(ch.requests)
	}
}

// namesOfClass returns texts for the parts that match a class, sorted. Known caches
// the texts of parts.
func (c *comparison) namesOfClass(s *seenClass, known []string) string {
	var list []string
	for _, n := range s.takes {
		p := c.all[n]
		if p.Beside {
			continue // it matches every request
		}
		if known[n] == "" {
			set := p.Set
			set.Hosts = nil // the change has the host
			if p.Name == "" {
				// The sets of policies depend on the order of rules, so their methods are left
				// out; the change has the methods.
				set = match.Set{Path: set.Path, View: set.View, URL: set.URL}
			}
			text, err := json.Marshal(set)
			if err != nil {
				panic(err) // a set is plain data
			}
			known[n] = strconv.FormatBool(c.sideOf(n) == 0) + string(text)
		}
		list = append(list, known[n])
	}
	slices.Sort(list)
	return s.scheme + strings.Join(slices.Compact(list), "")
}
