package sidecar

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// What is near pods has, in order, every selection without a label of another
// value.
func TestSelectionsNearPods(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 2))
	some := func() map[string]string {
		out := map[string]string{}
		for range rnd.IntN(3) {
			out[[]string{"app", "team", "tier"}[rnd.IntN(3)]] = fmt.Sprint(rnd.IntN(3))
		}
		return out
	}
	left := 0
	for range 200 {
		s := &selections{byLabel: map[string]map[string][]int{}}
		for range rnd.IntN(12) {
			s.add(&selection{chosen: chosen{labels: some()}})
		}
		pods := some()
		near := s.withoutOthers(pods)
		if !slices.IsSortedFunc(near, func(a, b *selection) int { return slices.Index(s.all, a) - slices.Index(s.all, b) }) {
			t.Fatalf("the order is another one: %v", near)
		}
		for _, sel := range s.all {
			differs := false
			for name, value := range sel.labels {
				have, has := pods[name]
				differs = differs || has && have != value
			}
			if !slices.Contains(near, sel) {
				if left++; !differs {
					t.Fatalf("%v is left out for %v", sel.labels, pods)
				}
			}
		}
	}
	if left < 100 {
		t.Errorf("%d selections were left out: too few", left)
	}
}
