package admission

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// servicesOf lists the Services of a resource and of its rules.
func servicesOf() string {
	of := func(at string) string { return fmt.Sprintf(inNamespace, at, at, at) }
	return "(has(object.spec.service) ? [" + of("object.spec.service") + "] : []) + " + rulesOf + ".filter(r, has(r.service)).map(r, " + of("r.service") + ")"
}

// validations are the expressions of a kind, each with its message.
func (k *kind) validations(p *Policy) []any {
	var out []any
	add := func(expression, message string) {
		out = append(out, source.Object{{Key: "expression", Value: expression}, {Key: "message", Value: message}})
	}
	allow := p.Allow
	if allow == nil && k.allowDefault && p.DefaultDomain != "" {
		allow = []string{p.DefaultDomain}
	}
	if allow != nil {
		add(k.inDomains(allow, p.DefaultDomain), "the host must be in one of the domains "+strings.Join(allow, ", "))
	}
	if len(p.Block) > 0 {
		add(fmt.Sprintf("!(%s).exists(s, s.lowerAscii() in %s)", k.services, list(p.Block)), "the Service must not be exposed")
	}
	if p.Gateways != nil && k.gateway != "" {
		add(k.ofGateways(p.Gateways), "the gateway must be one of "+strings.Join(p.Gateways, ", "))
	}
	if p.NoPublic && k.open != "" {
		add(k.notPublic(p.Public), "a route without authentication must be one of policy.publicRoutes")
	}
	for _, l := range p.Labels {
		add(fmt.Sprintf("has(object.metadata.labels) && %s in object.metadata.labels", quoted(l)), "the label "+l+" is required")
	}
	return out
}

// inDomains demands that every host is a domain or below it. A short host is in
// the default domain; without one it is not judged.
func (k *kind) inDomains(allow []string, domain string) string {
	short := "true"
	if domain != "" {
		short = fmt.Sprintf("%s.exists(d, %s == d || %s.endsWith('.' + d))", list(allow), quoted(domain), quoted("."+strings.ToLower(domain)))
	}
	return fmt.Sprintf("(%s).all(h, h.contains('.') ? %s.exists(d, h.lowerAscii() == d || h.lowerAscii().endsWith('.' + d)) : %s)", k.hosts, list(allow), short)
}

// ofGateways demands one of the Gateways in any spelling. An ExternalGateway is
// not one.
func (k *kind) ofGateways(gateways []string) string {
	return fmt.Sprintf("[%s].all(g, g == '' || (g.contains('/') ? g : g.contains('.') ? g.split('.')[1] + '/' + g.split('.')[0] : object.metadata.namespace + '/' + g) in %s)", k.gateway, list(gateways))
}

// notPublic demands that each open rule is one of the routes.
func (k *kind) notPublic(routes []Public) string {
	meant := []string{"!(" + k.open + ")"}
	for _, p := range routes {
		one := k.public(p)
		if p.Host != "" {
			one += fmt.Sprintf(" && (%s).all(h, h.lowerAscii() == %s)", k.hosts, quoted(strings.ToLower(p.Host)))
		}
		meant = append(meant, "("+one+")")
	}
	return rulesOf + ".all(r, " + strings.Join(meant, " || ") + ")"
}

// route says that rule r has a path, and methods of a list only.
func route(p Public) string {
	text := "r.path == " + quoted(p.Path)
	if p.Methods != nil {
		text += fmt.Sprintf(" && has(r.methods) && r.methods.all(m, m in %s)", plain(p.Methods))
	}
	return text
}

// legacyRoute is route; the strategy allow lets every method through.
func legacyRoute(p Public) string {
	text := route(p)
	if p.Methods != nil {
		text += " && !r.accessStrategies.exists(s, s.handler == 'allow')"
	}
	return text
}

// list writes a list of names, which are compared in lower case.
func list(names []string) string {
	lower := make([]string, len(names))
	for i, n := range names {
		lower[i] = strings.TrimSuffix(strings.ToLower(n), ".")
	}
	return plain(lower)
}

func plain(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = quoted(n)
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// quoted writes a text as the language does, whose escapes are Go's.
func quoted(text string) string { return strconv.QuoteToASCII(text) }
