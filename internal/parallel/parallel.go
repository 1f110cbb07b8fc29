// Package parallel spreads independent work over the processors.
//
// It takes a number of pieces and a function and returns when all are done. The
// order in which pieces are worked on is not defined: the work on piece i
// writes to its own place, so that the result does not depend on it. The
// package must not know what the work is.
package parallel

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// maxBatch is the largest number of pieces that a processor works on at a time.
const maxBatch = 16

// Each calls work for 0 to n-1 on every processor. A panic of work is raised
// again in the caller, as text with the stack it came from; the other batches
// are still worked on.
func Each(n int, work func(i int)) {
	spread(n, processors(), min(batchOf(n), maxBatch), one(work))
}

// Bounded calls work for 0 to n-1, at most so many at a time, whatever the number of
// processors: for work that waits. Panics are those of Each.
func Bounded(n, most int, work func(i int)) { spread(n, most, 1, one(work)) }

// Ranges calls work for ranges that together are 0 to n-1, each once, on every
// processor: for work that keeps something from one piece to the next. Panics
// are those of Each.
func Ranges(n int, work func(from, to int)) {
	spread(n, processors(), batchOf(n), work)
}

// batchOf is how many of n pieces a processor works on at a time.
func batchOf(n int) int { return max(n/(8*max(min(processors(), n), 1)), 1) }

func processors() int { return runtime.GOMAXPROCS(0) }

// one is work on the pieces of a range, one after the other.
func one(work func(i int)) func(from, to int) {
	return func(from, to int) {
		for i := from; i < to; i++ {
			work(i)
		}
	}
}

func spread(n, workers, batch int, work func(from, to int)) {
	var wg sync.WaitGroup
	var next atomic.Int64
	var failed atomic.Pointer[string]
	for range min(workers, n) {
		wg.Go(func() {
			for {
				to := int(next.Add(int64(batch)))
				from := to - batch
				if from >= n {
					return
				}
				guard(&failed, from, min(to, n), work)
			}
		})
	}
	wg.Wait()
	if trace := failed.Load(); trace != nil {
		panic(*trace)
	}
}

// guard works on one range and keeps its panic.
func guard(failed *atomic.Pointer[string], from, to int, work func(from, to int)) {
	defer func() {
		if p := recover(); p != nil {
			trace := fmt.Sprintf("%v\n%s", p, debug.Stack())
			failed.CompareAndSwap(nil, &trace)
		}
	}()
	work(from, to)
}
