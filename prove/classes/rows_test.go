package classes

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/simulate"
)

// TestDescribe: a report says of each route who gets through, who may, and what is
// not known; it leaves nobody out, and promises nobody.
func TestDescribe(t *testing.T) {
	scope := func(s string) simulate.Admission {
		return simulate.Admission{Proof: "jwt", Token: simulate.Token{Kind: "jwt", Claims: map[string]any{"iss": "https://i", "scope": s}}}
	}
	// by answers a token whose scope is among those that are listed, and refuses others.
	by := func(scopes ...string) func(*simulate.Request) simulate.Decision {
		return func(r *simulate.Request) simulate.Decision {
			if got, _ := r.Token.Claims["scope"].(string); slices.Contains(scopes, got) {
				return passes(r)
			}
			return simulate.Decision{Status: 403, Cause: simulate.PolicyDenied, Route: "route"}
		}
	}
	holds := func(why simulate.Why, what string, yes, no func(*simulate.Request) simulate.Decision) func(*simulate.Request) simulate.Decision {
		return func(r *simulate.Request) simulate.Decision {
			u := simulate.Unknown{Why: why, What: what}
			if why == simulate.Chosen {
				u.Example = []simulate.Header{{Name: "X-A", Value: "1"}}
				if r.Header("X-A") == "1" {
					return yes(r)
				}
			}
			if r.Holds(u) {
				return yes(r)
			}
			return no(r)
		}
	}
	closed := always(simulate.Decision{Status: 403, Cause: simulate.PolicyDenied, Route: "route"})
	second := routeTo("/b")
	second.Name = "second"
	withToken := second
	withToken.Admits = []simulate.Admission{scope("s")}
	only := func(path string) func(*simulate.Request) simulate.Decision {
		return func(r *simulate.Request) simulate.Decision {
			if r.Target == path {
				return passes(r)
			}
			return refuses(404, simulate.NoRoute)
		}
	}
	notRegular := routeTo("/c")
	notRegular.Name, notRegular.Set.Path.Lang, notRegular.Set.Path.Text, notRegular.Text = "odd", pathlang.Regexp2, `/(a)\1`, `/(a)\1`
	led := routeTo("/a")
	led.Service = "a.ns:80"
	post := routeTo("/a")
	post.Set.Methods = []string{"POST"}
	for name, c := range map[string]struct {
		side town
		want []string
	}{
		"open":                         {town{decide: open()}, []string{"GET /a of route: no token; to a.ns:80; 200"}},
		"closed":                       {town{decide: closed}, []string{"GET /a of route: nobody; 403"}},
		"nothing is there":             {town{}, []string{"/a of route is not reached"}},
		"two who bring other tokens":   {town{parts: []Part{routeTo("/a", scope("s"), scope("t"))}, decide: by("s", "t")}, []string{"GET /a of route: jwt(issuer https://i, scope s), jwt(issuer https://i, scope t); to a.ns:80; 403"}},
		"one of them is refused":       {town{parts: []Part{routeTo("/a", scope("s"), scope("t"))}, decide: by("t")}, []string{"GET /a of route: jwt(issuer https://i, scope t); to a.ns:80; 403"}},
		"everybody, token or not":      {town{parts: []Part{routeTo("/a", scope("s"))}, decide: open()}, []string{"GET /a of route: no token; to a.ns:80; 200"}},
		"behind an authorizer":         {town{decide: open(proved("extAuth x"))}, []string{"GET /a of route: extAuth x; to a.ns:80; 200"}},
		"a token and an authorizer":    {town{parts: []Part{routeTo("/a", scope("s"))}, decide: guarded(proved("jwt", "extAuth x"))}, []string{"GET /a of route: jwt(issuer https://i, scope s) and extAuth x; to a.ns:80; 401"}},
		"who sends a header":           {town{decide: holds(simulate.Chosen, "X-A is sent", open(), closed)}, []string{"GET /a of route: no token when X-A is sent; to a.ns:80; 200"}},
		"if something unread lets him": {town{decide: holds(simulate.Opaque, "the filter matters", open(), closed)}, []string{"GET /a of route: no token if the filter matters; to a.ns:80; 403; unknown: whether somebody gets through depends on: the filter matters"}},
		"open whatever is unread":      {town{decide: holds(simulate.Opaque, "the filter matters", open(), open())}, []string{"GET /a of route: no token; to a.ns:80; 200"}},
		"without a token if, with one": {
			town{parts: []Part{routeTo("/a", scope("s"))}, decide: holds(simulate.Opaque, "the filter matters", open(), by("s"))},
			[]string{"GET /a of route: no token if the filter matters, jwt(issuer https://i, scope s); to a.ns:80; 403; unknown: whether somebody gets through depends on: the filter matters"},
		},
		"without a token when, with one": {
			town{parts: []Part{routeTo("/a", scope("s"))}, decide: holds(simulate.Chosen, "X-A is sent", open(), by("s"))},
			[]string{"GET /a of route: no token when X-A is sent, jwt(issuer https://i, scope s); to a.ns:80; 200"},
		},
		"a token that nobody verifies": {
			town{parts: []Part{routeTo("/a"), {Entry: simulate.Entry{Set: second.Set, Admits: []simulate.Admission{scope("s")}}, Beside: true}}, decide: guarded()},
			[]string{"GET /a of route: any token; to a.ns:80; 401"},
		},
		"a route that no request reaches": {town{parts: []Part{routeTo("/a"), second}, decide: only("/a")}, []string{"GET /a of route: no token; to a.ns:80; 200", "/b of second is not reached"}},
		"one that may want another token": {town{parts: []Part{routeTo("/a"), withToken}, decide: only("/a")}, []string{"GET /a of route: no token; to a.ns:80; 200", "GET /b of second: nobody; 0; unknown: no request that was tried comes to the route"}},
		"one that cannot be told":         {town{parts: []Part{routeTo("/a"), second, notRegular}, decide: only("/a")}, []string{"GET /a of route: no token; to a.ns:80; 200", `host: /(a)\1: a back-reference is not a regular language`}},
		"two methods that are treated so": {town{parts: []Part{routeTo("/a"), post}, decide: open()}, []string{"GET,POST /a of route: no token; to a.ns:80; 200"}},
		"two that are not": {town{parts: []Part{routeTo("/a"), post}, decide: func(r *simulate.Request) simulate.Decision {
			return map[string]func(*simulate.Request) simulate.Decision{"GET": open(), "POST": closed}[r.Method](r)
		}}, []string{"GET /a of route: no token; to a.ns:80; 200", "POST /a of route: nobody; 403"}},
		"open past the gateway":            {town{decide: open(), inside: func(r *simulate.Request, _, _ string) simulate.Decision { return passes(r) }}, []string{"GET /a of route: no token; to a.ns:80; 200; inside: callers in the cluster with no token, callers in the cluster without a sidecar with no token"}},
		"past a closed one too":            {town{parts: []Part{led}, decide: closed, inside: func(r *simulate.Request, _, _ string) simulate.Decision { return passes(r) }}, []string{"GET /a of route: nobody; 403; inside: callers in the cluster with no token, callers in the cluster without a sidecar with no token"}},
		"past the gateway with a token":    {town{parts: []Part{routeTo("/a", scope("s"))}, decide: open(), inside: func(r *simulate.Request, _, _ string) simulate.Decision { return guarded()(r) }}, []string{"GET /a of route: no token; to a.ns:80; 200; inside: callers in the cluster with jwt(issuer https://i, scope s), callers in the cluster without a sidecar with jwt(issuer https://i, scope s)"}},
		"something unread answers for all": {town{decide: always(simulate.Decision{Cause: simulate.Anything, Route: "route", Reason: "a filter decides"})}, []string{"GET /a of route: no token; 0"}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.side.parts == nil {
				c.side.parts = []Part{routeTo("/a")}
			}
			if d := cmp.Diff(c.want, rows(Describe(&c.side))); d != "" {
				t.Error(d)
			}
		})
	}
}

// rows spells a report, one line for each row.
func rows(list []Served) []string {
	names := func(list []Caller) string {
		var out []string
		for i := range list {
			text := list[i].Text
			if len(list[i].When) > 0 {
				text += " when " + strings.Join(list[i].When, " and ")
			}
			if len(list[i].If) > 0 {
				text += " if " + strings.Join(list[i].If, " and ")
			}
			out = append(out, text)
		}
		return strings.Join(out, ", ")
	}
	var out []string
	for _, s := range list {
		for i := range s.Routes {
			r := &s.Routes[i]
			if r.Unreached {
				out = append(out, r.Path+" of "+r.Name+" is not reached")
				continue
			}
			callers := names(r.Callers)
			if callers == "" {
				callers = "nobody"
			}
			line := strings.Join(r.Methods, ",") + " " + r.Path + " of " + r.Name + ": " + callers
			if r.Backend != "" {
				line += "; to " + r.Backend
			}
			line += fmt.Sprint("; ", r.Status)
			if len(r.Inside) > 0 {
				line += "; inside: " + names(r.Inside)
			}
			if len(r.Unknown) > 0 {
				line += "; unknown: " + strings.Join(r.Unknown, ", ")
			}
			out = append(out, line)
		}
		for _, text := range s.Unknown {
			out = append(out, "host: "+text)
		}
	}
	return out
}
