package gatewayapi

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
	requests "github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// httpRoute is an HTTPRoute as it is read.
type httpRoute struct {
	manifest *simulate.Manifest
	parents  []parentRef
	hosts    []string
	matches  []*match
}

// match is one match of a rule. It is a route of its own, whose order depends on
// its content and not on its place.
type match struct {
	route *simulate.Manifest
	at    source.Ref
	// kind is the order of paths: exact ones first, then prefixes, then
	// expressions.
	kind    int
	path    string // the path whose length counts
	uri     source.Object
	method  string
	headers []*source.Node
	query   []*source.Node
	action  source.Object
	// compiled is set when it is first used.
	compiled *requests.Matcher
}

// The kinds of paths, in the order in which they are asked.
const (
	exact = iota
	prefix
	expression
)

// readRules reads the rules, and reports whether all are understood.
func (c *converter) readRules(r *httpRoute) bool {
	spec := r.manifest.Spec()
	r.hosts = source.Texts(source.Field(spec, "hostnames"))
	rules := source.Elements(source.Field(spec, "rules"))
	if source.Field(spec, "rules") == nil {
		rules = []*source.Node{nil} // the default of the CRD: one that matches every path
	}
	for i, rule := range rules {
		at := source.JoinIndex("spec.rules", i)
		action, ok := c.action(r.manifest, rule)
		if !ok {
			return false
		}
		matches := source.Elements(source.Field(rule, "matches"))
		if len(matches) == 0 {
			matches = []*source.Node{nil}
		}
		for j, n := range matches {
			place := at
			if n != nil {
				place = source.JoinIndex(at+".matches", j)
			}
			m, ok := readMatch(n)
			if !ok {
				return false
			}
			m.route, m.at = r.manifest, r.manifest.At(place)
			if m.action, ok = m.finishRewrite(action, len(matches)); !ok {
				return false
			}
			r.matches = append(r.matches, m)
		}
	}
	return true
}

func readMatch(n *source.Node) (*match, bool) {
	m := &match{
		method:  source.Text(source.Field(n, "method")),
		headers: source.Elements(source.Field(n, "headers")), query: source.Elements(source.Field(n, "queryParams")),
	}
	path := source.Field(n, "path")
	kind, value := source.Text(source.Field(path, "type")), source.Text(source.Field(path, "value"))
	if value == "" {
		value = "/"
	}
	text := func(how, what string) source.Object { return source.Object{{Key: how, Value: what}} }
	switch kind {
	case "Exact":
		m.kind, m.path, m.uri = exact, value, text("exact", value)
	case "RegularExpression":
		m.kind, m.path, m.uri = expression, value, text("regex", value)
	case "", "PathPrefix":
		// A prefix matches whole segments; a slash at its end is ignored.
		m.kind, m.path = prefix, strings.TrimSuffix(value, "/")
		if m.uri = text("regex", regexp.QuoteMeta(m.path)+"(/.*)?"); m.path == "" {
			m.path, m.uri = "/", text("prefix", "/")
		}
	default:
		return nil, false
	}
	for _, list := range [][]*source.Node{m.headers, m.query} {
		for _, h := range list {
			if how := source.Text(source.Field(h, "type")); how != "" && how != "Exact" && how != "RegularExpression" {
				return nil, false
			}
		}
	}
	return m, true
}

// entry returns the match as an entry of a VirtualService, at a listener with the port.
func (m *match) entry(port int64) source.Object {
	conditions := source.Object{{Key: "uri", Value: m.uri}}
	if m.method != "" {
		conditions = append(conditions, source.Member{Key: "method", Value: source.Object{{Key: "exact", Value: m.method}}})
	}
	for _, list := range []struct {
		key   string
		nodes []*source.Node
	}{{"headers", m.headers}, {"queryParams", m.query}} {
		var values source.Object
		for _, n := range list.nodes {
			values = append(values, source.Member{Key: source.Text(source.Field(n, "name")), Value: stringMatchOf(n, list.key == "headers")})
		}
		if values != nil {
			conditions = append(conditions, source.Member{Key: list.key, Value: values})
		}
	}
	return append(source.Object{{Key: "match", Value: []any{conditions}}}, keepPort(m.action, port)...)
}

// stringMatchOf returns how a value is compared. Expressions that only say that the
// value is present, or begins with a text, become those conditions, since
// conditions of both APIs are compared by their spelling.
func stringMatchOf(n *source.Node, header bool) source.Object {
	text := source.Text(source.Field(n, "value"))
	if source.Text(source.Field(n, "type")) != "RegularExpression" {
		return source.Object{{Key: "exact", Value: text}}
	}
	if text == ".*" {
		return source.Object{}
	}
	if quoted, any := strings.CutSuffix(text, ".*"); any && header {
		if plain, ok := unquoted(quoted); ok {
			return source.Object{{Key: "prefix", Value: plain}}
		}
	}
	return source.Object{{Key: "regex", Value: text}}
}

// unquoted undoes regexp.QuoteMeta; ok is false where the text is not one.
func unquoted(quoted string) (text string, ok bool) {
	text = escapes().ReplaceAllString(quoted, "$1")
	return text, regexp.QuoteMeta(text) == quoted
}

var escapes = lazyregexp.New(`\\(.)`)

// action returns what a rule does, as the fields of an entry; ok is false where that
// is not understood.
func (c *converter) action(m *simulate.Manifest, rule *source.Node) (out source.Object, ok bool) {
	for _, f := range source.Elements(source.Field(rule, "filters")) {
		fields, ends, ok := c.filter(m, f)
		if !ok {
			return nil, false
		}
		if out = append(out, fields...); ends {
			return out, true
		}
	}
	out = joinFields(out)
	if request := source.Text(source.Field(source.Field(rule, "timeouts"), "request")); request != "" && request != "0s" {
		out = append(out, source.Member{Key: "timeout", Value: request})
	}
	backends, ok := c.backends(m, rule)
	return append(out, backends...), ok
}

// backends returns the destinations of a rule. The rule answers 500 without any
// backend, with a weight of 0 for all, or without a ReferenceGrant for one.
func (c *converter) backends(m *simulate.Manifest, rule *source.Node) (source.Object, bool) {
	var routes []any
	refused := 0
	for _, b := range source.Elements(source.Field(rule, "backendRefs")) {
		to, may := c.destination(m, b)
		if may == untold {
			return nil, false
		}
		weight := int64(1)
		if n := source.Field(b, "weight"); n != nil {
			weight = source.Int(n)
		}
		if weight == 0 {
			continue
		}
		if may == missing {
			refused++
			continue
		}
		routes = append(routes, source.Object{
			{Key: "destination", Value: to},
			{Key: "weight", Value: number(weight)},
		})
	}
	if refused > 0 && len(routes) > 0 {
		return nil, false // a share of the requests is answered with 500
	}
	if len(routes) == 0 {
		return source.Object{{Key: "directResponse", Value: source.Object{{Key: "status", Value: number(500)}}}}, true
	}
	return source.Object{{Key: "route", Value: routes}}, true
}

// destination returns a backend as that of a VirtualService, and whether the route may
// use it. For something else than a Service that is not known.
func (c *converter) destination(m *simulate.Manifest, b *source.Node) (to source.Object, may permission) {
	name, namespace, port := source.Text(source.Field(b, "name")), source.Text(source.Field(b, "namespace")), source.Int(source.Field(b, "port"))
	kind := source.Text(source.Field(b, "kind"))
	if kind != "" && kind != "Service" || source.Text(source.Field(b, "group")) != "" || port == 0 || strings.Contains(name, ".") {
		return nil, untold
	}
	if namespace == "" {
		namespace = m.Namespace
	}
	return source.Object{
		{Key: "host", Value: name + "." + namespace + ".svc.cluster.local"}, {Key: "port", Value: source.Object{{Key: "number", Value: number(port)}}},
	}, c.permissionFor(m, namespace, name)
}

// finishRewrite finishes the rewriting of a prefix: istiod cuts a slash at the end
// of the replacement, and "/" alone removes the prefix
// (pilot/pkg/networking/core/route, Rewrite). The CRD allows it only for rules with
// one match, of a prefix.
func (m *match) finishRewrite(action source.Object, matches int) (source.Object, bool) {
	at := slices.IndexFunc(action, func(f source.Member) bool { return f.Key == "rewrite" })
	if at < 0 {
		return action, true
	}
	to, _ := action[at].Value.(source.Object)
	text, is := to.Get(prefixBecomes)
	if !is {
		return action, true
	}
	if m.kind != prefix || matches != 1 {
		return nil, false
	}
	becomes, _ := text.(string)
	become := substitution("^"+regexp.QuoteMeta(m.path), strings.TrimSuffix(becomes, "/"))
	if strings.TrimSuffix(becomes, "/") == "" {
		become = substitution("^"+regexp.QuoteMeta(strings.TrimSuffix(m.path, "/"))+"(/?)(.*)", `/\2`)
	}
	own := source.Object{}
	for _, f := range to {
		if f.Key == prefixBecomes {
			f = source.Member{Key: "uriRegexRewrite", Value: become}
		}
		own = append(own, f)
	}
	out := slices.Clone(action)
	out[at].Value = own
	return out, true
}

func number(n int64) source.Number { return source.Number(strconv.FormatInt(n, 10)) }
