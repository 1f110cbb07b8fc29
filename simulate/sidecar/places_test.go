package sidecar

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

// denies returns a policy that refuses everything at the pods that it selects.
func denies(namespace, selector string) string {
	return "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: no, namespace: " + namespace + "}\nspec: {action: DENY, " + selector + "rules: [{}]}\n"
}

func workload(kind, name, labels string) string {
	template := "{metadata: {labels: {" + labels + "}}, spec: {containers: [{name: c, ports: [{name: web, containerPort: 8080}]}]}}"
	spec := "{template: " + template + "}"
	switch kind {
	case "CronJob":
		spec = "{jobTemplate: {spec: " + spec + "}}"
	case "Pod":
		return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", labels: {" + labels + "}}\nspec: {containers: [{name: c}]}\n"
	}
	return "---\napiVersion: apps/v1\nkind: " + kind + "\nmetadata: {name: " + name + "}\nspec: " + spec + "\n"
}

func peers(name, namespace, spec string) string {
	return "---\napiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: " + name + ", namespace: " + namespace + "}\nspec: {" + spec + "}\n"
}

func destinationRule(spec string) string {
	return "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: d}\nspec: {" + spec + "}\n"
}

// TestSelection holds which policies are for the pods behind a Service: those of the
// namespace and of the root one, whose selector is among the labels.
func TestSelection(t *testing.T) {
	const pass, stop, both = "s.ns:80", "403 policy-denied", "403 policy-denied or s.ns:80"
	for name, c := range map[string]struct{ text, want string }{
		"the whole namespace":               {service + denies("ns", ""), stop},
		"an empty selector":                 {service + denies("ns", "selector: {matchLabels: {}}, "), stop},
		"the labels":                        {service + denies("ns", "selector: {matchLabels: {app: s}}, "), stop},
		"another value":                     {service + denies("ns", "selector: {matchLabels: {app: t}}, "), pass},
		"more labels than the Service says": {service + denies("ns", "selector: {matchLabels: {app: s, tier: web}}, "), both},
		"a label that injectors add":        {service + denies("ns", "selector: {matchLabels: {istio.io/rev: x}}, "), both},
		"another namespace":                 {service + denies("other", ""), pass},
		"the root namespace":                {service + denies("istio-system", ""), stop},
		"the root namespace with labels":    {service + denies("istio-system", "selector: {matchLabels: {app: s}}, "), stop},
		"labels of gateways":                {service + denies("istio-system", "selector: {matchLabels: {istio: ingressgateway}}, "), pass},
		"targets that are null":             {service + denies("ns", "targetRef: null, targetRefs: ~, "), stop},
		"the field of another kind":         {service + denies("ns", "workloadSelector: {labels: {app: t}}, "), "403 policy-denied or anything"},
		"pods of a Rollout":                 {service + workload("Deployment", "a", "app: s, tier: web") + workload("Rollout", "b", "app: s") + denies("ns", "selector: {matchLabels: {tier: web}}, "), both},
		"pods that pass the proxy by":       {service + strings.Replace(workload("Deployment", "a", "app: s"), "{labels:", "{annotations: {sidecar.istio.io/interceptionMode: NONE}, labels:", 1) + denies("ns", ""), "403 policy-denied or anything"},
		"a Service for other gateways":      {strings.Replace(service, "name: s", "name: s, annotations: {networking.istio.io/exportTo: .}", 1) + denies("ns", ""), "403 policy-denied or anything"},
		"targets":                           {service + denies("ns", "targetRefs: [{kind: Service, name: s, group: ''}], "), pass},
		"a Service that is not there":       {denies("ns", "selector: {matchLabels: {app: s}}, "), both},
		"pods that have the labels":         {service + workload("Deployment", "w", "app: s, tier: web") + denies("ns", "selector: {matchLabels: {tier: web}}, "), stop},
		"pods that do not have them":        {service + workload("StatefulSet", "w", "app: s") + denies("ns", "selector: {matchLabels: {tier: web}}, "), pass},
		"pods of both kinds":                {service + workload("Deployment", "a", "app: s, tier: web") + workload("DaemonSet", "b", "app: s") + denies("ns", "selector: {matchLabels: {tier: web}}, "), both},
		"pods of another Service":           {service + workload("Deployment", "a", "app: other, tier: web") + denies("ns", "selector: {matchLabels: {tier: web}}, "), both},
		"a Pod":                             {service + workload("Pod", "a", "app: s, tier: web") + denies("ns", "selector: {matchLabels: {tier: web}}, "), stop},
		"a CronJob":                         {service + workload("CronJob", "a", "app: s, tier: web") + denies("ns", "selector: {matchLabels: {tier: web}}, "), stop},
		"a policy that is not enforced":     {service + strings.Replace(denies("ns", ""), "{name: no,", "{name: no, annotations: {istio.io/dry-run: 'true'},", 1), pass},
		"a policy that only notes":          {service + strings.Replace(denies("ns", ""), "DENY", "AUDIT", 1), pass},
		"a policy with an unread field":     {service + strings.Replace(denies("ns", ""), "action: DENY", "newField: 1, action: DENY", 1), "403 policy-denied or anything"},
		"a Service without a selector":      {"---\n{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {}}\n" + denies("ns", ""), both},
		"a Service elsewhere":               {"---\n{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {type: ExternalName, externalName: x.test, selector: {app: s}}}\n" + denies("ns", ""), both},
	} {
		t.Run(name, func(t *testing.T) {
			simulatetest.Check(t, loaded(t, c.text), "GET http://a.test/ @to=s.ns.svc.cluster.local:80 @caller="+ingress+" -> "+c.want)
		})
	}
}

// TestWithoutProxy: where pods have no sidecar, no policy is enforced.
func TestWithoutProxy(t *testing.T) {
	const pass, stop, both = "s.ns:80", "403 policy-denied", "403 policy-denied or s.ns:80"
	namespace := func(labels string) string {
		return "---\n{apiVersion: v1, kind: Namespace, metadata: {name: ns, namespace: '', labels: {" + labels + "}}}\n"
	}
	refusing := strings.Replace(workload("Deployment", "w", "app: s"), "{labels: {", "{labels: {sidecar.istio.io/inject: 'false', ", 1)
	for name, c := range map[string]struct{ text, want string }{
		"nothing is known":                    {service, stop},
		"the namespace asks":                  {service + namespace("istio-injection: enabled"), stop},
		"the namespace refuses":               {service + namespace("istio-injection: disabled"), pass},
		"the namespace leaves it to the pods": {service + namespace(""), both},
		"the pods refuse":                     {service + refusing, pass},
		"pods on the network of the host":     {service + strings.Replace(workload("Deployment", "w", "app: s"), "spec: {containers", "spec: {hostNetwork: true, containers", 1), pass},
		"a proxy is among the containers":     {service + namespace("istio-injection: disabled") + strings.Replace(workload("Deployment", "w", "app: s"), "{name: c,", "{name: istio-proxy,", 1), stop},
		"some pods have one":                  {service + refusing + workload("Deployment", "x", "app: s"), both},
		"a namespace that is never injected":  {strings.Replace(service+workload("Deployment", "w", "app: s"), "name: ", "namespace: kube-system, name: ", 2), pass},
	} {
		t.Run(name, func(t *testing.T) {
			to := "s.ns"
			text := c.text + denies("ns", "")
			if strings.Contains(c.text, "kube-system") {
				to, text = "s.kube-system", c.text+denies("kube-system", "")
			}
			want := strings.ReplaceAll(c.want, "s.ns", to)
			simulatetest.Check(t, loaded(t, text), "GET http://a.test/ @to="+to+".svc.cluster.local:80 @caller="+ingress+" -> "+want)
		})
	}
}

// TestPeers holds what the proxies ask of connections: the pods' PeerAuthentication
// before that of the namespace, that before the mesh's.
func TestPeers(t *testing.T) {
	const strict, pass, identity = "0 crashed", "s.ns:80", "mtls: {mode: DISABLE}"
	own := "selector: {matchLabels: {app: s}}, "
	ported := strings.Replace(service, "selector: {app: s}", "selector: {app: s}, ports: [{port: 80, targetPort: 8080}]", 1)
	for name, c := range map[string]struct{ text, mesh, bare string }{
		"none":                              {service, pass, pass},
		"of the namespace":                  {service + peers("p", "ns", "mtls: {mode: STRICT}"), pass, strict},
		"of the mesh":                       {service + peers("p", "istio-system", "mtls: {mode: STRICT}"), pass, strict},
		"of the root with a selector":       {service + peers("p", "istio-system", own+"mtls: {mode: STRICT}"), pass, pass},
		"of another namespace":              {service + peers("p", "other", "mtls: {mode: STRICT}"), pass, pass},
		"the namespace's before the mesh's": {service + peers("p", "istio-system", "mtls: {mode: STRICT}") + peers("q", "ns", "mtls: {mode: PERMISSIVE}"), pass, pass},
		"the pods' before the namespace's":  {service + peers("p", "ns", "mtls: {mode: STRICT}") + peers("q", "ns", own+"mtls: {mode: PERMISSIVE}"), pass, pass},
		"unset leaves it":                   {service + peers("p", "ns", "mtls: {mode: STRICT}") + peers("q", "ns", own+"mtls: {mode: UNSET}"), pass, strict},
		"nothing said leaves it":            {service + peers("p", "ns", "mtls: {mode: STRICT}") + peers("q", "ns", own), pass, strict},
		"a port":                            {ported + peers("p", "ns", own+"portLevelMtls: {8080: {mode: STRICT}}"), pass, strict},
		"another port":                      {ported + peers("p", "ns", own+"portLevelMtls: {8081: {mode: STRICT}}"), pass, pass},
		"a port unset":                      {ported + peers("p", "ns", own+"mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: UNSET}}"), pass, strict},
		"a port that is let in":             {ported + peers("p", "ns", own+"mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: PERMISSIVE}}"), pass, pass},
		"a port that is not known":          {service + peers("p", "ns", own+"portLevelMtls: {8081: {mode: STRICT}}"), "anything or s.ns:80", "anything or s.ns:80"},
		"one that is refused is not there":  {service + peers("p", "ns", "portLevelMtls: {8080: {mode: STRICT}}"), pass, pass},
		"labels that are not known":         {service + peers("p", "ns", "selector: {matchLabels: {tier: web}}, mtls: {mode: STRICT}"), "anything or s.ns:80", "anything or s.ns:80"},
		"two of unknown age":                {service + peers("p", "ns", "mtls: {mode: STRICT}") + peers("q", "ns", "mtls: {mode: PERMISSIVE}"), "anything or s.ns:80", "0 crashed or anything"},
		"two that say the same":             {service + peers("p", "ns", "mtls: {mode: STRICT}") + peers("q", "ns", "mtls: {mode: STRICT}"), pass, strict},
		"an unread field":                   {service + peers("p", "ns", "newField: 1"), "anything or s.ns:80", "anything or s.ns:80"},
	} {
		t.Run(name, func(t *testing.T) {
			simulatetest.Check(t, loaded(t, c.text),
				"GET http://a.test/ @to=s.ns.svc.cluster.local:80 @caller="+ingress+" -> "+c.mesh,
				"GET http://a.test/ @to=s.ns.svc.cluster.local:80 -> "+c.bare)
		})
	}
	aged := strings.Replace(peers("a", "ns", "mtls: {mode: PERMISSIVE}"), "{name: a,", "{name: a, creationTimestamp: '2021-01-01T00:00:00Z',", 1) +
		strings.Replace(peers("b", "ns", "mtls: {mode: STRICT}"), "{name: b,", "{name: b, creationTimestamp: '2020-01-01T00:00:00Z',", 1)
	simulatetest.Check(t, loaded(t, service+aged), "GET http://a.test/ @to=s.ns:80 -> 0 crashed")

	// without a certificate nobody has an identity, the gateway included
	s := loaded(t, service+peers("p", "ns", identity)+policyText(forS+"rules: [{from: [{source: {principals: ['*']}}]}]"))
	simulatetest.Check(t, s, "GET http://a.test/ @to=s.ns:80 @caller="+ingress+" -> 403 policy-denied")
}

// TestDestinations holds how clients connect: what a DestinationRule says of TLS, of
// the port and of the subset.
func TestDestinations(t *testing.T) {
	const pass, deny = "s.ns:80", "403 policy-denied"
	ported := strings.Replace(service, "selector: {app: s}", "selector: {app: s}, ports: [{port: 80, targetPort: 8080}]", 1)
	known := policyText(forS + "rules: [{from: [{source: {principals: ['" + ingress + "']}}]}]")
	for name, c := range map[string]struct{ text, want string }{
		"none":                             {"", pass},
		"mutual TLS of the mesh":           {destinationRule("host: s, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}"), pass},
		"without TLS":                      {destinationRule("host: s, trafficPolicy: {tls: {mode: DISABLE}}"), deny},
		"TLS without a mode":               {destinationRule("host: s, trafficPolicy: {tls: {sni: x}}"), deny},
		"TLS of its own":                   {destinationRule("host: s, trafficPolicy: {tls: {mode: SIMPLE}}"), "anything or s.ns:80"},
		"only how traffic is shared":       {destinationRule("host: s, trafficPolicy: {loadBalancer: {simple: RANDOM}}"), pass},
		"by its full name":                 {destinationRule("host: s.ns.svc.cluster.local, trafficPolicy: {tls: {mode: DISABLE}}"), deny},
		"by a wildcard":                    {destinationRule("host: '*.ns.svc.cluster.local', trafficPolicy: {tls: {mode: DISABLE}}"), deny},
		"another host":                     {destinationRule("host: t, trafficPolicy: {tls: {mode: DISABLE}}"), pass},
		"the port":                         {destinationRule("host: s, trafficPolicy: {tls: {mode: DISABLE}, portLevelSettings: [{port: {number: 80}, tls: {mode: ISTIO_MUTUAL}}]}"), pass},
		"the port without TLS":             {destinationRule("host: s, trafficPolicy: {tls: {mode: DISABLE}, portLevelSettings: [{port: {number: 80}, loadBalancer: {simple: RANDOM}}]}"), pass},
		"another port":                     {destinationRule("host: s, trafficPolicy: {portLevelSettings: [{port: {number: 81}, tls: {mode: DISABLE}}]}"), pass},
		"not exported to the gateway":      {destinationRule("host: s, exportTo: ['.'], trafficPolicy: {tls: {mode: DISABLE}}"), pass},
		"exported to the gateway":          {destinationRule("host: s, exportTo: [istio-system], trafficPolicy: {tls: {mode: DISABLE}}"), deny},
		"for some pods that send":          {destinationRule("host: s, workloadSelector: {matchLabels: {a: b}}"), "anything or s.ns:80"},
		"an unread field":                  {destinationRule("host: s, newField: 1"), "anything or s.ns:80"},
		"a way by another proxy":           {destinationRule("host: s, trafficPolicy: {tunnel: {protocol: CONNECT}}"), "anything or s.ns:80"},
		"two that differ":                  {destinationRule("host: s, trafficPolicy: {tls: {mode: DISABLE}}") + strings.Replace(destinationRule("host: s"), "name: d", "name: e", 1), "403 policy-denied or anything"},
		"the more specific host":           {destinationRule("host: '*.ns.svc.cluster.local', trafficPolicy: {tls: {mode: DISABLE}}") + strings.Replace(destinationRule("host: s, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}"), "name: d", "name: e", 1), pass},
		"of the root namespace":            {destinationRule("host: s, trafficPolicy: {tls: {mode: DISABLE}}") + strings.Replace(destinationRule("host: s.ns.svc.cluster.local, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}"), "{name: d}", "{name: e, namespace: istio-system}", 1), deny},
		"of the root namespace for itself": {destinationRule("host: s, trafficPolicy: {tls: {mode: DISABLE}}") + strings.Replace(destinationRule("host: s.ns.svc.cluster.local, exportTo: ['.'], trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}"), "{name: d}", "{name: e, namespace: istio-system}", 1), pass},
	} {
		t.Run(name, func(t *testing.T) {
			simulatetest.Check(t, loaded(t, ported+known+c.text), "GET http://a.test/ @to=s.ns.svc.cluster.local:80 @caller="+ingress+" -> "+c.want)
		})
	}
}

// TestSubsets: a subset has the labels of its pods, and policies are those of these.
func TestSubsets(t *testing.T) {
	s := loaded(t, service+destinationRule("host: s, subsets: [{name: v1, labels: {version: '1'}}, {name: v2, labels: {version: '2'}, trafficPolicy: {tls: {mode: DISABLE}}}]")+
		denies("ns", "selector: {matchLabels: {app: s, version: '1'}}, "))
	simulatetest.Check(t, s,
		"GET http://a.test/ @to=s.ns:80 @subset=v1 -> 403 policy-denied", "GET http://a.test/ @to=s.ns:80 @subset=v2 -> s.ns:80",
		"GET http://a.test/ @to=s.ns:80 -> 403 policy-denied or s.ns:80", "GET http://a.test/ @to=s.ns:80 @subset=none -> 0 crashed")
	known := policyText(forS + "rules: [{from: [{source: {principals: ['*']}}]}]")
	s = loaded(t, service+known+destinationRule("host: s, subsets: [{name: v1, labels: {version: '1'}}, {name: v2, labels: {version: '2'}, trafficPolicy: {tls: {mode: DISABLE}}}]"))
	simulatetest.Check(t, s, "GET http://a.test/ @to=s.ns:80 @subset=v2 @caller="+ingress+" -> 403 policy-denied", "GET http://a.test/ @to=s.ns:80 @subset=v1 @caller="+ingress+" -> s.ns:80")
}

// TestPorts holds the ports of a Service: the number of the container decides, and
// on a port that is one of TCP nothing of HTTP is seen.
func TestPorts(t *testing.T) {
	withPorts := func(ports string) string {
		return strings.Replace(service, "selector: {app: s}", "selector: {app: s}, ports: ["+ports+"]", 1)
	}
	const tcp = "{name: tcp-web, port: 80}"
	for name, c := range map[string]struct{ text, want string }{
		"a number":                            {withPorts("{port: 80, targetPort: 8080}") + policyText(forS+"rules: [{to: [{operation: {ports: ['8080']}}]}]"), "s.ns:80"},
		"the number of the Service":           {withPorts("{port: 80, targetPort: 8080}") + policyText(forS+"rules: [{to: [{operation: {ports: ['80']}}]}]"), "403 policy-denied"},
		"no target is the same number":        {withPorts("{port: 80}") + policyText(forS+"rules: [{to: [{operation: {ports: ['80']}}]}]"), "s.ns:80"},
		"a name of the pods":                  {withPorts("{port: 80, targetPort: web}") + workload("Deployment", "w", "app: s") + policyText(forS+"rules: [{to: [{operation: {ports: ['8080']}}]}]"), "s.ns:80"},
		"a name of unknown pods":              {withPorts("{port: 80, targetPort: web}") + policyText(forS+"rules: [{to: [{operation: {ports: ['8080']}}]}]"), "403 policy-denied or s.ns:80"},
		"no such port":                        {withPorts("{port: 81}"), "0 crashed"},
		"a DENY of a path on TCP":             {withPorts(tcp) + policyText(forS+"action: DENY, rules: [{to: [{operation: {paths: [/other]}}]}]"), "0 crashed"},
		"a DENY of a caller on TCP":           {withPorts(tcp) + policyText(forS+"action: DENY, rules: [{from: [{source: {namespaces: [other]}}], to: [{operation: {paths: [/]}}]}]"), "s.ns:80"},
		"an ALLOW of a path on TCP":           {withPorts(tcp) + policyText(forS+"rules: [{to: [{operation: {paths: [/]}}]}]"), "0 crashed"},
		"an ALLOW of a path or a port on TCP": {withPorts(tcp) + policyText(forS+"rules: [{to: [{operation: {ports: ['80']}}, {operation: {paths: [/]}}]}]"), "0 crashed"},
		"an ALLOW of a port on TCP":           {withPorts(tcp) + policyText(forS+"rules: [{to: [{operation: {ports: ['080']}}]}]"), "s.ns:80"},
		"an ALLOW of a caller on TCP":         {withPorts(tcp) + policyText(forS+"rules: [{from: [{source: {principals: ['*']}}]}]"), "s.ns:80"},
		"a protocol of the application":       {withPorts("{name: tcp-web, port: 80, appProtocol: http}") + policyText(forS+"rules: [{to: [{operation: {paths: [/]}}]}]"), "s.ns:80"},
		"an application over TLS":             {withPorts("{name: web, port: 80, appProtocol: kubernetes.io/wss}") + policyText(forS+"rules: [{to: [{operation: {paths: [/]}}]}]"), "0 crashed"},
		"a name without a protocol":           {withPorts("{name: web, port: 80}") + policyText(forS+"rules: [{to: [{operation: {paths: [/]}}]}]"), "s.ns:80"},
		"several ports, one is asked for":     {withPorts("{name: a, port: 79}, {name: b, port: 80, targetPort: 8080}") + policyText(forS+"rules: [{to: [{operation: {ports: ['8080']}}]}]"), "s.ns:80"},
	} {
		t.Run(name, func(t *testing.T) {
			simulatetest.Check(t, loaded(t, c.text), "GET http://a.test/ @to=s.ns.svc.cluster.local:80 @caller="+ingress+" -> "+c.want)
		})
	}
	several := loaded(t, withPorts("{name: a, port: 79}, {name: b, port: 81}"))
	simulatetest.Check(t, several, "GET http://a.test/ @to=s.ns.svc.cluster.local -> 0 crashed or anything", "GET http://a.test/ @to=s.ns.svc.cluster.local:b -> s.ns:b")
	one := loaded(t, withPorts("{port: 80, targetPort: 8080}"))
	d := one.Decide(simulatetest.Request(t, "GET http://a.test/ @to=s.ns"), nil)
	if d.Port != "8080" || d.Pods != "pods app=s" {
		t.Errorf("it arrives at %q, port %q", d.Pods, d.Port)
	}
	raw := loaded(t, withPorts("{port: 3306}")+policyText(forS+"rules: [{to: [{operation: {paths: [/]}}]}]"))
	simulatetest.Check(t, raw, "GET http://a.test/ @to=s.ns:3306 -> 0 crashed")
}

// TestTokensOnTCP: on a port that is one of TCP nobody looks at tokens, and an
// authorizer that speaks HTTP is not asked, so that neither proves anything.
func TestTokensOnTCP(t *testing.T) {
	ports := strings.Replace(service, "selector: {app: s}", "selector: {app: s}, ports: [{name: tcp, port: 80}]", 1)
	tokens := loaded(t, ports+jwtRules("a", ruleA))
	for _, token := range []simulate.Token{jwtOf("https://a", simulate.Via{}), jwtOf("https://b", simulate.Via{}), {Kind: "malformed", Value: "x"}} {
		if d := tokens.Decide(toS(token), nil); verdict(&d) != "200" {
			t.Errorf("%v: %s (%s)", token, verdict(&d), d.Reason)
		}
	}
	var out []string
	custom := loaded(t, ports+policyText(forS+"action: CUSTOM, provider: {name: ext}, rules: [{}]"))
	for _, o := range outcomesOf(custom, toS(simulate.Token{})) {
		out = append(out, verdict(&o.Decision))
	}
	slices.Sort(out)
	if strings.Join(out, ", ") != "200, 200 extAuth:ext" {
		t.Errorf("an authorizer: %v", out)
	}
}

func outcomesOf(s *Sidecars, r *simulate.Request) []simulate.Outcome {
	d := simulate.Outcomes(r, nil, s.Decide)
	return d.Each()
}

// TestPodsOfNoWorkload: pods are named by labels, with a word where none of the
// workloads among the inputs makes them.
func TestPodsOfNoWorkload(t *testing.T) {
	for text, want := range map[string]string{
		service: "pods app=s", service + workload("Deployment", "w", "app: s, more: x"): "pods app=s", service + workload("Deployment", "w", "app: other"): "pods app=s of no workload among the inputs",
		"---\n{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {}}\n": "",
	} {
		if d := loaded(t, text).Decide(simulatetest.Request(t, "GET http://a.test/ @to=s.ns"), nil); d.Pods != want {
			t.Errorf("it arrives at %q, want %q", d.Pods, want)
		}
	}
}

// TestOpaqueObjects: an object that kgw does not read may change what the proxies do
// that it selects, and no others.
func TestOpaqueObjects(t *testing.T) {
	object := func(api, kind, namespace, spec string) string {
		return "---\n{apiVersion: " + api + ", kind: " + kind + ", metadata: {name: o, namespace: " + namespace + "}, spec: {" + spec + "}}\n"
	}
	const pass, both = "s.ns:80", "anything or s.ns:80"
	for name, c := range map[string]struct{ text, want string }{
		"a filter of the namespace":          {object("networking.istio.io/v1alpha3", "EnvoyFilter", "ns", "configPatches: [{applyTo: HTTP_FILTER}]"), both},
		"a filter of the root namespace":     {object("networking.istio.io/v1alpha3", "EnvoyFilter", "istio-system", "configPatches: [{applyTo: HTTP_FILTER}]"), both},
		"a filter of another namespace":      {object("networking.istio.io/v1alpha3", "EnvoyFilter", "other", "configPatches: [{applyTo: HTTP_FILTER}]"), pass},
		"a filter of other pods":             {object("networking.istio.io/v1alpha3", "EnvoyFilter", "ns", "workloadSelector: {labels: {app: t}}, configPatches: [{applyTo: HTTP_FILTER}]"), pass},
		"a filter with another kind's field": {object("networking.istio.io/v1alpha3", "EnvoyFilter", "ns", "selector: {matchLabels: {app: t}}, configPatches: [{applyTo: HTTP_FILTER}]"), both},
		"a plugin with another kind's field": {object("extensions.istio.io/v1alpha1", "WasmPlugin", "ns", "workloadSelector: {labels: {app: t}}, url: x"), both},
		"a plugin without targets":           {object("extensions.istio.io/v1alpha1", "WasmPlugin", "ns", "targetRef: null, url: x"), both},
		"TLS of a gateway's own":             {object("gateway.networking.k8s.io/v1", "BackendTLSPolicy", "ns", "targetRefs: [{group: '', kind: Service, name: s}]"), both},
		"TLS to another Service":             {object("gateway.networking.k8s.io/v1", "BackendTLSPolicy", "ns", "targetRefs: [{group: '', kind: Service, name: t}]"), pass},
		"a filter of what goes out":          {object("networking.istio.io/v1alpha3", "EnvoyFilter", "ns", "configPatches: [{match: {context: SIDECAR_OUTBOUND}}]"), pass},
		"a filter of both ways":              {object("networking.istio.io/v1alpha3", "EnvoyFilter", "ns", "configPatches: [{match: {context: SIDECAR_OUTBOUND}}, {match: {context: ANY}}]"), both},
		"a plugin":                           {object("extensions.istio.io/v1alpha1", "WasmPlugin", "ns", "selector: {matchLabels: {app: s}}"), both},
		"a Sidecar of what goes out":         {object("networking.istio.io/v1", "Sidecar", "ns", "egress: [{hosts: ['*/*']}]"), pass},
		"a Sidecar of what comes in":         {object("networking.istio.io/v1", "Sidecar", "ns", "ingress: [{port: {number: 80}}]"), both},
		"how many threads a proxy has":       {object("networking.istio.io/v1beta1", "ProxyConfig", "ns", "concurrency: 2"), pass},
		"the environment of a proxy":         {object("networking.istio.io/v1beta1", "ProxyConfig", "ns", "environmentVariables: {A: b}"), both},
		"an object of the name of a plugin":  {object("example.com/v1", "WasmPlugin", "ns", ""), pass},
	} {
		t.Run(name, func(t *testing.T) {
			simulatetest.Check(t, loaded(t, service+c.text), "GET http://a.test/ @to=s.ns.svc.cluster.local:80 -> "+c.want)
		})
	}
}

// TestDoubtBeforeStrict: what may change a proxy may open what a PeerAuthentication
// closes, and a port that the Service lacks, so that it is asked about first.
func TestDoubtBeforeStrict(t *testing.T) {
	filter := "---\n{apiVersion: networking.istio.io/v1alpha3, kind: EnvoyFilter, metadata: {name: o}, spec: {configPatches: [{applyTo: NETWORK_FILTER}]}}\n"
	simulatetest.Check(t, loaded(t, service+peers("p", "ns", "mtls: {mode: STRICT}")+filter), "GET http://a.test/ @to=s.ns:80 -> 0 crashed or anything")
	simulatetest.Check(t, loaded(t, service+destinationRule("host: s, newField: 1")), "GET http://a.test/ @to=s.ns:80 @subset=v1 -> 0 crashed or anything")
	ported := strings.Replace(service, "selector: {app: s}", "selector: {app: s}, ports: [{port: 80}]", 1)
	simulatetest.Check(t, loaded(t, ported+filter), "GET http://a.test/ @to=s.ns:81 -> 0 crashed or anything")
	simulatetest.Check(t, loaded(t, ported), "GET http://a.test/ @to=s.ns:81 -> 0 crashed")
}

// TestOrderOfStages holds the order in which a proxy asks: authorizers before
// tokens, those before DENY, that before ALLOW.
func TestOrderOfStages(t *testing.T) {
	custom := func(name, provider, to string) string {
		return strings.Replace(policyText(forS+"action: CUSTOM, provider: {name: "+provider+"}, rules: [{"+to+"}]"), "name: p", "name: "+name, 1)
	}
	path := func(p string) string { return "to: [{operation: {paths: [" + p + "]}}]" }
	deny := strings.Replace(policyText(forS+"action: DENY, rules: [{"+path("/no")+"}]"), "name: p", "name: deny", 1)
	allow := strings.Replace(policyText(forS+"rules: [{"+path("'/a*'")+"}]"), "name: p", "name: allow", 1)
	for name, c := range map[string]struct {
		text, path string
		token      simulate.Token
		want       string
	}{
		"an authorizer does not replace ALLOW":    {custom("c", "ext", "") + allow, "/b", simulate.Token{}, "403 extAuth:ext"},
		"an authorizer and ALLOW":                 {custom("c", "ext", "") + allow, "/a", simulate.Token{}, "200 extAuth:ext"},
		"an authorizer is asked before the token": {custom("c", "ext", "") + jwtRules("a", ruleA), "/", simulate.Token{Kind: "jwt"}, "401 extAuth:ext"},
		"one that is not asked proves nothing":    {custom("c", "ext", path("/x")), "/", simulate.Token{}, "200"},
		"two authorizers: what they match":        {custom("c", "one", path("/x")) + custom("d", "two", path("/y")), "/x", simulate.Token{}, "403"},
		"two authorizers: what they do not match": {custom("c", "one", path("/x")) + custom("d", "two", path("/y")), "/z", simulate.Token{}, "200"},
		"one authorizer named twice":              {custom("c", "one", "") + custom("d", "one", ""), "/", simulate.Token{}, "200 extAuth:one"},
		"DENY after a good token":                 {deny + jwtRules("a", ruleA), "/no", jwtOf("https://a", simulate.Via{}), "403 jwt"},
		"a bad token before DENY":                 {deny + jwtRules("a", ruleA), "/no", simulate.Token{Kind: "jwt"}, "401"},
		"DENY before ALLOW":                       {deny + strings.Replace(policyText(forS+"rules: [{}]"), "name: p", "name: all", 1), "/no", simulate.Token{}, "403"},
		"one of two ALLOW policies":               {allow + strings.Replace(policyText(forS+"rules: [{"+path("/c")+"}]"), "name: p", "name: other", 1), "/c", simulate.Token{}, "200"},
	} {
		t.Run(name, func(t *testing.T) {
			r := toS(c.token)
			r.Target = c.path
			d := loaded(t, service+c.text).Decide(r, nil)
			if got := verdict(&d); got != c.want {
				t.Errorf("%s (%s), want %s", got, d.Reason, c.want)
			}
		})
	}
}

// TestProviders: an external authorizer that the mesh does not have refuses what it
// is to decide; one that fails open proves nothing where that is in doubt.
func TestProviders(t *testing.T) {
	text := service + policyText(forS+"action: CUSTOM, provider: {name: ext}, rules: [{}]")
	list := simulatetest.Manifests(t, "ns", text)
	with := func(providers map[string]bool) *Sidecars {
		return Load(list, simulate.ReadPods(list, nil), Options{Root: "istio-system", Identity: ingress, Mesh: &simulate.MeshConfig{Providers: providers}})
	}
	all := func(s *Sidecars) string {
		var out []string
		simulate.Worlds(true, func(w *simulate.World) bool {
			d := s.Decide(toS(simulate.Token{}).In(w), nil)
			out = append(out, verdict(&d))
			return true
		})
		slices.Sort(out)
		return strings.Join(slices.Compact(out), " or ")
	}
	for want, providers := range map[string]map[string]bool{"200 extAuth:ext": {"ext": false}, "200 or 200 extAuth:ext": {"ext": true}, "403": {"other": false}} {
		if got := all(with(providers)); got != want {
			t.Errorf("with %v: %s, want %s", providers, got, want)
		}
	}
	d := with(map[string]bool{"ext": true}).Decide(toS(simulate.Token{}), nil)
	if !d.Next.IsUnsettled("x-any") {
		t.Error("an authorizer may set headers, and none is unsettled")
	}
}

// TestAtGateway: the policies of the gateway's pods see the client, not the mesh.
func TestAtGateway(t *testing.T) {
	gateway := func(spec string) string {
		return "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: g, namespace: istio-system}\nspec: {" + spec + "}\n"
	}
	selector := map[string]string{"istio": "ingressgateway"}
	for name, c := range map[string]struct {
		text, ask, want string
	}{
		"none":                                {"", "GET https://a.test/", "200"},
		"all of the namespace":                {gateway("rules: [{to: [{operation: {paths: [/x]}}]}]"), "GET https://a.test/", "403"},
		"by the labels of the stock pods":     {gateway("selector: {matchLabels: {app: istio-ingressgateway}}, rules: []"), "GET https://a.test/", "403"},
		"a principal is nobody's":             {gateway("rules: [{from: [{source: {principals: ['*']}}]}]"), "GET https://a.test/", "403"},
		"the client's address":                {gateway("rules: [{from: [{source: {ipBlocks: [10.0.0.0/8]}}]}]"), "GET https://a.test/ @source=10.1.1.1", "200"},
		"another address":                     {gateway("rules: [{from: [{source: {ipBlocks: [10.0.0.0/8]}}]}]"), "GET https://a.test/ @source=11.1.1.1", "403"},
		"an address that is not known":        {gateway("rules: [{from: [{source: {ipBlocks: [10.0.0.0/8]}}]}]"), "GET https://a.test/", "200 or 403"},
		"the port at which its pods listen":   {gateway("rules: [{to: [{operation: {ports: ['8443']}}]}]"), "GET https://a.test/", "200"},
		"the number of the Gateway":           {gateway("rules: [{to: [{operation: {ports: ['443']}}]}]"), "GET https://a.test/", "403"},
		"pods with another label":             {gateway("selector: {matchLabels: {istio: other}}, rules: []"), "GET https://a.test/", "200"},
		"the stock pods are among the inputs": {"---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: gw, namespace: edge}, spec: {template: {metadata: {labels: {istio: ingressgateway}}}}}\n" + gateway("selector: {matchLabels: {istio: ingressgateway}}, rules: []"), "GET https://a.test/", "403"},
	} {
		t.Run(name, func(t *testing.T) {
			decide := loaded(t, c.text).AtGateway(selector)
			d := simulate.Outcomes(simulatetest.Request(t, c.ask), nil, func(r *simulate.Request, tr *simulate.Trail) simulate.Decision { return decide(r, "8443", tr) })
			var got []string
			for _, o := range d.Each() {
				got = append(got, fmt.Sprint(o.Decision.Status))
			}
			slices.Sort(got)
			if text := strings.Join(got, " or "); text != c.want {
				t.Errorf("%s (%s), want %s", text, d.Reason, c.want)
			}
		})
	}
	certified := simulatetest.Request(t, "GET https://a.test/")
	certified.Certified = true
	decide := loaded(t, gateway("rules: [{from: [{source: {principals: [x]}}]}]")).AtGateway(selector)
	d := simulate.Outcomes(certified, nil, func(r *simulate.Request, tr *simulate.Trail) simulate.Decision { return decide(r, "", tr) })
	if d.Known() {
		t.Errorf("what a client's certificate says is not known: %+v", d)
	}
}

// TestAtGatewaysOfTwoNamespaces: pods of a gateway may be in several namespaces, each
// with its own policies.
func TestAtGatewaysOfTwoNamespaces(t *testing.T) {
	gateway := func(namespace string) string {
		return strings.Replace(workload("Deployment", "g", "istio: ingressgateway"), "{name: g}", "{name: g, namespace: "+namespace+"}", 1)
	}
	for in, want := range map[string]string{
		gateway("edge") + gateway("other") + denies("other", ""): "403 policy-denied or s.ns:80",
		gateway("edge") + gateway("other") + denies("edge", ""):  "403 policy-denied or s.ns:80",
		gateway("other") + denies("other", ""):                   "403 policy-denied",
	} {
		decide := loaded(t, in).AtGateway(map[string]string{"istio": "ingressgateway"})
		d := simulate.Outcomes(simulatetest.Request(t, "GET http://a.test/ @to=s.ns:80"), nil, func(r *simulate.Request, trail *simulate.Trail) simulate.Decision {
			return decide(r, "8080", trail)
		})
		if got := simulatetest.Line(&d); got != want {
			t.Errorf("%s\n%s, want %s", in, got, want)
		}
	}
}
