package others

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
)

// checkImpostors reports VirtualServices, Rules and policies among the inputs
// that name a gateway as their owner, by a label or an owner reference, but
// route or admit differently from the objects written for it. Such an object
// counts as the gateway's own wherever the two are compared, and writing the
// gateway does not remove it.
func (in *Inputs) checkImpostors() diag.List {
	made := map[ir.Name][]*Gateway{}
	for i := range in.Gateways {
		if g := &in.Gateways[i]; g.Target != nil {
			made[g.Name] = append(made[g.Name], g)
		}
	}
	var found diag.List
	objects := map[*Gateway][]manifest.Object{}
	for i := range in.Documents {
		d := &in.Documents[i]
		gateways := made[in.namedOwner(d)]
		if _, policies := policyLabels(d); !policies {
			gateways = slices.DeleteFunc(slices.Clone(gateways), func(g *Gateway) bool { return g.Doc.Namespace != d.Namespace })
		}
		if len(gateways) == 0 || in.decidesAsWritten(d, gateways, objects) {
			continue
		}
		g := gateways[0]
		found.Add(diag.Finding{
			Code: diag.NotAsMade, At: source.Ref{Doc: d.Document}.At("metadata", "name"), Owner: g.Origin.Doc,
			Message: fmt.Sprintf("%s %q is labelled as made for %s %q, but differs from everything that is written for it", d.Kind, d.name(), g.Kind, g.Name),
			Help:    "remove it from the inputs and the cluster; if it is meant, remove the labels and owner references that name the resource",
			Related: []diag.Related{{Message: "the resource", At: g.Origin.At("metadata", "name")}},
		})
	}
	return found
}

// namedOwner returns the resource that an object names as its owner, or the zero
// name.
func (in *Inputs) namedOwner(d *Document) ir.Name {
	var labels map[string]string
	switch o := d.Object.(type) {
	case *kube.VirtualService:
		for _, owner := range o.Owners {
			if owner.Kind == "APIRule" || owner.Kind == "FabricGateway" {
				return ir.Name{Namespace: o.Name.Namespace, Name: owner.Name}
			}
		}
		labels = o.Labels
	case *kube.Route:
		labels = o.Labels
	case *kube.Rule:
		if in.RulesAside {
			return ir.Name{}
		}
		labels = o.Labels
	case *kube.AuthorizationPolicy, *kube.RequestAuthentication:
		labels, _ = policyLabels(d)
	case *kube.ConfigMap, *kube.Exposure, *kube.ExternalGateway, *kube.Gateway, *kube.Namespace, *kube.ParentGateway, *kube.Pod, *kube.Service, *kube.ServiceEntry, *kube.StackSet, nil:
	}
	if _, of, ok := ir.MadeFor(labels); ok {
		return of
	}
	return ir.Name{}
}

// policyLabels returns the labels of a policy; ok is false for other objects.
func policyLabels(d *Document) (labels map[string]string, ok bool) {
	switch o := d.Object.(type) {
	case *kube.AuthorizationPolicy:
		return o.Own, true
	case *kube.RequestAuthentication:
		return o.Own, true
	case *kube.ConfigMap, *kube.Exposure, *kube.ExternalGateway, *kube.Gateway, *kube.Namespace, *kube.ParentGateway, *kube.Pod, *kube.Route, *kube.Rule, *kube.Service, *kube.ServiceEntry, *kube.StackSet, *kube.VirtualService, nil:
	}
	return nil, false
}

// decidesAsWritten reports whether a document decides as one of the objects
// that are written for the gateways, or is replaced by one.
func (in *Inputs) decidesAsWritten(d *Document, gateways []*Gateway, objects map[*Gateway][]manifest.Object) bool {
	root, _ := d.Parse()
	if root == nil {
		return true
	}
	want := decisivePart(d.Kind, jsonValueOf(source.Value(source.Field(root, "spec"))))
	for _, g := range gateways {
		if _, made := objects[g]; !made {
			objects[g] = g.Write()
		}
		for i := range objects[g] {
			o := &objects[g][i]
			if o.Kind != d.Kind {
				continue
			}
			if o.Key() == d.key() && in.Replaces(d.Document) {
				return true
			}
			spec, _ := o.Value().Get("spec")
			if reflect.DeepEqual(decisivePart(o.Kind, jsonValueOf(spec)), want) {
				return true
			}
		}
	}
	return false
}

// decisivePart is the part of a spec that decides where requests go and who is
// let in. Releases of the controllers differ in the rest.
func decisivePart(kind string, spec any) any {
	s, _ := spec.(map[string]any)
	switch kind {
	case kinds.Rule:
		return withoutEmpty([]any{s["match"], s["authenticators"], s["authorizer"], s["mutators"], s["upstream"]})
	case kinds.AuthorizationPolicy:
		if s["action"] == "ALLOW" {
			delete(s, "action")
		}
		return withoutEmpty(s)
	case kinds.RequestAuthentication:
		return withoutEmpty(s)
	}
	out := []any{s["tcp"], s["tls"]}
	entries, _ := s["http"].([]any)
	for _, e := range entries {
		entry, _ := e.(map[string]any)
		kept := map[string]any{}
		for k, v := range entry {
			if !slices.Contains([]string{"name", "corsPolicy", "headers", "timeout", "retries"}, k) {
				kept[k] = v
			}
		}
		out = append(out, kept)
	}
	return withoutEmpty(out)
}

// withoutEmpty removes from mappings what says nothing.
func withoutEmpty(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, e := range v {
			if e = withoutEmpty(e); e != nil {
				out[k] = e
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = withoutEmpty(e)
		}
		return out
	}
	return v
}
