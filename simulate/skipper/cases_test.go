package skipper

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

// TestCases holds single features of Skipper v0.27.57 as test/skipper measured
// them. A route is written as path | predicates | filters | backend.
func TestCases(t *testing.T) {
	for _, c := range []struct {
		name, routes, ask string
		status            int
		upstream          string
		set               string // "name: value" of the answer, or of what the upstream gets
	}{
		{"wrong arguments cost the route", `/p||oauthTokeninfoAllKV("realm")|s; *|||open`, "GET /p", 200, "open.ns", ""},
		{"so do those of predicates", `/p|Source("x")|status(401)|s; *|||open`, "GET /p", 200, "open.ns", ""},
		{"a second Method is checked too", `/p|Method("GET") && Method()||s; *|||open`, "GET /p", 200, "open.ns", ""},
		{"healthcheck makes 200 of the answer", `/p||healthcheck()|shunt`, "GET /p", 200, "", ""},
		{"redirect answers at once, over what was set before", `/p||status(204) -> redirect(303, "/x")|s`, "GET /p", 303, "s.ns", "location: http://h/x"},
		{"redirectTo leads to https", `/p||redirectTo(302, "/x?y=1")|s`, "GET /p", 302, "", "location: https://h/x?y=1"},
		{"what setPath misses is empty", `/p||setPath("/${request.header.X-A}q")|loop; /q|||open`, "GET /p", 200, "open.ns", ""},
		{"a parameter of the path", `/p/:id||setPath("/${id}")|loop; /q|||open`, "GET /p/q", 200, "open.ns", ""},
		{"a header that misses a part is not set", `/p||setRequestHeader("X-S", "a${request.query.v}")|s`, "GET /p", 200, "s.ns", ""},
		{"a header of a part", `/p||setRequestHeader("X-S", "a${request.query.v}")|s`, "GET /p?v=b", 200, "s.ns", "x-s: ab"},
		{"a cookie chooses the traffic", `/p|Traffic(0, "c", "1")||s; *|||open`, "GET /p Cookie:c=1", 200, "s.ns", ""},
		{"another cookie does not", `/p|Traffic(1, "c", "1")||s; *|||open`, "GET /p Cookie:c=2", 200, "open.ns", ""},
		{"all of the traffic", `/p|TrafficSegment(0, 1)||s; *|||open`, "GET /p", 200, "s.ns", ""},
		{"rfcPath keeps escapes", `/p/:x||rfcPath()|loop; /p/a%2Fb|||open`, "GET /p%2Fa%2Fb", 404, "", ""},
		{"the query as headers", `/p||stripQuery("true")|s`, "GET /p?v=b", 200, "s.ns", "x-query-param-v: b"},
		{"base64", `/p||setRequestHeader("X-S", "/") -> encodeBase64RequestHeader("X-S")|s`, "GET /p", 200, "s.ns", "x-s: Lw=="},
		{"headers of the answer are changed backwards", `/p||modResponseHeader("X-R", "1", "2") -> setResponseHeader("X-R", "1")|s`, "GET /p", 200, "s.ns", "x-r: 2"},
		{"two limits on one", `/p||localRatelimit(0, "1m")|s`, "GET /p X-Forwarded-For:10.0.0.1", 429, "", "x-rate-limit: 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := engineOf(t, groupOf(c.routes))
			words := strings.Fields(c.ask)
			r := &simulate.Request{Method: words[0], Scheme: "https", Host: "h", Target: words[1]}
			for _, h := range words[2:] {
				name, value, _ := strings.Cut(h, ":")
				r.SetHeader(name, value)
			}
			d := simulate.Outcomes(r, nil, e.Decide)
			if !d.Known() || d.Status != c.status || d.Upstream != c.upstream {
				t.Fatalf("%d %s known %v: %s", d.Status, d.Upstream, d.Known(), d.Reason)
			}
			name, value, _ := strings.Cut(c.set, ": ")
			if c.set != "" && d.Response[name] != value && d.Headers[name] != value {
				t.Errorf("%v %v", d.Response, d.Headers)
			}
			if c.set == "" && d.Headers["x-s"] != "" {
				t.Errorf("%v", d.Headers)
			}
		})
	}
}

// groupOf writes a RouteGroup.
func groupOf(routes string) string {
	var b strings.Builder
	b.WriteString("apiVersion: zalando.org/v1\nkind: RouteGroup\nmetadata: {name: g}\nspec:\n  hosts: [h]\n  backends: [{name: s, serviceName: s, servicePort: 80}, {name: open, serviceName: open, servicePort: 80}, {name: shunt, type: shunt}, {name: loop, type: loopback}]\n  routes:\n")
	list := func(key, text, separator string) {
		if text != "" {
			b.WriteString(", " + key + ": ['" + strings.Join(strings.Split(text, separator), "', '") + "']")
		}
	}
	for route := range strings.SplitSeq(routes, "; ") {
		f := strings.Split(route, "|")
		b.WriteString("  - {backends: [{backendName: " + f[3] + "}]")
		if f[0] != "*" {
			b.WriteString(", path: '" + f[0] + "'")
		}
		list("predicates", f[1], " && ")
		list("filters", f[2], " -> ")
		b.WriteString("}\n")
	}
	return b.String()
}

// TestGroupWithoutRoutes has no answer for hosts of a RouteGroup of which
// Skipper left all routes out: wider routes match their requests.
func TestGroupWithoutRoutes(t *testing.T) {
	e := engineOf(t, strings.Replace(groupOf(`/p|||gone`), "backends: [{name: s,", "backends: [{name: gone, serviceName: there, servicePort: 81}, {name: s,", 1)+
		"---\napiVersion: v1\nkind: Service\nmetadata: {name: there}\nspec: {type: ClusterIP, ports: [{port: 80}]}\n"+
		"---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {defaultBackend: {service: {name: open, port: {number: 80}}}}\n")
	if d := e.Decide(&simulate.Request{Method: "GET", Scheme: "https", Host: "h", Target: "/p"}, nil); d.Upstream != "open.ns" {
		t.Errorf("%+v", d)
	}
}

// TestOldIngress: an Ingress of a version that clusters do not have any more is
// unknown, and so is one whose only backend is in a field that nobody knows.
func TestOldIngress(t *testing.T) {
	ingress := func(api, backend string) string {
		return "---\napiVersion: " + api + "\nkind: Ingress\nmetadata: {name: i}\nspec: {rules: [{host: a.test, http: {paths: [{path: /, backend: {" + backend + "}}]}}]}\n"
	}
	for in, want := range map[string]simulate.Cause{
		ingress("networking.k8s.io/v1", "service: {name: s, port: {number: 80}}"):      simulate.Passed,
		ingress("networking.k8s.io/v1beta1", "service: {name: s, port: {number: 80}}"): simulate.Anything,
		ingress("extensions/v1beta1", "serviceName: s, servicePort: 80"):               simulate.Anything,
		ingress("networking.k8s.io/v1", "serviceName: s, servicePort: 80"):             simulate.Anything,
	} {
		d := engineOf(t, in).Decide(simulatetest.Request(t, "GET https://a.test/ X-Forwarded-Proto=https"), nil)
		if d.Cause != want {
			t.Errorf("%s\n%q %s", in, d.Cause, d.Reason)
		}
	}
}

// TestOtherDefaultBackend: what another controller's default backend makes of a
// request that Skipper does not match is not known.
func TestOtherDefaultBackend(t *testing.T) {
	e := engineOf(t, groupOf(`/p|||s`)+"---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {ingressClassName: nginx, defaultBackend: {service: {name: open, port: {number: 80}}}}\n")
	for host, known := range map[string]bool{"h": true, "else": false} {
		d := simulate.Outcomes(&simulate.Request{Method: "GET", Scheme: "https", Host: host, Target: "/x"}, nil, e.Decide)
		if d.Known() != known {
			t.Errorf("%s: %+v", host, d)
		}
	}
}

// TestOtherWildcard holds that another controller may serve all names of a wildcard,
// however letters are spelled.
func TestOtherWildcard(t *testing.T) {
	for _, wildcard := range []string{"*.else.test", "*.Else.test"} {
		e := engineOf(t, groupOf(`/p|||s`)+"---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {ingressClassName: nginx, rules: [{host: '"+wildcard+
			"', http: {paths: [{path: /x, pathType: Exact, backend: {service: {name: open, port: {number: 80}}}}]}}]}\n")
		for host, known := range map[string]bool{"h": true, "else.test": true, "a.else.test": false, "A.ELSE.test:80": false, "a.b.else.test": false, "aelse.test": true} {
			d := simulate.Outcomes(&simulate.Request{Method: "GET", Scheme: "https", Host: host, Target: "/x"}, nil, e.Decide)
			if d.Known() != known {
				t.Errorf("%s for %s: %+v", host, wildcard, d)
			}
		}
	}
}

// TestCookies holds filters on cookies to net/http, with which Skipper reads and
// writes them: all lines are read, one line is written, and lines stay as they are
// where nothing is dropped.
func TestCookies(t *testing.T) {
	for _, c := range []struct {
		filter      string
		lines, want []string
	}{
		{`dropRequestCookie("c")`, []string{"a=1", "c=1"}, []string{"a=1"}},
		{`dropRequestCookie("c")`, []string{"c=1; d=2", "c=3"}, []string{"d=2"}},
		{`dropRequestCookie("c")`, []string{"a=1", "b=2"}, []string{"a=1", "b=2"}},
		{`dropRequestCookie("c")`, []string{"c"}, nil},
		{`dropRequestCookie("c")`, []string{`a="1"; c=1; b=x"y`}, []string{`a="1"`}},
		{`requestCookie("c", "1")`, []string{"a=1", "b=2"}, []string{"a=1; c=1"}},
		{`requestCookie("c", "a b")`, nil, []string{`c="a b"`}},
	} {
		r := &simulate.Request{Method: "GET", Scheme: "https", Host: "h", Target: "/p"}
		for _, line := range c.lines {
			r.Headers = append(r.Headers, simulate.Header{Name: "Cookie", Value: line})
		}
		d := engineOf(t, groupOf("/p||"+c.filter+"|s")).Decide(r, nil)
		if got := cookies(d.Next).Header["Cookie"]; !slices.Equal(got, c.want) {
			t.Errorf("%s of %q: %q, want %q", c.filter, c.lines, got, c.want)
		}
	}
}

// TestLeftOpen: what a symbolic request leaves to the caller may hold, with an example
// of it; what the request has is decided.
func TestLeftOpen(t *testing.T) {
	for _, c := range []struct{ predicate, with, want string }{
		{`HeaderRegexp("X-A", "^[0-9]$")`, "", "[open.ns s.ns] [{X-A 0}]"},
		{`HeaderRegexp("X-A", "^[0-9]$")`, "X-A:b", "[open.ns] []"},
		{`Cookie("c", "^1$")`, "", "[open.ns s.ns] [{Cookie c=1}]"},
		{`Cookie("c", "^1$")`, "Cookie:c=1", "[s.ns] []"},
		{`QueryParam("v", "^1$")`, "", "[open.ns s.ns] []"},
		{`ForwardedProtocol("https")`, "", "[open.ns s.ns] [{Forwarded proto=https}]"},
		{`Traffic(0, "c", "1")`, "", "[open.ns s.ns] []"},
		{`Traffic(0, "c", "1")`, "Cookie:c=1", "[s.ns] []"},
		{`Header("X-A", "1")`, "", "[open.ns] []"}, // classes of requests have it
	} {
		r := &simulate.Request{Method: "GET", Scheme: "https", Host: "h", Target: "/p", Free: simulate.AnyHeader}
		if name, value, ok := strings.Cut(c.with, ":"); ok {
			r.SetHeader(name, value)
		}
		d := simulate.Outcomes(r, nil, engineOf(t, groupOf(`/p|`+c.predicate+`||s; *|||open`)).Decide)
		var reached []string
		for _, o := range d.Each() {
			reached = append(reached, o.Decision.Upstream)
		}
		slices.Sort(reached)
		var example []simulate.Header
		for _, u := range d.Unknowns() {
			example = append(example, u.Example...)
		}
		if got := fmt.Sprint(reached, example); got != c.want {
			t.Errorf("%s with %q: %s, want %s", c.predicate, c.with, got, c.want)
		}
	}
}

// TestLooksOfRoutes: what routes compare beyond the sets of their entries splits the
// requests that are compared.
func TestLooksOfRoutes(t *testing.T) {
	e := engineOf(t, groupOf(`/p|PathRegexp("x$") && HostAny("o.test:80") && Host("^q[.]test$")||s; /q|NoSuch()||s`))
	var got []string
	for _, set := range e.Looks() {
		got = append(got, fmt.Sprint(set.Hosts, " ", set.Path.Text))
	}
	for _, want := range []string{`[h] (?s:.*)(?:x$)(?s:.*)`, "[o.test] /", "[q.test] /", "[h] /"} {
		if !slices.Contains(got, want) {
			t.Errorf("no set is %s: %q", want, got)
		}
	}
	if hosts := e.HostExpressions(); !slices.Equal(hosts, []string{"^q[.]test$"}) {
		t.Errorf("expressions for hosts are %q", hosts)
	}
}
