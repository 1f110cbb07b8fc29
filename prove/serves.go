package prove

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// ServesHost reports whether something in the cluster is for requests to a host
// that comes in, with or without a port: a VirtualService of a gateway, a rule
// that is asked directly, an Ingress or a RouteGroup. Names of Services inside
// the cluster are served.
func (c *Cluster) ServesHost(host string) bool {
	bare, _, _ := strings.Cut(strings.ToLower(host), ":")
	if strings.HasSuffix(bare, ".svc") || strings.HasSuffix(bare, ".svc.cluster.local") || c.Gateway.Serves(host) {
		return true
	}
	if c.Skipper.Size() > 0 && c.Skipper.Serves(host) {
		return true
	}
	asked := match.Set{Hosts: []string{host}, Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}}
	return meetsAny(asked, c.hostEntries(), match.Share(1, c.Statements, leastOfStatement))
}

// hostEntries returns the entries whose sets say which hosts they are for: rules
// that are asked directly, and routes of Skipper for every host.
func (c *Cluster) hostEntries() []simulate.Entry {
	var out []simulate.Entry
	if c.Mesh.Front == nil {
		out = c.Oathkeeper.Entries()
		for _, d := range c.Oathkeeper.Dropped {
			on := source.Field(d.Manifest.Spec(), "match")
			if set, ok := match.RuleSet(source.Text(source.Field(on, "url")), source.Texts(source.Field(on, "methods")), ""); ok {
				out = append(out, simulate.Entry{Set: set})
			}
		}
	}
	for _, e := range c.Skipper.Entries() {
		if e.Set.Hosts == nil {
			out = append(out, e)
		}
	}
	return out
}

// Hosts lists the names and wildcards that something in the cluster is for.
func (c *Cluster) Hosts() []string {
	var out []string
	entries := append(c.Gateway.Entries(), c.Skipper.Entries()...)
	if c.Mesh.Front == nil {
		entries = append(entries, c.Oathkeeper.Entries()...)
	}
	for _, e := range entries {
		out = append(out, e.Set.Hosts...)
		if e.Group != "" {
			out = append(out, e.Group)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// MatchesAny reports whether some route or rule may match a request of the set.
// It reports true if deciding would cost more than one of the cluster's
// statements may.
func (c *Cluster) MatchesAny(set match.Set) bool {
	purse := match.Share(1, c.Statements, leastOfStatement)
	seen := set
	seen.View = match.SlashedPath
	entries := c.Gateway.Entries()
	if c.Mesh.Front == nil {
		entries = c.Oathkeeper.Entries()
	}
	return meetsAny(seen, c.Skipper.Entries(), purse) || meetsAny(set, entries, purse)
}

// meetsAny reports whether the set has a request in common with one of the
// entries, or may have: the purse did not suffice to decide it.
func meetsAny(set match.Set, entries []simulate.Entry, purse *match.Purse) bool {
	asked := match.Compile(set)
	return slices.ContainsFunc(entries, func(e simulate.Entry) bool {
		return purse.Spent() || purse.Relate(asked, match.Compile(e.Set)).Kind != match.Disjoint
	})
}
