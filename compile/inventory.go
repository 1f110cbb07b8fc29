package compile

import (
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
)

// Inventory lists what gateways refer to: Known has the objects of the inputs, in the
// form of the configuration, and Needs the objects that are in neither the inputs nor
// the configuration.
type Inventory struct {
	Known config.Known
	Needs []Need
}

// Need is an object that gateways refer to and that nobody describes, with
// the places that need it. See diag.Lack for its kinds.
type Need struct {
	diag.Lack
	Ports []uint32 // of a Service, sorted
	At    []source.Span
}

// TakeInventory reads the inputs as far as they can be linked. What cannot be
// read is left out.
func TakeInventory(in Input, o Options) *Inventory {
	r := link(in, o)
	return &Inventory{Known: r.referredObjects(), Needs: r.collectNeeds()}
}

// referredObjects returns the objects among the inputs that gateways refer to, by
// namespace and name.
func (r *run) referredObjects() config.Known {
	c := r.companions()
	var out config.Known
	for _, name := range sortedNames(c.services) {
		s := c.services[name]
		if s.Origin.Doc == nil || s.External != "" {
			continue
		}
		known := config.KnownService{Name: name.Name, Namespace: name.Namespace, Selector: maps.Clone(s.Selector)}
		delete(known.Selector, kube.FunctionUID)
		for _, p := range s.Ports {
			known.Ports = append(known.Ports, config.KnownPort{Name: p.Name, Port: p.Port})
		}
		out.Services = append(out.Services, known)
	}
	for _, name := range sortedNames(c.gateways) {
		g := c.gateways[name]
		if g.Origin.Doc == nil {
			continue
		}
		hosts := slices.Compact(slices.Sorted(slices.Values(slices.Concat(g.Servers...))))
		out.Gateways = append(out.Gateways, config.KnownGateway{Name: name.Name, Namespace: name.Namespace, Hosts: hosts})
	}
	if c.mesh != nil {
		for _, name := range slices.Sorted(maps.Keys(c.providers)) {
			if c.providers[name] {
				out.Providers = append(out.Providers, name)
			}
		}
	}
	return out
}

func sortedNames[T any](objects map[ir.Name]T) []ir.Name {
	return slices.SortedFunc(maps.Keys(objects), func(a, b ir.Name) int { return strings.Compare(a.String(), b.String()) })
}

// collectNeeds collects what findings of linking, and hosts without a domain,
// lack.
func (r *run) collectNeeds() []Need {
	lacking := slices.DeleteFunc(slices.Clone(r.found), func(f diag.Finding) bool { return f.Lacks == nil })
	for _, u := range r.compiled {
		for i := range u.gateway.Hosts {
			if h := &u.gateway.Hosts[i]; h.Short {
				lacking.Add(diag.Finding{Code: diag.NoDomain, At: h.Origin, Lacks: &diag.Lack{Kind: "domain"}})
			}
		}
	}
	lacking.Resolve()
	lacking.Sort()
	byKey := map[diag.Lack]*Need{}
	for _, f := range lacking {
		key := *f.Lacks
		key.Port = 0
		n := byKey[key]
		if n == nil {
			n = &Need{Lack: key}
			byKey[key] = n
		}
		if port := f.Lacks.Port; port != 0 && !slices.Contains(n.Ports, port) {
			n.Ports = append(n.Ports, port)
		}
		if !slices.Contains(n.At, f.Span) {
			n.At = append(n.At, f.Span)
		}
	}
	var out []Need
	for _, n := range byKey {
		slices.Sort(n.Ports)
		out = append(out, *n)
	}
	slices.SortFunc(out, func(a, b Need) int {
		return strings.Compare(a.Kind+"/"+a.Namespace+"/"+a.Name, b.Kind+"/"+b.Namespace+"/"+b.Name)
	})
	return out
}
