package skipper

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

// TestWhatFiltersMakeOfRequests holds the path, the query and the headers that the
// upstream gets to what Skipper's filters do to them. What cannot be known is said to
// be so, and never passes for what the caller wrote.
func TestWhatFiltersMakeOfRequests(t *testing.T) {
	for _, c := range []struct{ path, filters, target, headers, want string }{
		{"/p", `setPath("/x/${request.query.q}")`, "/p?q=1", "", "s.ns at /x/1?q=1"},
		{"/p", `setPath("/x/${request.method}/${request.host}")`, "/p", "", "s.ns at /x/GET/h"},
		{"/p", `setPath("/x${request.path}?")`, "/p", "", "s.ns at /x/p%3F"},
		{"/p", `setPath("/x/${request.rawQuery}")`, "/p?a=b", "", "s.ns at /x/a=b?a=b"},
		{"/p", `setPath("/x/${request.cookie.c}")`, "/p", "Cookie: c=1", "s.ns at /x/1"},
		{"/p", `setPath("/x/${request.source}")`, "/p", "X-Forwarded-For: 10.0.0.1, 10.0.0.2", "s.ns at /x/10.0.0.1"},
		{"/p", `setPath("/x/${request.sourceFromLast}")`, "/p", "X-Forwarded-For: 10.0.0.1, 10.0.0.2", "s.ns at /x/10.0.0.2"},
		{"/a/:id/**", `setPath("/x/${id}${*}")`, "/a/1/b/c", "", "s.ns at /x/1/b/c"},
		{"/a/*rest", `setPath("/x${rest}")`, "/a/b/c", "", "s.ns at /x/b/c"},
		{"/p", `setRequestHeader("X-S", "${request.clientIP}")`, "/p", "X-S: own", "s.ns X-S: <not known: its template reads request.clientIP>"},
		{"/p", `setRequestHeader("X-S", "${request.source}")`, "/p", "X-Forwarded-For: unknown", "s.ns X-S: <not known: its template reads request.source>"},
		{"/p", `setRequestHeader("X-S", "${response.header.X-A}")`, "/p", "", "s.ns X-S: <not known: its template reads response.header.X-A>"},
		{"/p", `xforward() -> setRequestHeader("X-S", "${request.header.X-Forwarded-For}")`, "/p", "X-Forwarded-For: 10.0.0.1", "s.ns X-S: <not known: its template reads request.header.X-Forwarded-For>"},
		{"/p", `setRequestHeader("X-A", "1") -> setRequestHeader("X-S", "${request.header.X-A}")`, "/p", "X-A: own", "s.ns X-S: 1"},
		{"/p", `modPath("^/p", "/x")`, "/p?a=b", "", "s.ns at /x?a=b"},
		{"/p", `modPath("^/q", "/x")`, "/p", "", "s.ns"},
		{"/:x", `rfcPath()`, "/a%20b", "", "s.ns at /a%20b"},
		{"/**", `rfcPath()`, "/a%2Fb", "", "s.ns at /a%252Fb"},
		{"/p", `setQuery("a", "2")`, "/p?b=1&a=1", "", "s.ns at /p?a=2&b=1"},
		{"/p", `setQuery("${request.method}")`, "/p?b=1", "", "s.ns at /p?GET"},
		{"/p", `dropQuery("a")`, "/p?b=1&a=1", "", "s.ns at /p?b=1"},
		{"/p", `dropQuery("a")`, "/p?a=1", "", "s.ns"},
		{"/p", `stripQuery()`, "/p?a=1", "", "s.ns"},
		{"/p", `stripQuery("no") -> copyRequestHeader("X-Query-Param-a", "X-S")`, "/p?a=1", "", "s.ns"},
		{"/p", `stripQuery("True") -> copyRequestHeader("X-Query-Param-ab", "X-S")`, "/p?a%20b=1", "", "s.ns X-S: 1"},
		{"/p", `headerToQuery("X-A", "a")`, "/p?b=1", "X-A: 2", "s.ns at /p?a=2&b=1"},
		{"/p", `appendRequestHeader("X-S", "2")`, "/p", "X-S: 1", "s.ns X-S: 1"},
		{"/p", `requestHeader("X-S", "${request.method}")`, "/p", "", "s.ns X-S: ${request.method}"},
		{"/p", `dropRequestHeader("x-s")`, "/p", "X-S: 1", "s.ns"},
		{"/p", `dropRequestHeaderRegexp("X-S", "^1")`, "/p", "X-S: 1", "s.ns"},
		{"/p", `dropRequestHeaderRegexp("X-S", "^2")`, "/p", "X-S: 1", "s.ns X-S: 1"},
		{"/p", `copyRequestHeader("X-A", "X-S")`, "/p", "X-S: 1", "s.ns X-S: 1"},
		{"/p", `requestCopyHeader("X-A", "X-S")`, "/p", "X-A: 2", "s.ns X-S: 2"},
		{"/p", `modRequestHeader("X-S", "a(.)", "$1")`, "/p", "X-S: ab", "s.ns X-S: b"},
		{"/p", `modRequestHeader("X-S", "^", "b")`, "/p", "", "s.ns"},
		{"/p", `encodeBase64RequestHeader("X-S")`, "/p", "X-S: /", "s.ns X-S: Lw=="},
		{"/p", `decodeBase64RequestHeader("X-S")`, "/p", "X-S: Lw==", "s.ns X-S: /"},
		{"/p", `decodeBase64RequestHeader("X-S")`, "/p", "X-S: not base64", "s.ns X-S: not base64"},
		{"/p", `encodeRequestHeader("X-S", "ISO8859_1")`, "/p", "X-S: 1", "s.ns X-S: <not known: encodeRequestHeader sets it>"},
		{"/p", `encodeRequestHeader("X-S", "ISO8859_1")`, "/p", "", "s.ns"},
		{"/p", `setContextRequestHeader("X-S", "k")`, "/p", "", "s.ns X-S: <not known: setContextRequestHeader sets it>"},
		{"/p", `setRequestHeaderFromSecret("X-S", "/f")`, "/p", "X-S: own", "s.ns X-S: <not known: setRequestHeaderFromSecret sets it>"},
		{"/p", `tee("https://t.test")`, "/p", "", "s.ns"},
	} {
		r := simulate.Request{Target: c.target}
		if name, value, ok := strings.Cut(c.headers, ": "); ok {
			r.SetHeader(name, value)
		}
		if got := askedFor(t, c.path+"||"+c.filters+"|s", r); got != c.want {
			t.Errorf("%s of %s with %q: %s, want %s", c.filters, c.target, c.headers, got, c.want)
		}
	}
}

// TestLostPaths: where a filter sets the path or the query to what is not known, the
// route that is asked again is not known.
func TestLostPaths(t *testing.T) {
	for filters, want := range map[string]string{
		`setPath("/q")`:                         "open.ns at /q",
		`setPath("${request.clientIP}")`:        "0 anything",
		`setQuery("a", "${request.clientIP}")`:  "0 anything",
		`dropQuery("${request.clientIP}")`:      "0 anything",
		`setPath("/nothing")`:                   "404 answered",
		`setPath("/p")`:                         "500 misconfigured",
		`setRequestHeader("X-S", "1")`:          "500 misconfigured",
		`modPath("p", "q")`:                     "open.ns at /q",
		`setPath("/q") -> inlineContent("own")`: "200 answered",
	} {
		if got := askedFor(t, "/p||"+filters+"|loop; /q|||open", simulate.Request{}); got != want {
			t.Errorf("%s: %s, want %s", filters, got, want)
		}
	}
}

// TestAnswersOfRoutes holds headers of answers to what Skipper's filters make of them.
func TestAnswersOfRoutes(t *testing.T) {
	for _, c := range []struct {
		filters, origin string
		status          int
		want            map[string]string
	}{
		{`corsOrigin()`, "", 200, map[string]string{"access-control-allow-origin": "*"}},
		{`corsOrigin("https://a.test", "https://b.test")`, "https://b.test", 200, map[string]string{"access-control-allow-origin": "https://b.test"}},
		{`corsOrigin("https://a.test")`, "https://b.test", 200, nil},
		{`corsOrigin("https://a.test")`, "", 200, nil},
		{`appendResponseHeader("X-R", "2") -> setResponseHeader("X-R", "1")`, "", 200, map[string]string{"x-r": "1, 2"}},
		{`appendResponseHeader("X-R", "${request.header.X-N}")`, "", 200, nil},
		{`appendResponseHeader("X-R", "${request.method}")`, "", 200, map[string]string{"x-r": "GET"}},
		{`responseHeader("X-R", "${request.method}")`, "", 200, map[string]string{"x-r": "${request.method}"}},
		{`setResponseHeader("X-R", "${request.header.X-N}")`, "", 200, nil},
		{`dropResponseHeader("X-R") -> setResponseHeader("X-R", "1")`, "", 200, nil},
		{`dropResponseHeaderRegexp("X-R", "^1") -> appendResponseHeader("X-R", "2") -> setResponseHeader("X-R", "1")`, "", 200, map[string]string{"x-r": "2"}},
		{`dropResponseHeaderRegexp("X-R", ".") -> setResponseHeader("X-R", "1")`, "", 200, nil},
		{`copyResponseHeader("X-R", "X-Q") -> appendResponseHeader("X-R", "2") -> setResponseHeader("X-R", "1")`, "", 200, map[string]string{"x-r": "1, 2", "x-q": "1"}},
		{`copyResponseHeader("X-N", "X-Q")`, "", 200, nil},
		{`modResponseHeader("X-N", "^", "1")`, "", 200, nil},
		{`status(404)`, "", 404, nil},
		{`healthcheck()`, "", 200, nil},
		{`redirectToLower(308, "https://x.test/Aa?Q=1")`, "", 308, map[string]string{"location": "https://x.test/aa?Q=1"}},
		{`redirectTo(302, "//x.test")`, "", 302, map[string]string{"location": "https://x.test/p?v=1"}},
	} {
		r := &simulate.Request{Method: "GET", Scheme: "https", Host: "h", Target: "/p?v=1"}
		if c.origin != "" {
			r.SetHeader("Origin", c.origin)
		}
		d := engineOf(t, groupOf("/p||"+c.filters+"|s")).Decide(r, nil)
		if c.want == nil {
			c.want = map[string]string{}
		}
		if diff := cmp.Diff(c.want, d.Response); diff != "" || d.Status != c.status {
			t.Errorf("%s: %d, want %d\n%s", c.filters, d.Status, c.status, diff)
		}
	}
}

// TestPredicatesOfRequests holds predicates to what requests have: whoever writes
// another header, claim or address is not on the route.
func TestPredicatesOfRequests(t *testing.T) {
	jwt := simulate.Token{Kind: "jwt", Claims: map[string]any{"team": "ab", "n": 1.0}}
	const sha = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b" // of "1"
	for _, c := range []struct {
		predicate, headers string
		token              simulate.Token
		want               string
	}{
		{`ForwardedHost("^x[.]test$")`, "Forwarded: for=1;host=x.test", simulate.Token{}, "s.ns"},
		{`ForwardedHost("^x[.]test$")`, `Forwarded: host="x.test";proto=http`, simulate.Token{}, "s.ns"},
		{`ForwardedHost("^x[.]test$")`, "Forwarded: host=x.test, host=y.test", simulate.Token{}, "open.ns"},
		{`ForwardedHost("^x[.]test$")`, "Forwarded: host=y.test, host=x.test", simulate.Token{}, "s.ns"},
		{`ForwardedHost("^x[.]test$")`, "Forwarded: by=x.test", simulate.Token{}, "open.ns"},
		{`ForwardedHost("^$")`, "", simulate.Token{}, "open.ns"},
		{`ForwardedHost("^x[.]test$")`, "Forwarded: host=x.test, host=", simulate.Token{}, "s.ns"},
		{`ForwardedProtocol("https")`, "Forwarded: proto=https", simulate.Token{}, "s.ns"},
		{`ForwardedProtocol("https")`, "Forwarded: proto=http", simulate.Token{}, "open.ns"},
		{`ForwardedProtocol("https")`, "", simulate.Token{}, "open.ns"},
		{`Source("10.0.0.0/8")`, "X-Forwarded-For: 10.1.2.3", simulate.Token{}, "s.ns"},
		{`Source("10.0.0.0/8")`, "X-Forwarded-For: 10.1.2.3:8080", simulate.Token{}, "s.ns"},
		{`Source("10.0.0.0/8", "192.168.0.1")`, "X-Forwarded-For: 192.168.0.1, 8.8.8.8", simulate.Token{}, "s.ns"},
		{`Source("10.0.0.0/8", "192.168.0.1")`, "X-Forwarded-For: 192.168.0.2", simulate.Token{}, "open.ns"},
		{`Source("2001:db8::/32")`, "X-Forwarded-For: 2001:db8::1", simulate.Token{}, "s.ns"},
		{`SourceFromLast("10.0.0.0/8")`, "X-Forwarded-For: 10.1.2.3, 8.8.8.8", simulate.Token{}, "open.ns"},
		{`SourceFromLast("10.0.0.0/8")`, "X-Forwarded-For: 8.8.8.8, 10.1.2.3", simulate.Token{}, "s.ns"},
		{`Source("10.0.0.0/8")`, "", simulate.Token{}, "open.ns or s.ns"},
		{`Source("10.0.0.0/8")`, "X-Forwarded-For: unknown", simulate.Token{}, "open.ns or s.ns"},
		{`ClientIP("10.0.0.0/8")`, "X-Forwarded-For: 10.1.2.3", simulate.Token{}, "open.ns or s.ns"},
		{`After("2016-01-01T12:00:00+02:00")`, "", simulate.Token{}, "open.ns or s.ns"},
		{`HeaderSHA256("X-A", "` + sha + `")`, "X-A: 1", simulate.Token{}, "s.ns"},
		{`HeaderSHA256("X-A", "` + sha + `")`, "X-A: 2", simulate.Token{}, "open.ns"},
		{`HeaderSHA256("X-A", "` + sha + `")`, "X-B: 1", simulate.Token{}, "open.ns"},
		{`Tee("x")`, "", simulate.Token{}, "open.ns"},
		{`JWTPayloadAllKVRegexp("team", "^a", "team", "b$")`, "", jwt, "s.ns"},
		{`JWTPayloadAllKVRegexp("team", "^a", "team", "a$")`, "", jwt, "open.ns"},
		{`JWTPayloadAnyKVRegexp("team", "^x", "team", "b$")`, "", jwt, "s.ns"},
		{`JWTPayloadAnyKVRegexp("n", ".")`, "", jwt, "open.ns"},
		{`JWTPayloadAllKV("none", "")`, "", jwt, "open.ns"},
		{`JWTPayloadAllKVRegexp("none", "")`, "", jwt, "open.ns"},
		{`JWTPayloadAllKV("team", "ab")`, "Authorization: Bearer x", simulate.Token{}, "open.ns"},
		{`False()`, "", simulate.Token{}, "open.ns"},
		{`Shutdown()`, "", simulate.Token{}, "open.ns"},
		{`True()`, "", simulate.Token{}, "s.ns"},
	} {
		r := simulate.Request{Token: c.token}
		if name, value, ok := strings.Cut(c.headers, ": "); ok {
			r.SetHeader(name, value)
		}
		if got := askedFor(t, "/p|"+c.predicate+"||s; *|||open", r); got != c.want {
			t.Errorf("%s with %q: %s, want %s", c.predicate, c.headers, got, c.want)
		}
	}
}

// ingressOf writes an Ingress for the host h with annotations, "key: value" each.
func ingressOf(path, pathType string, annotations ...string) string {
	text := "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: i\n  annotations:\n"
	for _, a := range annotations {
		text += "    " + a + "\n"
	}
	return text + "spec: {rules: [{host: h, http: {paths: [{path: '" + path + "', pathType: " + pathType + ", backend: {service: {name: s, port: {number: 80}}}}]}}]}\n"
}

// TestAnnotations holds annotations of Ingresses to what Skipper reads in them. What it
// does not read, or reads as nothing, opens no route.
func TestAnnotations(t *testing.T) {
	const (
		https, extra, own  = "GET https://h/p", "zalando.org/skipper-routes: ", "zalando.org/skipper-ingress-redirect: "
		plain, code, class = "GET http://h/p X-Forwarded-Proto=http", "zalando.org/skipper-ingress-redirect-code: ", "kubernetes.io/ingress.class: "
	)
	for name, c := range map[string]struct {
		manifest string
		options  Options
		want     []string
	}{
		"plain HTTP is redirected":             {ingressOf("/p", "Exact", "a: b"), Options{}, []string{https + " -> s.ns", plain + " -> 308 answered"}},
		"with another status":                  {ingressOf("/p", "Exact", code+"'301'"), Options{}, []string{plain + " -> 301 answered"}},
		"a status that redirects nothing":      {ingressOf("/p", "Exact", code+"'200'"), Options{}, []string{plain + " -> 308 answered"}},
		"a status beyond redirects":            {ingressOf("/p", "Exact", code+"'400'"), Options{}, []string{plain + " -> 308 answered"}},
		"no status":                            {ingressOf("/p", "Exact", code+"x"), Options{}, []string{plain + " -> 308 answered"}},
		"it is not":                            {ingressOf("/p", "Exact", own+"'false'"), Options{}, []string{https + " -> s.ns", plain + " -> s.ns"}},
		"it is not, by a flag":                 {ingressOf("/p", "Exact", "a: b"), Options{NoRedirect: true}, []string{plain + " -> s.ns"}},
		"it is in spite of the flag":           {ingressOf("/p", "Exact", own+"'true'"), Options{NoRedirect: true}, []string{plain + " -> 308 answered"}},
		"routes of an annotation":              {ingressOf("/p", "Exact", extra+`'r: Method("PUT") -> status(204) -> <shunt>'`), Options{}, []string{https + " -> s.ns", "PUT https://h/p -> 204 answered", "PUT https://x/p -> 404 no-route", "PUT https://h/q -> 404 no-route"}},
		"they are redirected too":              {ingressOf("/p", "Exact", extra+`'r: Method("PUT") -> status(204) -> <shunt>'`), Options{}, []string{plain + " -> 308 answered"}},
		"their own host is not read":           {ingressOf("/p", "Exact", extra+`'r: Host("x") && Method("PUT") -> status(204) -> <shunt>'`), Options{}, []string{"PUT https://x/p -> 404 no-route", "PUT https://h/p -> 204 answered"}},
		"their own path beside the rule's":     {ingressOf("/p", "Exact", extra+`'r: Path("/q") -> status(204) -> <shunt>'`), Options{}, []string{"GET https://h/q -> 404 no-route", https + " -> s.ns"}},
		"their own expression":                 {ingressOf("/p", "ImplementationSpecific", extra+`'r: PathRegexp("^/q") && Method("PUT") -> status(204) -> <shunt>'`), Options{}, []string{"PUT https://h/p -> 204 answered", "PUT https://h/q -> 404 answered"}},
		"to another address":                   {ingressOf("/p", "Exact", extra+`'r: Method("PUT") -> "https://b.test"'`), Options{}, []string{"PUT https://h/p -> https://b.test"}},
		"to several":                           {ingressOf("/p", "Exact", extra+`'r: Method("PUT") -> <roundRobin, "https://b.test", "https://c.test">'`), Options{}, []string{"PUT https://h/p -> https://b.test, https://c.test"}},
		"again":                                {ingressOf("/p", "Exact", extra+`'r: Method("PUT") -> setPath("/q") -> <loopback>'`), Options{}, []string{"PUT https://h/p -> 404 no-route"}},
		"to an address that a filter sets":     {ingressOf("/p", "Exact", extra+`'r: Method("PUT") -> setDynamicBackendUrl("https://d.test") -> <dynamic>'`), Options{}, []string{"PUT https://h/p -> https://d.test"}},
		"to one that the caller sets":          {ingressOf("/p", "Exact", extra+`'r: Method("PUT") -> setDynamicBackendUrlFromHeader("X-D") -> <dynamic>'`), Options{}, []string{"PUT https://h/p X-D=https://e.test -> https://e.test", "PUT https://h/p -> 502 no-upstream"}},
		"to one that none sets":                {ingressOf("/p", "Exact", extra+`'r: Method("PUT") -> <dynamic>'`), Options{}, []string{"PUT https://h/p -> 502 no-upstream"}},
		"onwards without the flag":             {ingressOf("/p", "Exact", extra+`'r: Method("PUT") -> <forward>'`), Options{}, []string{"PUT https://h/p -> 500 no-upstream or anything"}},
		"routes that do not parse":             {ingressOf("/p", "Exact", extra+"'r: x('"), Options{}, []string{https + " -> 404 no-route"}},
		"a limit in front of the filters":      {ingressOf("/p", "Exact", "zalando.org/ratelimit: localRatelimit(0, \"1m\")", `zalando.org/skipper-filter: 'setPath("/x")'`), Options{}, []string{https + " X-Forwarded-For=10.0.0.1 -> 429 limit-exceeded"}},
		"one that does not parse":              {ingressOf("/p", "Exact", "zalando.org/ratelimit: x(", `zalando.org/skipper-filter: 'status(204) -> inlineContent("")'`), Options{}, []string{https + " -> s.ns"}},
		"an expression by the mode":            {ingressOf("/p", "ImplementationSpecific", "zalando.org/skipper-ingress-path-mode: path-regexp"), Options{}, []string{"GET https://h/x/pq -> s.ns"}},
		"one at the beginning by default":      {ingressOf("/p", "ImplementationSpecific", "a: b"), Options{}, []string{"GET https://h/pq -> s.ns", "GET https://h/x/pq -> 404 answered"}},
		"the root by default":                  {ingressOf("/", "ImplementationSpecific", "a: b"), Options{}, []string{"GET https://h/pq -> s.ns"}},
		"a subtree by the mode":                {ingressOf("/p", "ImplementationSpecific", "zalando.org/skipper-ingress-path-mode: path-prefix"), Options{}, []string{"GET https://h/p/q -> s.ns", "GET https://h/pq -> 404 no-route"}},
		"its own path instead, by the mode":    {ingressOf("/p", "ImplementationSpecific", "zalando.org/skipper-ingress-path-mode: path-prefix", `zalando.org/skipper-predicate: 'Path("/x")'`), Options{}, []string{"GET https://h/p -> 404 no-route", "GET https://h/x -> s.ns"}},
		"a mode that is not one":               {ingressOf("/p", "ImplementationSpecific", "zalando.org/skipper-ingress-path-mode: exact"), Options{PathMode: "path-prefix"}, []string{"GET https://h/pq -> 404 no-route"}},
		"the class of another controller":      {ingressOf("/p", "Exact", class+"nginx"), Options{}, []string{https + " -> anything"}},
		"an annotation of another controller":  {ingressOf("/p", "Exact", "nginx.ingress.kubernetes.io/auth-url: x"), Options{}, []string{https + " -> anything or s.ns"}},
		"one besides the class of Skipper":     {ingressOf("/p", "Exact", "nginx.ingress.kubernetes.io/auth-url: x", class+"skipper"), Options{}, []string{https + " -> s.ns"}},
		"it may be forwarded past all filters": {ingressOf("/p", "Exact", "zalando.org/skipper-backend: forward", `zalando.org/skipper-filter: 'oauthTokeninfoAllScope("uid")'`), Options{}, []string{https + " -> 401 no-credentials or anything"}},
		"a path of two":                        {ingressOf("/p", "Exact", `zalando.org/skipper-predicate: 'Path("/x")'`), Options{}, []string{https + " -> 404 no-route", "GET https://h/x -> 404 no-route"}},
	} {
		t.Run(name, func(t *testing.T) {
			simulatetest.Check(t, Load(simulatetest.Manifests(t, "ns", c.manifest), c.options), c.want...)
		})
	}
}

// TestGroupsThatAreLeftOut: Skipper leaves a RouteGroup out that its validation refuses,
// and a route whose backend it cannot use.
func TestGroupsThatAreLeftOut(t *testing.T) {
	group := func(spec string) string {
		return "apiVersion: zalando.org/v1\nkind: RouteGroup\nmetadata: {name: g}\nspec:\n  hosts: [h]\n  " + strings.ReplaceAll(spec, "\n", "\n  ") + "\n"
	}
	service := func(spec string) string {
		return "---\napiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: " + spec + "\n"
	}
	const to, routes = "backends: [{name: s, serviceName: s, servicePort: 80}]\n", "routes: [{path: /p, backends: [{backendName: s}]}]"
	for name, c := range map[string]struct{ manifest, want string }{
		"good":                          {group(to + routes), "s.ns"},
		"a host twice":                  {strings.Replace(group(to+routes), "hosts: [h]", "hosts: [h, h]", 1), "404 no-route"},
		"no backends":                   {group(routes), "404 no-route"},
		"a backend twice":               {group("backends: [{name: s, serviceName: s, servicePort: 80}, {name: s, serviceName: s, servicePort: 80}]\n" + routes), "404 no-route"},
		"a backend without a name":      {group("backends: [{name: s, serviceName: s, servicePort: 80}, {serviceName: t, servicePort: 80}]\n" + routes), "404 no-route"},
		"another type":                  {group("backends: [{name: s, type: pod, serviceName: s, servicePort: 80}]\n" + routes), "404 no-route"},
		"another algorithm":             {group("backends: [{name: s, algorithm: fair, serviceName: s, servicePort: 80}]\n" + routes), "404 no-route"},
		"no port":                       {group("backends: [{name: s, serviceName: s}]\n" + routes), "404 no-route"},
		"no endpoints":                  {group("backends: [{name: s, type: lb}]\n" + routes), "404 no-route"},
		"endpoints":                     {group("backends: [{name: s, type: lb, endpoints: ['http://a.test', 'http://b.test']}]\n" + routes), "http://a.test, http://b.test"},
		"an address":                    {group("backends: [{name: s, type: network, address: 'https://a.test'}]\n" + routes), "https://a.test"},
		"an address with a path":        {group("backends: [{name: s, type: network, address: 'https://a.test/x'}]\n" + routes), "404 no-route"},
		"an address with a query":       {group("backends: [{name: s, type: network, address: 'https://a.test?x'}]\n" + routes), "404 no-route"},
		"an address without a scheme":   {group("backends: [{name: s, type: network, address: a.test}]\n" + routes), "404 no-route"},
		"an address that is none":       {group("backends: [{name: s, type: network, address: 'http://[x'}]\n" + routes), "404 no-route"},
		"a reference twice":             {group(to + "routes: [{path: /p, backends: [{backendName: s}, {backendName: s}]}]"), "404 no-route"},
		"a reference to nothing":        {group(to + "routes: [{path: /p, backends: [{backendName: t}]}]"), "404 no-route"},
		"a negative weight":             {group(to + "routes: [{path: /p, backends: [{backendName: s, weight: -1}]}]"), "404 no-route"},
		"a route without a backend":     {group(to + "routes: [{path: /p}]"), "404 no-route"},
		"a path and a subtree":          {group(to + "routes: [{path: /p, pathSubtree: /p, backends: [{backendName: s}]}]"), "404 no-route"},
		"a method that is empty":        {group(to + "routes: [{path: /p, methods: [''], backends: [{backendName: s}]}]"), "404 no-route"},
		"two filters in one text":       {group(to + "routes: [{path: /p, filters: ['status(200) -> status(201)'], backends: [{backendName: s}]}]"), "404 no-route"},
		"a predicate that is none":      {group(to + "routes: [{path: /p, predicates: ['x('], backends: [{backendName: s}]}]"), "404 no-route"},
		"nothing names a backend":       {group("backends: [{name: s, serviceName: s, servicePort: 80}]"), "404 no-route"},
		"no routes but a default":       {group(to + "defaultBackends: [{backendName: s}]"), "s.ns"},
		"of two defaults":               {group("backends: [{name: s, serviceName: s, servicePort: 80}, {name: t, serviceName: t, servicePort: 80}]\ndefaultBackends: [{backendName: s, weight: 1}, {backendName: t, weight: 1}]"), "s.ns or t.ns"},
		"a default that has no port":    {group(to+"defaultBackends: [{backendName: s}]") + service("{ports: [{port: 81}]}"), "404 no-route"},
		"a Service without the port":    {group(to+routes) + service("{ports: [{port: 81}]}"), "404 no-route"},
		"a Service with the port":       {group(to+routes) + service("{ports: [{port: 80}]}"), "s.ns"},
		"a Service of another type":     {group(to+routes) + service("{type: NodePort, ports: [{port: 80}]}"), "404 no-route"},
		"forwarded without the flag":    {group("backends: [{name: s, type: forward}]\n" + routes), "500 no-upstream or anything"},
		"what another route is for":     {group(to + "routes: [{path: /q, backends: [{backendName: s}]}]"), "404 answered"},
		"the same method twice":         {group(to + "routes: [{path: /p, methods: [get, get], backends: [{backendName: s}]}]"), "s.ns"},
		"a filter that Skipper has not": {group(to + "routes: [{path: /p, filters: ['noSuch()'], backends: [{backendName: s}]}]"), "404 answered"},
	} {
		t.Run(name, func(t *testing.T) {
			simulatetest.Check(t, engineOf(t, c.manifest), "GET https://h/p -> "+c.want)
		})
	}
}

// TestEntriesOfRoutes: an entry says where the requests of a route go, who gets through
// and what is left open, and is exact only where its set is.
func TestEntriesOfRoutes(t *testing.T) {
	for _, c := range []struct{ route, want string }{
		{`/p|||s`, "exact to s.ns"},
		{`/p|||shunt`, "exact to nothing"},
		{`/p||inlineContent("x")|s`, "exact to nothing"},
		{`/p||setPath("/q")|loop`, "exact to <loopback> again /q"},
		{`/p||setPath("/q//r")|loop`, "exact to <loopback> again /q/r"},
		{`/p||setPath("${request.path}")|loop`, "exact to <loopback>"},
		{`/p||setPath("/q") -> modPath("a", "b")|loop`, "exact to <loopback>"},
		{`/p||setPath("/q") -> setRequestHeader("Authorization", "Bearer x")|loop`, "exact to <loopback>"},
		{`/p||setPath("/q") -> bearerinjector("f")|loop`, "exact to <loopback>"},
		{`/p||setPath("/q") -> copyRequestHeader("X-A", "Authorization")|loop`, "exact to <loopback> again /q"},
		{`/p||requestHeader("X-A", "1") -> copyRequestHeader("X-A", "Authorization") -> setPath("/q")|loop`, "exact to <loopback>"},
		{`/p||setPath("/q") -> queryToHeader("a", "Authorization", "Bearer %s")|loop`, "exact to <loopback> again /q"},
		{`/p||setPath("/q") -> queryToHeader("a", "Authorization", "Bearer x")|loop`, "exact to <loopback>"},
		{`/p||setPath("/q") -> modRequestHeader("Authorization", "^Token ", "Bearer ")|loop`, "exact to <loopback> again /q"},
		{`/p||setPath("/q") -> modRequestHeader("Authorization", ".*", "Bearer x")|loop`, "exact to <loopback>"},
		{`/p||lua("x")|s`, "wide to s.ns"},
		{`/p||tee("https://t.test") -> oauthTokeninfoAllScope("uid")|s`, "exact to https://t.test by nobody by tokeninfo"},
		{`/p||oauthTokeninfoAllScope("uid") -> tee("https://t.test")|s`, "exact to https://t.test by tokeninfo by tokeninfo"},
		{`/p||localRatelimit(0, "1m")|s`, "exact to nothing"},
		{`/p||localRatelimit(1, "1m")|s`, "exact to s.ns"},
		{`/p||oauthTokeninfoAllScope("uid")|s`, "exact to s.ns by tokeninfo"},
		{`/p||basicAuth("/f") -> oauthTokeninfoAllScope("uid")|s`, "exact to s.ns by basicAuth and tokeninfo"},
		{`/p||setRequestHeader("Authorization", "Bearer x") -> oauthTokeninfoAllScope("uid")|s`, "exact to s.ns"},
		{`/p|HeaderRegexp("X-A", "^b$")||s`, "wide to s.ns with X-A=b"},
		{`/p|Traffic(0.5)||s`, "wide to s.ns"},
		{`/p|Traffic(1)||s`, "exact to s.ns"},
		{`/p|Traffic(1, "c", "1")||s`, "wide to s.ns"},
		{`/p|False()||s`, "none"},
		{`*|PathRegexp("^/x")||s`, "exact to s.ns"},
		{`/p|PathRegexp("^/x")||s`, "wide to s.ns"},
		{`/p|JWTPayloadAllKVRegexp("team", "^ab$")|oauthTokeninfoAllScope("uid")|s`, "wide to s.ns by tokeninfo team=ab"},
	} {
		got := "none"
		for _, e := range engineOf(t, groupOf(c.route)).Entries() {
			if e.Name != "g" {
				continue
			}
			got = map[bool]string{true: "exact", false: "wide"}[e.Exact] + " to " + strings.TrimSpace(e.To)
			if e.To == "" {
				got += "nothing"
			}
			if e.Again != nil {
				got += " again " + e.Again.Text
			}
			for _, a := range e.Admits {
				if a.Proof != "" || len(e.Admits) > 1 {
					if got += " by " + a.Proof; a.Proof == "" {
						got += "nobody"
					}
				}
				if len(a.Also) > 0 {
					got += " and " + strings.Join(a.Also, " and ")
				}
				for _, k := range slices.Sorted(maps.Keys(a.Token.Claims)) {
					got += " " + k + "=" + a.Token.Claims[k].(string)
				}
			}
			for _, h := range e.Example {
				if h.Name != "Authorization" {
					got += " with " + h.Name + "=" + h.Value
				}
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.route, got, c.want)
		}
	}
}

// TestTreatments: what a route does besides is there to be compared.
func TestTreatments(t *testing.T) {
	for _, c := range []struct {
		filters string
		want    simulate.Treatment
	}{
		{``, simulate.Treatment{}},
		{`corsOrigin("https://a.test", "https://b.test")`, simulate.Treatment{CORS: "origins https://a.test, https://b.test", Origins: []string{"https://a.test", "https://b.test"}}},
		{`corsOrigin()`, simulate.Treatment{CORS: "any origin"}},
		{`backendTimeout("3s")`, simulate.Treatment{Timeout: "3s"}},
		{`setResponseHeader("X-R", "1") -> dropResponseHeader("X-Q")`, simulate.Treatment{Response: `setResponseHeader("X-R", "1"); dropResponseHeader("X-Q")`}},
		{`setRequestHeader("X-A", "1") -> setPath("/x")`, simulate.Treatment{}},
		{`setRequestHeader("X-A", "${request.path}") -> modPath("a", "b")`, simulate.Treatment{Request: `setRequestHeader("X-A", "${request.path}"); modPath("a", "b")`}},
		{`tee("https://t.test") -> oauthTokeninfoAllScope("uid")`, simulate.Treatment{Other: []string{`tee("https://t.test") of everybody's requests`}}},
		{`oauthTokeninfoAllScope("uid") -> tee("https://t.test")`, simulate.Treatment{Other: []string{`tee("https://t.test")`}}},
		{`localRatelimit(9, "1m") -> status(204)`, simulate.Treatment{Other: []string{`localRatelimit(9, "1m")`, `status(204)`}}},
		{`lua("x") -> compress()`, simulate.Treatment{Other: []string{`compress()`, `lua("x")`}}},
	} {
		e := engineOf(t, groupOf("/p||"+c.filters+"|s"))
		c.want.Other = append(slices.Clip(c.want.Other), "port 80")
		slices.Sort(c.want.Other)
		if d := cmp.Diff(c.want, e.Treatments()[RouteKey{"g", "spec.routes[0]"}]); d != "" {
			t.Errorf("%s: %s", c.filters, d)
		}
	}
	text := "apiVersion: zalando.org/v1\nkind: RouteGroup\nmetadata: {name: g}\nspec: {hosts: [h], backends: [{name: s, type: lb, endpoints: ['http://a.test', 'http://b.test']}], routes: [{path: /p, backends: [{backendName: s}]}]}\n"
	if d := cmp.Diff(map[RouteKey]simulate.Treatment{{"", "spec.hosts"}: {}, {"g", "spec.routes[0]"}: {Split: "among http://a.test, http://b.test"}}, engineOf(t, text).Treatments()); d != "" {
		t.Error(d)
	}
}
