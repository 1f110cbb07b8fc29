package compile

import (
	"github.com/kgw-dev/kgw/compile/rule"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
	"github.com/kgw-dev/kgw/schema/kube"
)

// oathkeepers reads what Oathkeeper reads of a document: the rule of a Rule, a
// list of rules, its configuration.
func (r *run) oathkeepers(u *unit, root *source.Node) {
	doc := u.doc
	group := schema.Group(doc.APIVersion)
	isRule := group == "oathkeeper.ory.sh" && doc.Kind == kinds.Rule
	if !isRule && doc.Kind != "" && doc.Kind != "ConfigMap" || doc.Kind == "" && doc.APIVersion != "" {
		return
	}
	root, _ = doc.Expand(root)
	if root == nil {
		return
	}
	if isRule {
		u.rules = []kube.AccessRule{{ID: doc.Name, Node: source.Field(root, "spec"), Origin: source.Ref{Doc: doc, Path: "spec"}}}
	} else {
		u.rules, u.file = kube.AccessRules(doc, root), kube.ReadOathkeeperFile(doc, root)
		if u.file != nil {
			u.rules = append(u.rules, u.file.Inline()...)
		}
	}
	t := &ir.Target{Handlers: HandlerDefaults(r.options.Config.Oathkeeper.Handlers)}
	for i := range u.rules {
		a := &u.rules[i]
		u.faults = append(u.faults, placeFindings(a, rule.CheckForeign(foreignOf(a), t))...)
		a.Forget()
	}
}

func foreignOf(a *kube.AccessRule) *rule.Foreign {
	return &rule.Foreign{ID: a.ID, Node: a.Node, Native: a.Native, URL: a.URL, Unmatched: a.Unmatched, At: a.At}
}

// placeFindings sets the place of a text on findings about a rule in it.
func placeFindings(a *kube.AccessRule, found diag.List) diag.List {
	for i := range found {
		if a.Inside {
			found[i].At = a.Origin
		}
	}
	return found
}

// configureOathkeeper lets a configuration file of Oathkeeper's among the inputs
// say how the cluster's is configured.
func (r *run) configureOathkeeper() {
	for _, u := range r.units {
		if u.file != nil {
			before := r.options.Config
			r.options.Config = WithOathkeeperFile(before, u.file)
			for of, s := range r.settings {
				if of.config == before {
					r.settings[scoped{r.options.Config, of.kind}] = s
				}
			}
			r.numberContent(r.options.Config, contentOf(before)+string(u.doc.Text()))
			return
		}
	}
}

// matchedBy returns what a rule matches. Rules that say the same count once, and one
// with the id of a Rule is what the Maester made of that Rule.
func (r *run) matchedBy(a *kube.AccessRule, taken map[string]bool) (*ir.Entry, bool) {
	if a.Native && (taken[a.Canonical] || taken[a.ID]) {
		return nil, false
	}
	if a.Native {
		taken[a.Canonical] = true
	}
	strategy := pathlang.RegexpStrategy
	if r.options.Config.Oathkeeper.MatchingStrategy == "glob" {
		strategy = pathlang.GlobStrategy
	}
	set, ok := match.RuleSetOf(a.URL, a.Methods, r.options.Config.Oathkeeper.Version, strategy)
	return &ir.Entry{Origin: a.At("match", "url"), Set: set, Methods: set.Methods, Path: set.Path, Closed: a.Closed}, ok && a.URL != ""
}
