package routes

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/routerule"
	"github.com/kgw-dev/kgw/internal/source"
)

// service is a VirtualService on its way.
type service struct {
	*reader
	Service
	o        *Options
	judge    *match.Judge
	all      map[string]*Service // all that there are, by namespace/name
	within   string              // the namespace of the delegate that is read, "" for none
	hosts    []string            // in lower case, "*" alone for all
	gateways []string            // namespace/name, without mesh
	mesh     bool
	entries  []*entry
	granted  []ir.Name // Services of other namespaces
	meta     source.Object
	units    []*unit
	parents  map[string]*parent // by the gateway of Istio that they replace
	objects  []source.Object    // that are written instead
	left     bool
}

// entry is one http entry.
type entry struct {
	conditions []*condition
	action     *action
}

// unit are the rules of a VirtualService for Gateways of which all get the same.
type unit struct {
	service  *service
	gateways []string
	rules    []*rule
}

// rule is one match of one entry on its way.
type rule struct {
	routerule.Rule
	unit   *unit
	action *manifest.RouteRule
	at     source.Ref
	all    bool // istiod asks it behind all others of the host
	// below is a path whose prefix the rule matches, though only what is below it
	// is meant; shields reports that the rule keeps such a path from another one.
	below   string
	shields bool
}

const mesh = "mesh"

func isOutside(gateway string) bool { return gateway != mesh }

// read reads the VirtualService whole.
func (s *service) read() {
	root := s.object(s.Value, source.Ref{Doc: s.Doc})
	for _, key := range []string{"apiVersion", "kind", "status"} {
		root.get(key)
	}
	s.keepMetadata(root.child("metadata"))
	spec := root.child("spec")
	root.reportUnread()
	for _, ref := range manifest.GatewayRefs(spec.texts("gateways"), s.Namespace) {
		if s.mesh = s.mesh || ref == mesh; ref != mesh && !slices.Contains(s.gateways, ref) {
			s.gateways = append(s.gateways, ref)
		}
	}
	s.readHosts(spec)
	if len(s.gateways) == 0 || len(s.hosts) == 0 {
		return // of the mesh alone, or what others delegate to
	}
	for _, scope := range spec.texts("exportTo") {
		if scope != "*" {
			s.reportUnsaid(spec.at.At("exportTo"), "where it is exported to: a Gateway chooses the routes that it serves")
		}
	}
	for _, key := range []string{"tls", "tcp"} {
		if spec.has(key) {
			s.reportUnsaid(spec.at.At(key), "routes of connections that are not read as HTTP")
		}
	}
	for _, o := range spec.children("http") {
		if o.has("delegate") {
			s.readDelegate(o)
			continue
		}
		s.entries = append(s.entries, s.readEntry(o))
	}
	spec.reportUnread()
	if len(s.entries) == 0 {
		s.reportUnsaid(spec.at, "a VirtualService without routes")
	}
}

// keepMetadata keeps what the author wrote.
func (s *service) keepMetadata(o *object) {
	if len(o.list("ownerReferences")) > 0 {
		s.reportUnsaid(o.at.At("ownerReferences"), "who made it: a controller keeps the VirtualService, so move what it is made of")
	}
	if o.has("generateName") {
		s.reportUnsaid(o.at.At("generateName"), "a name that the API server makes")
	}
	s.meta = source.Object{{Key: "name", Value: s.Doc.Name}}
	if namespace := o.text("namespace"); namespace != "" {
		s.meta = append(s.meta, source.Member{Key: "namespace", Value: namespace})
	}
	for _, key := range []string{"labels", "annotations"} {
		kept := source.Object{}
		for _, m := range o.child(key).fields {
			if m.Key != "kubectl.kubernetes.io/last-applied-configuration" {
				kept = append(kept, m)
			}
		}
		if len(kept) > 0 {
			s.meta = append(s.meta, source.Member{Key: key, Value: kept})
		}
	}
}

// readHosts reads the hosts; a name without a dot is that of a Service
// (istio, pilot/pkg/model, ResolveShortnameToFQDN).
func (s *service) readHosts(spec *object) {
	for i, host := range spec.texts("hosts") {
		at := spec.at.At("hosts").Elem(i)
		if host = strings.ToLower(host); !strings.Contains(host, ".") && host != "*" && host != "" {
			host += "." + s.Namespace + ".svc.cluster.local"
		}
		if why := routerule.RefusedHost(host); host != "*" && why != "" {
			s.found.Add(diag.Finding{Code: diag.HostUnsaid, At: at, Help: "use another host, or keep the VirtualService", Message: fmt.Sprintf("an HTTPRoute cannot have the host %q: %s", host, why)})
		}
		s.hosts = append(s.hosts, host)
	}
	if slices.Contains(s.hosts, "*") && len(s.hosts) > 1 {
		s.reportUnsaid(spec.at.At("hosts"), "all hosts beside others")
	}
}

func (s *service) readEntry(o *object) *entry {
	e := &entry{}
	for _, m := range o.children("match") {
		e.conditions = append(e.conditions, s.readCondition(m))
	}
	if len(e.conditions) == 0 {
		e.conditions = []*condition{s.readCondition(s.object(source.Object{}, o.at))}
	}
	o.text("name") // names the entry in metrics
	e.action = s.readAction(o)
	o.reportUnread()
	return e
}

// reportExpression reports an expression that Envoy refuses, which nothing
// checks in an HTTPRoute.
func (s *service) reportExpression(at source.Ref, text, reason string) {
	s.found.Add(diag.Finding{
		Code: diag.RegexRefused, Severity: diag.Error, At: at, Help: "write it in the syntax of RE2 (https://github.com/google/re2/wiki/Syntax)",
		Message: fmt.Sprintf("Envoy refuses the expression %q: %s", text, reason),
	})
}

// buildUnits makes the rules for each of the gateways, and puts gateways with the
// same rules together.
func (s *service) buildUnits() {
	for _, gateway := range s.gateways {
		u := &unit{service: s, gateways: []string{gateway}}
		s.makeRules(u, gateway)
		i := slices.IndexFunc(s.units, func(o *unit) bool { return sameRules(o.rules, u.rules) })
		switch {
		case i >= 0:
			s.units[i].gateways = append(s.units[i].gateways, gateway)
		case len(u.rules) > 0:
			s.units = append(s.units, u)
		}
	}
}

func sameRules(a, b []*rule) bool {
	return slices.EqualFunc(a, b, func(x, y *rule) bool { return x.at == y.at && reflect.DeepEqual(x.Rule, y.Rule) })
}

// makeRules makes the rules of a unit, up to the first that matches everything:
// istiod writes none behind it.
func (s *service) makeRules(u *unit, gateway string) {
	for _, e := range s.entries {
		for _, c := range e.conditions {
			if len(c.gateways) > 0 && !slices.Contains(c.gateways, gateway) {
				continue
			}
			if n := len(u.rules); n > 0 && u.rules[n-1].all {
				s.found.Add(diag.Finding{
					Code: diag.SettingDropped, At: e.action.at, Help: "none is needed",
					Message: "the route is left out: the one before it matches every request, and Istio asks none behind it",
				})
				return
			}
			own := c.Rule
			if own.Set.Hosts = s.hosts; s.hosts[0] == "*" {
				own.Set.Hosts = nil
			}
			r := &rule{Rule: own, unit: u, action: &e.action.rule, at: e.action.at, all: c.all}
			if e.action.uri != "" {
				s.addRewrite(r, c, e.action)
			}
			u.rules = append(u.rules, r)
		}
	}
}
