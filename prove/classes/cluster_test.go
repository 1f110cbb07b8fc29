package classes

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/simulate"
)

// TestInTheCluster: what callers in the cluster get from services, and objects that
// decide requests that are not asked about, are compared besides what comes to the
// gateway.
func TestInTheCluster(t *testing.T) {
	lets := func(whom ...string) func(*simulate.Request, string, string) simulate.Decision {
		return func(r *simulate.Request, service, caller string) simulate.Decision {
			for _, one := range whom {
				if one == service+" "+caller || one == service {
					return passes(r)
				}
			}
			return refuses(403, simulate.PolicyDenied)
		}
	}
	unread := func(*simulate.Request, string, string) simulate.Decision {
		return simulate.Decision{Cause: simulate.Anything, Reason: "a filter decides"}
	}
	toService := func(r *simulate.Request, host string) simulate.Decision {
		if r.Host == host {
			return passes(r)
		}
		return refuses(403, simulate.PolicyDenied)
	}
	const friend = "cluster.local/ns/n/sa/friend"
	led := routeTo("/a")
	led.Service = "a.ns:80"
	for name, c := range map[string]struct {
		before, after town
		want          []string
	}{
		"a service of the route opens": {town{decide: open()}, town{decide: open(), inside: lets("a.ns:80")}, []string{
			"INTERNAL a.ns:80: callers in the cluster are refused with no token -> callers in the cluster get in with no token",
		}},
		"a service of a closed route opens": {
			town{decide: always(refuses(403, simulate.PolicyDenied)), parts: []Part{led}},
			town{decide: always(refuses(403, simulate.PolicyDenied)), inside: lets("a.ns:80")},
			[]string{"INTERNAL a.ns:80: callers in the cluster are refused with no token -> callers in the cluster get in with no token"},
		},
		"for callers without a sidecar only": {town{decide: open()}, town{decide: open(), inside: lets("a.ns:80 " + simulate.Bare)}, []string{
			"INTERNAL a.ns:80: callers in the cluster without a sidecar are refused with no token -> callers in the cluster without a sidecar get in with no token",
		}},
		"for one whom policies name": {
			town{decide: open(), parts: []Part{routeTo("/a"), {Entry: simulate.Entry{Set: led.Set}, Beside: true, Callers: []string{friend}}}},
			town{decide: open(), inside: lets("a.ns:80 " + friend)},
			[]string{"INTERNAL a.ns:80: callers in the cluster as n/sa/friend are refused with no token -> callers in the cluster as n/sa/friend get in with no token"},
		},
		"something unread decides about them": {town{decide: open()}, town{decide: open(), inside: unread}, []string{
			"INTERNAL a.ns:80: callers in the cluster are refused with no token -> callers in the cluster may get in with no token",
		}},
		"for the host of the service only": {
			town{decide: open()},
			town{decide: open(), inside: func(r *simulate.Request, _, _ string) simulate.Decision { return toService(r, "a.ns") }},
			[]string{"INTERNAL a.ns:80: callers in the cluster are refused with no token -> callers in the cluster get in with no token"},
		},
		"a service that no route leads to opens": {
			town{decide: open(), services: []string{"b.ns:80"}, guards: []Part{routeTo("/a")}},
			town{decide: open(), services: []string{"b.ns:80"}, inside: lets("b.ns:80")},
			[]string{"INTERNAL b.ns:80: callers in the cluster are refused with no token -> callers in the cluster get in with no token"},
		},
		"a service that is there afterwards only": {
			town{decide: open(), guards: []Part{routeTo("/a")}},
			town{decide: open(), services: []string{"b.ns:80"}, inside: lets("b.ns:80")},
			[]string{"INTERNAL b.ns:80: callers in the cluster are refused with no token -> callers in the cluster get in with no token"},
		},
		"another port of a service that a route leads to": {
			town{decide: open(), parts: []Part{led}, services: []string{"a.ns:80", "a.ns:81"}, guards: []Part{routeTo("/a")}},
			town{decide: open(), inside: lets("a.ns:81")},
			[]string{"INTERNAL a.ns:81: callers in the cluster are refused with no token -> callers in the cluster get in with no token"},
		},
		"whether a service opens is not known": {
			town{decide: open(), services: []string{"b.ns:80"}, guards: []Part{routeTo("/a")}},
			town{decide: open(), inside: func(r *simulate.Request, service, _ string) simulate.Decision {
				if service == "b.ns:80" && r.Holds(simulate.Unknown{Why: simulate.Absent, What: "the pods have a sidecar"}) {
					return passes(r)
				}
				return refuses(403, simulate.PolicyDenied)
			}},
			[]string{"UNKNOWN / on service b.ns:80: INTERNAL callers in the cluster are refused with no token -> callers in the cluster get in with no token if the pods have a sidecar"},
		},
		"objects that are the same": {town{decide: open(), apart: []Apart{{Name: "pods of ns", Text: "p", Why: "nothing is known of the pods"}}}, town{decide: open(), apart: []Apart{{Name: "pods of ns", Text: "p", Why: "nothing is known of the pods"}}}, nil},
		"objects that are not": {
			town{decide: open(), apart: []Apart{{Name: "pods of ns", Text: "p", Why: "nothing is known of the pods"}, {Name: "pods of gone", Text: "g", Why: "nothing is known of the pods"}}},
			town{decide: open(), apart: []Apart{{Name: "pods of ns", Text: "q", Why: "nothing is known of the pods"}, {Name: "all hosts", Text: "h", Why: "the hosts are not listed"}}},
			[]string{
				"UNKNOWN /* on all hosts: the hosts are not listed, and the object is not the same on both sides",
				"UNKNOWN /* on pods of gone: nothing is known of the pods, and the object is not the same on both sides",
				"UNKNOWN /* on pods of ns: nothing is known of the pods, and the object is not the same on both sides",
			},
		},
		"a Gateway that is there before only": {town{decide: open(), listed: true, parts: []Part{routeTo("/a")}, schemes: []string{"https"}}, town{decide: open(), parts: []Part{routeTo("/a")}}, []string{
			"UNKNOWN / on a.test: the Gateway of the host is among the inputs before, and not after",
		}},
		"further claims that are not tried": {
			town{decide: open(), parts: []Part{routeTo("/a"), {Entry: simulate.Entry{Set: led.Set}, Beside: true, Untried: []string{"x", "y"}}}},
			town{decide: open(), parts: []Part{{Entry: simulate.Entry{Set: led.Set}, Beside: true, Untried: []string{"y"}}}},
			[]string{"UNKNOWN / on a.test: policies distinguish more claims of tokens than kgw tries, and the others differ"},
		},
		"the same claims that are not tried": {
			town{decide: open(), parts: []Part{routeTo("/a"), {Entry: simulate.Entry{Set: led.Set}, Beside: true, Untried: []string{"x", "y"}}}},
			town{decide: open(), parts: []Part{{Entry: simulate.Entry{Set: led.Set}, Beside: true, Untried: []string{"y", "x", "y"}}}},
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if c.before.parts == nil {
				c.before.parts = []Part{routeTo("/a")}
			}
			if d := cmp.Diff(c.want, lines(Compare(&c.before, &c.after))); d != "" {
				t.Error(d)
			}
		})
	}
}
