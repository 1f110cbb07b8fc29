package envoy

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

// allOutcomes returns every possible outcome of a request, those of copies included.
func allOutcomes(g *Gateway, r *simulate.Request) string {
	all := simulate.Decision{}
	simulate.Worlds(true, func(w *simulate.World) bool {
		all.Outcomes = append(all.Outcomes, simulate.Outcome{Decision: g.Decide(r.In(w), nil)})
		return true
	})
	return simulatetest.Line(&all)
}

// TestChance: shares of the requests that go elsewhere or are answered are all
// outcomes, whatever their size.
func TestChance(t *testing.T) {
	for name, c := range map[string]struct {
		entry string
		asked []string
	}{
		"every destination with weight": {
			"route: [{destination: {host: few}, weight: 1}, {destination: {host: most}, weight: 99}, {destination: {host: none}, weight: 0}]",
			[]string{"GET https://a.test/ -> few.default or most.default"},
		},
		"one destination has all, whatever its weight": {
			"route: [{destination: {host: one}, weight: 0}]",
			[]string{"GET https://a.test/ -> one.default"},
		},
		"a fault for all": {
			"fault: {abort: {httpStatus: 503, percentage: {value: 100}}}, " + to("a"),
			[]string{"GET https://a.test/ -> 503 answered"},
		},
		"a fault for some": {
			"fault: {abort: {httpStatus: 503, percentage: {value: 0.5}}}, " + to("a"),
			[]string{"GET https://a.test/ -> 503 answered or a.default:80"},
		},
		"a fault for none": {
			"fault: {abort: {httpStatus: 503, percentage: {value: 0}}}, " + to("a"),
			[]string{"GET https://a.test/ -> a.default:80"},
		},
		"a fault without a share is for none": {
			"fault: {abort: {httpStatus: 503}}, " + to("a"),
			[]string{"GET https://a.test/ -> a.default:80"},
		},
		"a fault of gRPC is answered with 200": {
			"fault: {abort: {grpcStatus: UNAVAILABLE, percentage: {value: 100}}}, " + to("a"),
			[]string{"GET https://a.test/ -> 200 answered"},
		},
		"a delay is no answer": {
			"fault: {delay: {fixedDelay: 3s, percentage: {value: 100}}}, " + to("a"),
			[]string{"GET https://a.test/ -> a.default:80"},
		},
		"a preflight that is not matched is answered where the policy says so": {
			"corsPolicy: {allowOrigins: [{exact: 'https://ok'}], unmatchedPreflights: IGNORE}, " + to("a"),
			[]string{"OPTIONS https://a.test/ Origin=https://no Access-Control-Request-Method=GET -> 200 preflight", "GET https://a.test/ Origin=https://no -> a.default:80"},
		},
		"origins as they were written before": {
			"corsPolicy: {allowOrigin: ['https://ok']}, " + to("a"),
			[]string{"OPTIONS https://a.test/ Origin=https://ok Access-Control-Request-Method=GET -> 200 preflight", "OPTIONS https://a.test/ Origin=https://no Access-Control-Request-Method=GET -> a.default:80"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			simulatetest.Check(t, loaded(t, virtualService("a", "", "a.test", c.entry)), c.asked...)
		})
	}
}

// TestCopies: a copy is a way to its destination, though nobody sees its answer.
func TestCopies(t *testing.T) {
	for entry, want := range map[string]string{
		"mirror: {host: copy}, " + to("a"):                                                                  "a.default:80 or copy.default",
		"mirror: {host: copy}, mirrorPercentage: {value: 0}, " + to("a"):                                    "a.default:80",
		"mirror: {host: copy}, mirrorPercent: 0, " + to("a"):                                                "a.default:80",
		"mirror: {host: copy}, mirrorPercentage: {value: 0.1}, " + to("a"):                                  "a.default:80 or copy.default",
		"mirrors: [{destination: {host: one, port: {number: 81}}}, {destination: {host: two}}], " + to("a"): "a.default:80 or one.default:81 or two.default",
		"mirrors: [{destination: {host: one}, percentage: {value: 0}}], " + to("a"):                         "a.default:80",
	} {
		g := loaded(t, virtualService("a", "", "a.test", entry))
		r := simulatetest.Request(t, "GET https://a.test/x")
		if got := allOutcomes(g, r); got != want {
			t.Errorf("%s reaches %s, want %s", entry, got, want)
		}
		if got := simulatetest.Ask(g, r); got != "a.default:80" {
			t.Errorf("%s: the caller's own request goes to %s", entry, got)
		}
	}
}

// TestCopyIsMarked: the Host of a copy says that it is one, and it goes to the
// subset of its own.
func TestCopyIsMarked(t *testing.T) {
	g := loaded(t, virtualService("a", "", "a.test", "mirror: {host: copy, subset: v2}, "+to("a")))
	found := false
	simulate.Worlds(true, func(w *simulate.World) bool {
		d := g.Decide(simulatetest.Request(t, "GET https://a.test/").In(w), nil)
		if strings.HasPrefix(d.Upstream, "copy") {
			found = true
			if d.Next.Host != "a.test-shadow" || d.Next.Subset != "v2" {
				t.Errorf("the copy is %+v", d.Next)
			}
		}
		return true
	})
	if !found {
		t.Error("no copy is sent")
	}
}

// TestAge: where it is not known which VirtualService is older, and they do not do
// the same, both orders are outcomes.
func TestAge(t *testing.T) {
	x := "match: [{uri: {exact: /x}}], "
	for name, c := range map[string]struct{ first, second, want string }{
		"no age":                {virtualService("a", "", "a.test", x+to("a")), virtualService("b", "", "a.test", x+to("b")), "a.default:80 or b.default:80"},
		"one age":               {virtualService("a", "2020-01-01T00:00:00Z", "a.test", x+to("a")), virtualService("b", "", "a.test", x+to("b")), "a.default:80 or b.default:80"},
		"both ages":             {virtualService("a", "2021-01-01T00:00:00Z", "a.test", x+to("a")), virtualService("b", "2020-01-01T00:00:00Z", "a.test", x+to("b")), "b.default:80"},
		"the same is done":      {virtualService("a", "", "a.test", x+to("a")), virtualService("b", "", "a.test", "match: [{uri: {prefix: /x}}], "+to("a")), "a.default:80"},
		"only one matches":      {virtualService("a", "", "a.test", x+to("a")), virtualService("b", "", "a.test", "match: [{uri: {exact: /other}}], "+to("b")), "a.default:80"},
		"a catch-all is behind": {virtualService("a", "", "a.test", to("a")), virtualService("b", "", "a.test", x+to("b")), "b.default:80"},
		"two catch-alls":        {virtualService("a", "", "a.test", to("a")), virtualService("b", "", "a.test", "match: [{uri: {prefix: /}}], "+to("b")), "a.default:80 or b.default:80"},
	} {
		t.Run(name, func(t *testing.T) {
			simulatetest.Check(t, loaded(t, c.first+c.second), "GET https://a.test/x -> "+c.want)
			simulatetest.Check(t, loaded(t, c.second+c.first), "GET https://a.test/x -> "+c.want)
		})
	}
}

// TestWhatIsNotRead: a field that no table has may be a condition, which changes all
// that comes behind it, or a part of what a route does, which changes its own
// requests.
func TestWhatIsNotRead(t *testing.T) {
	first, second := "match: [{uri: {exact: /x}}], "+to("a"), "match: [{uri: {exact: /y}}], "+to("b")
	for name, c := range map[string]struct {
		text  string
		asked []string
	}{
		"in a match": {
			virtualService("a", "", "a.test", "match: [{uri: {exact: /x}, newField: 1}], "+to("a"), second),
			[]string{"GET https://a.test/x -> a.default:80 or anything", "GET https://a.test/y -> anything or b.default:80"},
		},
		"in an entry, maybe a misspelt match": {
			virtualService("a", "", "a.test", "mtach: [], "+first, second),
			[]string{"GET https://a.test/y -> anything or b.default:80"},
		},
		"in an action": {
			virtualService("a", "", "a.test", "match: [{uri: {exact: /x}}], rewrite: {newField: /, uri: /z}, "+to("a"), second),
			[]string{"GET https://a.test/x -> a.default:80 or anything", "GET https://a.test/y -> b.default:80"},
		},
		"of the whole": {
			strings.Replace(virtualService("a", "", "a.test", first, second), "spec:\n", "spec:\n  newField: 1\n", 1),
			[]string{"GET https://a.test/x -> a.default:80 or anything", "GET https://a.test/other -> 404 no-route or anything"},
		},
		"another istiod's": {
			strings.Replace(virtualService("a", "", "a.test", first), "{name: a,", "{name: a, labels: {istio.io/rev: canary},", 1),
			[]string{"GET https://a.test/x -> a.default:80 or anything"},
		},
		"a match of a header that gateways remove": {
			virtualService("a", "", "a.test", "match: [{headers: {x-envoy-peer: {exact: a}}}], "+to("a"), second),
			[]string{"GET https://a.test/y x-envoy-peer=a -> a.default:80 or anything", "GET https://a.test/y -> anything or b.default:80"},
		},
		"a match of a header that gateways add to": {
			virtualService("a", "", "a.test", "match: [{headers: {X-Forwarded-For: {exact: 10.0.0.1}}}], "+to("a"), second),
			[]string{"GET https://a.test/y x-forwarded-for=10.0.0.1 -> a.default:80 or anything"},
		},
		"a match of a header that the documentation passes over": {
			virtualService("a", "", "a.test", "match: [{headers: {uri: {exact: /y}}}], "+to("a"), second),
			[]string{"GET https://a.test/y -> anything or b.default:80"},
		},
		"a claim that only has to be there": {
			virtualService("a", "", "a.test", "match: [{headers: {'@request.auth.claims.admin': {}}}], "+to("a"), second),
			[]string{"GET https://a.test/y -> anything or b.default:80"},
		},
	} {
		t.Run(name, func(t *testing.T) { simulatetest.Check(t, loaded(t, c.text), c.asked...) })
	}
}

// TestOthersForAHost: routes of the Gateway API that kgw does not follow make the
// answer unknown, and only for their hosts.
func TestOthersForAHost(t *testing.T) {
	const grpc = "---\n{apiVersion: gateway.networking.k8s.io/v1, kind: GRPCRoute, metadata: {name: g}, spec: {hostnames: [HOST]}}\n"
	own := strings.Replace(grpc, "HOST", "g.test", 1)
	simulatetest.Check(t, loaded(t, own+virtualService("a", "", "a.test", to("a"))),
		"GET https://g.test/ -> 404 no-host or anything", "GET https://a.test/ -> a.default:80", "GET https://c.test/ -> 404 no-host")
	all := strings.Replace(grpc, "hostnames: [HOST]", "", 1)
	simulatetest.Check(t, loaded(t, all+virtualService("a", "", "a.test", to("a"))),
		"GET https://g.test/ -> 404 no-host or anything", "GET https://a.test/ -> a.default:80")

	// where the host is served, the route is one that is asked about in doubt
	both := loaded(t, strings.Replace(grpc, "HOST", "a.test", 1)+virtualService("a", "", "a.test", to("a")))
	r := simulatetest.Request(t, "GET https://a.test/")
	if got := allOutcomes(both, r); got != "a.default:80 or anything" {
		t.Errorf("in doubt: %s", got)
	}
	trail := &simulate.Trail{}
	if d := both.Decide(r, trail); !d.Passed() || !strings.Contains(trail.Steps[0].Text, "does not follow an object for the host") {
		t.Errorf("%+v %v", d, trail.Steps)
	}
}

// TestRefusedIsAbsent: a VirtualService that Istio refuses is not there in a trace,
// which says so; in doubt an older version of it may do anything.
func TestRefusedIsAbsent(t *testing.T) {
	g := loaded(t, virtualService("a", "", "a.test", "match: [{uri: {regex: '/(?!x).*'}}], "+to("a")))
	r := simulatetest.Request(t, "GET https://a.test/")
	trail := &simulate.Trail{}
	d := g.Decide(r, trail)
	if d.Cause != simulate.NoHost || !strings.Contains(d.Reason, "Istio refuses the VirtualService default/a") || d.At.Path != "spec.http[0].match[0].uri" {
		t.Errorf("%+v", d)
	}
	if got := allOutcomes(g, r); got != "404 no-host or anything" {
		t.Errorf("in doubt: %s", got)
	}
	if !g.Serves("a.test") || g.Services != 1 {
		t.Error("the host of a refused VirtualService is nobody's")
	}
}
