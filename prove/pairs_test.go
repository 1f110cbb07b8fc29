package prove_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate"
)

// values are values of each attribute of a policy that lie close together: some
// requests satisfy one and not the other.
var valuesOf = map[string][]string{
	"principals":        {"*", "cluster.local/ns/istio-system/*", "cluster.local/ns/a/sa/b", "*/sa/b"},
	"namespaces":        {"istio-system", "istio-*", "a", "*"},
	"serviceAccounts":   {"a/b", "b", "istio-system/istio-ingressgateway-service-account"},
	"requestPrincipals": {"*", "https://a0/me", "https://a0/m*", "https://a0/*", "*me", "*/me", "https://b0/me", "h*", "https://a0/you"},
	"hosts":             {"a.com", "*.com", "*", "A.com", "b.com", "a.com:*", "a.*"},
	"methods":           {"GET", "G*", "*T", "POST", "PUT", "*"},
	"paths":             {"/x", "/x*", "/x/*", "*", "/{*}", "/x/{**}", "*/y", "/x/y", "/{*}/y"},
	"ports":             {"80", "8080", "080"},
	"remoteIpBlocks":    {"10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0"},
}

var whenKeys = map[string][]string{
	"request.headers[x-a]": {"b", "b*", "*b", "*", "c"}, "request.headers[:path]": {"/x", "/x*"}, "request.headers[host]": {"a.com", "*"}, "request.auth.claims[scp]": {"w", "w*", "*", "r"}, "request.auth.claims[o][k]": {"v", "v*"},
	"request.auth.claims[scope]": {"read", "re*", "write"}, "request.auth.audiences": {"aud", "a*"}, "request.auth.presenter": {"azp", "*"}, "source.namespace": {"istio-system", "a"}, "request.auth.principal": {"https://a0/me", "*"},
	"destination.port": {"80", "8080"}, "remote.ip": {"10.0.0.0/8", "10.1.0.0/16"},
}

// pairOf draws a policy, and one that differs from it in one value, in a value more
// or less, or in a condition.
func pairOf(rnd *rand.Rand) (was, is string) {
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	some := func(pool []string) []string {
		out := []string{pick(pool...)}
		if rnd.IntN(3) == 0 {
			out = append(out, pick(pool...))
		}
		return out
	}
	type condition struct {
		field  string
		values []string
	}
	var from, to, when []condition
	for range rnd.IntN(3) {
		f := pick("principals", "namespaces", "requestPrincipals", "requestPrincipals", "remoteIpBlocks", "serviceAccounts")
		from = append(from, condition{pick("", "", "", "not") + f, some(valuesOf[f])})
	}
	for range rnd.IntN(3) {
		f := pick("hosts", "methods", "paths", "paths", "ports")
		to = append(to, condition{pick("", "", "", "not") + f, some(valuesOf[f])})
	}
	for range rnd.IntN(3) {
		k := pick(slices.Sorted(maps.Keys(whenKeys))...)
		when = append(when, condition{pick("values ", "values ", "values ", "notValues ") + k, some(whenKeys[k])})
	}
	write := func() string {
		list := func(v []string) string { return "['" + strings.Join(v, "', '") + "']" }
		object := func(part string, all []condition) string {
			seen, out := map[string]bool{}, []string{}
			for _, c := range all {
				name := c.field
				if strings.HasPrefix(name, "not") {
					name = "not" + strings.ToUpper(name[3:4]) + name[4:]
				}
				if !seen[name] {
					out = append(out, name+": "+list(c.values))
				}
				seen[name] = true
			}
			if out == nil {
				return ""
			}
			return part + "{" + strings.Join(out, ", ") + "}}]"
		}
		var parts []string
		for _, p := range []string{object("from: [{source: ", from), object("to: [{operation: ", to)} {
			if p != "" {
				parts = append(parts, p)
			}
		}
		var all []string
		for _, c := range when {
			kind, key, _ := strings.Cut(c.field, " ")
			all = append(all, "{key: '"+key+"', "+kind+": "+list(c.values)+"}")
		}
		if all != nil {
			parts = append(parts, "when: ["+strings.Join(all, ", ")+"]")
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	was = write()
	all := [][]condition{from, to, when}
	for range 9 {
		list := all[rnd.IntN(3)]
		if len(list) == 0 {
			continue
		}
		c := &list[rnd.IntN(len(list))]
		pool := whenKeys[c.field[strings.IndexByte(c.field, ' ')+1:]]
		if pool == nil {
			pool = valuesOf[strings.TrimPrefix(c.field, "not")]
		}
		switch c.values = slices.Clone(c.values); rnd.IntN(4) {
		case 0:
			c.values = append(c.values, pick(pool...))
		case 1:
			if c.values = c.values[1:]; len(c.values) == 0 {
				c.values = []string{pick(pool...)}
			}
		default:
			c.values[rnd.IntN(len(c.values))] = pick(pool...)
		}
		break
	}
	return was, write()
}

// drawCall draws requests that lie at the borders of these values.
func drawCall(rnd *rand.Rand) *simulate.Request {
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	r := &simulate.Request{
		Method: pick("GET", "GET", "POST", "PUT", "PATCH", "OPTIONS"), Scheme: "https", Host: pick("a.com", "a.com", "A.com", "a.com:8443", "b.com"),
		Target: pick("/", "/x", "/x/", "/x/y", "/xx", "/z/y", "/x/y/z", "/x?q=1"), SourceIP: pick("10.1.1.1", "10.2.1.1", "192.0.2.1"),
	}
	for range rnd.IntN(2) {
		r.Headers = append(r.Headers, simulate.Header{Name: "x-a", Value: pick("b", "bx", "xb", "c", "")})
	}
	if rnd.IntN(3) > 0 {
		claims := map[string]any{"iss": "https://" + pick("a0", "a0", "b0"), "sub": pick("me", "m", "you", "mex")}
		for name, list := range map[string][]any{
			"scp": {[]any{"w"}, "w", "wx", []any{"r", "q"}, ""}, "o": {map[string]any{"k": "v"}, map[string]any{"k": []any{"vx"}}}, "scope": {"read write", "reads", "write"}, "aud": {"aud", []any{"a", "b"}}, "azp": {"azp", "x"},
		} {
			if rnd.IntN(2) == 0 {
				claims[name] = list[rnd.IntN(len(list))]
			}
		}
		r.Token = simulate.Token{Kind: "jwt", Claims: claims}
	}
	return r
}

// TestNoChangeOfValuesIsNone: where a comparison of policies that differ in a value
// says that nothing changes, no request at the borders of the values is answered
// otherwise.
func TestNoChangeOfValuesIsNone(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 4))
	around := vs("a.com", toAPI) + vs("b.com", toAPI) + service("api", "{name: http, port: 80, targetPort: 8080}")
	same, pairs := 0, 1500
	if testing.Short() {
		pairs = 150
	}
	for range pairs {
		at, action := []string{"api", "api", "gateway"}[rnd.IntN(3)], []string{"ALLOW", "DENY"}[rnd.IntN(2)]
		one, other := pairOf(rnd)
		beside := around + verifies(at, "a0", []string{"", ", audiences: [z, aud]"}[rnd.IntN(2)]) + verifies(at, "b0", "")
		if rnd.IntN(2) == 0 {
			third, _ := pairOf(rnd)
			beside += policy(at, "beside", "action: "+[]string{"ALLOW", "DENY"}[rnd.IntN(2)]+", rules: ["+third+"]")
		}
		with := func(rule string) *prove.Cluster {
			return clusterOf(documents(t, beside+policy(at, "p", "action: "+action+", rules: ["+rule+"]")), -1, nil)
		}
		before, after := with(one), with(other)
		if one == other || len(classes.Compare(before.Side(nil), after.Side(nil)).Changes) > 0 {
			continue
		}
		same++
		if q, was, is := findDifference(rnd, before, after); q != nil {
			t.Fatalf("no change, and %s %s://%s%s %v %v: %s -> %s\n%s %s %s\n%s\n%s", q.Method, q.Scheme, q.Host, q.Target, q.Headers, q.Token.Claims, was, is, at, action, one, other, beside)
		}
	}
	t.Logf("%d without a change", same)
	if same < pairs/15 {
		t.Error("too few pairs are alike: the test says little")
	}
}

// TestNothingOfValuesIsProvedFalsely: of what is proved about such policies, no request
// gets through without a token.
func TestNothingOfValuesIsProvedFalsely(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 8))
	statement := match.Set{Hosts: []string{"a.com"}, Path: pathlang.Path{Lang: pathlang.Regex, Text: "/.*"}, View: match.RawPath}
	verdicts, sets := map[prove.Verdict]int{}, 1500
	if testing.Short() {
		sets = 150
	}
	for range sets {
		text := vs("a.com", toAPI) + service("api", "{name: "+[]string{"http", "tcp"}[rnd.IntN(2)]+", port: 80, targetPort: 8080}") + verifies("api", "a0", "")
		for i := range 1 + rnd.IntN(3) {
			one, _ := pairOf(rnd)
			text += policy("api", fmt.Sprint("p", i), "action: "+[]string{"ALLOW", "DENY"}[rnd.IntN(2)]+", rules: ["+one+"]")
		}
		cluster := clusterOf(documents(t, text), -1, nil)
		p := cluster.NeverWithout(statement, []string{"jwt"})
		verdicts[p.Verdict]++
		if p.Verdict == prove.Fails {
			if d := cluster.Mesh.Decide(p.Witness, nil); !d.MayPass() {
				t.Errorf("the witness of %s does not get through\n%s", p.Reason, text)
			}
		}
		for range 150 {
			q := drawCall(rnd)
			q.Host = strings.Replace(q.Host, "b.com", "a.com", 1)
			d := cluster.Mesh.Decide(q, nil)
			open := slices.ContainsFunc(d.Each(), func(o simulate.Outcome) bool { return o.Decision.Passed() && len(o.Decision.Proofs) == 0 })
			if open && p.Verdict == prove.Holds {
				t.Fatalf("it is proved, and %s %s://%s%s %v %v gets through\n%s", q.Method, q.Scheme, q.Host, q.Target, q.Headers, q.Token.Claims, text)
			}
		}
	}
	t.Log(verdicts)
}

// findDifference draws requests until two clusters answer one otherwise, nil where they do
// not.
func findDifference(rnd *rand.Rand, before, after *prove.Cluster) (q *simulate.Request, was, is string) {
	for range 150 {
		q := drawCall(rnd)
		a, b := before.Mesh.Decide(q, nil), after.Mesh.Decide(q, nil)
		if strings.Contains(q.Host, ":") && !b.MayPass() {
			continue // what a port in the Host header closes is not reported
		}
		if was, is = possible(&a), possible(&b); was != is {
			return q, was, is
		}
	}
	return nil, "", ""
}
