package istio

import (
	"slices"
	"testing"
	"time"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	networking "istio.io/api/networking/v1alpha3"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking/core"
	istio "istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/schema/gvk"
)

// port is where the gateway listens, and routeConfiguration the name of what it
// asks istiod for.
const (
	port               = 80
	routeConfiguration = "http.80"
)

// gateway returns the Gateway istio-system/gw, which serves every host.
func gateway() istio.Config {
	return istio.Config{
		Meta: istio.Meta{GroupVersionKind: gvk.Gateway, Name: "gw", Namespace: "istio-system", Domain: "cluster.local", CreationTimestamp: time.Unix(0, 0)},
		Spec: &networking.Gateway{
			Selector: map[string]string{"istio": "ingressgateway"},
			Servers:  []*networking.Server{{Hosts: []string{"*"}, Port: &networking.Port{Number: port, Name: "http", Protocol: "HTTP"}}},
		},
	}
}

// istiod makes the route configuration of an ingress gateway, as istiod does
// for the proxy that asks.
func istiod(t *testing.T, services []istio.Config) *routev3.RouteConfiguration {
	t.Helper()
	fake := core.NewConfigGenTest(t, core.TestOptions{Configs: append([]istio.Config{gateway()}, services...)})
	proxy := fake.SetupProxy(ingress())
	resources, _ := fake.ConfigGen.BuildHTTPRoutes(proxy, &model.PushRequest{Push: fake.PushContext()}, []string{routeConfiguration})
	if len(resources) != 1 {
		t.Fatalf("istiod gives %d route configurations", len(resources))
	}
	out := &routev3.RouteConfiguration{}
	if err := resources[0].Resource.UnmarshalTo(out); err != nil {
		t.Fatal(err)
	}
	return out
}

func ingress() *model.Proxy {
	labels := map[string]string{"istio": "ingressgateway"}
	return &model.Proxy{
		Type: model.Router, ConfigNamespace: "istio-system", Labels: labels,
		Metadata: &model.NodeMetadata{Namespace: "istio-system", IstioVersion: "1.31.0", Labels: labels},
	}
}

// TestConnectionManager holds what the simulator and the tests take for granted
// of the proxy around the routes: paths are normalised, slashes are neither
// merged nor decoded, hosts are taken as they are, and the filter for CORS is
// there.
func TestConnectionManager(t *testing.T) {
	fake := core.NewConfigGenTest(t, core.TestOptions{Configs: append([]istio.Config{gateway()}, configs(t, []object{{
		"metadata": object{"name": "a", "namespace": "default"}, "spec": exceptional(object{}),
	}})...)})
	found := 0
	for _, l := range fake.Listeners(fake.SetupProxy(ingress())) {
		for _, chain := range l.FilterChains {
			for _, f := range chain.Filters {
				m := &hcmv3.HttpConnectionManager{}
				if f.GetTypedConfig().UnmarshalTo(m) != nil {
					continue
				}
				found++
				var filters []string
				for _, h := range m.HttpFilters {
					filters = append(filters, h.Name)
				}
				if !m.NormalizePath.GetValue() || m.MergeSlashes || m.PathWithEscapedSlashesAction != hcmv3.HttpConnectionManager_KEEP_UNCHANGED ||
					m.StripTrailingHostDot || m.StripPortMode != nil || !slices.Contains(filters, "envoy.filters.http.cors") {
					t.Errorf("listener %s: %v %v", l.Name, m, filters)
				}
			}
		}
	}
	if found == 0 {
		t.Error("the gateway has no listener for HTTP")
	}
}
