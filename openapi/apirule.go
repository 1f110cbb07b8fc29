package openapi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// rule is one rule of an APIRule that is being written.
type rule struct {
	path    string
	methods []string
	access  access
}

// APIRule drafts an APIRule v2. An operation that it cannot express is left out and
// reported. It returns nil where nothing is left.
func (d *Document) APIRule(o Draft) (source.Object, diag.List) {
	w := &drafter{Document: d, Draft: o, issuers: true}
	if !w.chooseHost() {
		return nil, w.found
	}
	w.reportIssuer()
	for _, m := range sortExtensions(w.doc.Extensions) {
		if !mayName(m.Key) { // those are reported of each operation
			w.found.Add(diag.Finding{
				Code: diag.ImportChose, At: w.origin.At(m.Key), Message: "an APIRule does not say " + m.Key, Help: "import it with --kind FabricGateway",
			})
		}
	}
	rules := w.rules()
	if len(rules) == 0 {
		return nil, w.found
	}
	spec := source.Object{
		{Key: "hosts", Value: []any{w.Host}},
		{Key: "gateway", Value: w.Gateway},
		{Key: "service", Value: source.Object{{Key: "name", Value: w.Service}, {Key: "port", Value: source.Number(w.Port)}}},
	}
	var list []any
	for _, r := range rules {
		list = append(list, w.rule(r))
	}
	spec = append(spec, source.Member{Key: "rules", Value: list})
	return append(w.newResource("gateway.kyma-project.io/v2", "APIRule"), source.Member{Key: "spec", Value: spec}), w.found
}

// rules lists the rules, of two that match one request the more specific first.
func (d *drafter) rules() []rule {
	written := map[*ir.Operation]bool{}
	for i := range d.Operations {
		o := &d.Operations[i]
		written[o] = d.canSay(o)
	}
	d.withhold(written)
	var out []rule
	for i := range d.Operations {
		o := &d.Operations[i]
		if !written[o] {
			continue
		}
		a, _ := d.demands(o)
		for _, base := range d.bases(o) {
			path, _ := template(base + o.Path)
			out = add(out, path, o.Method, a)
		}
	}
	slices.SortStableFunc(out, func(a, b rule) int { return pathlang.BySpecificity(a.path, b.path) })
	return out
}

// canSay reports whether rules can express an operation, and why not.
func (d *drafter) canSay(o *ir.Operation) bool {
	a, ok := d.accessOf(o)
	what := o.Method + " " + o.Path
	switch {
	case !ok:
		return false
	case !slices.Contains(apirule.Methods, o.Method):
		d.reportLeft(o.Origin, "methods are "+strings.Join(apirule.Methods, ", "), "%s has a method that an APIRule does not have", what)
		return false
	case !d.saysFabric(o):
		return false
	case !a.open && (d.issuer() == "" || d.JWKS == ""):
		d.reportLeft(o.Security, "name the issuer of the tokens and where its keys are: --issuer, --jwks-uri", "%s demands a token, and its issuer and keys are not known", what)
		return false
	case !a.open && len(a.scopes) == 0:
		d.reportLeft(o.Security, "write a rule with the issuer by hand", "%s demands a token of %s, and the resource is for tokens of %s", what, d.issuersOf(o), d.issuer())
		return false
	}
	for _, base := range d.bases(o) {
		if _, ok := template(base + o.Path); !ok {
			d.reportLeft(o.Origin, "write a rule for a wider path by hand", "%s has a path that an APIRule does not have, where a parameter is a whole segment", what)
			return false
		}
	}
	if !a.open && slices.ContainsFunc(o.Allowed, func(c ir.Credentials) bool { return d.ofAnother(&c) }) {
		d.found.Add(diag.Finding{
			Code: diag.ImportChose, At: o.Security, Message: fmt.Sprintf("%s lets tokens of %s in, and the resource is for those of %s", what, d.issuersOf(o), d.issuer()),
			Help: "add the other issuers to the rule by hand",
		})
	}
	return true
}

// saysFabric reports whether an APIRule lets in nobody whom the x-fabric keys of a
// description keep out. It reports the operation otherwise, and the keys that say
// something else.
func (d *drafter) saysFabric(o *ir.Operation) bool {
	own := sortExtensions(d.operationOf(o).Extensions)
	for _, m := range slices.Concat(own, sortExtensions(d.doc.Extensions)) {
		if mayName(m.Key) && (m.Key != keyPrivileges || !demandsAll(o, m.Value)) {
			d.reportLeft(o.Origin, "import it with --kind FabricGateway, or say it in security", "%s %s has %s, which says who may call and is not part of an APIRule", o.Method, o.Path, m.Key)
			return false
		}
	}
	for _, m := range own {
		if m.Key != keyPrivileges {
			d.found.Add(diag.Finding{
				Code: diag.ImportChose, At: o.Origin.At(m.Key), Message: fmt.Sprintf("an APIRule does not say %s of %s %s", m.Key, o.Method, o.Path),
				Help: "import it with --kind FabricGateway",
			})
		}
	}
	return true
}

// demandsAll reports whether each way to be let in demands a token with privileges.
func demandsAll(o *ir.Operation, privileges any) bool {
	list, ok := privileges.([]any)
	for _, c := range o.Allowed {
		for _, p := range list {
			name, _ := p.(string)
			ok = ok && (strings.EqualFold(name, uid) || slices.Contains(c.Scopes, name))
		}
		ok = ok && c.Token
	}
	return ok
}

func add(rules []rule, path, method string, a access) []rule {
	for i := range rules {
		if r := &rules[i]; r.path == path && r.access.equal(a) {
			if !slices.Contains(r.methods, method) {
				r.methods = append(r.methods, method)
			}
			return rules
		}
	}
	return append(rules, rule{path, []string{method}, a})
}

var (
	wholeParameter = lazyregexp.New(`^\{[^{}]*\}$`)
	templatePath   = lazyregexp.New(apirule.TemplatePattern.Expr)
)

// template spells a path as APIRules v2 do; false where they cannot.
func template(path string) (string, bool) {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if wholeParameter().MatchString(p) {
			parts[i] = "{*}"
		}
	}
	out := strings.Join(parts, "/")
	return out, out != "/*" && templatePath().MatchString(out)
}

func (d *drafter) rule(r rule) source.Object {
	out := source.Object{{Key: "path", Value: r.path}, {Key: "methods", Value: source.ListOf(r.methods)}}
	if r.access.open {
		return append(out, source.Member{Key: "noAuth", Value: true})
	}
	jwt := source.Object{{Key: "authentications", Value: []any{source.Object{{Key: "issuer", Value: d.issuer()}, {Key: "jwksUri", Value: d.JWKS}}}}}
	var demands []any
	for _, scopes := range r.access.scopes {
		if len(scopes) == 0 {
			demands = nil // any token is enough
			break
		}
		demands = append(demands, source.Object{{Key: "requiredScopes", Value: source.ListOf(scopes)}})
	}
	if demands != nil {
		jwt = append(jwt, source.Member{Key: "authorizations", Value: demands})
	}
	return append(out, source.Member{Key: "jwt", Value: jwt})
}
