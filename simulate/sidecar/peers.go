package sidecar

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// peering has the modes of mutual TLS of the proxies of pods. "" means PERMISSIVE.
type peering struct {
	mode  string
	ports map[string]string // by port of the container
	at    source.Ref
}

// isStrict reports whether some port demands certificates of the mesh.
func (p *peering) isStrict() bool {
	if p.mode == "STRICT" {
		return true
	}
	for _, mode := range p.ports {
		if mode == "STRICT" {
			return true
		}
	}
	return false
}

// modeOf returns the mode of a port, "" for one that is not known. The mode is also
// unknown where the port is not known and ports differ.
func (p *peering) modeOf(port string, shown string) (string, *simulate.Unknown) {
	if mode, ok := p.ports[port]; ok {
		return mode, nil
	}
	for other, mode := range p.ports {
		if port == "" && mode != p.mode {
			return p.mode, &simulate.Unknown{
				Why: simulate.Absent, At: p.at, Needs: "the Service with its targetPort",
				What: fmt.Sprintf("the port of the container at %s is one of portLevelMtls", shown), Key: "portLevelMtls " + other + " " + shown,
			}
		}
	}
	return p.mode, nil
}

// mergePeers merges the PeerAuthentications for pods: the ones with a selector come
// before those of the namespace, which come before those of the mesh, and the
// oldest of each counts (pilot/pkg/security/authn, ComposePeerAuthentication). It
// also returns the conditions that are not known.
func (s *Sidecars) mergePeers(p *place, labels map[string]string, complete bool) (out peering, unsure []simulate.Unknown) {
	var ranked [3][]*chosen // mesh, namespace, workload
	for _, c := range s.peers {
		held := c.selects(s, p, labels, complete)
		rank := 0
		switch {
		case held == no, c.refused != "", len(c.labels) > 0 && c.manifest.Namespace != p.namespace:
			continue
		case len(c.labels) > 0:
			rank = 2
		case c.manifest.Namespace == p.namespace:
			rank = 1
		}
		if held == maybe {
			u := whereSelected(c, p)
			u.Key = "peers " + u.What + simulate.Canonical(c.manifest.Spec())
			unsure = append(unsure, *u)
			continue
		}
		ranked[rank] = append(ranked[rank], c)
	}
	for rank, list := range ranked {
		if len(list) == 0 {
			continue
		}
		first, u := oldest(list)
		unsure = append(unsure, u...)
		spec := first.manifest.Spec()
		if mode := peerMode(source.Field(spec, "mtls")); mode != "" {
			out.mode = mode
		}
		ports := source.Field(spec, "portLevelMtls")
		if rank < 2 || ports == nil {
			continue
		}
		out.ports, out.at = map[string]string{}, first.manifest.At("spec.portLevelMtls")
		for _, port := range source.Keys(ports) {
			out.ports[port] = peerMode(source.Field(ports, port))
			if out.ports[port] == "" {
				out.ports[port] = out.mode
			}
		}
	}
	return out, unsure
}

// oldest returns the oldest of several objects, and the condition that it is the
// oldest where ages are not known.
func oldest(list []*chosen) (*chosen, []simulate.Unknown) {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b *chosen) int {
		return strings.Compare(a.manifest.Created+"/"+a.manifest.Name, b.manifest.Created+"/"+b.manifest.Name)
	})
	var unsure []simulate.Unknown
	for _, c := range sorted[1:] {
		first := sorted[0].manifest
		same := simulate.Canonical(source.Without(first.Spec(), "selector")) == simulate.Canonical(source.Without(c.manifest.Spec(), "selector"))
		if !same && (first.Created == "" || c.manifest.Created == "") {
			unsure = append(unsure, simulate.Unknown{
				Why: simulate.Absent, At: c.manifest.At("metadata"), Needs: "metadata.creationTimestamp of both",
				What: fmt.Sprintf("the PeerAuthentication %s is older than %s", c.manifest.ID(), first.ID()),
				Key:  "older " + c.manifest.ID() + " " + first.ID() + simulate.Canonical(c.manifest.Spec()) + simulate.Canonical(first.Spec()),
			})
		}
	}
	return sorted[0], unsure
}

// peerMode returns a mode, "" where it leaves that to a wider object.
func peerMode(n *source.Node) string {
	mode := source.Text(source.Field(n, "mode"))
	if mode == "UNSET" {
		return ""
	}
	return mode
}
