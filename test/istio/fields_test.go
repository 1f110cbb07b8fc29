package istio

import (
	"os"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
)

func env(name string) string { return os.Getenv(name) }

// field is a place for hostile values.
type field struct {
	name    string
	options func() compile.Options
	base    func(*hostile) []object
	put     func(docs []object, g *hostile, value func(*hostile) any)
	values  func(*hostile) any
	// tame tells that nothing that gets so far is refused.
	tame bool
}

// at gives a function that sets a value at a path of the first document.
// Numbers are places in lists, "+" sets a key that is the value itself.
func at(path ...any) func([]object, *hostile, func(*hostile) any) {
	return func(docs []object, g *hostile, value func(*hostile) any) {
		var here any = docs[0]
		for _, step := range path[:len(path)-1] {
			switch s := step.(type) {
			case string:
				here = here.(object)[s]
			case int:
				here = here.([]any)[s]
			}
		}
		switch s := path[len(path)-1].(type) {
		case string:
			here.(object)[s] = value(g)
		case int:
			here.([]any)[s] = value(g)
		}
	}
}

func texts(f func(*hostile) string) func(*hostile) any {
	return func(g *hostile) any { return f(g) }
}

func lists(f func(*hostile) string) func(*hostile) any {
	return func(g *hostile) any {
		list := []any{}
		for range 1 + g.Intn(3) {
			list = append(list, f(g))
		}
		return list
	}
}

// maps returns objects with hostile keys, hostile values or both. Two names of the
// host in one object are left to chance by Istio, and so left out.
func maps(name, value func(*hostile) string) func(*hostile) any {
	return func(g *hostile) any {
		o := object{}
		for range 1 + g.Intn(2) {
			o[pick(g, "X-B", name(g))] = pick(g, "b", value(g))
		}
		if hosts := namesOfHost(o); len(hosts) > 1 {
			delete(o, hosts[0])
		}
		return o
	}
}

var (
	v1alpha1 = func(*hostile) []object {
		return []object{{"apiVersion": "gateway.kyma-project.io/v1alpha1", "kind": "APIRule", "metadata": object{"name": "a", "namespace": "shop"}, "spec": object{
			"gateway": "kyma-gateway.kyma-system.svc.cluster.local", "service": object{"name": "s", "port": 80, "host": "a.test"},
			"rules": []any{object{"path": "/.*", "methods": []any{"GET"}, "accessStrategies": []any{object{"handler": "allow"}}}},
		}}}
	}
	v1beta1 = func(g *hostile) []object { return legacy(pick(g, "no_auth", "noop", "allow")) }
	inMesh  = func(*hostile) []object {
		docs := legacy("jwt")
		docs[0]["spec"].(object)["rules"].([]any)[0].(object)["accessStrategies"] = []any{object{"handler": "jwt", "config": object{
			"authentications": []any{object{"issuer": "https://i.test", "jwksUri": "https://i.test/keys"}},
		}}}
		return docs
	}
	v2 = func(*hostile) []object {
		return append([]object{{"apiVersion": "gateway.kyma-project.io/v2", "kind": "APIRule", "metadata": object{"name": "a", "namespace": "shop"}, "spec": object{
			"hosts": []any{"a.test"}, "gateway": "kyma-system/kyma-gateway", "service": object{"name": "s", "port": 80},
			"rules": []any{object{"path": "/x", "methods": []any{"GET"}, "jwt": object{
				"authentications": []any{object{"issuer": "https://i.test", "jwksUri": "https://i.test/keys"}},
			}}},
		}}}, companions...)
	}
	fabric = func(*hostile) []object {
		return append([]object{{"apiVersion": "zalando.org/v1", "kind": "FabricGateway", "metadata": object{"name": "a", "namespace": "shop"}, "spec": object{
			"x-fabric-service": []any{object{"host": "a.test", "serviceName": "ss"}},
			"paths":            object{"/x": object{"get": object{"x-fabric-static-response": object{"status": 200, "headers": object{"X-A": "b"}, "body": "hello"}}}},
		}}}, companions...)
	}
)

func legacy(handler string) []object {
	return append([]object{{"apiVersion": "gateway.kyma-project.io/v1beta1", "kind": "APIRule", "metadata": object{"name": "a", "namespace": "shop"}, "spec": object{
		"host": "a.test", "gateway": "kyma-system/kyma-gateway", "service": object{"name": "s", "port": 80},
		"corsPolicy": object{"allowOrigins": []any{object{"exact": "https://a.test"}}},
		"rules":      []any{object{"path": "/x", "methods": []any{"GET"}, "accessStrategies": []any{object{"handler": handler}}}},
	}}}, companions...)
}

var companions = []object{
	{"apiVersion": "v1", "kind": "Service", "metadata": object{"name": "s", "namespace": "shop"}, "spec": object{"selector": object{"app": "s"}, "ports": []any{object{"port": 80, "name": "http"}}}},
	{"apiVersion": "v1", "kind": "Service", "metadata": object{"name": "ss", "namespace": "shop"}, "spec": object{"selector": object{"app": "s"}, "ports": []any{object{"port": 80, "name": "http"}}}},
	{"apiVersion": "networking.istio.io/v1beta1", "kind": "Gateway", "metadata": object{"name": "kyma-gateway", "namespace": "kyma-system"}, "spec": object{"servers": []any{object{"hosts": []any{"*.test"}, "port": object{"number": 443, "protocol": "HTTPS", "name": "https"}}}}},
}

func fabricOptions() compile.Options {
	c, found := config.Parse("kgw.yaml", []byte(`apiVersion: kgw.dev/v1alpha1
kind: Config
targets: {FabricGateway: istio}
istio: {gateway: istio-system/public}
fabric:
  issuers:
    services: {issuer: "https://s.test", jwksUri: "https://s.test/keys"}
    employees: {issuer: "https://e.test", jwksUri: "https://e.test/keys"}
`))
	if len(found) > 0 {
		panic(found[0].Message)
	}
	o := compile.Options{Config: c}
	for i := range diag.Rules {
		if code := diag.Rules[i].Code; code.Acceptable() {
			o.Accept = append(o.Accept, code)
		}
	}
	return o
}

var (
	rule       = []any{"spec", "rules", 0}
	configured = append(rule[:3:3], "accessStrategies", 0, "config", "authentications", 0)
	issuer     = append(rule[:3:3], "jwt", "authentications", 0)
)

var fields = []field{
	{name: "v1alpha1 host", options: options("ory"), base: v1alpha1, put: at("spec", "service", "host"), values: texts(hostName)},
	{name: "v1alpha1 gateway", options: options("ory"), base: v1alpha1, put: at("spec", "gateway"), values: texts(hostName)},
	{name: "v1alpha1 service", options: options("ory"), base: v1alpha1, put: at("spec", "service", "name"), values: texts(label), tame: true},
	{name: "v1alpha1 path", options: options("ory"), base: v1alpha1, put: at(append(rule, "path")...), values: texts(expression)},
	{name: "v1alpha1 methods", options: options("ory"), base: v1alpha1, put: at(append(rule, "methods")...), values: lists(method), tame: true},
	{name: "v1beta1 host", options: options("ory"), base: v1beta1, put: at("spec", "host"), values: texts(hostName)},
	{name: "v1beta1 gateway", options: options("ory"), base: v1beta1, put: at("spec", "gateway"), values: texts(gatewayName)},
	{name: "v1beta1 service", options: options("ory"), base: v1beta1, put: at("spec", "service", "name"), values: texts(label), tame: true},
	{name: "v1beta1 path", options: options("ory"), base: v1beta1, put: at(append(rule, "path")...), values: texts(expression)},
	{name: "v1beta1 origins", options: options("ory"), base: v1beta1, put: at("spec", "corsPolicy", "allowOrigins", 0), values: func(g *hostile) any { return origin(g) }},
	{name: "v1beta1 allowed methods", options: options("ory"), base: v1beta1, put: at("spec", "corsPolicy", "allowMethods"), values: lists(method)},
	{name: "v1beta1 allowed headers", options: options("ory"), base: v1beta1, put: at("spec", "corsPolicy", "allowHeaders"), values: lists(headerName)},
	{name: "v1beta1 exposed headers", options: options("ory"), base: v1beta1, put: at("spec", "corsPolicy", "exposeHeaders"), values: lists(headerName)},
	{name: "v1beta1 maxAge", options: options("ory"), base: v1beta1, put: at("spec", "corsPolicy", "maxAge"), values: texts(age)},
	{name: "v1beta1 timeout", options: options("ory"), base: v1beta1, put: at("spec", "timeout"), values: numbers, tame: true},
	{name: "v1beta1 port", options: options("ory"), base: v1beta1, put: at("spec", "service", "port"), values: numbers, tame: true},
	{name: "istio path", options: options("istio"), base: inMesh, put: at(append(rule, "path")...), values: texts(expression)},
	{name: "istio service", options: options("istio"), base: inMesh, put: renamed("spec", "service", "name"), values: texts(label), tame: true},
	{name: "istio issuer", options: options("istio"), base: inMesh, put: at(append(configured, "issuer")...), values: texts(address), tame: true},
	{name: "istio keys", options: options("istio"), base: inMesh, put: at(append(configured, "jwksUri")...), values: texts(address)},
	{name: "istio mutators", options: options("istio"), base: inMesh, put: at(append(rule, "mutators")...), values: mutators},
	{name: "v2 host", options: options("istio"), base: v2, put: at("spec", "hosts", 0), values: texts(modernHost)},
	{name: "v2 path", options: options("istio"), base: v2, put: at(append(rule, "path")...), values: texts(template)},
	{name: "v2 headers", options: options("istio"), base: v2, put: at(append(rule, "request")...), values: request("headers", headerName, headerValue)},
	{name: "v2 cookies", options: options("istio"), base: v2, put: at(append(rule, "request")...), values: request("cookies", headerName, headerValue)},
	{name: "v2 maxAge", options: options("istio"), base: v2, put: at("spec", "corsPolicy"), values: cors("maxAge", numbers), tame: true},
	{name: "v2 origins", options: options("istio"), base: v2, put: at("spec", "corsPolicy"), values: cors("allowOrigins", func(g *hostile) any { return []any{origin(g), origin(g)} })},
	{name: "v2 allowed methods", options: options("istio"), base: v2, put: at("spec", "corsPolicy"), values: cors("allowMethods", lists(method))},
	{name: "v2 keys", options: options("istio"), base: v2, put: at(append(issuer, "jwksUri")...), values: texts(address)},
	{name: "v2 from headers", options: options("istio"), base: v2, put: at(append(issuer, "fromHeaders")...), values: func(g *hostile) any { return []any{object{"name": headerName(g), "prefix": headerValue(g)}} }},
	{name: "v2 from parameters", options: options("istio"), base: v2, put: at(append(issuer, "fromParams")...), values: func(g *hostile) any { return []any{pick(g, "", headerName(g))} }},
	{name: "v2 scopes", options: options("istio"), base: v2, put: at(append(rule, "jwt", "authorizations")...), values: authorizations, tame: true},
	{name: "v2 selector", options: options("istio"), base: v2, put: selector, values: maps(headerName, headerValue)},
	{name: "fabric status", options: fabricOptions, base: fabric, put: response("status"), values: numbers},
	{name: "fabric headers", options: fabricOptions, base: fabric, put: response("headers"), values: maps(headerName, headerValue)},
	{name: "fabric hosts", options: fabricOptions, base: fabric, put: at("spec", "x-fabric-service"), values: fabricHosts},
	{name: "fabric origins", options: fabricOptions, base: fabric, put: at("spec", "x-fabric-cors-support"), values: fabricCORS},
	{name: "fabric path", options: fabricOptions, base: fabric, put: at("spec", "paths"), values: fabricPaths, tame: true},
}
