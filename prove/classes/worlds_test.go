package classes

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/simulate"
)

// answer decides requests in a test.
type answer = func(*simulate.Request) simulate.Decision

// when decides as yes where the condition holds, and else as no.
func when(u simulate.Unknown, yes, no answer) answer {
	return func(r *simulate.Request) simulate.Decision {
		if r.Holds(u) {
			return yes(r)
		}
		return no(r)
	}
}

// TestUnknownInComparisons: a change that is found only if something holds that the
// inputs leave open is not known; what occurs anyway, or whatever holds, is a change.
func TestUnknownInComparisons(t *testing.T) {
	closed := always(simulate.Decision{Status: 403, Cause: simulate.PolicyDenied, Route: "route"})
	gone := always(refuses(404, simulate.NoRoute))
	opaque := simulate.Unknown{Why: simulate.Opaque, What: "the filter matters"}
	older := simulate.Unknown{Why: simulate.Refused, What: "an older policy is there"}
	absent := simulate.Unknown{Why: simulate.Absent, What: "the Service is there"}
	chosen := simulate.Unknown{Why: simulate.Chosen, What: "X-A is sent"}
	port := simulate.Unknown{Why: simulate.Chosen, What: "the Host header has a port", HostPort: true}
	many := func(r *simulate.Request) simulate.Decision {
		for i := range 8 {
			if !r.Holds(simulate.Unknown{Why: simulate.Absent, What: fmt.Sprintf("object %d is there", i)}) {
				return passes(r)
			}
		}
		return refuses(403, simulate.PolicyDenied)
	}
	free := func(r *simulate.Request) simulate.Decision {
		for i := range 8 {
			r.Holds(simulate.Unknown{Why: simulate.Absent, What: fmt.Sprintf("object %d is there", i)})
		}
		return passes(r)
	}
	for name, c := range map[string]struct {
		before, after answer
		want, notes   []string
		host          string // of the witness
	}{
		"opens if":                                {before: closed, after: when(absent, open(), closed), want: []string{"UNKNOWN /a on a.test: EXPOSED nobody (403) -> no token if the Service is there"}},
		"opens unless":                            {before: closed, after: when(absent, closed, open()), want: []string{"UNKNOWN /a on a.test: EXPOSED nobody (403) -> no token if not: the Service is there"}},
		"opens whatever holds":                    {before: closed, after: when(absent, open(), open()), want: []string{"EXPOSED GET /a on a.test: nobody (403) -> no token"}},
		"opens with a choice of the caller":       {before: closed, after: when(chosen, open(), closed), want: []string{"EXPOSED GET /a on a.test: nobody (403) -> no token"}},
		"opens with a choice, if":                 {before: closed, after: when(chosen, when(absent, open(), closed), closed), want: []string{"UNKNOWN /a on a.test: EXPOSED nobody (403) -> no token if the Service is there"}},
		"the same if, on both sides":              {before: when(absent, open(), closed), after: when(absent, open(), closed)},
		"an older object keeps it closed":         {before: closed, after: when(older, closed, open()), want: []string{"UNKNOWN /a on a.test: EXPOSED nobody (403) -> no token if not: an older policy is there"}},
		"the same unread thing on both sides":     {before: when(opaque, gone, closed), after: when(opaque, gone, open()), want: []string{"EXPOSED GET /a on a.test: nobody (403) -> no token"}, notes: []string{"it is supposed of what is the same on both sides: not the filter matters"}},
		"it is there on one side":                 {before: closed, after: when(opaque, closed, open()), want: []string{"UNKNOWN /a on a.test: EXPOSED nobody (403) -> no token if not: the filter matters"}},
		"it would open, on both sides":            {before: when(opaque, closed, gone), after: when(opaque, open(), gone), want: []string{"UNKNOWN /a on a.test: EXPOSED nobody (403) -> no token if the filter matters"}},
		"the same absent thing on both sides":     {before: when(absent, gone, closed), after: when(absent, gone, open()), want: []string{"UNKNOWN /a on a.test: EXPOSED nobody (403) -> no token if not: the Service is there"}},
		"nothing changes, so nothing is supposed": {before: when(opaque, gone, open()), after: when(opaque, gone, open())},
		"unread if":                               {before: closed, after: when(absent, always(simulate.Decision{Cause: simulate.Anything, Reason: "a script decides"}), closed), want: []string{"UNKNOWN /a on a.test: it may be that a script decides"}},
		"too much is open":                        {before: free, after: free, want: []string{"UNKNOWN /a on a.test: too many conditions are not known to compare them"}},
		"too much is open to say that it opens": {before: always(refuses(401, simulate.NoCredentials)), after: free, want: []string{
			"UNKNOWN /a on a.test: EXPOSED nobody (401) -> no token if not: object 0 is there and not: object 1 is there and not: object 2 is there and not: object 3 is there and not: object 4 is there and not: object 5 is there and not: object 6 is there and not: object 7 is there",
			"UNKNOWN /a on a.test: too many conditions are not known to compare them",
		}},
		"opens unless all are there": {before: always(refuses(403, simulate.PolicyDenied)), after: many, want: []string{"UNKNOWN /a on a.test: EXPOSED nobody (403) -> no token if not: object 0 is there"}},

		"opens for a Host with a port":              {before: closed, after: when(port, open(), closed), want: []string{"EXPOSED GET /a on a.test: nobody (403) -> no token"}, host: "a.test:8443"},
		"opens with and without":                    {before: closed, after: when(port, open(), open()), want: []string{"EXPOSED GET /a on a.test: nobody (403) -> no token"}},
		"closes for a Host with a port":             {before: open(), after: when(port, closed, open())},
		"may do anything for one":                   {before: open(), after: when(port, always(simulate.Decision{Cause: simulate.Anything, Reason: "a script decides"}), open()), want: []string{"UNKNOWN /a on a.test: it may be that a script decides"}, host: "a.test:8443"},
		"closes without a port, opens for one if":   {before: closed, after: when(port, when(absent, open(), closed), closed), want: []string{"UNKNOWN /a on a.test: EXPOSED nobody (403) -> no token if the Service is there"}, host: "a.test:8443"},
		"one that nobody may know, on both sides":   {before: when(port, open(), closed), after: when(port, open(), closed)},
		"closes for one and for all others as well": {before: open(), after: when(port, closed, closed), want: []string{"TIGHTENED GET /a on a.test: no token -> nobody (403)"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := Compare(&town{parts: []Part{routeTo("/a")}, decide: c.before}, &town{parts: []Part{routeTo("/a")}, decide: c.after})
			if d := cmp.Diff(c.want, lines(r)); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(c.notes, r.Notes); d != "" {
				t.Error(d)
			}
			if len(r.Changes) > 0 && r.Changes[0].Witness.Host != c.host {
				t.Errorf("the witness is for the host %q, want %q", r.Changes[0].Witness.Host, c.host)
			}
			if stays := len(c.want) == 0; stays && r.Unchanged != 1 {
				t.Errorf("%d classes are unchanged", r.Unchanged)
			}
		})
	}
}

// TestTokensThatAreTried: besides what routes ask for, tokens are tried that tell
// sides apart: those that nobody knows, and others with claims that a part refuses.
func TestTokensThatAreTried(t *testing.T) {
	scope := func(s string) simulate.Admission {
		return simulate.Admission{Proof: "jwt", Token: simulate.Token{Kind: "jwt", Claims: map[string]any{"scope": s}, Via: simulate.Via{In: "bearer"}}}
	}
	known := func(r *simulate.Request) bool { return r.Token.Claims["iss"] != nobody }
	part := func(change func(*Part)) Part {
		p := routeTo("/a", scope("s"))
		change(&p)
		return p
	}
	blocking := part(func(p *Part) { p.Refuses = []map[string]any{{"sub": "blocked"}} })
	rule := part(func(p *Part) { p.Rule = true })
	beside := part(func(p *Part) { p.Name, p.Beside = "", true })
	delegated := routeTo("/a")
	delegated.Delegated = true
	inHeader := func(name string) Part {
		return part(func(p *Part) { p.Beside, p.Admits[0].Token.Via = true, simulate.Via{In: "header", Name: name} })
	}
	for name, c := range map[string]struct {
		before, after []Part
		was, is       func(*simulate.Request) bool // who gets through
		want          []string
	}{
		"one with claims that are refused before gets through": {
			before: []Part{blocking}, after: []Part{routeTo("/a", scope("s"))},
			was: func(r *simulate.Request) bool {
				return r.Token.Claims["scope"] == "s" && r.Token.Claims["sub"] != "blocked"
			},
			is:   func(r *simulate.Request) bool { return r.Token.Claims["scope"] == "s" },
			want: []string{"EXPOSED GET /a on a.test: 403 for jwt(scope s, sub blocked) -> jwt(scope s, sub blocked)"},
		},
		"one with such claims without others does not": {
			before: []Part{blocking}, after: []Part{blocking},
			was: func(r *simulate.Request) bool { return r.Token.Kind != "" },
			is:  func(r *simulate.Request) bool { return r.Token.Kind != "" },
		},
		"a rule takes any token now": {
			before: []Part{rule}, after: []Part{rule},
			was:  func(r *simulate.Request) bool { return r.Token.Claims["scope"] == "s" },
			is:   func(r *simulate.Request) bool { return r.Token.Kind != "" },
			want: []string{"EXPOSED GET /a on a.test: 403 for jwt(sub nobody) -> jwt(issuer https://nobody.test, sub nobody)"},
		},
		"a rule takes one that it cannot verify": {
			before: []Part{rule}, after: []Part{rule},
			was:  func(r *simulate.Request) bool { return r.Token.Claims["scope"] == "s" },
			is:   func(r *simulate.Request) bool { return r.Token.Claims["scope"] == "s" || r.Token.Kind == "opaque" },
			want: []string{"EXPOSED GET /a on a.test: 403 for bearer_token -> bearer_token"},
		},
		"a token that nobody knows is refused now": {
			before: []Part{routeTo("/a"), beside}, after: []Part{routeTo("/a"), beside},
			was:  func(*simulate.Request) bool { return true },
			is:   known,
			want: []string{"TIGHTENED GET /a on a.test: jwt(issuer https://nobody.test, sub nobody) -> 403 for jwt(sub nobody)"},
		},
		"a token in a header that one side reads": {
			before: []Part{routeTo("/a")}, after: []Part{routeTo("/a"), inHeader("X-T")},
			was:  func(*simulate.Request) bool { return true },
			is:   func(r *simulate.Request) bool { return known(r) || r.Token.Via.Name != "X-T" },
			want: []string{"TIGHTENED GET /a on a.test: jwt(issuer https://nobody.test, sub nobody, in header X-T) -> 403 for jwt(sub nobody, in header X-T)"},
		},
		"a delegate looks for tokens itself": {
			before: []Part{delegated}, after: []Part{routeTo("/a"), inHeader("X-T")},
			was: func(*simulate.Request) bool { return true },
			is:  func(r *simulate.Request) bool { return known(r) || r.Token.Via.Name != "X-T" },
		},
	} {
		t.Run(name, func(t *testing.T) {
			by := func(who func(*simulate.Request) bool) func(*simulate.Request) simulate.Decision {
				return func(r *simulate.Request) simulate.Decision {
					if who(r) {
						return passes(r, func(d *simulate.Decision) { d.Proofs = nil })
					}
					return simulate.Decision{Status: 403, Cause: simulate.PolicyDenied, Route: "route"}
				}
			}
			r := Compare(&town{parts: c.before, decide: by(c.was)}, &town{parts: c.after, decide: by(c.is)})
			if d := cmp.Diff(c.want, lines(r)); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestPreflightsCompared: what becomes of the preflights of browsers is compared with
// an origin that a policy names, and is not said twice where the route itself goes.
func TestPreflightsCompared(t *testing.T) {
	route := routeTo("/a")
	route.Set.Methods = []string{"OPTIONS"}
	allowing := route
	allowing.Treatment.Origins = []string{"https://shop.test"}
	answered := func(r *simulate.Request) simulate.Decision {
		if r.Method == "OPTIONS" && r.Header("Origin") == "https://shop.test" && r.Header("Access-Control-Request-Method") == "GET" {
			return simulate.Decision{Status: 200, Cause: simulate.Preflight, Route: "route"}
		}
		return passes(r)
	}
	closed := func(r *simulate.Request) simulate.Decision {
		if r.Header("Origin") != "" {
			return simulate.Decision{Status: 403, Cause: simulate.PolicyDenied, Route: "route"}
		}
		return passes(r)
	}
	for name, c := range map[string]struct {
		before, after func(*simulate.Request) simulate.Decision
		was, is       Part
		want          []string
	}{
		"the gateway answers on both sides": {answered, answered, allowing, allowing, nil},
		"the backend gets them now":         {answered, open(), allowing, route, []string{"CORS OPTIONS /a on a.test: preflights are answered by the gateway -> preflights go to the backend"}},
		"the gateway answers them now":      {open(), answered, route, allowing, []string{"CORS OPTIONS /a on a.test: preflights go to the backend -> preflights are answered by the gateway"}},
		"they are refused now":              {answered, closed, allowing, route, []string{"CORS OPTIONS /a on a.test: preflights are answered by the gateway -> preflights are refused with 403"}},
		"the route goes":                    {answered, always(refuses(404, simulate.NoRoute)), allowing, route, []string{"REMOVED OPTIONS /a on a.test: no token -> no route"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := Compare(&town{parts: []Part{c.was}, decide: c.before}, &town{parts: []Part{c.is}, decide: c.after})
			if d := cmp.Diff(c.want, lines(r)); d != "" {
				t.Error(d)
			}
			for _, ch := range r.Changes {
				if want := (Witness{Method: "OPTIONS", URL: "https://a.test/a", Origin: "https://shop.test"}); ch.Kind == CORS && ch.Witness != want {
					t.Errorf("the witness is %+v, want %+v", ch.Witness, want)
				}
			}
		})
	}
}

// TestCallsThatAreOpen: whether a call still gets through is not known where that
// depends on what the inputs leave open, and breaks only where it certainly does.
func TestCallsThatAreOpen(t *testing.T) {
	closed := always(simulate.Decision{Status: 403, Cause: simulate.PolicyDenied, Route: "route"})
	unread := always(simulate.Decision{Cause: simulate.Anything, Reason: "a filter decides"})
	absent := simulate.Unknown{Why: simulate.Absent, What: "the Service is there"}
	port := simulate.Unknown{Why: simulate.Chosen, What: "the Host header has a port", HostPort: true}
	free := func(end answer) answer {
		return func(r *simulate.Request) simulate.Decision {
			for i := range 8 {
				r.Holds(simulate.Unknown{Why: simulate.Absent, What: fmt.Sprintf("object %d is there", i)})
			}
			return end(r)
		}
	}
	reply := func(status int) answer {
		return always(simulate.Decision{Status: status, Cause: simulate.Answered, Route: "route"})
	}
	for name, c := range map[string]struct {
		before, after answer
		want          string
	}{
		"it gets through":                           {open(), open(), "stays"},
		"it does not":                               {open(), closed, "breaks: no token -> nobody (403), 200 -> 403"},
		"it does not if":                            {open(), when(absent, closed, open()), "may break: no token -> nobody (403), 200 -> 403, if the Service is there"},
		"it does not whatever holds":                {open(), when(absent, closed, always(refuses(404, simulate.NoRoute))), "breaks: no token -> no route, 200 -> 404"},
		"it got through if, and does not":           {when(absent, open(), closed), closed, "may break: no token -> nobody (403), 200 -> 403, if the Service is there"},
		"it is refused whatever holds":              {when(absent, closed, closed), closed, "refused"},
		"something unread decides now":              {open(), unread, "may break: no token -> it may be that a filter decides, 200 -> 0"},
		"something unread decides throughout":       {unread, unread, "refused"},
		"something unread decided":                  {unread, closed, "may break: it may be that a filter decides -> nobody (403), 0 -> 403"},
		"it got through if something unread let it": {unread, open(), "stays"},
		"it breaks for a Host with a port":          {open(), when(port, closed, open()), "stays"},
		"too much is open":                          {open(), free(open()), "may break: it is not known -> it is not known, 0 -> 0, if too many conditions are not known"},
		"the gateway answered it":                   {reply(204), reply(404), "breaks: nobody (204) -> no route, 204 -> 404"},
		"the gateway answers something else":        {reply(301), reply(302), "stays"},
		"the gateway refused it":                    {reply(400), reply(404), "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			call := Call{Request: &simulate.Request{Method: "GET", Scheme: "https", Host: "a.test", Target: "/a"}}
			got := Calls(&town{parts: []Part{routeTo("/a")}, decide: c.before}, &town{parts: []Part{routeTo("/a")}, decide: c.after}, []Call{call})[0]
			text := string(got.Fate)
			if got.Before != "" || got.After != "" {
				text += fmt.Sprintf(": %s -> %s, %d -> %d", got.Before, got.After, got.Was, got.Is)
			}
			if got.If != "" {
				text += ", if " + got.If
			}
			if text != c.want {
				t.Errorf("%s, want %s", text, c.want)
			}
		})
	}
	gone := town{parts: []Part{{Entry: simulate.Entry{Name: "", Set: routeTo("/a").Set}}}}
	if got := Calls(&gone, &gone, []Call{{Request: &simulate.Request{Method: "GET", Scheme: "https", Host: "a.test", Target: "/a"}}}); got[0].Fate != Unserved {
		t.Errorf("a host without routes: %+v", got[0])
	}
}

// TestPartOfAPath: a change of some of the requests of a path names one of them; one
// of all of them does not.
func TestPartOfAPath(t *testing.T) {
	route := routeTo("/a")
	route.Text, route.Set.Path.Lang, route.Set.Path.Text = "/a/*", pathlang.Prefix, "/a"
	special := routeTo("/a/x")
	special.Name = "special"
	openBut := func(closed ...string) func(*simulate.Request) simulate.Decision {
		return func(r *simulate.Request) simulate.Decision {
			if slices.Contains(closed, r.Target) || slices.Contains(closed, "*") {
				return simulate.Decision{Status: 403, Cause: simulate.PolicyDenied, Route: "route"}
			}
			return passes(r)
		}
	}
	for name, c := range map[string]struct {
		before, after func(*simulate.Request) simulate.Decision
		want          []string
	}{
		"all of them open":    {openBut("*"), openBut(), []string{"EXPOSED GET /a/* on a.test: nobody (403) -> no token"}},
		"one of them opens":   {openBut("/a/x"), openBut(), []string{"EXPOSED GET /a/x of /a/* on a.test: nobody (403) -> no token"}},
		"all but one of them": {openBut("*"), openBut("/a/x"), []string{"EXPOSED GET /a of /a/* on a.test: nobody (403) -> no token"}},
	} {
		t.Run(name, func(t *testing.T) {
			parts := []Part{route, special}
			r := Compare(&town{parts: parts, decide: c.before}, &town{parts: parts, decide: c.after})
			if d := cmp.Diff(c.want, lines(r)); d != "" {
				t.Error(d)
			}
		})
	}
}
