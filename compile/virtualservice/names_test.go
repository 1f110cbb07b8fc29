package virtualservice

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
)

func TestHosts(t *testing.T) {
	long := strings.Repeat("a", 64)
	for host, refused := range map[string]bool{
		"a.test": false, "A-1.test": false, "a.test.": false, "*.a.test": false, "*": false, "*-b.test": false, "*b.test": false, "7": false,
		"10.0.0.1": false, "::1": false, "a.99999999999999999999": false, strings.Repeat("abcd.", 50) + "test": false,
		"a_b.test": true, "-a.test": true, "a..test": true, ".": true, "a.123": true, "*.*.test": true, "*--b.test": true, "a.*": true,
		long + ".test": true, "a." + long: true, "*" + long[1:]: true, strings.Repeat("abcd.", 50) + "tests1": true, "a.test..": true,
	} {
		if why := hostFault(host); (why != "") != refused {
			t.Errorf("%s: %q", host, why)
		}
	}
}

func TestGateways(t *testing.T) {
	for text, refused := range map[string]bool{
		"ns/gw": false, "gw": false, "gw.ns.svc.cluster.local": false, "7/7": false,
		"n.s/gw": true, "ns/g.w": true, "ns/": true, "/gw": true, "ns/gw/x": true, "7": true, "gw.7": true, "*.gw": true, "g_w": true,
	} {
		if why := gatewayFault(text); (why != "") != refused {
			t.Errorf("%s: %q", text, why)
		}
	}
}

func TestHostsTogether(t *testing.T) {
	for pair, refused := range map[string]bool{"a.test a.test": true, "a.test *.test": true, "*.test *.a.test": true, "*.a.test *.test": true, "a.test b.test": false, "a.test *.b.test": false} {
		first, second, _ := strings.Cut(pair, " ")
		var found diag.List
		checkNames(&ir.Gateway{Hosts: []ir.Host{{Name: first}, {Name: second}}}, &ir.Target{}, &found)
		if (len(found) > 0) != refused {
			t.Errorf("%s: %v", pair, found)
		}
	}
}

func TestServiceNames(t *testing.T) {
	for name, refused := range map[string]bool{"orders": false, "*": false, "o_rders": true, "": true} {
		g := &ir.Gateway{Routes: []*ir.Route{{Action: ir.Forward{To: []ir.Upstream{{Name: name, Namespace: "shop"}}}}}}
		var found diag.List
		checkNames(g, &ir.Target{}, &found)
		if (len(found) > 0) != refused {
			t.Errorf("%s: %v", name, found)
		}
	}
}
