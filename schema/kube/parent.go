package kube

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// ParentGateway is a Gateway of the Gateway API.
type ParentGateway struct {
	Origin source.Ref
	Name   ir.Name
	// Account is the service account of the proxy that istiod deploys for it.
	Account   string
	Listeners []ParentListener
}

func (*ParentGateway) object() {}

// ParentListener is a listener of a Gateway of the Gateway API.
type ParentListener struct {
	Origin   source.Ref
	Name     string
	Host     string // lower case; "*" for every host
	Port     int64
	Protocol string
	// from is "All", "Same" or "Selector": the namespaces whose routes are
	// accepted. labels are those of a selector; it is odd with other conditions.
	from   string
	labels map[string]string
	odd    bool
	// only are the namespaces whose routes are accepted, where they are listed.
	only []string
}

func decodeParent(at source.Ref, name ir.Name, root, spec *source.Node) *ParentGateway {
	p := &ParentGateway{Origin: at, Name: name, Account: AccountOf(root, name.Name)}
	for i, n := range source.Elements(source.Field(spec, "listeners")) {
		namespaces := source.Field(source.Field(n, "allowedRoutes"), "namespaces")
		selector := source.Field(namespaces, "selector")
		l := ParentListener{
			Origin: at.At("spec", "listeners").Elem(i),
			Name:   source.Text(source.Field(n, "name")), Host: strings.ToLower(source.Text(source.Field(n, "hostname"))),
			Port: source.Int(source.Field(n, "port")), Protocol: source.Text(source.Field(n, "protocol")),
			from: source.Text(source.Field(namespaces, "from")), labels: source.TextMap(source.Field(selector, "matchLabels")),
			odd: source.Field(selector, "matchExpressions") != nil,
		}
		if l.Host == "" {
			l.Host = "*"
		}
		if l.from == "" {
			l.from = "Same" // what the definition fills in
		}
		p.Listeners = append(p.Listeners, l)
	}
	return p
}

// KnownParent is a Gateway whose hosts and accepted namespaces a configuration
// sets, each nil if not known. It has a listener for each host, by each name of
// sections.
func KnownParent(name ir.Name, sections, hosts, namespaces []string) *ParentGateway {
	p := &ParentGateway{Name: name}
	if len(sections) == 0 {
		sections = []string{""}
	}
	if len(hosts) == 0 {
		hosts = []string{"*"}
	}
	for _, section := range sections {
		for _, h := range hosts {
			l := ParentListener{Name: section, Host: strings.ToLower(h), from: "All"}
			switch {
			case len(namespaces) == 1 && namespaces[0] == "all":
			case len(namespaces) == 1 && namespaces[0] == "same":
				l.from = "Same"
			default:
				l.only = namespaces
			}
			p.Listeners = append(p.Listeners, l)
		}
	}
	return p
}

// AccountOf returns the service account of the proxy of a Gateway of the Gateway
// API: the one that istiod deploys for it (istio, pilot gateway_utils.go,
// GetDefaultName), or the one before which the Gateway names a Service.
func AccountOf(gateway *source.Node, name string) string {
	if account := existingAccount(gateway); account != "" {
		return account
	}
	annotations := source.Field(source.Field(gateway, "metadata"), "annotations")
	if account := source.Text(source.Field(annotations, "gateway.istio.io/service-account")); account != "" {
		return account
	}
	class := source.Text(source.Field(source.Field(gateway, "spec"), "gatewayClassName"))
	if class == "" {
		class = "istio"
	}
	return name + "-" + class
}

// existingAccount returns the service account of pods that are there already, whose
// Service in the Gateway's namespace is its address, as Istio's charts call it; ""
// where there is no such address (gateway_utils.go, IsManaged).
func existingAccount(gateway *source.Node) string {
	own := source.Text(source.Field(source.Field(gateway, "metadata"), "namespace"))
	for _, address := range source.Elements(source.Field(source.Field(gateway, "spec"), "addresses")) {
		name, rest, _ := strings.Cut(source.Text(source.Field(address, "value")), ".")
		namespace, _, _ := strings.Cut(rest, ".")
		switch {
		case source.Text(source.Field(address, "type")) != "Hostname" || namespace != "" && namespace != own:
		case name == "istio-ingressgateway":
			return name + "-service-account"
		default:
			return name
		}
	}
	return ""
}

// Fitting returns the listeners of a Gateway, or those of it that are named, that
// serve routes for a host of a namespace, or why there are none. The Namespace is
// nil where it is not known.
func (p *ParentGateway) Fitting(sections []string, name, namespace string, known *Namespace) (fit []*ParentListener, why string) {
	var labels map[string]string
	if known != nil {
		if labels = known.Labels; labels == nil {
			labels = map[string]string{}
		}
	}
	var reasons []string
	for i := range p.Listeners {
		l := &p.Listeners[i]
		if len(sections) > 0 && !slices.Contains(sections, l.Name) {
			continue
		}
		reason := l.reasonUnfit(name, p.Name.Namespace, namespace, labels)
		if nearer := p.findNearer(l, name); reason == "" && nearer != "" {
			reason = "listener " + nearer + " of its port is the one for that host"
		}
		if reason == "" {
			fit = append(fit, l)
			continue
		}
		reasons = append(reasons, cmp.Or(l.Name, "each")+": "+reason)
	}
	if len(reasons) == 0 {
		reasons = []string{"it has none of the name " + strings.Join(sections, ", ")}
	}
	return fit, strings.Join(reasons, "; ")
}

// At returns the host under which a listener serves routes for a host: the narrower
// of the two, in lower case, "" where they have none in common.
func (l *ParentListener) At(name string) string {
	name = strings.ToLower(name)
	switch {
	case host.Within(name, l.Host):
		return name
	case host.Within(l.Host, name):
		return l.Host
	}
	return ""
}

// findNearer is the listener that keeps a host from another one, "" without:
// requests are for the most specific listener of their port alone (Gateway API,
// listener isolation).
func (p *ParentGateway) findNearer(of *ParentListener, name string) string {
	name = strings.ToLower(name)
	for i := range p.Listeners {
		l := &p.Listeners[i]
		if l.Port == of.Port && l.Host != of.Host && l.Host != "*" && host.Within(name, l.Host) && (of.Host == "*" || host.Within(l.Host, of.Host)) {
			return l.Name
		}
	}
	return ""
}

// reasonUnfit returns why a listener serves no routes for a host of a
// namespace, "" where it does or that is not known. The labels are those of the
// Namespace, nil where it is not known.
func (l *ParentListener) reasonUnfit(name, own, namespace string, labels map[string]string) string {
	switch {
	case l.Protocol != "" && l.Protocol != "HTTP" && l.Protocol != "HTTPS":
		return "its protocol is " + l.Protocol
	case l.Host != "*" && !host.Meet(l.Host, strings.ToLower(name)):
		return "it serves " + l.Host
	case l.from == "Same" && namespace != own:
		return "it accepts routes of its own namespace only"
	case len(l.only) > 0 && !slices.Contains(l.only, namespace):
		return "it accepts routes of " + strings.Join(l.only, ", ") + " only"
	case l.from == "Selector" && !l.odd && l.selects(namespace, labels) == no:
		return "its selector leaves the namespace out"
	}
	return ""
}

// answer is yes, no, or not known.
type answer int

const (
	unknown answer = iota
	yes
	no
)

// selects reports whether the labels of a selector are those of a namespace.
// Each namespace has its name as a label
// (https://kubernetes.io/docs/reference/labels-annotations-taints).
func (l *ParentListener) selects(namespace string, labels map[string]string) answer {
	out := yes
	for key, value := range l.labels {
		have, told := labels[key]
		switch {
		case key == "kubernetes.io/metadata.name":
			have, told = namespace, true
		case labels != nil:
			told = true
		}
		if told && have != value {
			return no
		}
		if !told {
			out = unknown
		}
	}
	return out
}
