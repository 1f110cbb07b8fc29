package classes

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/simulate"
)

// compareUnrouted compares the answers that callers in the cluster get from the
// services to which no route of a comparison leads. See Side.Services.
func compareUnrouted(routed []*comparison, before, after Side) []*comparison {
	led := map[string]bool{}
	for _, c := range routed {
		for _, p := range c.all {
			led[p.Service] = true
		}
	}
	list := slices.Concat(before.Services(), after.Services())
	slices.Sort(list)
	list = slices.Compact(list)
	ports := map[string]int{}
	for _, service := range list {
		ports[hostOf(service)]++
	}
	list = slices.DeleteFunc(list, func(service string) bool {
		h := hostOf(service)
		return led[service] || led[h] && ports[h] == 1
	})
	out := make([]*comparison, len(list))
	classifier := match.NewClassifier()
	parallel.Each(len(list), func(i int) {
		c := &comparison{classifier: classifier, host: hostOf(list[i]), shown: list[i], merged: map[spelledKey]int{}}
		for k, side := range []Side{before, after} {
			c.sides[k] = within{side, list[i]}
		}
		c.read()
		out[i] = c
	})
	shareBudget(out)
	return out
}

func hostOf(service string) string {
	host, _, _ := strings.Cut(service, ":")
	return host
}

// within is a side as callers in the cluster see it at one service.
type within struct {
	Side
	service string
}

// Parts lists the parts that the decision about a request to the service depends on.
func (w within) Parts(string) []Part { return w.Guards(w.service) }

// Decide decides a request that a caller in the cluster sends to the service.
func (w within) Decide(r *simulate.Request) simulate.Decision {
	return w.Inside(r, w.service, simulate.Insider)
}

// compareInner compares the answers to the requests of one class that callers
// in the cluster send.
func (c *comparison) compareInner(class *match.Class) {
	credentials := c.credentials(class)
	all := &findings{c: c}
	complete := simulate.Worlds(true, func(w *simulate.World) bool {
		c.world, c.found = w, nil
		requests := c.requests(class, credentials)
		was, is := c.ask(c.sides[0], 0, requests), c.ask(c.sides[1], 1, requests)
		d := &delta{c: c, class: class, base: Change{Host: c.shown, Path: "/"}, credentials: credentials, requests: requests, was: was, is: is, inner: true}
		d.compareInsideOf(c.shown, d.callers())
		all.add(w, c.found)
		return true
	})
	all.addChanges(complete, Change{Host: c.shown, Path: "/"})
}

// runInner compares the answers of the service to callers in the cluster.
func (c *comparison) runInner() {
	if c.compile() != nil {
		c.askScheme("http", c.compareInner)
	}
	for i := range c.changes {
		if c.changes[i].Kind != Internal {
			c.changes[i].Host = "service " + c.shown
		}
	}
}

// compareApart reports objects that differ and decide requests that are not asked
// about.
func compareApart(before, after Side) []Change {
	was, is := before.Apart(), after.Apart()
	one := func(list, other []Apart, put func(*Change, Apart)) (out []Change) {
		for _, a := range list {
			if slices.ContainsFunc(other, func(o Apart) bool { return o.Text == a.Text }) {
				continue
			}
			ch := Change{Kind: Unknown, Path: "/*", Host: a.Name, After: a.Why + ", and the object is not the same on both sides"}
			put(&ch, a)
			out = append(out, ch)
		}
		return out
	}
	out := one(is, was, func(ch *Change, a Apart) { ch.IsAt = a.At })
	for _, ch := range one(was, is, func(ch *Change, a Apart) { ch.WasAt = a.At }) {
		if i := slices.IndexFunc(out, func(o Change) bool { return o.Host == ch.Host }); i >= 0 {
			out[i].WasAt = ch.WasAt
			continue
		}
		out = append(out, ch)
	}
	slices.SortStableFunc(out, func(a, b Change) int { return strings.Compare(a.Host, b.Host) })
	return out
}
