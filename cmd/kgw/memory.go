package main

import "runtime/debug"

// collectAt is how much may be allocated, in percent of what is in use, before
// the next collection. Nearly everything stays in use until the end of a run,
// so that Go's own 100 would double what 10,000 resources need;
// docs/performance.md has the measurements.
const collectAt = 75

// setCollector sets the garbage collector. What the user set with GOGC holds.
func (a *app) setCollector() {
	if a.getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
}

// collectLess is collectAt for comparisons by class of requests and for runs that
// are repeated, which allocate much that is soon done with.
const collectLess = 400

// collectRarely sets the garbage collector for such work.
func (a *app) collectRarely() {
	if a.getenv("GOGC") == "" {
		debug.SetGCPercent(collectLess)
	}
}
