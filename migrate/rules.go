package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/edit"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
)

// rule is one rule of v2 in the making.
type rule struct {
	index   int           // of the rule that it is made from
	at      string        // the place of that rule
	old     source.Object // the entries of that rule
	path    string
	methods []string
	access  source.Member // noAuth, jwt or extAuth
	request source.Object // nil for none
	// preflight: OPTIONS is added.
	preflight bool
	// direct rules were never sent to Oathkeeper; anyMethod ones were routed
	// whatever their method.
	direct, anyMethod bool
}

func (r *rule) isPublic() bool { return r.access.Key == "noAuth" }

// moveRules returns the rules of v2.
func (c *conversion) moveRules() any {
	v, _ := c.spec.Get("rules")
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return v
	}
	var all []*rule
	for i, e := range list {
		o, isObject := e.(source.Object)
		if !isObject {
			c.leave(diag.NotValid, fmt.Sprintf("spec.rules[%d]", i), "repair the rule", "rule %d is not a rule", i)
			continue
		}
		all = append(all, c.moveRule(i, o)...)
	}
	if len(c.left) > 0 {
		return v
	}
	all = c.removeRepeated(all)
	c.addPreflights(all)
	all = c.arrangeRules(all)
	c.reportOverlaps(all)
	c.delegates = slices.ContainsFunc(all, func(r *rule) bool { return !r.direct })
	for _, r := range all {
		if r.preflight {
			r.methods = append(slices.Clone(r.methods), options)
		}
	}
	c.leaveRoot(all)
	all = c.splitMethods(all)
	c.reportOpened(all)
	out := make([]any, len(all))
	c.origins = nil
	for i, r := range all {
		out[i] = r.render()
		if !slices.Contains(c.origins, r.index) {
			out[i] = edit.From{Index: r.index, Value: out[i]}
		} else {
			out[i] = edit.Plain(out[i])
		}
		c.origins = append(c.origins, r.index)
	}
	return out
}

// moveRule returns the rules of v2 that one older rule becomes, one for each
// path.
func (c *conversion) moveRule(i int, o source.Object) []*rule {
	r := rule{index: i, at: fmt.Sprintf("spec.rules[%d]", i), old: o}
	path, _ := o.Get("path")
	text, _ := path.(string)
	methods, _ := o.Get("methods")
	for _, m := range elements(spellUpper(methods)) {
		if s, _ := m.(string); !slices.Contains(r.methods, s) {
			r.methods = append(r.methods, s)
		}
	}
	c.moveAccess(&r)
	c.moveMutators(&r)
	var out []*rule
	for _, p := range c.movePaths(&r, text) {
		one := r
		one.path = p
		out = append(out, &one)
	}
	if r.anyMethod && len(out) > 0 && len(c.left) == 0 {
		c.reportMethods(&r, text)
	}
	return out
}

func elements(v any) []any {
	list, _ := v.([]any)
	return list
}

// reportMethods reports that v2 enforces methods that were not enforced.
func (c *conversion) reportMethods(r *rule, path string) {
	for _, m := range []string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"} {
		if slices.Contains(r.methods, m) {
			continue
		}
		d := c.purse.Difference(c.judge.Compile(match.Set{Hosts: c.hosts(), Methods: []string{m}, Path: pathlang.Path{Lang: c.pathLang(path), Text: path}}))
		f := c.tell(diag.MethodsNarrowed, r.at+".methods", fmt.Sprintf("add the methods that are in use, such as %s", m),
			"the methods of an allow rule were not enforced: v2 refuses others than %s", strings.Join(r.methods, ", "))
		f.Witness = witness(d.Witness)
		return
	}
}

func (c *conversion) hosts() []string {
	if host, _ := c.spec.Get("host"); host != nil {
		if s, ok := host.(string); ok {
			return []string{strings.ToLower(s)}
		}
	}
	service, _ := c.spec.Get("service")
	o, _ := service.(source.Object)
	if s, _ := o.Get("host"); s != nil {
		if text, ok := s.(string); ok {
			return []string{strings.ToLower(text)}
		}
	}
	return nil
}

func witness(r *match.Request) *diag.Witness {
	if r == nil {
		return nil
	}
	return &diag.Witness{Method: r.Method, URL: r.URL()}
}

// render returns the rule as the value that edit is to write.
func (r *rule) render() source.Object {
	var out source.Object
	for _, m := range r.old {
		switch m.Key {
		case "path":
			out = append(out, source.Member{Key: m.Key, Value: r.path})
		case "methods":
			out = append(out, source.Member{Key: m.Key, Value: source.ListOf(r.methods)})
		case "accessStrategies":
			out = append(out, source.Member{Key: r.access.Key, Value: edit.From{Key: m.Key, Value: r.access.Value}})
		case "mutators":
			if len(r.request) > 0 {
				out = append(out, source.Member{Key: "request", Value: edit.From{Key: m.Key, Value: r.request}})
			}
		default:
			out = append(out, m)
		}
	}
	return out
}

// removeRepeated removes from each rule the methods that an earlier rule has
// with the same path, and drops rules without methods left: the first one that
// matches answers.
func (c *conversion) removeRepeated(all []*rule) []*rule {
	taken := map[string]*rule{}
	var out []*rule
	for _, r := range all {
		kept := slices.DeleteFunc(slices.Clone(r.methods), func(m string) bool { return taken[m+" "+r.path] != nil })
		for _, m := range r.methods {
			if first := taken[m+" "+r.path]; first == nil {
				taken[m+" "+r.path] = r
			} else if first.index != r.index {
				c.leaveOut(r, first, m)
			}
		}
		if len(kept) > 0 || len(r.methods) == 0 {
			out = append(out, r)
		}
		r.methods = kept
	}
	return out
}

// leaveOut reports a method that a rule loses to an earlier one, and leaves a document
// in which that one is public and the other asks for a token, unless the gateway never
// came to the second: Oathkeeper refuses requests that two rules match, and of two
// policies for one path the last holds.
func (c *conversion) leaveOut(r, first *rule, method string) {
	if first.isPublic() && !r.isPublic() && (!first.direct || c.meshTokens()) {
		c.leave(diag.OrderNotMoved, r.at+".path", "remove one of the two rules",
			"%s and %s become one path of v2: %s %s would be open to everybody, which asks for a token today or is refused", quote(first), quote(r), method, r.path)
		return
	}
	c.tell(diag.SettingDropped, r.at+".path", "", "%s %s is left out here: %s comes first and answers it", method, r.path, quote(first))
}

// isWithin reports whether a path of v2 matches no other requests than another.
func (c *conversion) isWithin(a, b string) bool {
	if a == b {
		return true
	}
	k := c.relate(a, b).Kind
	return k == match.Equal || k == match.Subset
}
