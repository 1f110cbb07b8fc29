package istio

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
)

// services makes VirtualServices, and requests that have a chance to meet them.
type services struct {
	hostile
	hosts []string
	paths []string
}

func (g *services) rarely() bool { return g.Intn(10) == 0 }

var hostPool = []string{"a.test", "a.test", "b.test", "A.Test", "*.test", "*.a.test", "*-x.test", "*x.test", "deep.a.test", "short", "10.0.0.1", "*", "b.a.test", "*.b.a.test"}

// paths are matchers with texts that they match, or nearly match.
var pathPool = []struct {
	kind, text string
	asked      []string
}{
	{"exact", "/items", []string{"/items", "/items/", "/ITEMS", "/x/../items", "/items?a=b", "/%69tems"}},
	{"exact", "/Items", []string{"/items", "/Items"}},
	{"prefix", "/", []string{"/", "/anything"}},
	{"prefix", "/items", []string{"/items", "/itemsandmore", "/items/1", "/Items/1"}},
	{"prefix", "/items/", []string{"/items/", "/items", "/items/..", "/items/."}},
	{"prefix", "", []string{"/", "/x"}},
	{"regex", "/items/[0-9]+", []string{"/items/1", "/items/1x", "/items/", "/items/%31", "/items/1?x=y", "/items/1/"}},
	{"regex", "/.*", []string{"/", "/a/b", "//"}},
	{"regex", ".*", []string{"/", "/x"}},
	{"regex", "^/a(b|c)$", []string{"/ab", "/abc", "/ac"}},
	{"regex", "/a|/b", []string{"/a", "/b", "/bx", "/ab"}},
	{"regex", "/(?i)case", []string{"/CASE", "/case", "/cases"}},
	{"regex", `/\d+`, []string{"/1", "/%D9%A1", "/x"}},
	{"regex", `/\w+\.json`, []string{"/a.json", "/axjson", "/%C3%A9.json"}},
	{"regex", "/e/[^/]+/f", []string{"/e/a/f", "/e/a%2Fb/f", "/e//f", "/e/./f"}},
	{"regex", "^/t/([A-Za-z0-9-._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+$", []string{"/t/a", "/t/a%2Fb", "/t/", "/t/a/b", "/t/a[b"}},
	{"regex", `/q\Q.*`, []string{"/q.*", "/qx", "/q.*)"}},
	{"regex", "/x{2,3}$", []string{"/xx", "/xxxx", "/x"}},
	{"regex", "/lines(?s).*end", []string{"/lines/a/end", "/linesend", "/lines"}},
}

var dots = []string{"/a/../items", "/./items", "/items/%2e%2e/x", "/..", "//items", "/a//b/../c", `/a\..\items`, "/%2E%2E/items/1", "/items/1/..;/x", "/a/b/.."}

// set returns a set of VirtualServices that the webhook accepts one by one.
func (g *services) set(t *testing.T) []object {
	var out []object
	for i := range 1 + g.Intn(5) {
		if d := g.service(i); valid(t, d) {
			out = append(out, d)
		}
	}
	return out
}

func (g *services) service(i int) object {
	name, namespace := fmt.Sprintf("%s%d", pick(&g.hostile, "a", "a-b", "z"), i), pick(&g.hostile, "default", "default", "shop")
	spec := object{"hosts": g.hostList(), "gateways": []any{"istio-system/gw"}}
	switch g.Intn(20) {
	case 0:
		spec["gateways"] = []any{"mesh"}
	case 1:
		spec["gateways"] = []any{"mesh", "istio-system/gw"}
	}
	var entries []any
	for j := range 1 + g.Intn(4) {
		entries = append(entries, g.entry(fmt.Sprintf("%s/%s http[%d]", namespace, name, j)))
	}
	if g.Intn(25) == 0 {
		spec["tls"] = []any{object{"match": []any{object{"port": 443, "sniHosts": []any{spec["hosts"].([]any)[0]}}}, "route": []any{object{"destination": object{"host": "tls.test"}}}}}
	} else {
		spec["http"] = entries
	}
	return object{
		"apiVersion": "networking.istio.io/v1beta1", "kind": "VirtualService", "spec": spec,
		"metadata": object{"name": name, "namespace": namespace, "creationTimestamp": pick(&g.hostile, "2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z", "2024-01-02T00:00:00Z")},
	}
}

func (g *services) hostList() []any {
	var out []any
	for range 1 + g.Intn(2) {
		h := pick(&g.hostile, hostPool...)
		g.hosts = append(g.hosts, h)
		out = append(out, h)
	}
	return out
}

func (g *services) entry(name string) object {
	e := object{"name": name}
	var matches []any
	for range g.Intn(4) {
		matches = append(matches, g.match())
	}
	if len(matches) > 0 {
		e["match"] = matches
	}
	if g.Intn(3) == 0 {
		e["corsPolicy"] = g.cors()
	}
	if g.Intn(3) == 0 {
		e["headers"] = object{"request": g.operations()}
	}
	switch g.Intn(12) {
	case 0:
		e["redirect"] = pick(&g.hostile, object{"uri": "/else"}, object{"authority": "else.test", "redirectCode": pick(&g.hostile, 301, 302, 303, 307, 308)})
	case 1:
		e["directResponse"] = object{"status": pick(&g.hostile, 418, 204)}
	default:
		e["route"] = g.destinations()
		if g.Intn(4) == 0 {
			e["rewrite"] = pick(&g.hostile, object{"uri": "/new"}, object{"uri": "/new/", "authority": "new.test"}, object{"authority": "new.test"},
				object{"uriRegexRewrite": object{"match": "/([a-z])", "rewrite": `/$1-\1`}})
		}
	}
	return e
}

func (g *services) match() object {
	m := object{}
	if g.Intn(8) > 0 {
		p := pick(&g.hostile, pathPool...)
		m["uri"] = object{p.kind: p.text}
		g.paths = append(g.paths, p.asked...)
		if g.rarely() {
			m["ignoreUriCase"] = true
		}
	}
	if g.Intn(4) == 0 {
		m["method"] = pick(&g.hostile, object{"exact": "GET"}, object{"regex": "^(GET|POST)$"}, object{"regex": "GET|OPTIONS"}, object{"prefix": "P"}, object{})
	}
	if g.rarely() {
		m["scheme"] = object{"exact": pick(&g.hostile, "https", "http")}
	}
	if g.rarely() {
		m["authority"] = pick(&g.hostile, object{"exact": "a.test"}, object{"prefix": "a"}, object{"regex": `a\.test(:\d+)?`})
	}
	for _, list := range []string{"headers", "withoutHeaders", "queryParams"} {
		if g.Intn(7) == 0 {
			m[list] = object{pick(&g.hostile, "x-a", "X-A", "x-b", "method", "uri", "authority", ":method", "host"): g.text()}
		}
	}
	return m
}

func (g *services) text() any {
	return pick[any](&g.hostile, object{"exact": "a"}, object{"exact": ""}, object{"prefix": "a"}, object{"regex": "*"}, object{"regex": "a|b"}, object{"regex": ".*"}, object{"regex": "a,b"}, object{}, object{"exact": "a%20b"}, object{"regex": "[^a]*"}, object{"regex": `\Qa`})
}

func (g *services) cors() object {
	c := object{"allowOrigins": []any{pick(&g.hostile, object{"exact": "https://ok.test"}, object{"prefix": "https://ok"}, object{"regex": `https://[a-z]+\.test`}, object{"exact": "*"}, object{"regex": ".*"})}}
	switch g.Intn(6) {
	case 0:
		c["unmatchedPreflights"] = pick(&g.hostile, "IGNORE", "FORWARD")
	case 1:
		delete(c, "allowOrigins")
		c["allowOrigin"] = []any{pick(&g.hostile, "https://ok.test", "*")}
	}
	return c
}

// operations never set one header in two spellings, whose order nobody says.
func (g *services) operations() object {
	value := func() string {
		return pick(&g.hostile, "v", "%REQ(:AUTHORITY)%", "100%%", "host is %REQ(:AUTHORITY)%", "")
	}
	o := object{}
	if g.Intn(3) > 0 {
		o["set"] = object{pick(&g.hostile, "X-A", "x-set", "x-forwarded-host", "Host", ":authority"): pick(&g.hostile, value(), "set.test")}
	}
	if g.Intn(3) == 0 {
		o["add"] = object{pick(&g.hostile, "x-a", "x-add"): value()}
	}
	if g.Intn(3) == 0 {
		o["remove"] = []any{pick(&g.hostile, "x-a", "X-B", "x-set")}
	}
	return o
}

func (g *services) destinations() []any {
	var out []any
	n := pick(&g.hostile, 1, 1, 1, 2, 3)
	for i := range n {
		d := object{"host": pick(&g.hostile, "svc", "svc.shop.svc.cluster.local", "ext.example.com", "other")}
		if g.Intn(4) > 0 {
			d["port"] = object{"number": pick(&g.hostile, 80, 8080)}
		}
		r := object{"destination": d}
		if n > 1 || g.Intn(2) == 0 {
			r["weight"] = pick(&g.hostile, 0, 1, 50, 100)
		}
		if n > 1 && i == 0 {
			r["weight"] = 50
		}
		if g.Intn(5) == 0 {
			r["headers"] = object{"request": g.operations()}
		}
		out = append(out, r)
	}
	return out
}

func (g *services) request() simulate.Request {
	q := simulate.Request{
		Method: pick(&g.hostile, "GET", "GET", "GET", "POST", "OPTIONS", "PUT", "get"), Scheme: pick(&g.hostile, "https", "http"),
		Host: g.host(), Target: pick(&g.hostile, append([]string{"/", "/none"}, g.paths...)...),
	}
	if g.rarely() {
		q.Target = pick(&g.hostile, dots...)
	}
	if g.Intn(5) == 0 {
		q.Target, _, _ = strings.Cut(q.Target, "?")
		q.Target += pick(&g.hostile, "?x-a=a", "?x-a", "?x-b=b&x-a=a", "?x-a=a%20b", "?x-a=a+b", "?", "?x-a=b;x-b=a", "?X-A=a", "?x-a=b&x-a=a")
	}
	for _, h := range []simulate.Header{{Name: "X-A", Value: pick(&g.hostile, "a", "b", "", "abc")}, {Name: "x-a", Value: "b"}, {Name: "x-b", Value: "a"}, {Name: "method", Value: "a"}, {Name: "uri", Value: "a"}, {Name: "authority", Value: "b"}} {
		if g.Intn(5) == 0 {
			q.Headers = append(q.Headers, h)
		}
	}
	if q.Method == "OPTIONS" || g.rarely() {
		q.Headers = append(q.Headers, simulate.Header{Name: "Origin", Value: pick(&g.hostile, "https://ok.test", "https://no.example.com", "https://ok.test:8080", "*")})
		if g.Intn(5) > 0 {
			q.Headers = append(q.Headers, simulate.Header{Name: "Access-Control-Request-Method", Value: pick(&g.hostile, "GET", "GET", "GET", "")})
		}
	}
	return q
}

func (g *services) host() string {
	h := pick(&g.hostile, append([]string{"a.test", "nowhere.example.com"}, g.hosts...)...)
	h = strings.Replace(h, "*", pick(&g.hostile, "any", "a.b", "", "deep", "-"), 1)
	switch g.Intn(10) {
	case 0:
		h = strings.ToUpper(h)
	case 1:
		h += ":8443"
	case 2:
		h += pick(&g.hostile, ".", ".default.svc.cluster.local", ":")
	}
	return h
}
