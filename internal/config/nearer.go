package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// Least returns the lowest levels that the configuration further up allows: for
// its locked codes, the levels that it sets itself.
func (c *Config) Least() map[diag.Code]diag.Severity {
	if c.Above == nil {
		return nil
	}
	out := map[diag.Code]diag.Severity{}
	mode := c.Above.Mode()
	if !c.Above.Demands() {
		mode = c.Mode()
	}
	levels := diag.Levels{Mode: mode, Config: c.Above.Levels(), Least: c.Above.Least()}
	for _, code := range c.Above.Locked() {
		out[code] = levels.Of(code)
	}
	return out
}

// demanding are the settings that say how strict a repository is.
var demanding = [][]string{
	{"policy"}, {"rules"}, {"compat"}, {"domains", "allow"}, {"services", "block"}, {"skipper", "additionalFilters"}, {"skipper", "annotations"}, {"limits"}, {"accept"},
}

// Demands reports whether the configuration, or one further up, sets how strict
// the repository is. Below one that does not, each configuration decides for
// itself.
func (c *Config) Demands() bool {
	for _, l := range c.layers {
		for _, path := range demanding {
			n := l.root
			for _, name := range path {
				n = source.Field(n, name)
			}
			if n != nil {
				return true
			}
		}
	}
	return c.Above != nil && c.Above.Demands()
}

// From returns the names of the files whose settings hold in the configuration:
// its own, those that it extends, and those further up that demand something or
// have a gate.
func (c *Config) From() []string {
	var out []string
	for ; c != nil; c = c.Above {
		for _, l := range c.layers {
			if l.name == "" && l.doc != nil {
				out = append(out, l.doc.File.Name)
			}
		}
		if c.Above != nil && !c.Above.Demands() && !c.Above.Gated() {
			break
		}
	}
	return out
}

// Measure makes the configuration, and those further up, measure against what
// a flag says: "strict" or "controller".
func (c *Config) Measure(compat string) {
	for ; c != nil; c = c.Above {
		c.Compat = compat
	}
}

// nearer is a configuration that is read within one further up, and the
// document it is in.
type nearer struct {
	*Config
	above *Config
	name  string // of the file of above, for messages
	doc   *source.Document
	root  *source.Node
	found diag.List
}

// applyBounds puts the configuration under the policy, the lists and the locked
// codes of one further up. It may ask for more. Where it asks for less, the
// other holds, and a finding says so.
func (c *Config) applyBounds(above *Config, name string, doc *source.Document) diag.List {
	root, _ := doc.Parse()
	n := &nearer{Config: c, above: above, name: name, doc: doc, root: root}
	c.Above, c.aboveName = above, name
	n.boundPublic()
	n.boundLocked()
	n.boundBlocked()
	n.boundDomains()
	n.boundTrusted()
	n.boundGateways()
	c.Skipper.AdditionalFilters = n.keepAmong(above.Skipper.AdditionalFilters, c.Skipper.AdditionalFilters, "skipper", "additionalFilters")
	c.Skipper.Annotations = n.keepAmong(above.Skipper.Annotations, c.Skipper.Annotations, "skipper", "annotations")
	n.boundAccepted()
	n.boundOutput()
	n.boundGate()
	n.checkLevels()
	return n.found
}

// boundGateways inherits the Gateways that may be named and the labels that are
// demanded.
func (n *nearer) boundGateways() {
	if above := n.above.Policy.Gateways; above != nil {
		if n.hasField("policy", "gateways") {
			n.Policy.Gateways = append([]string{}, n.keepAmong(above, n.Policy.Gateways, "policy", "gateways")...)
		} else {
			n.Policy.Gateways = above
		}
	}
	for _, l := range n.above.Policy.Labels {
		if !slices.Contains(n.Policy.Labels, l) {
			n.Policy.Labels = append(slices.Clone(n.Policy.Labels), l)
		}
	}
}

// hasField reports whether the document has the field.
func (n *nearer) hasField(path ...string) bool {
	node := n.root
	for _, p := range path {
		node = source.Field(node, p)
	}
	return node != nil
}

func (n *nearer) reportLooser(at source.Ref, format string, args ...any) {
	n.found.Add(diag.Finding{
		Code: diag.NearerLoosens, At: at, Message: fmt.Sprintf(format, args...),
		Help: fmt.Sprintf("%s holds here too: change it there, or ask for no less here", n.name),
	})
}

func (n *nearer) placeOf(path ...string) source.Ref { return source.Ref{Doc: n.doc}.At(path...) }

// boundPublic inherits a ban on public routes, and its exceptions.
func (n *nearer) boundPublic() {
	if n.above.Policy.Public != "deny" {
		return
	}
	if n.Policy.Public != "deny" && n.hasField("policy", "public") {
		n.reportLooser(n.placeOf("policy", "public"), "policy.public is %q, and %q further up", n.Policy.Public, n.above.Policy.Public)
	}
	n.Policy.Public = "deny"
	if !n.hasField("policy", "publicRoutes") {
		n.Policy.Routes = n.above.Policy.Routes
		return
	}
	var kept []PublicRoute
	for i, r := range n.Policy.Routes {
		if slices.ContainsFunc(n.above.Policy.Routes, func(o PublicRoute) bool { return o.covers(&r) }) {
			kept = append(kept, r)
			continue
		}
		n.reportLooser(n.placeOf("policy", "publicRoutes").Elem(i), "the route %q is not among the public routes further up", r.Path)
	}
	n.Policy.Routes = kept
}

// covers reports whether all that another entry makes public is made public by
// this one.
func (r *PublicRoute) covers(o *PublicRoute) bool {
	return r.Path == o.Path && (r.Host == "" || r.Host == o.Host) &&
		(r.Methods == nil || o.Methods != nil && !slices.ContainsFunc(o.Methods, func(m string) bool { return !slices.Contains(r.Methods, m) }))
}

// boundLocked adds the codes that are locked further up.
func (n *nearer) boundLocked() {
	all := n.Locked()
	if n.Policy.Locked == nil {
		all = nil
	}
	var missing []string
	for _, code := range n.above.Locked() {
		if !slices.Contains(all, code) {
			all = append(all, code)
			missing = append(missing, string(code))
		}
	}
	if n.Policy.Locked != nil && len(missing) > 0 {
		n.reportLooser(n.placeOf("policy", "locked"), "policy.locked leaves out %s, which %s locked further up", strings.Join(missing, ", "), areOrIs(missing))
	}
	n.Policy.Locked = []string{}
	for _, code := range all {
		n.Policy.Locked = append(n.Policy.Locked, string(code))
	}
}

func areOrIs(list []string) string {
	if len(list) == 1 {
		return "is"
	}
	return "are"
}

// boundBlocked adds the Services that are blocked further up.
func (n *nearer) boundBlocked() {
	all, missing := slices.Clone(n.Services.Block), []string(nil)
	for _, s := range n.above.Blocked() {
		if !slices.Contains(all, s) {
			all, missing = append(all, s), append(missing, s)
		}
	}
	if n.Services.Block != nil && len(missing) > 0 {
		n.reportLooser(n.placeOf("services", "block"), "services.block leaves out %s, which %s blocked further up", strings.Join(missing, ", "), areOrIs(missing))
	}
	n.Services.Block = all
}

// boundDomains keeps the domains that are within those allowed further up.
func (n *nearer) boundDomains() {
	if n.above.Domains.Allow == nil {
		return
	}
	if n.Domains.Allow == nil {
		n.Domains.Allow = n.above.Domains.Allow
		return
	}
	kept := []string{}
	for i, d := range n.Domains.Allow {
		if slices.ContainsFunc(n.above.Domains.Allow, func(a string) bool { return d == a || strings.HasSuffix(d, "."+a) }) {
			kept = append(kept, d)
			continue
		}
		n.reportLooser(n.placeOf("domains", "allow").Elem(i), "the domain %q is not allowed further up", d)
	}
	n.Domains.Allow = kept
}

// boundAccepted keeps only the losses that are accepted further up too.
func (n *nearer) boundAccepted() {
	if !n.hasField("accept") {
		n.Accept = n.above.Accept
		return
	}
	kept := []string{}
	for i, code := range n.Accept {
		if slices.Contains(n.above.Accept, code) {
			kept = append(kept, code)
			continue
		}
		n.reportLooser(n.placeOf("accept").Elem(i), "%s is accepted here, and not further up", code)
	}
	n.Accept = kept
}

// keepAmong keeps what a list has that the list further up has, if there is one.
func (n *nearer) keepAmong(above, own []string, path ...string) []string {
	if above == nil {
		return own
	}
	if !n.hasField(path...) {
		return above
	}
	kept := []string{}
	for i, s := range own {
		if slices.Contains(above, s) {
			kept = append(kept, s)
			continue
		}
		n.reportLooser(n.placeOf(path...).Elem(i), "%q is not in %s further up", s, strings.Join(path, "."))
	}
	return kept
}

// checkLevels reports locked codes that would have a lower level than further up.
func (n *nearer) checkLevels() {
	own := diag.Levels{Mode: n.Mode(), Config: n.Levels()}
	least := n.Least()
	var byMode []string
	for _, code := range n.above.Locked() {
		if own.Of(code) >= least[code] {
			continue
		}
		if level, named := n.Rules[string(code)]; named {
			at := source.Ref{Doc: n.doc, Path: source.JoinKey("rules", string(code))}
			n.reportLooser(at, "%s is locked and has level %s further up, which %s would lower", code, least[code], level)
			continue
		}
		byMode = append(byMode, string(code))
	}
	if len(byMode) > 0 {
		n.reportLooser(n.placeOf("compat"), "compat: %s lowers %s, which %s locked further up", n.Compat, strings.Join(byMode, ", "), areOrIs(byMode))
	}
}
