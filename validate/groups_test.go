package validate_test

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/validate"
)

// TestGroups holds a bound group against Groups and connectors: it is unknown only
// where all that can name groups is among the inputs.
func TestGroups(t *testing.T) {
	github := ir.Connector{ID: "github", Orgs: []ir.Org{{Name: "org", Teams: []string{"a", "b"}}, {Name: "open"}}}
	anyGroup := ir.Connector{ID: "ldap"}
	group := func(provider, name string) []*ir.Group {
		return []*ir.Group{{ID: "id", Name: name, Provider: provider}}
	}
	for name, c := range map[string]struct {
		bound      string
		groups     []*ir.Group
		connectors []ir.Connector
		want       int
	}{
		"nothing names groups":                {"x", nil, nil, 0},
		"a Group names it":                    {"x", group("p", "x"), nil, 0},
		"a Group names another":               {"x", group("p", "y"), nil, 1},
		"the name of the object":              {"id", group("p", "x"), nil, 1},
		"a team of a connector":               {"org:b", nil, []ir.Connector{github}, 0},
		"another team of a connector":         {"org:c", nil, []ir.Connector{github}, 1},
		"any team of an organisation":         {"open:c", nil, []ir.Connector{github}, 0},
		"an organisation without a team":      {"open", nil, []ir.Connector{github}, 1},
		"another organisation":                {"other:a", nil, []ir.Connector{github}, 1},
		"a connector that lists no groups":    {"other:a", nil, []ir.Connector{github, anyGroup}, 0},
		"a Group, and a connector that lists": {"org:a", group("ldap", "x"), []ir.Connector{github, anyGroup}, 0},
		"a Group that its connector lacks":    {"org:a", group("github", "org:c"), []ir.Connector{github}, 1},
		"a Group that its connector has":      {"org:a", group("github", "org:a"), []ir.Connector{github}, 0},
		"a Group of another connector":        {"x", group("ldap", "x"), []ir.Connector{github, anyGroup}, 0},
	} {
		v := &validate.View{
			Groups: c.groups, Connectors: c.connectors,
			Bindings: []*ir.Bindings{{Bound: []ir.Bound{{Groups: []ir.Subject{{Name: c.bound}}}}}},
		}
		got := 0
		for _, f := range validate.Run(v) {
			if f.Code == diag.GroupUnknown {
				got++
			}
		}
		if got != c.want {
			t.Errorf("%s: %d findings, want %d", name, got, c.want)
		}
	}
}
