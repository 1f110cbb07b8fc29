package parallel

import (
	"strings"
	"sync/atomic"
	"testing"
)

func TestEachDoesEveryPieceOnce(t *testing.T) {
	for _, n := range []int{0, 1, maxBatch, maxBatch + 1, 1000} {
		done := make([]int, n)
		Each(n, func(i int) { done[i]++ })
		for i, times := range done {
			if times != 1 {
				t.Errorf("n = %d: piece %d was worked on %d times", n, i, times)
			}
		}
	}
}

func TestEachRaisesPanics(t *testing.T) {
	var done atomic.Int64
	defer func() {
		trace, _ := recover().(string)
		if !strings.HasPrefix(trace, "piece 40 is broken\n") || !strings.Contains(trace, "parallel_test.go") {
			t.Errorf("panic %q, want the cause and where it happened", trace)
		}
		if done.Load() < 1000-maxBatch {
			t.Errorf("%d pieces were worked on: the other batches were given up", done.Load())
		}
	}()
	Each(1000, func(i int) {
		if i == 40 {
			panic("piece 40 is broken")
		}
		done.Add(1)
	})
}
