package sidecar

import "slices"

// policies are the policies of one action for the same pods, in the order of
// loading and by the authorities that they name. One workload may have thousands.
type policies struct {
	all     []guard
	anyHost []guard            // those that do not name authorities
	perHost map[string][]guard // those for one authority
	unsure  bool               // one of them has a condition
}

// index sorts the policies.
func (p *policies) index() {
	slices.SortFunc(p.all, func(a, b guard) int { return a.order - b.order })
	p.perHost = map[string][]guard{}
	for _, a := range p.all {
		p.unsure = p.unsure || a.when != nil
		if a.hosts == nil {
			p.anyHost = append(p.anyHost, a)
		}
		for _, h := range a.hosts {
			if list := p.perHost[h]; len(list) == 0 || list[len(list)-1].authorization != a.authorization {
				p.perHost[h] = append(list, a)
			}
		}
	}
}

// mayMatch returns the policies that may match a call, in order. A connection
// has no authority.
func (p *policies) mayMatch(c *call) []guard {
	if len(p.perHost) == 0 || c.tcp {
		return p.all
	}
	own := p.perHost[c.authority()]
	switch {
	case len(p.anyHost) == 0:
		return own
	case len(own) == 0:
		return p.anyHost
	}
	out := slices.Concat(p.anyHost, own)
	slices.SortFunc(out, func(a, b guard) int { return a.order - b.order })
	return out
}

// holdingFor returns those of the policies that are for the pods of the call.
func (p *policies) holdingFor(c *call) []guard {
	if !p.unsure {
		return p.all
	}
	return slices.DeleteFunc(slices.Clone(p.all), func(a guard) bool { return !c.isFor(a) })
}
