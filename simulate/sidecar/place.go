package sidecar

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/injection"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// place is where policies are enforced: the pods of a Service, of a subset of
// it, or of a gateway.
type place struct {
	key, shown string
	namespace  string
	// name is the name of the Service, and service is what is known about it, nil
	// for nothing.
	name    string
	service *simulate.Service
	// pods returns a text for the pods that the Service sends requests to, "" if they are not
	// known.
	pods   string
	groups []*group
	// destinations are the DestinationRules that say how clients connect to it.
	destinations []*destination
	// loose reports that the pods behind the name, or their proxies, are not
	// known.
	loose bool
}

// group is a set of pods of a place that all policies treat alike.
type group struct {
	shown string // of the workload, "" where it is the only group
	bare  bool   // the pods have no proxy
	// bareIf is the condition that they have no proxy, nil where that is known.
	bareIf *simulate.Unknown
	ports  map[string]string
	guards
}

// guards are the policies that hold for pods, in the order in which they were
// loaded.
type guards struct {
	tokens              []tokenGuard
	custom, deny, allow policies
	// providers are the custom policies, one for each external authorizer where
	// several certainly name the same one.
	providers []guard
	// broken are objects that are refused or have fields that are not read.
	broken  []simulate.Unknown
	peering peering
}

// tokenGuard is a rule about tokens, with the condition under which it holds for
// the pods, nil if it certainly does.
type tokenGuard struct {
	*tokenRule
	when *simulate.Unknown
}

// guard is a policy, with the condition under which it holds for the pods, nil if
// it certainly does.
type guard struct {
	*authorization
	when *simulate.Unknown
}

// isIdle reports whether no policy of any kind is for the pods.
func (p *place) isIdle() bool {
	return len(p.groups) == 1 && !p.groups[0].isNeeded()
}

// isNeeded reports whether there is a policy, or an object that is not read.
func (g *guards) isNeeded() bool {
	return len(g.tokens)+len(g.custom.all)+len(g.deny.all)+len(g.allow.all)+len(g.broken) > 0
}

// serviceOf splits the name of a service in the mesh.
func serviceOf(host string) (name, namespace string) {
	host, _, _ = strings.Cut(host, ":")
	name, rest, _ := strings.Cut(host, ".")
	namespace, _, _ = strings.Cut(rest, ".")
	return name, namespace
}

// placeOf returns the pods that a request to a service reaches.
func (s *Sidecars) placeOf(to, subset string) *place {
	name, namespace := serviceOf(to)
	key := name + "." + namespace + "|" + subset
	if p, ok := s.places.Load(key); ok {
		return p.(*place)
	}
	p := &place{key: key, shown: "the pods of " + namespace + "/" + name, name: name, namespace: namespace, service: s.pods.Service(name, namespace)}
	var labels map[string]string
	p.destinations = s.destinationsOf(name, namespace)
	p.loose = p.service != nil && p.service.Elsewhere || p.service == nil && !s.inCluster(to)
	if p.service != nil && !p.service.Elsewhere {
		labels = maps.Clone(p.service.Selector)
		for _, d := range p.destinations {
			if n := d.subsets[subset]; n != nil {
				maps.Copy(labels, source.TextMap(source.Field(n, "labels")))
				break
			}
		}
		p.pods = s.shownPods(namespace, labels)
	}
	p.groups = s.splitPods(p, labels, labels != nil, s.pods.Workloads)
	s.places.Store(key, p)
	return p
}

// shownPods names pods by their labels, and says so if no workload among the inputs
// makes them.
func (s *Sidecars) shownPods(namespace string, labels map[string]string) string {
	out := "pods " + shownLabels(labels)
	if len(s.pods.Workloads(namespace, nil)) > 0 && len(s.pods.Workloads(namespace, labels)) == 0 {
		out += " of no workload among the inputs"
	}
	return out
}

// inCluster reports whether a name is, or may be, that of a Service.
func (s *Sidecars) inCluster(to string) bool {
	to, _, _ = strings.Cut(to, ":")
	parts := strings.Split(to, ".")
	if len(parts) < 2 || len(parts) > 2 && parts[2] != "svc" {
		return false
	}
	_, known := s.pods.Namespace(parts[1])
	return len(parts) > 2 || known || s.chosen[parts[1]] != nil || len(s.pods.Workloads(parts[1], nil)) > 0
}

// gatewayOf returns the pods that a Gateway selects.
func (s *Sidecars) gatewayOf(selector map[string]string) *place {
	if len(selector) == 0 {
		selector = map[string]string{"istio": "ingressgateway"}
	}
	key := "gateway " + shownLabels(selector)
	if p, ok := s.places.Load(key); ok {
		return p.(*place)
	}
	namespace := s.gatewaySpace()
	labels := maps.Clone(selector)
	if labels["istio"] == "ingressgateway" {
		labels["app"] = "istio-ingressgateway"
	}
	namespaces := []string{namespace}
	if found := s.pods.Workloads("", selector); len(found) > 0 {
		namespaces, labels = nil, selector
		for _, w := range found {
			if !slices.Contains(namespaces, w.Namespace) {
				namespaces = append(namespaces, w.Namespace)
			}
		}
	}
	p := &place{key: key, shown: "the ingress gateway"}
	if labels["istio"] != "ingressgateway" {
		p.shown = "the gateway " + shownLabels(selector)
	}
	for _, p.namespace = range namespaces {
		p.groups = append(p.groups, s.splitPods(p, labels, true, s.pods.Workloads)...)
	}
	for _, g := range p.groups {
		g.bare = false
	}
	s.places.Store(key, p)
	return p
}

func shownLabels(labels map[string]string) string {
	out := make([]string, 0, len(labels))
	for k, v := range labels {
		out = append(out, k+"="+v)
	}
	slices.Sort(out)
	return strings.Join(out, ",")
}

// splitPods splits the pods with the labels into groups by the policies that select
// them. There may be further pods that are not known.
func (s *Sidecars) splitPods(p *place, labels map[string]string, known bool, workloads func(string, map[string]string) []*simulate.Workload) []*group {
	var list []*simulate.Workload
	if known {
		list = workloads(p.namespace, labels)
	}
	var out []*group
	seen := map[string]bool{}
	for _, w := range list {
		g := &group{shown: w.Kind + " " + w.Namespace + "/" + w.Name, bare: w.Sidecar == simulate.Missing, ports: w.Ports}
		sign := s.fillGuards(&g.guards, p, w.Labels, true) + fmt.Sprint(g.bare, g.ports, len(w.Unread))
		g.broken = append(g.broken, w.Unread...)
		if !seen[sign] {
			seen[sign] = true
			out = append(out, g)
		}
	}
	if len(out) == 0 {
		g := &group{}
		g.bare, g.bareIf = s.haveNoSidecar(p)
		s.fillGuards(&g.guards, p, labels, false)
		out = append(out, g)
	}
	for _, g := range out {
		for _, d := range p.destinations {
			g.broken = append(g.broken, brokenOf(d.manifest, simulate.DestinationRuleFields.Unread(d.manifest.Root), d.refused, p, simulate.DestinationRuleFields)...)
		}
		for _, m := range s.encrypted {
			if isTarget(m, p) {
				g.broken = append(g.broken, opaqueOf(m, p))
			}
		}
		g.broken = append(g.broken, s.options.Mesh.Unread...)
		g.broken = append(g.broken, s.pods.Unread(p.namespace)...)
		if p.service != nil {
			g.broken = append(g.broken, p.service.Unread...)
		}
	}
	return out
}

// isTarget reports whether an object names the Service of a place as its target.
func isTarget(m *simulate.Manifest, p *place) bool {
	return p.name != "" && m.Namespace == p.namespace && slices.ContainsFunc(source.Elements(source.Field(m.Spec(), "targetRefs")), func(n *source.Node) bool {
		return source.Text(source.Field(n, "kind")) == "Service" && source.Text(source.Field(n, "name")) == p.name
	})
}

// haveNoSidecar reports whether pods that are not among the inputs have no sidecar,
// by the labels of their namespace. A namespace that does not ask for sidecars
// leaves it to the pods.
func (s *Sidecars) haveNoSidecar(p *place) (bool, *simulate.Unknown) {
	labels, known := s.pods.Namespace(p.namespace)
	switch {
	case !known || p.name == "" || injection.Of(labels) == injection.All:
		return false, nil
	case injection.Of(labels) == injection.None:
		return true, nil
	}
	return false, &simulate.Unknown{
		Why: simulate.Absent, Needs: "the workload of " + p.shown, Key: "bare " + p.key,
		What: fmt.Sprintf("%s have no sidecar, for which the namespace %s does not ask", p.shown, p.namespace),
	}
}

// added are the labels that injectors and controllers add to pods.
var added = []string{
	"service.istio.io/canonical-name", "service.istio.io/canonical-revision", "istio.io/rev", "security.istio.io/tlsMode", "pod-template-hash",
	"topology.kubernetes.io/region", "topology.kubernetes.io/zone", "controller-revision-hash",
}

// selects returns whether policies select pods with the labels. Pods may have
// others, unless the labels are complete.
func (c *chosen) selects(s *Sidecars, p *place, labels map[string]string, complete bool) truth {
	if c.elsewhere || c.manifest.Namespace != p.namespace && c.manifest.Namespace != s.options.Root {
		return no
	}
	out := yes
	if p.loose {
		out = maybe
	}
	for k, v := range c.labels {
		have, has := labels[k]
		switch {
		case has && have != v:
			return no
		case has:
		case slices.Contains(added, k):
			out = maybe
		case complete, k == "istio" && p.name != "":
			return no // only gateways have the label
		default:
			out = maybe
		}
	}
	return out
}

// fillGuards puts the policies that hold for pods into guards and returns a text
// that identifies these policies.
func (s *Sidecars) fillGuards(g *guards, p *place, labels map[string]string, complete bool) string {
	var rules []conditional
	var sign []string
	for _, space := range slices.Compact([]string{p.namespace, s.options.Root}) {
		for _, sel := range s.chosen[space].withoutOthers(labels) {
			held := sel.selects(s, p, labels, complete)
			if held == no {
				continue
			}
			s.met.Store(sel, true)
			var condition *simulate.Unknown
			if held == maybe {
				condition = whereSelected(&sel.chosen, p)
			}
			sign = append(sign, space+shownLabels(sel.labels))
			for _, a := range sel.policies {
				g.add(a, condition, p)
			}
			for _, t := range sel.tokens {
				g.broken = append(g.broken, brokenOf(t.manifest, t.unread, t.refused, p, simulate.RequestAuthenticationFields)...)
				if t.refused == "" {
					rules = append(rules, conditional{t, condition})
				}
			}
		}
	}
	for _, o := range s.opaque {
		if held := o.selects(s, p, labels, complete); held != no {
			s.met.Store(o, true)
			sign = append(sign, o.manifest.ID())
			g.broken = append(g.broken, opaqueOf(o.manifest, p))
		}
	}
	for _, c := range s.peers {
		if c.selects(s, p, labels, complete) != no {
			s.met.Store(c, true)
			g.broken = append(g.broken, brokenOf(c.manifest, simulate.PeerAuthenticationFields.Unread(c.manifest.Root), c.refused, p, simulate.PeerAuthenticationFields)...)
		}
	}
	var unsure []simulate.Unknown
	g.peering, unsure = s.mergePeers(p, labels, complete)
	g.broken = append(g.broken, unsure...)
	g.sort(rules)
	return fmt.Sprintf("%q", sign) + fmt.Sprint(g.peering.mode, g.peering.ports, len(unsure))
}

// add puts a policy into the list of its action.
func (g *guards) add(a *authorization, condition *simulate.Unknown, p *place) {
	g.broken = append(g.broken, brokenOf(a.manifest, a.unread, a.refused, p, simulate.AuthorizationPolicyFields)...)
	if a.refused != "" {
		return
	}
	into := map[string]*policies{"ALLOW": &g.allow, "DENY": &g.deny, "CUSTOM": &g.custom}[a.action]
	if into != nil {
		into.all = append(into.all, guard{a, condition})
	}
}

// conditional is a RequestAuthentication, and the condition under which it holds.
type conditional struct {
	*tokens
	when *simulate.Unknown
}

// sort puts everything in order: policies as they were loaded, token rules by
// issuer, each once.
func (g *guards) sort(rules []conditional) {
	slices.SortFunc(rules, func(a, b conditional) int { return a.order - b.order })
	alike := map[string]bool{}
	for _, t := range rules {
		for i := range t.rules {
			r := &t.rules[i]
			key := r.text()
			if t.when != nil {
				key += t.when.What
			}
			if !alike[key] {
				alike[key] = true
				g.tokens = append(g.tokens, tokenGuard{r, t.when})
			}
		}
	}
	slices.SortStableFunc(g.tokens, func(a, b tokenGuard) int { return strings.Compare(a.issuer, b.issuer) })
	for _, list := range []*policies{&g.custom, &g.deny, &g.allow} {
		list.index()
	}
	seen := map[string]bool{}
	for _, a := range g.custom.all {
		if a.when != nil || !seen[a.provider] {
			g.providers = append(g.providers, a)
		}
		seen[a.provider] = seen[a.provider] || a.when == nil
	}
}

// text returns a text that is equal for equal rules.
func (r *tokenRule) text() string {
	return fmt.Sprintf("%q", []any{r.issuer, r.keys, r.audiences, r.headers, r.params, r.cookies, r.forward, r.payload, r.claims, r.delimited})
}

// whereSelected returns the condition that pods have the labels of a selector.
func whereSelected(c *chosen, p *place) *simulate.Unknown {
	if p.loose && len(c.labels) == 0 {
		return &simulate.Unknown{
			Why: simulate.Absent, At: c.manifest.At("spec"), Needs: "the Service, the ServiceEntry and the workload of " + p.name + "." + p.namespace, Key: "proxy before " + p.key,
			What: fmt.Sprintf("a proxy of the mesh is before %s.%s", p.name, p.namespace),
		}
	}
	return &simulate.Unknown{
		Why: simulate.Absent, At: c.manifest.At("spec.selector"), Needs: "the Service and the workload of " + p.shown,
		What: fmt.Sprintf("%s have the labels %s", p.shown, shownLabels(c.labels)),
	}
}

// brokenOf returns the conditions under which an object does something that kgw
// does not read.
func brokenOf(m *simulate.Manifest, unread []simulate.UnreadField, refused string, p *place, table *simulate.FieldTable) []simulate.Unknown {
	var out []simulate.Unknown
	if refused != "" {
		out = append(out, simulate.Unknown{
			Why: simulate.Refused, At: m.At("spec"), Key: "refused " + m.ID() + " at " + p.key + simulate.Canonical(m.Spec()),
			What: fmt.Sprintf("an older version of the %s %s, which Istio refuses (%s), is in the cluster", m.Kind, m.ID(), refused),
		})
	}
	for _, f := range unread {
		out = append(out, m.UnreadUnknown(table, f, p.shown))
	}
	return out
}

// opaqueOf returns the condition that an object changes what a proxy does.
func opaqueOf(m *simulate.Manifest, p *place) simulate.Unknown {
	return simulate.Unknown{
		Why: simulate.Opaque, At: m.At("spec"), Key: m.Kind + " at " + p.key + simulate.Canonical(m.Spec()),
		What: fmt.Sprintf("the %s %s, which kgw does not read, changes what %s does", m.Kind, m.ID(), strings.Replace(p.shown, "the pods", "the sidecar", 1)),
	}
}

// Guards reports whether an object is for the pods of a service.
func (s *Sidecars) Guards(to string) bool {
	for _, g := range s.placeOf(to, "").groups {
		if g.isNeeded() || g.peering.isStrict() {
			return true
		}
	}
	return false
}
