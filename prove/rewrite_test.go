package prove_test

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/classes"
)

// TestRewritesBeforePolicies has routes that change what policies behind them
// see: a path that is open there is found, however it is spelled before.
func TestRewritesBeforePolicies(t *testing.T) {
	open := func(operation string) string {
		return service("api") + verifies("api", "a", "") + policy("api", "p", "rules: [{to: [{operation: {"+operation+"}}]}, {from: [{source: {requestPrincipals: ['*']}}]}]")
	}
	const to = "route: [{destination: {host: api, port: {number: 80}}}]}"
	for _, c := range []struct {
		name, text, path string
		want             prove.Verdict
		witness          string
	}{
		{"the prefix is cut off", vs("a.com", "{match: [{uri: {prefix: /x/}}], rewrite: {uri: /}, "+to) + open("paths: [/pub]"), "/x/.*", prove.Fails, "/x/pub"},
		{"other paths behind the prefix", vs("a.com", "{match: [{uri: {prefix: /x/}}], rewrite: {uri: /}, "+to) + open("paths: [/pub]"), "/x/a.*", prove.Holds, ""},
		{"a longer prefix", vs("a.com", "{match: [{uri: {prefix: /x}}], rewrite: {uri: /in/y}, "+to) + open("paths: ['/in/y-*']"), "/.*", prove.Fails, "/x-"},
		{"the policy is about the path before", vs("a.com", "{match: [{uri: {prefix: /x/}}], rewrite: {uri: /}, "+to) + open("paths: [/x/pub]"), "/x/[a-w].*", prove.Holds, ""},
		{"one path for all", vs("a.com", "{match: [{uri: {exact: /x}}], rewrite: {uri: /pub}, "+to) + open("paths: [/pub]"), "/.*", prove.Fails, "/x"},
		{"dots that the sidecar resolves", vs("a.com", "{match: [{uri: {regex: '/x[^.].*'}}], directResponse: {status: 404}}", "{match: [{uri: {prefix: /x}}], rewrite: {uri: /}, "+to) + open("paths: [/pub/a]"), "/.*", prove.Fails, "/x./pub/a"},
		{"another host", vs("a.com", "{rewrite: {authority: in.test}, "+to) + open("hosts: [in.test]"), "/.*", prove.Fails, "/"},
		{"an expression", vs("a.com", `{rewrite: {uriRegexRewrite: {match: '^/x/(.*)', rewrite: '/\1'}}, `+to) + open("paths: [/pub]"), "/.*", prove.Unknown, ""},
		{"an expression before a token", vs("a.com", `{rewrite: {uriRegexRewrite: {match: '^/x/(.*)', rewrite: '/\1'}}, `+to) + service("api") + verifies("api", "a", "") + policy("api", "p", "rules: [{from: [{source: {requestPrincipals: ['*']}}], to: [{operation: {paths: ['/a*']}}]}]"), "/.*", prove.Holds, ""},
	} {
		set := match.Set{Hosts: []string{"a.com"}, Path: pathlang.Path{Lang: pathlang.Regex, Text: c.path}, View: match.RawPath}
		p := clusterOf(documents(t, c.text), -1, nil).NeverWithout(set, []string{"jwt"})
		if p.Verdict != c.want {
			t.Errorf("%s: %v (%s), want %v", c.name, p.Verdict, p.Reason, c.want)
		} else if p.Witness != nil && p.Witness.Target != c.witness {
			t.Errorf("%s: the witness is %s, want %s", c.name, p.Witness.Target, c.witness)
		}
	}
}

// TestRewritesAreCompared changes policies that see rewritten requests.
func TestRewritesAreCompared(t *testing.T) {
	const deny = "action: DENY, rules: [{to: [{operation: {PATHS}}]}]"
	for _, c := range []struct{ name, route, paths, other, want string }{
		{"the prefix is cut off", "match: [{uri: {prefix: /x/}}], rewrite: {uri: /}, ", "paths: [/admin]", "paths: [/else]", "EXPOSED"},
		{"another host", "rewrite: {authority: in.test}, ", "hosts: [in.test]", "hosts: [out.test]", "EXPOSED"},
		{"an expression", `rewrite: {uriRegexRewrite: {match: '^/x/(.*)', rewrite: '/\1'}}, `, "paths: [/admin]", "paths: [/else]", "UNKNOWN"},
	} {
		side := func(operation string) classes.Side {
			return sideOf(t, documents(t, vs("a.com", "{"+c.route+"route: [{destination: {host: api, port: {number: 80}}}]}")+service("api")+policy("api", "d", strings.Replace(deny, "PATHS", operation, 1))), -1, nil)
		}
		before, after := side(c.paths), side(c.other)
		r := classes.Compare(before, after)
		var b strings.Builder
		for i := range r.Changes {
			b.WriteString(r.Changes[i].String() + "\n")
		}
		if !strings.Contains(b.String(), c.want) {
			t.Errorf("%s: there is no %s: %s", c.name, c.want, b.String())
		}
		if r := classes.Compare(before, before); len(r.Changes) > 0 {
			t.Errorf("%s: it differs from itself: %v", c.name, r.Changes)
		}
	}
}
