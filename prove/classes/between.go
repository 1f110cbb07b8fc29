package classes

import (
	"fmt"
	"slices"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/simulate"
)

// Between returns the requests that a state between two others treats differently
// from both: Exposed are admitted only there, Tightened are refused only there,
// Internal are the same for callers in the mesh, and Unknown could not be decided.
// All three states are asked about each class of requests, so that a change of one
// class never hides another.
func Between(before, now, after Side) []Change {
	hosts := hostsOf(before, now, after)
	all := comparisons(hosts, before, after, now)
	results := make([][]Change, len(hosts))
	parallel.Each(len(hosts), func(i int) {
		b := &between{now: now, comparison: all[i]}
		b.run()
		results[i] = b.changes
	})
	out := slices.Concat(results...)
	slices.SortStableFunc(out, order)
	return out
}

// between is a comparison of three states on one host.
type between struct {
	*comparison
	now Side
}

func (b *between) run() {
	for _, scheme := range b.compile() {
		b.scheme(scheme, b.class)
	}
	b.joinSpellings()
}

func (b *between) class(class *match.Class) {
	if !slices.ContainsFunc(class.Takes, func(i int) bool { return !b.all[i].Beside }) {
		return
	}
	credentials := b.credentials(class)
	all, base := &findings{c: b.comparison}, Change{}
	complete := simulate.Worlds(true, func(w *simulate.World) bool {
		b.world, b.found = w, nil
		t := &three{between: b, class: class, credentials: credentials, requests: b.requests(class, credentials)}
		t.was, t.is = b.ask(b.sides[0], 0, t.requests), b.ask(b.sides[1], 1, t.requests)
		t.now = b.ask(b.now, phaseNow, t.requests)
		base = Change{Methods: class.Methods, Others: class.Others, Host: b.shown, Path: b.label(t.was, t.is), WasAt: t.was.at(), IsAt: t.is.at()}
		t.base = base
		t.gateway()
		t.preflights()
		t.inside()
		all.add(w, b.found)
		return true
	})
	all.put(complete, base)
}

// phaseNow is the phase of a world in which the state between is asked.
const phaseNow = 2

// three are the answers of the states about one class.
type three struct {
	*between
	class        *match.Class
	base         Change
	credentials  []credential
	requests     []*simulate.Request // one for each credential
	was, now, is *answers
}

// gateway compares who gets through the gateway.
func (t *three) gateway() {
	for i := range t.credentials {
		was, now, is := &t.was.decisions[i], &t.now.decisions[i], &t.is.decisions[i]
		switch open := func(a, b *simulate.Decision) bool { return a.Passed() && (!b.Passed() || less(a, b)) }; {
		case now.Cause == simulate.Anything && (was.Cause != simulate.Anything || is.Cause != simulate.Anything):
			t.put(Unknown, "", "it may be that "+now.Reason, i)
		case was.Cause == simulate.Anything || is.Cause == simulate.Anything:
		case open(now, was) && open(now, is):
			t.put(Exposed, fmt.Sprintf("%s before, %s after", t.outcome(was, i), t.outcome(is, i)), t.outcome(now, i), i)
		case open(was, now) && open(is, now):
			t.put(Tightened, t.outcome(was, i)+" before and after", t.outcome(now, i), i)
		}
	}
}

func (t *three) outcome(d *simulate.Decision, i int) string {
	if d.Passed() {
		return t.credentials[i].text(true)
	}
	return fmt.Sprint(d.Status)
}

func (t *three) put(kind Kind, before, after string, with int) {
	ch := t.base
	ch.Kind, ch.Before, ch.After = kind, before, after
	ch.Witness = witnessOf(t.class, &t.credentials[with], &t.was.decisions[with], &t.now.decisions[with])
	t.found = append(t.found, ch)
}

// preflights compares whether the preflights of browsers are answered.
func (t *three) preflights() {
	if !slices.Contains(t.class.Methods, "OPTIONS") {
		return
	}
	origin := "https://origin.test"
	for side := range t.parts {
		for i := range t.parts[side] {
			if o := t.parts[side][i].Treatment.Origins; len(o) > 0 {
				origin = o[0]
			}
		}
	}
	r := t.request(t.class)
	r.Method = "OPTIONS"
	r.Headers = append(r.Headers, simulate.Header{Name: "Origin", Value: origin}, simulate.Header{Name: "Access-Control-Request-Method", Value: "GET"})
	answered := func(s Side, phase uint) bool {
		d := t.ask(s, phase, []*simulate.Request{r}).best()
		return d.Cause == simulate.Preflight || d.Passed()
	}
	was, is, now := answered(t.sides[0], 0), answered(t.sides[1], 1), answered(t.between.now, phaseNow)
	if was && is && !now {
		ch := t.base
		ch.Kind, ch.Methods, ch.Others, ch.Before, ch.After = Tightened, []string{"OPTIONS"}, false, "preflights are answered before and after", "they are refused"
		ch.Witness = Witness{Method: "OPTIONS", URL: t.class.Witness.URL(), Origin: origin}
		t.found = append(t.found, ch)
	}
}

// inside compares what callers in the mesh get from the backends.
func (t *three) inside() {
	asked := map[string]bool{}
	for _, a := range []*answers{t.was, t.now, t.is} {
		for i := range a.decisions {
			service := backend(a.decisions[i].Upstream, simulate.Treatment{})
			if !a.decisions[i].Passed() || service == "" || asked[service] {
				continue
			}
			asked[service] = true
			t.insideOf(service)
		}
	}
}

func (t *three) insideOf(service string) {
	for i := range t.credentials {
		ask := func(s Side, phase uint) *simulate.Decision {
			t.world.Phase = phase
			r := *t.requests[i]
			r.Free = simulate.Concrete // what a caller in the mesh sends
			d := s.Inside(&r, service, simulate.Insider)
			return &d
		}
		was, is, now := ask(t.sides[0], 0), ask(t.sides[1], 1), ask(t.between.now, phaseNow)
		if was.Passed() != is.Passed() || now.Passed() == was.Passed() {
			continue
		}
		ch := t.base
		ch.Kind, ch.Path, ch.Host, ch.Methods, ch.Others = Internal, "/", service, nil, true
		ch.Before, ch.After = inMesh(was, simulate.Insider, t.credentials[i].text(false)), inMesh(now, simulate.Insider, t.credentials[i].text(false))
		ch.Witness = Witness{Method: t.class.Witness.Method, URL: "http://" + service + t.class.Witness.RawPath}
		t.found = append(t.found, ch)
		return
	}
}
