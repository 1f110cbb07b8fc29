package istio

import (
	"testing"

	"github.com/kgw-dev/kgw/simulate"
)

// conditions are those of a match about the way in: what Envoy makes of them, and
// the simulator. Where the two differ, the simulator takes something for granted
// knowingly (docs/testing.md); none of that is in what kgw writes.
var conditions = []struct {
	why              string
	spec             object
	envoy, simulated string // the route that is taken, or a status
}{
	{"a condition on another gateway", exceptional(object{"gateways": []any{"istio-system/other"}}), "second", "second"},
	{"a condition on the labels of the caller", exceptional(object{"sourceLabels": object{"app": "other"}}), "second", "second"},
	{"a condition on the namespace of the caller", exceptional(object{"sourceNamespace": "other"}), "second", "second"},
	{"a condition on another port", exceptional(object{"port": 8443}), "second", "second"},
	{"every Gateway that is named exists, and serves the host", merged(exceptional(object{}), object{"gateways": []any{"istio-system/other"}}), "404", "first"},
}

// exceptional has a route with conditions, and one without.
func exceptional(match object) object {
	to := []any{object{"destination": object{"host": "svc.test", "port": object{"number": 80}}}}
	return object{"hosts": []any{"a.test"}, "gateways": []any{"istio-system/gw"}, "http": []any{
		object{"name": "default/a http[0]", "match": []any{match}, "route": to}, object{"name": "default/a http[1]", "route": to},
	}}
}

func TestConditionsOfTheWayIn(t *testing.T) {
	names := map[string]string{"default/a http[0]": "first", "default/a http[1]": "second", "": "404"}
	for _, x := range conditions {
		t.Run(x.why, func(t *testing.T) {
			docs := []object{{"apiVersion": "networking.istio.io/v1beta1", "kind": "VirtualService", "metadata": object{"name": "a", "namespace": "default"}, "spec": x.spec}}
			e, err := newEnvoy(istiod(t, configs(t, docs)))
			if err != nil {
				t.Fatal(err)
			}
			q := simulate.Request{Method: "GET", Scheme: "http", Host: "a.test", Target: "/"}
			if got := names[e.decide(&q).Route]; got != x.envoy {
				t.Errorf("Envoy takes %s, not %s", got, x.envoy)
			}
			if got := names[simulated(load(t, docs), &q).Route]; got != x.simulated {
				t.Errorf("the simulator takes %s, not %s", got, x.simulated)
			}
		})
	}
}

// TestDelegates follows a delegate as istiod does.
func TestDelegates(t *testing.T) {
	root := exceptional(object{})
	root["http"] = []any{object{"name": "default/a http[0]", "delegate": object{"name": "b", "namespace": "default"}}}
	child := exceptional(object{})
	delete(child, "hosts")
	delete(child, "gateways")
	docs := []object{
		{"apiVersion": "networking.istio.io/v1beta1", "kind": "VirtualService", "metadata": object{"name": "a", "namespace": "default"}, "spec": root},
		{"apiVersion": "networking.istio.io/v1beta1", "kind": "VirtualService", "metadata": object{"name": "b", "namespace": "default"}, "spec": child},
	}
	e, err := newEnvoy(istiod(t, configs(t, docs)))
	if err != nil {
		t.Fatal(err)
	}
	q := simulate.Request{Method: "GET", Scheme: "http", Host: "a.test", Target: "/"}
	want, got := e.decide(&q), simulated(load(t, docs), &q)
	if want.Upstream != "svc.test:80" || got.Upstream != want.Upstream {
		t.Errorf("Envoy sends it to %q, the simulator to %q", want.Upstream, got.Upstream)
	}
}
