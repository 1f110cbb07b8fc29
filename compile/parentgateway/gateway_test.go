package parentgateway

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/definition"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// gatewayOf returns a Gateway of Istio with the servers, which are a YAML list.
func gatewayOf(t *testing.T, servers string) *Gateway {
	t.Helper()
	file, problem := source.NewFile("gateway.yaml", []byte("servers: "+servers+"\n"))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	docs, problems := source.Split(file)
	if len(docs) != 1 || len(problems) > 0 {
		t.Fatalf("%d documents, %v", len(docs), problems)
	}
	spec, problems := docs[0].Parse()
	if len(problems) > 0 {
		t.Fatal(problems[0].Message)
	}
	return &Gateway{Namespace: "shop", Name: "entry", Spec: spec, Class: "istio"}
}

// listenersOf returns each listener in one line: name, protocol, port, hostname
// and the namespaces of its routes.
func listenersOf(o *manifest.Object) string {
	list, _ := o.Spec.(source.Object).Get("listeners")
	var lines []string
	for _, l := range list.([]any) {
		l := l.(source.Object)
		field := func(key string) any { v, _ := l.Get(key); return v }
		allowed := field("allowedRoutes").(source.Object)[0].Value.(source.Object)
		from := fmt.Sprint(allowed[0].Value)
		if from == "Selector" {
			from = fmt.Sprint(allowed[1].Value.(source.Object)[0].Value.(source.Object)[0])
		}
		lines = append(lines, fmt.Sprintf("%v %v:%v %v %s", field("name"), field("protocol"), field("port"), field("hostname"), from))
	}
	return strings.Join(lines, "\n")
}

// TestServers compares the listeners of servers, and what is found, with what
// Istio's Gateway says: the nearest server that a Gateway has no words for is
// beside each that it has words for.
func TestServers(t *testing.T) {
	const tls = "{mode: SIMPLE, credentialName: c}"
	for name, c := range map[string]struct{ servers, listeners, found string }{
		"http":                      {"[{port: {number: 80, name: web, protocol: HTTP}, hosts: [a.example.com]}]", "web HTTP:80 a.example.com All", ""},
		"any host has no hostname":  {"[{port: {number: 80, name: web, protocol: HTTP}, hosts: ['*']}]", "web HTTP:80 <nil> All", ""},
		"protocol in small letters": {"[{port: {number: 80, name: web, protocol: http}, hosts: [a.example.com]}]", "web HTTP:80 a.example.com All", ""},
		"http2 is http":             {"[{port: {number: 80, name: web, protocol: HTTP2}, hosts: [a.example.com]}]", "web HTTP:80 a.example.com All", ""},
		"grpc is http":              {"[{port: {number: 80, name: web, protocol: GRPC}, hosts: [a.example.com]}]", "web HTTP:80 a.example.com All", ""},
		"tcp":                       {"[{port: {number: 80, name: web, protocol: TCP}, hosts: [a.example.com]}]", "", "KGW574"},
		"tls that is passed on":     {"[{port: {number: 443, name: web, protocol: TLS}, tls: {mode: PASSTHROUGH}, hosts: [a.example.com]}]", "", "KGW574"},
		"https":                     {"[{port: {number: 443, name: web, protocol: HTTPS}, tls: " + tls + ", hosts: [a.example.com]}]", "web HTTPS:443 a.example.com All", "KGW575"},
		"https without a mode":      {"[{port: {number: 443, name: web, protocol: HTTPS}, tls: {credentialName: c}, hosts: [a.example.com]}]", "web HTTPS:443 a.example.com All", "KGW575"},
		"mutual":                    {"[{port: {number: 443, name: web, protocol: HTTPS}, tls: {mode: MUTUAL, credentialName: c}, hosts: [a.example.com]}]", "", "KGW574"},
		"optional mutual":           {"[{port: {number: 443, name: web, protocol: HTTPS}, tls: {mode: OPTIONAL_MUTUAL, credentialName: c}, hosts: [a.example.com]}]", "", "KGW574"},
		"certificate of a file":     {"[{port: {number: 443, name: web, protocol: HTTPS}, tls: {mode: SIMPLE, serverCertificate: /c.pem}, hosts: [a.example.com]}]", "", "KGW574"},
		"https without tls":         {"[{port: {number: 443, name: web, protocol: HTTPS}, hosts: [a.example.com]}]", "", "KGW574"},
		"own namespace":             {"[{port: {number: 80, name: web, protocol: HTTP}, hosts: [./a.example.com]}]", "web HTTP:80 a.example.com Same", ""},
		"every namespace":           {"[{port: {number: 80, name: web, protocol: HTTP}, hosts: ['*/a.example.com']}]", "web HTTP:80 a.example.com All", ""},
		"one namespace":             {"[{port: {number: 80, name: web, protocol: HTTP}, hosts: [team/a.example.com]}]", "web HTTP:80 a.example.com {kubernetes.io/metadata.name team}", ""},
		"wildcard of one namespace": {"[{port: {number: 80, name: web, protocol: HTTP}, hosts: ['./*.example.com']}]", "web HTTP:80 *.example.com Same", ""},
		"host in capitals":          {"[{port: {number: 80, name: web, protocol: HTTP}, hosts: [A.example.com, b.example.com]}]", "web HTTP:80 b.example.com All", "KGW574"},
		"wildcard in the middle":    {"[{port: {number: 80, name: web, protocol: HTTP}, hosts: ['a.*.com', b.example.com]}]", "web HTTP:80 b.example.com All", "KGW574"},
		"wildcard of a part":        {"[{port: {number: 80, name: web, protocol: HTTP}, hosts: ['*a.com', b.example.com]}]", "web HTTP:80 b.example.com All", "KGW574"},
		"no hosts":                  {"[{port: {number: 80, name: web, protocol: HTTP}}]", "", ""},
		"no servers":                {"[]", "", ""},
		"several hosts": {
			"[{port: {number: 80, name: web, protocol: HTTP}, hosts: [a.example.com, b.example.com, c.example.com]}]",
			"web HTTP:80 a.example.com All\nweb-2 HTTP:80 b.example.com All\nweb-3 HTTP:80 c.example.com All", "",
		},
		"a name that a number would make": {
			"[{port: {number: 80, name: web, protocol: HTTP}, hosts: [a.example.com]}, {port: {number: 81, name: web-2, protocol: HTTP}, hosts: [a.example.com]}, {port: {number: 82, name: web, protocol: HTTP}, hosts: [a.example.com]}]",
			"web HTTP:80 a.example.com All\nweb-2 HTTP:81 a.example.com All\nweb-2-2 HTTP:82 a.example.com All", "",
		},
		"name in capitals":            {"[{port: {number: 80, name: WEB, protocol: HTTP}, hosts: [a.example.com]}]", "web HTTP:80 a.example.com All", ""},
		"name that is not one":        {"[{port: {number: 80, name: 'my web', protocol: HTTP}, hosts: [a.example.com]}]", "http HTTP:80 a.example.com All", ""},
		"no name":                     {"[{port: {number: 443, protocol: HTTPS}, tls: " + tls + ", hosts: [a.example.com]}]", "https HTTPS:443 a.example.com All", "KGW575"},
		"name of 52 characters":       {"[{port: {number: 80, name: " + strings.Repeat("a", 52) + ", protocol: HTTP}, hosts: [a.example.com]}]", strings.Repeat("a", 52) + " HTTP:80 a.example.com All", ""},
		"name of 53 characters":       {"[{port: {number: 80, name: " + strings.Repeat("a", 53) + ", protocol: HTTP}, hosts: [a.example.com]}]", "http HTTP:80 a.example.com All", ""},
		"one host for two namespaces": {"[{port: {number: 80, name: web, protocol: HTTP}, hosts: [team/a.example.com, shop/a.example.com]}]", "web HTTP:80 a.example.com {kubernetes.io/metadata.name team}", "KGW574"},
		"one host of two servers": {
			"[{port: {number: 80, name: web, protocol: HTTP}, hosts: [a.example.com]}, {port: {number: 80, name: other, protocol: HTTP}, hosts: [a.example.com, b.example.com]}]",
			"web HTTP:80 a.example.com All\nother HTTP:80 b.example.com All", "KGW574",
		},
		"default versions of TLS": {
			"[{port: {number: 443, name: web, protocol: HTTPS}, tls: {credentialName: c, minProtocolVersion: TLSV1_2, maxProtocolVersion: TLSV1_3, cipherSuites: null}, hosts: [a.example.com]}]",
			"web HTTPS:443 a.example.com All", "KGW575",
		},
		"a newer version of TLS":   {"[{port: {number: 443, name: web, protocol: HTTPS}, tls: {credentialName: c, minProtocolVersion: TLSV1_3}, hosts: [a.example.com]}]", "", "KGW574"},
		"an older version of TLS":  {"[{port: {number: 443, name: web, protocol: HTTPS}, tls: {credentialName: c, minProtocolVersion: TLSV1_0}, hosts: [a.example.com]}]", "", "KGW574"},
		"no newest version of TLS": {"[{port: {number: 443, name: web, protocol: HTTPS}, tls: {credentialName: c, maxProtocolVersion: TLSV1_2}, hosts: [a.example.com]}]", "", "KGW574"},
		"ciphers":                  {"[{port: {number: 443, name: web, protocol: HTTPS}, tls: {credentialName: c, cipherSuites: [X]}, hosts: [a.example.com]}]", "", "KGW574"},
		"clients' names and pins":  {"[{port: {number: 443, name: web, protocol: HTTPS}, tls: {credentialName: c, subjectAltNames: [x], verifyCertificateHash: [z]}, hosts: [a.example.com]}]", "", "KGW574 KGW574"},
		"an address to listen at":  {"[{port: {number: 80, name: web, protocol: HTTP}, bind: 127.0.0.1, name: x, hosts: [a.example.com]}]", "", "KGW574"},
		"a field of no meaning":    {"[{port: {number: 80, name: web, protocol: HTTP, targetPort: 8080}, hosts: [a.example.com]}]", "web HTTP:80 a.example.com All", ""},
		"tls of plain HTTP":        {"[{port: {number: 80, name: web, protocol: HTTP}, tls: {httpsRedirect: false, cipherSuites: [X]}, hosts: [a.example.com]}]", "web HTTP:80 a.example.com All", ""},
		"one bad server of two":    {"[{port: {number: 99, protocol: MONGO}, hosts: [a.example.com]}, {port: {number: 80, protocol: HTTP}, hosts: [a.example.com]}]", "http HTTP:80 a.example.com All", "KGW574"},
		"one finding per server":   {"[{port: {number: 99, protocol: MONGO}, hosts: [a.example.com, b.example.com]}, {port: {number: 98, protocol: TCP}, hosts: [a.example.com]}]", "", "KGW574 KGW574"},
	} {
		t.Run(name, func(t *testing.T) {
			objects, found := Lower(gatewayOf(t, c.servers))
			listeners := ""
			if len(objects) > 0 {
				listeners = listenersOf(&objects[0])
				if why, path := definition.Refused("Gateway", source.NodeOf(objects[0].Spec)); why != "" {
					t.Errorf("the API server refuses %s: %s", path, why)
				}
				if o := objects[0]; o.Kind != "Gateway" || o.Meta.Name != "entry" || o.Meta.Namespace != "shop" || o.APIVersion != "gateway.networking.k8s.io/v1" {
					t.Errorf("%s %s %s/%s", o.APIVersion, o.Kind, o.Meta.Namespace, o.Meta.Name)
				}
			}
			if listeners != c.listeners {
				t.Errorf("listeners:\n%s\nwant\n%s", listeners, c.listeners)
			}
			if codes := codesOf(found); codes != c.found {
				t.Errorf("found %q, want %q", codes, c.found)
			}
		})
	}
}

func codesOf(found diag.List) string {
	var codes []string
	for i := range found {
		codes = append(codes, string(found[i].Code))
	}
	return strings.Join(codes, " ")
}

// TestRedirects holds that plain listeners of a server that redirects get a
// route of their own, and no other listener does.
func TestRedirects(t *testing.T) {
	objects, _ := Lower(gatewayOf(t, `
- {port: {number: 80, name: http, protocol: HTTP}, tls: {httpsRedirect: true}, hosts: [a.example.com, '*']}
- {port: {number: 81, name: plain, protocol: HTTP}, tls: {httpsRedirect: false}, hosts: [b.example.com]}
- {port: {number: 443, name: https, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: c, httpsRedirect: true}, hosts: [c.example.com]}`))
	if len(objects) != 3 {
		t.Fatalf("%d objects, want a Gateway and two HTTPRoutes", len(objects))
	}
	for i, want := range []string{
		`{"parentRefs":[{"name":"entry","sectionName":"http"}],"hostnames":["a.example.com"],`,
		`{"parentRefs":[{"name":"entry","sectionName":"http-2"}],`,
	} {
		want += `"rules":[{"matches":[{"path":{"type":"PathPrefix","value":"/"}}],"filters":[{"type":"RequestRedirect","requestRedirect":{"scheme":"https","statusCode":301}}]}]}`
		o := &objects[i+1]
		got := strings.Join(strings.Fields(string(manifest.AppendJSON(nil, o.Spec, 0))), "")
		if got != want {
			t.Errorf("redirect %d:\n%s\nwant\n%s", i, got, want)
		}
		if o.Kind != "HTTPRoute" || o.Meta.Namespace != "shop" {
			t.Errorf("%s in %s", o.Kind, o.Meta.Namespace)
		}
		if why, path := definition.Refused("HTTPRoute", source.NodeOf(o.Spec)); why != "" {
			t.Errorf("the API server refuses %s: %s", path, why)
		}
	}
	if a, b := objects[1].Meta.Name, objects[2].Meta.Name; a == b || !strings.HasPrefix(a, "entry-http-") || !strings.HasPrefix(b, "entry-http-2-") {
		t.Errorf("names %q and %q", a, b)
	}
}
