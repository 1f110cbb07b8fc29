package istio

import (
	gomaps "maps"
	"math/rand"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	rbacv3 "github.com/envoyproxy/go-control-plane/envoy/config/rbac/v3"
	rbachttpv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/rbac/v3"
	rbactcpv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/rbac/v3"
	securityv1 "istio.io/api/security/v1beta1"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/security/authz/builder"
	"istio.io/istio/pilot/pkg/security/trustdomain"
	"istio.io/istio/pkg/config/schema/gvk"

	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/sidecar"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

// rules makes AuthorizationPolicies of every form that Istio's webhook accepts.
type rules struct{ hostile }

// TestDecidesAsRBAC compares what the simulator makes of AuthorizationPolicies with
// the RBAC filters that istiod makes of them, on ports of HTTP and of TCP.
func TestDecidesAsRBAC(t *testing.T) {
	asked, known, let := 0, 0, 0
	seed := number("KGW_SEED", 1)
	for i := range number("KGW_SETS", 1500) {
		g := &rules{hostile{rand.New(rand.NewSource(int64(seed + i)))}}
		specs := g.policies(t)
		protocol := pick(&g.hostile, "http", "http", "tcp")
		http, tcp := filters(t, specs)
		chain := http
		if protocol == "tcp" {
			chain = tcp
		}
		engine := sidecars(t, specs, protocol)
		for range 25 {
			q, c := g.call()
			want := !slices.ContainsFunc(chain, func(r *rbacv3.RBAC) bool { return !c.lets(r) })
			asked++
			d := simulate.Outcomes(q, nil, engine.Decide)
			if d.Known() {
				known++
			}
			if want {
				let++
			}
			if !slices.ContainsFunc(d.Each(), func(o simulate.Outcome) bool { return o.Decision.Passed() == want }) {
				t.Errorf("seed %d: %s %s %s %s by %q with %v: Istio lets it through: %v, the simulator says %d %s\n%s: %s", seed+i, protocol, q.Method, q.Host, q.Target, q.Caller, c.claims, want, d.Status, d.Reason, q.Headers, text(specs))
				return
			}
		}
	}
	t.Logf("%d requests, %d known, %d let through", asked, known, let)
	if known < asked*3/4 || let < asked/10 {
		t.Errorf("%d requests, %d known, %d let through", asked, known, let)
	}
}

// policies returns some that the webhook accepts; kgw accepts them too.
func (g *rules) policies(t *testing.T) []object {
	t.Helper()
	var out []object
	for range 1 + g.Intn(3) {
		spec := object{"action": pick(&g.hostile, "ALLOW", "ALLOW", "DENY", "DENY", "AUDIT")}
		var list []any
		for range pick(&g.hostile, 0, 1, 1, 1, 2) {
			list = append(list, g.rule())
		}
		if list != nil {
			spec["rules"] = list
		}
		why, says := webhook(t, "AuthorizationPolicy", spec), refusedPolicy(t, spec)
		if (why == "") != (says == "") {
			t.Errorf("Istio says %q, kgw says %q: %s", why, says, text(spec))
		}
		if why == "" {
			out = append(out, spec)
		}
	}
	return out
}

func refusedPolicy(t *testing.T, spec object) string {
	t.Helper()
	why, _ := prove.Refused(&simulatetest.Manifests(t, "ns", policyObject(spec, 0))[0])
	return why
}

func policyObject(spec object, i int) string {
	return text(object{"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy", "metadata": object{"name": "p" + strconv.Itoa(i), "namespace": "ns"}, "spec": spec})
}

// sidecars returns those of a Service whose port has the protocol, with a token rule.
func sidecars(t *testing.T, specs []object, protocol string) *sidecar.Sidecars {
	t.Helper()
	docs := []string{
		`{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s", "namespace": "ns"}, "spec": {"selector": {"app": "s"}, "ports": [{"name": "` + protocol + `", "port": 80, "targetPort": 8080}]}}`,
		`{"apiVersion": "security.istio.io/v1", "kind": "RequestAuthentication", "metadata": {"name": "a", "namespace": "ns"}, "spec": {"jwtRules": [{"jwksUri": "https://keys.test", "forwardOriginalToken": true}]}}`,
	}
	for i, spec := range specs {
		docs = append(docs, policyObject(spec, i))
	}
	list := simulatetest.Manifests(t, "ns", strings.Join(docs, "\n---\n"))
	return sidecar.Load(list, simulate.ReadPods(list, nil), sidecar.Options{Root: "istio-system", Identity: "cluster.local/ns/istio-system/sa/gw"})
}

// filters returns the RBAC filters of policies, for HTTP and for TCP.
func filters(t *testing.T, specs []object) (http, tcp []*rbacv3.RBAC) {
	t.Helper()
	var list model.AuthorizationPoliciesResult
	for i, spec := range specs {
		c, err := decoded(gvk.AuthorizationPolicy, "ns", "p"+strconv.Itoa(i), []byte(text(spec)))
		if err != nil {
			t.Fatal(err)
		}
		p := model.AuthorizationPolicy{Name: c.Name, Namespace: c.Namespace, Spec: c.Spec.(*securityv1.AuthorizationPolicy)}
		switch p.Spec.Action {
		case securityv1.AuthorizationPolicy_DENY:
			list.Deny = append(list.Deny, p)
		case securityv1.AuthorizationPolicy_ALLOW:
			list.Allow = append(list.Allow, p)
		case securityv1.AuthorizationPolicy_AUDIT:
			list.Audit = append(list.Audit, p)
		}
	}
	b := builder.New(trustdomain.NewBundle("cluster.local", nil), nil, list, builder.Option{})
	if b == nil {
		return nil, nil
	}
	for _, f := range b.BuildHTTP() {
		m := &rbachttpv3.RBAC{}
		if err := f.GetTypedConfig().UnmarshalTo(m); err != nil {
			t.Fatal(err)
		}
		http = append(http, m.Rules)
	}
	for _, f := range b.BuildTCP() {
		m := &rbactcpv3.RBAC{}
		if err := f.GetTypedConfig().UnmarshalTo(m); err != nil {
			t.Fatal(err)
		}
		tcp = append(tcp, m.Rules)
	}
	return http, tcp
}

// valuePool are values of each attribute, with and without wildcards at each end.
var valuePool = map[string][]string{
	"principals":        {"*", "cluster.local/ns/a/sa/b", "cluster.local/ns/a/*", "*/sa/b", "*b", "spiffe://cluster.local/ns/a/sa/b", "cluster.local*", "CLUSTER.LOCAL/ns/a/sa/b", "*//cluster.local/ns/a/sa/b", "*cluster.local/ns/a/sa/b", "/ns/a/*", "cluster.local/ns/*/sa/b", "a.b"},
	"namespaces":        {"a", "*", "a*", "*a", "a/sa", "A", "istio-*", "ns", "a.b", "*-*"},
	"serviceAccounts":   {"b", "a/b", "ns/b", "B", "a/b.c"},
	"trustDomains":      {"cluster.local", "*", "cluster*", "*.local", "other", "cluster", "*l"},
	"requestPrincipals": {"*", "*/*", "https://a/me", "https://a/*", "https://a/m*", "*/me", "*me", "https://a*", "https://*/me", "https://a*/me", "*a/me", "*a/m*", "https://a/*e", "https:", "/me", "https://a/", "*/m*", "*/", "https://a", "a/b/c", "**", "*/me*", "h*", "*e", "https*/*"},
	"hosts":             {"a.test", "A.TEST", "*.test", "a.*", "*", "a.test:8080", "a.test:*", "*:8080", "*.Test", "**", "b.test"},
	"methods":           {"GET", "get", "G*", "*T", "*", "POST", "G*T", "g*"},
	"paths":             {"/x", "/x*", "*x", "*", "/{*}/y", "/x/{**}", "/{*}", "/x/{*}/{**}", "/X", "/x/*", "*/y", "/*/y", "/x/", "/x%2Fy", "/{**}", "/{**}/y", "x", "**", "/x?y"},
	"ports":             {"80", "080", "8080", "08080", "0", "65535"},
	"ipBlocks":          {"10.0.0.0/8", "10.1.1.1", "0.0.0.0/0", "::/0", "192.0.2.1", "10.1.1.1/32"},
}

// keyPool are keys of conditions, with the values of which attribute they have.
var keyPool = map[string][]string{
	"request.headers[x-a]": {"1", "*", "1*", "*1", "", "2", "1,2", "**"}, "request.headers[X-A]": {"1", "*"}, "request.headers[:path]": {"/x", "/x*", "*", "*y", "/x?q=1"},
	"request.headers[:method]": {"GET", "*", "G*"}, "request.headers[:authority]": {"a.test", "A.test", "*", "a*"}, "request.headers[host]": {"a.test", "*"}, "request.headers[:scheme]": {"http", "https", "*"}, "request.headers[none]": {"*", "x"},
	"request.auth.audiences": {"aud", "*", "a*", "other", "aud2"}, "request.auth.presenter": {"azp", "*", "*p"},
	"request.auth.claims[sub]": {"me", "m*", "*", "other"}, "request.auth.claims[scope]": {"read", "read write", "*", "w*"}, "request.auth.claims[n]": {"5", "*"}, "request.auth.claims[flag]": {"true", "*"}, "request.auth.claims[o][k]": {"v", "*"},
	"request.auth.claims[o][l]": {"x", "*", "y*"}, "request.auth.claims[o]": {"v", "*"}, "request.auth.claims[a.b]": {"c", "*"}, "request.auth.claims[a][b]": {"c", "*"}, "request.auth.claims[empty]": {"*", "x"}, "request.auth.claims[list][k]": {"*"},
	"request.auth.claims[x[y]": {"z", "*"}, "request.auth.claims[ sub ]": {"me"}, "request.auth.claims[permission]": {"p", "*"}, "request.auth.claims[o][scope]": {"a", "a b"}, "request.auth.claims[x][]": {"*"},
	"source.ip": valuePool["ipBlocks"], "remote.ip": valuePool["ipBlocks"], "source.namespace": valuePool["namespaces"], "source.principal": valuePool["principals"], "source.serviceAccount": valuePool["serviceAccounts"],
	"source.trustDomain": valuePool["trustDomains"], "request.auth.principal": valuePool["requestPrincipals"], "destination.port": valuePool["ports"], "destination.ip": valuePool["ipBlocks"], "connection.sni": {"a.test", "*"},
	"experimental.envoy.filters.a[k]": {"v", "[v]", "*"}, "experimental.envoy.filters.a": {"v"},
}

func (g *rules) some(pool []string) []any {
	var out []any
	for range pick(&g.hostile, 1, 1, 1, 2) {
		out = append(out, pick(&g.hostile, pool...))
	}
	return out
}

func (g *rules) rule() object {
	r := object{}
	for part, fields := range map[string][]string{"from": {"principals", "namespaces", "serviceAccounts", "trustDomains", "requestPrincipals", "requestPrincipals", "ipBlocks", "remoteIpBlocks"}, "to": {"hosts", "methods", "paths", "ports"}} {
		var list []any
		for range pick(&g.hostile, 0, 1, 1, 2) {
			list = append(list, object{map[string]string{"from": "source", "to": "operation"}[part]: g.conditions(fields)})
		}
		if list != nil {
			r[part] = list
		}
	}
	var when []any
	for range pick(&g.hostile, 0, 0, 1, 2) {
		key := pick(&g.hostile, slices.Sorted(gomaps.Keys(keyPool))...)
		c := object{"key": key}
		if g.Intn(3) > 0 {
			c["values"] = g.some(keyPool[key])
		}
		if g.Intn(3) == 0 || c["values"] == nil {
			c["notValues"] = g.some(keyPool[key])
		}
		when = append(when, c)
	}
	if when != nil {
		r["when"] = when
	}
	return r
}

func (g *rules) conditions(fields []string) object {
	out := object{}
	for range pick(&g.hostile, 1, 1, 2) {
		f := pick(&g.hostile, fields...)
		pool := valuePool[strings.Replace(f, "remoteIpBlocks", "ipBlocks", 1)]
		if g.Intn(4) == 0 {
			f = "not" + strings.ToUpper(f[:1]) + f[1:]
		}
		out[f] = g.some(pool)
		if g.rarely() {
			out[f] = []any{}
		}
	}
	return out
}

func (g *rules) rarely() bool { return g.Intn(12) == 0 }

// call returns a request, and all that RBAC knows of it.
func (g *rules) call() (*simulate.Request, *connection) {
	q := &simulate.Request{
		Method: pick(&g.hostile, "GET", "POST", "get", "PUT"), Scheme: pick(&g.hostile, "http", "https"), To: "s.ns.svc.cluster.local:80",
		Host:   pick(&g.hostile, "a.test", "A.test", "a.test:8080", "b.test", "test", "a.test:80"),
		Target: pick(&g.hostile, "/", "/x", "/x/y", "/x/", "/X", "/x?q=1", "/x%2Fy", "/x/y/z", "/xy", "/a*b/y", "/a/y", "//y"),
		Caller: pick(&g.hostile, "", "cluster.local/ns/a/sa/b", "cluster.local/ns/ns/sa/b", "other/ns/istio-system/sa/gw", "cluster.local/ns/ab/sa/b.c"),
	}
	for range g.Intn(3) {
		q.Headers = append(q.Headers, simulate.Header{Name: pick(&g.hostile, "x-a", "X-A"), Value: pick(&g.hostile, "1", "2", "")})
	}
	c := &connection{
		port: 8080, peer: netip.MustParseAddr(pick(&g.hostile, "10.1.1.1", "192.0.2.1")), client: netip.MustParseAddr(pick(&g.hostile, "10.1.1.1", "192.0.2.7")),
		sni: pick(&g.hostile, "", "a.test"), filter: pick(&g.hostile, nil, map[string]any{"k": "v"}, map[string]any{"k": []any{"v"}}),
	}
	if g.Intn(3) > 0 {
		q.Token = simulate.Token{Kind: "jwt", Claims: g.claims()}
		c.claims = wordsOf(q.Token.Claims)
	}
	c.Request = q.AsSent()
	return q, c
}

func (g *rules) claims() map[string]any {
	out := map[string]any{}
	for name, values := range map[string][]any{
		"iss": {"https://a", "https://a", "https://a", "https://b", "https:", "", "https://a*", "*", 5.0}, "sub": {"me", "me", "m", "", "*", "m*", "some", []any{"me"}, "*e"},
		"aud": {"aud", []any{"aud2", "aud"}, []any{}, 1.0}, "azp": {"azp", ""}, "scope": {"read write", "read", []any{"read write"}, ""}, "permission": {"p q"}, "n": {5.0, []any{5.0}}, "flag": {true},
		"o": {map[string]any{"k": "v", "l": []any{"x", "y"}, "scope": "a b"}, "v", []any{"v"}}, "a.b": {"c"}, "a": {map[string]any{"b": "c"}}, "empty": {"", []any{}}, "list": {[]any{map[string]any{"k": "v"}}}, "x[y": {"z"}, "x": {map[string]any{"": "z"}},
	} {
		if g.Intn(4) > 0 {
			out[name] = pick(&g.hostile, values...)
		}
	}
	return out
}

// wordsOf returns the claims as jwt_authn hands them to RBAC: of scope and permission
// the words are a list.
func wordsOf(claims map[string]any) map[string]any {
	out := gomaps.Clone(claims)
	for _, name := range []string{"scope", "permission"} {
		if s, ok := out[name].(string); ok {
			list := []any{}
			for _, w := range strings.Fields(s) {
				list = append(list, w)
			}
			out[name] = list
		}
	}
	return out
}
