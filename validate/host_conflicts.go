package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// holder is one claim on a host: a gateway's, or another object's.
type holder struct {
	gateway *ir.Gateway // nil for another object
	claim   *Claim
	origin  source.Ref
	written string
	name    string // lower case, complete
}

func (h *holder) String() string {
	if h.gateway != nil {
		return fmt.Sprintf("%s %q", h.gateway.Kind, h.gateway.Name)
	}
	return fmt.Sprintf("%s %q", h.claim.Kind, h.claim.Name)
}

// hostConflicts reports hosts that two resources claim: each of the two is
// refused and names the other. A wildcard covers every host below it.
func hostConflicts(v *View, found *diag.List) {
	byHost := map[string][]holder{}
	var order []holder
	add := func(h holder) {
		byHost[h.name] = append(byHost[h.name], h)
		order = append(order, h)
	}
	for _, g := range v.Gateways {
		for i := range g.Hosts {
			if h := &g.Hosts[i]; h.Name != "" && !h.Short {
				add(holder{gateway: g, origin: h.Origin, written: h.Written, name: strings.ToLower(h.Name)})
			}
		}
	}
	for i := range v.Claims {
		c := &v.Claims[i]
		add(holder{claim: c, origin: c.Origin, written: c.Host, name: strings.ToLower(c.Host)})
	}
	for i := range order {
		h := &order[i]
		others(h, byHost[h.name], diag.HostConflict, found)
		for _, wildcard := range covering(h.name) {
			others(h, byHost[wildcard], diag.WildcardHostConflict, found)
		}
	}
}

// covering lists the wildcards that cover a host, other than itself.
func covering(host string) []string {
	if host == "*" {
		return nil
	}
	var out []string
	rest := strings.TrimPrefix(host, "*.")
	if rest == host {
		_, rest, _ = strings.Cut(host, ".")
	} else {
		_, rest, _ = strings.Cut(rest, ".")
	}
	for rest != "" {
		out = append(out, "*."+rest)
		_, rest, _ = strings.Cut(rest, ".")
	}
	return append(out, "*")
}

// others reports the conflicts of one holder with those that have the host
// too; for a wildcard, the holder of the wildcard is told as well.
func others(h *holder, holders []holder, code diag.Code, found *diag.List) {
	for i := range holders {
		o := &holders[i]
		if !conflict(h, o) {
			continue
		}
		if h.gateway != nil {
			report(h, o, code, found)
		}
		if code == diag.WildcardHostConflict && o.gateway != nil {
			report(o, h, code, found)
		}
	}
}

func conflict(a, b *holder) bool {
	switch {
	case a.gateway == nil && b.gateway == nil:
		return false
	case a.gateway != nil && b.gateway != nil:
		return a.gateway != b.gateway
	case a.gateway != nil:
		return !owns(a.gateway, b.claim)
	default:
		return !owns(b.gateway, a.claim)
	}
}

// owns tells whether the object was made for the gateway: by its labels, as
// the controllers tell, or by an owner reference.
func owns(g *ir.Gateway, c *Claim) bool {
	if c.Name.Namespace == g.Name.Namespace && slices.Contains(c.Owners, OwnerRef{Kind: g.Kind, Name: g.Name.Name}) {
		return true
	}
	for k, v := range g.Convention.LegacyOwner {
		if have, ok := c.Labels[k]; ok {
			return have == v
		}
	}
	for k, v := range g.Convention.Owner {
		if c.Labels[k] != v {
			return false
		}
	}
	return len(g.Convention.Owner) > 0
}

func report(h, other *holder, code diag.Code, found *diag.List) {
	f := diag.Finding{
		Code: code, At: h.origin,
		Message: fmt.Sprintf("host %q is also claimed by %s", h.name, other),
		Help:    "give each resource a host of its own, or merge the two",
		Related: []diag.Related{{Message: fmt.Sprintf("%s has the host %q", other, other.written), At: other.origin}},
	}
	if code == diag.WildcardHostConflict {
		f.Message = fmt.Sprintf("host %q and host %q of %s take the same requests", h.name, other.name, other)
		f.Help = "use hosts that do not cover each other, or set the level of " + string(code) + " in kgw.yaml"
	} else if h.gateway.Convention.Says.HostTaken != "" {
		f.Upstream = &diag.Upstream{Attribute: "." + h.origin.Path, Message: h.gateway.Convention.Says.HostTaken}
	}
	found.Add(f)
}
