package match

import (
	"sync"
	"sync/atomic"

	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// Judge answers what can be asked of one path text, and remembers the answers:
// thousands of routes share a few texts. A nil Judge remembers nothing. A Judge
// is safe for concurrent use.
type Judge struct {
	refused     memo[refusal, verdict]
	exponential memo[string, bool]
	differently memo[string, []string]
	paths       memo[pathKey, *paths]
}

// pathKey is what a compiled path depends on.
type pathKey struct {
	path pathlang.Path
	view View
	move Move
}

// maxPaths bounds how many compiled paths are remembered: they are large. What shares
// them is asked about one after the other, such as all that is on a host.
const maxPaths = 1000

type refusal struct {
	path   pathlang.Path
	engine pathlang.Engine
}

type verdict struct {
	reason  string
	refused bool
}

// NewJudge returns an empty Judge.
func NewJudge() *Judge {
	j := &Judge{}
	j.paths.most = maxPaths
	return j
}

// RefusedBy is pathlang.RefusedBy.
func (j *Judge) RefusedBy(p pathlang.Path, e pathlang.Engine) (reason string, refused bool) {
	if j == nil {
		return pathlang.RefusedBy(p, e)
	}
	v := j.refused.get(refusal{p, e}, func(r refusal) (v verdict) {
		v.reason, v.refused = pathlang.RefusedBy(r.path, r.engine)
		return v
	})
	return v.reason, v.refused
}

// Exponential is pathlang.Exponential.
func (j *Judge) Exponential(text string) bool {
	if j == nil {
		return pathlang.Exponential(text)
	}
	return j.exponential.get(text, pathlang.Exponential)
}

// ReadDifferently is pathlang.ReadDifferently.
func (j *Judge) ReadDifferently(text string) []string {
	if j == nil {
		return pathlang.ReadDifferently(text)
	}
	return j.differently.get(text, pathlang.ReadDifferently)
}

// Compile is the function Compile of this package.
func (j *Judge) Compile(s Set) *Matcher {
	if j == nil || s.URL.Lang != 0 {
		return Compile(s)
	}
	return newMatcher(s, j.paths.get(s.key(), pathsOf))
}

// Relate compares two sets with the default budget.
func (j *Judge) Relate(a, b Set) Relation { return j.Compile(a).Relate(j.Compile(b), 0) }

// Difference reports whether a has a request that none of the others has, with
// the default budget.
func (j *Judge) Difference(a Set, others ...Set) Rest {
	return j.Compile(a).Difference(0, j.CompileAll(others)...)
}

// Accepts reports whether a request is certainly in a set.
func (j *Judge) Accepts(s Set, r Request) bool {
	ok, err := j.Compile(s).Accepts(r)
	return err == nil && ok
}

// CompileAll compiles sets on all processors.
func (j *Judge) CompileAll(sets []Set) []*Matcher {
	out := make([]*Matcher, len(sets))
	parallel.Each(len(sets), func(i int) { out[i] = j.Compile(sets[i]) })
	return out
}

// memo remembers values of a function: all, or those since it began anew, which it
// does where they are as many as most says.
type memo[K comparable, V any] struct {
	known sync.Map
	most  int64
	count atomic.Int64
}

func (m *memo[K, V]) get(key K, f func(K) V) V {
	if v, ok := m.known.Load(key); ok {
		return v.(V)
	}
	v := f(key)
	if m.most > 0 && m.count.Add(1) > m.most {
		m.known.Clear()
		m.count.Store(1)
	}
	m.known.Store(key, v)
	return v
}
