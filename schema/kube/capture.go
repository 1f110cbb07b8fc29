package kube

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// Capture is what the annotations of a pod say of the requests that its Istio
// sidecar gets
// (https://istio.io/latest/docs/reference/config/annotations/).
type Capture struct {
	// Off is an annotation by which it gets none, or may get none; "" without.
	Off string
	// Only are the ports whose requests it gets, nil for all; Not are those
	// whose requests it does not get.
	Only, Not []string
}

// Annotations that decide about ports.
const (
	onlyPorts = "traffic.sidecar.istio.io/includeInboundPorts"
	notPorts  = "traffic.sidecar.istio.io/excludeInboundPorts"
)

func captureOf(annotations map[string]string) Capture {
	c := Capture{Not: splitList(annotations[notPorts])}
	if only, ok := annotations[onlyPorts]; ok && strings.TrimSpace(only) != "*" {
		c.Only = append([]string{}, splitList(only)...)
	}
	for _, a := range []struct {
		key string
		off func(value string) bool
	}{
		{"sidecar.istio.io/interceptionMode", func(v string) bool { return v == "NONE" }},
		{"proxy.istio.io/config", func(v string) bool { return strings.Contains(v, "interceptionMode") && strings.Contains(v, "NONE") }},
		{"traffic.sidecar.istio.io/excludeInterfaces", func(v string) bool { return v != "" }},
		{"sidecar.istio.io/bootstrapOverride", func(v string) bool { return v != "" }},
		{"inject.istio.io/templates", func(v string) bool { return v != "" && !slices.Contains(splitList(v), "sidecar") }},
	} {
		if a.off(annotations[a.key]) {
			c.Off = a.key
		}
	}
	return c
}

// splitList splits the value of an annotation at its commas.
func splitList(text string) []string {
	var out []string
	for _, p := range strings.Split(text, ",") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// Misses returns the annotation by which the sidecar of the pod does not get the
// requests that a Service sends to the port, or may not get them: target is
// what the Service says, a number or the name of a container's port, or "" if
// that is not known. It returns "" where the sidecar gets them.
func (p *Pod) Misses(target string) string {
	c := &p.Capture
	number, known := target, false
	if _, err := strconv.ParseUint(target, 10, 16); err == nil {
		known = true
	} else if port := p.Ports[target]; target != "" && port > 0 {
		number, known = strconv.Itoa(int(port)), true
	}
	switch {
	case c.Off != "":
		return c.Off
	case c.Only != nil && (!known || !slices.Contains(c.Only, number)):
		return onlyPorts
	case len(c.Not) > 0 && (!known || slices.Contains(c.Not, number)):
		return notPorts
	}
	return ""
}

// portsOf are the named ports of containers.
func portsOf(containers *source.Node) map[string]uint32 {
	var out map[string]uint32
	for _, c := range source.Elements(containers) {
		for _, p := range source.Elements(source.Field(c, "ports")) {
			if name := source.Text(source.Field(p, "name")); name != "" {
				if out == nil {
					out = map[string]uint32{}
				}
				out[name] = uint32(source.Int(source.Field(p, "containerPort")))
			}
		}
	}
	return out
}
