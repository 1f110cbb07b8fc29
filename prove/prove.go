package prove

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Verdict is what is known of a statement about all requests of a set.
type Verdict uint8

// The verdicts.
const (
	Unknown Verdict = iota
	Holds
	Fails
)

// Proof is a verdict with what shows it.
type Proof struct {
	Verdict Verdict
	// Witness is a request that reaches an upstream, where the statement
	// fails.
	Witness *simulate.Request
	// Reason is why the statement fails or is not decided; At is the entry it
	// is about.
	Reason string
	At     source.Ref
}

// leastOfStatement is how many steps the proof of a statement may always use,
// however many statements there are.
const leastOfStatement = 1_000_000

// NeverWithout decides the statement that no request of the set reaches an
// upstream unless one of the proofs was brought: names of Oathkeeper's
// authenticators, "jwt" for a token that policies demand too, "extAuth" or
// "extAuth:NAME", "tokeninfo" for a token that Skipper has looked up. It holds
// only where every way through is shown to be closed; it fails only with a
// request that the simulator lets through.
func (c *Cluster) NeverWithout(set match.Set, proofs []string) Proof {
	set.Hosts = slices.Clone(set.Hosts)
	for i := range set.Hosts {
		set.Hosts[i] = strings.ToLower(set.Hosts[i])
	}
	p := &prover{cluster: c, set: set, asked: match.Compile(set), proofs: proofs, decide: c.Mesh.Decide}
	p.purse = match.Share(1, c.Statements, leastOfStatement)
	switch {
	case c.Mesh.Front == nil && !c.besideOnly(set.Hosts):
		p.proveRules()
	case c.Mesh.Front != nil && c.Mesh.Front != c.Skipper:
		p.proveFronts()
	}
	p.proveSkipper()
	if p.failed != nil {
		return *p.failed
	}
	if p.doubt != nil {
		return *p.doubt
	}
	if u := c.Oathkeeper.Doubt(); u != nil && c.asksOathkeeper() {
		return Proof{Verdict: Unknown, At: u.At, Reason: u.Sentence()}
	}
	return Proof{Verdict: Holds}
}

// proveRules goes through the rules of an Oathkeeper that is asked without a
// gateway in front. A path of the statement is the path that Oathkeeper sees. A
// request that more than one rule matches, or a rule that cannot be matched, is
// answered with 500.
func (p *prover) proveRules() {
	p.rules = p.cluster.Oathkeeper.Entries()
	seen := p.set
	if len(p.rules) > 0 {
		seen.View = p.rules[0].Set.View
	}
	whole := p.asked
	p.asked = match.Compile(seen)
	w := way{}
	for _, set := range p.cluster.Oathkeeper.BlockingSets() {
		w.earlier = append(w.earlier, match.Compile(set))
	}
	p.proveDelegated(w)
	p.asked = whole
}

// asksOathkeeper reports whether requests may come to Oathkeeper at all.
func (c *Cluster) asksOathkeeper() bool {
	return c.Mesh.Front == nil || slices.ContainsFunc(c.Gateway.Entries(), func(e simulate.Entry) bool { return c.Mesh.Delegated(e.To) })
}

// besideOnly reports whether Skipper serves all hosts, next to Rules that have
// no VirtualService in front of them.
func (c *Cluster) besideOnly(hosts []string) bool {
	return c.Mesh.Beside != nil && len(hosts) > 0 && !slices.ContainsFunc(hosts, func(h string) bool { return !c.Mesh.Beside.Serves(h) })
}

// prover goes through all ways in which a request may reach an upstream.
type prover struct {
	cluster       *Cluster
	set           match.Set
	asked         *match.Matcher
	proofs        []string
	decide        func(*simulate.Request, *simulate.Trail) simulate.Decision
	failed, doubt *Proof
	rules         []simulate.Entry
	ruleSets      []*match.Matcher // of the rules, where they were asked for
	purse         *match.Purse     // what the proof may cost
}

// way is one way through: a route, and a rule or what a policy lets through.
type way struct {
	route, rule *simulate.Entry
	earlier     []*match.Matcher // match the route's requests first
	others      []*match.Matcher // make a second match of the rule's
}

func (p *prover) proveFronts() {
	p.rules = p.cluster.Oathkeeper.Entries()
	entries := p.cluster.Gateway.Entries()
	sets := make([]*match.Matcher, len(entries))
	for i := range entries {
		e := &entries[i]
		if e.To == "" || !p.cluster.Mesh.Delegated(e.To) {
			continue
		}
		if !p.purse.Charge(i) {
			p.noteDoubt(e, match.TooMuch)
			return
		}
		w := way{route: e}
		for j := range i {
			if entries[j].Group == e.Group && entries[j].Exact {
				w.earlier = append(w.earlier, compileOnce(sets, entries, j))
			}
		}
		p.proveDelegated(w)
	}
	p.proveDirect()
}

// compileOnce returns the set of an entry, compiled where it was asked for.
func compileOnce(sets []*match.Matcher, entries []simulate.Entry, i int) *match.Matcher {
	if sets[i] == nil {
		sets[i] = match.Compile(entries[i].Set)
	}
	return sets[i]
}

func (p *prover) proveDelegated(w way) {
	if p.ruleSets == nil {
		p.ruleSets = make([]*match.Matcher, len(p.rules))
	}
	for i := range p.rules {
		own := w
		own.rule = &p.rules[i]
		if p.failed != nil || len(p.uncountedWays(own.rule)) == 0 {
			continue
		}
		if !p.purse.Charge(len(p.rules)) {
			p.noteDoubt(own.rule, match.TooMuch)
			return
		}
		for j := range p.rules {
			if j != i {
				own.others = append(own.others, compileOnce(p.ruleSets, p.rules, j))
			}
		}
		p.proveWay(own)
	}
}

// counts reports whether a proof is one of those that the statement wants.
func (p *prover) counts(proof string) bool {
	kind, _, _ := strings.Cut(proof, ":")
	return slices.Contains(p.proofs, proof) || slices.Contains(p.proofs, kind)
}

// proveWay looks at one way: closed, open with a request to show it, or not
// decided.
func (p *prover) proveWay(w way) {
	ways := p.uncountedWays(w.rule)
	requests, closed, reason := p.findMeeting(w)
	if closed {
		return
	}
	for _, q := range requests {
		for _, a := range ways {
			if p.show(w, q, a) {
				return
			}
		}
	}
	if reason == "" {
		reason = "the requests that were tried do not get through, but others may"
	}
	p.noteDoubt(w.rule, reason)
}

// noteDoubt notes the first entry about which nothing is decided.
func (p *prover) noteDoubt(e *simulate.Entry, reason string) {
	if p.doubt == nil {
		p.doubt = &Proof{Verdict: Unknown, At: e.At, Reason: fmt.Sprintf("%s may let requests through without one of the proofs: %s", e.Name, reason)}
	}
}

// findMeeting returns requests that may be in all sets of a way, or reports
// that there are none.
func (p *prover) findMeeting(w way) (requests []match.Request, closed bool, reason string) {
	rule := match.Compile(w.rule.Set)
	if w.route != nil && w.route.Rewrite != nil {
		route := p.purse.Relate(p.asked, match.Compile(w.route.Set))
		return nil, route.Kind == match.Disjoint && route.Within == "", "the route before it changes the URL"
	}
	pairs := [][2]*match.Matcher{{p.asked, rule}}
	live := []*match.Matcher{p.asked, rule}
	if w.route != nil {
		route := match.Compile(w.route.Set)
		pairs = append(pairs, [2]*match.Matcher{p.asked, route}, [2]*match.Matcher{route, rule})
		live = append(live, route)
		if both, ok := p.asked.Meet(route); ok {
			pairs = append(pairs, [2]*match.Matcher{both, rule})
			live = append(live, both)
		}
	} else if both, ok := p.asked.Meet(rule); ok {
		live = append(live, both)
	}
	for _, pair := range pairs {
		r := p.purse.Relate(pair[0], pair[1])
		if r.Kind == match.Disjoint && r.Within == "" {
			return nil, true, ""
		}
		if r.Kind == match.Unknown || r.Within != "" {
			reason = strings.TrimSpace(r.Reason + " " + r.Within)
		}
		if r.Witness != nil {
			requests = append(requests, *r.Witness)
		}
	}
	for _, taken := range [][]*match.Matcher{w.earlier, w.others} {
		if len(taken) == 0 {
			continue
		}
		for _, m := range live {
			rest := p.purse.Difference(m, taken...)
			if rest.Empty && rest.Within == "" {
				return nil, true, ""
			}
			if rest.Witness != nil {
				requests = append(requests, *rest.Witness)
			}
		}
	}
	return requests, false, reason
}

// show asks the simulator about a request with a token of the admission.
func (p *prover) show(w way, q match.Request, a simulate.Admission) bool {
	if ok, err := p.asked.Accepts(q); !ok || err != nil {
		return false
	}
	r := &simulate.Request{Method: q.Method, Scheme: q.Scheme, Host: q.Host, Target: q.RawPath, Token: a.Token}
	if a.Open() {
		r.Token = simulate.Token{}
	}
	return p.reaches(r, a, w.rule.At)
}

// reaches asks the simulator about a request; one that gets through whatever the
// inputs leave open makes the statement fail.
func (p *prover) reaches(r *simulate.Request, a simulate.Admission, at source.Ref) bool {
	var upstream string
	open := false
	simulate.Worlds(true, func(w *simulate.World) bool {
		d := p.decide(r.In(w), nil)
		o := simulate.Outcome{Decision: d, If: w.Supposes()}
		open = d.Passed() && o.Definite() && !slices.ContainsFunc(d.Proofs, p.counts)
		upstream = d.Upstream
		return !open
	})
	if !open {
		return false
	}
	what := "with " + a.Proof + " alone"
	switch {
	case a.Open() && r.Token.Kind == "":
		what = "without a token"
	case a.Open():
		what = "with a token that nobody verifies"
	}
	if host, port, ported := strings.Cut(r.Host, ":"); ported && port == anyPort {
		what += fmt.Sprintf("; policies compare the Host header with its port: name %q too", host+":*")
	}
	p.failed = &Proof{Verdict: Fails, Witness: r, At: at, Reason: fmt.Sprintf("%s %s://%s%s reaches %s %s", r.Method, r.Scheme, r.Host, r.Target, upstream, what)}
	return true
}

// uncountedWays returns the ways through an entry that the statement does not want.
func (p *prover) uncountedWays(e *simulate.Entry) []simulate.Admission {
	var ways []simulate.Admission
	for _, a := range e.Admits {
		if !p.counts(a.Proof) && !slices.ContainsFunc(a.Also, p.counts) {
			ways = append(ways, a)
		}
	}
	return ways
}
