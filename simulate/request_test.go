package simulate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

// TestRealise holds where a token is in a request, and that it is put there once.
func TestRealise(t *testing.T) {
	for _, c := range []struct {
		token simulate.Token
		want  string
	}{
		{simulate.Token{Kind: "jwt"}, "Authorization: Bearer JWT"},
		{simulate.Token{Kind: "jwt", Via: simulate.Via{Scheme: "Token"}}, "Authorization: Token JWT"},
		{simulate.Token{Kind: "jwt", Via: simulate.Via{In: "header", Name: "X-T"}}, "X-T: JWT"},
		{simulate.Token{Kind: "jwt", Via: simulate.Via{In: "header", Name: "X-T", Scheme: "S"}}, "X-T: S JWT"},
		{simulate.Token{Kind: "jwt", Via: simulate.Via{In: "cookie", Name: "c"}}, "Cookie: c=JWT"},
		{simulate.Token{Kind: "malformed", Value: "a b", Via: simulate.Via{In: "query", Name: "t"}}, "/x?q=1&t=a+b"},
		{simulate.Token{Kind: "none"}, ""},
		{simulate.Token{}, ""},
	} {
		r := simulatetest.Request(t, "GET https://a.test/x?q=1")
		r.Token = c.token
		once := r.AsSent()
		twice := once.AsSent()
		var out []string
		for _, h := range twice.Headers {
			if h.Name != "X-Forwarded-Proto" {
				out = append(out, h.Name+": "+strings.ReplaceAll(h.Value, c.token.Text(), "JWT"))
			}
		}
		if twice.Target != "/x?q=1" {
			out = append(out, twice.Target)
		}
		if c.token.Kind == "" || c.token.Kind == "none" {
			out = nil
			if len(twice.Headers) != 1 {
				t.Errorf("no token: %v", twice.Headers)
			}
		}
		if got := strings.Join(out, " "); got != c.want {
			t.Errorf("%+v: %s, want %s", c.token, got, c.want)
		}
		if len(r.Headers) != 0 {
			t.Errorf("the request itself has %v", r.Headers)
		}
	}
}

// TestForwardedProto: the scheme is in the header; one that a plain request has is
// kept, and https is always told.
func TestForwardedProto(t *testing.T) {
	for ask, want := range map[string]string{
		"GET https://a/": "https", "GET http://a/": "http", "GET http://a/ X-Forwarded-Proto=https": "https", "GET https://a/ X-Forwarded-Proto=http": "https", "GET ://a/": "",
	} {
		if got := simulatetest.Request(t, ask).AsSent().Header("x-forwarded-proto"); got != want {
			t.Errorf("%s: %q", ask, got)
		}
	}
}

// TestTokens holds what a token is and is not.
func TestTokens(t *testing.T) {
	jwt, none, opaque := simulate.Token{Kind: "jwt"}, simulate.Token{Kind: "jwt", Valid: "alg_none"}, simulate.Token{Kind: "opaque", Prefix: "p"}
	if strings.Count(jwt.Text(), ".") != 2 || jwt.Text() == none.Text() || !strings.HasPrefix(opaque.Text(), "p") || (&simulate.Token{}).Text() != "" {
		t.Error("texts of tokens are alike")
	}
	if !jwt.Is("jwt", jwt.Text()) || jwt.Is("opaque", jwt.Text()) || jwt.Is("jwt", "x") {
		t.Error("a token is another one")
	}
	if !jwt.OK() || !(&simulate.Token{Valid: "true"}).OK() || none.OK() {
		t.Error("a token is good or is not")
	}
	facts := map[string]any{"scope": "a"}
	for _, c := range []struct {
		token simulate.Token
		fact  string
		want  bool
	}{
		{simulate.Token{}, "scope", false},
		{simulate.Token{Introspection: facts}, "scope", true},
		{simulate.Token{Introspection: facts}, "aud", true},
		{simulate.Token{Introspection: facts, Partial: true}, "aud", false},
		{simulate.Token{Introspection: facts, Partial: true}, "scope", true},
	} {
		if got := c.token.Knows(c.fact); got != c.want {
			t.Errorf("%+v knows %s: %v", c.token, c.fact, got)
		}
	}
	for status, want := range map[int]bool{0: true, 200: true, 401: false} {
		if (&simulate.Session{Status: status}).OK() != want {
			t.Errorf("a session with %d", status)
		}
	}
}

// TestHTTP holds what Go's server makes of a request, and what it refuses.
func TestHTTP(t *testing.T) {
	r := simulatetest.Request(t, "GET https://a.test/x%20y?q X-A=1 x-a=2")
	h, err := r.HTTP("/decisions")
	if err != nil || h.URL.Path != "/decisions/x y" || h.Host != "a.test" || fmt.Sprint(h.Header["X-A"]) != "[1 2]" {
		t.Errorf("%+v %v", h, err)
	}
	r.Target = "http://other.test/"
	if h, err := r.HTTP(""); err != nil || h.Host != "other.test" {
		t.Errorf("a whole URL as target: %+v %v", h, err)
	}
	for name, change := range map[string]func(r *simulate.Request){
		"a method":    func(r *simulate.Request) { r.Method = "GE T" },
		"no method":   func(r *simulate.Request) { r.Method = "" },
		"a space":     func(r *simulate.Request) { r.Target = "/a b" },
		"an escape":   func(r *simulate.Request) { r.Target = "/%zz" },
		"a header":    func(r *simulate.Request) { r.Headers = []simulate.Header{{Name: "a b", Value: "c"}} },
		"a value":     func(r *simulate.Request) { r.Headers = []simulate.Header{{Name: "a", Value: "b\x00"}} },
		"a host":      func(r *simulate.Request) { r.Host = "a/b" },
		"a character": func(r *simulate.Request) { r.Host = "a\u00e9" },
	} {
		r := simulatetest.Request(t, "GET https://a.test/")
		if change(r); change != nil {
			if _, err := r.HTTP(""); err == nil {
				t.Errorf("%s: it is not refused", name)
			}
		}
	}
	if !simulate.IsHeader("X-A", "b\tc") || simulate.IsHeader("X A", "b") || simulate.IsHeader("X", "\n") {
		t.Error("a header that cannot be sent can, or the other way round")
	}
}

// TestCallers reads who sends a request.
func TestCallers(t *testing.T) {
	for text, want := range map[string]string{"": "true false ", "outside": "true false ", "shop/web": "true true cluster.local/ns/shop/sa/web", "shop": "false false ", "shop/": "false false ", "/web": "false false ", "a/b/c": "false false "} {
		r := &simulate.Request{}
		ok := r.From(text)
		if got := fmt.Sprint(ok, " ", r.Inside, " ", r.Caller); got != want {
			t.Errorf("%q: %s", text, got)
		}
	}
}

// TestUnsettled: a header whose value is not known is known again once it is removed
// or set.
func TestUnsettled(t *testing.T) {
	r := &simulate.Request{}
	r.Unsettle("X-A")
	if !r.IsUnsettled("x-a") || r.IsUnsettled("x-b") {
		t.Error("one header is unsettled")
	}
	r.SetHeader("x-A", "1")
	if r.IsUnsettled("X-a") || r.Header("X-A") != "1" {
		t.Error("a header that is set is known")
	}
	r.Unsettle("*")
	if r.RemoveHeader("x-b"); !r.IsUnsettled("x-any") {
		t.Error("all headers are unsettled")
	}
}

// TestRewriteMoves: what is put before the rest of a path may be resolved, and with a
// slash at its end so may the dots behind it.
func TestRewriteMoves(t *testing.T) {
	for _, c := range []struct {
		from, to string
		follows  bool
		want     string
	}{
		{"/a/", "/b/", true, "[{/a/ /b/}] []"}, {"/a", "/b", true, "[{/a /b}] []"}, {"/a", "/b/", true, "[{/a /b/} {/a. /b} {/a.. }] [/a. /a..]"}, {"/a", "/b/../c", false, "[] []"},
	} {
		r := &simulate.Rewrite{}
		follows := r.Move(c.from, c.to)
		if got := fmt.Sprint(r.Moves, r.Apart); follows != c.follows || got != strings.Replace(c.want, "] [", "] [", 1) && strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(c.want, " ", "") {
			t.Errorf("%s to %s: %v %s", c.from, c.to, follows, got)
		}
	}
	for proof, want := range map[string]bool{"": true, "noop": true, "anonymous": true, "jwt": false} {
		if (&simulate.Admission{Proof: proof}).Open() != want {
			t.Errorf("%q is open: %v", proof, !want)
		}
	}
	if simulate.Asking("a", "", "x") == simulate.Asking("a", "", "y") || !strings.HasPrefix(simulate.Asking("a", "b", "x"), "a b (") {
		t.Error("two configurations are asked alike")
	}
}

// TestMeshConfig holds what the ConfigMap istio and Kyma's Istio resource say.
func TestMeshConfig(t *testing.T) {
	config := func(mesh string) string {
		out := "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata:\n  mesh: |\n"
		for line := range strings.SplitSeq(mesh, "\n") {
			out += "    " + line + "\n"
		}
		return out
	}
	read := func(text string) string {
		c := simulate.ReadMesh(simulatetest.Manifests(t, "default", text), 1)
		var unread []string
		for _, u := range c.Unread {
			unread = append(unread, strings.SplitN(u.What, " of the mesh's", 2)[0])
		}
		return fmt.Sprint(c.Root, " ", c.TrustedProxies, " ", c.Providers, " ", unread)
	}
	for text, want := range map[string]string{
		config("rootNamespace: root\ndefaultConfig: {gatewayTopology: {numTrustedProxies: 2}}"): "root 2 map[] []",
		config("accessLogFile: /dev/stdout"):                                                    " 1 map[] []",
		config("newSetting: 1"):                                                                 " 1 map[] [newSetting]",
		config("pathNormalization: {normalization: BASE}\ntrustDomain: cluster.local"):          " 1 map[] []",
		config("pathNormalization: {normalization: MERGE_SLASHES}"):                             " 1 map[] [pathNormalization]",
		config("trustDomain: td"):                                                               " 1 map[] [trustDomain]",
		config("extensionProviders:\n- {name: a, envoyExtAuthzHttp: {service: s, port: 80, failOpen: true}}\n- {name: b, envoyExtAuthzGrpc: {service: s, port: 80}}"): " 1 map[a:true b:false] []",
		"{apiVersion: operator.kyma-project.io/v1alpha2, kind: Istio, metadata: {name: default}, spec: {config: {numTrustedProxies: 3}}}":                             " 3 map[] []",
		strings.Replace(config("trustDomain: td"), "name: istio", "name: istio-canary", 1):                                                                            " 1 map[] [trustDomain]",
		config("rootNamespace: a") + strings.Replace(config("rootNamespace: a"), "name: istio", "name: istio-canary", 1):                                              "a 1 map[] []",
		config("rootNamespace: a") + strings.Replace(config("rootNamespace: b"), "name: istio", "name: istio-canary", 1):                                              "b 1 map[] [all]",
		"{apiVersion: install.istio.io/v1alpha1, kind: IstioOperator, metadata: {name: x}, spec: {meshConfig: {rootNamespace: r}, components: {}}}":                   "r 1 map[] []",
		"{apiVersion: sailoperator.io/v1, kind: Istio, metadata: {name: x}, spec: {values: {meshConfig: {pathNormalization: {normalization: NONE}}}}}":                " 1 map[] [pathNormalization]",
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: other}, data: {mesh: 'newSetting: 1'}}":                                                                   " 1 map[] []",
	} {
		if got := read(text); got != want {
			t.Errorf("%s\n%s, want %s", text, got, want)
		}
	}
}

// TestPods holds what Services, workloads and namespaces say about pods.
func TestPods(t *testing.T) {
	p := simulate.ReadPods(simulatetest.Manifests(t, "ns", `
---
{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: {app: s}, ports: [{name: http, port: 80, targetPort: web}, {name: grpc-x, port: 81, targetPort: 9000}, {name: x, port: 82, appProtocol: kubernetes.io/wss}, {port: 3306}, {name: tcp, port: 83}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: out}, spec: {type: ExternalName, selector: {app: s}, ports: [{port: 80}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: bare}, spec: {ports: [{port: 80}]}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: ns, labels: {a: b}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {template: {metadata: {labels: {app: s, more: x}, annotations: {note: v}}, spec: {serviceAccountName: acc, containers: [{name: c, ports: [{name: web, containerPort: 8080}]}]}}}}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: c}, spec: {jobTemplate: {spec: {template: {metadata: {labels: {app: cron}}}}}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {app: pod}}, spec: {hostNetwork: true, containers: [{name: c}]}}
---
{apiVersion: serverless.kyma-project.io/v1alpha2, kind: Function, metadata: {name: f}, spec: {labels: {own: x}}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: none}, data: {}}
`), []simulate.Service{{Namespace: "ns", Name: "s"}, {Namespace: "ns", Name: "known"}})
	s := p.Service("s", "ns")
	if got := fmt.Sprint(s.Ports); got != "[{http 80 web } {grpc-x 81 9000 } {x 82 82 tcp} { 3306 3306 tcp} {tcp 83 83 tcp}]" || s.Elsewhere {
		t.Errorf("%s %+v", got, s)
	}
	if !p.Service("out", "ns").Elsewhere || !p.Service("bare", "ns").Elsewhere || p.Service("known", "ns") == nil || p.Service("s", "other") != nil || p.Services() != 4 {
		t.Error("Services are other ones")
	}
	if got := strings.Join(p.Addresses(), " "); got != "s.ns.svc.cluster.local:3306 s.ns.svc.cluster.local:80 s.ns.svc.cluster.local:81 s.ns.svc.cluster.local:82 s.ns.svc.cluster.local:83" {
		t.Errorf("addresses are %s", got)
	}
	found := p.Workloads("ns", map[string]string{"app": "s"})
	if len(found) != 1 || found[0].Account != "acc" || found[0].Ports["web"] != "8080" || found[0].Annotations["note"] != "v" {
		t.Errorf("%+v", found)
	}
	var all []string
	for _, w := range p.Workloads("", nil) {
		all = append(all, fmt.Sprint(w.Kind, " ", w.Account, " ", w.Sidecar))
	}
	if got := strings.Join(all, ", "); got != "CronJob default 2, Deployment acc 2, Function default 2, Pod default 2" {
		t.Errorf("workloads are %s", got)
	}
	if f := p.Workloads("ns", map[string]string{"serverless.kyma-project.io/function-name": "f", "own": "x"}); len(f) != 1 {
		t.Errorf("the pods of a Function: %v", f)
	}
	if labels, known := p.Namespace("ns"); !known || labels["a"] != "b" {
		t.Errorf("%v", labels)
	}
	if _, known := p.Namespace("other"); known {
		t.Error("a namespace that is not among the inputs is known")
	}
}

// TestForms holds which values fields of a form take: the table of the words is
// checked by way of the fields that have them.
func TestForms(t *testing.T) {
	table := simulate.NewFieldTable("g", "K", `
decided spec.text
decided spec.some:some
decided spec.bool:bool
decided spec.int:int
decided spec.port:port
decided spec.share:share
decided spec.status:status
decided spec.duration:duration
decided spec.label:label
decided spec.value:value
decided spec.selects:selects
decided spec.space:space
decided spec.gateway:gateway
decided spec.host:host
decided spec.service:service
decided spec.served:served
decided spec.subnet:subnet
decided spec.header:header
decided spec.ownheader:ownheader
decided spec.written:written
decided spec.scheme:scheme
decided spec.method:method
decided spec.protocol:protocol
decided spec.words:A|B
decided spec.list[].x
decided spec.map{}:bool
inert spec.rest.** anything
`)
	for field, c := range map[string]struct{ yes, not string }{
		"text":      {"a|'1'|null|''", "1|true|[]"},
		"some":      {"a", "''|1"},
		"bool":      {"true|false", "'true'|1"},
		"int":       {"-5|2147483647|1.0", "2147483648|1.5|'1'|x"},
		"port":      {"1|65535", "0|65536|-1|'80'"},
		"share":     {"0|100|0.5", "-1|100.5|'1'"},
		"status":    {"200|599", "199|600"},
		"duration":  {"1s|1ms|1h2m", "1us|x|5|1.5ms|''"},
		"label":     {"a-b|A|''", "-a|a.b|'a_b'"},
		"value":     {"a_b.c|''", "-a|a/b"},
		"selects":   {"a", "'a*'"},
		"space":     {"a|'.'|'*'", "'a/b'|''"},
		"gateway":   {"a|ns/a|a.b.c", "a/b/c|''|'/a'"},
		"host":      {"a.test|'*.test'|'*'|10.0.0.1|short|'*-x.test'", "'a b'|'a.*'|'-a.test'|''"},
		"service":   {"a|a.b|'*.b'", "'*'|''"},
		"served":    {"a.test|'*'|'*.test'|ns/a.test|./a.test|'*/*'", "short|'*a.test'|'a b/x.test'"},
		"subnet":    {"10.0.0.0/8|10.0.0.1|'::1'", "10.0.0.0/33|x"},
		"header":    {"X-A|'*'", "'a b'|''"},
		"ownheader": {"X-A", "Host|':path'|''"},
		"written":   {"'a b'|'%REQ(x)%'|'5%%'", "'5%'|\"a\\nb\""},
		"scheme":    {"http|https|''", "ftp|HTTP"},
		"method":    {"GET|'*'", "get"},
		"protocol":  {"HTTP|http|GRPC-WEB", "SMTP"},
		"words":     {"A|B", "C|a|1"},
		"list":      {"[]|[{x: a}]|null", "a|{x: a}|[null]|[{x: 1}]"},
		"map":       {"{}|{a: true}", "[]|{a: x}"},
		"rest":      {"1|a|[1]|{a: {b: c}}", ""},
		"other":     {"1|[a]", ""},
	} {
		check := func(values string, refused bool) {
			for value := range strings.SplitSeq(values, "|") {
				if value == "" {
					continue
				}
				why, path := table.Refused(source.NodeOfText("{spec: {" + field + ": " + value + "}}"))
				if (why != "") != refused || refused && !strings.HasPrefix(path, "spec."+field) {
					t.Errorf("%s: %s: %q at %q", field, value, why, path)
				}
			}
		}
		check(c.yes, false)
		check(c.not, true)
	}
}

// TestHelp: every cause has something that can be done about it.
func TestHelp(t *testing.T) {
	for _, c := range []simulate.Cause{
		simulate.BadRequest, simulate.NoHost, simulate.NoRoute, simulate.NoRule, simulate.ManyRules, simulate.BlockingSets, simulate.Crashed, simulate.NoCredentials,
		simulate.BadCredentials, simulate.NotSufficient, simulate.Denied, simulate.Misconfigured, simulate.Endpoint, simulate.NoUpstream, simulate.LimitExceeded, simulate.PolicyDenied,
	} {
		d := simulate.Decision{Cause: c}
		if d.Help() == "" {
			t.Errorf("%s has no help", c)
		}
	}
	own, none := simulate.Decision{Cause: simulate.NoHost, Remedy: "own"}, simulate.Decision{}
	if own.Help() != "own" || none.Help() != "" {
		t.Errorf("%q, %q", own.Help(), none.Help())
	}
	deny, allow := simulate.Decision{Cause: simulate.PolicyDenied, Reason: "the policy (DENY) matches"}, simulate.Decision{Cause: simulate.PolicyDenied}
	rule, gateway := simulate.Decision{Cause: simulate.Crashed, Rule: "r"}, simulate.Decision{Cause: simulate.Crashed}
	if deny.Help() == allow.Help() || rule.Help() == gateway.Help() {
		t.Error("different causes have one help")
	}
}

// TestOutcomesAndTrails: the trail of a request that is not known has what all worlds
// share, and says what is not known.
func TestOutcomesAndTrails(t *testing.T) {
	trail := &simulate.Trail{}
	u := simulate.Unknown{What: "it rains", Needs: "--weather"}
	d := simulate.Outcomes(&simulate.Request{}, trail, func(r *simulate.Request, t *simulate.Trail) simulate.Decision {
		t.Say("A", source.Ref{}, "all")
		if r.Holds(u) {
			t.Say("B", source.Ref{}, "wet")
			return simulate.Decision{Status: 200, Upstream: "x", Next: r}
		}
		return simulate.Decision{Status: 403, Cause: simulate.Denied}
	})
	var texts []string
	for _, s := range trail.Steps {
		texts = append(texts, s.Text)
	}
	if len(texts) != 2 || texts[0] != "all" || !strings.Contains(texts[1], "it rains") || !strings.Contains(texts[1], "--weather") {
		t.Errorf("%q", texts)
	}
	if d.Cause != simulate.Undecided || !d.MayPass() || d.Reason != u.Sentence() {
		t.Errorf("%+v", d)
	}
	if o := d.Each()[0]; o.Definite() || o.If[0].String() != "not: it rains" || d.Each()[1].If[0].String() != "it rains" {
		t.Errorf("%+v", o)
	}
	free := simulate.Outcomes(&simulate.Request{}, nil, func(r *simulate.Request, _ *simulate.Trail) simulate.Decision {
		status := 403
		if r.Holds(simulate.Unknown{Why: simulate.Chosen, What: "the caller wants it"}) {
			status = 404
		}
		return simulate.Decision{Status: status, Cause: simulate.Denied}
	})
	if o := free.Each()[1]; !o.Definite() {
		t.Error("what the caller chooses occurs in each cluster")
	}
	anything := simulate.Outcomes(&simulate.Request{}, nil, func(*simulate.Request, *simulate.Trail) simulate.Decision {
		return simulate.Decision{Cause: simulate.Anything}
	})
	if !anything.MayPass() {
		t.Error("anything may pass")
	}
	many := simulate.Outcomes(&simulate.Request{}, nil, func(r *simulate.Request, _ *simulate.Trail) simulate.Decision {
		for i := range 10 {
			r.Holds(simulate.Unknown{What: fmt.Sprint(i)})
		}
		return simulate.Decision{Status: 403, Cause: simulate.Denied}
	})
	if many.Cause != simulate.Undecided || many.Known() {
		t.Errorf("too many conditions: %+v", many.Cause)
	}
}
