package compile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/injection"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
)

// linkWorkloads checks the ports of each route's Services, and finds the pods
// behind those that the target protects.
func (c *companions) linkWorkloads(u *unit, holds *config.Config, found *diag.List) {
	protected := u.target != nil && u.target.WritesPolicies(u.gateway)
	says := &u.gateway.Convention.Says
	checked := map[source.Ref]bool{}
	for _, route := range u.gateway.Routes {
		forward, _ := route.Action.(ir.Forward)
		for i := range forward.To {
			up := &forward.To[i]
			if up.Name == "" {
				continue
			}
			service := c.service(ir.Name{Namespace: up.Namespace, Name: up.Name}, holds)
			if service != nil {
				up.External = service.External
			}
			if service != nil && !checked[up.Origin] {
				checkPort(up, service, found)
				if protected {
					checkSelector(u.gateway, service, found)
				}
			}
			checked[up.Origin] = true
			if !protected {
				continue
			}
			if service == nil {
				c.reportNoService(route, up, says, found)
				continue
			}
			up.Selector, up.SelectorAt = &service.Selector, placeInSpec(service, "selector")
			c.checkPods(route, up, service, &u.gateway.Convention, found)
		}
	}
}

// checkPort checks that a Service, if its ports are known, has the one that a
// rule names. A port that is named by a word is looked for elsewhere.
func checkPort(up *ir.Upstream, s *kube.Service, found *diag.List) {
	if up.Port.Name != "" && up.Port.Number == 0 {
		return
	}
	var have []string
	for _, p := range s.Ports {
		if p.Port == up.Port.Number {
			return
		}
		have = append(have, fmt.Sprint(p.Port))
	}
	if len(have) == 0 {
		return
	}
	f := found.Add(diag.Finding{
		Code: diag.PortNotServed, At: up.Origin.At("port"),
		Message: fmt.Sprintf("Service %q in namespace %q has no port %d: requests are answered with 503", up.Name, up.Namespace, up.Port.Number),
		Help:    "its ports are " + strings.Join(have, ", "),
	})
	switch {
	case s.Function:
		f.Help = "the Service of a Function has port 80"
		f.Related = []diag.Related{{Message: "the Function", At: s.Origin.At("metadata", "name")}}
	case s.Origin.Doc != nil:
		f.Related = []diag.Related{{Message: "the Service", At: s.Origin.At("spec", "ports")}}
	}
}

// checkSelector reports labels of a selector that the API server refuses, because
// they are not text: the policies would select other pods, or none.
func checkSelector(g *ir.Gateway, s *kube.Service, found *diag.List) {
	for _, key := range s.BadLabels {
		found.Add(diag.Finding{
			Code: diag.WrongType, At: s.Origin.At("spec", "selector", key), Owner: g.Origin.Doc,
			Message: fmt.Sprintf("label %q of the selector of Service %q must be a string", key, s.Name.Name),
			Help:    "write it in quotes", Upstream: &diag.Upstream{},
		})
	}
}

// upstreamRef returns where a rule names its Service: its own field, or the rule when
// the Service is that of the whole resource.
func upstreamRef(r *ir.Route, up *ir.Upstream) source.Ref {
	if strings.HasPrefix(up.Origin.Path, r.Origin.Path) {
		return up.Origin.At("name")
	}
	return r.Origin
}

func (c *companions) reportNoService(r *ir.Route, up *ir.Upstream, says *ir.Says, found *diag.List) {
	f := found.Add(diag.Finding{
		Code: diag.ServiceNotFound, At: upstreamRef(r, up),
		Message: fmt.Sprintf("the policies of this rule need the selector of Service %q in namespace %q, which is not among the inputs", up.Name, up.Namespace),
		Help:    serviceHelp(up),
		Group:   up.Namespace + "/" + up.Name, GroupDoc: r.Origin.Doc, Place: "needed here too",
		Lacks:    &diag.Lack{Kind: "Service", Namespace: up.Namespace, Name: up.Name, Port: up.Port.Number},
		Upstream: &diag.Upstream{Attribute: "." + r.Origin.Path, Message: fmt.Sprintf(says.NoService, up.Name)},
	})
	if says.NoServiceAlone {
		f.Upstream.Attribute = ""
	}
	if other := c.namesake(up); other != nil {
		f.Message = fmt.Sprintf("the policies of this rule need the selector of Service %q in namespace %q; a Service of that name is among the inputs, in namespace %q",
			up.Name, up.Namespace, other.Name.Namespace)
		f.Help = "write metadata.namespace in both, or set the namespace of documents that name none: -n, or namespace in kgw.yaml"
		f.Related = []diag.Related{{Message: "the Service", At: other.Origin.At("metadata", "name")}}
	}
}

// namesake returns a Service among the inputs that has the name of an upstream
// in another namespace, or nil.
func (c *companions) namesake(up *ir.Upstream) *kube.Service {
	found := c.namesakes()[up.Name]
	c.noteAnswer(answer{question: whichNamesake, name: ir.Name{Name: up.Name}, service: found})
	return found
}

// namesakes returns the Services among the inputs by name: of several, the one in the
// first namespace.
func (c *companions) namesakes() map[string]*kube.Service {
	if c.byName != nil {
		return c.byName
	}
	c.byName = map[string]*kube.Service{}
	for name, s := range c.services {
		if known := c.byName[name.Name]; s.Origin.Doc != nil && (known == nil || name.Namespace < known.Name.Namespace) {
			c.byName[name.Name] = s
		}
	}
	return c.byName
}

// serviceHelp returns the remedy for a missing Service, with the lines that kgw.yaml
// lacks. The selector is known only where the Service is; serviceHelp writes a
// placeholder that is refused until it is replaced.
func serviceHelp(up *ir.Upstream) string {
	return fmt.Sprintf(`add the Service's manifest to the inputs, or these lines to kgw.yaml:
  known:
    services:
    - name: %s
      namespace: %s
      selector: SELECTOR # kubectl -n %[2]s get service %[1]s -o jsonpath='{.spec.selector}'
      ports: [{port: %[3]d}]`, up.Name, up.Namespace, up.Port.Number)
}

// checkPods checks that a Service selects pods and that those among the inputs
// have a sidecar, which enforces policies.
func (c *companions) checkPods(r *ir.Route, up *ir.Upstream, s *kube.Service, conv *ir.Convention, found *diag.List) {
	says := &conv.Says
	if r.InMesh.Doc == nil {
		return
	}
	if len(s.Selector) == 0 {
		f := found.Add(diag.Finding{
			Code: diag.NoSelector, At: upstreamRef(r, up),
			Message:  fmt.Sprintf("Service %q in namespace %q has no selector, so that no policy can protect its pods", up.Name, up.Namespace),
			Help:     "give the Service a selector",
			Upstream: &diag.Upstream{Attribute: "." + r.InMesh.Path + says.NoSelectorAt, Message: says.NoSelector},
		})
		if s.Origin.Doc != nil {
			f.Related = []diag.Related{{Message: "the Service", At: s.Origin.At("spec")}}
		} else {
			f.Message = fmt.Sprintf("the policies of this rule need the selector of Service %q in namespace %q, which known.services of kgw.yaml does not have", up.Name, up.Namespace)
			f.Help = fmt.Sprintf("write it there: kubectl -n %s get service %s -o jsonpath='{.spec.selector}' prints it", up.Namespace, up.Name)
		}
		return
	}
	for _, p := range c.podsOf(up.Namespace, s.Selector) {
		if c.hasSidecar(p, conv.NativeSidecars) {
			reportPastSidecar(r, up, s, p, found)
			continue
		}
		if p.Template != "" {
			found.Add(diag.Finding{
				Code: diag.NoSidecar, At: upstreamRef(r, up),
				Message: fmt.Sprintf("the %s %q makes pods of Service %q without an Istio sidecar, so that no policy is enforced there", p.Template, p.Name.Name, up.Name),
				Help:    "remove what forbids it: the label or annotation sidecar.istio.io/inject, hostNetwork, or the namespace's label istio-injection: disabled",
				Related: []diag.Related{{Message: "the " + p.Template, At: p.Origin.At("metadata", "name")}},
			})
			continue
		}
		found.Add(diag.Finding{
			Code: diag.NoSidecar, At: upstreamRef(r, up),
			Message:  fmt.Sprintf("pod %q of Service %q has no Istio sidecar, so that no policy is enforced there", p.Name, up.Name),
			Help:     "label the namespace istio-injection: enabled, or add the container istio-proxy",
			Related:  []diag.Related{{Message: "the pod", At: p.Origin.At("metadata", "name")}},
			Upstream: &diag.Upstream{Attribute: "." + r.InMesh.Path + says.NoSidecarAt, Message: fmt.Sprintf(says.NoSidecar, p.Name)},
		})
	}
}

// reportPastSidecar reports a pod whose annotations lead requests to the
// Service past its sidecar, or may do so.
func reportPastSidecar(r *ir.Route, up *ir.Upstream, s *kube.Service, p *kube.Pod, found *diag.List) {
	target := ""
	for _, port := range s.Ports {
		if port.Port == up.Port.Number {
			target = port.Target
		}
	}
	annotation := p.Misses(target)
	if annotation == "" {
		return
	}
	kind := cmp.Or(p.Template, "Pod")
	found.Add(diag.Finding{
		Code: diag.PortPastSidecar, At: upstreamRef(r, up),
		Message: fmt.Sprintf("requests to port %d of Service %q do not go through the sidecar of the pods of %s %q, or may not, because of its annotation %s; no policy is enforced there", up.Port.Number, up.Name, kind, p.Name.Name, annotation),
		Help:    "remove the annotation, or leave the port of the Service out of it",
		Group:   fmt.Sprintf("%s %s %s", kind, p.Name, up.Name), GroupDoc: r.Origin.Doc, Place: "another rule that leads there",
		Related: []diag.Related{{Message: "the " + kind, At: p.Origin.At("metadata", "name")}},
	})
}

// labelled identifies pods of a namespace by one of their labels.
type labelled struct{ namespace, key, value string }

// podsOf is selectPods for the gateway that is linked.
func (c *companions) podsOf(namespace string, selector map[string]string) []*kube.Pod {
	pods := c.selectPods(namespace, selector)
	c.noteAnswer(answer{question: whichPods, name: ir.Name{Namespace: namespace}, selector: selector, pods: pods})
	return pods
}

// selectPods lists the pods of a namespace that a selector, which is not empty,
// chooses, in input order.
func (c *companions) selectPods(namespace string, selector map[string]string) []*kube.Pod {
	if c.byLabel == nil {
		c.byLabel = map[labelled][]*kube.Pod{}
		for _, p := range c.pods {
			for k, v := range p.Labels {
				at := labelled{p.Name.Namespace, k, v}
				c.byLabel[at] = append(c.byLabel[at], p)
			}
		}
	}
	var few []*kube.Pod
	first := true
	for k, v := range selector {
		if pods := c.byLabel[labelled{namespace, k, v}]; first || len(pods) < len(few) {
			few, first = pods, false
		}
	}
	return slices.DeleteFunc(slices.Clone(few), func(p *kube.Pod) bool { return !source.MapWithin(selector, p.Labels) })
}

// hasSidecar reports whether a pod has a sidecar or will get one when it is
// created, as Istio's labels say: istio-injection of the namespace wins over
// istio.io/rev and over what the pod asks for
// (https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/).
//
// native: an init container counts too.
func (c *companions) hasSidecar(p *kube.Pod, native bool) bool {
	if slices.Contains(p.Containers, "istio-proxy") || native && slices.Contains(p.Init, "istio-proxy") {
		return true
	}
	if p.Injection == "false" {
		return false
	}
	if p.Template != "" {
		// There is no pod yet: only what forbids a sidecar is certain.
		ns := c.namespaces[p.Name.Namespace]
		return ns == nil || injection.Of(ns.Labels) != injection.None
	}
	who := injection.Pods
	if ns := c.namespaces[p.Name.Namespace]; ns != nil {
		who = injection.Of(ns.Labels)
	}
	return who == injection.All || who == injection.Pods && (p.Injection == "true" || p.Labels[injection.RevisionKey] != "")
}

// checkAuthorizers checks that the external authorizers of each route are
// defined.
func (c *companions) checkAuthorizers(g *ir.Gateway, found *diag.List) {
	for _, r := range g.Routes {
		for i := range r.Access.Grants {
			ext, ok := r.Access.Grants[i].Proof.(ir.External)
			if ok {
				c.checkProviders(r, ext.Providers, found)
				break
			}
		}
	}
}

func (c *companions) checkProviders(r *ir.Route, providers []ir.Provider, found *diag.List) {
	for _, p := range providers {
		http, defined := c.providers[p.Name]
		if http {
			continue
		}
		f := diag.Finding{
			Code: diag.ProviderNotFound, At: p.Origin,
			Message:  fmt.Sprintf("external authorizer %q is not defined in the mesh configuration", p.Name),
			Help:     "add ConfigMap istio-system/istio to the inputs, or the name to istio.extAuthProviders in kgw.yaml",
			Lacks:    &diag.Lack{Kind: "authorizer", Name: p.Name},
			Upstream: &diag.Upstream{Attribute: "." + r.Origin.Path + ".extAuth.externalAuthorizers." + p.Name, Message: "Authorizer not found in Istio ConfigMap mesh data"},
		}
		switch {
		case c.mesh == nil:
			f.Upstream = &diag.Upstream{Attribute: "." + r.Origin.Path + ".extAuth", Message: "Failed to get Istio ConfigMap"}
		case c.meshFault != "":
			f.Message = fmt.Sprintf("external authorizer %q cannot be looked up: the mesh configuration has no readable key mesh", p.Name)
			f.Upstream = &diag.Upstream{Attribute: "." + r.Origin.Path + ".extAuth.externalAuthorizers", Message: c.meshFault}
		case defined:
			f.Message = fmt.Sprintf("external authorizer %q is not asked over HTTP (envoyExtAuthzHttp)", p.Name)
			f.Help = "define it with envoyExtAuthzHttp in the mesh configuration"
			f.Upstream.Message = "EnvoyExtAuthzHttp not found in Istio ConfigMap mesh data for authorizer"
		}
		found.Add(f)
		if c.mesh == nil || c.meshFault != "" {
			return
		}
	}
}
