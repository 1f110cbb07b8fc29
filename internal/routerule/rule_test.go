package routerule_test

import (
	"testing"
	"time"

	"github.com/kgw-dev/kgw/internal/routerule"
)

// TestDuration: the definition knows no fractions, and five digits at most.
func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 1: "1ms", time.Second: "1s", 1500 * time.Millisecond: "1500ms", 100_500 * time.Millisecond: "100s500ms", 90 * time.Second: "90s",
		99_999 * time.Second: "99999s", 100_000 * time.Second: "27h46m40s", 100*time.Hour + time.Millisecond: "100h1ms",
	} {
		got := routerule.Duration(d)
		if got != want {
			t.Errorf("%s is written as %s, want %s", d, got, want)
		}
		read, err := time.ParseDuration(got)
		if err != nil || read < d || read-d >= time.Millisecond {
			t.Errorf("%s is written as %s: %v", d, got, err)
		}
	}
}
