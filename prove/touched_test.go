package prove_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/compile/touched"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
)

// touchFolder draws files of all dialects with what they refer to. Names are few, so
// that they meet.
type touchFolder struct {
	*rand.Rand
	spaces, wild int    // how many namespaces there are, and one in how many hosts is a wildcard
	own          string // the namespace of most objects of a file
}

func (d *touchFolder) of(list ...string) string { return list[d.IntN(len(list))] }

// n draws a word with a number below n.
func (d *touchFolder) n(word string, n int) string { return fmt.Sprintf("%s%d", word, d.IntN(n)) }

func (d *touchFolder) namespace() string {
	if d.IntN(20) > 0 {
		return d.own
	}
	return d.n("team", d.spaces)
}

func (d *touchFolder) host() string {
	switch {
	case d.IntN(d.wild) == 0:
		return d.of(`"*.example.com"`, `"*.h1.example.com"`, `"*"`)
	case d.IntN(40) == 0:
		return d.n("h", 4000) // without a domain
	case d.IntN(40) == 0:
		return d.n("H", 4000) + ".Example.com"
	}
	return d.n("h", 4000) + d.of(".example.com", ".example.com", ".example.org")
}

// meta draws the metadata of an object.
func (d *touchFolder) meta(word string) string {
	if d.IntN(60) == 0 {
		return "{name: " + d.n(word, 8) + "}"
	}
	return fmt.Sprintf(d.of("{name: %s, namespace: %s}", "{name: %s, namespace: '%s'}", "{\"name\": \"%s\", \"namespace\": \"%s\"}", "\n  name: %s\n  namespace: %s", "\n  name: %s # of\n  namespace: >-\n    %s"),
		d.n(word, 8), d.namespace())
}

func (d *touchFolder) service() string {
	if d.IntN(40) == 0 {
		return fmt.Sprintf("{name: %s, namespace: %s, port: 80}", d.n("s", 6), d.n("team", d.spaces))
	}
	return fmt.Sprintf("{name: %s, port: %s}", d.n("s", 6), d.of("80", "80", "81"))
}

func (d *touchFolder) issuer() string {
	return "https://" + d.n("login", 12) + d.of(".example.com", ".Example.com", "")
}

func (d *touchFolder) keys() string { return "https://keys.example.com/" + d.of("a", "a", "a", "b") }

func (d *touchFolder) path() string { return d.of("/orders", "/orders/one", "/carts", "/items", "/") }

func (d *touchFolder) legacy() string {
	handler := d.of("noop", "no_auth", "allow", "oauth2_introspection, config: {required_scope: [read]}",
		fmt.Sprintf("jwt, config: {jwks_urls: [%q], trusted_issuers: [%q]}", d.keys(), d.issuer()))
	return fmt.Sprintf("apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nmetadata: %s\nspec:\n  host: %s\n  gateway: %s\n  service: %s\n  rules:\n  - {path: %s, methods: [GET], accessStrategies: [{handler: %s}]}\n",
		d.meta("rule"), d.host(), d.of("kyma-system/kyma-gateway", "infra/"+d.n("g", 4)), d.service(), d.path()+d.of("", "/.*"), handler)
}

func (d *touchFolder) oldest() string {
	return fmt.Sprintf("apiVersion: gateway.kyma-project.io/v1alpha1\nkind: APIRule\nmetadata: %s\nspec:\n  gateway: kyma-system/kyma-gateway\n  service: {name: %s, port: 80, host: %s}\n  rules:\n  - {path: %s, methods: [GET], accessStrategies: [{handler: %s}]}\n",
		d.meta("rule"), d.n("s", 4), d.host(), d.path(), d.of("noop", "allow"))
}

func (d *touchFolder) mesh() string {
	rules := ""
	for range 1 + d.IntN(2) {
		access := d.of("noAuth: true", fmt.Sprintf("jwt: {authentications: [{issuer: %q, jwksUri: %q}]}", d.issuer(), d.keys()),
			fmt.Sprintf("jwt: {authentications: [{issuer: %q, jwksUri: %q}], authorizations: [{requiredScopes: [read]}]}", d.issuer(), d.keys()), "extAuth: {authorizers: ["+d.n("auth", 3)+"]}")
		rules += fmt.Sprintf("  - path: %s%s\n    methods: [%s]\n    %s\n", d.path(), d.of("", "", "/{*}", "/{**}"), d.of("GET", "GET, POST"), access)
	}
	return fmt.Sprintf("apiVersion: gateway.kyma-project.io/%s\nkind: APIRule\nmetadata: %s\nspec:\n  hosts: [%s]\n  gateway: %s\n  service: %s\n  rules:\n%s",
		d.of("v2", "v2", "v2alpha1"), d.meta("rule"), d.host(), d.of("kyma-system/kyma-gateway", "infra/"+d.n("g", 4)), d.service(), rules)
}

func (d *touchFolder) fabric() string {
	return fmt.Sprintf("apiVersion: zalando.org/v1\nkind: FabricGateway\nmetadata: %s\nspec:\n  x-fabric-service:\n  - {host: %s, serviceName: %s, servicePort: http}\n  paths:\n    %s:\n      get: {x-fabric-privileges: [%s]}\n",
		d.meta("fabric"), d.host(), d.n("s", 4), d.path(), d.of("read", "uid"))
}

func (d *touchFolder) serviceObject() string {
	return fmt.Sprintf("apiVersion: v1\nkind: Service\nmetadata: %s\nspec: {%sselector: {%s: %s}, ports: [{port: 80}]}\n", d.meta("s"), d.of("", "", "type: LoadBalancer, "), d.of("app", "app", "tier"), d.of("a", "b"))
}

func (d *touchFolder) deployment() string {
	return fmt.Sprintf("apiVersion: apps/v1\nkind: Deployment\nmetadata: %s\nspec: {template: {metadata: {labels: {app: %s, tier: %s}}, spec: {hostNetwork: %s, containers: []}}}\n", d.meta("d"), d.of("a", "b"), d.of("a", "b"), d.of("true", "false", "false"))
}

// other draws an object of a kind that can meet anything.
func (d *touchFolder) other() string {
	switch d.IntN(9) {
	case 0:
		return fmt.Sprintf("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: %s\nspec: {hosts: [%s], gateways: [kyma-system/kyma-gateway], http: [{route: [{destination: {host: %s.%s.svc.cluster.local}}]}]}\n", d.meta("vs"), d.host(), d.n("s", 4), d.namespace())
	case 1:
		return fmt.Sprintf("apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: %s, namespace: %s}\nspec: {action: ALLOW, selector: {matchLabels: {%s: a}}, rules: [{to: [{operation: {paths: [%s]}}]}]}\n", d.n("p", 9), d.of(d.namespace(), d.namespace(), "istio-system"), d.of("app", "tier"), d.path())
	case 2:
		return fmt.Sprintf("apiVersion: security.istio.io/v1\nkind: RequestAuthentication\nmetadata: %s\nspec: {selector: {matchLabels: {app: a}}, jwtRules: [{issuer: %q, jwksUri: %q}]}\n", d.meta("ra"), d.issuer(), d.keys())
	case 3:
		return fmt.Sprintf("apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: %s, namespace: infra}\nspec: {selector: {istio: ingressgateway}, servers: [{port: {name: https, number: 443, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: c}, hosts: [%q]}]}\n", d.n("g", 4), d.of("*.example.com", "*", "h1.example.com"))
	case 4:
		return fmt.Sprintf("apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: %s\nspec: {rules: [{host: %s, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: %s, port: {number: 80}}}}]}}]}\n", d.meta("in"), d.host(), d.n("s", 4))
	case 5:
		return fmt.Sprintf("apiVersion: v1\nkind: Namespace\nmetadata: {name: %s, labels: {istio-injection: %s}}\n", d.namespace(), d.of("enabled", "disabled"))
	case 6:
		return fmt.Sprintf("apiVersion: oathkeeper.ory.sh/v1alpha1\nkind: Rule\nmetadata: %s\nspec: {match: {url: '<http|https>://%s<%s>', methods: [GET]}, authenticators: [{handler: anonymous}], authorizer: {handler: allow}, mutators: [{handler: noop}], upstream: {url: 'http://s.a'}}\n", d.meta("or"), d.n("h", 4000)+".example.com", d.path())
	case 7:
		return fmt.Sprintf("apiVersion: hydra.ory.sh/v1alpha1\nkind: OAuth2Client\nmetadata: %s\nspec: {grantTypes: [client_credentials], scope: %s, secretName: c}\n", d.meta("c"), d.of("read", "write"))
	}
	return d.of("apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: "+d.meta("h")+"\nspec: {scaleTargetRef: {kind: Deployment, name: d1}}\n", "a: [broken\n",
		"kind: APIRule\napiVersion: gateway.kyma-project.io/v9\n", "# a kind of note\nkey: value\n",
		fmt.Sprintf("apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: s1, namespace: %s}, spec: {selector: {app: b}}}\n- {apiVersion: gateway.kyma-project.io/v2, kind: APIRule, metadata: {name: listed, namespace: %s}, spec: {hosts: [%s], gateway: infra/g1, service: {name: s1, port: 80}, rules: [{path: /, methods: [GET], noAuth: true}]}}\n", d.namespace(), d.namespace(), d.host()))
}

func (d *touchFolder) plain() string {
	text := []func() string{d.legacy, d.legacy, d.mesh, d.mesh, d.mesh, d.oldest, d.fabric, d.serviceObject, d.deployment}[d.IntN(9)]()
	if d.IntN(5) == 0 {
		text += "---\n" + d.serviceObject()
	}
	if d.IntN(15) == 0 { // a name that does not show
		text = strings.Replace(text, "namespace: team", `namespace: "\x74eam`, 1)
		if i := strings.Index(text, `"\x74eam`); i >= 0 {
			end := i + strings.IndexAny(text[i:], ",}\n")
			text = text[:end] + `"` + text[end:]
		}
	}
	if d.IntN(30) == 0 {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

func (d *touchFolder) file(t *testing.T, i int) *source.File {
	d.own = d.n("team", d.spaces)
	text := d.plain()
	if d.IntN(12) == 0 {
		text = d.other()
	}
	if d.IntN(30) == 0 {
		text += "---\n" + d.other()
	}
	f, problem := source.NewFile(fmt.Sprintf("%03d.yaml", i), []byte(text))
	if problem != nil {
		t.Fatal(problem)
	}
	f.Walked = i%2 == 0
	return f
}

// allSaid returns a report in words, with everything that is said.
func allSaid(l diag.List) string {
	var b strings.Builder
	for i := range l {
		f := &l[i]
		fmt.Fprintf(&b, "%v %s %s %s|%s|%v", f.Span, f.Severity, f.Code, f.Message, f.Help, f.Witness)
		for _, r := range f.Related {
			fmt.Fprintf(&b, "\n    %v %s", r.Span, r.Message)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// TestTouchedIsWhatAWholeRunFinds changes files of drawn folders: a run over what the
// change can touch finds there what a run over the whole folder finds there, and
// reads less.
func TestTouchedIsWhatAWholeRunFinds(t *testing.T) {
	folders := 16
	if testing.Short() {
		folders = 8
	}
	narrowed, read, of, findings := 0, 0, 0, 0
	for seed := range uint64(folders) {
		d := &touchFolder{Rand: rand.New(rand.NewPCG(11, seed)), spaces: 40 + int(seed%4)*30, wild: 60 + 1000*int(seed%3)}
		var in compile.Input
		for i := range 150 + 100*int(seed%3) {
			in.Files = append(in.Files, d.file(t, i))
		}
		o := compile.Options{Config: config.Default()}
		if d.IntN(2) == 0 {
			o.Config.Domains.Default = "example.com"
		}
		for range 6 {
			i := d.IntN(len(in.Files))
			before := in.Files[i]
			in.Files[i] = d.file(t, i)
			touched := touched.Find(in, o, []touched.Change{{Now: in.Files[i], Before: before}})
			if touched == nil {
				continue
			}
			narrowed, read, of = narrowed+1, read+len(touched.Input.Files), of+len(in.Files)
			whole := touched.Findings(prove.Validate(in, o).Findings)
			part := prove.Validate(touched.Input, o)
			touched.Restrict(part)
			findings += len(whole)
			if diff := cmp.Diff(strings.Split(allSaid(whole), "\n"), strings.Split(allSaid(part.Findings), "\n")); diff != "" {
				t.Fatalf("folder %d, %s: (- the whole, + what is touched)\n%s\n%s", seed, before.Name, diff, in.Files[i].Data)
			}
			if !slices.Contains(touched.Input.Files, in.Files[i]) {
				t.Fatalf("folder %d: %s is not read", seed, before.Name)
			}
		}
	}
	t.Logf("%d changes, %d of %d files read, %d findings", narrowed, read, of, findings)
	if narrowed < 2*folders || 2*read > of || findings < narrowed {
		t.Errorf("too little is compared: %d changes of %d folders, %d of %d files read, %d findings", narrowed, folders, read, of, findings)
	}
}
