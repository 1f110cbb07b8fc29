package main

import (
	"runtime/debug"

	"github.com/kgw-dev/kgw/internal/source"
)

// Memory that a run may take before the collector works harder: a base, so
// much for each byte of input, and so much for each byte of the largest
// document, whose whole tree is in memory at once.
const (
	memoryBase        = 16 << 20
	memoryPerByte     = 12
	memoryPerDocument = 24
)

// collectRarely lets memory grow before the first collections, when nearly all
// of it is in use anyway, and bounds it in proportion to the input. What the
// user set with GOGC or GOMEMLIMIT holds.
func (a *app) collectRarely(files []*source.File) {
	if a.getenv("GOGC") != "" || a.getenv("GOMEMLIMIT") != "" {
		return
	}
	total, largest := 0, 0
	for _, f := range files {
		total += len(f.Data)
		if len(f.Data) > largest {
			largest = max(largest, largestDocument(f))
		}
	}
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(int64(memoryBase + memoryPerByte*total + memoryPerDocument*largest))
}

func largestDocument(f *source.File) int {
	docs, _ := source.Split(f)
	n := 0
	for _, d := range docs {
		n = max(n, len(d.Text()))
	}
	return n
}
