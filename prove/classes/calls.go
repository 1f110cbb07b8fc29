package classes

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Fate describes how two states answer one call.
type Fate string

// The fates, the gravest first.
const (
	// Breaks: it got through, and no longer does, whatever token it brings.
	Breaks Fate = "breaks"
	// MayBreak: it got through, and whether it still does is not known. It depends
	// on its token, a header, or a fact that the inputs leave open.
	MayBreak Fate = "may break"
	// Stays: it got through, and still does.
	Stays Fate = "stays"
	// Refused: it did not get through before.
	Refused Fate = "refused"
	// Unserved: neither state serves its host.
	Unserved Fate = "unserved"
)

// Call is a request that somebody sends, with or without a known token.
type Call struct {
	Request *simulate.Request
	Token   bool
}

// Called is the result of deciding a call.
type Called struct {
	Fate Fate
	// Path is that of the route or rule that matches the call, as its author wrote it.
	Path string
	// Before and After say who gets through. Was and Is are the status of the call
	// with the token that no longer gets through, 0 for a closed connection.
	Before, After string
	Was, Is       int
	// If describes what the result depends on, "" if only on the token.
	If          string
	WasAt, IsAt source.Ref
}

// Calls decides each call on both sides, with the token that it has, or else with
// every token that a route, rule or policy asks for.
func Calls(before, after Side, calls []Call) []Called {
	out := make([]Called, len(calls))
	byHost, hosts := map[string][]int{}, []string(nil)
	for i := range calls {
		h := calls[i].Request.Host
		if byHost[h] == nil {
			hosts = append(hosts, h)
		}
		byHost[h] = append(byHost[h], i)
	}
	classifier := match.NewClassifier()
	parallel.Each(len(hosts), func(i int) {
		c := newCaller(classifier, hosts[i], before, after)
		for _, k := range byHost[hosts[i]] {
			out[k] = c.call(&calls[k])
		}
	})
	return out
}

// caller decides the calls of one host.
type caller struct {
	*comparison
	served bool
}

func newCaller(classifier *match.Classifier, host string, before, after Side) *caller {
	c := &caller{comparison: &comparison{classifier: classifier, host: host, shown: host, sides: [2]Side{before, after}, merged: map[spelledKey]int{}}}
	c.read()
	for _, p := range c.all {
		c.served = c.served || !p.Beside && p.Name != ""
		set := p.Set
		set.Predicates = nil // the headers of a call are not known
		c.matchers = append(c.matchers, classifier.Compile(set))
	}
	return c
}

// class returns the call as a class of its own. A part that cannot be matched counts as
// a match, so that the tokens that it asks for are tried too.
func (c *caller) class(r *simulate.Request) *match.Class {
	raw := r.RawPath()
	path, err := url.PathUnescape(raw)
	if err != nil {
		path = raw
	}
	w := match.Request{Method: r.Method, Scheme: r.Scheme, Host: r.Host, RawPath: raw, Path: path, Headers: map[string]string{}}
	for _, h := range r.Headers {
		w.Headers[strings.ToLower(h.Name)] = h.Value
	}
	out := &match.Class{Methods: []string{r.Method}, Witness: w}
	for i, m := range c.matchers {
		if ok, err := m.Accepts(w); ok || err != nil {
			out.Takes = append(out.Takes, i)
		}
	}
	return out
}

func (c *caller) call(call *Call) Called {
	if !c.served {
		return Called{Fate: Unserved}
	}
	class := c.class(call.Request)
	credentials := c.credentials(class)
	if call.Token {
		credentials = []credential{{proof: call.Request.Token.Kind, token: call.Request.Token, of: [2]bool{true, true}}}
	}
	var worlds []Called
	complete := simulate.Worlds(true, func(w *simulate.World) bool {
		c.world = w
		d := &delta{c: c.comparison, class: class, credentials: credentials, requests: c.requests(class, credentials)}
		d.was, d.is = c.ask(c.sides[0], 0, d.requests), c.ask(c.sides[1], 1, d.requests)
		if !slices.ContainsFunc(w.Supposes(), func(s simulate.Supposition) bool { return s.HostPort && s.Holds }) {
			one := d.called(call.Token)
			one.If = sentences(slices.DeleteFunc(slices.Clone(w.Supposes()), func(s simulate.Supposition) bool { return untouched(&s) }))
			worlds = append(worlds, one)
		}
		return true
	})
	return joinWorlds(worlds, complete)
}

// notKnown is shown instead of the callers where it is not known who gets through.
const notKnown = "it is not known"

// joinWorlds joins the results of a call in all worlds into one.
func joinWorlds(worlds []Called, complete bool) Called {
	rank := []Fate{Breaks, MayBreak, Stays, Refused}
	out, same := worlds[0], true
	for _, w := range worlds[1:] {
		same = same && w.Fate == out.Fate
		if slices.Index(rank, w.Fate) < slices.Index(rank, out.Fate) {
			out = w
		}
	}
	switch {
	case !complete:
		out.Fate, out.If = MayBreak, "too many conditions are not known"
		out.Before, out.After = cmp.Or(out.Before, notKnown), cmp.Or(out.After, notKnown)
	case same:
		out.If = ""
	case out.Fate == Breaks:
		out.Fate = MayBreak
	}
	return out
}

// isServed reports whether a client gets a successful answer, from an upstream or
// from the gateway itself.
func isServed(d *simulate.Decision) bool {
	return d.Passed() || d.Status > 0 && d.Status < http.StatusBadRequest
}

// called judges a call in one world.
func (d *delta) called(known bool) Called {
	out := Called{Fate: Refused, Path: d.c.classLabel(d.was, d.is), WasAt: d.was.placeOf(), IsAt: d.is.placeOf()}
	lost, kept, open := -1, false, false
	for i := range d.credentials {
		was, is := &d.was.decisions[i], &d.is.decisions[i]
		may := func(d *simulate.Decision) bool { return d.Cause == simulate.Anything }
		if d.credentials[i].of == [2]bool{} || !isServed(was) && (!may(was) || may(is)) {
			continue
		}
		switch {
		case may(is), may(was) && !isServed(is):
			open = true
		case isServed(is):
			kept = true
		default:
			lost = firstIndex(lost, i)
		}
	}
	after := slices.ContainsFunc(d.is.decisions, func(one simulate.Decision) bool { return isServed(&one) })
	switch {
	case lost >= 0 && !open && (known || !after):
		out.Fate = Breaks
	case lost >= 0 || open:
		out.Fate = MayBreak
	case kept:
		out.Fate = Stays
	}
	if out.Fate == Stays || out.Fate == Refused {
		return out
	}
	out.Before, out.After = contrastLists(d.describeAdmitted(0, false), d.describeAdmitted(1, false))
	if out.Before == out.After {
		out.Before, out.After = contrastLists(d.describeAdmitted(0, true), d.describeAdmitted(1, true))
	}
	i := max(lost, 0)
	out.Was, out.Is = d.was.decisions[i].Status, d.is.decisions[i].Status
	out.Before = cmp.Or(out.Before, notKnown)
	out.After = cmp.Or(out.After, notKnown)
	return out
}
