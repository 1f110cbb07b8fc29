package istio

import (
	"fmt"
	"math/rand"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate"
	"github.com/kgw-dev/kgw/simulate"
)

// handWritten draws VirtualServices as people write them, each entry with
// Services of its own.
type handWritten struct {
	hostile
	services []string
	leaves   []string // VirtualServices that others delegate to
}

func (g *handWritten) chance(n int) bool { return g.Intn(n) == 0 }

func (g *handWritten) set() string {
	var out []string
	for i := range 1 + g.Intn(2) {
		hosts := pick(&g.hostile, "a.test", "a.test", "a.test, b.test", "'*.test'")
		var entries []string
		for range 1 + g.Intn(7) {
			if g.chance(8) {
				entries = append(entries, "  - "+g.delegated())
				continue
			}
			entries = append(entries, "  - "+g.entry())
		}
		out = append(out, fmt.Sprintf("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v%d, namespace: shop, creationTimestamp: '2024-01-0%dT00:00:00Z'}\nspec:\n  hosts: [%s]\n  gateways: [istio-system/gw]\n  http:\n%s\n",
			i, 1+g.Intn(9), hosts, strings.Join(entries, "\n")))
	}
	return strings.Join(append(out, g.leaves...), "---\n")
}

// delegated returns an entry that another VirtualService goes on for.
func (g *handWritten) delegated() string {
	name := fmt.Sprintf("leaf%d", len(g.leaves))
	var entries []string
	for range 1 + g.Intn(3) {
		entries = append(entries, "  - "+g.entry())
	}
	g.leaves = append(g.leaves, "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: "+name+", namespace: shop}\nspec:\n  http:\n"+strings.Join(entries, "\n")+"\n")
	match := pick(&g.hostile, "", "match: [{uri: {prefix: /}}], ", "match: [{uri: {prefix: /items}}, {uri: {prefix: /x}}], ", "match: [{method: {exact: GET}}, {headers: {x-a: {exact: b}}}], ")
	return "{" + match + pick(&g.hostile, "", "timeout: 7s, ", "rewrite: {authority: root.test}, ") + "delegate: {name: " + name + "}}"
}

func (g *handWritten) entry() string {
	var parts []string
	var matches []string
	for range g.Intn(4) {
		matches = append(matches, g.match())
	}
	if len(matches) > 0 {
		parts = append(parts, "match: ["+strings.Join(matches, ", ")+"]")
	}
	if g.chance(4) {
		parts = append(parts, "headers: {"+pick(&g.hostile, "request: {set: {X-Set: one, Host: set.test}, remove: [x-c]}", "request: {add: {x-add: '%REQ(:AUTHORITY)%'}}", "response: {set: {x-r: '1'}, remove: [server]}", "request: {set: {x-a: z}}")+"}")
	}
	if g.chance(5) {
		parts = append(parts, "timeout: "+pick(&g.hostile, "1ms", "5s", "1.5s", "90s"))
	}
	if g.chance(5) {
		parts = append(parts, "corsPolicy: {allowOrigins: ["+pick(&g.hostile, "{exact: 'https://ok.test'}", "{exact: 'https://ok.test'}, {exact: 'http://ok.test:8080'}", "{exact: '*'}", "{regex: '.*'}")+
			"]"+pick(&g.hostile, "", ", allowMethods: [GET, POST]", ", allowMethods: [GET], maxAge: 60s", ", allowHeaders: [x-a, X-B], exposeHeaders: [x-e], allowCredentials: true", ", unmatchedPreflights: IGNORE")+"}")
	}
	switch g.Intn(12) {
	case 0:
		return "{" + strings.Join(append(parts, "redirect: {"+pick(&g.hostile, "uri: /else", "authority: else.test", "scheme: https, redirectCode: 308", "uri: /x, authority: else.test, scheme: https, port: 8443")+"}"), ", ") + "}"
	case 1, 2:
		parts = append(parts, "rewrite: {"+pick(&g.hostile, "uri: /new/", "uri: /", "authority: new.test", "uri: /new/, authority: new.test")+"}")
	case 3:
		parts = append(parts, "mirror: {host: "+g.service()+", port: {number: 80}}"+pick(&g.hostile, "", ", mirrorPercentage: {value: 12.5}"))
	}
	route := "{destination: {host: " + g.service() + ", port: {number: 80}}}"
	if g.chance(5) {
		route = fmt.Sprintf("{destination: {host: %s, port: {number: 80}}, weight: %d}, {destination: {host: %s, port: {number: 80}}, weight: %d}", g.service(), 1+g.Intn(99), g.service(), g.Intn(99))
	}
	return "{" + strings.Join(append(parts, "route: ["+route+"]"), ", ") + "}"
}

// service returns a new one, now and then of another namespace.
func (g *handWritten) service() string {
	name := "s" + strconv.Itoa(len(g.services))
	if g.chance(4) {
		g.services = append(g.services, "other/"+name)
		return name + ".other.svc.cluster.local"
	}
	g.services = append(g.services, "shop/"+name)
	return name
}

// kubernetes returns the Services as objects: istiod makes no copies for one that is
// not there.
func (g *handWritten) kubernetes() string {
	var b strings.Builder
	for _, s := range g.services {
		namespace, name, _ := strings.Cut(s, "/")
		fmt.Fprintf(&b, "\n---\n{apiVersion: v1, kind: Service, metadata: {name: %s, namespace: %s}, spec: {ports: [{port: 80}]}}", name, namespace)
	}
	return b.String()
}

func (g *handWritten) match() string {
	var parts []string
	if !g.chance(8) {
		parts = append(parts, "uri: {"+pick(&g.hostile, "exact: /items", "exact: /items/1", "exact: /a//b", "prefix: /", "prefix: /items", "prefix: /items/", "prefix: /items/", "prefix: /x/y/", "regex: '/items/[0-9]+'", "regex: /i.*", "regex: '.*'", "regex: '/(x|items)'", "regex: '^/x/.*$'")+"}")
		if g.chance(10) {
			parts = append(parts, "ignoreUriCase: true")
		}
	}
	if g.chance(3) {
		parts = append(parts, "method: {"+pick(&g.hostile, "exact: GET", "exact: POST", "regex: GET|POST", "regex: ^(GET|PUT)$", "exact: OPTIONS")+"}")
	}
	if g.chance(3) {
		parts = append(parts, "headers: {"+pick(&g.hostile, "x-a: {exact: b}", "X-A: {exact: b}, x-c: {exact: d}", "x-a: {prefix: b}", "x-a: {regex: 'b+'}", "x-c: {}")+"}")
	}
	if g.chance(5) {
		parts = append(parts, "queryParams: {q: {"+pick(&g.hostile, "exact: '1'", "regex: '[0-9]*'")+"}}")
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func (g *handWritten) request() *simulate.Request {
	r := &simulate.Request{
		Method: pick(&g.hostile, "GET", "GET", "POST", "PUT", "OPTIONS"), Scheme: "http", Host: pick(&g.hostile, "a.test", "a.test", "a.test", "b.test", "c.test", "A.TEST"),
		Target: pick(&g.hostile, "/", "/items", "/items/", "/items/1", "/itemsx", "/items/a", "/ITEMS/1", "/x", "/x/y", "/x/y/", "/x/y/z", "/a//b", "/items?q=1", "/i", "/items/a/../1", "/items/%41"),
	}
	for _, h := range []simulate.Header{{Name: "x-a", Value: pick(&g.hostile, "b", "bb", "c", "")}, {Name: "x-c", Value: pick(&g.hostile, "d", "d", "")}} {
		if g.chance(3) {
			r.Headers = append(r.Headers, h)
		}
	}
	if r.Method == "OPTIONS" || g.chance(6) {
		r.Headers = append(r.Headers, simulate.Header{Name: "Origin", Value: pick(&g.hostile, "https://ok.test", "https://no.test")})
		if r.Method == "OPTIONS" {
			r.Headers = append(r.Headers, simulate.Header{Name: "Access-Control-Request-Method", Value: "GET"})
		}
	}
	return r
}

// TestMovedVirtualServices moves generated VirtualServices to HTTPRoutes and
// holds istiod's configuration of both to each other, and the simulator to it on
// either side: what moves is decided alike, and treated alike on the way, but for
// what a finding names.
func TestMovedVirtualServices(t *testing.T) {
	delegating := 0
	seed, moved, outcomes, treated := number("KGW_SEED", 1), 0, map[string]int{}, map[string]int{}
	for i := range number("KGW_SETS", 150) {
		g := &handWritten{hostile: hostile{rand.New(rand.NewSource(int64(seed + i)))}}
		docs := g.set()
		if refused(t, docs) {
			continue // no cluster has it, and the simulator follows none of it
		}
		after, found := movedTo(t, docs)
		if after == "" {
			continue
		}
		moved++
		if len(g.leaves) > 0 {
			delegating++
		}
		t.Run(strconv.Itoa(seed+i), func(t *testing.T) {
			m := moving{before: docs, after: after, found: found, outcomes: outcomes, treated: treated}
			m.compare(t, g)
		})
	}
	t.Log(moved, "sets were moved,", delegating, "of them with delegates:", outcomes, treated)
	if delegating == 0 {
		t.Error("no set with delegates was moved")
	}
	for _, o := range []string{"200 sent on", "200 preflight", "404", "301"} {
		if outcomes[o] == 0 {
			t.Errorf("no request had the outcome %q", o)
		}
	}
	for _, part := range []string{"cors", "mirror", "timeout", "response"} {
		if treated[part] == 0 {
			t.Errorf("no route with %s was compared", part)
		}
	}
}

// refused reports whether Istio's webhook refuses one of the VirtualServices.
func refused(t *testing.T, docs string) bool {
	t.Helper()
	for _, one := range strings.Split(docs, "---\n") {
		var o object
		if err := yaml.Unmarshal([]byte(one), &o); err != nil {
			t.Fatal(err, one)
		}
		if spec, ok := o["spec"].(object); ok && o["kind"] == "VirtualService" && webhook(t, "VirtualService", spec) != "" {
			return true
		}
	}
	return false
}

// movedTo returns the objects that VirtualServices are moved to, "" if one of them
// stays.
func movedTo(t *testing.T, docs string) (string, diag.List) {
	t.Helper()
	f, problem := source.NewFile("in.yaml", []byte(docs))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	result := migrate.Run([]*source.File{f}, migrate.Options{To: migrate.ToGatewayAPI, Config: permissive()})
	for i := range result.Documents {
		d := &result.Documents[i]
		leaf := strings.HasPrefix(d.Doc.Name, "leaf")
		if leaf && d.Outcome != migrate.Current || !leaf && d.Outcome != migrate.Moved {
			return "", nil
		}
	}
	return string(result.Files[0].After), result.Findings
}

// moving compares two states of one set.
type moving struct {
	before, after     string
	found             diag.List
	outcomes, treated map[string]int
}

// says reports whether a finding of the code names what moves.
func (m *moving) says(code diag.Code) bool {
	return slices.ContainsFunc(m.found, func(f diag.Finding) bool { return f.Code == code })
}

func (m *moving) compare(t *testing.T, g *handWritten) {
	t.Helper()
	old, err := newEnvoy(istiod(t, parsedServices(t, strings.Split(m.before, "---\n"))))
	if err != nil {
		t.Fatal(err, m.before)
	}
	now, err := newEnvoy(newGatewayAPI(g.services).routes(t, m.after+g.kubernetes()))
	if err != nil {
		t.Fatal(err, m.after)
	}
	oldOwn, nowOwn := simulatedAPI(t, m.before), simulatedAPI(t, parents+"\n---\n"+m.after)
	for range 60 {
		q := g.request()
		want, got := old.decide(q.AsSent()), now.decide(q.AsSent())
		m.outcomes[outcome(want)]++
		words := fmt.Sprintf("%s %s%s %v", q.Method, q.Host, q.Target, q.Headers)
		unmatched := q.Method == "OPTIONS" && m.says(diag.CORSDiffers) && want.Upstream != "" && got.Upstream == "" && got.Status == 200
		if want.Route, got.Route = "", ""; want != got && !unmatched {
			t.Fatalf("%s: VirtualService %v, HTTPRoute %v\n%s\n%s", words, want, got, m.before, m.after)
		}
		for _, side := range []struct{ envoys, own answer }{{want, simulated(oldOwn, q.Clone())}, {got, simulated(nowOwn, q.Clone())}} {
			if side.own.Route = ""; side.own != side.envoys {
				t.Fatalf("%s: Envoy says %v, the simulator %v\n%s\n%s", words, side.envoys, side.own, m.before, m.after)
			}
		}
		if a, b := m.treatment(old, q.AsSent()), m.treatment(now, q.AsSent()); a != b && !unmatched {
			t.Fatalf("%s: VirtualService %s, HTTPRoute %s\n%s\n%s", words, a, b, m.before, m.after)
		}
	}
}

// treatment returns what the route of a request does to it besides sending it on.
// Browsers keep the answer to a preflight for 5 s where nothing is said. The
// expression that istiod writes for the origin * is a finding's.
func (m *moving) treatment(e *envoy, q *simulate.Request) string {
	q.Target = normalised(q.Target)
	r := e.route(q)
	if r == nil {
		return ""
	}
	var out []string
	say := func(part, format string, args ...any) {
		m.treated[part]++
		out = append(out, part+" "+fmt.Sprintf(format, args...))
	}
	if a := r.GetRedirect(); a != nil {
		say("redirect", "%s %s %s %v", a.GetSchemeRedirect(), a.HostRedirect, a.GetPathRedirect(), a.GetResponseCode())
	}
	a := r.GetRoute()
	if d := a.GetTimeout().AsDuration(); d > 0 {
		say("timeout", "%s", d)
	}
	for _, p := range a.GetRequestMirrorPolicies() {
		say("mirror", "%s %v", service(p.Cluster), p.RuntimeFraction.GetDefaultValue())
	}
	if r.ResponseHeadersToAdd != nil || r.ResponseHeadersToRemove != nil {
		say("response", "%v %v", r.ResponseHeadersToAdd, r.ResponseHeadersToRemove)
	}
	if shares := a.GetWeightedClusters().GetClusters(); len(shares) > 1 {
		for _, c := range shares {
			say("share", "%s %d", service(c.Name), c.GetWeight().GetValue())
		}
	}
	if policy, _ := corsOf(r); policy != nil && a != nil {
		age := policy.MaxAge
		if age == "" {
			age = "5"
		}
		say("cors", "%s %s %s %v %s", policy.AllowMethods, policy.AllowHeaders, policy.ExposeHeaders, policy.AllowCredentials.GetValue(), age)
	}
	return strings.Join(out, "; ")
}
