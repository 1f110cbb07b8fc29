package httproute

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/routerule"
	"github.com/kgw-dev/kgw/internal/source"
)

// Asked is one match that istiod asks in a list with those of other objects.
type Asked struct {
	// Origin is where its author wrote it, and Path what he wrote.
	Origin source.Ref
	Path   string
	routerule.Rule
	does string // what becomes of its requests
	// rough reports that it may match fewer requests than its set has.
	rough bool
}

// CutsOff reports whether istiod drops what it would ask behind the match
// (istio, pilot/pkg/networking/core/route, IsCatchAllRoute).
func (a *Asked) CutsOff() bool {
	all := a.Prefix && a.Text == "/" || !a.Exact && !a.Prefix && a.Text == ".*"
	return all && len(a.Methods)+len(a.Headers)+len(a.Queries) == 0
}

// Own returns what Lower writes for a gateway as istiod asks it.
func Own(g *ir.Gateway, t *ir.Target) []Asked {
	rules := rulesOf(g, t)
	var out []Asked
	for _, o := range write(g, t, rules) {
		if _, ok := o.Spec.(*manifest.HTTPRoute); !ok {
			continue
		}
		spec := source.Field(source.NodeOf(o.Value()), "spec")
		for _, n := range source.Elements(source.Field(spec, "rules")) {
			r := rules[len(out)]
			out = append(out, Asked{Origin: r.route.Origin.At("path"), Path: r.route.Match.Path.Text, Rule: r.Rule, does: spellAction(n, g.Name.Namespace)})
		}
	}
	return out
}

// Foreign reads the rules of an HTTPRoute or a GRPCRoute of somebody else, each
// match by itself. Those that send requests without TLS to https are left out:
// they answer nothing on a listener with TLS that does not repeat itself.
func Foreign(at source.Ref, kind string, spec *source.Node) []Asked {
	rules := source.Elements(source.Field(spec, "rules"))
	if source.Field(spec, "rules") == nil {
		rules = []*source.Node{nil} // the default of the definition: all paths
	}
	var out []Asked
	for i, n := range rules {
		if redirectsToHTTPS(n) {
			continue
		}
		in, effect := at.At("spec", "rules").Elem(i), spellAction(n, at.Doc.Namespace)
		matches := source.Elements(source.Field(n, "matches"))
		if len(matches) == 0 {
			matches = []*source.Node{nil}
		}
		for j, m := range matches {
			if kind == "GRPCRoute" && source.Field(m, "method") == nil {
				continue // it is asked last
			}
			a := foreignMatch(kind, m)
			if a.Origin, a.does = in, effect; m != nil {
				a.Origin = in.At("matches").Elem(j)
			}
			out = append(out, a)
		}
	}
	return out
}

// redirectsToHTTPS reports whether a rule redirects to https.
func redirectsToHTTPS(rule *source.Node) bool {
	return slices.ContainsFunc(source.Elements(source.Field(rule, "filters")), func(f *source.Node) bool {
		return source.Text(source.Field(source.Field(f, "requestRedirect"), "scheme")) == "https"
	})
}

// foreignMatch reads a match, nil for one that says nothing.
func foreignMatch(kind string, n *source.Node) Asked {
	a := Asked{}
	how, text := pathOf(n)
	if kind == "GRPCRoute" {
		how, text = grpcPath(source.Field(n, "method"))
	} else if method := source.Text(source.Field(n, "method")); method != "" {
		a.Methods = []string{method}
	}
	a.Path, a.Text = text, text
	a.Set = match.Set{Methods: a.Methods, View: match.RawPath, Path: pathlang.Path{Lang: pathlang.Regex, Text: text}}
	switch how {
	case "Exact":
		a.Exact, a.Set.Path.Lang = true, pathlang.Exact
	case "RegularExpression":
	case "PathPrefix":
		a.Prefix, a.Text = true, strings.TrimSuffix(text, "/")
		if a.Set.Path.Text = regexp.QuoteMeta(a.Text) + "(/.*)?"; a.Text == "" {
			a.Text, a.Set.Path = "/", pathlang.Path{Lang: pathlang.Prefix, Text: "/"}
		}
	default: // not known: it may be asked first, and for every path
		a.Exact, a.rough, a.Set.Path = true, true, pathlang.Path{Lang: pathlang.Prefix, Text: "/"}
	}
	a.readConditions(n)
	return a
}

func pathOf(n *source.Node) (how, text string) {
	how, text = "PathPrefix", "/"
	path := source.Field(n, "path")
	if t := source.Text(source.Field(path, "type")); t != "" {
		how = t
	}
	if v := source.Text(source.Field(path, "value")); v != "" {
		text = v
	}
	return how, text
}

// grpcPath is the path that istiod makes of a service and a method (istio, pilot
// conversion.go, createGRPCURIMatch).
func grpcPath(n *source.Node) (how, text string) {
	service, method := source.Text(source.Field(n, "service")), source.Text(source.Field(n, "method"))
	exact := source.Text(source.Field(n, "type")) != "RegularExpression"
	switch {
	case service == "":
		return "RegularExpression", "/[^/]+/" + method
	case !exact && method == "":
		return "RegularExpression", "/" + service + "/.+"
	case !exact:
		return "RegularExpression", "/" + service + "/" + method
	case method == "":
		return "PathPrefix", "/" + service + "/"
	}
	return "Exact", "/" + service + "/" + method
}

// readConditions reads the conditions on headers and parameters. Those that the
// algebra has no words for leave the set larger.
func (a *Asked) readConditions(n *source.Node) {
	read := func(key string) (out []manifest.ValueMatch) {
		for _, c := range source.Elements(source.Field(n, key)) {
			v := manifest.ValueMatch{Type: source.Text(source.Field(c, "type")), Name: source.Text(source.Field(c, "name")), Value: source.Text(source.Field(c, "value"))}
			if exact := v.Type == "" || v.Type == "Exact"; exact && key == "headers" {
				a.Set.Predicates = append(a.Set.Predicates, match.Predicate{Source: match.Header, Name: v.Name, Values: []string{v.Value}})
			} else {
				a.rough = true
			}
			out = append(out, v)
		}
		return out
	}
	a.Headers, a.Queries = read("headers"), read("queryParams")
}

// spellAction spells what a rule does with requests, with the defaults of the
// definition filled in for its Services: rules that spell alike answer alike.
func spellAction(rule *source.Node, namespace string) string {
	var backends []string
	list := source.Elements(source.Field(rule, "backendRefs"))
	for _, b := range list {
		field := func(key, otherwise string) string {
			if n := source.Field(b, key); n != nil {
				return fmt.Sprint(source.Value(n))
			}
			return otherwise
		}
		weight := field("weight", "1")
		if len(list) == 1 && weight != "0" {
			weight = "1"
		}
		backends = append(backends, fmt.Sprintf("%q", []string{
			field("group", ""), field("kind", "Service"), field("namespace", namespace), field("name", ""), field("port", ""), weight, field("filters", ""),
		}))
	}
	rest := ""
	for _, key := range []string{"filters", "timeouts", "retry", "sessionPersistence"} {
		if n := source.Field(rule, key); n != nil {
			rest += string(manifest.AppendJSON(nil, source.Value(n), 0))
		}
	}
	return strings.Join(backends, " ") + rest
}

// Intrusion is a match of another object that istiod asks before one of a gateway's
// own, and that does something else with a request that both match.
type Intrusion struct {
	Own, By *Asked
	// Witness is such a request, nil where it is not known that there is one.
	Witness *match.Request
}

// Intruder returns for a host the first match of another object that istiod may try
// before one of the gateway's own; it tries equally specific ones by their age. With
// byAge it tries all matches of the older object first, and those that match
// everything after all others. A match that the purse cannot decide counts. Nil if
// there is none.
func Intruder(own, others []Asked, host string, byAge bool, judge *match.Judge, purse *match.Purse) *Intrusion {
	compile := func(a *Asked) *match.Matcher {
		set := a.Set
		set.Hosts = []string{host}
		return judge.Compile(set)
	}
	for i := range others {
		by := &others[i]
		theirs := compile(by)
		for j := range own {
			mine := &own[j]
			if mine.does == by.does || !byAge && routerule.AskedBefore(&mine.Rule, &by.Rule) || byAge && by.CutsOff() {
				continue
			}
			relation := purse.Relate(theirs, compile(mine))
			if relation.Kind == match.Disjoint {
				continue
			}
			in := &Intrusion{Own: mine, By: by, Witness: relation.Witness}
			if by.rough {
				in.Witness = nil
			}
			return in
		}
	}
	return nil
}
