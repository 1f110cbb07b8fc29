package kinds

import (
	"slices"
	"testing"
)

func TestTable(t *testing.T) {
	if !slices.IsSorted(Names()) {
		t.Errorf("the kinds are not sorted: %q", Names())
	}
	for _, k := range All() {
		if !Written(k.Group, k.Name) || Written("", k.Name) || Written("example.org", k.Name) {
			t.Errorf("%s of group %q is not found by its group alone", k.Name, k.Group)
		}
	}
	if Written("", "Service") {
		t.Error("a Service is not written")
	}
}
