package compile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
	"github.com/kgw-dev/kgw/schema/kube"
	"github.com/kgw-dev/kgw/validate"
)

// claims are the hosts of VirtualServices and HTTPRoutes among the inputs.
func (r *run) claims() []validate.Claim {
	var out []validate.Claim
	for _, u := range r.units {
		switch o := u.companion.(type) {
		case *kube.VirtualService:
			out = append(out, claimsOf(o.Origin.At("spec", "hosts"), o.Hosts, validate.Claim{Kind: kinds.VirtualService, Name: o.Name, Labels: o.Labels}, o.Owners)...)
		case *kube.Route:
			out = append(out, claimsOf(o.Origin.At("spec", "hostnames"), o.Hosts, validate.Claim{Kind: o.Kind, Name: o.Name, Labels: o.Labels}, o.Owners)...)
		case *kube.AuthorizationPolicy, *kube.ConfigMap, *kube.Exposure, *kube.ExternalGateway, *kube.Gateway, *kube.Namespace, *kube.Pod,
			*kube.ParentGateway, *kube.RequestAuthentication, *kube.Rule, *kube.Service, *kube.ServiceEntry, *kube.StackSet, nil:
		}
	}
	return out
}

// claimsOf are the claims of one object, which has the hosts.
func claimsOf(at source.Ref, hosts []string, of validate.Claim, owners []kube.Owner) []validate.Claim {
	for _, o := range owners {
		of.Owners = append(of.Owners, validate.OwnerRef(o))
	}
	var out []validate.Claim
	for i, h := range hosts {
		of.Origin, of.Host = at.Elem(i), h
		out = append(out, of)
	}
	return out
}

// identities are the resources that must be defined once: those of kgw's
// kinds, routes of others, and what gateways refer to.
func (r *run) identities() []validate.Identity {
	var out []validate.Identity
	users := r.users()
	for _, u := range r.units {
		if u.kind == nil && u.companion == nil || u.doc.Name == "" {
			continue
		}
		id := validate.Identity{Origin: source.Ref{Doc: u.doc}, Group: schema.Group(u.doc.APIVersion), Kind: u.doc.Kind, Name: nameOf(u)}
		if u.kind == nil && !isRouteOrRule(u.companion) {
			if id.Users = users[identity{u.doc.Kind, u.doc.Namespace, u.doc.Name}]; id.Users == nil {
				continue
			}
		}
		out = append(out, id)
	}
	return out
}

// check asks the emitters of each gateway's target about what they would write:
// its faults, and what it would match and demand.
func (r *run) check() {
	nth, said := make([]int, len(r.compiled)), make([]*checkMemory, len(r.compiled))
	count := map[*source.Document]int{}
	for i, u := range r.compiled {
		nth[i] = count[u.doc]
		count[u.doc]++
	}
	parallel.Each(len(r.compiled), func(i int) {
		if u := r.compiled[i]; u.target != nil {
			if said[i] = r.recall(u, nth[i]); said[i] == nil {
				said[i] = r.checkUnit(u)
			}
			if u.written = said[i].written; r.options.Memory != nil {
				u.said = said[i]
			}
		}
	})
	for _, c := range said {
		if c != nil {
			r.found = append(r.found, c.found...)
		}
	}
	r.keepChecks(said)
}

// checkUnit asks the emitters about one gateway.
func (r *run) checkUnit(u *unit) *checkMemory {
	c := &checkMemory{gateway: u.gateway, content: r.contents[r.configOf(u.doc)], steps: u.target.Steps}
	for _, e := range u.target.emitters {
		found, written := e.check(u.gateway, &u.target.Target)
		c.found = append(c.found, found...)
		c.written.Add(written)
	}
	c.found = append(c.found, r.checkLabels(u.gateway)...)
	c.found = append(c.found, r.requiredLabels(u.doc)...)
	c.found = slices.DeleteFunc(c.found, func(f diag.Finding) bool { return slices.Contains(u.malformed, f.At.Path) || u.aboutMistyped(f) })
	return c
}

// targetName names the target of a kind in this run.
func (r *run) targetName(k *schema.Kind, c *config.Config) string {
	if r.options.Target != "" {
		return r.options.Target
	}
	return targetOf(k, c)
}

func (r *run) target(u *unit) *boundTarget {
	c := r.configOf(u.doc)
	name := r.targetName(u.kind, c)
	key := scoped{c, name}
	if t, ok := r.targets[key]; ok {
		return t
	}
	t, err := bind(name, c, r.options, r.judge)
	if err != nil {
		r.found.Add(diag.Finding{
			Code: diag.NotCompiled, At: source.Ref{Doc: u.doc, Path: "apiVersion"},
			Message: fmt.Sprintf("%s is not compiled for target %q yet", u.kind.Name(), name),
			Help:    "the targets are " + strings.Join(TargetNames(), ", "),
		})
		return nil
	}
	r.targets[key] = t
	return t
}

const maxLabel = 63 // characters of a label's value

// requiredLabels reports labels that the policy demands of a resource and that
// it does not have.
func (r *run) requiredLabels(doc *source.Document) diag.List {
	required := r.configOf(doc).Policy.Labels
	if len(required) == 0 {
		return nil
	}
	root, _ := doc.Parse()
	meta := source.Field(root, "metadata")
	var found diag.List
	for _, key := range required {
		if source.Field(source.Field(meta, "labels"), key) == nil {
			found.Add(diag.Finding{
				Code: diag.LabelMissing, At: source.Ref{Doc: doc, Path: "metadata"}, Message: fmt.Sprintf("the label %q is required", key),
				Help: "add it to metadata.labels; policy.labels in kgw.yaml demands it",
			})
		}
	}
	return found
}

// checkLabels reports labels whose values the API server would refuse.
func (r *run) checkLabels(g *ir.Gateway) diag.List {
	var found diag.List
	labels := map[string]string{}
	maps.Copy(labels, g.Labels)
	if r.configOf(g.Origin.Doc).OwnerLabel {
		labels[kinds.OwnerLabel] = ownerOf(g)
	}
	for k, v := range labels {
		if len(v) > maxLabel {
			found.Add(diag.Finding{
				Code: diag.LabelTooLong, At: g.Origin.At("metadata", "name"),
				Message: fmt.Sprintf("label %s would have the value %q of %d characters; at most %d are allowed", k, v, len(v), maxLabel),
				Help:    "use a shorter name or namespace",
			})
		}
	}
	return found
}

// level sets the severity of every finding, applies suppressions, and decides
// which resources are withheld.
func (r *run) level() {
	r.verdict = r.verdicts()
	r.acceptLosses()
	r.found = r.setLevels(r.found)
	if r.hasSuppressions() {
		r.found.ResolveWith(r.places())
		r.found = append(r.found, r.setLevels(r.suppress())...)
	}
	if r.options.NoInfos {
		r.found = slices.DeleteFunc(r.found, func(f diag.Finding) bool { return f.Severity == diag.Info })
	}
	withheld := map[*source.Document]bool{}
	for i := range r.found {
		if d := r.found[i].Document(); d != nil && r.found[i].Severity == diag.Error {
			withheld[d] = true
		}
	}
	for _, u := range r.units {
		u.withheld = withheld[u.doc] || u.unread
	}
	for _, u := range r.compiled {
		u.withheld = withheld[u.doc]
	}
}

// acceptLosses makes warnings of the losses that the user accepts.
func (r *run) acceptLosses() {
	for i := range r.found {
		if f := &r.found[i]; f.Code.Acceptable() && (slices.Contains(r.options.Accept, f.Code) || slices.Contains(r.configOf(f.Document()).Accept, string(f.Code))) {
			f.Severity = diag.Warning
		}
	}
}

// finish lists the resources, sorts the findings and counts.
func (r *run) finish() {
	r.listResources()
	r.found.ResolveWith(r.places())
	r.found = r.found.WithoutConsequences()
	r.found.Sort()
	r.result.Findings = r.found
	r.result.Summary.Count(r.found)
	r.result.Summary.Objects = len(r.result.Objects)
}

// listResources lists what was compiled.
func (r *run) listResources() {
	for _, u := range r.units {
		if u.kind != nil {
			resource := Resource{Doc: u.doc, Withheld: u.withheld}
			if v := r.verdict[u.doc]; v != nil {
				resource.Status, resource.Refused, resource.Pruned, resource.Later = v.status, v.refused, v.pruned, v.later
			}
			if r.options.Model {
				resource.Gateway = u.gateway
			}
			r.result.Resources = append(r.result.Resources, resource)
		}
	}
}
