package classes

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/simulate"
)

// delta finds the changes in one class.
type delta struct {
	c           *comparison
	class       *match.Class
	base        Change
	credentials []credential
	requests    []*simulate.Request // one for each credential
	was, is     *answers
	changed     bool
	// inner reports that only callers in the cluster send the requests.
	inner bool
	// told reports whether a change of who gets through was reported.
	told bool
}

// compareAll compares everything.
func (d *delta) compareAll() {
	if d.compareUnread() {
		return
	}
	d.compareAccess()
	d.told = d.changed
	d.compareKeys()
	d.compareAuthorizers()
	d.compareGateways()
	for i := range d.credentials {
		if d.credentials[i].of != [2]bool{} && d.was.decisions[i].Passed() && d.is.decisions[i].Passed() {
			d.compareTreatment(i)
		}
	}
	d.compareAnswers()
	d.comparePreflights()
	d.compareInside()
}

// compareUnread reports a difference that an unread part may make: only one side
// has it, or the sides differ in it. Nothing more is compared then.
func (d *delta) compareUnread() bool {
	for i := range d.credentials {
		was, is := &d.was.decisions[i], &d.is.decisions[i]
		if was.Cause != simulate.Anything && is.Cause != simulate.Anything {
			continue
		}
		if was.Cause != is.Cause || was.Unread != is.Unread {
			ch := d.base
			ch.Kind, ch.WasAt, ch.IsAt = Unknown, was.At, is.At
			if ch.After = was.Reason; is.Cause == simulate.Anything {
				ch.After = is.Reason
			}
			ch.After = "it may be that " + ch.After
			d.add(ch)
		}
		return true
	}
	return false
}

// compareKeys compares the addresses of keys and of services that verify tokens:
// whoever holds such keys, or answers about tokens, decides who gets through.
func (d *delta) compareKeys() {
	for i := range d.credentials {
		was, is := &d.was.decisions[i], &d.is.decisions[i]
		if !was.Passed() || !is.Passed() || len(was.Keys)+len(is.Keys) == 0 || d.credentials[i].token.Kind == "" || verifiers(was) != verifiers(is) {
			continue
		}
		if len(was.Keys) == 0 || len(is.Keys) == 0 {
			d.addChange(Unknown, "", "the keys that verify "+d.credentials[i].text(false)+" are named on one side only", i)
			return
		}
		more, fewer := without(is.Keys, was.Keys), without(was.Keys, is.Keys)
		kind := Exposed
		if len(more) == 0 {
			kind = Tightened
		}
		if len(more)+len(fewer) > 0 {
			d.addChange(kind, d.credentials[i].text(false)+" by keys of "+strings.Join(was.Keys, ", "), d.credentials[i].text(false)+" by keys of "+strings.Join(is.Keys, ", "), i)
			return
		}
	}
}

// compareGateways compares the gateways that the requests come to: a caller who
// reaches one may not reach the other.
func (d *delta) compareGateways() {
	for i := range d.credentials {
		was, is := &d.was.decisions[i], &d.is.decisions[i]
		if was.Gateway == "" || is.Gateway == "" || was.Passed() != is.Passed() {
			continue
		}
		kind := Status
		if is.Passed() {
			kind = Exposed
		}
		if was.Gateway != is.Gateway || was.Listener != is.Listener && was.Listener != "" && is.Listener != "" {
			d.addChange(kind, strings.TrimSpace("through "+was.Gateway+" "+was.Listener), strings.TrimSpace("through "+is.Gateway+" "+is.Listener), i)
		}
		return
	}
}

// compareAuthorizers compares the services that decide besides the proxies and that
// kgw assumes to agree: it is not known whom another service lets through.
func (d *delta) compareAuthorizers() {
	for i := range d.credentials {
		was, is := &d.was.decisions[i], &d.is.decisions[i]
		if !was.Passed() || !is.Passed() || verifiers(was) != verifiers(is) {
			continue
		}
		more, fewer := without(is.Asked, was.Asked), without(was.Asked, is.Asked)
		kind := Exposed
		if len(fewer) == 0 {
			kind = Tightened
		}
		if len(more)+len(fewer) > 0 {
			d.addChange(kind, "by leave of "+cmp.Or(strings.Join(fewer, ", "), "nobody else"), "by leave of "+cmp.Or(strings.Join(more, ", "), "nobody else"), i)
			return
		}
	}
}

// without lists the elements of a that are not in b.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

// compareAnswers compares what the gateway itself answers.
func (d *delta) compareAnswers() {
	for i := range d.credentials {
		was, is := &d.was.decisions[i], &d.is.decisions[i]
		switch {
		case was.Passed() || is.Passed() || was.Status != is.Status:
			continue
		case was.Answer != is.Answer && was.Cause == simulate.Answered && is.Cause == simulate.Answered:
			d.addChange(Status, was.Answer, is.Answer, i)
			return
		case was.Answer == is.Answer && was.Cause != simulate.Preflight && !maps.Equal(was.Response, is.Response):
			d.addChange(Headers, answerHeaders(was, is), answerHeaders(is, was), i)
			return
		}
	}
}

// answerHeaders lists the headers in the answer of a that differ in the answer of b.
func answerHeaders(a, b *simulate.Decision) string {
	var out []string
	for name, value := range a.Response {
		if other, has := b.Response[name]; !has || other != value {
			out = append(out, name+": "+value)
		}
	}
	slices.Sort(out)
	return fmt.Sprintf("%d with %s", a.Status, cmp.Or(strings.Join(out, ", "), "no such header"))
}

// addChange adds a change that the request with a credential shows.
func (d *delta) addChange(k Kind, before, after string, with int) {
	ch := d.base
	ch.Kind, ch.Before, ch.After = k, before, after
	ch.Witness = witnessOf(d.class, &d.credentials[with], &d.was.decisions[with], &d.is.decisions[with])
	ch.callers = d.admitted()
	d.add(ch)
}

// witnessOf returns the request of a class with a credential, and its status on both sides.
func witnessOf(class *match.Class, c *credential, was, is *simulate.Decision) Witness {
	w := Witness{Method: class.Witness.Method, URL: class.Witness.URL(), WasStatus: was.Status, IsStatus: is.Status}
	if c.token.Kind != "" {
		w.Token = c.text(true)
	}
	return w
}

func (d *delta) add(ch Change) {
	d.changed = true
	d.c.found = append(d.c.found, ch)
}

// compareAccess compares who gets through.
func (d *delta) compareAccess() {
	gained, lost, status := -1, -1, -1
	for i := range d.credentials {
		w, n := &d.was.decisions[i], &d.is.decisions[i]
		switch {
		case n.Passed() && (!w.Passed() || demandsLess(n, w)):
			gained = firstIndex(gained, i)
		case w.Passed() && (!n.Passed() || demandsLess(w, n)):
			lost = firstIndex(lost, i)
		case !w.Passed() && w.Status != n.Status:
			status = firstIndex(status, i)
		}
	}
	if gained < 0 && lost < 0 {
		if status >= 0 {
			d.addChange(Status, d.refusal(d.was, status), d.refusal(d.is, status), status)
		}
		return
	}
	before, after := d.admittedOn(max(gained, lost))
	switch {
	case gained >= 0 && d.isUnmatched(d.was) && d.credentials[gained].token.Kind != "":
		d.addChange(Added, before, after, gained)
	case gained >= 0:
		d.addChange(Exposed, before, after, gained)
	}
	switch {
	case lost >= 0 && d.isUnmatched(d.is):
		d.addChange(Removed, before, after, lost)
	case lost >= 0:
		d.addChange(Tightened, before, after, lost)
	}
}

// admittedOn returns who gets through on each side, in as few words as distinguish
// the sides. If no words do, it returns the outcome of a credential.
func (d *delta) admittedOn(i int) (before, after string) {
	before, after = contrastLists(d.describeAdmitted(0, false), d.describeAdmitted(1, false))
	if before == after {
		before, after = contrastLists(d.describeAdmitted(0, true), d.describeAdmitted(1, true))
	}
	if before == after {
		before, after = d.outcome(d.was, i), d.outcome(d.is, i)
	}
	return before, after
}

func firstIndex(have, i int) int {
	if have >= 0 {
		return have
	}
	return i
}

// demandsLess reports whether a demands fewer external authorizers than b.
func demandsLess(a, b *simulate.Decision) bool {
	for _, p := range demands(b) {
		if !slices.Contains(demands(a), p) {
			return true
		}
	}
	return false
}

// isUnmatched reports whether nothing matches the class at all.
func (d *delta) isUnmatched(a *answers) bool {
	if a.reaches() {
		return false
	}
	return slices.ContainsFunc(a.decisions, func(got simulate.Decision) bool {
		switch got.Cause {
		case simulate.NoHost, simulate.NoRoute, simulate.NoRule, simulate.NoUpstream:
			return true
		case simulate.Answered:
			return got.Status == http.StatusNotFound
		default:
			return false
		}
	})
}

func (d *delta) refusal(a *answers, i int) string {
	text := fmt.Sprint(a.decisions[i].Status)
	if d.credentials[i].token.Kind != "" {
		text += " for " + d.credentials[i].text(false)
	}
	return text
}

// outcome returns the outcome of a credential as a text.
func (d *delta) outcome(a *answers, i int) string {
	if a.decisions[i].Passed() {
		return d.credentials[i].text(true)
	}
	return d.refusal(a, i)
}

// contrastLists joins alternatives into a text, with those that only one side has
// first. It only counts the common ones if there are many.
func contrastLists(before, after []string) (was, is string) {
	one := func(list, other []string) string {
		var own, common []string
		for _, text := range list {
			if slices.Contains(other, text) {
				common = append(common, text)
			} else {
				own = append(own, text)
			}
		}
		if len(common) > 2 {
			common = []string{fmt.Sprintf("%d others", len(common))}
		}
		return strings.Join(append(own, common...), " or ")
	}
	return one(before, after), one(after, before)
}

// describeAdmitted lists who gets through on a side, each in a few words.
func (d *delta) describeAdmitted(side int, issuer bool) []string {
	a := [2]*answers{d.was, d.is}[side]
	var out []string
	for i := range a.decisions {
		if !a.decisions[i].Passed() || !d.credentials[i].of[side] {
			continue
		}
		text := d.credentials[i].text(issuer)
		if more := demands(&a.decisions[i]); len(more) > 0 {
			if i == 0 {
				text = strings.Join(more, ", ")
			} else {
				text += " and " + strings.Join(more, ", ")
			}
		}
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
		if i == 0 {
			break // callers without a token get through, and so does everybody
		}
	}
	best := a.best()
	everybody := best.Passed() && best == &a.decisions[0]
	if i := slices.IndexFunc(a.decisions, func(got simulate.Decision) bool { return got.Cause == simulate.Anything }); i >= 0 && !everybody {
		out = append(out, "it may be that "+a.decisions[i].Reason)
	}
	switch {
	case len(out) > 0:
		return out
	case a.reaches():
		return []string{"a token that the route does not ask for"}
	case d.isUnmatched(a):
		return []string{NoRoute}
	case best.Status == 0:
		return []string{"the connection is closed"}
	}
	return []string{fmt.Sprintf("nobody (%d)", best.Status)}
}

// NoRoute is shown in changes instead of the callers where nothing matches the
// requests.
const NoRoute = "no route"

// compareTreatment compares the treatment of a request that gets through on both
// sides.
func (d *delta) compareTreatment(i int) {
	w, n := &d.was.decisions[i], &d.is.decisions[i]
	tw, tn := d.treatment(0, w), d.treatment(1, n)
	from, to := spellBackend(w.Upstream, tw), spellBackend(n.Upstream, tn)
	for _, aspect := range []struct {
		kind          Kind
		before, after string
	}{
		{Moved, from, to},
		{Moved, arrivalOf(w, n, from == to), arrivalOf(n, w, from == to)},
		{Moved, sentAs(w, n), sentAs(n, w)},
		{Routing, decidedBy(w, n), decidedBy(n, w)},
		{CORS, orNone(tw.CORS), orNone(tn.CORS)},
		{Timeout, orNone(tw.Timeout), orNone(tn.Timeout)},
		{Headers, requestHeaders(w, n), requestHeaders(n, w)},
		{Headers, removedHeaders(w, n), removedHeaders(n, w)},
		{Headers, orNone(tw.Request), orNone(tn.Request)},
		{Headers, orUnchanged(tw.Response), orUnchanged(tn.Response)},
		{Headers, tokenFate(w), tokenFate(n)},
		{Headers, d.verifierOf(w, n), d.verifierOf(n, w)},
		{Routing, listBeyond(tw.Other, tn.Other), listBeyond(tn.Other, tw.Other)},
	} {
		if aspect.before != aspect.after {
			d.addChange(aspect.kind, aspect.before, aspect.after, i)
		}
	}
}

// arrivalOf returns the pods of a Service that a request arrives at, if both
// sides know them and they differ, or the port of their container does.
func arrivalOf(a, b *simulate.Decision, oneService bool) string {
	switch {
	case !oneService || a.Pods == "" || b.Pods == "":
		return ""
	case a.Pods != b.Pods:
		return "the " + a.Pods
	case a.Port != b.Port && a.Port != "" && b.Port != "":
		return "port " + a.Port + " of the pods"
	}
	return ""
}

// decidedBy names the service that decides on the way, if there is one on both
// sides.
func decidedBy(a, b *simulate.Decision) string {
	if a.Via == "" || b.Via == "" {
		return ""
	}
	return "decided by " + a.Via
}

// sentAs describes the request that the upstream gets, if the other side sends
// another one: its path, and its host if Oathkeeper forwards on both sides or on
// neither. Without preserve_host, Oathkeeper sends the upstream's own host; every
// migration away from it would report that.
func sentAs(a, b *simulate.Decision) string {
	one, _, _ := strings.Cut(a.Next.Target, "?")
	other, _, _ := strings.Cut(b.Next.Target, "?")
	switch {
	case one != other:
		return "sent as " + one
	case (a.Rule == "") == (b.Rule == "") && !strings.EqualFold(a.Next.Host, b.Next.Host):
		return "sent for " + a.Next.Host
	}
	return ""
}

// verifierOf names what verified the caller if Oathkeeper decides on both sides:
// its mutators show it to the upstream. It is "" where a change of who gets through
// is reported.
func (d *delta) verifierOf(a, b *simulate.Decision) string {
	if d.told || a.Rule == "" || b.Rule == "" {
		return ""
	}
	return verifiers(a)
}

// verifiers names what verified the caller.
func verifiers(d *simulate.Decision) string {
	var out []string
	for _, p := range d.Proofs {
		if p != "noop" && p != "anonymous" && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	if len(out) == 0 {
		return "request of anybody"
	}
	slices.Sort(out)
	return "request verified by " + strings.Join(out, ", ")
}

// tokenFate returns whether the upstream gets the caller's token.
func tokenFate(d *simulate.Decision) string {
	text := d.Next.Token.Text()
	if text == "" || strings.Contains(d.Next.Target, text) || slices.ContainsFunc(d.Next.Headers, func(h simulate.Header) bool { return strings.Contains(h.Value, text) }) {
		return "request with the caller's token"
	}
	return "request without the caller's token"
}

func (d *delta) treatment(side int, decision *simulate.Decision) simulate.Treatment {
	if p := d.c.partOf(side, decision.Route, decision.At.Path); p != nil {
		return p.Treatment
	}
	return simulate.Treatment{}
}

// listBeyond lists the elements of a that are not in b.
func listBeyond(a, b []string) string {
	var out []string
	for _, s := range a {
		if !slices.Contains(b, s) {
			out = append(out, s)
		}
	}
	return orNone(strings.Join(out, "; "))
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// orUnchanged returns the text, or one that says that headers of responses are not changed.
func orUnchanged(s string) string {
	if s == "" {
		return "response as the backend gives it"
	}
	return s
}

// spellBackend returns the destination of a request, without the scheme of an
// upstream URL.
func spellBackend(upstream string, t simulate.Treatment) string {
	if t.Split != "" {
		return t.Split
	}
	upstream = strings.TrimPrefix(strings.TrimPrefix(upstream, "http://"), "https://")
	upstream, _, _ = strings.Cut(upstream, "/")
	return upstream
}

// requestHeaders lists the headers that a sets and b does not set to the same value.
func requestHeaders(a, b *simulate.Decision) string {
	var out []string
	for name, value := range a.Headers {
		if other, ok := b.Headers[name]; !ok || other != value {
			out = append(out, name+": "+value)
		}
	}
	slices.Sort(out)
	if len(out) == 0 {
		return "request headers without " + strings.Join(missingHeaders(b, a), ", ")
	}
	return "request " + strings.Join(out, ", ")
}

// removedHeaders names the caller's headers that only one of the sides removes.
func removedHeaders(a, b *simulate.Decision) string {
	if more := without(a.Cleared, b.Cleared); len(more) > 0 {
		return "the caller's " + strings.Join(more, ", ") + " is removed"
	}
	if more := without(b.Cleared, a.Cleared); len(more) > 0 {
		return "the caller's " + strings.Join(more, ", ") + " is sent on"
	}
	return ""
}

// missingHeaders lists the names of headers that a sets and b does not.
func missingHeaders(a, b *simulate.Decision) []string {
	var out []string
	for name := range a.Headers {
		if _, ok := b.Headers[name]; !ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// comparePreflights compares the answers to the preflights of browsers.
func (d *delta) comparePreflights() {
	if !slices.Contains(d.class.Methods, "OPTIONS") {
		return
	}
	origin := "https://origin.test"
	for _, list := range [][]string{d.origins(0), d.origins(1)} {
		if len(list) > 0 {
			origin = list[0]
			break
		}
	}
	r := d.c.request(d.class)
	r.Method = "OPTIONS"
	r.Headers = append(r.Headers, simulate.Header{Name: "Origin", Value: origin}, simulate.Header{Name: "Access-Control-Request-Method", Value: "GET"})
	before, after := preflight(d.c.decide(0, r)), preflight(d.c.decide(1, r))
	if before == after {
		return
	}
	ch := d.base
	ch.Kind, ch.Methods, ch.Others, ch.Before, ch.After, ch.preflight = CORS, []string{"OPTIONS"}, false, before, after, true
	ch.Witness = Witness{Method: "OPTIONS", URL: d.class.Witness.URL(), Origin: origin}
	d.add(ch)
}

// origins returns the origins that the CORS policies of a side name on the host.
func (d *delta) origins(side int) []string {
	for i := range d.c.parts[side] {
		if o := d.c.parts[side][i].Treatment.Origins; len(o) > 0 {
			return o
		}
	}
	return nil
}

func preflight(d simulate.Decision) string {
	switch {
	case d.Cause == simulate.Preflight:
		return "preflights are answered by the gateway"
	case d.Passed():
		return "preflights go to the backend"
	}
	return fmt.Sprintf("preflights are refused with %d", d.Status)
}
