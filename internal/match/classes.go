package match

import (
	"encoding/binary"
	"slices"
	"sync"

	"github.com/kgw-dev/kgw/internal/automata"
)

// Class is a set of requests that the same sets match.
type Class struct {
	// Takes are the indexes of the sets that match its requests, in order.
	Takes []int
	// Methods are those of the requests, among the methods that a set names and
	// the ones of RFC 9110; Others reports that other methods belong to the
	// class too.
	Methods []string
	Others  bool
	// Witness is one of its requests, with the first of the methods.
	Witness Request
}

// Partition is the result of Classes.
type Partition struct {
	Classes []Class
	// Unknown lists the sets that were not decided, and why. Their indexes are
	// in no class.
	Unknown map[int]string
	// Within, if not empty, names the requests that the classes cover.
	Within string
	// Reason, if not empty, is why there are requests beyond the classes.
	Reason string
	// Steps is what the answer cost: see Budget.
	Steps int
}

// Classifier answers Classes for many hosts and remembers how paths are split:
// hosts share a few texts. It is safe for concurrent use.
type Classifier struct {
	judge *Judge
	mu    sync.Mutex
	// clean holds the clean paths of a universe, split how paths are split by
	// automata within a limit.
	clean map[narrowing]*automata.NFA
	split map[int]*trie[*automata.NFA, split]
	// splits counts them.
	splits int
}

// narrowing is a universe of which a view shows the clean paths.
type narrowing struct {
	universe *automata.NFA
	view     View
}

// NewClassifier returns an empty Classifier.
func NewClassifier() *Classifier { return NewJudge().NewClassifier() }

// NewClassifier returns a Classifier that shares with the Judge what is known of
// paths.
func (j *Judge) NewClassifier() *Classifier {
	if j == nil {
		j = NewJudge()
	}
	return &Classifier{judge: j, clean: map[narrowing]*automata.NFA{}, split: map[int]*trie[*automata.NFA, split]{}}
}

// Compile is the function of that name. Matchers of one path text share what is
// known of it.
func (c *Classifier) Compile(s Set) *Matcher { return c.judge.Compile(s) }

// Classes splits the requests to a host, with paths as RFC 3986 allows them,
// into classes of which each set matches all requests or none. The classes come
// in an order that depends on the sets alone. Every witness was matched again
// by other means.
func (c *Classifier) Classes(scheme, host string, ms []*Matcher, budget Budget) Partition {
	return c.classes(scheme, host, ms, budget, DefaultPurse)
}

// classes answers Classes within a budget of states for one split of paths, and
// of steps for all that is done.
func (c *Classifier) classes(scheme, host string, ms []*Matcher, budget Budget, steps int) Partition {
	p := newPartitioner(c, scheme, host, ms, budget, steps)
	p.prepare()
	p.walk()
	return p.out
}

// partitioner splits requests method by method and value by value; what is left
// there are paths.
type partitioner struct {
	c            *Classifier
	scheme, host string
	ms           []*Matcher
	limit, most  int             // states of one split, steps of all
	automata     []*automata.NFA // of the raw paths on the host; nil where the set does not have the host
	universe     *automata.NFA
	whole        *whole // nil before it is asked for
	again        map[again]bool
	out          Partition
}

func newPartitioner(c *Classifier, scheme, host string, ms []*Matcher, budget Budget, steps int) *partitioner {
	return &partitioner{
		c: c, scheme: scheme, host: host, ms: ms, limit: budget.states(), most: steps, automata: make([]*automata.NFA, len(ms)),
		again: map[again]bool{}, out: Partition{Unknown: map[int]string{}},
	}
}

func (p *partitioner) prepare() {
	p.universe = rfcPaths()
	cleaned := map[View]bool{}
	for i, m := range p.ms {
		a, err := p.pathsOnHost(m)
		if err != nil {
			p.out.Unknown[i] = err.Error()
			continue
		}
		p.automata[i] = a
		if a == nil || cleaned[m.view] {
			continue
		}
		cleaned[m.view] = true
		if err := p.keepClean(m.view); err != nil {
			p.out.Reason = err.Error()
		}
	}
}

// keepClean leaves only the paths that a view does not change.
func (p *partitioner) keepClean(v View) error {
	clean, err := cleanRaw(v)
	if err != nil || clean == nil {
		return err
	}
	p.out.Within = withinClean
	p.universe, err = p.c.narrowToClean(p.universe, clean, v)
	return err
}

// narrowToClean returns the paths of a universe that are clean, the same
// automaton each time.
func (c *Classifier) narrowToClean(universe, clean *automata.NFA, v View) (*automata.NFA, error) {
	key := narrowing{universe, v}
	c.mu.Lock()
	defer c.mu.Unlock()
	if have, ok := c.clean[key]; ok {
		return have, nil
	}
	out, err := universe.Both(clean)
	if err == nil {
		c.clean[key] = out
	}
	return out, err
}

// pathsOnHost returns the raw paths that the set matches on the host, nil where
// there are none for certain.
func (p *partitioner) pathsOnHost(m *Matcher) (*automata.NFA, error) {
	if err := m.Err(); err != nil {
		return nil, err
	}
	s := &m.set
	switch {
	case s.URL.Lang != 0:
		return p.restOfURL(m)
	case !s.matchesScheme(p.scheme):
		return nil, nil
	case s.HostPattern.Lang != 0:
		hosts, err := m.hosts()
		if err != nil || !hosts.After(p.host).Accept[0] {
			return nil, err
		}
	case !s.matchesHost(p.host):
		return nil, nil
	}
	return m.lifted()
}

// restOfURL returns the raw paths that a pattern over whole URLs leaves after
// scheme and host.
func (p *partitioner) restOfURL(m *Matcher) (*automata.NFA, error) {
	whole, err := m.wholeURL()
	if err != nil {
		return nil, err
	}
	a, err := m.view.restrict(whole.After(p.scheme + "://" + p.host).Leading())
	if err != nil || m.view == RawPath {
		return a, err
	}
	if a, err = automata.Lift(a); err != nil {
		return nil, err
	}
	return RawPath.restrict(a)
}

// rfcPaths are the absolute paths of RFC 3986 section 3.3 without dot segments,
// in which what is encoded is UTF-8 of one or two bytes, and no control
// character of ASCII.
var rfcPaths = sync.OnceValue(func() *automata.NFA {
	a := mustParse("/([A-Za-z0-9\\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*")
	for _, narrow := range []func() (*automata.NFA, error){
		func() (*automata.NFA, error) { return automata.Lift(mustParse(`/[\x20-\x7e\x{80}-\x{7ff}]*`)) },
		func() (*automata.NFA, error) { return withoutDots(), nil },
	} {
		n, err := narrow()
		if err != nil {
			return a
		}
		if n, err = a.Both(n); err == nil {
			a = n
		}
	}
	return a
})

// StandardMethods are the methods of RFC 9110 section 9 and PATCH (RFC 5789).
var StandardMethods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"}

// methods lists the methods worth distinguishing, and one that represents the
// rest.
func (p *partitioner) methods() (names []string, other string) {
	names = slices.Clone(StandardMethods)
	for _, m := range p.ms {
		for _, name := range m.set.Methods {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	other = "X"
	for slices.Contains(names, other) {
		other += "X"
	}
	return names, other
}

// walk goes through the values and methods; atoms on which the same sets remain
// are one.
func (p *partitioner) walk() {
	var sets []*Set
	var on []int
	for i, m := range p.ms {
		if p.automata[i] != nil {
			sets, on = append(sets, &m.set), append(on, i)
		}
	}
	maps := make([]map[predicateKey][]valueSet, len(sets))
	for i, s := range sets {
		maps[i] = s.values()
	}
	names, other := p.methods()
	p.values(predicateKeys(maps...), maps, on, Request{Scheme: p.scheme, Host: p.host}, func(r Request, on []int) {
		p.byMethod(append(names, other), other, r, on)
	})
}

// values picks a sample for each header and claim that a set looks at.
func (p *partitioner) values(keys []predicateKey, maps []map[predicateKey][]valueSet, on []int, r Request, visit func(Request, []int)) {
	if len(keys) == 0 {
		visit(r, on)
		return
	}
	var all []valueSet
	for _, m := range maps {
		all = append(all, m[keys[0]]...)
	}
	for _, s := range samples(all...) {
		next := r
		next.Headers, next.Claims = clone(r.Headers), clone(r.Claims)
		s.set(keys[0], &next)
		var left []int
		for _, i := range on {
			if acceptAll(p.ms[i].set.values()[keys[0]], s) {
				left = append(left, i)
			}
		}
		p.values(keys[1:], maps, left, next, visit)
	}
}

func (p *partitioner) byMethod(names []string, other string, r Request, on []int) {
	var keys []string
	groups, methods := map[string][]int{}, map[string][]string{}
	for _, name := range names {
		var left []int
		for _, i := range on {
			if p.ms[i].set.matchesMethod(name) {
				left = append(left, i)
			}
		}
		key := numbers(left)
		if _, ok := methods[key]; !ok {
			keys = append(keys, key)
		}
		groups[key], methods[key] = left, append(methods[key], name)
	}
	for _, key := range keys {
		list := methods[key]
		others := list[len(list)-1] == other
		if others && len(list) > 1 {
			list = list[:len(list)-1]
		}
		for _, f := range p.pathsOf(groups[key]) {
			c := Class{Takes: f.takes, Methods: list, Others: others, Witness: r}
			c.Witness.Method = list[0]
			c.Witness.RawPath, c.Witness.Path = RawPath.requestPaths(string(f.word))
			p.add(c, f.word)
		}
	}
}

// add keeps a class whose witness passes a second match.
func (p *partitioner) add(c Class, word []rune) {
	if p.out.Steps += len(p.ms); p.out.Steps > p.most {
		p.out.Reason = TooMuch
	}
	if p.out.Reason == TooMuch {
		return
	}
	for i, m := range p.ms {
		if p.automata[i] == nil {
			continue
		}
		ok, err := p.acceptsAgain(m, &c.Witness, word)
		if err != nil || ok != slices.Contains(c.Takes, i) {
			p.out.Reason = "a witness did not stand up to a second match: " + c.Witness.URL()
			return
		}
	}
	p.out.Classes = append(p.out.Classes, c)
}

// again is a path that was matched a second time, by its first rune, and what
// matched it.
type again struct {
	word  *rune
	paths *paths
}

// acceptsAgain is m.Accepts. A path is matched once for all sets of one path
// text, whatever the method.
func (p *partitioner) acceptsAgain(m *Matcher, r *Request, word []rune) (bool, error) {
	if m.parts != nil || m.set.URL.Lang != 0 || m.set.HostPattern.Lang != 0 || len(m.set.Predicates) > 0 {
		return m.Accepts(*r)
	}
	if !m.set.matchesMethod(r.Method) {
		return false, nil
	}
	key := again{&word[0], m.paths}
	ok, known := p.again[key]
	if known {
		return ok, nil
	}
	seen, ok := m.view.See(r.RawPath)
	if ok {
		var err error
		if ok, err = m.acceptsPath(seen, r.Scheme); err != nil {
			return false, err
		}
	}
	p.again[key] = ok
	return ok, nil
}

func numbers(list []int) string {
	key := make([]byte, 0, 4*len(list))
	for _, n := range list {
		key = binary.LittleEndian.AppendUint32(key, uint32(n))
	}
	return string(key)
}
