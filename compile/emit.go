package compile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile/accessrules"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// generator is what can be emitted beside or in the place of manifests: see
// Options.Emit.
type generator struct {
	name string
	run  func(*run)
}

// generators is the table of what --emit takes.
var generators = []generator{
	{config.EmitOathkeeperRules, (*run).emitRulesFile},
	{config.EmitOathkeeperConfigMap, (*run).emitRulesConfigMap},
}

// emit runs the generators that are asked for. What an error withholds is not
// in them.
func (r *run) emit() {
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

// emitRulesConfigMap writes ConfigMaps of access rules in the place of the
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

// CheckEmit returns an error for a name that is not in the table.
func CheckEmit(names []string) error {
	var known []string
	for _, g := range generators {
		known = append(known, g.name)
	}
	for _, n := range names {
		if !slices.Contains(known, n) {
			return fmt.Errorf("there is no %q to emit: it is one of %s", n, strings.Join(known, ", "))
		}
	}
	return nil
}
