package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/recorded"
	"github.com/kgw-dev/kgw/simulate"
)

// TestCutComment holds that a comment keeps to its limit, and that its last line counts
// each row that has no room.
func TestCutComment(t *testing.T) {
	rows := func(name string, n int) block {
		b := block{head: "\n| " + name + " |\n|---|\n"}
		for i := range n {
			b.rows = append(b.rows, fmt.Sprintf("| %s %03d |\n", name, i))
		}
		return b
	}
	calls, changes := rows("call", 40), rows("change", 40)
	all := joinBlocks("head\n", 1<<16, calls, block{head: "\n| none |\n"}, changes)
	if strings.Count(all, "| call 0")+strings.Count(all, "| change 0") != 80 || strings.Contains(all, "none") || strings.Contains(all, "left out") {
		t.Errorf("with room for all:\n%s", all)
	}
	for limit := 200; limit < len(all); limit += 50 {
		got := joinBlocks("head\n", limit, calls, changes)
		shown := strings.Count(got, "| call 0") + strings.Count(got, "| change 0")
		if len(got) > limit || !strings.HasPrefix(got, "head\n") {
			t.Errorf("%d bytes of at most %d:\n%s", len(got), limit, got)
		}
		if want := fmt.Sprintf("\n%d more rows are left out: ", 80-shown); !strings.Contains(got, want) {
			t.Errorf("at most %d bytes: no %q in\n%s", limit, want, got)
		}
		if strings.Contains(got, "| change 0") && !strings.Contains(got, "| call 039 |") {
			t.Errorf("at most %d bytes: a row is left out before one that is shown:\n%s", limit, got)
		}
	}
}

// TestCallsWithoutToken holds that a call that is known to bring no token does not hide
// one of which that is not known.
func TestCallsWithoutToken(t *testing.T) {
	r := simulate.Request{Method: "GET", Scheme: "https", Host: "a.test", Target: "/x"}
	c := &consumer{seen: map[string]bool{}}
	c.add(&recorded.File{Calls: []recorded.Call{{Request: r, Token: true}, {Request: r}, {Request: r}}}, "f")
	if len(c.calls) != 2 {
		t.Errorf("%d calls are kept, not 2", len(c.calls))
	}
}
