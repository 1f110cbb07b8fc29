package oathkeeper

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Engine decides requests as Oathkeeper does with the rules it was loaded
// with: v0.40.9, or v26.2.0 as far as they differ in matching. It is safe for
// concurrent use.
type Engine struct {
	// Dropped are the Rules that the Maester keeps from Oathkeeper.
	Dropped []Dropped

	options  Options
	rules    []*accessRule
	byPrefix rulesByPrefix
	poison   []*accessRule // those that keep others from being matched

	// unread are fields of matches that are not read: they may make a rule match
	// anything.
	unread []simulate.Unknown
	// globs is the same Oathkeeper with the strategy glob, if the strategy is not
	// known and some URLs can only be globs. MaybeGlob is the first of those URLs.
	globs     *Engine
	maybeGlob *accessRule

	templates sync.Map // parsed templates by text
}

const name = "Oathkeeper"

// Size counts the rules that Oathkeeper has.
func (e *Engine) Size() int { return len(e.rules) }

// failure describes why a request does not get through, with the status that Oathkeeper
// has before it asks its error handlers.
type failure struct {
	status int
	cause  simulate.Cause
	at     source.Ref
	format string // of the reason
	args   []any
}

func newFailure(status int, cause simulate.Cause, at source.Ref, format string, args ...any) *failure {
	return &failure{status, cause, at, format, args}
}

// reason returns the reason, in one sentence.
func (f *failure) reason() string { return fmt.Sprintf(f.format, f.args...) }

// decision returns the failure as a decision about the request.
func (f *failure) decision(r *simulate.Request) simulate.Decision {
	d := simulate.Decision{Status: f.status, Cause: f.cause, At: f.at}
	if !r.Terse || f.cause == simulate.Anything {
		d.Reason = f.reason()
	}
	return d
}

// exchange is one request on its way through Oathkeeper.
type exchange struct {
	e       *Engine
	in      *simulate.Request
	rule    *accessRule
	http    *http.Request // URL has scheme and host
	trail   *simulate.Trail
	session session
	// unknown is the handler that knows the session, where the request does not
	// say what it is; nil where it does.
	unknown *handler
	proofs  []string
	keys    []string // addresses of the keys or answers that proved them
	asked   []string // services that decided too
}

// Decide returns what Oathkeeper's proxy does with a request. As Go's net/http
// does, it answers 400 to some requests before Oathkeeper sees them, and drops some
// headers.
func (e *Engine) Decide(r *simulate.Request, t *simulate.Trail) simulate.Decision {
	for _, u := range e.unread {
		if r.Holds(u) {
			return u.Undecided()
		}
	}
	if e.globs != nil && r.Holds(*e.globDoubt()) {
		return e.globs.Decide(r, t)
	}
	if r.Rewritten != nil {
		if u := r.Rewritten.Unknown("the URL matches another rule"); r.Holds(u) {
			return u.Undecided()
		}
	}
	real := r.AsSent()
	in, err := real.HTTP("")
	if err != nil {
		return badRequest(err, t)
	}
	in.URL.Scheme, in.URL.Host = "http", in.Host
	if strings.EqualFold(in.Header.Get("X-Forwarded-Proto"), "https") {
		if e.isRelease26() {
			t.Say(name, source.Ref{}, "X-Forwarded-Proto does not count: Oathkeeper 26.2 trusts it only with serve.proxy.trust_forwarded_headers, so the scheme is http")
		} else {
			in.URL.Scheme = "https"
		}
	}
	cleanForProxy(in)
	x := &exchange{e: e, in: real, http: in, trail: t}
	rule, fail := x.match()
	if fail == nil {
		if fail = x.run(rule); fail == nil {
			return x.forward(rule)
		}
	}
	return x.refuse(rule, fail)
}

// Judge returns what the decision API answers to a request for
// "/decisions" and its path.
func (e *Engine) Judge(r *simulate.Request, t *simulate.Trail) simulate.Decision {
	real := r.AsSent()
	in, err := real.HTTP("/decisions")
	if err != nil {
		return badRequest(err, t)
	}
	path := strings.TrimPrefix(in.URL.Path, "/decisions")
	if uri, _, _ := strings.Cut(in.Header.Get("X-Forwarded-Uri"), "?"); uri != "" {
		path = uri
	}
	in.Method = orElse(in.Header.Get("X-Forwarded-Method"), in.Method)
	in.URL.Scheme, in.URL.Host = orElse(in.Header.Get("X-Forwarded-Proto"), "http"), orElse(in.Header.Get("X-Forwarded-Host"), in.Host)
	in.URL.Path, in.URL.RawPath = path, ""
	x := &exchange{e: e, in: real, http: in, trail: t}
	rule, fail := x.match()
	if fail == nil {
		fail = x.run(rule)
	}
	if fail != nil {
		return x.refuse(rule, fail)
	}
	d := x.passOn(rule)
	d.Status, d.Next = http.StatusOK, real
	return d
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func badRequest(err error, t *simulate.Trail) simulate.Decision {
	t.Say(name, source.Ref{}, "the request is malformed: %v", err)
	return simulate.Decision{Status: http.StatusBadRequest, Cause: simulate.BadRequest, Reason: fmt.Sprintf("the request is malformed: %v", err)}
}

// hopByHop are headers that net/http/httputil's ReverseProxy drops, besides
// those that Connection names, and what it drops for a Rewrite function, as
// net/http spells them.
var hopByHop = []string{
	"Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Te", "Trailer",
	"Transfer-Encoding", "Upgrade", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
}

func cleanForProxy(r *http.Request) {
	for _, line := range r.Header["Connection"] {
		for name := range strings.SplitSeq(line, ",") {
			if name = strings.Trim(name, " \t"); name != "" {
				r.Header.Del(name)
			}
		}
	}
	for _, name := range hopByHop {
		delete(r.Header, name)
	}
}

// isRelease26 reports Oathkeeper 26.2 or later: it cleans paths before it
// matches and forwards them, so that a final slash disappears, and does not
// trust headers of proxies unless configured to.
func (e *Engine) isRelease26() bool { return strings.HasPrefix(e.options.Version, "26") }

// match finds the one rule for the request.
func (x *exchange) match() (*accessRule, *failure) {
	seen := x.http.URL.Path
	if x.e.isRelease26() {
		cleaned, _ := match.CleanedPath.See((&url.URL{Path: seen}).EscapedPath())
		if cleaned != seen {
			x.trail.Say(name, source.Ref{}, "the path is cleaned to %s", cleaned)
		}
		seen, x.http.URL.Path, x.http.URL.RawPath = cleaned, cleaned, ""
	}
	subject := x.http.URL.Scheme + "://" + x.http.URL.Host + seen
	if f := x.findPoisoned(); f != nil {
		return nil, f
	}
	request := match.Request{Method: x.http.Method, Scheme: x.http.URL.Scheme, Host: x.http.URL.Host, RawPath: (&url.URL{Path: seen}).EscapedPath()}
	var found []*accessRule
	for _, r := range x.e.byPrefix.candidates(subject) {
		if !matchesMethod(r.methods, x.http.Method) {
			continue
		}
		ok, err := r.set().Accepts(request)
		if err != nil {
			return nil, x.fail(newFailure(500, simulate.BlockingSets, r.manifest.At("spec.match.url"), "the URL of rule %s takes too long to match", r.id))
		}
		if ok {
			found = append(found, r)
		}
	}
	return x.onlyRule(found, subject)
}

func matchesMethod(methods []string, method string) bool {
	for _, m := range methods {
		if strings.EqualFold(m, method) {
			return true
		}
	}
	return false
}

// findPoisoned returns a failure if a rule for the method keeps all others from
// being matched, since Oathkeeper stops at the first error. It tries rules that
// Oathkeeper's validation refuses after the others.
func (x *exchange) findPoisoned() *failure {
	var last *failure
	for _, r := range x.e.poison {
		if !matchesMethod(r.methods, x.http.Method) && !r.unmatched {
			continue
		}
		at := r.manifest.At("spec.match.url")
		f := newFailure(500, simulate.BlockingSets, at, "Oathkeeper cannot compile the URL of rule %s and answers all requests with its methods so: %s", r.id, r.refusal)
		if r.unmatched {
			at = r.manifest.At("spec")
			f = newFailure(500, simulate.BlockingSets, at, "rule %s does not say what it matches, and Oathkeeper answers every request so", r.id)
		} else if r.url == "" {
			f = newFailure(0, simulate.Crashed, at, "the URL of rule %s is empty: Oathkeeper panics at every request with its methods and closes the connection", r.id)
		}
		if x.e.prepare(r); r.isValid() {
			return x.fail(f)
		}
		if last == nil {
			last = f
		}
	}
	if last != nil {
		x.fail(last)
	}
	return last
}

func (x *exchange) fail(f *failure) *failure {
	if x.trail.On() {
		x.trail.Say(name, f.at, "%s", f.reason())
	}
	return f
}

func (x *exchange) onlyRule(found []*accessRule, subject string) (*accessRule, *failure) {
	if remote := x.e.options.Remote; len(remote) > 0 && x.in.Holds(simulate.Unknown{
		Why: simulate.Absent, What: fmt.Sprintf("a rule of %s matches the request", remote[0]), Needs: "the rules among the inputs",
	}) {
		if len(found) == 0 {
			return nil, newFailure(0, simulate.Anything, source.Ref{}, "a rule that is not among the inputs decides")
		}
		return nil, x.fail(newFailure(500, simulate.ManyRules, found[0].manifest.At("spec.match.url"), "rule %s and one of %s match the request", found[0].id, remote[0]))
	}
	switch len(found) {
	case 0:
		x.sayMethods(subject)
		return nil, x.fail(newFailure(404, simulate.NoRule, source.Ref{}, "no rule matches %s %s", x.http.Method, subject))
	case 1:
		x.e.prepare(found[0])
		x.trail.Say(name, found[0].manifest.At("spec.match.url"), "rule %s matches %s %s", found[0].id, x.http.Method, subject)
		for _, u := range found[0].unread {
			if x.in.Holds(u) {
				return nil, newFailure(0, simulate.Anything, u.At, "%s", u.What)
			}
		}
		return found[0], nil
	}
	ids := make([]string, len(found))
	for i, r := range found {
		ids[i] = r.id
		x.trail.Say(name, r.manifest.At("spec.match.url"), "rule %s matches %s %s", r.id, x.http.Method, subject)
	}
	return nil, x.fail(newFailure(500, simulate.ManyRules, found[1].manifest.At("spec.match.url"), "more than one rule matches the request: %s", strings.Join(ids, ", ")))
}

// sayMethods reports rules that match the URL with other methods.
func (x *exchange) sayMethods(subject string) {
	if !x.trail.On() {
		return
	}
	u := x.http.URL
	for _, r := range x.e.byPrefix.candidates(subject) {
		if len(r.methods) == 0 {
			continue
		}
		q := match.Request{Method: r.methods[0], Scheme: u.Scheme, Host: u.Host, RawPath: (&url.URL{Path: u.Path}).EscapedPath()}
		if ok, err := r.set().Accepts(q); ok && err == nil {
			x.trail.Say(name, r.manifest.At("spec.match.methods"), "rule %s matches the URL, but only with %s", r.id, strings.Join(r.methods, ", "))
		}
	}
}

// isValid reports whether Oathkeeper's validation accepts the rule
// (rule/validator.go). Oathkeeper still matches and runs a rule that it refuses.
func (r *accessRule) isValid() bool {
	if r.url == "" || len(r.authenticators) == 0 || len(r.mutators) == 0 || r.authorizer.name == "" {
		return false
	}
	if r.upstreamURL != "" {
		if _, err := url.ParseRequestURI(r.upstreamURL); err != nil {
			return false
		}
	}
	for _, list := range [][]handler{r.authenticators, {r.authorizer}, r.mutators, r.errors} {
		for i := range list {
			if list[i].invalid != "" {
				return false
			}
		}
	}
	return true
}

func (x *exchange) passOn(r *accessRule) simulate.Decision {
	d := simulate.Decision{Rule: r.id, At: r.manifest.At("spec.upstream.url"), Proofs: x.proofs, Keys: x.keys, Asked: x.asked, Headers: map[string]string{}}
	for k := range x.session.Header {
		if !x.hasHeader(k) {
			d.Headers[strings.ToLower(k)] = x.session.Header.Get(k)
		}
	}
	return d
}

// hasHeader reports whether the request already has a header, which noop passes on.
func (x *exchange) hasHeader(name string) bool {
	return x.in.Header(name) == x.session.Header.Get(name)
}

// forward sends the request to the rule's upstream (proxy/proxy.go,
// ConfigureBackendURL, then net/http's Transport).
func (x *exchange) forward(r *accessRule) simulate.Decision {
	at := r.manifest.At("spec.upstream.url")
	to, fail := backend(r, at)
	if fail != nil {
		return x.refuse(r, x.fail(fail))
	}
	d := x.passOn(r)
	if why := x.reasonUnsendable(to); why != "" {
		x.trail.Say(name, at, "%s", why)
		d.Status, d.Cause, d.Reason = http.StatusBadGateway, simulate.NoUpstream, why
		return d
	}
	path := "/" + strings.TrimLeft("/"+strings.Trim(to.Path, "/")+"/"+strings.TrimLeft(x.http.URL.Path, "/"), "/")
	if r.stripPath != "" {
		path = strings.Replace(path, cutText(r.stripPath), "", 1)
	}
	target := url.URL{Path: path, RawQuery: x.http.URL.RawQuery}
	d.Status, d.Upstream = http.StatusOK, to.Scheme+"://"+to.Host
	d.Next = x.in
	d.Next.Scheme, d.Next.Target, d.Next.To = to.Scheme, target.RequestURI(), to.Host
	if !r.preserveHost {
		d.Next.Host = to.Host
	}
	for _, k := range slices.Sorted(maps.Keys(d.Headers)) {
		d.Next.SetHeader(k, d.Headers[k])
	}
	x.trail.Say(name, at, "forwarded to %s%s", d.Upstream, d.Next.Target)
	return d
}

func backend(r *accessRule, at source.Ref) (*url.URL, *failure) {
	if r.upstreamURL == "" {
		return nil, newFailure(500, simulate.NoUpstream, r.manifest.At("spec"), "rule %s has no upstream", r.id)
	}
	to, err := url.Parse(r.upstreamURL)
	if err != nil {
		return nil, newFailure(500, simulate.NoUpstream, at, "the upstream of rule %s is not a URL: %q", r.id, r.upstreamURL)
	}
	return to, nil
}

// reasonUnsendable returns why the request cannot be sent to the upstream at all.
func (x *exchange) reasonUnsendable(to *url.URL) string {
	if to.Scheme != "http" && to.Scheme != "https" {
		return fmt.Sprintf("the upstream has no scheme that Oathkeeper can use: %q", to.String())
	}
	if to.Host == "" {
		return fmt.Sprintf("the upstream has no host: %q", to.String())
	}
	for _, k := range slices.Sorted(maps.Keys(x.session.Header)) {
		for _, v := range x.session.Header[k] {
			if !simulate.IsHeader(k, v) {
				return fmt.Sprintf("the header %q that a mutator sets cannot be sent", k)
			}
		}
	}
	return ""
}
