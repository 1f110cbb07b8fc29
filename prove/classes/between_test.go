package classes

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/simulate"
)

// TestBetween: what a state between two others does that neither of them does is
// found, and what one of them does too is not.
func TestBetween(t *testing.T) {
	closed := always(simulate.Decision{Status: 403, Cause: simulate.PolicyDenied, Route: "route"})
	unread := always(simulate.Decision{Cause: simulate.Anything, Reason: "a filter decides", Unread: "f"})
	whenThere := func(yes, no func(*simulate.Request) simulate.Decision) func(*simulate.Request) simulate.Decision {
		return func(r *simulate.Request) simulate.Decision {
			if r.Holds(simulate.Unknown{Why: simulate.Refused, What: "an older policy is there"}) {
				return yes(r)
			}
			return no(r)
		}
	}
	inside := func(service string) func(*simulate.Request, string, string) simulate.Decision {
		return func(r *simulate.Request, to, _ string) simulate.Decision {
			if to != service || r.Free != simulate.Concrete {
				return refuses(403, simulate.PolicyDenied)
			}
			return passes(r)
		}
	}
	route := routeTo("/a")
	preflights := routeTo("/a")
	preflights.Set.Methods, preflights.Treatment.Origins = []string{"OPTIONS"}, []string{"https://shop.test"}
	answered := always(simulate.Decision{Status: 200, Cause: simulate.Preflight, Route: "route"})
	for name, c := range map[string]struct {
		before, now, after town
		want               []string
	}{
		"all are open":             {town{decide: open()}, town{decide: open()}, town{decide: open()}, nil},
		"open only between":        {town{decide: closed}, town{decide: open()}, town{decide: closed}, []string{"EXPOSED GET /a on a.test: 403 before, 403 after -> no token"}},
		"open before too":          {town{decide: open()}, town{decide: open()}, town{decide: closed}, nil},
		"open after too":           {town{decide: closed}, town{decide: open()}, town{decide: open()}, nil},
		"closed only between":      {town{decide: open()}, town{decide: closed}, town{decide: open()}, []string{"TIGHTENED GET /a on a.test: no token before and after -> 403"}},
		"closed before too":        {town{decide: closed}, town{decide: closed}, town{decide: open()}, nil},
		"closed after too":         {town{decide: open()}, town{decide: closed}, town{decide: closed}, nil},
		"no authorizer between":    {town{decide: open(proved("extAuth x"))}, town{decide: open()}, town{decide: open(proved("extAuth x"))}, []string{"EXPOSED GET /a on a.test: no token before, no token after -> no token"}},
		"no authorizer after":      {town{decide: open(proved("extAuth x"))}, town{decide: open()}, town{decide: open()}, nil},
		"an authorizer between":    {town{decide: open()}, town{decide: open(proved("extAuth x"))}, town{decide: open()}, []string{"TIGHTENED GET /a on a.test: no token before and after -> no token"}},
		"unread only between":      {town{decide: closed}, town{decide: unread}, town{decide: closed}, []string{"UNKNOWN /a on a.test: it may be that a filter decides"}},
		"unread between and after": {town{decide: closed}, town{decide: unread}, town{decide: unread}, []string{"UNKNOWN /a on a.test: it may be that a filter decides"}},
		"unread throughout":        {town{decide: unread}, town{decide: unread}, town{decide: unread}, nil},
		"unread at an end":         {town{decide: unread}, town{decide: open()}, town{decide: closed}, nil},
		"open between in a world":  {town{decide: closed}, town{decide: whenThere(open(), closed)}, town{decide: closed}, []string{"UNKNOWN /a on a.test: EXPOSED 403 before, 403 after -> no token if an older policy is there"}},
		"open before in a world": {town{decide: whenThere(open(), closed)}, town{decide: open()}, town{decide: closed}, []string{
			"UNKNOWN /a on a.test: EXPOSED 403 before, 403 after -> no token if not: an older policy is there",
		}},
		"callers in the cluster get in between":        {town{decide: open()}, town{decide: open(), inside: inside("a.ns:80")}, town{decide: open()}, []string{"INTERNAL a.ns:80: callers in the cluster are refused with no token -> callers in the cluster get in with no token"}},
		"they do before too":                           {town{decide: open(), inside: inside("a.ns:80")}, town{decide: open(), inside: inside("a.ns:80")}, town{decide: open()}, nil},
		"they are refused between":                     {town{decide: open(), inside: inside("a.ns:80")}, town{decide: open()}, town{decide: open(), inside: inside("a.ns:80")}, []string{"INTERNAL a.ns:80: callers in the cluster get in with no token -> callers in the cluster are refused with no token"}},
		"they get in at a service that nobody reaches": {town{decide: closed}, town{decide: closed, inside: inside("a.ns:80")}, town{decide: closed}, nil},
		"preflights are refused between":               {town{decide: answered, parts: []Part{preflights}}, town{decide: closed}, town{decide: answered}, []string{"TIGHTENED OPTIONS /a on a.test: preflights are answered before and after -> they are refused"}},
		"preflights are sent on between":               {town{decide: answered, parts: []Part{preflights}}, town{decide: open()}, town{decide: answered}, []string{"EXPOSED OPTIONS /a on a.test: 200 before, 200 after -> no token"}},
		"preflights are refused before":                {town{decide: closed, parts: []Part{preflights}}, town{decide: closed}, town{decide: answered}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if c.before.parts == nil {
				c.before.parts = []Part{route}
			}
			got := Between(&c.before, []Side{&c.now, &c.before}, &c.after)
			if d := cmp.Diff(c.want, lines(&Report{Changes: got[0]})); d != "" {
				t.Error(d)
			}
			if slices.ContainsFunc(got[1], func(ch Change) bool { return ch.Kind != Unknown }) {
				t.Errorf("the first state differs from itself: %v", got[1])
			}
			for _, ch := range got[0] {
				if slices.Equal(ch.Methods, []string{"OPTIONS"}) && ch.Kind == Tightened && ch.Witness.Origin != "https://shop.test" {
					t.Errorf("the preflight is from %s", ch.Witness.Origin)
				}
			}
		})
	}
}

// TestBetweenHasItsOwnParts: a request that only a state between has a route for is
// asked about.
func TestBetweenHasItsOwnParts(t *testing.T) {
	closed := always(refuses(404, simulate.NoRoute))
	own := routeTo("/own")
	now := &town{parts: []Part{routeTo("/a"), own}, decide: func(r *simulate.Request) simulate.Decision {
		if r.Target == "/own" {
			return passes(r)
		}
		return refuses(404, simulate.NoRoute)
	}}
	end := &town{parts: []Part{routeTo("/a")}, decide: closed}
	unread := &town{parts: []Part{{Text: `/(x)\1`, Entry: simulate.Entry{Name: "odd", Set: match.Set{Path: pathlang.Path{Lang: pathlang.Regexp2, Text: `/(x)\1`}}}}}, decide: closed}
	got := Between(end, []Side{now, unread}, end)
	want := [][]string{
		{"EXPOSED GET /own on a.test: 404 before, 404 after -> no token", `UNKNOWN /(x)\1 on a.test: a back-reference is not a regular language`},
		{`UNKNOWN /(x)\1 on a.test: a back-reference is not a regular language`},
	}
	if d := cmp.Diff(want, [][]string{lines(&Report{Changes: got[0]}), lines(&Report{Changes: got[1]})}); d != "" {
		t.Error(d)
	}
}
