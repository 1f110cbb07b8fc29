package sidecar

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Entries lists what ALLOW policies let through to a service for a caller in
// the mesh, and what external authorizers are asked about before. Without any
// ALLOW policy everything comes through: guarded is false then.
func (s *Sidecars) Entries(to, caller string) (through, asked []simulate.Entry, guarded bool) {
	name, namespace := serviceOf(to)
	g := s.guarding(name, namespace)
	for _, a := range g.allow {
		guarded = true
		through = append(through, a.entries(s, caller)...)
	}
	for i := range through {
		s.place(to, through[i].Admits)
	}
	for _, a := range g.custom {
		for _, e := range a.entries(s, caller) {
			e.Admits = []simulate.Admission{{Proof: "extAuth:" + a.provider()}}
			asked = append(asked, e)
		}
	}
	return through, asked, guarded
}

// place puts tokens where the service's RequestAuthentications look for them.
func (s *Sidecars) place(to string, ways []simulate.Admission) {
	for i := range ways {
		issuer, _ := ways[i].Token.Claims["iss"].(string)
		if places := s.Places(to, issuer); ways[i].Token.Kind != "" && len(places) > 0 {
			ways[i].Token.Via = places[0]
		}
	}
}

func (a *authorization) entries(s *Sidecars, caller string) []simulate.Entry {
	var out []simulate.Entry
	for i, n := range a.rules {
		admission, possible := a.admission(n, caller)
		if !possible {
			continue
		}
		operations := source.Elements(source.Field(n, "to"))
		if len(operations) == 0 {
			operations = []*source.Node{nil}
		}
		for _, op := range operations {
			for _, e := range operationSets(source.Field(op, "operation")) {
				e.Name, e.At, e.Admits = a.manifest.ID(), a.manifest.At(source.JoinIndex("spec.rules", i)), []simulate.Admission{admission}
				out = append(out, e)
			}
		}
	}
	return out
}

// operationSets gives one set for each path of an operation. What is left out
// by notPaths and the like makes the sets too large.
func operationSets(n *source.Node) []simulate.Entry {
	paths := source.Texts(source.Field(n, "paths"))
	if len(paths) == 0 {
		paths = []string{"*"}
	}
	exact := true
	for _, key := range []string{"notPaths", "notMethods", "notHosts", "notPorts", "ports"} {
		exact = exact && source.Field(n, key) == nil
	}
	var out []simulate.Entry
	for _, p := range paths {
		set := match.Set{Path: policyPattern(p), View: match.RawPath}
		if methods := source.Texts(source.Field(n, "methods")); len(methods) > 0 && !slices.Contains(methods, "*") {
			set.Methods = methods
		}
		if hosts := source.Texts(source.Field(n, "hosts")); len(hosts) > 0 {
			for _, h := range hosts {
				set.Hosts = append(set.Hosts, strings.ToLower(h))
			}
		}
		out = append(out, simulate.Entry{Set: set, Exact: exact})
	}
	return out
}

func policyPattern(p string) match.Path {
	switch {
	case p == "*":
		return match.Path{Lang: match.Prefix, Text: "/"}
	case strings.Contains(p, "{*"):
		return match.Path{Lang: match.Template, Text: p}
	case strings.HasPrefix(p, "*"):
		return match.Path{Lang: match.Regex, Text: ".*" + quote(p[1:])}
	case strings.HasSuffix(p, "*"):
		return match.Path{Lang: match.Prefix, Text: p[:len(p)-1]}
	}
	return match.Path{Lang: match.Exact, Text: p}
}

func quote(s string) string {
	var b strings.Builder
	for _, c := range s {
		if strings.ContainsRune(`\.+*?()|[]{}^$`, c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// admission tells what a rule demands of a request that the caller sends on:
// a token, or nothing. possible is false where the caller may not send at all.
func (a *authorization) admission(n *source.Node, caller string) (simulate.Admission, bool) {
	claims := map[string]any{}
	froms := source.Elements(source.Field(n, "from"))
	possible, bound := len(froms) == 0, len(froms) > 0
	for _, f := range froms {
		src := source.Field(f, "source")
		if p := source.Texts(source.Field(src, "principals")); len(p) > 0 && !slices.ContainsFunc(p, func(p string) bool { return like(p, caller) }) {
			continue
		}
		possible = true
		requested := source.Texts(source.Field(src, "requestPrincipals"))
		if len(requested) == 0 {
			bound = false
			continue
		}
		issuer, subject, _ := cutLast(requested[0], "/")
		if subject == "*" || subject == "" {
			subject = "someone"
		}
		claims["iss"], claims["sub"] = issuer, subject
	}
	for _, w := range source.Elements(source.Field(n, "when")) {
		key, values := source.Text(source.Field(w, "key")), source.Texts(source.Field(w, "values"))
		if name, ok := strings.CutPrefix(key, "request.auth.claims["); ok && len(values) > 0 {
			bound = true
			name = strings.TrimSuffix(name, "]")
			have, _ := claims[name].([]any)
			claims[name] = append(have, values[0])
		}
	}
	if !bound {
		return simulate.Admission{}, possible
	}
	return simulate.Admission{Proof: "jwt", Token: simulate.Token{Kind: "jwt", Claims: claims, Via: simulate.Via{In: "bearer"}}}, possible
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
