package classes

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/simulate"
)

func jwt(issuer string) simulate.Token {
	return simulate.Token{Kind: "jwt", Claims: map[string]any{"iss": issuer}}
}

func doorFor(path string, needs simulate.Token) *door {
	return &door{hosts: []string{"h.test"}, set: match.Set{Hosts: []string{"h.test"}, Methods: []string{"GET"}, Path: pathlang.Path{Lang: pathlang.Prefix, Text: path}}, needs: needs, to: "up"}
}

func TestCalls(t *testing.T) {
	none := simulate.Token{}
	call := func(host, path string, token simulate.Token, known bool) Call {
		return Call{&simulate.Request{Method: "GET", Scheme: "https", Host: host, Target: path, Token: token}, known}
	}
	any := call("h.test", "/a?x=1", none, false)
	for name, c := range map[string]struct {
		before, after *door
		call          Call
		want          Fate
		text          string
	}{
		"nothing changes":                     {doorFor("/a", none), doorFor("/a", none), any, Stays, ""},
		"the route goes":                      {doorFor("/a", none), doorFor("/b", none), any, Breaks, "no token -> no route"},
		"a route with a token goes":           {doorFor("/a", jwt("i")), doorFor("/b", jwt("i")), any, Breaks, "jwt -> no route"},
		"a token is demanded":                 {doorFor("/a", none), doorFor("/a", jwt("i")), any, MayBreak, "no token -> jwt"},
		"another token is demanded":           {doorFor("/a", jwt("i")), doorFor("/a", jwt("k")), any, MayBreak, "jwt(issuer i) -> jwt(issuer k)"},
		"it opens":                            {doorFor("/a", jwt("i")), doorFor("/a", none), any, Stays, ""},
		"nothing took it":                     {doorFor("/b", none), doorFor("/c", none), any, Refused, ""},
		"another host":                        {doorFor("/a", none), doorFor("/b", none), call("other.test", "/a", none, false), Unserved, ""},
		"known to have a token that is taken": {doorFor("/a", jwt("i")), doorFor("/a", jwt("i")), call("h.test", "/a", jwt("i"), true), Stays, ""},
		"known to have one that is lost":      {doorFor("/a", jwt("i")), doorFor("/a", jwt("k")), call("h.test", "/a", jwt("i"), true), Breaks, "jwt -> nobody (401)"},
		"known to have none":                  {doorFor("/a", none), doorFor("/a", jwt("i")), call("h.test", "/a", none, true), Breaks, "no token -> nobody (401)"},
		"refused with its token":              {doorFor("/a", jwt("i")), doorFor("/b", jwt("i")), call("h.test", "/a", jwt("x"), true), Refused, ""},
	} {
		if c.call.Request.Host == "other.test" {
			c.before, c.after = nil, nil
		}
		var before, after Side = silent{doorFor("/", none)}, silent{doorFor("/", none)}
		if c.before != nil {
			before, after = c.before, c.after
		}
		got := Calls(before, after, []Call{c.call})[0]
		text := ""
		if got.Before != "" {
			text = got.Before + " -> " + got.After
		}
		if got.Fate != c.want || text != c.text {
			t.Errorf("%s: %s %q, want %s %q", name, got.Fate, text, c.want, c.text)
		}
	}
}
