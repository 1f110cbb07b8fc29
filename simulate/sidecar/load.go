// Package sidecar decides requests by the policies of Istio at one proxy: that of
// an ingress gateway, or the sidecar of a pod. It takes AuthorizationPolicies,
// RequestAuthentications and PeerAuthentications with what is known of pods, and
// decides requests at the proxies that they select. It must not know how requests
// are routed.
package sidecar

import (
	"slices"
	"sync"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Sidecars decide requests at the proxies of a mesh: external authorizers,
// tokens, DENY and ALLOW policies. It is safe for concurrent use.
type Sidecars struct {
	// Policies is the number of policies that were loaded.
	Policies int

	options      Options
	pods         *simulate.Pods
	chosen       map[string]*selections // by namespace
	opaque       []*chosen
	encrypted    []*simulate.Manifest // BackendTLSPolicies
	peers        []*chosen
	destinations []*destination
	places       sync.Map // *place, by key
	// met are the chosen objects and the selections that hold at some place.
	met sync.Map
}

// Options are the known facts about the mesh.
type Options struct {
	// Root is the namespace whose policies hold for the whole mesh.
	Root string
	// Identity is that of the ingress gateway:
	// "TRUSTDOMAIN/ns/NAMESPACE/sa/ACCOUNT".
	Identity string
	// Mesh is the configuration of the mesh among the inputs, nil without any.
	Mesh *simulate.MeshConfig
}

// Load reads the policies among the manifests.
func Load(manifests []simulate.Manifest, pods *simulate.Pods, o Options) *Sidecars {
	if o.Mesh == nil {
		o.Mesh = &simulate.MeshConfig{}
	}
	s := &Sidecars{Policies: len(o.Mesh.Unread), options: o, pods: pods, chosen: map[string]*selections{}}
	at := map[selectionKey]*selection{}
	for i := range manifests {
		m := &manifests[i]
		switch {
		case m.Is(simulate.Security, "AuthorizationPolicy"):
			s.Policies++
			sel := s.selection(at, m)
			if a := readPolicy(m, i); a.refused != "" || a.action != "AUDIT" && !a.dry {
				sel.policies = append(sel.policies, a)
			}
		case m.Is(simulate.Security, "RequestAuthentication"):
			s.Policies++
			sel := s.selection(at, m)
			sel.tokens = append(sel.tokens, readTokens(m, i))
		case m.Is(simulate.Security, "PeerAuthentication"):
			s.Policies++
			c := choose(m)
			c.refused, _ = RefusedPeers(m)
			s.peers = append(s.peers, c)
		case slices.Contains(opaqueKinds, m.Kind) && (m.Is(simulate.Networking, m.Kind) || m.Is("extensions.istio.io", m.Kind)):
			if o := choose(m); !isHarmless(m) {
				s.Policies++
				s.opaque = append(s.opaque, o)
			}
		case m.Is(simulate.GatewayAPI, "BackendTLSPolicy"):
			s.Policies++
			s.encrypted = append(s.encrypted, m)
		case m.Is(simulate.Networking, "DestinationRule"):
			s.destinations = append(s.destinations, readDestination(m))
		}
	}
	return s
}

// Decides reports whether anything distinguishes requests: policies, settings of
// connections, or a Service, which may lack a port.
func (s *Sidecars) Decides() bool {
	return s.Policies+len(s.destinations) > 0 || s.pods.Services() > 0
}

// chosen is an object that selects pods of its namespace, or of all namespaces if
// it is in the root namespace.
type chosen struct {
	manifest *simulate.Manifest
	labels   map[string]string
	// elsewhere reports that it names targets, and so holds only for proxies of the
	// Gateway API.
	elsewhere bool
	refused   string // why Istio refuses it, of PeerAuthentications
}

// choose reads which pods an object selects, from the fields of its kind. The API
// server drops fields of other kinds.
func choose(m *simulate.Manifest) *chosen {
	field, labels := "selector", "matchLabels"
	if m.Kind == "EnvoyFilter" || m.Kind == "Sidecar" {
		field, labels = "workloadSelector", "labels"
	}
	spec := m.Spec()
	c := &chosen{manifest: m, labels: source.TextMap(source.Field(source.Field(spec, field), labels))}
	if !slices.Contains([]string{"PeerAuthentication", "Sidecar", "ProxyConfig"}, m.Kind) {
		c.elsewhere = source.Field(spec, "targetRef") != nil || len(source.Elements(source.Field(spec, "targetRefs"))) > 0
	}
	return c
}

// opaqueKinds are the kinds of objects that change what proxies do, and that kgw does not read.
var opaqueKinds = []string{"EnvoyFilter", "WasmPlugin", "TrafficExtension", "Sidecar", "ProxyConfig"}

// isHarmless reports whether an object that changes proxies changes nothing about
// the requests that come in.
func isHarmless(m *simulate.Manifest) bool {
	switch m.Kind {
	case "Sidecar":
		return source.Field(m.Spec(), "ingress") == nil
	case "ProxyConfig":
		return !slices.ContainsFunc(source.Keys(m.Spec()), func(key string) bool { return key != "concurrency" && key != "selector" })
	}
	patches := source.Elements(source.Field(m.Spec(), "configPatches"))
	for _, p := range patches {
		if source.Text(source.Field(source.Field(p, "match"), "context")) != "SIDECAR_OUTBOUND" {
			return false
		}
	}
	return m.Kind == "EnvoyFilter" && len(patches) > 0
}

// selectionKey is the namespace and the selector of policies, in canonical form.
type selectionKey struct {
	namespace, selector string
	elsewhere           bool
}

func (s *Sidecars) selection(at map[selectionKey]*selection, m *simulate.Manifest) *selection {
	c := choose(m)
	key := selectionKey{m.Namespace, simulate.Canonical(source.Field(m.Spec(), "selector")), c.elsewhere}
	if at[key] == nil {
		at[key] = &selection{chosen: *c}
		if s.chosen[m.Namespace] == nil {
			s.chosen[m.Namespace] = &selections{byLabel: map[string]map[string][]int{}}
		}
		s.chosen[m.Namespace].add(at[key])
	}
	return at[key]
}
