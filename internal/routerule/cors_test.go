package routerule_test

import (
	"testing"
	"time"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/routerule"
	"github.com/kgw-dev/kgw/internal/source"
)

// TestShortMaxAge: the API server refuses a policy of less than a second.
func TestShortMaxAge(t *testing.T) {
	for age, want := range map[time.Duration]int32{0: 1, 500 * time.Millisecond: 1, 1500 * time.Millisecond: 1, time.Minute: 60} {
		policy := &ir.CORS{Origins: []ir.Origin{{Kind: "exact", Value: "https://a.example.com"}}, MaxAge: &age}
		if got := routerule.CORS(policy).MaxAge; got != want {
			t.Errorf("%s is written as %d, want %d", age, got, want)
		}
		var found diag.List
		routerule.CheckCORS(policy, source.Ref{}, &found)
		if said := len(found) == 2; said != (age < time.Second) {
			t.Errorf("%s: %v", age, found)
		}
	}
}
