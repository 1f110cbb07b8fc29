package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
)

// checkGroups checks the groups that roles are bound to against the Groups and the
// connectors of Dex among the inputs, if there are any: nobody is a member of a group
// that no identity provider knows. Groups are checked against the connector that they
// name.
func checkGroups(v *View, found *diag.List) {
	known := map[string]bool{}
	byID := map[string]string{}
	for _, g := range v.Groups {
		known[g.Name] = true
		byID[g.ID] = g.Name
		v.checkConnector(g, found)
	}
	if len(v.Groups) == 0 && !v.closedConnectors() {
		return
	}
	for _, b := range v.Bindings {
		for i := range b.Bound {
			for _, s := range b.Bound[i].Groups {
				if !known[s.Name] && !v.isAdmitted(s.Name) {
					found.Add(unknownGroupFinding(s, byID[s.Name]))
				}
			}
		}
	}
}

// closedConnectors reports whether all groups that Dex knows are those of listed
// organisations.
func (v *View) closedConnectors() bool {
	return len(v.Connectors) > 0 && !slices.ContainsFunc(v.Connectors, func(c ir.Connector) bool { return c.Orgs == nil })
}

// isAdmitted reports whether a group is in an organisation that a connector
// lists.
func (v *View) isAdmitted(group string) bool {
	return slices.ContainsFunc(v.Connectors, func(c ir.Connector) bool { return c.Orgs != nil && hasGroup(&c, group) })
}

// hasGroup reports whether a connector for GitHub admits a group: Dex names a
// team of an organisation ORG:TEAM (dexidp/dex, connector/github,
// groupsForOrgs).
func hasGroup(c *ir.Connector, group string) bool {
	name, team, ok := strings.Cut(group, ":")
	return ok && slices.ContainsFunc(c.Orgs, func(o ir.Org) bool {
		return o.Name == name && (len(o.Teams) == 0 || slices.Contains(o.Teams, team))
	})
}

// checkConnector reports a Group that its own connector does not admit.
func (v *View) checkConnector(g *ir.Group, found *diag.List) {
	for i := range v.Connectors {
		c := &v.Connectors[i]
		if c.Orgs == nil || g.Provider != c.ID || hasGroup(c, g.Name) {
			continue
		}
		found.Add(diag.Finding{
			Code: diag.GroupUnknown, At: g.Origin.At("spec", "name"),
			Message: fmt.Sprintf("the connector %q of Dex has no group %q: its groups are ORG:TEAM, of the organisations and teams that it lists", c.ID, g.Name),
			Help:    "correct the name, or add the organisation to the connector",
		})
		return
	}
}

// unknownGroupFinding reports a group; name is that of the Group whose own name was
// written instead, or "".
func unknownGroupFinding(s ir.Subject, name string) diag.Finding {
	f := diag.Finding{
		Code: diag.GroupUnknown, At: s.Origin, Message: fmt.Sprintf("no Group and no connector among the inputs names a group %q of an identity provider", s.Name),
		Help: "correct the name, or add a Group with it as spec.name",
	}
	if name != "" {
		f.Help = fmt.Sprintf("write %q: the identity provider's name counts, spec.name, and not that of the Group", name)
	}
	return f
}
