package oathkeeper

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
)

// TestHeaders holds what mutators make of templates to Oathkeeper's.
func TestHeaders(t *testing.T) {
	for mutators, want := range map[string]string{
		"[{handler: header, config: {headers: {X-A: '{{ print .Subject }}'}}}]":                                     "bob",
		"[{handler: header, config: {headers: {X-A: '{{ print .Extra.client_id }}'}}}]":                             "web",
		"[{handler: header, config: {headers: {X-A: '{{ print .Extra.nothing }}'}}}]":                               "",
		"[{handler: header, config: {headers: {X-A: '{{ .Extra.nothing }}'}}}]":                                     "<no value>",
		"[{handler: header, config: {headers: {X-A: '{{ .Nothing }}'}}}]":                                           "500",
		"[{handler: header, config: {headers: {X-A: '{{ print'}}}]":                                                 "500",
		"[{handler: header, config: {headers: {X-A: '{{ printIndex .MatchContext.RegexpCaptureGroups 1 }}'}}}]":     "/items/7",
		"[{handler: header, config: {headers: {X-A: '{{ .Subject | upper }}'}}}]":                                   "<upper>",
		"[{handler: header, config: {headers: {X-A: '{{ fail \"no\" }}'}}}]":                                        "500",
		"[{handler: header, config: {headers: {X-A: first}}}, {handler: header, config: {headers: {X-A: second}}}]": "first",
		"[{handler: header, config: {headers: {X-A: a}}}, {handler: noop}]":                                         "a",
		"[{handler: noop}, {handler: header, config: {headers: {x-a: a}}}]":                                         "a",
		"[{handler: cookie, config: {cookies: {X-A: 'v;w x'}}}]":                                                    "",
		"[]": "500",
		"[{handler: header, config: {headers: {Bad Name: x}}}]": "502",
	} {
		text := strings.Replace(strings.Replace(ruleText("<http|https>://h</items/.*>"), "handler: noop", "handler: oauth2_introspection", 1)+"  authorizer: {handler: allow}\n  mutators: "+mutators+"\n", "http://up", "http://up.ns", 1)
		d := loaded(t, text).Decide(&simulate.Request{
			Method: "GET", Scheme: "http", Host: "h", Target: "/items/7",
			Token: simulate.Token{Kind: "opaque", Introspection: map[string]any{"sub": "bob", "client_id": "web"}},
		}, nil)
		got := d.Headers["x-a"]
		if !d.Passed() {
			got = map[int]string{500: "500", 502: "502"}[d.Status]
		}
		if got != want {
			t.Errorf("%s gives %q, want %q: %s", mutators, got, want, d.Reason)
		}
	}
}
