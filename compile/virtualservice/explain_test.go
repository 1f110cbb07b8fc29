package virtualservice

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/origin"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
)

// sources words what a field is made of: places with their parts, and settings.
func sources(leaf *origin.Leaf) string {
	var out []string
	for _, o := range leaf.From {
		switch {
		case o.Setting != "":
			out = append(out, "setting "+o.Setting)
		default:
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s %v %s", o.At.Path, o.Part, o.Key)))
		}
	}
	return strings.Join(out, ", ")
}

// TestExplain holds what each field of what is written is made of.
func TestExplain(t *testing.T) {
	doc := &source.Document{}
	at := func(path string) source.Ref { return source.Ref{Doc: doc, Path: path} }
	age, yes, most, least := time.Minute, true, 75.0, 25.0
	noop := ir.Handler{Origin: at("rule.strategy"), Name: "noop", Config: source.Object{{Key: "a", Value: "b"}}}
	g := &ir.Gateway{
		Origin: at("resource"), Name: ir.Name{Namespace: "library", Name: "books"}, Kind: "APIRule", Hosts: []ir.Host{{Origin: at("host"), Name: "a.test", Written: "a.test"}},
		Ingress: ir.Ingress{Origin: at("gateway"), Text: "infra/gw"},
		Routes: []*ir.Route{{
			Origin: at("rule"), Match: match.Set{Methods: []string{"GET", "PUT"}, Path: pathlang.Path{Lang: pathlang.Regex, Text: "/a"}},
			Access:  ir.Access{Grants: []ir.Grant{{Origin: noop.Origin, Verbatim: &noop, Proof: ir.ByHandler{Handler: noop}}}},
			Action:  ir.Forward{To: []ir.Upstream{{Origin: at("rule.service"), Namespace: "library", Name: "books", Port: ir.Port{Number: 80}}}},
			Filters: []ir.Filter{},
		}, {
			Origin: at("open"), Timeout: time.Second, Match: match.Set{Methods: []string{"GET"}, Path: pathlang.Path{Lang: pathlang.Template, Text: "/*"}},
			Access: ir.Access{Grants: []ir.Grant{{Proof: ir.None{}}}}, CORS: &ir.CORS{Origins: []ir.Origin{{Kind: "exact", Value: "https://a"}}, Methods: []string{"GET"}, Headers: []string{"A"}, ExposeHeaders: []string{"B"}, Credentials: &yes, MaxAge: &age},
			Action:  ir.Forward{To: []ir.Upstream{{Origin: at("open.service"), Namespace: "library", Name: "books", Port: ir.Port{Number: 80}, Weight: &most}, {Origin: at("open.other"), Namespace: "library", Name: "more", Port: ir.Port{Number: 81}, Weight: &least}}},
			Filters: []ir.Filter{ir.ForwardedHost{}, ir.SetRequestHeaders{Headers: map[string]string{"X-A": "1"}}, ir.SetRequestCookies{Cookies: map[string]string{"e": "f"}}, ir.ForwardIdentity{Header: "X-Who"}},
		}, {
			Origin: at("gone"), Match: match.Set{Methods: []string{"GET"}, Path: pathlang.Path{Lang: pathlang.Exact, Text: "/gone"}}, Access: ir.Access{Grants: []ir.Grant{{Proof: ir.None{}}}},
			Action: ir.Respond{Status: 410, Body: "gone", Headers: map[string]string{"X-Why": "moved"}},
		}},
	}
	target := &ir.Target{IstioAPI: "v1", OathkeeperHost: "proxy", OathkeeperPort: 4455}

	objects := Lower(g, target)
	got := map[string]string{}
	for _, leaves := range Explain(g, target, objects) {
		for i := range leaves {
			if leaves[i].Rule == "" {
				t.Errorf("no line is about %s", leaves[i].Path)
			}
			if strings.HasPrefix(leaves[i].Path, "spec.") || leaves[i].Path == "metadata.name" {
				got[leaves[i].Path] = sources(&leaves[i])
			}
		}
	}
	want := map[string]string{
		"metadata.name":                                     "resource name, resource namespace",
		"spec.gateways[0]":                                  "gateway",
		"spec.hosts[0]":                                     "host",
		"spec.http[0].match[0].uri.regex":                   "rule path",
		"spec.http[0].route[0].destination.host":            "setting oathkeeper.service, rule.strategy handler",
		"spec.http[0].route[0].destination.port.number":     "setting oathkeeper.port, rule.strategy handler",
		"spec.http[0].route[0].weight":                      "",
		"spec.http[1].corsPolicy.allowCredentials":          "resource cors credentials",
		"spec.http[1].corsPolicy.allowHeaders[0]":           "resource cors header:",
		"spec.http[1].corsPolicy.allowMethods[0]":           "resource cors method:",
		"spec.http[1].corsPolicy.allowOrigins[0].exact":     "resource cors origin:",
		"spec.http[1].corsPolicy.exposeHeaders[0]":          "resource cors exposed:",
		"spec.http[1].corsPolicy.maxAge":                    "resource cors max age",
		"spec.http[1].headers.request.remove[0]":            "",
		"spec.http[1].headers.request.set.Cookie":           "open cookies",
		"spec.http[1].headers.request.set.X-A":              "open header: X-A",
		"spec.http[1].headers.request.set.x-forwarded-host": "host",
		"spec.http[1].match[0].method.regex":                "open method:",
		"spec.http[1].match[0].uri.prefix":                  "open path",
		"spec.http[1].route[0].destination.host":            "open.service service name, open.service service namespace",
		"spec.http[1].route[0].destination.port.number":     "open.service service port",
		"spec.http[1].route[0].weight":                      "open.service service weight, open.other service weight",
		"spec.http[1].route[1].destination.host":            "open.other service name, open.other service namespace",
		"spec.http[1].route[1].destination.port.number":     "open.other service port",
		"spec.http[1].route[1].weight":                      "open.service service weight, open.other service weight",
		"spec.http[1].timeout":                              "open timeout",
		"spec.http[2].directResponse.body.string":           "gone answer: body",
		"spec.http[2].directResponse.status":                "gone answer: status",
		"spec.http[2].headers.response.set.X-Why":           "gone answer: headers.X-Why",
		"spec.http[2].match[0].method.regex":                "gone method:",
		"spec.http[2].match[0].uri.exact":                   "gone path",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(- want, + got):\n%s", d)
	}
}
