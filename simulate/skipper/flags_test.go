package skipper

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// TestFlags are flags of Skipper that change an answer, and such that do not.
func TestFlags(t *testing.T) {
	text := "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, annotations: {zalando.org/skipper-filter: 'oauthTokeninfoAllScope(\"uid\")'}}\n" +
		"spec: {ingressClassName: inner, defaultBackend: {service: {name: open, port: {number: 80}}}, rules: [{host: h, http: {paths: [{path: /foo, backend: {service: {name: s, port: {number: 80}}}}]}}]}\n"
	base := []string{"-kubernetes", "-kubernetes-ingress-class=inner", "-oauth2-tokeninfo-url=https://info", "-metrics-flavour=prometheus"}
	for _, c := range []struct {
		flags          []string
		scheme, target string
		status         int
		known          bool
	}{
		{base, "https", "/foobar", 401, true},
		{base, "http", "/foobar", 308, true},
		{append(base[:4:4], "-kubernetes-path-mode=path-prefix"), "https", "/foobar", 200, true},
		{append(base[:4:4], "-kubernetes-path-mode", "path-prefix"), "https", "/foobar", 200, true},
		{append(base[:4:4], "-kubernetes-https-redirect=false"), "http", "/foobar", 401, true},
		{append(base[:4:4], "-kubernetes-https-redirect-code=301"), "http", "/foobar", 301, true},
		{base[:2], "https", "/foobar", 404, true}, // without the filter the route is not there: the catch-all of the host answers
		{append(base[:4:4], "-disabled-filters=lua,oauthTokeninfoAllScope"), "https", "/foobar", 404, true},
		{append(base[:4:4], "-default-filters-prepend=status(200)"), "https", "/foobar", 0, false},
		{append(base[:4:4], "-enable-kubernetes-east-west"), "https", "/foobar", 0, false},
		{append(base[:4:4], "-inline-routes=x"), "https", "/foobar", 0, false},
	} {
		e := Load(engineOfManifests(t, text), OptionsOf(c.flags))
		d := simulate.Outcomes(&simulate.Request{Method: "GET", Scheme: c.scheme, Host: "h", Target: c.target}, nil, e.Decide)
		if d.Status != c.status || d.Known() != c.known {
			t.Errorf("%v: %d known %v: %s", c.flags, d.Status, d.Known(), d.Reason)
		}
		if _, doubtful := e.Elsewhere("h"); doubtful == c.known {
			t.Errorf("%v: statements are doubtful: %v", c.flags, doubtful)
		}
	}
}

func engineOfManifests(t *testing.T, text string) []simulate.Manifest {
	t.Helper()
	f, problem := source.NewFile("f.yaml", []byte(text))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	docs, _ := source.Split(f)
	var out []simulate.Manifest
	for _, d := range docs {
		root, _ := d.Parse()
		out = append(out, simulate.ReadManifest(root, source.Ref{Doc: d}, false, "ns"))
	}
	return out
}

// TestWhatFlagsWouldDecide has objects that matter with a flag only: without
// flags nobody knows, with them it is certain.
func TestWhatFlagsWouldDecide(t *testing.T) {
	const (
		guarded  = "metadata: {name: a, namespace: n, annotations: {zalando.org/skipper-filter: 'oauthTokeninfoAllScope(\"uid\")'"
		toWeb    = "}}\nspec: {rules: [{host: h, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}\n"
		external = "---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: n}\nspec: {type: ExternalName, externalName: x.test, ports: [{port: 80}]}\n"
		ingress  = "apiVersion: networking.k8s.io/v1\nkind: Ingress\n"
	)
	for _, c := range []struct {
		name, text string
		status     int // with flags
	}{
		{"an Ingress that is forwarded", ingress + guarded + ", zalando.org/skipper-backend: forward" + toWeb, 401},
		{"another backend", ingress + guarded + ", zalando.org/skipper-backend: shunt" + toWeb, 401},
		{"a Service that is a name", ingress + guarded + toWeb + external, 404},
		{"a RouteGroup that is forwarded", "apiVersion: zalando.org/v1\nkind: RouteGroup\nmetadata: {name: a, namespace: n}\nspec: {hosts: [h], backends: [{name: f, type: forward}], routes: [{pathSubtree: /, filters: ['oauthTokeninfoAllScope(\"uid\")'], backends: [{backendName: f}]}]}\n", 500},
	} {
		for _, told := range []bool{false, true} {
			var flags []string
			if told {
				flags = []string{"-oauth2-tokeninfo-url=https://x"}
			}
			e := Load(engineOfManifests(t, c.text), OptionsOf(flags))
			d := simulate.Outcomes(&simulate.Request{Method: "GET", Scheme: "https", Host: "h", Target: "/"}, nil, e.Decide)
			if known := told || c.name == "another backend"; d.Known() != known || known && d.Status != c.status {
				t.Errorf("%s, flags %v: %d, known %v: %s", c.name, told, d.Status, d.Known(), d.Reason)
			}
		}
	}
}
