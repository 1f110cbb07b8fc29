package istio

import (
	"strings"
)

// namesOfHost returns the keys that set the host of a request.
func namesOfHost(o object) []string {
	var out []string
	for k := range o {
		if strings.EqualFold(k, "host") || strings.EqualFold(k, ":authority") {
			out = append(out, k)
		}
	}
	return out
}

func gatewayName(g *hostile) string {
	return pick(g, label(g)+"/"+label(g), strings.TrimSuffix(hostName(g), "."), "gw", "7", "ns/7", "mesh", "a.b/c")
}

// modernHost returns a name that the schema accepts, or nearly.
func modernHost(g *hostile) string {
	return pick(g, hostName(g), "*."+hostName(g), "a.123", "*.123", "a.b.12", "a.test", "*.a.test", strings.Repeat("a", 63)+".test", "7.test", strings.Repeat("abcdefgh.", 27)+"abcdefg.test", "*."+strings.Repeat("abcdefgh.", 27)+"abcde.test")
}

func numbers(g *hostile) any {
	return pick[any](g, 1, 0, -1, 80, 180, 3900, 3901, 65535, 65536, 100, 101, 199, 200, 204, 599, 600, 999, 1<<31, 9223372036, 9223372037, 1.5, 315576000000, 315576000001)
}

func address(g *hostile) string {
	return g.mixed("https://i.test/keys", "http://i.test", "ftp://i.test", "/keys", "i.test", ":", "https://", "%", "?", "#", "https://i.test:99999999999999999999/", "https://i.test:80", "a", " ", "//i.test", "file:///keys")
}

func mutators(g *hostile) any {
	return []any{object{"handler": pick(g, "header", "cookie"), "config": object{pick(g, "headers", "cookies"): maps(headerName, headerValue)(g)}}}
}

func request(part string, name, value func(*hostile) string) func(*hostile) any {
	return func(g *hostile) any { return object{part: maps(name, value)(g)} }
}

func cors(key string, values func(*hostile) any) func(*hostile) any {
	return func(g *hostile) any {
		return merged(object{"allowOrigins": []any{object{"exact": "https://a.test"}}}, object{key: values(g)})
	}
}

func merged(a, b object) object {
	for k, v := range b {
		a[k] = v
	}
	return a
}

func authorizations(g *hostile) any {
	return []any{object{"requiredScopes": lists(headerName)(g), "audiences": lists(headerName)(g)}}
}

// selector changes the selector of the Service that is protected.
func selector(docs []object, g *hostile, value func(*hostile) any) {
	service := merged(object{}, docs[1])
	service["spec"] = object{"selector": value(g), "ports": []any{object{"port": 80, "name": "http"}}}
	docs[1] = service
}

// renamed sets the name of a Service, and gives one of that name.
func renamed(path ...any) func([]object, *hostile, func(*hostile) any) {
	return func(docs []object, g *hostile, value func(*hostile) any) {
		name := value(g)
		at(path...)(docs, g, func(*hostile) any { return name })
		service := merged(object{}, docs[1])
		service["metadata"] = object{"name": name, "namespace": "shop"}
		docs[1] = service
	}
}

// response changes the static response of a FabricGateway.
func response(key string) func([]object, *hostile, func(*hostile) any) {
	return at("spec", "paths", "/x", "get", "x-fabric-static-response", key)
}

func fabricHosts(g *hostile) any {
	list := []any{}
	for range 1 + g.Intn(3) {
		list = append(list, object{"host": pick(g, "a.test", "b.test", "shop.123", strings.ToLower(hostName(g))), "serviceName": "ss"})
	}
	return list
}

func fabricCORS(g *hostile) any {
	return object{"allowedOrigins": []any{pick(g, "a.test", hostName(g), "a.test:8080", "(", "")}, "allowedHeaders": lists(headerName)(g)}
}

func fabricPaths(g *hostile) any {
	o := object{}
	for range 1 + g.Intn(2) {
		o["/"+g.mixed("a", "/", "{id}", "*", "**", "+", "(", "%", "[", "é", "/x", "{", "}")] = object{pick(g, "get", "post"): object{}}
	}
	return o
}
