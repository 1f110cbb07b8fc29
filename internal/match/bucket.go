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

// entry is a set as the index sees it. It may describe more than the set, never less.
type entry struct {
	m       *Matcher
	number  int32
	prefix  string
	methods uint64
	schemes uint8
	loose   bool                // not a list of exact hosts
	path    *automata.NFA       // nil where its path has no automaton of its own
	sig     *automata.Signature // of the path
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
	steps    int
}

func newIndex(ms []*Matcher) *index {
	parallel.Each(len(ms), func(i int) { ms[i].summary() }) // entries read it one after the other
	x := &index{methods: map[string]uint64{}}
	mixed := slices.ContainsFunc(ms, func(m *Matcher) bool { return m.view != ms[0].view })
	buckets := map[string][]member{}
	var loose []member
	wild := below{}
	for i, m := range ms {
		e := x.newEntry(int32(i), m, mixed)
		switch suffix, one := e.suffix(); {
		case one:
			wild[suffix] = append(wild[suffix], member{e: e})
		case e.loose:
			loose = append(loose, member{e: e})
		default:
			for k, h := range m.set.Hosts {
				if !slices.Contains(m.set.Hosts[:k], h) {
					buckets[h] = append(buckets[h], member{e: e, host: h})
				}
			}
		}
	}
	for _, h := range slices.Sorted(maps.Keys(buckets)) {
		for _, l := range loose {
			if l.e.m.mayMatchHost(h) {
				buckets[h] = append(buckets[h], member{e: l.e, host: h, guest: true})
			}
		}
		x.addBucket(append(buckets[h], wild.membersFor(h)...))
	}
	x.addWildcards(wild, loose)
	return x
}

// below are members of one wildcard host each, by what follows the "*.".
type below map[string][]member

// suffix returns what follows the "*." of a set that has one host, a wildcard.
func (e *entry) suffix() (suffix string, one bool) {
	s := &e.m.set
	if s.URL.Lang != 0 || s.HostPattern.Lang != 0 || len(s.Hosts) != 1 {
		return "", false
	}
	return strings.CutPrefix(s.Hosts[0], "*.")
}

// membersFor are the members whose wildcard matches a host, or all hosts below
// it.
func (b below) membersFor(h string) []member {
	var out []member
	for _, rest, more := strings.Cut(h, "."); more; _, rest, more = strings.Cut(rest, ".") {
		for _, m := range b[rest] {
			out = append(out, member{e: m.e, host: h, guest: true})
		}
	}
	return out
}

// maxGuests bounds the members that are in the buckets of others.
const maxGuests = 1_000_000

// addWildcards adds a bucket for each wildcard host, with the sets that match
// everything that it matches, and one for the sets without a list of hosts.
// Wildcards that do not contain one another have nothing in common.
func (x *index) addWildcards(wild below, loose []member) {
	if len(wild)*len(loose) > maxGuests {
		for _, suffix := range slices.Sorted(maps.Keys(wild)) {
			loose = append(loose, wild[suffix]...)
		}
		x.addBucket(loose)
		return
	}
	for _, suffix := range slices.Sorted(maps.Keys(wild)) {
		list := append(slices.Clone(wild[suffix]), wild.membersFor(suffix)...)
		for _, l := range loose {
			list = append(list, member{e: l.e, guest: true})
		}
		x.addBucket(list)
	}
	x.addBucket(loose)
}

// mayMatchHost is matchesHost, and true where a pattern decides.
func (m *Matcher) mayMatchHost(h string) bool {
	return m.set.URL.Lang != 0 || m.set.HostPattern.Lang != 0 || m.set.matchesHost(h)
}

func (x *index) newEntry(number int32, m *Matcher, mixed bool) *entry {
	s := &m.set
	e := &entry{m: m, number: number, schemes: 3, methods: x.methodBits(s), sig: m.summary()}
	e.path, _ = m.path()
	if e.path != nil && !mixed {
		e.prefix = e.sig.Prefix
	}
	e.loose = s.URL.Lang != 0 || s.HostPattern.Lang != 0 || s.Hosts == nil || slices.ContainsFunc(s.Hosts, isWildcard)
	if s.URL.Lang == 0 && s.Schemes != nil {
		e.schemes = 0
		for i, scheme := range [...]string{"http", "https"} {
			if s.matchesScheme(scheme) {
				e.schemes |= 1 << i
			}
		}
	}
	return e
}

// methodBits assigns each method a bit, as long as there are bits. Case is
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

// addBucket appends members in order of prefix and links them.
func (x *index) addBucket(list []member) {
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

// maxSearched bounds the pairs that are searched where a purse bounds the run.
const maxSearched = 200_000

// search finds the pairs that may meet, in order. left are those that were not
// looked at: there are too many.
func (x *index) search(purse *Purse) (hits []hit, left int) {
	counts := make([]int, len(x.members))
	x.eachMember(len(x.members), func(p *prober, k int) { counts[k] = p.count(k) })
	total, until := 0, len(counts)
	for k, n := range counts {
		if total+n > maxSearched && purse != nil && until == len(counts) {
			until = k
		}
		if until == len(counts) {
			total += n
		} else {
			left += n
		}
	}
	x.limit = min(firstBudget, purse.budget(2*total)).states()
	x.eachMember(until, func(p *prober, k int) {
		m := &x.members[k]
		for j := m.up; j >= 0; j = x.members[j].up {
			p.probe(m, &x.members[j])
		}
	})
	purse.pay(x.steps, DefaultBudget, false)
	slices.SortFunc(x.hits, func(a, b hit) int { return cmp.Or(cmp.Compare(a.i, b.i), cmp.Compare(a.j, b.j)) })
	return x.hits, left
}

// eachMember calls do for the first members on every core.
func (x *index) eachMember(n int, do func(p *prober, k int)) {
	parallel.Ranges(n, func(from, to int) {
		p := prober{x: x, walker: &automata.Walker{}}
		for k := from; k < to; k++ {
			do(&p, k)
		}
		x.mu.Lock()
		defer x.mu.Unlock()
		x.hits = append(x.hits, p.hits...)
		x.searched += p.searched
		x.steps += p.walker.Steps
	})
}

// prober decides pairs on one goroutine.
type prober struct {
	x        *index
	walker   *automata.Walker
	hits     []hit
	searched int
}

// count is how many pairs a member is in that summaries do not keep apart.
func (p *prober) count(k int) int {
	m, n := &p.x.members[k], 0
	for j := m.up; j >= 0; j = p.x.members[j].up {
		if mayMeet(m, &p.x.members[j]) {
			n++
		}
	}
	return n
}

// mayMeet reports whether the summaries of a pair do not keep it apart.
func mayMeet(a, b *member) bool {
	ea, eb := a.e, b.e
	if ea.methods&eb.methods == 0 || ea.schemes&eb.schemes == 0 || a.guest && b.guest {
		return false
	}
	return (!sameAlphabet(ea, eb) || !ea.sig.Apart(eb.sig)) && meetFirst(a, b)
}

// sameAlphabet reports whether the paths of two sets are automata over one
// alphabet.
func sameAlphabet(a, b *entry) bool { return a.path != nil && b.path != nil && a.m.view == b.m.view }

// probe notes a pair that its summaries do not keep apart, and whose paths, if
// they are comparable, have a word in common.
func (p *prober) probe(a, b *member) {
	if !mayMeet(a, b) {
		return
	}
	p.searched++
	ea, eb := a.e, b.e
	if sameAlphabet(ea, eb) {
		_, found, err := p.walker.Meet(ea.path, eb.path, &automata.Masks[len(automata.Masks)-1], p.x.limit)
		if !found && err == nil {
			return
		}
	}
	p.hits = append(p.hits, hit{min(ea.number, eb.number), max(ea.number, eb.number)})
}

// meetFirst reports that the bucket is the first in which the two meet.
func meetFirst(a, b *member) bool {
	if a.guest || a.e.loose {
		a, b = b, a
	}
	if a.e.loose || len(a.e.m.set.Hosts) == 1 {
		return true
	}
	for _, h := range a.e.m.set.Hosts {
		if b.e.m.mayMatchHost(h) {
			return h == a.host
		}
	}
	return true
}
