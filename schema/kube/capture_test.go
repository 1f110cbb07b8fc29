package kube

import "testing"

func TestMisses(t *testing.T) {
	for _, c := range []struct {
		key, value, target, want string
	}{
		{"other", "80", "80", ""},
		{notPorts, "80", "80", notPorts},
		{notPorts, "9090, 80", "80", notPorts},
		{notPorts, "9090", "80", ""},
		{notPorts, "9090", "", notPorts},
		{notPorts, "8080", "web", notPorts},
		{notPorts, "80", "web", ""},
		{notPorts, "80", "unnamed", notPorts},
		{notPorts, "", "80", ""},
		{onlyPorts, "*", "80", ""},
		{onlyPorts, "", "80", onlyPorts},
		{onlyPorts, "80,81", "80", ""},
		{onlyPorts, "81", "80", onlyPorts},
		{onlyPorts, "81", "", onlyPorts},
		{"sidecar.istio.io/interceptionMode", "NONE", "80", "sidecar.istio.io/interceptionMode"},
		{"sidecar.istio.io/interceptionMode", "TPROXY", "80", ""},
		{"proxy.istio.io/config", "{interceptionMode: NONE}", "80", "proxy.istio.io/config"},
		{"proxy.istio.io/config", "{concurrency: 2}", "80", ""},
		{"traffic.sidecar.istio.io/excludeInterfaces", "eth1", "80", "traffic.sidecar.istio.io/excludeInterfaces"},
		{"inject.istio.io/templates", "sidecar,more", "80", ""},
		{"inject.istio.io/templates", "grpc-agent", "80", "inject.istio.io/templates"},
		{"sidecar.istio.io/bootstrapOverride", "own", "80", "sidecar.istio.io/bootstrapOverride"},
	} {
		p := Pod{Ports: map[string]uint32{"web": 8080}, Capture: captureOf(map[string]string{c.key: c.value})}
		if got := p.Misses(c.target); got != c.want {
			t.Errorf("%s %q, port %q: %q, want %q", c.key, c.value, c.target, got, c.want)
		}
	}
}
