package simulate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// Why is the kind of an Unknown.
type Why string

// The kinds of unknowns.
const (
	// Asked: the request can settle it, with a flag or a field of a test.
	Asked Why = "asked"
	// Chosen: the caller or chance decides, so that each answer occurs. Examples
	// are the gateway that a request comes to, or one of several destinations.
	Chosen Why = "chosen"
	// Opaque: a field or an object that kgw does not read may change anything.
	Opaque Why = "opaque"
	// Absent: an object that is not among the inputs decides.
	Absent Why = "absent"
	// Refused: the API server refuses the object; an older version of it may
	// be in the cluster.
	Refused Why = "refused"
)

// Unknown is one condition that the inputs do not decide.
type Unknown struct {
	Why Why
	// At is the place of the field that makes it unknown.
	At source.Ref
	// What states the condition as a sentence in lower case, which holds or does
	// not: "the source address is in 10.0.0.0/8".
	What string
	// Needs is what would decide it, "" if nothing in kgw can: "--source-ip",
	// "the Deployment of shop/api".
	Needs string
	// Key names the condition: the place where it is asked, its text in canonical
	// form, and the parts of the request that it reads. Either all conditions with
	// one key hold, or none. If it is "", What is the key.
	Key string
	// Example is a list of headers of a request for which a Chosen condition holds.
	// HostPort reports that it is a Host header with a port.
	Example  []Header
	HostPort bool
}

func (u *Unknown) key() string { return cmp.Or(u.Key, u.What) }

// Undecided returns the decision about a request for which the condition holds.
func (u *Unknown) Undecided() Decision {
	return Decision{Cause: Anything, At: u.At, Reason: u.What}
}

// Free reports whether each answer occurs whatever the cluster is like.
func (u *Unknown) Free() bool { return u.Why == Chosen }

// Supposition is an unknown with the answer that an outcome supposes.
type Supposition struct {
	Unknown
	Holds bool
	// Phases has a bit for each phase of the world in which the condition was asked.
	Phases uint
}

// String returns the condition, with "not" before it where it does not hold.
func (s *Supposition) String() string {
	if s.Holds {
		return s.What
	}
	return "not: " + s.What
}

// World answers the conditions that the inputs leave open, always the same for the
// same key. The zero value answers no to every condition.
type World struct {
	// Doubtful also asks about objects that are refused: without it they are
	// absent.
	Doubtful bool
	// Phase distinguishes who asks: the sides of a comparison.
	Phase uint

	script []bool
	asked  []Supposition
	known  map[string]int
}

// Holds returns the answer to a condition and notes that it was asked. A nil
// world answers no.
func (w *World) Holds(u Unknown) bool {
	if w == nil || u.Why == Refused && !w.Doubtful {
		return false
	}
	if i, ok := w.known[u.key()]; ok {
		w.asked[i].Phases |= 1 << w.Phase
		return w.asked[i].Holds
	}
	if w.known == nil {
		w.known = map[string]int{}
	}
	answer := len(w.asked) < len(w.script) && w.script[len(w.asked)]
	w.known[u.key()] = len(w.asked)
	w.asked = append(w.asked, Supposition{u, answer, 1 << w.Phase})
	return answer
}

// Doubts reports whether the question is what is possible at all, rather than the
// decision about one request.
func (w *World) Doubts() bool { return w != nil && w.Doubtful }

// Agrees reports whether a world that was asked nothing yet gives the same answers as
// another one did. If so, a decision of that world holds in this one too, and its
// conditions count as asked.
func (w *World) Agrees(asked []Supposition) bool {
	if len(w.asked) > 0 {
		return false
	}
	for i := range asked {
		if answer := i < len(w.script) && w.script[i]; answer != asked[i].Holds {
			return false
		}
	}
	w.known = map[string]int{}
	for i := range asked {
		w.known[asked[i].key()] = i
	}
	w.asked = slices.Clone(asked)
	return true
}

// Supposes lists what was asked, in order, with the answers.
func (w *World) Supposes() []Supposition {
	if w == nil {
		return nil
	}
	return w.asked
}

// MaxWorlds bounds the combinations of answers that are looked at.
const MaxWorlds = 128

// Worlds calls try with one world for every combination of answers to the
// conditions that try asks, until it returns false. Try must ask the same in the
// same world. It reports whether all combinations were looked at, of at most
// MaxWorlds.
func Worlds(doubtful bool, try func(*World) bool) bool {
	var script []bool
	for range MaxWorlds {
		w := &World{Doubtful: doubtful, script: script}
		if !try(w) {
			return false
		}
		script = script[:0:0]
		for i := range w.asked {
			script = append(script, w.asked[i].Holds)
		}
		i := len(script) - 1
		for i >= 0 && script[i] {
			i--
		}
		if i < 0 {
			return true
		}
		script = append(script[:i:i], true)
	}
	return false
}

// Outcome is one possible decision about a request, with what it supposes.
type Outcome struct {
	Decision Decision
	If       []Supposition
}

// Definite reports whether the outcome occurs whatever the inputs leave open.
func (o *Outcome) Definite() bool {
	return !slices.ContainsFunc(o.If, func(s Supposition) bool { return !s.Free() })
}

// Undecided is the cause of a decision whose outcomes differ.
const Undecided Cause = "undecided"

// Anything is the cause of an outcome that an unread part may change to anything.
const Anything Cause = "anything"

// Known reports whether the decision is the only outcome.
func (d *Decision) Known() bool { return len(d.Outcomes) == 0 }

// Each returns every outcome of the decision. The only outcome of a known decision is the decision
// itself.
func (d *Decision) Each() []Outcome {
	if d.Known() {
		return []Outcome{{Decision: *d}}
	}
	return d.Outcomes
}

// Unknowns lists the conditions that the outcomes suppose, each once.
func (d *Decision) Unknowns() []Unknown {
	var out []Unknown
	seen := map[string]bool{}
	for i := range d.Outcomes {
		for j := range d.Outcomes[i].If {
			u := d.Outcomes[i].If[j].Unknown
			if !seen[u.key()] {
				seen[u.key()] = true
				out = append(out, u)
			}
		}
	}
	return out
}

// MayPass reports whether an outcome reaches an upstream, or may be anything.
func (d *Decision) MayPass() bool {
	return slices.ContainsFunc(d.Each(), func(o Outcome) bool { return o.Decision.Passed() || o.Decision.Cause == Anything })
}

// Outcomes calls decide in every world and returns a decision with all outcomes. It
// adds the steps that all outcomes have in common to the trail.
func Outcomes(r *Request, t *Trail, decide func(*Request, *Trail) Decision) Decision {
	var all []Outcome
	var trails []*Trail
	complete := Worlds(false, func(w *World) bool {
		var own *Trail
		if t.On() {
			own = &Trail{}
		}
		d := decide(r.In(w), own)
		all, trails = append(all, Outcome{d, w.Supposes()}), append(trails, own)
		return true
	})
	if len(all) == 1 {
		t.addSteps(trails[0].steps())
		return all[0].Decision
	}
	d := merged(all, complete)
	if t.On() {
		t.addSteps(commonSteps(trails))
		for _, u := range d.Unknowns() {
			t.Say(StepUnknown, u.At, "%s", u.Sentence())
		}
	}
	return d
}

// StepUnknown is the engine in steps that say what is not known.
const StepUnknown = "Unknown"

// Sentence returns a sentence that the condition is not known, and what would
// decide it.
func (u *Unknown) Sentence() string {
	out := "kgw cannot tell whether " + u.What
	if u.Needs != "" {
		out += " (it would decide: " + u.Needs + ")"
	}
	return out
}

// merged makes one decision of all outcomes. If all have one status, it is the
// first outcome's decision; if there is only one outcome, the decision is known.
func merged(all []Outcome, complete bool) Decision {
	first := &all[0].Decision
	same, alike := true, true
	for i := range all {
		d := &all[i].Decision
		same = same && d.fingerprint() == first.fingerprint()
		alike = alike && d.Status == first.Status && d.Passed() == first.Passed() && d.Cause != Anything
	}
	switch {
	case same && complete && first.Cause != Anything:
		return *first
	case alike && complete:
		d := *first
		d.Outcomes = all
		return d
	}
	d := Decision{Cause: Undecided, Outcomes: all}
	unknown := d.Unknowns()
	if !complete {
		d.Reason = "too many conditions are not known"
		return d
	}
	d.At, d.Reason = unknown[0].At, unknown[0].Sentence()
	return d
}

// fingerprint returns a text for what a caller and an upstream can observe of a decision.
func (d *Decision) fingerprint() string {
	parts := []string{string(d.Cause), d.Upstream, d.Answer, strings.Join(d.Proofs, ","), strings.Join(d.Keys, ","), strings.Join(d.Asked, ",")}
	for name, value := range d.Headers {
		parts = append(parts, name+": "+value)
	}
	for name, value := range d.Response {
		parts = append(parts, name+"= "+value)
	}
	slices.Sort(parts[6:])
	if d.Next != nil {
		parts = append(parts, d.Next.Host, d.Next.Target)
	}
	return fmt.Sprintf("%d %q", d.Status, parts)
}

func (t *Trail) steps() []Step {
	if t == nil {
		return nil
	}
	return t.Steps
}

func (t *Trail) addSteps(steps []Step) {
	if t != nil {
		t.Steps = append(t.Steps, steps...)
	}
}

// commonSteps returns the steps with which all trails begin.
func commonSteps(trails []*Trail) []Step {
	out := trails[0].Steps
	for _, t := range trails[1:] {
		n := 0
		for n < len(out) && n < len(t.Steps) && out[n] == t.Steps[n] {
			n++
		}
		out = out[:n]
	}
	return out
}
