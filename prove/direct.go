package prove

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate"
)

// proveDirect looks at all requests of the statement that come to a gateway of
// Istio and are not handed to a delegate, class by class: those of one class
// are decided alike, by the gateway's policies, its routes and the sidecars.
// What else a caller may choose, and what the inputs leave open, is tried in
// every combination.
func (p *prover) proveDirect() {
	side := p.cluster.statementSide()
	mesh := *p.cluster.Mesh
	mesh.Delegates = slices.Clone(mesh.Delegates)
	for i := range mesh.Delegates {
		mesh.Delegates[i].Engine = elsewhere{}
	}
	mesh.Beside = nil
	own := *p
	own.decide = mesh.Decide
	for _, host := range p.hosts(side) {
		own.proveHost(side, host)
	}
	p.failed, p.doubt = own.failed, own.doubt
}

// elsewhere is the upstream of a delegate: requests to it are decided in
// another way.
type elsewhere struct{}

// Decide ends the request.
func (elsewhere) Decide(*simulate.Request, *simulate.Trail) simulate.Decision {
	return simulate.Decision{Status: http.StatusNotFound, Cause: simulate.NoRule}
}

// hosts returns the names that the statement is about: its own, and one for each
// wildcard that is served.
func (p *prover) hosts(side *side) []string {
	served := side.fronts()
	var out []string
	for _, h := range served {
		if p.set.Hosts == nil || slices.ContainsFunc(p.set.Hosts, func(own string) bool { return host.Match(own, h) }) {
			out = append(out, h)
		}
	}
	out = append(out, p.set.Hosts...)
	return classes.Names(out, append(served, p.set.Hosts...))
}

// proveHost looks at the requests to one host.
func (p *prover) proveHost(side *side, host string) {
	set := p.set
	set.Hosts = nil
	parts := side.frontParts(host)
	sets := []*match.Matcher{side.classifier.Compile(set)}
	for i := range parts {
		sets = append(sets, side.classifier.Compile(parts[i].Set))
	}
	tokens := p.tokens(parts)
	for _, scheme := range []string{"https", "http"} {
		found := p.purse.Classes(side.classifier, scheme, host, sets, 0)
		if found.Reason != "" {
			p.noteUnsure(nil, found.Reason)
		}
		for i, why := range found.Unknown {
			at := parts[max(i-1, 0)]
			p.noteUnsure(nil, fmt.Sprintf("%s: %s", at.Text, why))
		}
		for i := range found.Classes {
			c := &found.Classes[i]
			if p.failed != nil || !slices.Contains(c.Takes, 0) {
				continue
			}
			if !p.purse.Charge(len(parts) * len(tokens)) {
				p.noteUnsure(nil, match.TooMuch)
				break
			}
			p.proveClass(c, tokens)
		}
	}
}

// tokens returns what a caller may bring that does not count: nothing, a token that
// nobody knows, and those that some policy looks at.
func (p *prover) tokens(parts []classes.Part) []simulate.Admission {
	out := []simulate.Admission{{}, {Token: simulate.Token{Kind: "jwt", Claims: map[string]any{"iss": "https://nobody.test", "sub": "nobody"}}}}
	if p.counts("jwt") {
		return out
	}
	seen := map[string]bool{}
	for i := range parts {
		for _, a := range parts[i].Admits {
			text, err := json.Marshal(a.Token)
			if err == nil && a.Token.Kind != "" && !seen[string(text)] {
				seen[string(text)] = true
				out = append(out, a)
			}
		}
	}
	return out
}

// proveClass looks for a way through for the requests of one class.
func (p *prover) proveClass(c *match.Class, tokens []simulate.Admission) {
	methods := []string{c.Witness.Method}
	if slices.Contains(c.Methods, http.MethodOptions) && c.Witness.Method != http.MethodOptions {
		methods = append(methods, http.MethodOptions) // preflights
	}
	for _, method := range methods {
		for _, a := range tokens {
			r := &simulate.Request{Method: method, Scheme: c.Witness.Scheme, Host: c.Witness.Host, Target: c.Witness.RawPath, Token: a.Token, Free: simulate.AnyRequest}
			for name, value := range c.Witness.Headers {
				r.Headers = append(r.Headers, simulate.Header{Name: name, Value: value})
			}
			if p.decideOpen(r, a); p.failed != nil {
				return
			}
		}
	}
}

// decideOpen decides a symbolic request in every world. One that gets through on
// choices of the caller alone is asked for again as a concrete one.
func (p *prover) decideOpen(r *simulate.Request, a simulate.Admission) {
	complete := simulate.Worlds(true, func(w *simulate.World) bool {
		d := p.decide(r.In(w), nil)
		o := simulate.Outcome{Decision: d, If: w.Supposes()}
		if !d.Passed() && d.Cause != simulate.Anything || slices.ContainsFunc(d.Proofs, p.counts) {
			return true
		}
		if o.Definite() && p.reaches(concrete(r, o.If), a, d.At) {
			return false
		}
		p.noteUnsure(&o, "")
		return true
	})
	if !complete && p.failed == nil {
		p.noteUnsure(nil, fmt.Sprintf("too many conditions are not known about %s %s://%s%s", r.Method, r.Scheme, r.Host, r.Target))
	}
}

// anyPort represents a port in a Host header.
const anyPort = "8443"

// concrete makes one of the requests that a symbolic request represents.
func concrete(r *simulate.Request, supposes []simulate.Supposition) *simulate.Request {
	out := r.Clone()
	out.Free = simulate.Concrete
	for _, s := range supposes {
		switch gateway, of := strings.CutPrefix(s.Key, "gateway "); {
		case of && s.Holds:
			gateway, _, _ = strings.Cut(gateway, " ")
			out.Gateway = gateway
		case s.HostPort && s.Holds:
			out.Host += ":" + anyPort
		case s.Holds:
			out.Headers = append(out.Headers, s.Example...)
		}
	}
	return out
}

// noteUnsure notes the first outcome about which nothing is decided.
func (p *prover) noteUnsure(o *simulate.Outcome, reason string) {
	if p.doubt != nil {
		return
	}
	p.doubt = &Proof{Verdict: Unknown, Reason: reason}
	if o == nil {
		return
	}
	p.doubt.At = o.Decision.At
	var depends []string
	for i := range o.If {
		if s := &o.If[i]; !s.Free() || s.Example == nil && !s.HostPort {
			depends = append(depends, s.String())
			if !s.Free() {
				p.doubt.At = s.At
			}
		}
	}
	what := o.Decision.Upstream + " is reached"
	if o.Decision.Cause == simulate.Anything {
		what = "anything may happen"
	}
	p.doubt.Reason = what + " without one of the proofs if " + strings.Join(depends, " and ")
}
