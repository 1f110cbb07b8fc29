package prove

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/simulate"
)

// skipper goes through the routes of Skipper. The path of a statement stands
// for what Skipper sees there: a decoded path without empty and dot segments.
func (p *prover) skipper() {
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
		s.route(i)
	}
	p.failed, p.doubt = s.failed, s.doubt
}

// skipperProver is a prover of statements about routes of which the most
// specific one takes a request.
type skipperProver struct {
	prover
	entries []simulate.Entry
	before  func(first, second int) bool
	sets    []*match.Matcher // of the entries, where they were asked for
}

func (s *skipperProver) compiled(i int) *match.Matcher {
	if s.sets[i] == nil {
		s.sets[i] = match.Compile(s.entries[i].Set)
	}
	return s.sets[i]
}

// route looks at the requests of the statement that come to one route.
func (s *skipperProver) route(i int) {
	e := &s.entries[i]
	ways := s.uncounted(e)
	if e.To == "" || len(ways) == 0 || s.failed != nil {
		return
	}
	both, ok := s.asked.Meet(s.compiled(i))
	if !ok {
		s.doubts(e, "its path cannot be compared with the statement's")
		return
	}
	rest := both.Difference(0, s.ahead(i)...)
	switch {
	case rest.Empty && rest.Within == "":
		return
	case s.cluster.Mesh.Delegated(e.To):
		s.doubts(e, "it sends them to Oathkeeper, and what both do together is not proved")
		return
	case rest.Witness == nil:
		s.doubts(e, strings.TrimSpace(rest.Reason+" "+rest.Within))
		return
	}
	if !e.Exact {
		s.doubts(e, "kgw cannot tell exactly what it takes")
		return
	}
	for _, a := range ways {
		if s.reaches(asking(rest.Witness, a), a, e.At) {
			return
		}
	}
	s.doubts(e, "the request that was tried does not get through, but others may")
}

// ahead are the routes that take requests from one: exactly those of their
// sets.
func (s *skipperProver) ahead(i int) []*match.Matcher {
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

// asking makes a request of an example: its claims are those of a JWT, which
// the token information service knows as the admission says.
func asking(q *match.Request, a simulate.Admission) *simulate.Request {
	r := &simulate.Request{Method: q.Method, Scheme: "http", Host: q.Host, Target: q.RawPath, Token: a.Token}
	for name, value := range q.Headers {
		if strings.EqualFold(name, "X-Forwarded-Proto") && value == "https" {
			r.Scheme = "https"
			continue
		}
		r.Headers = append(r.Headers, simulate.Header{Name: name, Value: value})
	}
	if len(q.Claims) == 0 {
		if r.Token.Kind == "jwt" && a.Proof != "jwt" {
			r.Token.Kind, r.Token.Claims = "opaque", nil
		}
		return r
	}
	r.Token.Kind, r.Token.Claims = "jwt", claimsOf(q)
	return r
}

func claimsOf(q *match.Request) map[string]any {
	out := map[string]any{}
	for name, value := range q.Claims {
		out[name] = value
	}
	return out
}
