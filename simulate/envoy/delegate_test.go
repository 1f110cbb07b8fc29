package envoy

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

// leaf returns a delegate: a VirtualService without hosts, its entries as flow text.
func leaf(name string, entries ...string) string {
	text := "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: " + name + "}\nspec:\n  http:\n"
	for _, e := range entries {
		text += "  - {" + e + "}\n"
	}
	return text
}

// TestDelegates holds the merging of an entry with those of the VirtualService that
// it delegates to: what conflicts is dropped, what the delegate leaves out is the
// entry's.
func TestDelegates(t *testing.T) {
	behind := "match: [{uri: {prefix: /}}], " + to("behind")
	for name, c := range map[string]struct {
		root, leaf string
		asked      []string
	}{
		"conditions of both": {
			"match: [{uri: {prefix: /p}, method: {exact: GET}}], delegate: {name: leaf}",
			leaf("leaf", "match: [{uri: {prefix: /p/in}}], "+to("in"), "match: [{headers: {x-a: {exact: b}}}], "+to("head"), to("rest")),
			[]string{
				"GET https://a.test/p/in -> in.default:80", "POST https://a.test/p/in -> behind.default:80", "GET https://a.test/p x-a=b -> head.default:80",
				"GET https://a.test/p -> rest.default:80", "GET https://a.test/q -> behind.default:80",
			},
		},
		"a path that the entry does not have": {
			"match: [{uri: {prefix: /p}}], delegate: {name: leaf}", leaf("leaf", "match: [{uri: {exact: /q}}], "+to("q")),
			[]string{"GET https://a.test/q -> behind.default:80", "GET https://a.test/p -> behind.default:80"},
		},
		"a match that conflicts drops its whole entry": {
			"match: [{uri: {prefix: /p}}], delegate: {name: leaf}", leaf("leaf", "match: [{uri: {exact: /p/x}}, {uri: {exact: /q}}], "+to("x")),
			[]string{"GET https://a.test/p/x -> behind.default:80"},
		},
		"an exact path of the entry is the delegate's, or a conflict": {
			"match: [{uri: {exact: /p}}], delegate: {name: leaf}", leaf("leaf", "match: [{uri: {prefix: /}}], "+to("wide"), "match: [{uri: {exact: /p}}], "+to("same")),
			[]string{"GET https://a.test/p -> same.default:80"},
		},
		"an expression beside anything is a conflict": {
			"match: [{uri: {regex: '/p.*'}}], delegate: {name: leaf}", leaf("leaf", "match: [{uri: {exact: /p}}], "+to("p"), to("none")),
			[]string{"GET https://a.test/p -> none.default:80"},
		},
		"case of the path": {
			"match: [{uri: {prefix: /p}, ignoreUriCase: true}], delegate: {name: leaf}", leaf("leaf", "match: [{uri: {prefix: /p}}], "+to("p")),
			[]string{"GET https://a.test/p -> behind.default:80"},
		},
		"headers and parameters": {
			"match: [{headers: {x-a: {exact: one}}, queryParams: {q: {prefix: a}}}], delegate: {name: leaf}",
			leaf("leaf", "match: [{headers: {x-a: {exact: two}}}], "+to("two"), "match: [{queryParams: {q: {exact: b}}}], "+to("b"), "match: [{queryParams: {q: {exact: ab}}}], "+to("ab")),
			[]string{"GET https://a.test/?q=ab x-a=one -> ab.default:80", "GET https://a.test/?q=b x-a=one -> behind.default:80", "GET https://a.test/?q=ab x-a=two -> behind.default:80"},
		},
		"ports": {
			"match: [{port: 80}], delegate: {name: leaf}", leaf("leaf", "match: [{port: 443, uri: {prefix: /}}], "+to("other"), "match: [{uri: {prefix: /p}}], "+to("p")),
			[]string{"GET http://a.test/p -> p.default:80", "GET https://a.test/p -> behind.default:80"},
		},
		"the namespace of the gateway's pods": {
			"match: [{sourceNamespace: istio-system}], delegate: {name: leaf}", leaf("leaf", "match: [{uri: {prefix: /p}}], "+to("empty"), "match: [{uri: {prefix: /p}, sourceNamespace: istio-system}], "+to("same")),
			[]string{"GET https://a.test/p -> same.default:80"},
		},
		"labels of the gateway's pods": {
			"match: [{sourceLabels: {istio: ingressgateway}}], delegate: {name: leaf}", leaf("leaf", "match: [{sourceLabels: {istio: other}, uri: {prefix: /}}], "+to("other"), "match: [{uri: {prefix: /p}}], "+to("p")),
			[]string{"GET https://a.test/p -> p.default:80"},
		},
		"gateways that the entry does not have": {
			"match: [{gateways: [gw]}], delegate: {name: leaf}", leaf("leaf", "match: [{gateways: [second], uri: {prefix: /}}], "+to("second"), "match: [{gateways: [gw], uri: {prefix: /p}}], "+to("p")),
			[]string{"GET https://a.test/p -> p.default:80"},
		},
		"what the delegate leaves out": {
			"match: [{uri: {prefix: /p}}], rewrite: {uri: /v1}, headers: {request: {set: {x-root: r}}}, delegate: {name: leaf}",
			leaf("leaf", "match: [{uri: {prefix: /p/own}}], headers: {request: {set: {x-own: o}}}, "+to("own"), to("rest")),
			[]string{"GET https://a.test/p/own -> own.default:80", "GET https://a.test/p -> rest.default:80"},
		},
		"the entry's own answer stands before the delegate's route": {
			"match: [{uri: {prefix: /p}}], directResponse: {status: 418}, delegate: {name: leaf}", leaf("leaf", to("never")),
			[]string{"GET https://a.test/p -> 418 answered"},
		},
		"a delegate in another namespace": {
			"match: [{uri: {prefix: /p}}], delegate: {name: leaf, namespace: shop}", strings.Replace(leaf("leaf", to("x")), "{name: leaf}", "{name: leaf, namespace: shop}", 1),
			[]string{"GET https://a.test/p -> x.shop:80"},
		},
		"a delegate that is not exported here": {
			"match: [{uri: {prefix: /p}}], delegate: {name: leaf, namespace: shop}",
			strings.Replace(strings.Replace(leaf("leaf", to("x")), "{name: leaf}", "{name: leaf, namespace: shop}", 1), "spec:\n", "spec:\n  exportTo: ['.']\n", 1),
			[]string{"GET https://a.test/p -> behind.default:80"},
		},
		"a delegate with hosts is not one": {
			"match: [{uri: {prefix: /p}}], delegate: {name: leaf}", bound("leaf", "gw", "b.test", to("x")),
			[]string{"GET https://a.test/p -> behind.default:80"},
		},
		"a delegate that is not among the inputs": {
			"match: [{uri: {prefix: /p}}], delegate: {name: leaf}", "",
			[]string{"GET https://a.test/p -> anything or behind.default:80", "GET https://a.test/q -> behind.default:80"},
		},
		"a delegate that Istio refuses": {
			"match: [{uri: {prefix: /p}}], delegate: {name: leaf}", leaf("leaf", "match: [{uri: {regex: '(?!x)'}}], "+to("x")),
			[]string{"GET https://a.test/p -> anything or behind.default:80"},
		},
		"a field of the delegate that is not read": {
			"match: [{uri: {prefix: /p}}], delegate: {name: leaf}", strings.Replace(leaf("leaf", to("x")), "spec:\n", "spec:\n  newField: 1\n", 1),
			[]string{"GET https://a.test/p -> anything or x.default:80"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := virtualService("root", "", "a.test", c.root, behind)
			simulatetest.Check(t, loaded(t, strings.Replace(root, "[gw]", "[gw, second]", 1)+c.leaf), withGateway(c.asked)...)
		})
	}
}

// withGateway asks at the Gateway gw.
func withGateway(rows []string) []string {
	var out []string
	for _, row := range rows {
		out = append(out, strings.Replace(row, " -> ", " @gateway=default/gw -> ", 1))
	}
	return out
}

// TestDelegateFills: a field that the delegate's entry has is not that of the entry
// that delegates; one that it lacks is.
func TestDelegateFills(t *testing.T) {
	g := loaded(t, virtualService("root", "", "a.test", "match: [{uri: {prefix: /p}}], rewrite: {uri: /v1}, headers: {request: {set: {x-root: r}}}, delegate: {name: leaf}")+
		leaf("leaf", "match: [{uri: {prefix: /p/own}}], headers: {request: {set: {x-own: o}}}, "+to("own"), to("rest")))
	for path, want := range map[string]string{"/p/own/x": "/v1/x x-own", "/p/x": "/v1/x x-root"} {
		d := g.Decide(simulatetest.Request(t, "GET https://a.test"+path), nil)
		got := d.Next.Target
		for _, name := range []string{"x-root", "x-own"} {
			if d.Next.Header(name) != "" {
				got += " " + name
			}
		}
		if got != want {
			t.Errorf("%s goes on as %s, want %s", path, got, want)
		}
	}
}

// TestMissingDelegateIsNamed: the reason of an unknown answer names the object that
// would decide it.
func TestMissingDelegateIsNamed(t *testing.T) {
	g := loaded(t, virtualService("root", "", "a.test", "delegate: {name: leaf, namespace: shop}"))
	d := simulate.Outcomes(simulatetest.Request(t, "GET https://a.test/"), nil, g.Decide)
	if u := d.Unknowns(); len(u) != 1 || u[0].Needs != "the VirtualService shop/leaf" || u[0].At.Path != "spec.http[0].delegate" {
		t.Errorf("%+v", u)
	}
}
