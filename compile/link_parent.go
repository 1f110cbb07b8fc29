package compile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/schema/kube"
)

// parent fills in what the Gateway of the Gateway API says that HTTPRoutes of a
// resource belong to, where it is among the inputs, and checks that it serves
// the hosts.
func (c *companions) parent(u *unit, found *diag.List) {
	g := u.gateway
	if u.target == nil || !u.target.GatewayAPI.Routes {
		return
	}
	p := u.target.GatewayAPI.ParentOf(g)
	gateway := c.parents[p.Name]
	if gateway == nil || p.Kind != "Gateway" {
		return
	}
	g.Ingress.Parent = &ir.ParentDocument{Account: gateway.Account}
	for i := range g.Hosts {
		h := &g.Hosts[i]
		if h.Name == "" || h.Short {
			continue // said elsewhere
		}
		fit, why := c.fitting(gateway, p.Sections, h.Name, g.Name.Namespace)
		if len(fit) == 0 {
			found.Add(diag.Finding{
				Code: diag.ParentUnfit, At: h.Origin, Help: "change the listener, or name another Gateway or listener in gatewayAPI.gateways of kgw.yaml",
				Message: fmt.Sprintf("no listener of the Gateway %q accepts routes for host %q from namespace %q: %s", gateway.Name, h.Name, g.Name.Namespace, why),
				Related: []diag.Related{{Message: "the Gateway", At: gateway.Origin.At("spec", "listeners")}},
			})
		}
		for _, l := range fit {
			if l.Protocol == "HTTPS" && !slices.Contains(g.Ingress.Parent.Secure, l.Name) {
				g.Ingress.Parent.Secure = append(g.Ingress.Parent.Secure, l.Name)
				g.Ingress.Parent.SecureAt = append(g.Ingress.Parent.SecureAt, l.Origin.At("name"))
			}
		}
	}
}

// fitting are the listeners of a Gateway, or those of it that are named, that
// serve routes for a host of a namespace, or why there are none.
func (c *companions) fitting(gateway *kube.ParentGateway, sections []string, name, namespace string) (fit []*kube.ParentListener, why string) {
	var labels map[string]string
	if n := c.namespaces[namespace]; n != nil {
		if labels = n.Labels; labels == nil {
			labels = map[string]string{}
		}
	}
	var reasons []string
	for i := range gateway.Listeners {
		l := &gateway.Listeners[i]
		if len(sections) > 0 && !slices.Contains(sections, l.Name) {
			continue
		}
		reason := l.Unfit(name, gateway.Name.Namespace, namespace, labels)
		if nearer := nearerListener(gateway, l, name); reason == "" && nearer != "" {
			reason = "listener " + nearer + " of its port is the one for that host"
		}
		if reason == "" {
			fit = append(fit, l)
			continue
		}
		reasons = append(reasons, l.Name+": "+reason)
	}
	if len(reasons) == 0 {
		reasons = []string{"it has none of the name " + strings.Join(sections, ", ")}
	}
	return fit, strings.Join(reasons, "; ")
}

// nearerListener is the listener that keeps a host from another one, "" without:
// requests are for the most specific listener of their port alone (Gateway API,
// listener isolation).
func nearerListener(gateway *kube.ParentGateway, of *kube.ParentListener, name string) string {
	name = strings.ToLower(name)
	for i := range gateway.Listeners {
		l := &gateway.Listeners[i]
		if l.Port == of.Port && l.Host != of.Host && l.Host != "*" && host.Within(name, l.Host) && (of.Host == "*" || host.Within(l.Host, of.Host)) {
			return l.Name
		}
	}
	return ""
}
