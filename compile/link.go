package compile

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
)

// companions are the objects among the inputs that gateways refer to, and
// those that the configuration knows of.
type companions struct {
	services   map[ir.Name]*kube.Service
	gateways   map[ir.Name]*kube.Gateway
	external   map[ir.Name]*kube.ExternalGateway
	namespaces map[string]*kube.Namespace
	stackSets  map[ir.Name]*kube.StackSet
	pods       []*kube.Pod
	mesh       *kube.ConfigMap
	providers  map[string]bool // by name, whether asked over HTTP
	meshFault  string          // why the mesh configuration cannot be read
}

var meshConfig = ir.Name{Namespace: "istio-system", Name: "istio"}

func (r *run) companions() *companions {
	c := &companions{
		services: map[ir.Name]*kube.Service{}, gateways: map[ir.Name]*kube.Gateway{}, external: map[ir.Name]*kube.ExternalGateway{},
		namespaces: map[string]*kube.Namespace{}, providers: map[string]bool{},
		stackSets: map[ir.Name]*kube.StackSet{},
	}
	r.known(c)
	for _, u := range r.units {
		switch o := u.companion.(type) {
		case *kube.Service:
			c.services[o.Name] = o
		case *kube.Gateway:
			c.gateways[o.Name] = o
		case *kube.ExternalGateway:
			c.external[o.Name] = o
		case *kube.Namespace:
			c.namespaces[o.Name] = o
		case *kube.StackSet:
			c.stackSets[o.Name] = o
		case *kube.Pod:
			c.pods = append(c.pods, o)
		case *kube.ConfigMap:
			if o.Name == meshConfig {
				c.readMesh(o)
			}
		case *kube.VirtualService, nil:
		}
	}
	return c
}

// known adds what kgw.yaml says of other repositories.
func (r *run) known(c *companions) {
	config := r.options.Config
	for _, s := range config.Known.Services {
		name := ir.Name{Namespace: s.Namespace, Name: s.Name}
		service := &kube.Service{Name: name, Selector: s.Selector}
		for _, p := range s.Ports {
			service.Ports = append(service.Ports, kube.ServicePort{Name: p.Name, Port: p.Port})
		}
		c.services[name] = service
	}
	for _, g := range config.Known.Gateways {
		name := ir.Name{Namespace: g.Namespace, Name: g.Name}
		c.gateways[name] = &kube.Gateway{Name: name, Servers: [][]string{g.Hosts}}
	}
	for _, p := range slices.Concat(config.Known.Providers, config.Istio.ExtAuthProviders) {
		c.providers[p] = true
	}
}

func (c *companions) readMesh(o *kube.ConfigMap) {
	c.mesh = o
	text, ok := o.Data["mesh"]
	if !ok {
		c.meshFault = "Istio ConfigMap does not contain mesh key"
		return
	}
	providers, err := kube.Providers(text)
	if err != nil {
		c.meshFault = "Failed to unmarshal mesh data"
		return
	}
	for name, http := range providers {
		c.providers[name] = c.providers[name] || http
	}
}

// aim chooses each gateway's target.
func (r *run) aim() {
	r.targets = map[string]*boundTarget{}
	for _, u := range r.compiled {
		u.target = r.target(u)
	}
}

// link fills in what other documents say: hosts, gateways, selectors.
func (r *run) link() {
	c := r.companions()
	for _, u := range r.compiled {
		g := u.gateway
		c.traffic(g, &r.found)
		c.ports(g, &r.found)
		c.workloads(u, &r.found)
		c.authorizers(g, &r.found)
		c.hosts(g, &r.found)
		c.ingress(g, &r.found)
	}
}

// workloads finds the pods behind each route whose target protects them.
func (c *companions) workloads(u *unit, found *diag.List) {
	if u.target == nil || !u.target.WritesPolicies(u.gateway) {
		return
	}
	says := &u.gateway.Convention.Says
	for _, route := range u.gateway.Routes {
		forward, _ := route.Action.(ir.Forward)
		for i := range forward.To {
			up := &forward.To[i]
			if up.Name == "" {
				continue
			}
			service := c.services[ir.Name{Namespace: up.Namespace, Name: up.Name}]
			if service == nil {
				noService(route, up, says, found)
				continue
			}
			up.Selector = &service.Selector
			c.pod(route, up, service, says, found)
		}
	}
}

// upstreamRef is where a rule names its Service: its own field, or the rule
// when the Service is that of the whole resource.
func upstreamRef(r *ir.Route, up *ir.Upstream) source.Ref {
	if strings.HasPrefix(up.Origin.Path, r.Origin.Path) {
		return up.Origin.At("name")
	}
	return r.Origin
}

func noService(r *ir.Route, up *ir.Upstream, says *ir.Says, found *diag.List) {
	f := found.Add(diag.Finding{Code: diag.ServiceNotFound, At: upstreamRef(r, up),
		Message:  fmt.Sprintf("the policies of this rule need the selector of Service %q in namespace %q, which is not among the inputs", up.Name, up.Namespace),
		Help:     "add the Service's manifest to the inputs, or its selector to known.services in kgw.yaml",
		Upstream: &diag.Upstream{Attribute: "." + r.Origin.Path, Message: fmt.Sprintf(says.NoService, up.Name)}})
	if says.NoServiceAlone {
		f.Upstream.Attribute = ""
	}
}

// pod checks that a Service selects pods and that those among the inputs have
// a sidecar, which enforces policies.
func (c *companions) pod(r *ir.Route, up *ir.Upstream, s *kube.Service, says *ir.Says, found *diag.List) {
	if r.InMesh.Doc == nil {
		return
	}
	if len(s.Selector) == 0 {
		f := found.Add(diag.Finding{Code: diag.NoSelector, At: upstreamRef(r, up),
			Message:  fmt.Sprintf("Service %q in namespace %q has no selector, so that no policy can protect its pods", up.Name, up.Namespace),
			Help:     "give the Service a selector",
			Upstream: &diag.Upstream{Attribute: "." + r.InMesh.Path + says.NoSelectorAt, Message: says.NoSelector}})
		if s.Origin.Doc != nil {
			f.Related = []diag.Related{{Message: "the Service", At: s.Origin.At("spec")}}
		}
		return
	}
	for _, p := range c.pods {
		if p.Name.Namespace != up.Namespace || !selects(s.Selector, p.Labels) || c.injected(p) {
			continue
		}
		found.Add(diag.Finding{Code: diag.NoSidecar, At: upstreamRef(r, up),
			Message:  fmt.Sprintf("pod %q of Service %q has no Istio sidecar, so that no policy is enforced there", p.Name, up.Name),
			Help:     "label the namespace istio-injection: enabled, or add the container istio-proxy",
			Related:  []diag.Related{{Message: "the pod", At: p.Origin.At("metadata", "name")}},
			Upstream: &diag.Upstream{Attribute: "." + r.InMesh.Path + says.NoSidecarAt, Message: fmt.Sprintf(says.NoSidecar, p.Name)}})
	}
}

func selects(selector, labels map[string]string) bool {
	for k, v := range selector {
		if labels[k] != v {
			return false
		}
	}
	return true
}

// injected tells whether a pod has a sidecar or will get one when it is
// created, as Istio's injection labels say.
func (c *companions) injected(p *kube.Pod) bool {
	if slices.Contains(p.Containers, "istio-proxy") {
		return true
	}
	ns := c.namespaces[p.Name.Namespace]
	if p.Injection == "false" || ns == nil {
		return p.Injection == "true"
	}
	return p.Injection == "true" || ns.Labels["istio-injection"] == "enabled" || ns.Labels["istio.io/rev"] != ""
}

// authorizers checks that the external authorizers of each route are defined.
func (c *companions) authorizers(g *ir.Gateway, found *diag.List) {
	for _, r := range g.Routes {
		for i := range r.Access.Grants {
			ext, ok := r.Access.Grants[i].Proof.(ir.External)
			if ok {
				c.providersOf(r, ext.Providers, found)
				break
			}
		}
	}
}

func (c *companions) providersOf(r *ir.Route, providers []ir.Provider, found *diag.List) {
	for _, p := range providers {
		http, defined := c.providers[p.Name]
		if http {
			continue
		}
		f := diag.Finding{Code: diag.ProviderNotFound, At: p.Origin,
			Message:  fmt.Sprintf("external authorizer %q is not defined in the mesh configuration", p.Name),
			Help:     "add ConfigMap istio-system/istio to the inputs, or the name to istio.extAuthProviders in kgw.yaml",
			Upstream: &diag.Upstream{Attribute: "." + r.Origin.Path + ".extAuth.externalAuthorizers." + p.Name, Message: "Authorizer not found in Istio ConfigMap mesh data"}}
		switch {
		case c.mesh == nil:
			f.Upstream = &diag.Upstream{Attribute: "." + r.Origin.Path + ".extAuth", Message: "Failed to get Istio ConfigMap"}
		case c.meshFault != "":
			f.Message = fmt.Sprintf("external authorizer %q cannot be looked up: the mesh configuration has no readable key mesh", p.Name)
			f.Upstream = &diag.Upstream{Attribute: "." + r.Origin.Path + ".extAuth.externalAuthorizers", Message: c.meshFault}
		case defined:
			f.Message = fmt.Sprintf("external authorizer %q is not asked over HTTP (envoyExtAuthzHttp)", p.Name)
			f.Help = "define it with envoyExtAuthzHttp in the mesh configuration"
			f.Upstream.Message = "EnvoyExtAuthzHttp not found in Istio ConfigMap mesh data for authorizer"
		}
		found.Add(f)
		if c.mesh == nil || c.meshFault != "" {
			return
		}
	}
}

// hosts completes short hosts with the domain of the Gateway.
func (c *companions) hosts(g *ir.Gateway, found *diag.List) {
	if g.Convention.Says.NoGateway == "" {
		return
	}
	ref := g.Ingress.Ref
	if g.Ingress.External.Name != "" {
		ref = gatewayOf(g.Ingress.External)
	}
	for i := range g.Hosts {
		h := &g.Hosts[i]
		if !h.Short {
			continue
		}
		domain, gateway := c.domain(ref, g.Ingress.External)
		h.Short = false
		if domain != "" {
			h.Name = h.Written + "." + domain
			continue
		}
		h.Name = ""
		shortHost(g, h, ref, gateway, found)
	}
}

func shortHost(g *ir.Gateway, h *ir.Host, ref ir.Name, gateway *kube.Gateway, found *diag.List) {
	says := &g.Convention.Says
	f := found.Add(diag.Finding{Code: diag.GatewayNotFound, At: h.Origin,
		Message:  fmt.Sprintf("the domain of host %q is that of Gateway %q, which is not among the inputs", h.Written, ref),
		Help:     "add the Gateway to the inputs or its hosts to known.gateways in kgw.yaml, or write the full host",
		Upstream: &diag.Upstream{Attribute: "." + h.Origin.Path, Message: fmt.Sprintf(says.NoGateway, ref)}})
	if gateway == nil {
		return
	}
	f.Code, f.Upstream.Message = diag.GatewayNotShort, says.NoGatewayDomain
	f.Message = fmt.Sprintf("host %q is short, and Gateway %q does not serve exactly one host of the form *.domain", h.Written, ref)
	f.Help = "write the full host, or give all servers of the Gateway the same wildcard host"
	if gateway.Origin.Doc != nil {
		f.Related = []diag.Related{{Message: "the Gateway", At: gateway.Origin.At("spec", "servers")}}
	}
}

// domain returns the one domain that all servers of a Gateway serve as a
// wildcard. For an ExternalGateway whose Gateway is not there, its own domain
// serves.
func (c *companions) domain(ref, external ir.Name) (string, *kube.Gateway) {
	gateway := c.gateways[ref]
	if gateway == nil {
		if e := c.external[external]; e != nil && strings.HasPrefix(e.Domain, "*.") {
			return e.Domain[2:], nil
		}
		return "", nil
	}
	domain := ""
	for _, hosts := range gateway.Servers {
		if len(hosts) != 1 || !strings.HasPrefix(hosts[0], "*.") || domain != "" && domain != hosts[0][2:] {
			return "", gateway
		}
		domain = hosts[0][2:]
	}
	return domain, gateway
}

const maxExternalName = 45

// gatewayOf names the Gateway that Kyma's controller (3.10.0) makes for an
// ExternalGateway.
func gatewayOf(external ir.Name) ir.Name {
	base := external.Name
	if len(base) > maxExternalName {
		sum := sha256.Sum256([]byte(base))
		base = base[:37] + "-" + hex.EncodeToString(sum[:])[:7]
	}
	return ir.Name{Namespace: external.Namespace, Name: base + "-gw"}
}

// ingress checks that the Gateway is there, for dialects whose controller
// does.
func (c *companions) ingress(g *ir.Gateway, found *diag.List) {
	if g.Convention.Says.NoGateway == "" {
		return
	}
	in := &g.Ingress
	switch {
	case in.External.Name != "" && in.Text != "":
	case in.External.Name != "":
		in.Text = gatewayOf(in.External).String()
		if c.external[in.External] == nil {
			missingGateway(in, "ExternalGateway", in.External, found)
		}
	case in.Text != "" && c.gateways[in.Ref] == nil:
		missingGateway(in, "Gateway", in.Ref, found)
	}
}

func missingGateway(in *ir.Ingress, kind string, name ir.Name, found *diag.List) {
	help := "add it to the inputs, or to known.gateways in kgw.yaml"
	if kind == "ExternalGateway" {
		help = "add it to the inputs"
	}
	found.Add(diag.Finding{Code: diag.GatewayNotFound, At: in.Origin, Help: help,
		Message:  fmt.Sprintf("%s %q is not among the inputs", kind, name),
		Upstream: &diag.Upstream{Attribute: "." + in.Origin.Path, Message: kind + " not found"}})
}
