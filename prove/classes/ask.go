package classes

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// credential is a token that somebody may bring, and which side asks for it.
type credential struct {
	proof string
	token simulate.Token
	of    [2]bool
}

// text describes the credential, with its issuer if wanted.
func (c *credential) text(issuer bool) string {
	if c.token.Kind == "" {
		return "no token"
	}
	facts := maps.Clone(c.token.Introspection)
	if facts == nil {
		facts = map[string]any{}
	}
	maps.Copy(facts, c.token.Claims)
	var parts []string
	for _, group := range []struct {
		word string
		keys []string
	}{{"issuer", []string{"iss"}}, {"scope", []string{"scope", "scp", "scopes"}}, {"audience", []string{"aud"}}} {
		if group.word == "issuer" && !issuer {
			continue
		}
		var words []string
		for _, key := range group.keys {
			words = append(words, textsOf(facts[key])...)
		}
		slices.Sort(words)
		if words = slices.Compact(words); len(words) > 0 {
			parts = append(parts, group.word+" "+strings.Join(words, " "))
		}
	}
	parts = append(parts, otherFacts(facts)...)
	if in := c.token.Via.In; in != "" && in != "bearer" {
		parts = append(parts, "in "+in+" "+c.token.Via.Name)
	}
	if len(parts) == 0 {
		return c.proof
	}
	return c.proof + "(" + strings.Join(parts, ", ") + ")"
}

// plainFacts are the facts that are reported in another way, or not at all.
var plainFacts = []string{"iss", "aud", "scope", "scp", "scopes", "active"}

func otherFacts(facts map[string]any) []string {
	var out []string
	for key, v := range facts {
		if words := strings.Join(textsOf(v), " "); !slices.Contains(plainFacts, key) && words != "someone" {
			out = append(out, path.Base(key)+" "+words)
		}
	}
	slices.Sort(out)
	return out
}

// textsOf returns the words of a claim.
func textsOf(v any) []string {
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		return strings.Fields(v)
	case []any:
		var out []string
		for _, e := range v {
			out = append(out, fmt.Sprint(e))
		}
		return out
	}
	return []string{fmt.Sprint(v)}
}

// credentials lists the credentials that callers of a class may bring: none, and
// those that the parts which match the class ask for.
func (c *comparison) credentials(class *match.Class) []credential {
	out := []credential{{of: [2]bool{true, true}}}
	seen := map[string]int{"": 0}
	for _, n := range class.Takes {
		side := c.sideOf(n)
		for k, id := range c.tokensOf(n) {
			if id == "" {
				continue
			}
			i, ok := seen[id]
			if !ok {
				i = len(out)
				seen[id] = i
				out = append(out, credential{proof: c.all[n].Admits[k].Proof, token: c.all[n].Admits[k].Token})
			}
			out[i].of[side] = true
		}
	}
	unknown := simulate.Token{Kind: "jwt", Claims: map[string]any{"iss": nobody, "sub": "nobody"}}
	for _, unknown.Via = range c.places() {
		out = append(out, credential{proof: "jwt", token: unknown})
	}
	if c.areAuthenticated(class) {
		unknown.Via = simulate.Via{In: "bearer"}
		out = append(out, credential{proof: "jwt", token: unknown}, credential{proof: "bearer_token", token: simulate.Token{Kind: "opaque", Introspection: map[string]any{"active": false}, Via: unknown.Via}})
	}
	for _, n := range class.Takes {
		for _, claims := range c.all[n].Refuses {
			out = append(out, withClaims(out, claims, seen)...)
		}
	}
	return out
}

// sideOf returns the side of a part: 0 or 1.
func (c *comparison) sideOf(part int) int {
	if part < len(c.parts[0]) {
		return 0
	}
	return 1
}

// areAuthenticated reports whether rules of Oathkeeper match the class on both sides,
// so that their answers to an unknown token can be compared.
func (c *comparison) areAuthenticated(class *match.Class) bool {
	var found [2]bool
	for _, n := range class.Takes {
		if c.all[n].Rule {
			found[c.sideOf(n)] = true
		}
	}
	return found[0] && found[1]
}

// tokensOf returns a text for each way through a part, the same for the same
// token, and "" for a way without a token.
func (c *comparison) tokensOf(part int) []string {
	if c.tokens == nil {
		c.tokens = make([][]string, len(c.all))
	}
	if have := c.tokens[part]; have != nil {
		return have
	}
	list := make([]string, len(c.all[part].Admits))
	for i, a := range c.all[part].Admits {
		if a.Open() || a.Token.Kind == "" {
			continue
		}
		if id, err := json.Marshal(a.Token); err == nil {
			list[i] = string(id)
		}
	}
	c.tokens[part] = list
	return list
}

// nobody is an issuer whose tokens nobody verifies.
const nobody = "https://nobody.test"

// places returns the places where the policies of a side look for tokens and may
// refuse an unknown one. A delegate looks for tokens itself, and is not compared
// with policies in that.
func (c *comparison) places() []simulate.Via {
	var found [2][]simulate.Via
	for side := range c.parts {
		for i := range c.parts[side] {
			for _, a := range c.parts[side][i].Admits {
				if c.parts[side][i].Beside && !slices.Contains(found[side], a.Token.Via) {
					found[side] = append(found[side], a.Token.Via)
				}
			}
		}
	}
	for side := range c.parts {
		if len(found[side]) == 0 && slices.ContainsFunc(c.parts[side], func(p Part) bool { return p.Delegated }) {
			return nil
		}
	}
	out := slices.Concat(found[0], found[1])
	slices.SortFunc(out, func(a, b simulate.Via) int {
		return cmp.Or(strings.Compare(a.In, b.In), strings.Compare(a.Name, b.Name), strings.Compare(a.Scheme, b.Scheme))
	})
	return slices.Compact(out)
}

// maxMarked is the maximal number of tokens that are tried for one class.
const maxMarked = 256

// withClaims returns the credentials with further claims.
func withClaims(list []credential, claims map[string]any, seen map[string]int) []credential {
	var out []credential
	for _, one := range list {
		if one.token.Kind == "" || len(list)+len(out) >= maxMarked {
			continue
		}
		next := one
		next.of = [2]bool{}
		next.token.Kind, next.token.Claims = "jwt", maps.Clone(one.token.Claims)
		if next.token.Claims == nil {
			next.token.Claims = map[string]any{}
		}
		maps.Copy(next.token.Claims, claims)
		id, err := json.Marshal(next.token)
		if _, have := seen[string(id)]; have || err != nil {
			continue
		}
		seen[string(id)] = -1
		out = append(out, next)
	}
	return out
}

// answers are the decisions of one side about one class, by credential.
type answers struct {
	path      string
	decisions []simulate.Decision
}

// request returns the witness of a class with a credential.
func request(class *match.Class, token simulate.Token) *simulate.Request {
	w := &class.Witness
	r := &simulate.Request{Method: w.Method, Scheme: w.Scheme, Host: w.Host, Target: w.RawPath, Token: token}
	for name, value := range w.Headers {
		r.Headers = append(r.Headers, simulate.Header{Name: name, Value: value})
	}
	slices.SortFunc(r.Headers, func(a, b simulate.Header) int { return strings.Compare(a.Name, b.Name) })
	return r
}

// requests returns the requests of a class with each credential, in the current
// world.
func (c *comparison) requests(class *match.Class, credentials []credential) []*simulate.Request {
	bare := c.request(class)
	out := make([]*simulate.Request, len(credentials))
	for i := range credentials {
		out[i] = bare.With(credentials[i].token)
	}
	return out
}

// request returns the witness of a class as a symbolic request, in the current
// world.
func (c *comparison) request(class *match.Class) *simulate.Request {
	r := request(class, simulate.Token{}).In(c.world)
	r.Free, r.Terse = simulate.AnyHeader, true
	return r
}

// ask asks a side in a phase of the current world.
func (c *comparison) ask(side Side, phase uint, requests []*simulate.Request) *answers {
	a := &answers{path: requests[0].RawPath(), decisions: make([]simulate.Decision, len(requests))}
	c.world.Phase = phase
	for i, r := range requests {
		a.decisions[i] = side.Decide(r)
	}
	return a
}

// decide asks one of the two sides in the current world.
func (c *comparison) decide(side int, r *simulate.Request) simulate.Decision {
	c.world.Phase = uint(side)
	return c.sides[side].Decide(r)
}

func (a *answers) reaches() bool { return a.best().Passed() }

// anyUnread reports whether an unread part decides.
func (a *answers) anyUnread() bool {
	return slices.ContainsFunc(a.decisions, func(d simulate.Decision) bool { return d.Cause == simulate.Anything })
}

// best returns one of the decisions that get furthest.
func (a *answers) best() *simulate.Decision {
	for i := range a.decisions {
		if a.decisions[i].Passed() {
			return &a.decisions[i]
		}
	}
	return &a.decisions[0]
}

// placeOf returns the place that decides, if a route or a rule does.
func (a *answers) placeOf() source.Ref {
	if d := a.best(); d.Route != "" || d.Rule != "" {
		return d.At
	}
	return source.Ref{}
}

// demands returns the external authorizers that a decision depends on besides a
// token.
func demands(d *simulate.Decision) []string {
	var out []string
	for _, p := range d.Proofs {
		if strings.HasPrefix(p, "extAuth") && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}
