package lazyregexp

import "testing"

// TestNew: an expression is compiled when it is asked for, and once.
func TestNew(t *testing.T) {
	digits, malformed := New(`^\d+$`), New(`(`)
	if re := digits(); !re.MatchString("12") || re.MatchString("a") || re != digits() {
		t.Errorf("%v is not the one expression", re)
	}
	defer func() {
		if recover() == nil {
			t.Error("a malformed expression is returned")
		}
	}()
	malformed()
}
