package match

// trie remembers a value for each sequence of keys.
type trie[K comparable, V any] struct {
	value V
	known bool
	below map[K]*trie[K, V]
}

// placeOf returns the place of a sequence, made if it is not there yet.
func (t *trie[K, V]) placeOf(keys []K) *trie[K, V] {
	for _, k := range keys {
		next := t.below[k]
		if next == nil {
			next = &trie[K, V]{}
			if t.below == nil {
				t.below = map[K]*trie[K, V]{}
			}
			t.below[k] = next
		}
		t = next
	}
	return t
}

// set notes the value of a place.
func (t *trie[K, V]) set(v V) { t.value, t.known = v, true }
