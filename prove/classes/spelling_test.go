package classes

import (
	"slices"
	"testing"
)

// TestPlainRequestsAreWitnesses: a change that a plain request shows is never told
// by one that hardly a client sends, whichever is found first.
func TestPlainRequestsAreWitnesses(t *testing.T) {
	change := func(method, path, url string) Change {
		return Change{Kind: Tightened, Methods: []string{method}, Path: path, Witness: Witness{URL: url}}
	}
	c := &comparison{merged: map[spelledKey]int{}}
	for _, ch := range []Change{
		change("GET", "/.*", "https://a.test/*"), change("PUT", "/.*", "https://a.test/%61"), change("POST", "/.*", "https://a.test/x"),
		change("GET", "/b.*", "https://a.test/b*"), change("POST", "/b.*", "https://a.test/b**"),
	} {
		c.addChange(ch)
	}
	c.joinSpellings()
	if len(c.changes) != 2 || c.changes[0].Witness.URL != "https://a.test/x" || !slices.Equal(c.changes[0].Methods, []string{"POST", "GET", "PUT"}) {
		t.Errorf("%+v", c.changes)
	}
	if SpellingOf(c.changes[1].Witness.URL) != Asterisk || len(c.changes[1].Methods) != 2 {
		t.Errorf("%+v", c.changes[1])
	}
	for url, want := range map[string]Spelling{"https://a.test/%2Fa": Plain, "https://a.test/a?b=*": Plain, "https://a.test/%41*": Encoded, "https://a.test/%2a": Plain} {
		if got := SpellingOf(url); got != want {
			t.Errorf("%s: %q", url, got)
		}
	}
}

// TestVerbs: methods beyond those of HTTP are named together, never by the one that
// represents them.
func TestVerbs(t *testing.T) {
	for want, c := range map[string]Change{
		"GET,POST":     {Methods: []string{"GET", "POST"}},
		"TRACE,others": {Methods: []string{"TRACE"}, Others: true},
		"others":       {Methods: []string{"X"}, Others: true},
		"*":            {Others: true},
	} {
		if got := c.Verbs(); got != want {
			t.Errorf("%v, %v: %s, want %s", c.Methods, c.Others, got, want)
		}
	}
}
