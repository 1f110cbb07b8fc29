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

// What is said to move has no wish that v2 cannot grant, and what is said to
// change does in one of ten.
func TestProofs(t *testing.T) {
	differ := 0
	for i := range 1000 {
		if apiRule(i) != changed(i) {
			differ++
		}
		if text := movable(i, "/s", "web"); strings.Contains(text, "[a-z") || !strings.Contains(text, "path: /s/v1/") {
			t.Errorf("rule %d is\n%s", i, text)
		}
	}
	if differ != 100 {
		t.Errorf("%d of 1,000 rules change", differ)
	}
}
