package gatewayapi_test

import (
	"fmt"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/envoy"
	"github.com/kgw-dev/kgw/simulate/gatewayapi"
)

// TestRedirectToThePortOfTheListener: a redirect without a scheme and a port leads to
// the port of the listener, unless it is the usual one.
func TestRedirectToThePortOfTheListener(t *testing.T) {
	for _, c := range []struct {
		port           int
		protocol, more string
		want           string
	}{
		{443, "HTTPS", "", "https://a.test/new"},
		{8443, "HTTPS", "", "https://a.test:8443/new"},
		{80, "HTTPS", "", "https://a.test:80/new"},
		{80, "HTTP", "", "http://a.test/new"},
		{8080, "HTTP", "", "http://a.test:8080/new"},
		{8443, "HTTPS", "scheme: https, ", "https://a.test/new"},
		{8443, "HTTPS", "port: 444, ", "https://a.test:444/new"},
	} {
		listener := fmt.Sprintf("{name: one, port: %d, protocol: %s", c.port, c.protocol)
		scheme := "http"
		if c.protocol == "HTTPS" {
			listener, scheme = listener+", tls: {certificateRefs: [{name: c}]}", "https"
		}
		text := object("Gateway", "gw", "", "gatewayClassName: istio, listeners: ["+listener+"}]") +
			routes("r", "", "{filters: [{type: RequestRedirect, requestRedirect: {"+c.more+"path: {type: ReplaceFullPath, replaceFullPath: /new}}}]}")
		converted, _ := gatewayapi.Convert(manifests(t, text), gatewayapi.Options{})
		d := envoy.Load(converted, "shop").Decide(&simulate.Request{Method: "GET", Scheme: scheme, Host: "a.test", Target: "/old"}, nil)
		if got := d.Response["location"]; got != c.want {
			t.Errorf("%+v: the redirect leads to %q (%s)", c, got, d.Reason)
		}
	}
}

// TestHostsThatAListenerMakesOne: of two HTTPRoutes whose hosts are one at a listener,
// the older is asked first, whatever the length of its paths; without ages nothing is
// known.
func TestHostsThatAListenerMakesOne(t *testing.T) {
	gateway := object("Gateway", "gw", "2024-01-01T00:00:00Z", "gatewayClassName: istio, listeners: [{name: one, port: 80, protocol: HTTP, hostname: one.test}]")
	route := func(name, created, host, kind string) string {
		return object("HTTPRoute", name, created, "parentRefs: [{name: gw}], hostnames: ['"+host+"'], rules: ["+to(kind, "/a", "", name)+"]")
	}
	for _, c := range []struct{ wide, one, want string }{
		{"2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z", "wide"}, {"2024-01-02T00:00:00Z", "2024-01-01T00:00:00Z", "one"}, {"", "", "unknown"},
	} {
		in := gateway + route("wide", c.wide, "*.test", "PathPrefix") + route("one", c.one, "one.test", "Exact")
		if got := decided(t, in, "GET", "http://one.test/a"); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
