package main

import "runtime/debug"

// collectAt is the memory that may be allocated before the next collection, in
// percent of the memory in use. Nearly everything stays in use until the end of a
// run, so that Go's default of 100 would double the memory for 10,000 resources;
// docs/performance.md has the measurements.
const collectAt = 75

// setCollector sets the garbage collector, unless the user set GOGC.
func (a *app) setCollector() {
	if a.getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
}

// collectLess is collectAt for comparisons by class of requests and for repeated
// runs, which allocate much memory that they soon release.
const collectLess = 400

// collectRarely sets the garbage collector for such work.
func (a *app) collectRarely() {
	if a.getenv("GOGC") == "" {
		debug.SetGCPercent(collectLess)
	}
}
