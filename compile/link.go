package compile

import (
	"maps"
	"slices"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
)

// companions are the objects among the inputs that gateways refer to, and
// those that the configuration knows of.
type companions struct {
	services     map[ir.Name]*kube.Service
	gateways     map[ir.Name]*kube.Gateway
	external     map[ir.Name]*kube.ExternalGateway
	certificates map[string][]*ir.Certificate // by the name of their Secret
	namespaces   map[string]*kube.Namespace
	stackSets    map[ir.Name]*kube.StackSet
	parents      map[ir.Name]*kube.ParentGateway
	replaced     map[ir.Name]bool // Istio Gateways that are absent and replaced by Gateways of the Gateway API
	pods         []*kube.Pod
	mesh         *kube.ConfigMap
	providers    map[string]bool // by name, whether asked over HTTP
	meshFault    string          // why the mesh configuration cannot be read
	module       *ir.Module      // the settings of the API Gateway module of Kyma
	known        map[*config.Config]map[ir.Name]*kube.Service
	byLabel      map[labelled][]*kube.Pod // pods; nil before they are asked for
	byName       map[string]*kube.Service // see namesakes
	answers      *[]answer                // answers for the gateway that is linked; nil keeps none
}

var meshConfig = ir.Name{Namespace: "istio-system", Name: "istio"}

func (r *run) companions() *companions {
	c := &companions{
		services: map[ir.Name]*kube.Service{}, gateways: map[ir.Name]*kube.Gateway{}, external: map[ir.Name]*kube.ExternalGateway{},
		namespaces: map[string]*kube.Namespace{}, providers: map[string]bool{},
		stackSets: map[ir.Name]*kube.StackSet{}, parents: map[ir.Name]*kube.ParentGateway{}, certificates: map[string][]*ir.Certificate{}, known: map[*config.Config]map[ir.Name]*kube.Service{},
	}
	r.addKnown(c)
	for _, u := range r.units {
		if m, ok := u.beside.(*ir.Module); ok {
			c.module = m
		}
		if k, ok := u.beside.(*ir.Certificate); ok {
			c.certificates[k.Secret.Name] = append(c.certificates[k.Secret.Name], k)
		}
		switch o := u.companion.(type) {
		case *kube.Service:
			if known := c.services[o.Name]; known == nil || !o.Function {
				c.services[o.Name] = o
			}
		case *kube.Gateway:
			c.gateways[o.Name] = o
		case *kube.ParentGateway:
			c.parents[o.Name] = o
		case *kube.ExternalGateway:
			c.external[o.Name] = o
		case *kube.Namespace:
			c.namespaces[o.Name] = o
		case *kube.StackSet:
			// In git a StackSet has no status.
			if c.stackSets[o.Name] == nil || len(o.Traffic) > 0 {
				c.stackSets[o.Name] = o
			}
		case *kube.Pod:
			c.pods = append(c.pods, o)
		case *kube.ConfigMap:
			if o.Name == meshConfig {
				c.readMesh(o)
			}
		case *kube.VirtualService, *kube.Rule, *kube.Route, *kube.Exposure, *kube.AuthorizationPolicy, *kube.RequestAuthentication, *kube.ServiceEntry, nil:
		}
	}
	// A controller sees the whole cluster: if some Gateways are among the inputs, no
	// other Gateway is assumed to exist.
	if r.options.Config.Mode() == diag.Strict || len(c.gateways) == 0 {
		c.assumeGateway(r.options.Config.Domains.Default)
	}
	return c
}

// addKnown adds what kgw.yaml says of other repositories.
func (r *run) addKnown(c *companions) {
	for _, config := range slices.Backward(r.scopes()) {
		addKnownOf(config, c)
	}
}

// service is findService for the gateway that is linked.
func (c *companions) service(name ir.Name, holds *config.Config) *kube.Service {
	found := c.findService(name, holds)
	c.noteAnswer(answer{question: whichService, name: name, service: found})
	return found
}

// noteAnswer keeps an answer to the gateway that is linked.
func (c *companions) noteAnswer(a answer) {
	if c.answers != nil {
		*c.answers = append(*c.answers, a)
	}
}

// findService finds a Service for a resource under a configuration: among the inputs,
// else in that configuration or one further up, else in any other.
func (c *companions) findService(name ir.Name, holds *config.Config) *kube.Service {
	found := c.services[name]
	if found != nil && found.Origin.Doc != nil {
		return found
	}
	for ; holds != nil; holds = holds.Above {
		if c.known[holds] == nil {
			c.known[holds] = knownServices(holds)
		}
		if s := c.known[holds][name]; s != nil {
			return s
		}
	}
	return found
}

func knownServices(config *config.Config) map[ir.Name]*kube.Service {
	out := map[ir.Name]*kube.Service{}
	for i, s := range config.Known.Services {
		service := &kube.Service{Setting: source.JoinIndex("known.services", i), Name: ir.Name{Namespace: s.Namespace, Name: s.Name}, Selector: s.Selector}
		for _, p := range s.Ports {
			service.Ports = append(service.Ports, kube.ServicePort{Name: p.Name, Port: p.Port})
		}
		out[service.Name] = service
	}
	return out
}

// addKnownOf adds what one configuration says.
func addKnownOf(config *config.Config, c *companions) {
	maps.Copy(c.services, knownServices(config))
	for i, g := range config.Known.Gateways {
		name := ir.Name{Namespace: g.Namespace, Name: g.Name}
		c.gateways[name] = &kube.Gateway{Setting: source.JoinIndex("known.gateways", i), Name: name, Servers: [][]string{g.Hosts}, HTTPS: [][]string{g.Hosts}}
	}
	addKnownParents(config, c)
	for i := range config.Known.StackSets {
		s := &config.Known.StackSets[i]
		set := &kube.StackSet{Name: ir.Name{Namespace: s.Namespace, Name: s.Name}}
		for _, t := range s.Traffic {
			set.Traffic = append(set.Traffic, kube.TrafficShare{Service: t.Service, Port: ir.Port{Number: t.Port}, Weight: t.Weight})
		}
		c.stackSets[set.Name] = set
	}
	for _, p := range slices.Concat(config.Known.Providers, config.Istio.ExtAuthProviders) {
		c.providers[p] = true
	}
}

// addKnownParents adds the Gateways of the Gateway API whose hosts or
// namespaces a configuration sets. The Istio Gateways that they replace serve
// those hosts too.
func addKnownParents(config *config.Config, c *companions) {
	for _, istio := range slices.Sorted(maps.Keys(config.GatewayAPI.Gateways)) {
		g := config.GatewayAPI.Gateways[istio]
		name := ir.NameIn(istio)
		if len(g.Hosts) > 0 && c.gateways[name] == nil {
			setting := source.JoinKey("gatewayAPI.gateways", istio)
			c.gateways[name] = &kube.Gateway{Setting: setting, Name: name, Servers: [][]string{g.Hosts}, HTTPS: [][]string{g.Hosts}}
		}
		if len(g.Hosts)+len(g.Namespaces) == 0 || g.Kind == "ListenerSet" {
			continue
		}
		p := kube.KnownParent(ir.NameIn(g.NameFor(istio)), g.Sections, g.Hosts, g.Namespaces)
		if known := c.parents[p.Name]; known != nil && known.Origin.Doc == nil {
			p.Listeners = append(known.Listeners, p.Listeners...)
		}
		c.parents[p.Name] = p
	}
}

// readMesh reads a mesh configuration. Of several, as in overlays for clusters of
// their own, all providers are known.
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
	r.targets = map[scoped]*boundTarget{}
	for _, u := range r.compiled {
		u.target = r.target(u)
	}
}

// useParentGateways uses a Gateway of the Gateway API instead of the Istio Gateway that
// resources name, where that is not among the inputs and all these resources have
// HTTPRoutes.
func (r *run) useParentGateways(c *companions) {
	c.replaced = map[ir.Name]bool{}
	routed, other := map[ir.Name]ir.Name{}, map[ir.Name]bool{}
	for _, u := range r.compiled {
		g := u.gateway
		name := g.Ingress.Reference()
		if u.target == nil || !u.target.GatewayAPI.Routes {
			other[name] = true
		} else if p := u.target.GatewayAPI.ParentOf(g); p.Kind == "Gateway" {
			routed[name] = p.Name
		}
	}
	for name, parent := range routed {
		p := c.parents[parent]
		if known := c.gateways[name]; p == nil || p.Origin.Doc == nil || other[name] || known != nil && !known.Assumed {
			continue
		}
		g := &kube.Gateway{Origin: p.Origin, HostsAt: p.Origin.At("spec", "listeners"), Name: name}
		for i := range p.Listeners {
			l := &p.Listeners[i]
			if g.Servers = append(g.Servers, []string{l.Host}); l.Protocol == "HTTPS" {
				g.HTTPS = append(g.HTTPS, []string{l.Host})
			}
		}
		c.gateways[name], c.replaced[name] = g, true
	}
}

// keepAnswers starts keeping the answers to the questions of a gateway, for a Memory.
func (r *run) keepAnswers(c *companions, l *links) {
	if r.options.Memory != nil {
		c.answers = &l.answers
	}
}

// link fills in what other documents say: hosts, gateways, selectors.
func (r *run) link() {
	c := r.companions()
	r.result.Domain = c.clusterDomain(r.options.Config.Domains.Default)
	r.useParentGateways(c)
	r.recallLinks(c)
	for _, u := range r.compiled {
		if l := u.links; !l.made {
			r.keepAnswers(c, l)
			c.completeHosts(u.gateway, r.configOf(u.doc).Domains.Default, &l.early)
			c.linkTraffic(u.gateway, &l.early)
			c.completePorts(u.gateway, r.configOf(u.doc), &l.early)
		}
		r.found = append(r.found, u.links.early...)
	}
	r.rewrite()
	r.shareBudget()
	for _, u := range r.compiled {
		if !u.linked.made {
			r.keepAnswers(c, u.links)
			c.complete(u, r.configOf(u.doc), &u.linked.found)
			u.linked.found = slices.DeleteFunc(u.linked.found, u.aboutMistyped)
			u.linked.made = true
		}
		r.found = append(r.found, u.linked.found...)
		if r.options.Memory == nil {
			u.links = nil
		}
	}
	c.answers = nil
	c.checkGateways(r.options.At, &r.found)
	r.checkNames()
}

// complete fills in what other documents say of a gateway in the terms of its
// target.
func (c *companions) complete(u *unit, holds *config.Config, found *diag.List) {
	g := u.gateway
	c.linkWorkloads(u, holds, found)
	c.checkAuthorizers(g, found)
	c.completeShortHosts(g, holds.Domains.Default, found)
	c.checkIngressGateway(g, found)
	c.checkServes(g, found)
	c.checkGatewayPresent(g, found)
	c.checkGatewayMade(g, found)
	c.checkTLS(g, found)
	c.linkParent(u, found)
}
