package v1beta1

import "testing"

// TestReleases: each change is in the releases that were measured to have it.
func TestReleases(t *testing.T) {
	for _, c := range []struct {
		release                                string
		hashed, merged, two, six, converts     bool
		warns, inFull, target, sidecars, works bool
	}{
		{release: "2.7", works: true},
		{release: "3.0.1", works: true},
		{release: "3.0.4", target: true, works: true},
		{release: "3.1.0", target: true, converts: true, works: true},
		{release: "3.1", target: true, converts: true, hashed: true, sidecars: true, warns: true, works: true},
		{release: "3.2.0", target: true, converts: true, warns: true, works: true},
		{release: "3.2.1", target: true, converts: true, hashed: true, sidecars: true, warns: true, works: true},
		{release: "3.2.3", target: true, converts: true, hashed: true, sidecars: true, warns: true, inFull: true, merged: true, works: true},
		{release: "3.3.0", target: true, converts: true, hashed: true, sidecars: true, warns: true, inFull: true, merged: true, works: true},
		{release: "3.3.1", target: true, converts: true, hashed: true, sidecars: true, warns: true, inFull: true, merged: true, two: true, works: true},
		{release: "3.4.0", target: true, converts: true, hashed: true, sidecars: true, warns: true, inFull: true, merged: true, works: true},
		{release: "3.4", target: true, converts: true, hashed: true, sidecars: true, warns: true, inFull: true, merged: true, two: true, works: true},
		{release: "3.5.0", target: true, converts: true, hashed: true, sidecars: true, warns: true, inFull: true, merged: true, two: true, six: true, works: true},
		{release: "", target: true, converts: true, hashed: true, sidecars: true, warns: true, inFull: true, merged: true, two: true, six: true, works: true},
		{release: "3.10", target: true, converts: true, hashed: true, sidecars: true, warns: true, inFull: true, merged: true, two: true, six: true},
	} {
		r := releaseOf(c.release)
		for what, got := range map[string][2]bool{
			"hashes the namespace": {r.hashesNamespace(), c.hashed}, "merges by labels": {r.mergesByLabels(), c.merged},
			"two owner labels": {r.twoOwners(), c.two}, "labels of the module": {r.marksModule(), c.six}, "converts": {r.converts(), c.converts},
			"warns": {r.warns(), c.warns}, "status in full": {r.warnsInFull(), c.inFull}, "says target": {r.saysTarget(), c.target},
			"native sidecars": {r.nativeSidecars(), c.sidecars}, "reconciles": {r.reconciles(), c.works},
		} {
			if got[0] != got[1] {
				t.Errorf("%q %s: %v", c.release, what, got[0])
			}
		}
	}
}
