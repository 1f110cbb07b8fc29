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
