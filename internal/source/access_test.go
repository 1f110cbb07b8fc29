package source

import "testing"

// TestMapWithin holds that an entry must be there, also one whose value is empty, as
// Kubernetes reads selectors.
func TestMapWithin(t *testing.T) {
	type texts = map[string]string
	for _, c := range []struct {
		few, many texts
		want      bool
	}{
		{nil, nil, true},
		{nil, texts{"a": "b"}, true},
		{texts{"a": "b"}, texts{"a": "b", "c": "d"}, true},
		{texts{"a": "b"}, texts{"a": "c"}, false},
		{texts{"a": "b", "c": "d"}, texts{"a": "b"}, false},
		{texts{"a": "b", "c": ""}, texts{"a": "b"}, false},
		{texts{"c": ""}, texts{"c": ""}, true},
	} {
		if got := MapWithin(c.few, c.many); got != c.want {
			t.Errorf("%v within %v: %v", c.few, c.many, got)
		}
	}
}
