package envoy

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// TestHostIsSaidOnce checks that a host with a line end is reported only at the host,
// and a header that a rule sets only at the rule.
func TestHostIsSaidOnce(t *testing.T) {
	g := &ir.Gateway{Hosts: []ir.Host{{Name: "a.example.com\n"}}}
	for header, want := range map[string]int{"": 0, "x-shop": 1, "x-forwarded-host": 1} {
		r := &ir.Route{Filters: []ir.Filter{ir.ForwardedHost{}}}
		if header != "" {
			r.Filters = append(r.Filters, ir.SetRequestHeaders{Headers: map[string]string{header: "b\n"}})
		}
		var found diag.List
		CheckRequest(g, Headers(g, r).Request, source.Ref{}, &found)
		if len(found) != want {
			t.Errorf("%q: %d findings, want %d", header, len(found), want)
		}
	}
}
