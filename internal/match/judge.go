package match

import "sync"

// Judge answers what can be asked of one path text, and remembers the answers:
// thousands of routes share a few texts. A nil Judge remembers nothing. It is
// safe for concurrent use.
type Judge struct {
	refused     memo[refusal, verdict]
	exponential memo[string, bool]
	differently memo[string, []string]
}

type refusal struct {
	path   Path
	engine Engine
}

type verdict struct {
	reason  string
	refused bool
}

// RefusedBy is the function of that name.
func (j *Judge) RefusedBy(p Path, e Engine) (reason string, refused bool) {
	if j == nil {
		return RefusedBy(p, e)
	}
	v := j.refused.of(refusal{p, e}, func(r refusal) (v verdict) {
		v.reason, v.refused = RefusedBy(r.path, r.engine)
		return v
	})
	return v.reason, v.refused
}

// Exponential is the function of that name.
func (j *Judge) Exponential(text string) bool {
	if j == nil {
		return Exponential(text)
	}
	return j.exponential.of(text, Exponential)
}

// ReadDifferently is the function of that name.
func (j *Judge) ReadDifferently(text string) []string {
	if j == nil {
		return ReadDifferently(text)
	}
	return j.differently.of(text, ReadDifferently)
}

// memo remembers the values of a function.
type memo[K comparable, V any] struct{ known sync.Map }

func (m *memo[K, V]) of(key K, f func(K) V) V {
	if v, ok := m.known.Load(key); ok {
		return v.(V)
	}
	v := f(key)
	m.known.Store(key, v)
	return v
}
