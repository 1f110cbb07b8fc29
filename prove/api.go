package prove

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/schema"
	"github.com/kgw-dev/kgw/schema/apirule"
	"github.com/kgw-dev/kgw/schema/kube"
	"github.com/kgw-dev/kgw/simulate"
)

// isAPI reports whether a document is an Api, which came before APIRule.
func isAPI(d *source.Document) bool {
	group := schema.Group(d.APIVersion)
	return d.Kind == "Api" && (group == apirule.Group || group == "gateway.kyma.cx")
}

// APIs returns what the controller of Api made of the documents that are Apis, as
// objects of today that mean the same: a VirtualService for every path and method,
// and, where authentication is on, policies of the Service's pods. Its Policy of
// authentication.istio.io demanded a token of one of the issuers that do not
// exclude the path, of callers inside the mesh too (Kyma's api-controller at
// b8c31ef40b01, pkg/controller/v1alpha2). services are the known Services, and
// domain is the domain of the cluster. Where APINotComparable returns a reason, it
// is not known who gets in: all requests to the pods are unknown.
func APIs(docs []*source.Document, services []simulate.Manifest, domain string, o compile.Options) []simulate.Manifest {
	o = o.WithDefaults()
	var out []simulate.Manifest
	for _, d := range docs {
		if !isAPI(d) {
			continue
		}
		a := readAPI(d, o.Namespace)
		out = append(out, a.objects(selectorOf(services, o, a.namespace, a.service), domain)...)
	}
	return out
}

// APINotComparable returns why an Api cannot be compared with its result, or
// "".
func APINotComparable(d *source.Document) string { return readAPI(d, "").why }

// api is an Api: the Service that its requests go to, and the issuers whose tokens they need.
type api struct {
	doc                      *source.Document
	namespace, host, service string
	port                     any
	issuers                  []apiIssuer
	public                   []string // paths that every issuer excludes
	why                      string   // it cannot be compared
	authentication           []any    // the fields that are not read then: authenticationEnabled, and authentication
}

// apiIssuer is an issuer, and the paths that it excludes as policies spell them.
type apiIssuer struct {
	issuer, jwks string
	excluded     []string
}

func readAPI(d *source.Document, namespace string) *api {
	a := &api{doc: d, namespace: namespace}
	root, _ := d.Parse()
	if d.Namespace == "" {
		d.Namespace = namespace
	}
	a.namespace = d.Namespace
	spec := source.Field(root, "spec")
	a.host = source.Text(source.Field(spec, "hostname"))
	a.service = source.Text(source.Lookup(spec, "service.name"))
	a.port = valueAt(spec, "service.port")
	a.authentication = []any{valueAt(spec, "authenticationEnabled"), valueAt(spec, "authentication")}
	listed := source.Elements(source.Field(spec, "authentication"))
	enabled := valueAt(spec, "authenticationEnabled")
	if enabled == false {
		return a
	}
	for _, e := range listed {
		if source.Text(source.Field(e, "type")) == "JWT" {
			a.issuer(source.Field(e, "jwt"))
		}
	}
	if len(a.issuers) == 0 && (len(listed) > 0 || enabled == true) {
		a.why = "tokens were verified by the issuer of the cluster, which the Api does not name"
	}
	a.keepCommon()
	return a
}

// upstream returns the Service that requests go to.
func (a *api) upstream() ir.Name { return ir.Name{Namespace: a.namespace, Name: a.service} }

// valueAt returns the value at a path, or nil.
func valueAt(n *source.Node, path string) any {
	if n = source.Lookup(n, path); n == nil {
		return nil
	}
	return source.Value(n)
}

// issuer reads an issuer and the paths that it excludes.
func (a *api) issuer(jwt *source.Node) {
	out := apiIssuer{issuer: source.Text(source.Field(jwt, "issuer")), jwks: source.Text(source.Field(jwt, "jwksUri"))}
	for _, p := range source.Elements(source.Lookup(jwt, "triggerRule.excludedPaths")) {
		for _, kind := range source.Keys(p) {
			text := source.Text(source.Field(p, kind))
			switch {
			case strings.Contains(text, "*") || kind == "regex":
				a.why = fmt.Sprintf("a path is excluded by %s %q, which policies of today cannot say", kind, text)
			case kind == "exact":
				out.excluded = append(out.excluded, text)
			case kind == "prefix":
				out.excluded = append(out.excluded, text+"*")
			case kind == "suffix":
				out.excluded = append(out.excluded, "*"+text)
			}
		}
	}
	a.issuers = append(a.issuers, out)
}

// keepCommon finds the paths that every issuer excludes with the same text. Other
// paths that share a request are excluded in part, and are not compared.
func (a *api) keepCommon() {
	for i, one := range a.issuers {
		for _, path := range one.excluded {
			everywhere := true
			for k, other := range a.issuers {
				everywhere = everywhere && slices.Contains(other.excluded, path)
				if k != i && !slices.Contains(other.excluded, path) && slices.ContainsFunc(other.excluded, func(p string) bool { return pathsMayMeet(p, path) }) {
					a.why = fmt.Sprintf("issuers exclude paths that have requests in common, such as %q", path)
				}
			}
			if everywhere && !slices.Contains(a.public, path) {
				a.public = append(a.public, path)
			}
		}
	}
}

// pathsMayMeet reports whether two paths of policies may match one request:
// texts, and beginnings or ends of them.
func pathsMayMeet(p, q string) bool {
	if strings.HasPrefix(p, "*") || strings.HasPrefix(q, "*") {
		return true
	}
	a, begins := strings.CutSuffix(p, "*")
	b, ends := strings.CutSuffix(q, "*")
	return begins && strings.HasPrefix(b, a) || ends && strings.HasPrefix(a, b) || a == b
}

// objects returns the VirtualService and the policies of pods with these labels.
func (a *api) objects(selector map[string]any, domain string) []simulate.Manifest {
	host := strings.ToLower(a.host)
	if domain != "" && !strings.Contains(host, ".") {
		host += "." + domain
	}
	out := []simulate.Manifest{a.object("networking.istio.io/v1", "VirtualService", map[string]any{
		"hosts": []any{host}, "gateways": []any{kube.KymaGateway.String()}, "http": []any{a.route()},
	})}
	pods := map[string]any{"matchLabels": selector}
	if a.why != "" {
		unread := a.object("security.istio.io/v1", "AuthorizationPolicy", map[string]any{"selector": pods, "rules": []any{map[string]any{}}, "authentication": a.authentication})
		unread.Compiled = false // a field that engines do not know is looked for in objects of others
		return append(out, unread)
	}
	if len(a.issuers) == 0 {
		return out
	}
	keys, rules := a.policies()
	return append(out,
		a.object("security.istio.io/v1", "RequestAuthentication", map[string]any{"selector": pods, "jwtRules": keys}),
		a.object("security.istio.io/v1", "AuthorizationPolicy", map[string]any{"selector": pods, "rules": rules}))
}

func (a *api) object(apiVersion, kind string, spec map[string]any) simulate.Manifest {
	root := source.NodeOf(source.ObjectOf(map[string]any{
		"apiVersion": apiVersion, "kind": kind, "spec": spec, "metadata": map[string]any{"name": a.doc.Name + "-api", "namespace": a.namespace},
	}))
	m := simulate.ReadManifest(root, source.Ref{Doc: a.doc}, true, a.namespace)
	m.Entries = []source.Ref{{Doc: a.doc, Path: "spec.hostname"}}
	return m
}

// route returns the only route: it matches every path and has the CORS policy that all Apis had.
func (a *api) route() map[string]any {
	return map[string]any{
		"match": []any{map[string]any{"uri": map[string]any{"regex": "/.*"}}},
		"route": []any{map[string]any{"destination": map[string]any{
			"host": a.service + "." + a.namespace + ".svc.cluster.local", "port": map[string]any{"number": a.port},
		}}},
		"corsPolicy": map[string]any{
			"allowOrigins": []any{map[string]any{"regex": ".*"}},
			"allowMethods": []any{"GET", "POST", "PUT", "DELETE"}, "allowHeaders": []any{"Authorization", "Content-Type", "*"},
		},
	}
}

// policies returns the rules of a RequestAuthentication and of an AuthorizationPolicy.
func (a *api) policies() (keys, rules []any) {
	for _, i := range a.issuers {
		keys = append(keys, map[string]any{"issuer": i.issuer, "jwksUri": i.jwks, "forwardOriginalToken": true})
		rule := map[string]any{"from": []any{map[string]any{"source": map[string]any{"requestPrincipals": []any{i.issuer + "/*"}}}}}
		if len(i.excluded) > 0 {
			rule["to"] = []any{map[string]any{"operation": map[string]any{"notPaths": source.ListOf(i.excluded)}}}
		}
		rules = append(rules, rule)
	}
	if len(a.public) > 0 {
		rules = append(rules, map[string]any{"to": []any{map[string]any{"operation": map[string]any{"paths": source.ListOf(a.public)}}}})
	}
	return keys, rules
}

// selectorOf returns the labels of the pods of a Service that is among the inputs,
// or known otherwise.
func selectorOf(services []simulate.Manifest, o compile.Options, namespace, name string) map[string]any {
	labels := map[string]string{"app": name}
	for _, s := range o.Config.Known.Services {
		if s.Name == name && (s.Namespace == namespace || s.Namespace == "") && len(s.Selector) > 0 {
			labels = s.Selector
		}
	}
	for i := range services {
		if m := &services[i]; m.Kind == "Service" && m.Name == name && m.Namespace == namespace {
			labels = source.TextMap(source.Field(m.Spec(), "selector"))
		}
	}
	out := map[string]any{}
	for k, v := range labels {
		out[k] = v
	}
	return out
}

// apiSide is a side with Apis. Requests that their policies refuse are answered as
// Envoy's authentication filter did.
type apiSide struct {
	*side
	apis map[*source.Document]bool
}

var _ classes.Side = (*apiSide)(nil)

// Decide decides a request that comes to the gateway, in its world.
func (s *apiSide) Decide(r *simulate.Request) simulate.Decision {
	d := s.side.Decide(r)
	if d.Status == http.StatusForbidden && s.apis[d.At.Doc] {
		d.Status = http.StatusUnauthorized
	}
	return d
}

// WithAPIs makes manifests comparable together with the Apis among documents. The
// result, if there is one, is what the manifests were compiled in.
func WithAPIs(manifests []simulate.Manifest, docs []*source.Document, result *compile.Result, o compile.Options) classes.Side {
	o = o.WithDefaults()
	domain := o.Config.Domains.Default
	if result != nil {
		domain = result.Domain
	}
	apis := APIs(docs, manifests, domain, o)
	s := Simulate(append(manifests, apis...), o).side(result)
	if len(apis) == 0 {
		return s
	}
	out := &apiSide{side: s, apis: map[*source.Document]bool{}}
	for i := range apis {
		out.apis[apis[i].Origin.Doc] = true
	}
	return out
}
