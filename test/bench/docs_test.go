package main

import "testing"

// TestReplaced holds that one table is replaced and nothing else, and that a table
// without a place is an error.
func TestReplaced(t *testing.T) {
	const text = "a\n<!-- bench one -->\n\n| old |\n\n<!-- bench end -->\nb\n<!-- bench two -->\n<!-- bench end -->\n"
	got, err := replaced(text, "one", "| new |\n")
	if want := "a\n<!-- bench one -->\n\n| new |\n\n<!-- bench end -->\nb\n<!-- bench two -->\n<!-- bench end -->\n"; err != nil || got != want {
		t.Errorf("%v\n%s", err, got)
	}
	if again, err := replaced(got, "one", "| new |\n"); err != nil || again != got {
		t.Errorf("a second time: %v\n%s", err, again)
	}
	if got, err = replaced(text, "three", "| new |"); err == nil {
		t.Error(got)
	}
}
