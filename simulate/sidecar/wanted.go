package sidecar

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/host"
)

// maxWanted bounds the combinations of claims that are tried for a rule, and for all
// rules on its hosts.
const maxWanted = 64

// demand has the claims that a rule demands of a token, and the hosts on which it
// does, nil for any.
type demand struct {
	hosts  []string
	claims map[string]any
}

// wanting is a rule with the claims of tokens that its conditions distinguish.
type wanting struct {
	action   string
	hosts    []string
	combined []map[string]any
}

// wantedClaims returns the claims that the rules of policies name, rule by rule, then
// those of a DENY and an ALLOW rule together, since a token has to pass both. It also
// returns texts for the claims beyond maxWanted.
func (g *guards) wantedClaims() (out []demand, untried []string) {
	var rules []wanting
	anyIssuer := slices.ContainsFunc(g.tokens, func(t tokenGuard) bool { return t.issuer == "" })
	for _, list := range [][]guard{g.deny.all, g.allow.all} {
		for _, a := range list {
			for i := range a.rules {
				r := &a.rules[i]
				combined, all := combineClaims(r.attributes(anyIssuer))
				if !all {
					untried = append(untried, fmt.Sprint(a.action, r.hosts(), spellConditions(r.onTokens())))
				}
				rules = append(rules, wanting{a.action, r.hosts(), combined})
			}
		}
	}
	many := map[string]int{}
	add := func(hosts []string, claims map[string]any, of ...string) {
		key := strings.Join(hosts, " ")
		if many[key]++; many[key] > maxWanted {
			untried = append(untried, fmt.Sprint(of, hosts, claims))
			return
		}
		out = append(out, demand{hosts, claims})
	}
	for _, r := range rules {
		for _, claims := range r.combined {
			add(r.hosts, claims, r.action)
		}
	}
	for i, r := range rules {
		for _, o := range rules[i+1:] {
			hosts, meet := commonHosts(r.hosts, o.hosts)
			for j := 0; j < len(r.combined) && meet && r.action != o.action; j++ {
				for _, claims := range o.combined {
					add(hosts, mergeClaims(r.combined[j], claims), r.action, o.action)
				}
			}
		}
	}
	return out, untried
}

// commonHosts returns the hosts that are in both lists, nil for any, and reports whether there are
// any.
func commonHosts(a, b []string) (hosts []string, meet bool) {
	switch {
	case a == nil:
		return b, true
	case b == nil:
		return a, true
	}
	for _, one := range a {
		for _, other := range b {
			switch {
			case one == other || host.Match(other, one):
				hosts = append(hosts, one)
			case host.Match(one, other):
				hosts = append(hosts, other)
			}
		}
	}
	slices.Sort(hosts)
	return slices.Compact(hosts), len(hosts) > 0
}

// spellConditions returns conditions as a text.
func spellConditions(list []condition) string {
	var out []string
	for i := range list {
		out = append(out, fmt.Sprint(list[i].field, list[i].not, list[i].values))
	}
	return strings.Join(out, " ")
}

// onTokens returns the conditions of a rule about the token.
func (r *rule) onTokens() []condition {
	var out []condition
	for _, list := range append(slices.Clone(r.from), r.when) {
		for _, c := range list {
			if c.field == "requestPrincipals" || strings.HasPrefix(c.field, "request.auth.") {
				out = append(out, c)
			}
		}
	}
	return out
}

// attribute is a part of tokens that conditions compare. It has the claims for each
// value that they distinguish, and nil for a token without it.
type attribute []map[string]any

// attributes returns the attributes that a rule compares. They include the issuer
// where tokens of any issuer are verified.
func (r *rule) attributes(anyIssuer bool) []attribute {
	var order []string
	texts, principals := map[string][]string{}, attribute(nil)
	for _, c := range r.onTokens() {
		for _, v := range c.values {
			if c.field == "requestPrincipals" {
				principals = append(principals, readPrincipal(v).claims(anyIssuer)...)
				continue
			}
			if texts[c.field] == nil {
				order = append(order, c.field)
			}
			texts[c.field] = append(texts[c.field], examplesOf(v)...)
		}
	}
	var out []attribute
	if slices.ContainsFunc(principals, func(claims map[string]any) bool { return claims["sub"] != nil }) {
		principals = append(principals, nil)
	}
	if principals != nil {
		out = append(out, principals.distinct())
	}
	for _, field := range order {
		out = append(out, claimAttribute(field, texts[field]))
	}
	return out
}

// claims returns claims for the issuer and subject that the value matches. A value with a
// "*" has two subjects, one of them the text without it.
func (p principal) claims(anyIssuer bool) []map[string]any {
	issuer := map[string]any{}
	if anyIssuer {
		issuer["iss"] = p.issuer.example("https://any-issuer.test")
	}
	subjects := []string{p.subject.text}
	switch {
	case p.subject.any && len(issuer) == 0:
		return nil
	case p.subject.any:
		return []map[string]any{issuer}
	case p.subject.prefix:
		subjects = append(subjects, p.subject.text+"x")
	case p.subject.suffix:
		subjects = append(subjects, "x"+p.subject.text)
	}
	var out []map[string]any
	for _, s := range subjects {
		own := maps.Clone(issuer)
		own["sub"] = s
		out = append(out, own)
	}
	return out
}

// examplesOf returns texts that a value matches. For a value with a "*" at one end,
// they are the text without it and a longer one.
func examplesOf(v string) []string {
	switch {
	case v == "*":
		return []string{"x"}
	case strings.HasPrefix(v, "*"):
		return []string{v[1:], "x" + v[1:]}
	case strings.HasSuffix(v, "*"):
		return []string{v[:len(v)-1], v[:len(v)-1] + "x"}
	}
	return []string{v}
}

// claimAttribute returns a claim with each of the texts, with all of them, and without
// any.
func claimAttribute(field string, texts []string) attribute {
	slices.Sort(texts)
	texts = slices.Compact(texts)
	name, inside, _ := strings.Cut(strings.TrimSuffix(field, "]"), "[")
	path := strings.Split(inside, "][")
	if name == "request.auth.audiences" {
		path = []string{"aud"}
	}
	var out attribute
	var all []any
	for _, t := range texts {
		if name == "request.auth.presenter" {
			out = append(out, map[string]any{"azp": t})
			continue
		}
		all = append(all, t)
		out = append(out, claimsAt(path, []any{t}))
	}
	if len(all) > 1 {
		out = append(out, claimsAt(path, all))
	}
	return append(out, nil)
}

// claimsAt returns claims with a value at a path.
func claimsAt(path []string, value any) map[string]any {
	for i := len(path) - 1; i >= 0; i-- {
		value = map[string]any{path[i]: value}
	}
	return value.(map[string]any)
}

// distinct returns the attribute with each value once.
func (a attribute) distinct() attribute {
	seen := map[string]bool{}
	return slices.DeleteFunc(a, func(claims map[string]any) bool {
		key := fmt.Sprint(claims)
		defer func() { seen[key] = true }()
		return seen[key]
	})
}

// combineClaims returns the claims of tokens with each combination of the values of
// attributes, except for the one without any. If there are more than maxWanted
// combinations, it varies one attribute at a time, and all is false.
func combineClaims(list []attribute) (out []map[string]any, all bool) {
	combined := 1
	for _, a := range list {
		combined = min(combined*len(a), maxWanted+1)
	}
	if all = combined <= maxWanted || len(list) == 1; all {
		out = []map[string]any{nil}
		for _, a := range list {
			var next []map[string]any
			for _, claims := range out {
				for _, own := range a {
					next = append(next, mergeClaims(claims, own))
				}
			}
			out = next
		}
	} else {
		for i, a := range list {
			var rest map[string]any
			for _, other := range slices.Delete(slices.Clone(list), i, i+1) {
				rest = mergeClaims(rest, other[0])
			}
			for _, own := range a {
				out = append(out, mergeClaims(rest, own), own)
			}
		}
		out = attribute(out).distinct()
	}
	return slices.DeleteFunc(out, func(claims map[string]any) bool { return len(claims) == 0 }), all
}

// mergeClaims merges two sets of claims. Objects of one name are merged too, and lists
// of one name are joined.
func mergeClaims(a, b map[string]any) map[string]any {
	out := maps.Clone(a)
	if out == nil {
		out = map[string]any{}
	}
	for name, value := range b {
		switch have := out[name].(type) {
		case map[string]any:
			if more, both := value.(map[string]any); both {
				value = mergeClaims(have, more)
			}
		case []any:
			if more, both := value.([]any); both {
				value = append(slices.Clone(have), more...)
			}
		}
		out[name] = value
	}
	return out
}
