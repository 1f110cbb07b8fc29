package rule

import (
	"fmt"
	"strings"
	"testing"

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
	noop := ir.Handler{Origin: at("rule.strategy"), Name: "noop", Config: source.Object{{Key: "a", Value: "b"}}}
	g := &ir.Gateway{
		Origin: at("resource"), Name: ir.Name{Namespace: "library", Name: "books"}, Kind: "APIRule", Hosts: []ir.Host{{Origin: at("host"), Name: "a.test", Written: "a.test"}},
		Ingress: ir.Ingress{Origin: at("gateway"), Text: "infra/gw"},
		Routes: []*ir.Route{{
			Origin: at("rule"), Match: match.Set{Methods: []string{"GET", "PUT"}, Path: pathlang.Path{Lang: pathlang.Regex, Text: "/a"}},
			Access:  ir.Access{Grants: []ir.Grant{{Origin: noop.Origin, Verbatim: &noop, Proof: ir.ByHandler{Handler: noop}}}},
			Action:  ir.Forward{To: []ir.Upstream{{Origin: at("rule.service"), Namespace: "library", Name: "books", Port: ir.Port{Number: 80}}}},
			Filters: []ir.Filter{ir.Mutate{Handler: ir.Handler{Origin: at("rule.mutator"), Name: "header", Config: source.Object{{Key: "c", Value: "d"}}}}},
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
		"metadata.name":                   "resource name, resource namespace, host, rule path",
		"spec.authenticators[0].config.a": "rule.strategy config: a",
		"spec.authenticators[0].handler":  "rule.strategy handler",
		"spec.authorizer.handler":         "",
		"spec.match.methods[0]":           "rule method:",
		"spec.match.methods[1]":           "rule method:",
		"spec.match.url":                  "host, rule path",
		"spec.mutators[0].config.c":       "rule.mutator config: c",
		"spec.mutators[0].handler":        "rule.mutator handler",
		"spec.upstream.url":               "rule.service service name, rule.service service namespace, rule.service service port",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(- want, + got):\n%s", d)
	}
}
