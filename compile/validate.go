package compile

import (
	"slices"

	"github.com/kgw-dev/kgw/compile/policy"
	"github.com/kgw-dev/kgw/compile/rule"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
	"github.com/kgw-dev/kgw/schema/secretdata"
	"github.com/kgw-dev/kgw/validate"
)

// validate checks the model.
func (r *run) validate() {
	view := &validate.View{Policy: policyOf(r.options.Config), ByGateway: r.policies()}
	for _, u := range r.distinctUnits() {
		view.Gateways = append(view.Gateways, u.gateway)
		if n := len(view.Meant); n == 0 || view.Meant[n-1] != u.meant { // those of one author follow each other
			view.Meant = append(view.Meant, u.meant)
		}
	}
	for _, u := range r.units {
		if p, ok := u.companion.(*kube.Pod); ok {
			view.Workloads = append(view.Workloads, ir.Pods{Namespace: p.Name.Namespace, Labels: p.Labels})
		}
		switch c := u.beside.(type) {
		case *ir.Client:
			view.Clients = append(view.Clients, c)
		case *ir.Preset:
			view.Presets = append(view.Presets, c)
		case *ir.Group:
			view.Groups = append(view.Groups, c)
		case *ir.Bindings:
			view.Bindings = append(view.Bindings, c)
		case *ir.PodLimit:
			if !u.copy {
				view.RateLimits = append(view.RateLimits, c)
			}
		case *ir.StaticUser:
			view.StaticUsers = append(view.StaticUsers, c)
		case *ir.DexConfig:
			view.Connectors = append(view.Connectors, c.Connectors...)
		case *ir.Certificate, *ir.Module, nil:
		}
	}
	view.Secrets = r.clientSecrets(view.Clients)
	view.Judge, view.APIs = r.judge, r.options.APIs
	if r.options.Memory != nil {
		view.Memory = &r.options.Memory.rules
	}
	r.found = append(r.found, r.options.APIFaults...)
	view.Claims, view.Identities = r.claims(), r.identities()
	r.listWritten(view)
	r.found = append(r.found, slices.DeleteFunc(validate.Run(view), r.aboutMalformed())...)
	r.result.Proof = view.Proof
	r.showCORS(view)
}

// showCORS adds a request of the resource to the findings about its CORS policy.
func (r *run) showCORS(view *validate.View) {
	for i := range r.found {
		if f := &r.found[i]; f.Witness == nil && (f.Code == diag.CORSDropped || f.Code == diag.CORSCredentials) {
			f.Witness = view.RequestTo(f.At.Doc)
		}
	}
}

// aboutMalformed finds what is said of requests that a path opens or closes which
// the description of its kind refuses: it is not written.
func (r *run) aboutMalformed() func(diag.Finding) bool {
	bad := map[source.Ref]bool{}
	for _, u := range r.compiled {
		for _, path := range u.malformed {
			bad[source.Ref{Doc: u.doc, Path: path}] = true
		}
	}
	return func(f diag.Finding) bool { return f.Code == diag.RouteWeaker && bad[f.At] }
}

// listWritten lists what would be written for the gateways, and what the Rules
// and policies among the inputs say that others wrote.
func (r *run) listWritten(view *validate.View) {
	all := make([]ir.Written, 0, len(r.compiled))
	for _, u := range r.distinctUnits() {
		all = append(all, u.written)
	}
	view.Add(all...)
	for _, u := range r.compiled {
		u.written = ir.Written{}
	}
	r.addForeignPolicies(view)
	view.Rules = append(view.Rules, r.foreignRules(view)...)
}

// clientSecrets returns the Secrets among the inputs that keep the credentials
// of clients. Those that are encrypted or made by a controller are left out.
func (r *run) clientSecrets(clients []*ir.Client) map[ir.Name]*ir.ClientSecret {
	wanted := map[ir.Name]bool{}
	for _, c := range clients {
		wanted[c.Secret] = true
	}
	out := map[ir.Name]*ir.ClientSecret{}
	for _, u := range r.units {
		name := ir.Name{Namespace: u.doc.Namespace, Name: u.doc.Name}
		if u.doc.Kind != "Secret" || u.doc.APIVersion != "v1" || !wanted[name] {
			continue
		}
		root, _ := u.doc.Parse()
		if s := secretdata.Of(u.doc, root); !s.Encrypted() {
			out[name] = &ir.ClientSecret{Origin: source.Ref{Doc: u.doc}, Keys: s.Keys()}
		}
	}
	return out
}

// RootNamespace is where policies hold for the whole mesh, unless the mesh
// configuration names another one.
const RootNamespace = "istio-system"

// addForeignPolicies adds the policies among the inputs. A label that names a gateway
// does not make a policy the gateway's own: who wrote it is not known.
func (r *run) addForeignPolicies(view *validate.View) {
	callers := r.callers()
	pods := func(n ir.Name, labels map[string]string) ir.Pods {
		if n.Namespace == RootNamespace {
			n.Namespace = ""
		}
		return ir.Pods{Namespace: n.Namespace, Labels: labels}
	}
	for _, u := range r.units {
		if o, ok := u.companion.(*kube.AuthorizationPolicy); ok && o.Action == "ALLOW" {
			view.Openers = append(view.Openers, policy.Foreign(o.Rules, o.Origin, o.Name.String(), pods(o.Name, o.Labels), callers)...)
		}
		if o, ok := u.companion.(*kube.RequestAuthentication); ok {
			for i, issuer := range o.Issuers {
				at := o.Origin.At("spec", "jwtRules").Elem(i)
				view.KeySets = append(view.KeySets, ir.KeySet{Origin: at, Name: o.Name.String(), Pods: pods(o.Name, o.Labels), Issuer: issuer.Issuer, Keys: issuer.Keys})
			}
		}
	}
}

// callers returns the identities that send requests from outside.
func (r *run) callers() []string {
	out := slices.Clone([]string(r.options.Config.Istio.IngressPrincipal))
	for _, u := range r.compiled {
		if u.target == nil {
			continue
		}
		if p := u.target.IngressPrincipalOf(u.gateway); !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// foreignRules are the Rules among the inputs that were not written for one of
// the gateways; their key sets are added to the view.
func (r *run) foreignRules(view *validate.View) []*ir.Entry {
	if r.options.RulesAside {
		return nil
	}
	var out []*ir.Entry
	owners := r.owners()
	taken := map[string]bool{} // texts of native rules, and ids that the Maester writes
	for _, u := range r.units {
		if rule, ok := u.companion.(*kube.Rule); ok {
			taken[rule.Name.Name+"."+rule.Name.Namespace] = true
		}
	}
	for _, u := range r.units {
		if rule, ok := u.companion.(*kube.Rule); ok && owners.owns(rule.Name.Namespace, rule.Labels) {
			continue
		}
		if _, ok := u.companion.(*kube.Rule); ok {
			r.strayRules = append(r.strayRules, u)
		}
		r.found = append(r.found, u.faults...)
		for i := range u.rules {
			r.found = append(r.found, placeFindings(&u.rules[i], rule.CheckMatch(foreignOf(&u.rules[i]), r.options.Config.Oathkeeper.MatchingStrategy))...)
			for _, k := range u.rules[i].Issuers {
				view.RuleKeys = append(view.RuleKeys, ir.KeySet{Origin: u.rules[i].At("authenticators"), Issuer: k.Issuer, Keys: k.Keys})
			}
			if take, ok := r.matchedBy(&u.rules[i], taken); ok {
				out = append(out, take)
			}
		}
	}
	return out
}

// owners finds the gateway that an object was made for by its labels, in the
// form of any release: what kgw or the controller wrote before.
type owners map[ir.Name]*ir.Gateway

func (r *run) owners() owners {
	o := owners{}
	for _, u := range r.compiled {
		o[u.gateway.Name] = u.gateway
	}
	return o
}

// owns reports whether an object with these labels belongs to one of the gateways.
func (o owners) owns(namespace string, labels map[string]string) bool {
	kind, of, ok := ir.MadeFor(labels)
	g := o[of]
	return ok && g != nil && g.Name.Namespace == namespace && (kind == "" || kind == g.Kind)
}
