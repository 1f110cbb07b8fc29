package sidecar

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/kgw-dev/kgw/internal/source"
)

// guards are the policies that hold for the pods of one service, in the order
// in which they were loaded; of RequestAuthentications that say the same, the
// first.
type guards struct {
	authentications     []*tokens
	custom, deny, allow []*authorization
	// perHost are the allow policies for one exact host each, anyHost the
	// others: thousands of APIRules may share a workload.
	perHost map[string][]*authorization
	anyHost []*authorization
}

// allowing gives the allow policies that may match a request to the host.
func (g *guards) allowing(host string) []*authorization {
	return append(slices.Clip(g.anyHost), g.perHost[host]...)
}

func (g *guards) sortByHost() {
	g.perHost = map[string][]*authorization{}
	for _, a := range g.allow {
		hosts, only := a.onlyHosts()
		if !only {
			g.anyHost = append(g.anyHost, a)
		}
		for _, h := range hosts {
			if list := g.perHost[h]; only && (len(list) == 0 || list[len(list)-1] != a) {
				g.perHost[h] = append(list, a)
			}
		}
	}
}

// onlyHosts lists the hosts without which none of the rules matches; only is
// false where there is a rule that does not name them.
func (a *authorization) onlyHosts() (hosts []string, only bool) {
	for _, rule := range a.rules {
		operations := source.Elements(source.Field(rule, "to"))
		for _, to := range operations {
			names := source.Texts(source.Field(source.Field(to, "operation"), "hosts"))
			if len(names) == 0 || slices.ContainsFunc(names, func(h string) bool { return strings.Contains(h, "*") }) {
				return nil, false
			}
			for _, h := range names {
				hosts = append(hosts, strings.ToLower(h))
			}
		}
		if len(operations) == 0 {
			return nil, false
		}
	}
	return hosts, true
}

// index finds the policies of a service: by namespace and the first label that
// they select pods by.
type index struct {
	once     sync.Once
	known    sync.Map // guards by "name.namespace"
	selected map[bucket]*guards
}

// bucket names a namespace and a label of a selector, "" for none.
type bucket struct{ namespace, key, value string }

func (c *chosen) bucket() bucket {
	for _, k := range slices.Sorted(maps.Keys(c.labels)) {
		return bucket{c.manifest.Namespace, k, c.labels[k]}
	}
	return bucket{c.manifest.Namespace, "", ""}
}

func (s *Sidecars) fill() {
	s.index.selected = map[bucket]*guards{}
	at := func(c *chosen) *guards {
		b := c.bucket()
		if s.index.selected[b] == nil {
			s.index.selected[b] = &guards{}
		}
		return s.index.selected[b]
	}
	for _, a := range s.authentications {
		g := at(&a.chosen)
		g.authentications = append(g.authentications, a)
	}
	for i, list := range [][]*authorization{s.custom, s.deny, s.allow} {
		for _, a := range list {
			g := at(&a.chosen)
			into := [...]*[]*authorization{&g.custom, &g.deny, &g.allow}[i]
			*into = append(*into, a)
		}
	}
}

// guarding gives the policies of a service. Where nothing is known of the
// service, all of its namespace are asked.
func (s *Sidecars) guarding(name, namespace string) *guards {
	key := name + "." + namespace
	if g, ok := s.index.known.Load(key); ok {
		return g.(*guards)
	}
	s.index.once.Do(s.fill)
	all := &guards{authentications: s.authentications, custom: s.custom, deny: s.deny, allow: s.allow}
	if labels, known := s.services[key]; known {
		all = &guards{}
		for _, space := range slices.Compact([]string{namespace, rootNamespace}) {
			all.add(s.index.selected[bucket{space, "", ""}])
			for k, v := range labels {
				all.add(s.index.selected[bucket{space, k, v}])
			}
		}
	}
	g := all.of(s, name, namespace)
	g.sortByHost()
	s.index.known.Store(key, g)
	return g
}

func (g *guards) add(o *guards) {
	if o == nil {
		return
	}
	g.authentications = append(g.authentications, o.authentications...)
	g.custom, g.deny, g.allow = append(g.custom, o.custom...), append(g.deny, o.deny...), append(g.allow, o.allow...)
}

// of leaves those that hold for the service, in the order of loading.
func (g *guards) of(s *Sidecars, name, namespace string) *guards {
	out := &guards{}
	for _, a := range g.authentications {
		if a.holds(s, name, namespace) {
			out.authentications = append(out.authentications, a)
		}
	}
	slices.SortFunc(out.authentications, func(a, b *tokens) int { return a.order - b.order })
	alike := map[string]bool{}
	out.authentications = slices.DeleteFunc(out.authentications, func(a *tokens) bool {
		key := fmt.Sprintf("%q", a.rules)
		defer func() { alike[key] = true }()
		return alike[key]
	})
	for i, list := range [][]*authorization{g.custom, g.deny, g.allow} {
		into := [...]*[]*authorization{&out.custom, &out.deny, &out.allow}[i]
		for _, a := range list {
			if a.holds(s, name, namespace) {
				*into = append(*into, a)
			}
		}
		slices.SortFunc(*into, func(a, b *authorization) int { return a.order - b.order })
	}
	return out
}
