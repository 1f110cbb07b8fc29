package sidecar

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/simulate"
)

// Looks lists the parts of requests that the policies of a place look at.
type Looks struct {
	// Sets has a set for every condition on host, method and path, negated ones
	// too. Requests that are in the same sets differ only in ports and callers, as
	// far as policies look at them. The sets of ALLOW rules have the tokens that
	// the rules let through.
	Sets []simulate.Entry
	// Tokens has a token of each issuer whose tokens are verified, in each place
	// where tokens may be, and such tokens with the claims that rules of policies
	// name.
	Tokens []Token
	// Untried are claims in rules that no token is made for, because there are too
	// many.
	Untried []string
	// Callers are identities in the mesh that some policy names.
	Callers []string
	// Ported reports that some policy compares the port of the Host header.
	Ported bool
}

// Token is a token that policies distinguish on some hosts.
type Token struct {
	simulate.Token
	// Hosts are the hosts of the rules that name its claims, nil for any host.
	Hosts []string
}

// At returns the parts of requests that the policies of the pods of a service look at.
func (s *Sidecars) At(to, caller string) *Looks { return s.placeOf(to, "").looks(caller) }

// Gateway returns the parts of requests that the policies of the gateway with a
// selector look at.
func (s *Sidecars) Gateway(selector map[string]string) *Looks { return s.gatewayOf(selector).looks("") }

func (p *place) looks(caller string) *Looks {
	out := &Looks{}
	for _, g := range p.groups {
		for _, list := range [][]guard{g.custom.all, g.deny.all, g.allow.all} {
			for _, a := range list {
				a.addLooks(caller, out)
				a.callers(&out.Callers)
			}
		}
		wanted, untried := g.wantedClaims()
		out.Tokens, out.Untried = append(out.Tokens, g.triedTokens(wanted)...), append(out.Untried, untried...)
	}
	for i := range out.Sets {
		p.placeTokens(out.Sets[i].Admits)
	}
	return out
}

// triedTokens returns tokens of each issuer in each of its places: one for each
// audience, and those with the claims that the rules of policies name. Equal
// RequestAuthentications count once.
func (g *guards) triedTokens(wanted []demand) []Token {
	var out []Token
	seen := map[string]bool{}
	for _, r := range g.tokens {
		key := fmt.Sprint(r.issuer, r.audiences, r.headers, r.params, r.cookies, r.claims)
		if seen[key] {
			continue
		}
		seen[key] = true
		put := func(claims map[string]any, hosts []string) {
			r.places(func(v simulate.Via) {
				out = append(out, Token{simulate.Token{Kind: "jwt", Claims: claims, Via: v}, hosts})
			})
		}
		claims := map[string]any{"iss": cmp.Or(r.issuer, "https://any-issuer.test"), "sub": "someone"}
		for _, audience := range r.audiences[min(1, len(r.audiences)):] {
			own := maps.Clone(claims)
			own["aud"] = []any{audience}
			put(own, nil)
		}
		if len(r.audiences) > 0 {
			claims["aud"] = []any{r.audiences[0]}
		}
		put(claims, nil)
		if own := r.claimsInHeaders(claims); own != nil {
			put(own, nil)
		}
		for _, w := range wanted {
			if own := r.withClaims(claims, w.claims); own != nil {
				put(own, w.hosts)
			}
		}
	}
	return out
}

// withClaims adds the claims that a policy wants to those of a token of the rule.
// The issuer stays that of the rule, and audiences are joined. It returns nil if
// nothing changes.
func (r *tokenRule) withClaims(claims, wanted map[string]any) map[string]any {
	own := maps.Clone(claims)
	for name, value := range wanted {
		have, _ := own[name].([]any)
		more, _ := value.([]any)
		switch {
		case name == "iss" && r.issuer != "":
		case name == "aud":
			own[name] = append(slices.Clip(have), more...)
		default:
			own[name] = value
		}
	}
	if reflect.DeepEqual(own, claims) {
		return nil
	}
	return own
}

// claimsInHeaders returns the claims with those that the rule writes to
// headers, nil if it writes none.
func (r *tokenRule) claimsInHeaders(claims map[string]any) map[string]any {
	if len(r.claims) == 0 {
		return nil
	}
	own := maps.Clone(claims)
	for _, h := range r.claims {
		at, path := own, strings.Split(h[1], ".")
		for _, step := range path[:len(path)-1] {
			next, _ := at[step].(map[string]any)
			if next = maps.Clone(next); next == nil {
				next = map[string]any{}
			}
			at[step], at = next, next
		}
		if _, has := at[path[len(path)-1]]; !has {
			at[path[len(path)-1]] = "x"
		}
	}
	return own
}

// hosts returns the hosts on which a rule may hold, sorted, nil for any host.
func (r *rule) hosts() []string {
	var out []string
	for _, operation := range r.to {
		own := operationSets(operation)[0].Set.Hosts
		if own == nil {
			return nil
		}
		out = append(out, own...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// callers adds an identity for each source that the rules name.
func (a *authorization) callers(out *[]string) {
	for i := range a.rules {
		for _, list := range append(slices.Clone(a.rules[i].from), a.rules[i].when) {
			for _, c := range list {
				for _, v := range c.values {
					if id := callerOf(a, c.field, v); id != "" && !slices.Contains(*out, id) {
						*out = append(*out, id)
					}
				}
			}
		}
	}
}

// callerOf returns an identity that a value of a source matches, "" where the field
// is not about identities.
func callerOf(a *authorization, field, v string) string {
	v = strings.ReplaceAll(v, "*", "kgw-any")
	switch field {
	case "principals":
		return v
	case "namespaces":
		return "cluster.local/ns/" + v + "/sa/kgw-any"
	case "serviceAccounts":
		space, account, both := strings.Cut(v, "/")
		if !both {
			space, account = a.manifest.Namespace, v
		}
		return "cluster.local/ns/" + space + "/sa/" + account
	case "trustDomains":
		return v + "/ns/kgw-any/sa/kgw-any"
	}
	return ""
}

// addLooks adds the conditions of a policy.
func (a *authorization) addLooks(caller string, out *Looks) {
	anyPath := pathlang.Path{Lang: pathlang.Prefix, Text: "/"}
	if a.action == "ALLOW" {
		out.Sets = append(out.Sets, a.entries(caller)...)
	}
	add := func(s match.Set) { out.Sets = append(out.Sets, simulate.Entry{Set: s}) }
	for i := range a.rules {
		for _, operation := range a.rules[i].to {
			var hosts []string
			for _, e := range operationSets(operation) {
				hosts = e.Set.Hosts
				add(e.Set)
			}
			for _, c := range operation {
				out.Ported = out.Ported || c.field == "hosts"
				for _, v := range c.values {
					switch {
					case c.field == "paths" && c.not:
						add(match.Set{Hosts: hosts, Path: pathlang.PolicyPath(v), View: match.RawPath})
					case c.field == "hosts" && c.not:
						add(match.Set{Hosts: hostSet([]string{v}), Path: anyPath, View: match.RawPath})
					case c.field == "methods" && v != "*":
						add(match.Set{Hosts: hosts, Methods: methodsOf(v), Path: anyPath, View: match.RawPath})
					}
				}
			}
		}
	}
}

// methodsOf returns the usual methods that a value matches, and the text of the value
// itself.
func methodsOf(v string) []string {
	out := []string{strings.Trim(v, "*")}
	for _, m := range match.StandardMethods {
		if pathlang.PolicyText(v, m) && m != out[0] {
			out = append(out, m)
		}
	}
	return out
}

// Places lists where the RequestAuthentications of a service look for tokens of
// an issuer.
func (s *Sidecars) Places(to, issuer string) []simulate.Via { return s.placeOf(to, "").vias(issuer) }

func (p *place) vias(issuer string) []simulate.Via {
	var out []simulate.Via
	for _, g := range p.groups {
		for _, r := range g.tokens {
			if r.issuer == issuer || issuer == "" || r.issuer == "" {
				r.places(func(v simulate.Via) {
					if !slices.Contains(out, v) {
						out = append(out, v)
					}
				})
			}
		}
	}
	return out
}

func (r *tokenRule) places(add func(simulate.Via)) {
	for _, h := range r.headers {
		scheme := strings.TrimSpace(h[1])
		if strings.EqualFold(h[0], "Authorization") && scheme == "Bearer" {
			add(simulate.Via{In: "bearer"})
		} else {
			add(simulate.Via{In: "header", Name: h[0], Scheme: scheme})
		}
	}
	for _, p := range r.params {
		if p != "access_token" || len(r.headers) == 0 || !strings.EqualFold(r.headers[0][0], "Authorization") {
			add(simulate.Via{In: "query", Name: p})
		}
	}
	for _, c := range r.cookies {
		add(simulate.Via{In: "cookie", Name: c})
	}
}

// Hosts lists the hosts that policies name, without ports, in lower case.
func (s *Sidecars) Hosts() []string {
	seen := map[string]bool{}
	for _, list := range s.chosen {
		for _, sel := range list.all {
			for _, a := range sel.policies {
				for i := range a.rules {
					for _, operation := range a.rules[i].to {
						for _, c := range operation {
							if c.field != "hosts" {
								continue
							}
							for _, h := range hostSet(c.values) {
								seen[h] = true
							}
						}
					}
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}
