package parallel

import (
	"strings"
	"sync/atomic"
	"testing"
)

// TestBounded holds that as many pieces as allowed are under way at once, and never
// more: each waits until its group of three is there.
func TestBounded(t *testing.T) {
	const most, n = 3, 12
	var under atomic.Int64
	done := make([]int, n)
	arrived, leave := make(chan bool), make(chan bool)
	go func() {
		for range n / most {
			for range most {
				<-arrived
			}
			for range most {
				leave <- true
			}
		}
	}()
	Bounded(n, most, func(i int) {
		if now := under.Add(1); now > most {
			t.Errorf("%d pieces are under way", now)
		}
		arrived <- true
		<-leave
		done[i]++
		under.Add(-1)
	})
	for i, times := range done {
		if times != 1 {
			t.Errorf("piece %d was worked on %d times", i, times)
		}
	}
	Bounded(0, most, func(int) { t.Error("there is nothing to work on") })
}

// TestBoundedRaisesPanics holds that the caller gets the panic of a piece, and that the
// others are worked on.
func TestBoundedRaisesPanics(t *testing.T) {
	var done atomic.Int64
	defer func() {
		if trace, _ := recover().(string); !strings.HasPrefix(trace, "piece 4 is broken\n") {
			t.Errorf("panic %q", trace)
		}
		if done.Load() != 99 {
			t.Errorf("%d pieces were worked on", done.Load())
		}
	}()
	Bounded(100, 8, func(i int) {
		if i == 4 {
			panic("piece 4 is broken")
		}
		done.Add(1)
	})
}
