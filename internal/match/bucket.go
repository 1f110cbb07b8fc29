package match

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/kgw-dev/kgw/internal/automata"
	"github.com/kgw-dev/kgw/internal/parallel"
)

// hit is a pair that may meet, by number.
type hit struct{ i, j int32 }

// entry is a set as the index sees it. What it says of a set may be too much,
// never too little.
type entry struct {
	m       *Matcher
	number  int32
	prefix  string
	methods uint64
	schemes uint8
	loose   bool // not a list of exact hosts
	opaque  bool // its path has no automaton of its own
}

// member is an entry in the bucket of one host. up is the nearest earlier
// member of the bucket whose prefix begins this one's, or -1: by following it
// one meets all members whose paths may have something in common.
type member struct {
	e     *entry
	host  string
	guest bool
	up    int32
}

// index holds the buckets of a collection, one behind the other.
type index struct {
	members  []member
	methods  map[string]uint64
	limit    int
	mu       sync.Mutex
	hits     []hit
	searched int
}

func newIndex(ms []*Matcher, budget Budget) *index {
	x := &index{methods: map[string]uint64{}, limit: budget.states()}
	mixed := slices.ContainsFunc(ms, func(m *Matcher) bool { return m.view != ms[0].view })
	buckets := map[string][]member{}
	var loose []member
	for i, m := range ms {
		e := x.entry(int32(i), m, mixed)
		if e.loose {
			loose = append(loose, member{e: e})
			continue
		}
		for k, h := range m.set.Hosts {
			if !slices.Contains(m.set.Hosts[:k], h) {
				buckets[h] = append(buckets[h], member{e: e, host: h})
			}
		}
	}
	for _, h := range slices.Sorted(maps.Keys(buckets)) {
		for _, l := range loose {
			if l.e.m.mayTakeHost(h) {
				buckets[h] = append(buckets[h], member{e: l.e, host: h, guest: true})
			}
		}
		x.bucket(buckets[h])
	}
	x.bucket(loose)
	return x
}

// mayTakeHost is takesHost, and true where a pattern decides.
func (m *Matcher) mayTakeHost(h string) bool {
	return m.set.URL.Lang != 0 || m.set.HostPattern.Lang != 0 || m.set.takesHost(h)
}

func (x *index) entry(number int32, m *Matcher, mixed bool) *entry {
	s := &m.set
	e := &entry{m: m, number: number, schemes: 3, methods: x.methodBits(s), opaque: m.path == nil}
	if !e.opaque && !mixed {
		e.prefix = m.sig.Prefix
	}
	e.loose = s.URL.Lang != 0 || s.HostPattern.Lang != 0 || s.Hosts == nil || slices.ContainsFunc(s.Hosts, wildcard)
	if s.URL.Lang == 0 && s.Schemes != nil {
		e.schemes = 0
		for i, scheme := range [...]string{"http", "https"} {
			if s.takesScheme(scheme) {
				e.schemes |= 1 << i
			}
		}
	}
	return e
}

// methodBits gives each method a bit, as long as there are bits. Case is
// ignored, which can only make more pairs meet.
func (x *index) methodBits(s *Set) uint64 {
	if s.Methods == nil {
		return ^uint64(0)
	}
	var bits uint64
	for _, m := range s.Methods {
		m = strings.ToUpper(m)
		bit, ok := x.methods[m]
		if !ok {
			bit = 1 << min(len(x.methods), 63)
			x.methods[m] = bit
		}
		bits |= bit
	}
	return bits
}

// bucket appends members in order of prefix and links them.
func (x *index) bucket(list []member) {
	slices.SortStableFunc(list, func(a, b member) int {
		return cmp.Or(strings.Compare(a.e.prefix, b.e.prefix), cmp.Compare(a.e.number, b.e.number))
	})
	base := len(x.members)
	top := int32(-1)
	for k, m := range list {
		for top >= 0 && !strings.HasPrefix(m.e.prefix, x.members[top].e.prefix) {
			top = x.members[top].up
		}
		m.up = top
		x.members = append(x.members, m)
		top = int32(base + k)
	}
}

// search finds the pairs that may meet, in order.
func (x *index) search() []hit {
	parallel.Ranges(len(x.members), func(from, to int) {
		p := prober{x: x, walker: &automata.Walker{}}
		for k := from; k < to; k++ {
			m := &x.members[k]
			for j := m.up; j >= 0; j = x.members[j].up {
				p.probe(m, &x.members[j])
			}
		}
		x.mu.Lock()
		defer x.mu.Unlock()
		x.hits = append(x.hits, p.hits...)
		x.searched += p.searched
	})
	slices.SortFunc(x.hits, func(a, b hit) int { return cmp.Or(cmp.Compare(a.i, b.i), cmp.Compare(a.j, b.j)) })
	return x.hits
}

// prober decides pairs on one goroutine.
type prober struct {
	x        *index
	walker   *automata.Walker
	hits     []hit
	searched int
}

// probe notes a pair that its summaries do not keep apart, and whose paths, if
// both are automata over one alphabet, have a word in common.
func (p *prober) probe(a, b *member) {
	ea, eb := a.e, b.e
	if ea.methods&eb.methods == 0 || ea.schemes&eb.schemes == 0 || a.guest && b.guest {
		return
	}
	comparable := !ea.opaque && !eb.opaque && ea.m.view == eb.m.view
	if comparable && ea.m.sig.Apart(&eb.m.sig) || !first(a, b) {
		return
	}
	p.searched++
	if comparable {
		_, found, err := p.walker.Meet(ea.m.path, eb.m.path, &automata.Masks[len(automata.Masks)-1], p.x.limit)
		if !found && err == nil {
			return
		}
	}
	p.hits = append(p.hits, hit{min(ea.number, eb.number), max(ea.number, eb.number)})
}

// first reports that the bucket is the first in which the two meet.
func first(a, b *member) bool {
	if a.guest || a.e.loose {
		a, b = b, a
	}
	if a.e.loose || len(a.e.m.set.Hosts) == 1 {
		return true
	}
	for _, h := range a.e.m.set.Hosts {
		if b.e.m.mayTakeHost(h) {
			return h == a.host
		}
	}
	return true
}
