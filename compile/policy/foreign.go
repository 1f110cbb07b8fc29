package policy

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
)

// Foreign lists the rules of an ALLOW policy that somebody else wrote and that let
// requests through that one of the callers, identities in the mesh, sends on.
// Conditions that do not follow from a request's method, host, path or token are left
// out: some callers get in all the same.
func Foreign(rules []*source.Node, at source.Ref, name string, pods ir.Pods, callers []string) []ir.Opener {
	var out []ir.Opener
	for i, n := range rules {
		froms := source.Elements(source.Field(n, "from"))
		if len(froms) == 0 {
			froms = []*source.Node{nil}
		}
		claims := conditionsOf(source.Elements(source.Field(n, "when")))
		sets, except := operationsOf(source.Elements(source.Field(n, "to")))
		for _, f := range froms {
			src := source.Field(f, "source")
			if !slices.ContainsFunc(callers, func(caller string) bool { return admits(src, caller) }) {
				continue
			}
			d := ir.Demand{Issuers: issuersOfPrincipals(source.Texts(source.Field(src, "requestPrincipals"))), Claims: claims}
			out = append(out, ir.Opener{Origin: at.At("spec", "rules").Elem(i), Name: name, Pods: pods, Sets: sets, Except: except, Demand: d})
		}
	}
	return out
}

// admits reports whether a source may be the caller, by its identity and its
// namespace.
func admits(src *source.Node, caller string) bool {
	namespace := ""
	if parts := strings.Split(caller, "/"); len(parts) == 5 {
		namespace = parts[2]
	}
	is := func(value string) func(string) bool {
		return func(p string) bool { return pathlang.PolicyText(p, value) }
	}
	for _, part := range []struct{ key, value string }{{"principals", caller}, {"namespaces", namespace}} {
		if list := source.Texts(source.Field(src, part.key)); len(list) > 0 && !slices.ContainsFunc(list, is(part.value)) {
			return false
		}
		not := "not" + strings.ToUpper(part.key[:1]) + part.key[1:]
		if slices.ContainsFunc(source.Texts(source.Field(src, not)), is(part.value)) {
			return false
		}
	}
	return true
}

// issuersOfPrincipals returns the issuers of token identities: what is before
// the last slash. "*" is any issuer; nil is not a token.
func issuersOfPrincipals(list []string) []string {
	var out []string
	for _, p := range list {
		i := strings.LastIndexByte(p, '/')
		if i < 0 {
			out = append(out, "*")
			continue
		}
		out = append(out, p[:i])
	}
	return out
}

func conditionsOf(list []*source.Node) []ir.ClaimDemand {
	var out []ir.ClaimDemand
	for _, n := range list {
		if values := source.Texts(source.Field(n, "values")); len(values) > 0 {
			out = append(out, ir.ClaimDemand{Name: source.Text(source.Field(n, "key")), Values: values})
		}
	}
	return out
}

// operationsOf returns what the operations of a rule match and what they leave
// out. Several operations are read as everything that one of them matches.
func operationsOf(list []*source.Node) (sets, except []match.Set) {
	if len(list) == 0 {
		return []match.Set{{Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}, View: match.RawPath}}, nil
	}
	for _, e := range list {
		n := source.Field(e, "operation")
		paths := source.Texts(source.Field(n, "paths"))
		if len(paths) == 0 {
			paths = []string{"*"}
		}
		set := match.Set{View: match.RawPath, Methods: methodsOf(source.Texts(source.Field(n, "methods")))}
		set.Hosts, set.HostPattern = hostsOf(source.Texts(source.Field(n, "hosts")))
		for _, p := range paths {
			set.Path = pathlang.PolicyPath(p)
			sets = append(sets, set)
		}
		if len(list) == 1 {
			except = leftOut(n)
		}
	}
	return sets, except
}

// methodsOf are the methods that the patterns of a policy match, those of HTTP
// for one with "*" at an end; nil is any.
func methodsOf(patterns []string) []string {
	var out []string
	for _, p := range patterns {
		switch {
		case p == "*":
			return nil
		case !strings.Contains(p, "*"):
			out = append(out, p)
			continue
		}
		for _, m := range []string{"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"} {
			if pathlang.PolicyText(p, m) {
				out = append(out, m)
			}
		}
	}
	if out == nil && patterns != nil {
		out = []string{}
	}
	return out
}

// hostsOf are the hosts that the patterns of a policy match, as names and
// wildcards or, where one has a "*" that no wildcard has, as one expression. The
// port of a pattern does not count: a client may write it into its Host header.
func hostsOf(patterns []string) ([]string, pathlang.Path) {
	var names, exprs []string
	odd := false
	for _, p := range patterns {
		p = strings.ToLower(p)
		name, port, _ := strings.Cut(p, ":")
		stem, any := strings.CutSuffix(name, "*")
		switch {
		case any && stem != "" && port == "":
			odd = true
			exprs = append(exprs, pathlang.QuoteRegex(stem)+".*")
		case strings.HasPrefix(name, "*"):
			odd = odd || name != "*" && !strings.HasPrefix(name, "*.")
			exprs = append(exprs, ".*"+pathlang.QuoteRegex(name[1:]))
		default:
			exprs = append(exprs, pathlang.QuoteRegex(name))
		}
		names = append(names, name)
	}
	if !odd {
		return names, pathlang.Path{}
	}
	return nil, pathlang.Path{Lang: pathlang.Regex, Text: strings.Join(exprs, "|")}
}

func leftOut(n *source.Node) []match.Set {
	every := pathlang.Path{Lang: pathlang.Prefix, Text: "/"}
	var out []match.Set
	for _, p := range source.Texts(source.Field(n, "notPaths")) {
		out = append(out, match.Set{Path: pathlang.PolicyPath(p), View: match.RawPath})
	}
	if methods := source.Texts(source.Field(n, "notMethods")); len(methods) > 0 {
		out = append(out, match.Set{Methods: methods, Path: every, View: match.RawPath})
	}
	notHosts := source.Texts(source.Field(n, "notHosts"))
	for _, h := range notHosts {
		h = strings.ToLower(h)
		if name, any := strings.CutSuffix(h, "*"); any && !strings.HasSuffix(name, ":") {
			hosts, pattern := hostsOf([]string{h})
			out = append(out, match.Set{Hosts: hosts, HostPattern: pattern, Path: every, View: match.RawPath})
		} else if slices.ContainsFunc(notHosts, func(o string) bool { return strings.EqualFold(o, h+":*") }) {
			out = append(out, match.Set{Hosts: []string{h}, Path: every, View: match.RawPath})
		} // else a request that names a port in its Host header is not left out
	}
	return out
}
