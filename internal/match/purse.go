package match

import "github.com/kgw-dev/kgw/internal/automata"

// Purse is what all questions of a run may cost together, in steps. Questions
// are asked one after the other, so that their answers do not depend on how
// many processors there are. A nil Purse is without end.
type Purse struct {
	left int
	// Undecided counts the questions that were left without an answer after the
	// purse was empty.
	Undecided int
}

// DefaultPurse is enough for every repository that people write, and is spent
// by hostile inputs in a few seconds.
const DefaultPurse = 60_000_000

// Limits of one question when the purse is empty, and of the first look at one
// of many.
const (
	emptyBudget Budget = 200
	firstBudget Budget = 5_000
)

// NewPurse returns a purse with so many steps; zero is DefaultPurse.
func NewPurse(steps int) *Purse {
	if steps <= 0 {
		steps = DefaultPurse
	}
	return &Purse{left: steps}
}

// Share returns the purse of one of several tasks that run in parallel: each
// has a part of DefaultPurse by its share of the whole, and the minimum for a
// task of its size, up to DefaultPurse. One task's spending does not depend on
// the others, so that answers do not depend on the order of tasks.
func Share(size, whole, least int) *Purse { return NewPurse(Part(DefaultPurse, size, whole, least)) }

// Part is how many of the steps in a purse one of several tasks may use, as in
// Share.
func Part(steps, size, whole, least int) int {
	part := float64(steps) * float64(size) / float64(max(whole, size, 1))
	return max(int(part), min(size*least, steps), 1)
}

// Charge pays for steps of work that is not a question, such as looking at
// pairs. It reports whether there is something left.
func (p *Purse) Charge(steps int) bool {
	p.pay(steps, 0, false)
	return !p.Spent()
}

// Spent reports whether nothing is left: questions are not worth asking then.
func (p *Purse) Spent() bool { return p != nil && p.left == 0 }

// TooMuch is the reason of what is not decided because a purse is spent.
const TooMuch = "the analysis of paths costs too much"

// Classes is Classifier.Classes within the purse: the reason of the partition
// says so where it does not suffice.
func (p *Purse) Classes(c *Classifier, scheme, host string, ms []*Matcher, most Budget) Partition {
	if p.Spent() {
		p.noteUnasked(1)
		return Partition{Reason: TooMuch, Unknown: map[int]string{}}
	}
	budget := min(p.budget(1), Budget(most.states()))
	steps := DefaultPurse
	if p != nil {
		steps = p.left
	}
	out := c.classes(scheme, host, ms, budget, steps)
	p.pay(out.Steps, budget, out.Reason == tooBig || out.Reason == TooMuch)
	return out
}

// Relate compares two sets within the purse.
func (p *Purse) Relate(a, b *Matcher) Relation {
	budget := p.budget(1)
	r := a.Relate(b, budget)
	p.pay(r.Steps, budget, r.Kind == Unknown && r.Reason == tooBig)
	return r
}

// Difference is Matcher.Difference within the purse.
func (p *Purse) Difference(a *Matcher, others ...*Matcher) Rest {
	budget := p.budget(1)
	r := a.Difference(budget, others...)
	p.pay(r.Steps, budget, r.Reason == tooBig)
	return r
}

var tooBig = automata.ErrTooBig.Error()

// budget is the limit of each of n questions that are asked at once.
func (p *Purse) budget(n int) Budget {
	if p == nil {
		return DefaultBudget
	}
	return max(emptyBudget, min(DefaultBudget, Budget(p.left/automata.WorkPerState/max(n, 1))))
}

// pay notes what a question cost that was asked within the budget.
func (p *Purse) pay(steps int, budget Budget, undecided bool) {
	if p == nil {
		return
	}
	p.left = max(0, p.left-steps)
	if undecided && budget < DefaultBudget {
		p.Undecided++
	}
}

// noteUnasked notes questions that were not asked.
func (p *Purse) noteUnasked(n int) {
	if p != nil {
		p.Undecided += n
	}
}
