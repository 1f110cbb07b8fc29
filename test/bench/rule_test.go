package main

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/schema"
)

// TestRules holds the inputs to what the table says of them: the same on every
// run, about 44 lines each, each on a host of its own.
func TestRules(t *testing.T) {
	const n = 1000
	lines, hosts := 0, map[string]bool{}
	for i := range n {
		text := apiRule(i)
		if text != apiRule(i) {
			t.Fatalf("rule %d differs from run to run", i)
		}
		lines += strings.Count(text, "\n")
		_, host, _ := strings.Cut(text, "\n  host: ")
		host, _, _ = strings.Cut(host, "\n")
		if host == "" || hosts[host] {
			t.Errorf("rule %d has the host %q", i, host)
		}
		hosts[host] = true
	}
	if average := lines / n; average < 42 || average > 48 {
		t.Errorf("a rule has %d lines on average", average)
	}
	if schema.Find("gateway.kyma-project.io/v1beta1", "APIRule") == nil {
		t.Error("kgw does not know the kind")
	}
}
