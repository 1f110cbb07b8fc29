package migrate

import "sync"

// memo remembers answers; many resources ask the same questions.
type memo[K comparable, V any] struct{ answers sync.Map }

func (m *memo[K, V]) get(key K, answer func() V) V {
	if v, ok := m.answers.Load(key); ok {
		return v.(V)
	}
	v := answer()
	m.answers.Store(key, v)
	return v
}
