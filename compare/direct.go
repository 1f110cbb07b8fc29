package compare

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/simulate"
)

// directOperations returns the operations that the changing routes of one side
// send to services without Oathkeeper. A policy for the time between lets them in,
// as long as these routes may exist. Paths that policies cannot express are left
// out; the proof of the state reports whether that matters.
func (p *plan) directOperations(of onSide) []bypass {
	pods, out := prove.Pods(p.around, p.side.Options.Config), []bypass(nil)
	for _, pair := range p.pairs {
		o := of(pair)
		if o == nil || o.ID().Kind != kinds.VirtualService {
			continue
		}
		spec, _ := o.Value["spec"].(map[string]any)
		var earlier []any
		for _, e := range list(spec["http"]) {
			entry, _ := e.(map[string]any)
			for _, m := range list(entry["match"]) {
				match, _ := m.(map[string]any)
				paths, around := policyPaths(match["uri"])
				methods, known := policyMethods(match["method"])
				if len(paths) > 0 && known && !p.isDelegated(entry) {
					operation := map[string]any{"hosts": spec["hosts"], "paths": paths}
					if len(methods) > 0 {
						operation["methods"] = methods
					}
					if len(earlier) > 0 {
						operation["notPaths"] = slices.Clone(earlier)
					}
					out = append(out, p.bypass(operation, entry, o.ID().Namespace, pods))
				}
				earlier = append(earlier, around...)
			}
		}
	}
	return out
}

// bypass is an operation that a route sends past Oathkeeper, and the Services that
// it goes to, nil if one is not known.
type bypass struct {
	operation any
	services  []*simulate.Service
}

func (p *plan) bypass(operation, entry map[string]any, namespace string, pods *simulate.Pods) bypass {
	out := bypass{operation: map[string]any{"operation": operation}}
	if entry["delegate"] != nil || entry["mirror"] != nil || entry["mirrors"] != nil {
		return out
	}
	for _, host := range destinations(entry) {
		name, rest, _ := strings.Cut(host, ".")
		in, _, _ := strings.Cut(rest, ".")
		s := pods.Service(name, cmp.Or(in, namespace))
		if s == nil || s.Elsewhere {
			return bypass{operation: out.operation}
		}
		out.services = append(out.services, s)
	}
	return out
}

// mayReach reports whether pods of a namespace with the labels of a selector may
// get the requests.
func (b *bypass) mayReach(namespace string, selector any) bool {
	labels, _ := selector.(map[string]any)
	labels, _ = labels["matchLabels"].(map[string]any)
	return b.services == nil || slices.ContainsFunc(b.services, func(s *simulate.Service) bool {
		if s.Namespace != namespace {
			return false
		}
		for key, value := range labels {
			if other, ok := s.Selector[key]; ok && other != value {
				return false
			}
		}
		return true
	})
}

// methodList matches the expression by which a route lists methods.
var methodList = lazyregexp.New(`^\^?\(?([A-Z]+(?:\|[A-Z]+)*)\)?\$?$`)

// policyMethods returns the methods that a route matches, none for any.
func policyMethods(method any) (methods []any, known bool) {
	match, _ := method.(map[string]any)
	text, _ := cmp.Or(match["exact"], match["regex"]).(string)
	if m := methodList().FindStringSubmatch(text); m != nil {
		for _, one := range strings.Split(m[1], "|") {
			methods = append(methods, one)
		}
	}
	return methods, len(match) == 0 || len(methods) > 0
}

// isDelegated reports whether an entry of a VirtualService sends requests to
// Oathkeeper.
func (p *plan) isDelegated(entry map[string]any) bool {
	name, _, _ := strings.Cut(p.side.Options.Config.Oathkeeper.Service, ":")
	return slices.Contains(destinations(entry), name)
}

// destinations lists the hosts that an entry of a VirtualService sends requests to.
func destinations(entry map[string]any) []string {
	var out []string
	for _, r := range list(entry["route"]) {
		route, _ := r.(map[string]any)
		destination, _ := route["destination"].(map[string]any)
		host, _ := destination["host"].(string)
		out = append(out, host)
	}
	return out
}

func list(v any) []any {
	out, _ := v.([]any)
	return out
}

// policyPaths returns paths of an AuthorizationPolicy that match nothing that the
// URI of a route does not match, and some that match all of it.
func policyPaths(uri any) (paths, around []any) {
	match, _ := uri.(map[string]any)
	if exact, ok := match["exact"].(string); ok && !strings.ContainsAny(exact, "*{") {
		return []any{exact}, []any{exact}
	}
	if prefix, ok := match["prefix"].(string); ok && !strings.ContainsAny(prefix, "*{") {
		return []any{prefix + "*"}, []any{prefix + "*"}
	}
	text, ok := match["regex"].(string)
	if !ok || strings.ContainsAny(text, "()") && strings.Contains(text, "|") {
		return nil, []any{"/*"}
	}
	for _, one := range strings.Split(text, "|") {
		paths = append(paths, narrowerPaths(one)...)
		around = append(around, widerPath(one))
	}
	return paths, around
}

// plainText is an expression that matches its own text, and {*} for one segment.
var plainText = lazyregexp.New(`^(/([A-Za-z0-9_.~-]*|\{\*\}))*$`)

// endings are the endings of expressions with the equivalent endings of paths,
// behind text and behind operators.
var endings = []struct {
	expr            string
	plain, operator []string
}{
	{"(/.*)?", []string{"", "/*"}, []string{"", "/{**}"}},
	{"/?", []string{"", "/"}, []string{"", "/"}},
	{"/.*", []string{"/*"}, []string{"/{**}"}},
	{".*", []string{"*"}, nil},
	{"", []string{""}, []string{""}},
}

// narrowerPaths returns paths that match what an expression matches, or less.
func narrowerPaths(expr string) []any {
	for _, end := range endings {
		base, ok := strings.CutSuffix(expr, end.expr)
		if !ok {
			continue
		}
		base = strings.ReplaceAll(strings.ReplaceAll(base, `\.`, "."), "[^/]+", "{*}")
		if !plainText().MatchString(base) {
			return nil
		}
		texts := end.plain
		if strings.Contains(base, "{") {
			texts = end.operator
		}
		var out []any
		for _, text := range texts {
			if base+text != "" {
				out = append(out, base+text)
			}
		}
		return out
	}
	return nil
}

// literal is the text with which all paths begin that an expression matches.
var literal = lazyregexp.New(`^/[A-Za-z0-9/_~-]*`)

// widerPath returns a path that matches all that an expression matches.
func widerPath(expr string) string {
	text := literal().FindString(expr)
	if rest := expr[len(text):]; rest != "" && strings.Contains("?*+{", rest[:1]) && len(text) > 1 {
		text = text[:len(text)-1] // which may be missing
	}
	return cmp.Or(text, "/") + "*"
}
