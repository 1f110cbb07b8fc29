package prove

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/schema/kube"
	"github.com/kgw-dev/kgw/simulate"
)

// noteWithheld notes the resources that are withheld, so that what they would
// have served is not said to be nobody's.
func (c *Cluster) noteWithheld(result *compile.Result) *Cluster {
	for i := range result.Resources {
		r := &result.Resources[i]
		if !r.Withheld || r.Gateway == nil {
			continue
		}
		out := refused{at: r.Gateway.Origin, text: r.Doc.Kind + " " + r.Doc.Namespace + "/" + r.Doc.Name}
		for j := range r.Gateway.Hosts {
			out.hosts = append(out.hosts, r.Gateway.Hosts[j].Name)
		}
		for _, f := range result.Findings {
			if f.At.Doc == r.Doc && f.Severity == diag.Error && !slices.Contains(out.codes, string(f.Code)) {
				out.codes = append(out.codes, string(f.Code))
			}
		}
		c.refused = append(c.refused, out)
	}
	return c
}

// refused is a resource that is withheld, its hosts and the codes of its errors.
type refused struct {
	at           source.Ref
	text         string
	hosts, codes []string
}

// NoteRefused puts it first that a resource which is refused has the host of a
// request that nothing serves.
func (c *Cluster) NoteRefused(host string, d *simulate.Decision, t *simulate.Trail) {
	host, _, _ = strings.Cut(strings.ToLower(host), ":")
	for _, r := range c.refused {
		if d.Cause != simulate.NoHost && d.Cause != simulate.NoRoute || !slices.Contains(r.hosts, host) {
			continue
		}
		d.Reason = fmt.Sprintf("the %s is refused by %s, so that nothing of it is written; without it %s", r.text, strings.Join(r.codes, ", "), d.Reason)
		d.Remedy = fmt.Sprintf("repair what kgw validate reports of the %s; kgw explain %s says more", r.text, strings.Join(r.codes[:min(len(r.codes), 1)], ""))
		first := &simulate.Trail{}
		first.Say("Inputs", r.at, "the %s is refused by %s: nothing of it is written", r.text, strings.Join(r.codes, ", "))
		t.Steps = append(first.Steps, t.Steps...)
	}
}

// standInDomain completes short hosts where no domain is known. It is reserved
// (RFC 6761), so that it is nobody's.
const standInDomain = "domain.invalid"

// Suppose returns options under which the inputs compile as far as they can be
// compared: as the controllers would have written them, with a stand-in for
// every Service, Gateway, domain and authorizer that is missing. A stand-in
// Service has pods of its own. The stand-ins are listed, sorted.
func Suppose(inputs []compile.Input, o compile.Options) (compile.Options, []string) {
	o = o.WithDefaults()
	c := *o.Config
	c.Compat = "controller"
	o.Config, o.NoInfos, o.Schema, o.Status = &c, true, compile.SchemaRefused, false
	o.Supposed = true
	o.Scopes = supposedScopes(o.Scopes)
	return o, addStandIns(inputs, &o)
}

// addStandIns adds stand-ins to the configuration of options and lists them.
func addStandIns(inputs []compile.Input, o *compile.Options) []string {
	c := o.Config
	s := &supposition{config: c, known: map[string]bool{}}
	if c.Domains.Default == "" {
		c.Domains.Default = standInDomain
	}
	s.collectKnown()
	for _, in := range inputs {
		asked := *o
		asked.Model, asked.Passthrough = true, true
		s.read(compile.Link(in, asked))
	}
	slices.Sort(s.list)
	return slices.Compact(s.list)
}

// missing are the codes of what is not among the inputs.
var missing = []diag.Code{diag.NoDomain, diag.ServiceNotFound, diag.GatewayNotFound, diag.GatewayNotShort}

// Complete simulates the input with stand-ins for the Services, Gateways, domains and
// authorizers without which resources are withheld, so that requests can be decided.
// The findings are the ones without them; the stand-ins are listed.
func Complete(in compile.Input, o compile.Options, urls []string) (*Cluster, *compile.Result, []string) {
	manifests, result := Manifests(in, o, urls)
	manifests, asked, second, list := compileSupposed(in, o, urls, manifests, result)
	return Simulate(manifests, asked).noteWithheld(second), result, list
}

// completeInput returns what Complete simulates: the manifests, the options,
// the result of compiling that they come from, and what was supposed.
func completeInput(in compile.Input, o compile.Options, urls []string) ([]simulate.Manifest, compile.Options, *compile.Result, []string) {
	manifests, result := Manifests(in, o, urls)
	return compileSupposed(in, o, urls, manifests, result)
}

// compileSupposed compiles the input again with stand-ins, if something is
// missing in the first result.
func compileSupposed(in compile.Input, o compile.Options, urls []string, manifests []simulate.Manifest, result *compile.Result) ([]simulate.Manifest, compile.Options, *compile.Result, []string) {
	if !slices.ContainsFunc(result.Findings, func(f diag.Finding) bool { return slices.Contains(missing, f.Code) }) {
		return manifests, o, result, nil
	}
	asked := o.WithDefaults()
	c := *asked.Config
	asked.Config = &c
	list := addStandIns([]compile.Input{in}, &asked)
	whole, second := Manifests(in, asked, urls)
	return whole, asked, second, list
}

// supposedScopes returns configurations of single files in the form that
// Suppose needs.
func supposedScopes(scopes map[string]*config.Config) map[string]*config.Config {
	copies, out := map[*config.Config]*config.Config{}, map[string]*config.Config{}
	for name, c := range scopes {
		if copies[c] == nil {
			supposed := *c
			supposed.Compat = "controller"
			supposed.Domains.Default = cmp.Or(supposed.Domains.Default, standInDomain)
			copies[c] = &supposed
		}
		out[name] = copies[c]
	}
	return out
}

// supposition adds what is missing to a configuration.
type supposition struct {
	config *config.Config
	known  map[string]bool
	list   []string
}

func (s *supposition) collectKnown() {
	k := &s.config.Known
	k.Services, k.Gateways = slices.Clone(k.Services), slices.Clone(k.Gateways)
	s.config.Istio.ExtAuthProviders = slices.Clone(s.config.Istio.ExtAuthProviders)
	s.known["Gateway "+kube.KymaGateway.String()] = true
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
			s.supposeGateway(resource.Gateway)
		}
	}
	for _, d := range r.Others {
		if isAPI(d) {
			s.supposeService(readAPI(d, s.config.Namespace).upstream())
		}
	}
}

// supposeService supposes a Service that is not known, with pods of its own.
func (s *supposition) supposeService(n ir.Name) {
	if n.Name != "" && s.noteMissing("Service "+n.String()) {
		s.config.Known.Services = append(s.config.Known.Services, config.KnownService{Name: n.Name, Namespace: n.Namespace, Selector: map[string]string{"app": n.Name}})
	}
}

// noteMissing reports whether something is not known yet, and notes it.
func (s *supposition) noteMissing(what string) bool {
	if s.known[what] {
		return false
	}
	s.known[what] = true
	s.list = append(s.list, what)
	return true
}

func (s *supposition) supposeGateway(g *ir.Gateway) {
	if n := g.Ingress.Ref; n.Name != "" && s.noteMissing("Gateway "+n.String()) {
		s.config.Known.Gateways = append(s.config.Known.Gateways, config.KnownGateway{Name: n.Name, Namespace: n.Namespace, Hosts: []string{"*." + s.config.Domains.Default}})
	}
	for _, r := range g.Routes {
		forward, _ := r.Action.(ir.Forward)
		for _, up := range forward.To {
			if up.Selector == nil {
				s.supposeService(ir.Name{Namespace: up.Namespace, Name: up.Name})
			}
		}
		for i := range r.Access.Grants {
			external, _ := r.Access.Grants[i].Proof.(ir.External)
			for _, p := range external.Providers {
				if s.noteMissing("authorizer " + p.Name) {
					s.config.Istio.ExtAuthProviders = append(s.config.Istio.ExtAuthProviders, p.Name)
				}
			}
		}
	}
}

// Compared prepares the objects that the input compiles to for a comparison,
// together with what engines read among it.
func Compared(in compile.Input, o compile.Options) (classes.Side, *compile.Result) {
	manifests, result := Manifests(in, o, nil)
	return WithAPIs(manifests, result.Others, result, o), result
}
