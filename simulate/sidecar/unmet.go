package sidecar

import (
	"fmt"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Unmet is an object that holds for proxies about which nothing was asked.
type Unmet struct {
	// Name is its kind, namespace and name. Text is equal for objects with the same
	// effect.
	Name, Text string
	At         source.Ref
}

// Unmet lists the policies, and other objects that change proxies, that hold at no
// place that was asked about until now. No known Service or gateway leads to their
// proxies.
func (s *Sidecars) Unmet() []Unmet {
	var out []Unmet
	add := func(m *simulate.Manifest) {
		out = append(out, Unmet{Name: fmt.Sprint(m.Kind, " ", m.ID()), Text: m.Kind + " " + m.Namespace + " " + simulate.Canonical(m.Spec()), At: m.At("")})
	}
	for _, space := range s.chosen {
		for _, sel := range space.all {
			if _, met := s.met.Load(sel); met {
				continue
			}
			for _, a := range sel.policies {
				add(a.manifest)
			}
			for _, t := range sel.tokens {
				add(t.manifest)
			}
		}
	}
	for _, list := range [][]*chosen{s.peers, s.opaque} {
		for _, c := range list {
			if _, met := s.met.Load(c); !met {
				add(c.manifest)
			}
		}
	}
	return out
}

// Addresses lists the services whose pods are known: see simulate.Pods.
func (s *Sidecars) Addresses() []string { return s.pods.Addresses() }
