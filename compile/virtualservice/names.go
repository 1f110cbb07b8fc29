package virtualservice

import (
	"cmp"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/ir"
)

const (
	maxDomain = 255 // characters of a host, as Istio's webhook bounds them
	maxLabel  = 63
)

// checkNames reports hosts, a gateway reference and services that Istio's
// webhook refuses (pkg/config/validation and its package agent).
func checkNames(g *ir.Gateway, t *ir.Target, found *diag.List) {
	for i := range g.Hosts {
		h := &g.Hosts[i]
		if h.Name == "" || h.Short {
			continue
		}
		why := hostFault(h.Name)
		for j := range i {
			if other := g.Hosts[j].Name; why == "" && host.Meet(other, h.Name) {
				why = fmt.Sprintf("beside %q, one of the two covers the other", other)
			}
		}
		if why != "" {
			found.Add(diag.Finding{
				Code: diag.BadHost, At: h.Origin,
				Message: fmt.Sprintf("Istio refuses the host %q: %s", h.Name, why),
				Help:    "use letters, digits and \"-\" in labels of at most 63 characters, and do not end in a number",
			})
		}
	}
	if why := gatewayFault(g.Ingress.Text); g.Ingress.Text != "" && why != "" {
		found.Add(diag.Finding{
			Code: diag.BadHost, At: g.Ingress.Origin,
			Message: fmt.Sprintf("Istio refuses the gateway %q: %s", g.Ingress.Text, why),
			Help:    "write the gateway as namespace/name",
		})
	}
	for _, r := range g.Routes {
		if r.RoutedBy == nil {
			checkServices(r, t, found)
		}
	}
}

// checkServices reports the names of Services that Istio refuses as hosts.
func checkServices(r *ir.Route, t *ir.Target, found *diag.List) {
	forward, ok := r.Action.(ir.Forward)
	if !ok || t.Plan.Delegated(r) {
		return
	}
	for i := range forward.To {
		u := &forward.To[i]
		if why := hostFault(u.Host()); why != "" {
			found.Add(diag.Finding{
				Code: diag.BadHost, At: u.Origin.At("name"),
				Message: fmt.Sprintf("Istio refuses the destination %q: %s", u.Host(), why),
				Help:    "write the name of a Service: letters, digits and \"-\", at most 63 characters",
			})
		}
	}
}

// gatewayFault returns why Istio refuses a reference to a Gateway: it must be
// namespace and name, each a label, or a DNS name.
func gatewayFault(text string) string {
	namespace, name, slashed := strings.Cut(text, "/")
	if !slashed {
		return domainFault(text)
	}
	return cmp.Or(labelFault(namespace), labelFault(name))
}

// hostFault returns why Istio refuses a host: it must be an address, or a
// domain whose first label may be a wildcard or begin with one.
func hostFault(name string) string {
	if _, err := netip.ParseAddr(name); err == nil {
		return ""
	}
	first, rest, dotted := strings.Cut(name, ".")
	label, wild := strings.CutPrefix(first, "*")
	switch {
	case len(name) > maxDomain:
		return tooLong
	case len(first) > maxLabel:
		return labelFault(first)
	case wild && label != "" && !isLabel(strings.TrimPrefix(label, "-")), !wild && !isLabel(first):
		return fmt.Sprintf("%q is not a DNS label", first)
	case !dotted:
		return ""
	}
	return domainFault(rest)
}

var tooLong = fmt.Sprintf("it has more than %d characters", maxDomain)

// domainFault returns why Istio refuses a domain without a wildcard. A dot at
// its end is allowed, a number as its last label is not.
func domainFault(name string) string {
	labels := strings.Split(name, ".")
	last := labels[len(labels)-1]
	if len(name) > maxDomain {
		return tooLong
	}
	if _, err := strconv.Atoi(last); err == nil {
		return fmt.Sprintf("its last label %q is a number", last)
	}
	if last == "" {
		labels = labels[:len(labels)-1]
	}
	for _, label := range labels {
		if why := labelFault(label); why != "" {
			return why
		}
	}
	return ""
}

func labelFault(label string) string {
	switch {
	case len(label) > maxLabel:
		return fmt.Sprintf("label %q has more than %d characters", label, maxLabel)
	case !isLabel(label):
		return fmt.Sprintf("%q is not a DNS label", label)
	}
	return ""
}

func isLabel(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && (c != '-' || i == 0 || i == len(s)-1) {
			return false
		}
	}
	return s != ""
}
