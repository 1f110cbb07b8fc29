package classes

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/simulate"
)

// Between returns, for each state between two others, the requests that it treats
// differently from both: Exposed are admitted only there, Tightened are refused only
// there, Internal are the same for callers in the mesh, and Unknown could not be
// decided. Each class of requests is asked of all states, so that a change of one
// class never hides another.
func Between(before Side, states []Side, after Side) [][]Change {
	hosts := hostsOf(append([]Side{before, after}, states...)...)
	classifier := match.NewClassifier()
	out := make([][]Change, len(states))
	results := make([][][]Change, len(hosts))
	parallel.Each(len(hosts), func(i int) {
		c := newComparison(classifier, hosts[i], before, after)
		c.read(states...) // all states of thousands of hosts would not fit
		c.purse = match.Share(max(len(c.all), 1), len(hosts)*len(c.all), stepsPerPart)
		results[i] = compareBetween(c, states)
	})
	for _, r := range results {
		for k := range states {
			out[k] = append(out[k], r[k]...)
		}
	}
	for k := range out {
		slices.SortStableFunc(out[k], order)
	}
	return out
}

// compareBetween compares the states between with those at the ends, on one host.
func compareBetween(c *comparison, states []Side) [][]Change {
	var list []*state
	for _, now := range states {
		list = append(list, &state{comparison: c.sibling(), now: now})
	}
	ask := func(class *match.Class) {
		if !slices.ContainsFunc(class.Takes, func(i int) bool { return !c.all[i].Beside }) {
			return
		}
		a := &asked{class: class, credentials: c.credentials(class)}
		for _, s := range list {
			s.ask(a)
		}
	}
	for _, scheme := range c.compile() {
		c.askScheme(scheme, ask)
	}
	out := make([][]Change, len(list))
	for k, s := range list {
		for _, ch := range c.changes { // changes that could not be decided
			s.addChange(ch)
		}
		s.joinSpellings()
		out[k] = s.changes
	}
	return out
}

// sibling returns a copy of the comparison without its findings.
func (c *comparison) sibling() *comparison {
	out := *c
	out.merged, out.changes, out.notes = map[spelledKey]int{}, nil, nil
	return &out
}

// state is the comparison of an intermediate state with those at the ends.
type state struct {
	*comparison
	now Side
}

// asked is a class of requests with the answers of the states at the ends.
type asked struct {
	class       *match.Class
	credentials []credential
	ends        []ends
	inside      map[insideCall]*simulate.Decision
}

// ends are the answers of the states at the ends in the worlds that agree with what
// was asked, and whether they answer preflights.
type ends struct {
	supposes   []simulate.Supposition
	was, is    *answers
	preflights [2]bool
}

// insideCall is a request of a caller in the mesh, on one side.
type insideCall struct {
	side       int
	service    string
	credential int
}

func (s *state) ask(a *asked) {
	all, base := &findings{c: s.comparison}, Change{}
	complete := simulate.Worlds(true, func(w *simulate.World) bool {
		s.world, s.found = w, nil
		t := &three{state: s, asked: a, requests: s.requests(a.class, a.credentials)}
		t.askEnds()
		t.now = s.comparison.ask(s.now, phaseNow, t.requests)
		base = Change{Methods: a.class.Methods, Others: a.class.Others, Host: s.shown, Path: s.classLabel(t.was, t.is), WasAt: t.was.placeOf(), IsAt: t.is.placeOf()}
		t.base = base
		t.compareGateway()
		t.comparePreflights()
		t.compareInside()
		all.add(w, s.found)
		return true
	})
	all.addChanges(complete, base)
}

// phaseNow is the phase of a world in which the intermediate state is asked.
const phaseNow = 2

// three are the answers of the states about one class.
type three struct {
	*state
	*asked
	ends
	base     Change
	requests []*simulate.Request // one for each credential
	now      *answers
}

// askEnds asks the states at the ends, unless they were asked in a world that
// this one agrees with.
func (t *three) askEnds() {
	for i := range t.asked.ends {
		if e := &t.asked.ends[i]; t.world.Agrees(e.supposes) {
			t.ends = *e
			return
		}
	}
	t.was, t.is = t.comparison.ask(t.sides[0], 0, t.requests), t.comparison.ask(t.sides[1], 1, t.requests)
	if slices.Contains(t.class.Methods, "OPTIONS") {
		for side := range t.sides {
			t.preflights[side] = t.answersPreflight(t.sides[side], uint(side))
		}
	}
	t.supposes = slices.Clone(t.world.Supposes())
	t.asked.ends = append(t.asked.ends, t.ends)
}

// compareGateway compares who gets through the gateway.
func (t *three) compareGateway() {
	for i := range t.credentials {
		was, now, is := &t.was.decisions[i], &t.now.decisions[i], &t.is.decisions[i]
		switch open := func(a, b *simulate.Decision) bool { return a.Passed() && (!b.Passed() || demandsLess(a, b)) }; {
		case now.Cause == simulate.Anything && (was.Cause != simulate.Anything || is.Cause != simulate.Anything):
			t.add(Unknown, "", "it may be that "+now.Reason, i)
		case was.Cause == simulate.Anything || is.Cause == simulate.Anything:
		case open(now, was) && open(now, is):
			t.add(Exposed, fmt.Sprintf("%s before, %s after", t.outcome(was, i), t.outcome(is, i)), t.outcome(now, i), i)
		case open(was, now) && open(is, now):
			t.add(Tightened, t.outcome(was, i)+" before and after", t.outcome(now, i), i)
		}
	}
}

func (t *three) outcome(d *simulate.Decision, i int) string {
	if d.Passed() {
		return t.credentials[i].text(true)
	}
	return fmt.Sprint(d.Status)
}

func (t *three) add(kind Kind, before, after string, with int) {
	ch := t.base
	ch.Kind, ch.Before, ch.After = kind, before, after
	ch.Witness = witnessOf(t.class, &t.credentials[with], &t.was.decisions[with], &t.now.decisions[with])
	t.found = append(t.found, ch)
}

// comparePreflights compares whether the preflights of browsers are answered.
func (t *three) comparePreflights() {
	if t.preflights != [2]bool{true, true} || t.answersPreflight(t.state.now, phaseNow) {
		return
	}
	ch := t.base
	ch.Kind, ch.Methods, ch.Others, ch.Before, ch.After = Tightened, []string{"OPTIONS"}, false, "preflights are answered before and after", "they are refused"
	ch.Witness = Witness{Method: "OPTIONS", URL: t.class.Witness.URL(), Origin: t.origin()}
	t.found = append(t.found, ch)
}

// answersPreflight reports whether a state answers a preflight or sends it on.
func (t *three) answersPreflight(s Side, phase uint) bool {
	r := t.request(t.class)
	r.Method = "OPTIONS"
	r.Headers = append(r.Headers, simulate.Header{Name: "Origin", Value: t.origin()}, simulate.Header{Name: "Access-Control-Request-Method", Value: "GET"})
	d := t.comparison.ask(s, phase, []*simulate.Request{r}).best()
	return d.Cause == simulate.Preflight || d.Passed()
}

// origin returns an origin that a CORS policy of a state names.
func (t *three) origin() string {
	origin := "https://origin.test"
	for side := range t.parts {
		for i := range t.parts[side] {
			if o := t.parts[side][i].Treatment.Origins; len(o) > 0 {
				origin = o[0]
			}
		}
	}
	return origin
}

// compareInside compares what callers in the mesh get from the backends.
func (t *three) compareInside() {
	done := map[string]bool{}
	for _, a := range []*answers{t.was, t.now, t.is} {
		for i := range a.decisions {
			service := spellBackend(a.decisions[i].Upstream, simulate.Treatment{})
			if !a.decisions[i].Passed() || service == "" || done[service] {
				continue
			}
			done[service] = true
			t.insideOf(service)
		}
	}
}

func (t *three) insideOf(service string) {
	for i := range t.credentials {
		was, is, now := t.insideAt(0, service, i), t.insideAt(1, service, i), t.insideNow(service, i)
		if was.Passed() != is.Passed() || now.Passed() == was.Passed() {
			continue
		}
		ch := t.base
		ch.Kind, ch.Path, ch.Host, ch.Methods, ch.Others = Internal, "/", service, nil, true
		ch.Before, ch.After = describeInMesh(was, simulate.Insider, t.credentials[i].text(false)), describeInMesh(now, simulate.Insider, t.credentials[i].text(false))
		ch.Witness = Witness{Method: t.class.Witness.Method, URL: "http://" + service + t.class.Witness.RawPath}
		t.found = append(t.found, ch)
		return
	}
}

// insideAt asks a state at an end about a caller in the mesh. It keeps an answer
// that does not depend on the world.
func (t *three) insideAt(side int, service string, credential int) *simulate.Decision {
	call := insideCall{side, service, credential}
	if d := t.inside[call]; d != nil {
		return d
	}
	free := &simulate.World{Doubtful: true}
	d := t.insideIn(free, t.sides[side], service, credential)
	if len(free.Supposes()) > 0 {
		t.world.Phase = uint(side)
		return t.insideIn(t.world, t.sides[side], service, credential)
	}
	if t.inside == nil {
		t.inside = map[insideCall]*simulate.Decision{}
	}
	t.inside[call] = d
	return d
}

func (t *three) insideNow(service string, credential int) *simulate.Decision {
	t.world.Phase = phaseNow
	return t.insideIn(t.world, t.state.now, service, credential)
}

// insideIn asks a state in a world.
func (t *three) insideIn(w *simulate.World, s Side, service string, credential int) *simulate.Decision {
	r := *t.requests[credential].In(w)
	r.Free = simulate.Concrete // a caller in the mesh sends a concrete request
	d := s.Inside(&r, service, simulate.Insider)
	return &d
}

// ownParts returns the parts of a state that are not among others.
func ownParts(parts, others []Part) []Part {
	have := map[partKey][]*Part{}
	for i := range others {
		key := partKey{others[i].Name, others[i].At.Path}
		have[key] = append(have[key], &others[i])
	}
	var out []Part
	for i := range parts {
		p := &parts[i]
		if !slices.ContainsFunc(have[partKey{p.Name, p.At.Path}], func(o *Part) bool { return reflect.DeepEqual(p, o) }) {
			out = append(out, *p)
		}
	}
	return out
}
