package prove

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/skipper"
)

// proveSkipper goes through the routes of Skipper. The path of a statement is the
// path that Skipper sees: a decoded path without empty and dot segments.
func (p *prover) proveSkipper() {
	if p.cluster.Skipper.Size() == 0 || p.failed != nil {
		return
	}
	seen := p.set
	seen.View = match.SlashedPath
	s := &skipperProver{prover: *p}
	s.entries, s.before = p.cluster.Skipper.Ranked()
	s.asked = match.Compile(seen)
	s.sets = make([]*match.Matcher, len(s.entries))
	mesh := *p.cluster.Mesh
	mesh.Front, mesh.FrontIdentity, mesh.Beside = p.cluster.Skipper, "", nil
	s.decide = mesh.Decide
	for i := range s.entries {
		s.proveRoute(i)
	}
	s.doubtElsewhere()
	p.failed, p.doubt = s.failed, s.doubt
}

// doubtElsewhere doubts the statement for hosts that another controller serves.
func (s *skipperProver) doubtElsewhere() {
	for _, h := range s.set.Hosts {
		if u, other := s.cluster.Skipper.Elsewhere(h); other && s.doubt == nil {
			s.doubt = &Proof{Verdict: Unknown, At: u.At, Reason: "another controller serves " + h + ": kgw cannot tell whether " + u.What}
		}
	}
}

// skipperProver is a prover of statements about routes of which the most
// specific one matches a request.
type skipperProver struct {
	prover
	entries []simulate.Entry
	before  func(first, second int) bool
	sets    []*match.Matcher // of the entries, where they were asked for
	again   int              // how often the requests were routed before
}

func (s *skipperProver) compiled(i int) *match.Matcher {
	if s.sets[i] == nil {
		s.sets[i] = match.Compile(s.entries[i].Set)
	}
	return s.sets[i]
}

// proveRoute looks at the requests of the statement that come to one route.
func (s *skipperProver) proveRoute(i int) {
	e := &s.entries[i]
	ways := s.uncountedWays(e)
	if e.To == "" || len(ways) == 0 || s.failed != nil {
		return
	}
	if !s.purse.Charge(len(s.entries)) {
		s.noteDoubt(e, match.TooMuch)
		return
	}
	both, ok := s.asked.Meet(s.compiled(i))
	if !ok {
		s.noteDoubt(e, "its path cannot be compared with the statement's")
		return
	}
	rest := s.purse.Difference(both, s.routesAhead(i)...)
	switch {
	case rest.Empty && rest.Within == "":
		return
	case s.cluster.Mesh.Delegated(e.To):
		s.noteDoubt(e, "it sends them to Oathkeeper, and what both do together is not proved")
		return
	case rest.Witness == nil:
		s.noteDoubt(e, strings.TrimSpace(rest.Reason+" "+rest.Within))
		return
	}
	for _, a := range ways {
		for _, r := range requestsOf(rest.Witness, e, a) {
			if s.shows(r, a, e) {
				return
			}
		}
	}
	switch {
	case e.To == skipper.Again && s.closedAgain(e):
	case !e.Exact:
		s.noteDoubt(e, "kgw cannot tell exactly which requests it matches, or what becomes of them")
	default:
		s.noteDoubt(e, "the request that was tried does not get through, but others may")
	}
}

// shows asks the simulator about a request. One that gets through whatever the
// inputs leave open makes the statement fail.
func (s *skipperProver) shows(r *simulate.Request, a simulate.Admission, e *simulate.Entry) bool {
	d := simulate.Outcomes(r, nil, s.decide)
	for _, o := range d.Each() {
		if !o.Decision.Passed() || slices.ContainsFunc(o.Decision.Proofs, s.counts) || !o.Definite() {
			continue
		}
		what := "with " + a.Proof + " alone"
		if a.Open() {
			what = "without a token"
			if r.Token.Kind != "" {
				what = "with a token that nobody verifies"
			}
		}
		shown := *r
		if shown.Scheme == "" {
			shown.Scheme, what = "http", what+", in a request without the header X-Forwarded-Proto"
		}
		s.failed = &Proof{Verdict: Fails, Witness: &shown, At: e.At, Reason: fmt.Sprintf("%s %s://%s%s reaches %s %s%s", r.Method, shown.Scheme, r.Host, r.Target, o.Decision.Upstream, what, shownHeaders(e.Example))}
		return true
	}
	return false
}

// shownHeaders returns the headers that a request had.
func shownHeaders(headers []simulate.Header) string {
	out := ""
	for _, h := range headers {
		if h.Name != "?" {
			out += fmt.Sprintf(", with %s: %s", h.Name, h.Value)
		}
	}
	return out
}

// maxAgain bounds how often a statement is followed along requests that are
// routed again (proxy.DefaultMaxLoopbacks).
const maxAgain = 9

// closedAgain reports whether the statement holds for the requests that a route
// makes of those that it is asked about: the same hosts and methods, with
// whatever headers, and one path.
func (s *skipperProver) closedAgain(e *simulate.Entry) bool {
	if e.Again == nil || s.again >= maxAgain {
		return false
	}
	set := s.set
	set.Path, set.Predicates = *e.Again, nil
	next := &skipperProver{prover: prover{cluster: s.cluster, set: set, proofs: s.proofs, decide: s.decide}, entries: s.entries, before: s.before, again: s.again + 1}
	seen := set
	seen.View = match.SlashedPath
	next.asked, next.sets = match.Compile(seen), s.sets
	for i := range next.entries {
		next.proveRoute(i)
	}
	return next.failed == nil && next.doubt == nil
}

// routesAhead returns the routes that match requests before another one: exactly
// the ones in their sets.
func (s *skipperProver) routesAhead(i int) []*match.Matcher {
	var out []*match.Matcher
	for j := range s.entries {
		if s.entries[j].Group != s.entries[i].Group && s.entries[j].Group != "" && s.entries[i].Group != "" {
			continue
		}
		if s.entries[j].Exact && s.before(j, i) {
			out = append(out, s.compiled(j))
		}
	}
	return out
}

// requestsOf makes requests of an example: over https, over plain HTTP, and
// without the header for the scheme; without a source address, and from a
// documentation address (RFC 5737). Their claims are those of a JWT, which the
// token information service knows as in the admission.
func requestsOf(q *match.Request, e *simulate.Entry, a simulate.Admission) []*simulate.Request {
	r := &simulate.Request{Method: q.Method, Host: q.Host, Target: q.RawPath, Token: a.Token}
	schemes := []string{"https", "http", ""}
	for name, value := range q.Headers {
		if strings.EqualFold(name, "X-Forwarded-Proto") && (value == "https" || value == "http") {
			schemes = []string{value}
			continue
		}
		r.Headers = append(r.Headers, simulate.Header{Name: name, Value: value})
	}
	for _, h := range e.Example {
		if h.Name == "?" {
			r.Target += "?" + h.Value
		} else {
			r.Headers = append(r.Headers, h)
		}
	}
	switch {
	case len(q.Claims) > 0:
		r.Token.Kind, r.Token.Claims = "jwt", claimsOf(q)
	case r.Token.Kind == "jwt" && a.Proof != "jwt" && len(r.Token.Claims) == 0:
		r.Token.Kind, r.Token.Claims = "opaque", nil
	}
	var out []*simulate.Request
	for _, address := range []string{"", "203.0.113.9"} {
		for _, scheme := range schemes {
			own := r.Clone()
			if own.Scheme = scheme; address != "" && own.Header(forwardedFor) == "" {
				own.SetHeader(forwardedFor, address)
			}
			out = append(out, own)
		}
	}
	return out
}

const forwardedFor = "X-Forwarded-For"

func claimsOf(q *match.Request) map[string]any {
	out := map[string]any{}
	for name, value := range q.Claims {
		out[name] = value
	}
	return out
}
