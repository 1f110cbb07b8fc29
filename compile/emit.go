package compile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile/accessrules"
	"github.com/kgw-dev/kgw/compile/admission"
	"github.com/kgw-dev/kgw/compile/dex"
	"github.com/kgw-dev/kgw/compile/hydra"
	"github.com/kgw-dev/kgw/compile/kymaroles"
	"github.com/kgw-dev/kgw/compile/others"
	"github.com/kgw-dev/kgw/compile/parentgateway"
	"github.com/kgw-dev/kgw/compile/rolebindings"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
)

// generator is something that can be emitted in addition to manifests or
// instead of them: see Options.Emit.
type generator struct {
	name string
	// file makes the file of a generator that has one: nil data where there is
	// nothing to write. It is nil for generators of objects only.
	file func(*run) File
	// objects adds to the manifests. A generator of a file writes it in a
	// ConfigMap there.
	objects func(*run)
}

// generators is the table of the names that --emit accepts.
var generators = []generator{
	{config.EmitOathkeeperRules, (*run).rulesFile, (*run).emitRulesConfigMap},
	{config.EmitOathkeeperConfigMap, nil, (*run).emitRulesConfigMap},
	{config.EmitHydra, (*run).hydraFile, func(r *run) { r.addConfigMap("hydra-clients", r.hydraFile()) }},
	{config.EmitDex, (*run).dexFile, func(r *run) { r.addConfigMap("dex-fragment", r.dexFile()) }},
	{config.EmitGateway, nil, (*run).emitGateways},
	{config.EmitAdmissionPolicy, nil, (*run).emitAdmissionPolicy},
	{config.EmitKymaRoles, nil, func(r *run) { r.add(ruleKymaRoles, kymaroles.Objects()) }},
}

// emit runs the generators that are asked for. Withheld resources are not in
// their output.
func (r *run) emit() {
	if r.options.Beside {
		r.emitRoleBindings()
	}
	wanted := r.options.Emit
	if slices.Contains(wanted, config.EmitOathkeeperRules) {
		wanted = slices.DeleteFunc(slices.Clone(wanted), func(n string) bool { return n == config.EmitOathkeeperConfigMap }) // they are the same
	}
	for i := range generators {
		g := &generators[i]
		switch {
		case g.name == r.options.EmitFile && g.file != nil:
			if f := g.file(r); f.Data != nil {
				r.result.Files = []File{f}
			}
		case slices.Contains(wanted, g.name):
			g.objects(r)
		}
	}
}

// addConfigMap adds a file as a ConfigMap in the namespace of kgw.yaml.
func (r *run) addConfigMap(name string, f File) {
	if f.Data == nil {
		return
	}
	if size := len(f.Name) + len(f.Data); size > manifest.MaxConfigMap {
		r.found = append(r.found, r.setLevels(diag.List{{
			Code: diag.ConfigMapTooLarge, At: f.Origin, Message: fmt.Sprintf("%s has %d bytes, and a ConfigMap holds %d", f.Name, size, manifest.MaxConfigMap),
			Help: "write it as a file: kgw build --emit with this one name",
		}})...)
		return
	}
	r.add(ruleFile, []manifest.Object{{
		APIVersion: "v1", Kind: "ConfigMap", Meta: manifest.Meta{Namespace: cmp.Or(r.options.Config.Namespace, "default"), Name: name},
		Data: map[string]string{f.Name: string(f.Data)}, Origin: f.Origin,
	}})
}

// rulesFile makes the file of access rules of all Rules.
func (r *run) rulesFile() File {
	rules := r.allRules()
	if len(rules) == 0 {
		return File{}
	}
	return File{Name: r.accessRules().Key, Data: accessrules.JSON(rules), Origin: rules[0].Origin}
}

// emitRulesConfigMap writes ConfigMaps of access rules instead of the compiled Rules,
// for clusters without a Maester.
func (r *run) emitRulesConfigMap() {
	rules := r.allRules()
	if len(rules) == 0 {
		return
	}
	maps, found := accessrules.ConfigMaps(rules, r.accessRules())
	r.found = append(r.found, r.setLevels(found)...)
	r.result.Objects = slices.DeleteFunc(r.result.Objects, isRule)
	r.add(ruleFile, maps)
}

func isRule(o manifest.Object) bool { return o.Kind == kinds.Rule }

// add adds objects to those that are written, unless an object among the inputs
// has the name of one: whichever is applied last would replace the other.
func (r *run) add(rule string, objects []manifest.Object) {
	in := r.documentsBeside()
	for i := range objects {
		o := &objects[i]
		if d := in.Namesake(o); d != nil {
			r.found = append(r.found, r.setLevels(diag.List{others.NameFinding(d, o)})...)
			continue
		}
		r.result.Objects = append(r.result.Objects, *o)
		r.result.noteEmitted(rule, o, r.configOf(o.Origin.Doc))
	}
	manifest.Sort(r.result.Objects)
}

// emitAdmissionPolicy writes the part of the configuration that an API server
// can enforce.
func (r *run) emitAdmissionPolicy() {
	c := r.options.Config
	p := &admission.Policy{
		At: settingsFile(c), DefaultDomain: c.Domains.Default, Allow: c.Domains.Allow, Block: c.Blocked(), Gateways: c.Policy.Gateways,
		NoPublic: c.Policy.Public == "deny", Labels: c.Policy.Labels,
	}
	for _, route := range c.Policy.Routes {
		p.Public = append(p.Public, admission.Public{Host: route.Host, Path: route.Path, Methods: route.Methods})
	}
	objects, found := admission.Objects(p)
	r.found = append(r.found, r.setLevels(found)...)
	r.add(ruleAdmission, objects)
}

// settingsFile returns the beginning of the configuration's file, if there is one.
func settingsFile(c *config.Config) source.Ref {
	if len(c.Sources) == 0 {
		return source.Ref{}
	}
	docs, _ := source.Split(c.Sources[0])
	if len(docs) == 0 {
		return source.Ref{}
	}
	return source.Ref{Doc: docs[0]}
}

// emitRoleBindings writes who has which role.
func (r *run) emitRoleBindings() {
	var all []*ir.Bindings
	for _, u := range r.units {
		if b, ok := u.beside.(*ir.Bindings); ok && !u.withheld && !u.copy {
			all = append(all, b)
		}
	}
	if len(all) > 0 {
		r.add(ruleBindings, rolebindings.Lower(all))
	}
}

// emitGateways writes Gateways of the Gateway API for those of Istio among the
// inputs.
func (r *run) emitGateways() {
	var all []manifest.Object
	for _, u := range r.units {
		if g, ok := u.companion.(*kube.Gateway); ok && !u.withheld && !u.copy {
			root, _ := u.doc.Parse()
			objects, found := parentgateway.Lower(&parentgateway.Gateway{Namespace: g.Name.Namespace, Name: g.Name.Name, Spec: source.Field(root, "spec"), Origin: g.Origin, Class: r.configOf(u.doc).GatewayAPI.Class})
			r.found = append(r.found, r.setLevels(found)...)
			all = append(all, objects...)
		}
	}
	r.add(ruleGateways, all)
}

// hydraFile makes the list of OAuth2 clients.
func (r *run) hydraFile() File {
	var clients []hydra.Client
	for _, u := range r.units {
		if _, ok := u.beside.(*ir.Client); !ok || u.withheld || u.copy {
			continue
		}
		root, _ := u.doc.Parse()
		spec, _ := source.Value(source.Field(root, "spec")).(source.Object)
		clients = append(clients, hydra.Client{Namespace: u.doc.Namespace, Name: u.doc.Name, Spec: spec, Origin: source.Ref{Doc: u.doc}})
	}
	if len(clients) == 0 {
		return File{}
	}
	return File{Name: "hydra-clients.json", Data: hydra.JSON(clients), Origin: clients[0].Origin}
}

// dexFile makes the part of Dex's configuration that the inputs determine.
func (r *run) dexFile() File {
	var configs []*ir.DexConfig
	var users []*ir.StaticUser
	f := File{Name: "config.yaml"}
	for _, u := range r.units {
		if u.withheld || u.copy {
			continue
		}
		config, connects := u.beside.(*ir.DexConfig)
		if connects {
			configs = append(configs, config)
		}
		user, static := u.beside.(*ir.StaticUser)
		if static {
			users = append(users, user)
		}
		if !connects && !static {
			continue
		}
		if f.Origin.Doc == nil {
			f.Origin = source.Ref{Doc: u.doc}
		}
	}
	f.Data = dex.YAML(configs, users)
	return f
}

// allRules returns the Rules that were compiled, and those among the inputs that belong to
// no gateway.
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

// accessRules returns where the access rules are kept: the place in the
// configuration, else the namespace of Oathkeeper's Service.
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

// FileOf returns the name in a list that writes a file instead of manifests:
// the name of its only generator, if that has a file, else "".
func FileOf(names []string) string {
	for i := range generators {
		if g := &generators[i]; len(names) == 1 && names[0] == g.name && g.file != nil {
			return g.name
		}
	}
	return ""
}

// EmitNames returns the names that CheckEmit knows.
func EmitNames() []string {
	out := make([]string, len(generators))
	for i := range generators {
		out[i] = generators[i].name
	}
	return out
}

// CheckEmit returns an error for a name that is not in the table.
func CheckEmit(names []string) error {
	known := EmitNames()
	for _, n := range names {
		if !slices.Contains(known, n) {
			return fmt.Errorf("there is no %q to emit: it is one of %s", n, strings.Join(known, ", "))
		}
	}
	return nil
}
