// Package routes makes HTTPRoutes of the Gateway API of VirtualServices of Istio.
//
// It takes VirtualServices, whoever wrote them, and returns the objects instead of
// each, or findings: with a field that it does not know, or that an HTTPRoute
// cannot express, the VirtualService stays as it is. It must not know what the
// proxies make of either side.
package routes

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
)

// Service is a VirtualService that is to be moved.
type Service struct {
	Doc *source.Document
	// Value is the document's.
	Value source.Object
	// Namespace is the one that it is in, Created when it was made, "" where
	// that is not known.
	Namespace, Created string
}

// ID is "namespace/name".
func (s *Service) id() string { return s.Namespace + "/" + s.Doc.Name }

// Options are the decisions of a user, and facts about the cluster.
type Options struct {
	// Gateways are those of the Gateway API, and what becomes of ReferenceGrants.
	Gateways config.GatewayAPI
	// Accept are losses that the user accepts.
	Accept []diag.Code
	// Ports lists the ports of a Service, none where it is not known.
	Ports func(ir.Name) []uint32
	// Listeners returns the TLS listeners of a Gateway of the Gateway API, all or
	// the named ones, for a host of a namespace; why is set if none serves it.
	// Nothing is returned if the Gateway is not known.
	Listeners func(gateway ir.Name, sections []string, host, namespace string) (secure []string, why string)
	// Identity returns that of the proxy of a Gateway of the Gateway API.
	Identity func(gateway ir.Name) string
	Judge    *match.Judge
}

// Moved is what becomes of a VirtualService.
type Moved struct {
	// Objects are written instead: HTTPRoutes, of which the first has the name of
	// the VirtualService, and ReferenceGrants. There are none where it stays.
	Objects []source.Object
	// Mesh reports that the VirtualService stays for callers in the mesh,
	// without its other gateways.
	Mesh bool
	// Gateways are the Gateways of Istio that it names.
	Gateways []string
	// Left reports that it stays because of the findings; otherwise it moves, or
	// is for the mesh alone.
	Left  bool
	Found diag.List
}

// Move returns what becomes of each VirtualService. Those that share a host move
// together or not at all.
func Move(services []Service, o Options) []Moved {
	m := &mover{o: &o}
	all := map[string]*Service{}
	for i := range services {
		all[services[i].id()] = &services[i]
	}
	for _, s := range services {
		own := &service{reader: &reader{}, Service: s, o: &o, judge: o.Judge, all: all}
		own.read()
		own.settle()
		m.services = append(m.services, own)
		if len(own.hosts) > 0 && !own.left {
			own.buildUnits()
		}
		for _, u := range own.units {
			own.addShields(u)
		}
		own.settle()
	}
	m.arrangeShared()
	var out []Moved
	for _, s := range m.services {
		out = append(out, s.result())
	}
	return out
}

// mover is the state of one Move.
type mover struct {
	o        *Options
	services []*service
}

func byAge(a, b *Service) int {
	return cmp.Or(strings.Compare(a.Created, b.Created), strings.Compare(a.Doc.Name, b.Doc.Name), strings.Compare(a.Namespace, b.Namespace))
}

// settle decides whether the service is left because of what was found.
func (s *service) settle() {
	levelled := diag.Levels{}.Apply(slices.Clone(s.found))
	s.left = s.left || levelled.Max() == diag.Error
}

// arrangeShared arranges the rules of services that share a host at a gateway.
// Where one of them is left, all are.
func (m *mover) arrangeShared() {
	groups := m.groupServices()
	for _, g := range groups {
		if slices.ContainsFunc(g, func(s *service) bool { return s.left }) {
			continue
		}
		m.orderRules(unitsOf(g))
		for _, s := range g {
			s.write()
		}
	}
	for _, g := range groups {
		var left *service
		for _, s := range g {
			if s.settle(); s.left && left == nil {
				left = s
			}
		}
		for _, s := range g {
			if left != nil && !s.left {
				s.found = nil
				s.left = true
				s.found.Add(diag.Finding{
					Code: diag.SharedHost, At: source.Ref{Doc: s.Doc, Path: "spec.hosts"}, Help: "decide about the other one first",
					Message: "the VirtualService " + left.id() + " has the same host and is left: they have to move together",
				})
			}
		}
	}
}

func unitsOf(list []*service) []*unit {
	var out []*unit
	for _, s := range list {
		out = append(out, s.units...)
	}
	return out
}

// groupServices puts services together that may serve one request.
func (m *mover) groupServices() [][]*service {
	var out [][]*service
	for _, s := range m.services {
		if len(s.gateways) == 0 {
			continue
		}
		joined, rest := []*service{s}, [][]*service{}
		for _, g := range out {
			if slices.ContainsFunc(g, s.meets) {
				joined = append(joined, g...)
			} else {
				rest = append(rest, g)
			}
		}
		out = append(rest, joined)
	}
	return out
}

// meets reports whether two services share a host at a gateway.
func (s *service) meets(o *service) bool {
	if !slices.ContainsFunc(s.gateways, func(g string) bool { return slices.Contains(o.gateways, g) }) {
		return false
	}
	return slices.ContainsFunc(s.hosts, func(a string) bool {
		return slices.ContainsFunc(o.hosts, func(b string) bool { return host.Meet(a, b) })
	})
}
