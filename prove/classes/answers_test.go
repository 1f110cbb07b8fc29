package classes

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/simulate"
)

// town is a side of which a test writes every answer.
type town struct {
	parts    []Part
	decide   func(*simulate.Request) simulate.Decision
	inside   func(r *simulate.Request, service, caller string) simulate.Decision
	services []string
	guards   []Part
	apart    []Apart
	schemes  []string
	listed   bool
}

func (*town) Hosts() []string           { return []string{"a.test"} }
func (w *town) Parts(string) []Part     { return w.parts }
func (w *town) Schemes(string) []string { return w.schemes }
func (w *town) Listed(string) bool      { return w.listed }
func (w *town) Services() []string      { return w.services }
func (w *town) Guards(string) []Part    { return w.guards }
func (w *town) Apart() []Apart          { return w.apart }

func (w *town) Decide(r *simulate.Request) simulate.Decision {
	if w.decide == nil {
		return refuses(404, simulate.NoRoute)
	}
	return w.decide(r)
}

func (w *town) Inside(r *simulate.Request, service, caller string) simulate.Decision {
	if w.inside == nil {
		return refuses(403, simulate.PolicyDenied)
	}
	return w.inside(r, service, caller)
}

// routeTo returns the route "route" for GET requests to a path.
func routeTo(path string, admits ...simulate.Admission) Part {
	return Part{Text: path, Entry: simulate.Entry{Name: "route", Admits: admits, Set: match.Set{Methods: []string{"GET"}, Path: pathlang.Path{Lang: pathlang.Exact, Text: path}}}}
}

// passes returns the answer of a side that sends a request on to a.ns:80.
func passes(r *simulate.Request, changes ...func(*simulate.Decision)) simulate.Decision {
	next := *r
	d := simulate.Decision{Status: 200, Route: "route", Upstream: "a.ns:80", Next: &next}
	for _, change := range changes {
		change(&d)
	}
	return d
}

func refuses(status int, cause simulate.Cause) simulate.Decision {
	return simulate.Decision{Status: status, Cause: cause}
}

// always answers every request alike.
func always(d simulate.Decision) func(*simulate.Request) simulate.Decision {
	return func(*simulate.Request) simulate.Decision { return d }
}

// open lets everybody through; changes says what else it does.
func open(changes ...func(*simulate.Decision)) func(*simulate.Request) simulate.Decision {
	return func(r *simulate.Request) simulate.Decision { return passes(r, changes...) }
}

// guarded lets everybody through who brings a token.
func guarded(changes ...func(*simulate.Decision)) func(*simulate.Request) simulate.Decision {
	return func(r *simulate.Request) simulate.Decision {
		if r.Token.Kind == "" {
			return simulate.Decision{Status: 401, Cause: simulate.NoCredentials, Route: "route"}
		}
		return passes(r, append([]func(*simulate.Decision){proved("jwt")}, changes...)...)
	}
}

func proved(proofs ...string) func(*simulate.Decision) {
	return func(d *simulate.Decision) { d.Proofs = proofs }
}

// TestAnswersCompared: whatever a side answers otherwise than the other is a change,
// of the gravest kind that it can be, and nothing else is.
func TestAnswersCompared(t *testing.T) {
	type change = func(*simulate.Decision)
	keys := func(from ...string) change { return func(d *simulate.Decision) { d.Keys = from } }
	asked := func(whom ...string) change { return func(d *simulate.Decision) { d.Asked = whom } }
	through := func(gateway, listener string) change {
		return func(d *simulate.Decision) { d.Gateway, d.Listener = gateway, listener }
	}
	arrives := func(pods, port string) change { return func(d *simulate.Decision) { d.Pods, d.Port = pods, port } }
	via := func(service, rule string) change { return func(d *simulate.Decision) { d.Via, d.Rule = service, rule } }
	sent := func(host, target, rule string) change {
		return func(d *simulate.Decision) { d.Next.Host, d.Next.Target, d.Rule = host, target, rule }
	}
	sets := func(h map[string]string) change { return func(d *simulate.Decision) { d.Headers = h } }
	clears := func(names ...string) change { return func(d *simulate.Decision) { d.Cleared = names } }
	by := func(rule string, proofs ...string) change {
		return func(d *simulate.Decision) { d.Rule, d.Proofs = rule, proofs }
	}
	unread := func(reason, text string) answer {
		return always(simulate.Decision{Cause: simulate.Anything, Reason: reason, Unread: text})
	}
	replies := func(status int, cause simulate.Cause, text string) answer {
		return always(simulate.Decision{Status: status, Cause: cause, Answer: text, Route: "route"})
	}
	atGateway := func(status int, gateway, listener string) answer {
		return always(simulate.Decision{Status: status, Cause: simulate.PolicyDenied, Route: "route", Gateway: gateway, Listener: listener})
	}
	treated := func(treatment simulate.Treatment) Part {
		p := routeTo("/a")
		p.Treatment = treatment
		return p
	}
	token := simulate.Admission{Proof: "jwt", Token: simulate.Token{Kind: "jwt", Claims: map[string]any{"scope": "s"}}}
	for name, c := range map[string]struct {
		before, after answer
		was, is       []simulate.Admission
		wasOf, isOf   *Part // the route, where it is not a plain one
		refused       bool  // by both sides: that counts for nothing
		want          []string
	}{
		"the same": {before: open(), after: open()},

		"something unread decides after":              {before: open(), after: unread("a filter decides", "f"), want: []string{"UNKNOWN /a on a.test: it may be that a filter decides"}},
		"something unread decided before":             {before: unread("a filter decides", "f"), after: open(), want: []string{"UNKNOWN /a on a.test: it may be that a filter decides"}},
		"the same unread thing decides":               {before: unread("a filter decides", "f"), after: unread("a filter decides", "f")},
		"another unread thing decides":                {before: unread("a filter decides", "f"), after: unread("a script decides", "s"), want: []string{"UNKNOWN /a on a.test: it may be that a script decides"}},
		"keys of somebody else are taken":             {before: guarded(keys("https://a/k")), after: guarded(keys("https://b/k")), was: []simulate.Admission{token}, is: []simulate.Admission{token}, want: []string{"EXPOSED GET /a on a.test: jwt(scope s) by keys of https://a/k -> jwt(scope s) by keys of https://b/k"}},
		"further keys are taken":                      {before: guarded(keys("https://a/k")), after: guarded(keys("https://a/k", "https://b/k")), was: []simulate.Admission{token}, is: []simulate.Admission{token}, want: []string{"EXPOSED GET /a on a.test: jwt(scope s) by keys of https://a/k -> jwt(scope s) by keys of https://a/k, https://b/k"}},
		"keys are not taken any more":                 {before: guarded(keys("https://a/k", "https://b/k")), after: guarded(keys("https://a/k")), was: []simulate.Admission{token}, is: []simulate.Admission{token}, want: []string{"TIGHTENED GET /a on a.test: jwt(scope s) by keys of https://a/k, https://b/k -> jwt(scope s) by keys of https://a/k"}},
		"keys are named in another order":             {before: guarded(keys("https://a/k", "https://b/k")), after: guarded(keys("https://b/k", "https://a/k")), was: []simulate.Admission{token}, is: []simulate.Admission{token}},
		"keys are named before only":                  {before: guarded(keys("https://a/k")), after: guarded(), was: []simulate.Admission{token}, is: []simulate.Admission{token}, want: []string{"UNKNOWN /a on a.test: the keys that verify jwt(scope s) are named on one side only"}},
		"keys are named after only":                   {before: guarded(), after: guarded(keys("https://a/k")), was: []simulate.Admission{token}, is: []simulate.Admission{token}, want: []string{"UNKNOWN /a on a.test: the keys that verify jwt(scope s) are named on one side only"}},
		"keys of another kind of proof":               {before: guarded(keys("https://a/k")), after: guarded(proved("oauth2"), keys("https://b/k")), was: []simulate.Admission{token}, is: []simulate.Admission{token}},
		"keys do not matter to who brings nothing":    {before: open(keys("https://a/k")), after: open(keys("https://b/k"))},
		"another gateway":                             {before: open(through("istio/in", "")), after: open(through("istio/out", "")), want: []string{"EXPOSED GET /a on a.test: through istio/in -> through istio/out"}},
		"another listener of the gateway":             {before: open(through("istio/in", "app=in 80")), after: open(through("istio/in", "app=out 80")), want: []string{"EXPOSED GET /a on a.test: through istio/in app=in 80 -> through istio/in app=out 80"}},
		"a listener that only one side knows":         {before: open(through("istio/in", "app=in 80")), after: open(through("istio/in", ""))},
		"a listener that only the other side knows":   {before: open(through("istio/in", "")), after: open(through("istio/in", "app=in 80"))},
		"a gateway that only one side knows":          {before: open(through("istio/in", "")), after: open(through("", ""))},
		"another gateway refuses it":                  {before: atGateway(403, "istio/in", ""), after: atGateway(403, "istio/out", ""), want: []string{"STATUS GET /a on a.test: through istio/in -> through istio/out"}},
		"another gateway takes what is refused":       {before: atGateway(403, "istio/in", ""), after: open(through("istio/out", "")), want: []string{"EXPOSED GET /a on a.test: nobody (403) -> no token"}},
		"nobody else is asked any more":               {before: open(asked("authorizer x")), after: open(), want: []string{"EXPOSED GET /a on a.test: by leave of authorizer x -> by leave of nobody else"}},
		"somebody else is asked":                      {before: open(asked("authorizer x")), after: open(asked("authorizer y")), want: []string{"EXPOSED GET /a on a.test: by leave of authorizer x -> by leave of authorizer y"}},
		"somebody is asked besides":                   {before: open(asked("authorizer x")), after: open(asked("authorizer x", "authorizer y")), want: []string{"TIGHTENED GET /a on a.test: by leave of nobody else -> by leave of authorizer y"}},
		"another answer of the gateway":               {before: replies(200, simulate.Answered, "x"), after: replies(200, simulate.Answered, "y"), want: []string{"STATUS GET /a on a.test: x -> y"}},
		"an answer with another status":               {before: replies(200, simulate.Answered, "x"), after: replies(301, simulate.Answered, "y"), want: []string{"STATUS GET /a on a.test: 200 -> 301"}},
		"a refusal with another text":                 {before: replies(403, simulate.PolicyDenied, "x"), after: replies(403, simulate.Answered, "y"), refused: true},
		"refused with another status":                 {before: replies(403, simulate.PolicyDenied, ""), after: replies(401, simulate.NoCredentials, ""), want: []string{"STATUS GET /a on a.test: 403 -> 401"}},
		"a route with a token comes":                  {before: always(refuses(404, simulate.NoRoute)), after: guarded(), is: []simulate.Admission{token}, want: []string{"ADDED GET /a on a.test: no route -> jwt(scope s)"}},
		"a route that somebody closed takes a token":  {before: always(refuses(403, simulate.PolicyDenied)), after: guarded(), is: []simulate.Admission{token}, want: []string{"EXPOSED GET /a on a.test: nobody (403) -> jwt(scope s)"}},
		"an answer of 404 is no route":                {before: guarded(), after: replies(404, simulate.Answered, ""), was: []simulate.Admission{token}, want: []string{"REMOVED GET /a on a.test: jwt(scope s) -> no route"}},
		"another answer is one":                       {before: guarded(), after: replies(403, simulate.Answered, ""), was: []simulate.Admission{token}, want: []string{"TIGHTENED GET /a on a.test: jwt(scope s) -> nobody (403)"}},
		"the connection is closed":                    {before: open(), after: replies(0, simulate.PolicyDenied, ""), want: []string{"TIGHTENED GET /a on a.test: no token -> the connection is closed"}},
		"a demand for an authorizer goes":             {before: open(proved("extAuth x")), after: open(), want: []string{"EXPOSED GET /a on a.test: extAuth x -> no token"}},
		"a demand for an authorizer comes":            {before: open(), after: open(proved("extAuth x")), want: []string{"TIGHTENED GET /a on a.test: no token -> extAuth x"}},
		"one of two authorizers goes":                 {before: guarded(proved("extAuth x", "extAuth y", "extAuth x", "jwt")), after: guarded(proved("extAuth y", "jwt")), was: []simulate.Admission{token}, is: []simulate.Admission{token}, want: []string{"EXPOSED GET /a on a.test: jwt(scope s) and extAuth x, extAuth y -> jwt(scope s) and extAuth y"}},
		"other pods":                                  {before: open(arrives("pods app=a", "8080")), after: open(arrives("pods app=b", "8080")), want: []string{"MOVED GET /a on a.test: the pods app=a -> the pods app=b"}},
		"pods that one side does not know":            {before: open(arrives("pods app=a", "8080")), after: open(arrives("", ""))},
		"another port of the pods":                    {before: open(arrives("pods app=a", "8080")), after: open(arrives("pods app=a", "9090")), want: []string{"MOVED GET /a on a.test: port 8080 of the pods -> port 9090 of the pods"}},
		"a port that one side does not know":          {before: open(arrives("pods app=a", "8080")), after: open(arrives("pods app=a", ""))},
		"another service decides on the way":          {before: open(via("x.ns:80", "")), after: open(via("y.ns:80", "")), want: []string{"ROUTING GET /a on a.test: decided by x.ns:80 -> decided by y.ns:80"}},
		"a service decides on one side":               {before: open(via("x.ns:80", "")), after: open()},
		"another path is sent":                        {before: open(), after: open(sent("a.test", "/b?q=1", "")), want: []string{"MOVED GET /a on a.test: sent as /a -> sent as /b"}},
		"another query is sent":                       {before: open(), after: open(sent("a.test", "/a?q=1", ""))},
		"another host is sent":                        {before: open(), after: open(sent("b.test", "/a", "")), want: []string{"MOVED GET /a on a.test: sent for a.test -> sent for b.test"}},
		"a host in capitals is sent":                  {before: open(), after: open(sent("A.test", "/a", ""))},
		"Oathkeeper sends its own host":               {before: open(), after: open(sent("b.test", "/a", "rule"))},
		"Oathkeeper sends another host on both sides": {before: open(sent("c.test", "/a", "rule")), after: open(sent("b.test", "/a", "rule")), want: []string{"MOVED GET /a on a.test: sent for c.test -> sent for b.test"}},
		"another header is sent":                      {before: open(sets(map[string]string{"x-a": "1", "x-b": "1", "x-c": "1"})), after: open(sets(map[string]string{"x-a": "2", "x-c": "1"})), want: []string{"HEADERS GET /a on a.test: request x-a: 1, x-b: 1 -> request x-a: 2"}},
		"a header is not sent":                        {before: open(sets(map[string]string{"x-a": "1", "x-b": "1"})), after: open(sets(map[string]string{"x-a": "1"})), want: []string{"HEADERS GET /a on a.test: request x-b: 1 -> request headers without x-b"}},
		"a header of the caller is sent on":           {before: open(clears("x-user", "x-b")), after: open(clears("x-b")), want: []string{"HEADERS GET /a on a.test: the caller's x-user is removed -> the caller's x-user is sent on"}},
		"another rule verifies otherwise":             {before: guarded(by("r", "jwt", "noop")), after: guarded(by("r", "oauth2", "jwt", "oauth2", "anonymous")), was: []simulate.Admission{token}, is: []simulate.Admission{token}, want: []string{"HEADERS GET /a on a.test: request verified by jwt -> request verified by jwt, oauth2"}},
		"what a rule says and a policy does not":      {before: guarded(by("r", "jwt")), after: guarded(by("", "oauth2")), was: []simulate.Admission{token}, is: []simulate.Admission{token}},
		"a rule that verifies nothing any more":       {before: guarded(by("r", "jwt")), after: open(by("r", "noop", "anonymous")), was: []simulate.Admission{token}, want: []string{"EXPOSED GET /a on a.test: jwt(scope s) -> no token"}},
		"the token is not sent": {before: guarded(func(d *simulate.Decision) {
			d.Next.Headers = []simulate.Header{{Name: "Authorization", Value: "Bearer " + d.Next.Token.Text()}}
		}), after: guarded(), was: []simulate.Admission{token}, is: []simulate.Admission{token}, want: []string{"HEADERS GET /a on a.test: request with the caller's token -> request without the caller's token"}},
		"what else the route does": {before: open(), after: open(), wasOf: new(treated(simulate.Treatment{Other: []string{"retries 1", "mirror x"}, Response: "x-r: 1"})), isOf: new(treated(simulate.Treatment{Other: []string{"mirror x", "fault 1%"}})), want: []string{
			"HEADERS GET /a on a.test: x-r: 1 -> response as the backend gives it", "ROUTING GET /a on a.test: retries 1 -> fault 1%",
		}},
		"the traffic is split": {before: open(), after: open(), wasOf: new(treated(simulate.Treatment{})), isOf: new(treated(simulate.Treatment{Split: "9 a.ns:80, 1 b.ns:80"})), want: []string{"MOVED GET /a on a.test: a.ns:80 -> 9 a.ns:80, 1 b.ns:80"}},
	} {
		t.Run(name, func(t *testing.T) {
			was, is := &town{parts: []Part{routeTo("/a", c.was...)}, decide: c.before}, &town{parts: []Part{routeTo("/a", c.is...)}, decide: c.after}
			if c.wasOf != nil {
				was.parts, is.parts = []Part{*c.wasOf}, []Part{*c.isOf}
			}
			r := Compare(was, is)
			if d := cmp.Diff(c.want, lines(r)); d != "" {
				t.Error(d)
			}
			if stays := len(c.want) == 0 && !c.refused; (r.Unchanged == 1) != stays {
				t.Errorf("%d classes are unchanged", r.Unchanged)
			}
		})
	}
}
