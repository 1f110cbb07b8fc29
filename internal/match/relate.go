package match

import "github.com/kgw-dev/kgw/internal/automata"

// Kind is how two sets of requests relate.
type Kind uint8

// The kinds.
const (
	Unknown  Kind = iota // not decided; the Relation has the reason
	Disjoint             // no request is in both
	Equal                // the same requests
	Subset               // every request of the first is in the second
	Superset             // every request of the second is in the first
	Overlap              // some are in both, and each has one of its own
)

var kindNames = [...]string{"unknown", "disjoint", "equal", "subset", "superset", "overlap"}

// String returns the lower-case name of the kind.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}

// Mirror is the kind of the same sets in the other order.
func (k Kind) Mirror() Kind {
	switch k {
	case Subset:
		return Superset
	case Superset:
		return Subset
	}
	return k
}

// Relation is how two sets relate to each other, with a request to show it.
type Relation struct {
	Kind Kind
	// Reason is why Kind is Unknown.
	Reason string
	// Witness is a shortest printable request in both sets. It is there for
	// every kind but Disjoint; an Unknown relation with a witness is one that
	// overlaps, where it was not decided whether one set contains the other.
	Witness *Request
	// OnlyA and OnlyB are requests in one set alone, if Kind implies that there
	// are any.
	OnlyA, OnlyB *Request
	// Within, if not empty, names the requests for which Kind holds; witnesses
	// hold in any case.
	Within string
	// Steps is what the answer cost: see Budget.
	Steps int
}

// Budget bounds the states that one question may visit, and through them its
// steps. Zero is DefaultBudget.
type Budget int

// DefaultBudget is enough for every pattern that people write, and ends
// hostile ones in well under a second.
const DefaultBudget Budget = 200_000

func (b Budget) states() int {
	if b <= 0 {
		return int(DefaultBudget)
	}
	return int(b)
}

// withinClean limits a comparison of views of which one cleans paths.
const withinClean = "requests whose decoded path needs no cleaning"

// Relate compares two compiled sets. Every witness was matched again, by other
// means, before it is returned.
func (m *Matcher) Relate(o *Matcher, budget Budget) Relation {
	c := comparison{a: m, b: o, limit: budget.states(), walker: &automata.Walker{}}
	r := c.relate()
	r.Steps = c.walker.Steps
	return r
}

// comparison is one question about two sets.
type comparison struct {
	a, b   *Matcher
	limit  int
	walker *automata.Walker
	facets []facet
	within string
}

func (c *comparison) relate() Relation {
	c.facets = cheapFacets(&c.a.set, &c.b.set)
	if c.findApart() {
		return Relation{Kind: Disjoint}
	}
	if err := c.firstError(); err != nil {
		return Relation{Reason: err.Error()}
	}
	c.facets = append(c.facets, c.placeFacets()...)
	if c.findApart() {
		return Relation{Kind: Disjoint, Within: c.within}
	}
	for _, f := range c.facets {
		if f.both == nil {
			return Relation{Reason: f.unknown}
		}
	}
	return c.conclude()
}

// cheapFacets are those that need no automaton.
func cheapFacets(a, b *Set) []facet {
	out := []facet{methodFacet(a, b)}
	if a.URL.Lang == 0 && b.URL.Lang == 0 {
		out = append(out, schemeFacet(a, b))
		if a.HostPattern.Lang == 0 && b.HostPattern.Lang == 0 {
			out = append(out, hostFacet(a, b))
		}
	}
	return append(out, predicateFacets(a, b)...)
}

// findApart reports a facet in which the sets have nothing in common.
func (c *comparison) findApart() bool {
	for _, f := range c.facets {
		if f.both == nil && f.unknown == "" {
			return true
		}
	}
	return false
}

func (c *comparison) firstError() error {
	if err := c.a.Err(); err != nil {
		return err
	}
	return c.b.Err()
}

// placeFacets compares host and path, with automata where needed.
func (c *comparison) placeFacets() []facet {
	sa, sb := &c.a.set, &c.b.set
	if sa.URL.Lang != 0 || sb.URL.Lang != 0 {
		if c.a.view != c.b.view {
			return []facet{{unknown: "a pattern over whole URLs is compared only with sets of the same view"}}
		}
		return []facet{c.automata(c.a.wholeURL, c.b.wholeURL, splitURL(c.a.view))}
	}
	var out []facet
	if sa.HostPattern.Lang != 0 || sb.HostPattern.Lang != 0 {
		out = append(out, c.automata(c.a.hosts, c.b.hosts, func(w []rune, r *Request) { r.Host = string(w) }))
	}
	return append(out, c.pathFacet())
}

func (c *comparison) pathFacet() facet {
	a, b := c.a, c.b
	if a.view == b.view {
		pathA, _ := a.path() // there is one: firstError was asked
		pathB, _ := b.path()
		if _, found, err := c.walker.Meet(pathA, pathB, &automata.Masks[len(automata.Masks)-1], c.limit); !found {
			return facet{unknown: reason(err)}
		}
		return c.automata(a.restricted, b.restricted, pathWriter(a.view))
	}
	pick := func(m, o *Matcher) func() (*automata.NFA, error) {
		return func() (lifted *automata.NFA, err error) {
			lifted, c.within, err = m.liftedFor(o)
			return lifted, err
		}
	}
	return c.automata(pick(a, b), pick(b, a), pathWriter(RawPath))
}

func pathWriter(v View) func([]rune, *Request) {
	return func(w []rune, r *Request) { r.RawPath, r.Path = v.requestPaths(string(w)) }
}

func reason(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// automata compares two automata; write turns a word into a request.
func (c *comparison) automata(fa, fb func() (*automata.NFA, error), write func([]rune, *Request)) facet {
	a, err := fa()
	if err != nil {
		return facet{unknown: err.Error()}
	}
	b, err := fb()
	if err != nil {
		return facet{unknown: err.Error()}
	}
	var f facet
	example := func(word []rune, found bool, err error) func(*Request) {
		if err != nil {
			f.unknown = err.Error()
		}
		if !found {
			return nil
		}
		return func(r *Request) { write(word, r) }
	}
	if f.both = example(c.walker.Nicest(a, b, c.limit)); f.both == nil {
		return f
	}
	f.onlyA = example(c.walker.Outside(a, []*automata.NFA{b}, c.limit))
	f.onlyB = example(c.walker.Outside(b, []*automata.NFA{a}, c.limit))
	return f
}

// conclude makes the relation of sets that meet in every facet.
func (c *comparison) conclude() Relation {
	r := Relation{Within: c.within}
	r.Witness = c.example(-1, nil)
	unknown, moreA, moreB := "", false, false
	for i, f := range c.facets {
		if f.unknown != "" {
			unknown = f.unknown
		}
		if f.onlyA != nil && !moreA {
			moreA, r.OnlyA = true, c.example(i, f.onlyA)
		}
		if f.onlyB != nil && !moreB {
			moreB, r.OnlyB = true, c.example(i, f.onlyB)
		}
	}
	switch {
	case moreA && moreB:
		r.Kind = Overlap
	case unknown != "":
		r.Reason = unknown
	case moreA:
		r.Kind = Superset
	case moreB:
		r.Kind = Subset
	default:
		r.Kind = Equal
	}
	return c.replay(r)
}

// example writes a request that is common in every facet but one.
func (c *comparison) example(except int, write func(*Request)) *Request {
	r := &Request{}
	for i, f := range c.facets {
		if i == except {
			write(r)
		} else {
			f.both(r)
		}
	}
	return r
}

// replay matches the examples again. One that does not hold would be a fault
// of the automata, and is never passed on.
func (c *comparison) replay(r Relation) Relation {
	if !c.checkExample(r.Witness, true, true) {
		return Relation{Reason: "a witness did not stand up to a second match: " + r.Witness.URL()}
	}
	for _, only := range []struct {
		request *Request
		inA     bool
	}{{r.OnlyA, true}, {r.OnlyB, false}} {
		if only.request != nil && !c.checkExample(only.request, only.inA, !only.inA) {
			return Relation{Witness: r.Witness, Reason: "a witness did not stand up to a second match: " + only.request.URL()}
		}
	}
	return r
}

func (c *comparison) checkExample(r *Request, inA, inB bool) bool {
	a, errA := c.a.Accepts(*r)
	b, errB := c.b.Accepts(*r)
	return errA == nil && errB == nil && a == inA && b == inB
}
