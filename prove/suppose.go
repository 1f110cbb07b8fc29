package prove

import (
	"slices"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/prove/classes"
)

// standInDomain completes short hosts where no domain is known. It is reserved
// (RFC 6761), so that it is nobody's.
const standInDomain = "domain.invalid"

// Suppose gives options under which the inputs compile as far as they can be
// compared: as the controllers would have written them, with a stand-in for
// every Service, Gateway, domain and authorizer that is missing. The pods of a
// Service that stands in are its own. What was supposed is listed, sorted.
func Suppose(inputs []compile.Input, o compile.Options) (compile.Options, []string) {
	o = o.WithDefaults()
	c := *o.Config
	c.Compat = "controller"
	o.Config, o.NoInfos, o.Schema, o.Status = &c, true, false, false
	o.Supposed = true
	s := &supposition{config: &c, known: map[string]bool{}}
	if c.Domains.Default == "" {
		c.Domains.Default = standInDomain
	}
	s.know()
	for _, in := range inputs {
		asked := o
		asked.Model, asked.Passthrough = true, true
		s.read(compile.Link(in, asked))
	}
	slices.Sort(s.list)
	return o, slices.Compact(s.list)
}

// supposition adds what is missing to a configuration.
type supposition struct {
	config *config.Config
	known  map[string]bool
	list   []string
}

func (s *supposition) know() {
	k := &s.config.Known
	k.Services, k.Gateways = slices.Clone(k.Services), slices.Clone(k.Gateways)
	s.config.Istio.ExtAuthProviders = slices.Clone(s.config.Istio.ExtAuthProviders)
	s.known["Gateway "+compile.KymaGateway.String()] = true
	for _, g := range k.Gateways {
		s.known["Gateway "+ir.Name{Namespace: g.Namespace, Name: g.Name}.String()] = true
	}
	for _, v := range k.Services {
		s.known["Service "+ir.Name{Namespace: v.Namespace, Name: v.Name}.String()] = true
	}
	for _, p := range slices.Concat(k.Providers, s.config.Istio.ExtAuthProviders) {
		s.known["authorizer "+p] = true
	}
}

func (s *supposition) read(r *compile.Result) {
	for _, d := range r.Others {
		kind := d.Kind
		if kind == "Function" {
			kind = "Service"
		}
		s.known[kind+" "+ir.Name{Namespace: d.Namespace, Name: d.Name}.String()] = true
	}
	for _, resource := range r.Resources {
		if resource.Gateway != nil {
			s.gateway(resource.Gateway)
		}
	}
}

// missing tells whether something is not known yet, and notes it.
func (s *supposition) missing(what string) bool {
	if s.known[what] {
		return false
	}
	s.known[what] = true
	s.list = append(s.list, what)
	return true
}

func (s *supposition) gateway(g *ir.Gateway) {
	if n := g.Ingress.Ref; n.Name != "" && s.missing("Gateway "+n.String()) {
		s.config.Known.Gateways = append(s.config.Known.Gateways, config.KnownGateway{Name: n.Name, Namespace: n.Namespace, Hosts: []string{"*." + s.config.Domains.Default}})
	}
	for _, r := range g.Routes {
		forward, _ := r.Action.(ir.Forward)
		for _, up := range forward.To {
			if up.Name == "" || up.Selector != nil || !s.missing("Service "+ir.Name{Namespace: up.Namespace, Name: up.Name}.String()) {
				continue
			}
			s.config.Known.Services = append(s.config.Known.Services, config.KnownService{Name: up.Name, Namespace: up.Namespace, Selector: map[string]string{"app": up.Name}})
		}
		for i := range r.Access.Grants {
			external, _ := r.Access.Grants[i].Proof.(ir.External)
			for _, p := range external.Providers {
				if s.missing("authorizer " + p.Name) {
					s.config.Istio.ExtAuthProviders = append(s.config.Istio.ExtAuthProviders, p.Name)
				}
			}
		}
	}
}

// Compared makes what the input compiles to comparable, together with what
// engines read among it.
func Compared(in compile.Input, o compile.Options) (classes.Side, *compile.Result) {
	manifests, result := Manifests(in, o, nil)
	return Simulate(manifests, o).Side(result), result
}
