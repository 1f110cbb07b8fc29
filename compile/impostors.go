package compile

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

// reportImpostors reports VirtualServices, Rules and policies among the inputs
// that name a gateway as their owner, by a label or an owner reference, but
// route or admit differently from the objects written for it. Such an object
// counts as the gateway's own wherever the two are compared, and writing the
// gateway does not remove it.
func (r *run) reportImpostors() {
	made := map[ir.Name][]*unit{}
	for _, u := range r.compiled {
		if u.target != nil {
			made[u.gateway.Name] = append(made[u.gateway.Name], u)
		}
	}
	objects := map[*unit][]manifest.Object{}
	for _, u := range r.units {
		gateways := made[r.namedOwner(u)]
		if _, policies := policyLabels(u); !policies {
			gateways = slices.DeleteFunc(slices.Clone(gateways), func(g *unit) bool { return g.doc.Namespace != u.doc.Namespace })
		}
		if len(gateways) == 0 || r.decidesAsWritten(u, gateways, objects) {
			continue
		}
		g := gateways[0].gateway
		r.found.Add(diag.Finding{
			Code: diag.NotAsMade, At: source.Ref{Doc: u.doc}.At("metadata", "name"), Owner: g.Origin.Doc,
			Message: fmt.Sprintf("%s %q is labelled as made for %s %q, but differs from everything that is written for it", u.doc.Kind, nameOf(u), g.Kind, g.Name),
			Help:    "remove it from the inputs and the cluster; if it is meant, remove the labels and owner references that name the resource",
			Related: []diag.Related{{Message: "the resource", At: g.Origin.At("metadata", "name")}},
		})
	}
}

// namedOwner returns the resource that an object names as its owner, or the zero
// name.
func (r *run) namedOwner(u *unit) ir.Name {
	var labels map[string]string
	switch o := u.companion.(type) {
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
		if r.options.RulesAside {
			return ir.Name{}
		}
		labels = o.Labels
	case *kube.AuthorizationPolicy, *kube.RequestAuthentication:
		labels, _ = policyLabels(u)
	case *kube.ConfigMap, *kube.Exposure, *kube.ExternalGateway, *kube.Gateway, *kube.Namespace, *kube.ParentGateway, *kube.Pod, *kube.Service, *kube.ServiceEntry, *kube.StackSet, nil:
	}
	if _, of, ok := ir.MadeFor(labels); ok {
		return of
	}
	return ir.Name{}
}

// policyLabels returns the labels of a policy; ok is false for other objects.
func policyLabels(u *unit) (labels map[string]string, ok bool) {
	switch o := u.companion.(type) {
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
func (r *run) decidesAsWritten(u *unit, gateways []*unit, objects map[*unit][]manifest.Object) bool {
	root, _ := u.doc.Parse()
	if root == nil {
		return true
	}
	want := decisivePart(u.doc.Kind, jsonValueOf(source.Value(source.Field(root, "spec"))))
	for _, g := range gateways {
		if _, made := objects[g]; !made {
			objects[g] = g.target.objects(g)
		}
		for i := range objects[g] {
			o := &objects[g][i]
			if o.Kind != u.doc.Kind {
				continue
			}
			if r.options.Earlier != nil && o.Key() == documentKey(u.doc) && r.options.Earlier(u.doc) {
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
