package prove

import (
	"net"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate"
)

// findApart lists objects that lead requests elsewhere and that no engine reads: they
// are known to decide alike only if they are the same.
func (c *Cluster) findApart(manifests []simulate.Manifest) []classes.Apart {
	targets := c.targets()
	var out []classes.Apart
	for i := range manifests {
		m := &manifests[i]
		if why := reasonApart(m, targets); why != "" && !m.Compiled {
			out = append(out, classes.Apart{Name: "the " + m.Kind + " " + m.ID(), Text: m.Kind + " " + m.ID() + simulate.Canonical(m.Spec()), Why: why, At: m.At("spec")})
		}
	}
	return out
}

// targets lists the hosts that routes and rules send requests to.
func (c *Cluster) targets() []string {
	var out []string
	for _, e := range c.Entries() {
		name := plainService(e.To)
		if bare, _, err := net.SplitHostPort(name); err == nil {
			name = bare
		}
		out = append(out, strings.TrimSuffix(name, "."))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// reasonApart returns why the effect of an object is not known, "" if engines read
// it or it does not affect requests for the hosts.
func reasonApart(m *simulate.Manifest, targets []string) string {
	group, _, _ := strings.Cut(m.APIVersion, "/")
	leads := func(hosts []string) bool {
		return slices.ContainsFunc(hosts, func(h string) bool {
			return slices.ContainsFunc(targets, func(t string) bool { return host.Match(strings.ToLower(h), t) })
		})
	}
	switch hosts := source.Texts(source.Field(m.Spec(), "hosts")); {
	case group == simulate.Networking && m.Kind == "ServiceEntry" && leads(hosts):
		return "kgw does not follow where it leads"
	case group == simulate.Networking && (m.Kind == "WorkloadEntry" || m.Kind == "ProxyConfig"):
		return "kgw does not read the kind"
	case group == simulate.Networking && m.Kind == "VirtualService" && len(hosts) > 0 && isInsideOnly(m):
		return "it decides in the sidecars of callers, which kgw does not follow"
	case m.APIVersion == "v1" && m.Kind == "Service" && source.Text(source.Field(m.Spec(), "type")) == "ExternalName":
		if leads([]string{m.Name + "." + m.Namespace + ".svc.cluster.local"}) {
			return "it leads to a host outside"
		}
	case strings.HasPrefix(m.Kind, "BackendTLS"), strings.HasSuffix(m.Kind, "ListenerSet"):
		return "kgw does not read the kind"
	}
	return ""
}

// isInsideOnly reports whether a VirtualService is for callers in the mesh only.
func isInsideOnly(m *simulate.Manifest) bool {
	return !slices.ContainsFunc(source.Texts(source.Field(m.Spec(), "gateways")), func(g string) bool { return g != "mesh" })
}
