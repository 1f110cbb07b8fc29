package compile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile/accessrules"
	"github.com/kgw-dev/kgw/compile/admission"
	"github.com/kgw-dev/kgw/compile/hydra"
	"github.com/kgw-dev/kgw/compile/kymaroles"
	"github.com/kgw-dev/kgw/compile/parentgateway"
	"github.com/kgw-dev/kgw/compile/rolebindings"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
)

// generator is what can be emitted beside or instead of manifests: see
// Options.Emit.
type generator struct {
	name string
	// file marks a generator whose output is one file, written instead of all
	// manifests.
	file bool
	run  func(*run)
}

// generators is the table of what --emit takes.
var generators = []generator{
	{config.EmitOathkeeperRules, true, (*run).emitRulesFile},
	{config.EmitOathkeeperConfigMap, false, (*run).emitRulesConfigMap},
	{config.EmitHydra, true, (*run).emitHydra},
	{config.EmitGateway, false, (*run).emitGateways},
	{config.EmitAdmissionPolicy, false, func(r *run) { r.add(admission.Objects(admissionPolicy(r.options.Config))) }},
	{config.EmitKymaRoles, false, func(r *run) { r.add(kymaroles.Objects()) }},
}

// emit runs the generators that are asked for. What an error withholds is not
// in them.
func (r *run) emit() {
	if r.options.Beside {
		r.roleBindings()
	}
	for _, g := range generators {
		if slices.Contains(r.options.Emit, g.name) {
			g.run(r)
		}
	}
}

// emitRulesFile makes the file of access rules of all Rules.
func (r *run) emitRulesFile() {
	if rules := r.allRules(); len(rules) > 0 {
		r.result.Files = append(r.result.Files, File{Name: r.accessRules().Key, Data: accessrules.JSON(rules)})
	}
}

// emitRulesConfigMap writes ConfigMaps of access rules instead of the
// Rules that were compiled: there is no Maester to read those.
func (r *run) emitRulesConfigMap() {
	rules := r.allRules()
	if len(rules) == 0 {
		return
	}
	maps, found := accessrules.ConfigMaps(rules, r.accessRules())
	r.found = append(r.found, r.giveLevels(found)...)
	r.result.Objects = slices.DeleteFunc(r.result.Objects, isRule)
	r.result.Objects = append(r.result.Objects, maps...)
	manifest.Sort(r.result.Objects)
}

func isRule(o manifest.Object) bool { return o.Kind == kinds.Rule }

// add adds objects to those that are written.
func (r *run) add(objects []manifest.Object) {
	r.result.Objects = append(r.result.Objects, objects...)
	manifest.Sort(r.result.Objects)
}

// admissionPolicy is the part of a configuration that an API server can enforce.
func admissionPolicy(c *config.Config) *admission.Policy {
	p := &admission.Policy{
		DefaultDomain: c.Domains.Default, Allow: c.Domains.Allow, Block: c.Blocked(), Gateways: c.Policy.Gateways,
		NoPublic: c.Policy.Public == "deny", Labels: c.Policy.Labels,
	}
	for _, r := range c.Policy.Routes {
		p.Public = append(p.Public, admission.Public{Host: r.Host, Path: r.Path, Methods: r.Methods})
	}
	return p
}

// roleBindings writes who has which role.
func (r *run) roleBindings() {
	var all []*ir.Bindings
	for _, u := range r.units {
		if b, ok := u.beside.(*ir.Bindings); ok && !u.withheld && !u.copy {
			all = append(all, b)
		}
	}
	if len(all) > 0 {
		r.add(rolebindings.Lower(all))
	}
}

// emitGateways writes Gateways of the Gateway API for those of Istio among the
// inputs.
func (r *run) emitGateways() {
	var all []manifest.Object
	for _, u := range r.units {
		if g, ok := u.companion.(*kube.Gateway); ok && !u.withheld && !u.copy {
			root, _ := u.doc.Parse()
			objects, found := parentgateway.Lower(&parentgateway.Gateway{Namespace: g.Name.Namespace, Name: g.Name.Name, Spec: source.Field(root, "spec"), Origin: g.Origin})
			r.found = append(r.found, r.giveLevels(found)...)
			all = append(all, objects...)
		}
	}
	r.add(all)
}

// emitHydra makes the list of OAuth2 clients.
func (r *run) emitHydra() {
	var clients []hydra.Client
	for _, u := range r.units {
		if _, ok := u.beside.(*ir.Client); !ok || u.withheld || u.copy {
			continue
		}
		root, _ := u.doc.Parse()
		spec, _ := source.Value(source.Field(root, "spec")).(source.Object)
		clients = append(clients, hydra.Client{Namespace: u.doc.Namespace, Name: u.doc.Name, Spec: spec})
	}
	if len(clients) > 0 {
		r.result.Files = append(r.result.Files, File{Name: "hydra-clients.json", Data: hydra.JSON(clients)})
	}
}

// allRules are the Rules that were compiled, and those among the inputs that
// nobody compiles.
func (r *run) allRules() []accessrules.Rule {
	var out []accessrules.Rule
	for i := range r.result.Objects {
		if o := &r.result.Objects[i]; isRule(*o) {
			spec, _ := o.Value().Get("spec")
			object, _ := spec.(source.Object)
			out = append(out, accessrules.Rule{Namespace: o.Meta.Namespace, Name: o.Meta.Name, Spec: object, Origin: o.Origin})
		}
	}
	for _, u := range r.strayRules {
		if u.withheld {
			continue
		}
		root, _ := u.doc.Parse()
		object, _ := source.Value(source.Field(root, "spec")).(source.Object)
		out = append(out, accessrules.Rule{Namespace: u.doc.Namespace, Name: u.doc.Name, Spec: object, Origin: source.Ref{Doc: u.doc}})
	}
	return out
}

// accessRules says where the access rules are kept: as the configuration says,
// else in the namespace of Oathkeeper's Service.
func (r *run) accessRules() accessrules.Options {
	c := &r.options.Config.Oathkeeper
	parts := strings.SplitN(c.Service, ".", 3)
	namespace := "default"
	if len(parts) > 1 {
		namespace = parts[1]
	}
	rules := c.AccessRules
	return accessrules.Options{
		Namespace: cmp.Or(rules.Namespace, namespace), Name: rules.ConfigMap, Key: rules.File,
	}
}

// FileOf returns the name in a list that stands for a file instead of
// manifests, or "". CheckEmit allows one.
func FileOf(names []string) string {
	for _, g := range generators {
		if g.file && slices.Contains(names, g.name) {
			return g.name
		}
	}
	return ""
}

// EmitNames returns the names that CheckEmit knows.
func EmitNames() []string {
	out := make([]string, len(generators))
	for i, g := range generators {
		out[i] = g.name
	}
	return out
}

// CheckEmit returns an error for a name that is not in the table, and for two
// that each are a file.
func CheckEmit(names []string) error {
	var known, files []string
	for _, g := range generators {
		known = append(known, g.name)
		if g.file && slices.Contains(names, g.name) {
			files = append(files, g.name)
		}
	}
	if len(files) > 1 {
		return fmt.Errorf("%s are a file each: emit one at a time", strings.Join(files, " and "))
	}
	for _, n := range names {
		if !slices.Contains(known, n) {
			return fmt.Errorf("there is no %q to emit: it is one of %s", n, strings.Join(known, ", "))
		}
	}
	return nil
}
