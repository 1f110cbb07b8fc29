package compile

import (
	"slices"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/lock"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/origin"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// made is what an emitter wrote n objects from.
type made struct {
	gateway *ir.Gateway
	target  *ir.Target
	config  *config.Config
	emitter *emitter
	n       int
	objects []manifest.Object
	lock    *lock.Lock
}

// keepMade notes the objects as they are after what the run changed in them.
func (r *run) keepMade(objects [][]manifest.Object) {
	for i, list := range r.result.made {
		rest := objects[i]
		for j := range list {
			list[j].objects, rest, list[j].lock = rest[:list[j].n], rest[list[j].n:], r.options.Lock
		}
	}
}

// Explained is an object with what its fields are made of, and the configuration
// that held for it.
type Explained struct {
	Object *manifest.Object
	Leaves []origin.Leaf
	Config *config.Config
	// Heading names the table of the leaves' lines: the kind of the object, or one
	// table for all objects that belong to no gateway.
	Heading string
}

// Explain returns the objects for which want holds, or all if want is nil, with what
// their fields are made of, in the order of Objects. It needs Options.Origins.
func (r *Result) Explain(want func(*manifest.Object) bool) []Explained {
	found := make([][]Explained, len(r.made))
	parallel.Each(len(r.made), func(i int) {
		for j := range r.made[i] {
			found[i] = append(found[i], r.made[i][j].explain(want)...)
		}
	})
	by := map[string]*Explained{}
	for i := range found {
		for j := range found[i] {
			by[found[i][j].Object.Key()] = &found[i][j]
		}
	}
	var out []Explained
	for i := range r.Objects {
		o := &r.Objects[i]
		if e := by[o.Key()]; e != nil {
			out = append(out, *e)
		} else if e, ok := r.aside[o.Key()]; ok && (want == nil || want(o)) {
			out = append(out, e)
		}
	}
	return out
}

func (m *made) explain(want func(*manifest.Object) bool) []Explained {
	if want != nil && !slices.ContainsFunc(m.objects, func(o manifest.Object) bool { return want(&o) }) {
		return nil
	}
	var out []Explained
	for i, leaves := range m.emitter.explain(m.gateway, m.target, m.objects) {
		o := &m.objects[i]
		if want != nil && !want(o) {
			continue
		}
		m.explainKeptName(o, leaves)
		out = append(out, Explained{Object: o, Leaves: leaves, Config: m.config, Heading: o.Kind})
	}
	return out
}

// explainKeptName makes the entry of the lock the origin of a name that it keeps.
func (m *made) explainKeptName(o *manifest.Object, leaves []origin.Leaf) {
	if o.Stable == "" {
		return
	}
	key := lock.Key(o.Kind, o.Meta.Namespace, o.Stable)
	for i := range leaves {
		if leaves[i].Path != "metadata.name" {
			continue
		}
		for _, e := range m.lock.Entries {
			if lock.Key(e.Kind, e.Namespace, e.Stable) == key {
				leaves[i].From = []origin.Origin{origin.At(e.At)}
				break
			}
		}
	}
}

// The rules of objects that belong to no gateway: one for all fields of an
// object, which is made of whole documents or of the configuration.
const (
	ruleFile      = "A file of --emit in a ConfigMap: it is made of all resources of its kind, and the first of them is named here."
	ruleBindings  = "Who has a role, by all RoleBindings of the inputs that bind it, and one of them is named here."
	ruleGateways  = "A Gateway of the Gateway API for the Gateway of Istio that is named here."
	ruleAdmission = "What domains, services.block and policy of kgw.yaml demand of resources, for the API server."
	ruleKymaRoles = "The roles that Kyma's RoleBindings refer to: they are the same in every cluster."
)

var asideRules = []origin.Line{
	{Pattern: "ConfigMap", Rule: ruleFile},
	{Pattern: "ClusterRoleBinding, RoleBinding", Rule: ruleBindings},
	{Pattern: "Gateway", Rule: ruleGateways},
	{Pattern: "ValidatingAdmissionPolicy", Rule: ruleAdmission},
	{Pattern: "ClusterRole", Rule: ruleKymaRoles},
}

// asideKind is the heading of those rules.
const asideKind = "Beside gateways"

// noteEmitted notes an object that no emitter of gateways wrote.
func (r *Result) noteEmitted(rule string, o *manifest.Object, c *config.Config) {
	if r.aside == nil {
		return
	}
	i := slices.IndexFunc(asideRules, func(l origin.Line) bool { return l.Rule == rule })
	e := Explained{Object: o, Config: c, Heading: asideKind}
	origin.Walk(o.Value(), func(path string, v any) {
		leaf := origin.Leaf{Path: path, Value: v, Pattern: asideRules[i].Pattern, Rule: rule}
		if o.Origin.Doc != nil {
			leaf.From = []origin.Origin{origin.At(o.Origin)}
		}
		e.Leaves = append(e.Leaves, leaf)
	})
	r.aside[o.Key()] = e
}

// Presets are the identity providers that were filled into a document, in order.
// It needs Options.Origins.
func (r *Result) Presets(doc *source.Document) []*ir.Preset {
	root, _ := doc.Parse()
	var out []*ir.Preset
	for _, name := range apirule.PresetsOf(root) {
		if p := r.presets(name); p != nil {
			out = append(out, p)
		}
	}
	return out
}

// Translations are the tables of what kgw writes, by kind of object.
func Translations() []origin.Kind {
	var out []origin.Kind
	for _, e := range []*emitter{&virtualServices, &httpRoutes, &rules, &policies, &ingresses} {
		out = append(out, e.tables()...)
	}
	return append(out, origin.Kind{Kind: asideKind, Lines: asideRules})
}
