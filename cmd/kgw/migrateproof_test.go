package main

import (
	"testing"

	"github.com/kgw-dev/kgw/prove/classes"
)

// TestWhatMatters: a move that leaves who gets through, and where to, says so, and
// one that does not never does.
func TestWhatMatters(t *testing.T) {
	preflight := semanticChange{Kind: classes.Exposed, Before: classes.NoRoute, Methods: []string{"OPTIONS"}}
	beyond, more, open := preflight, preflight, preflight
	beyond.AnyMethod, more.Methods, open.Before = true, []string{"GET", "OPTIONS"}, "jwt"
	if preflight.matters() {
		t.Error("OPTIONS for preflights matters")
	}
	for _, c := range []semanticChange{beyond, more, open} {
		if !c.matters() {
			t.Errorf("%v does not matter", c)
		}
	}
	beside := map[classes.Kind]bool{classes.Internal: true, classes.Headers: true, classes.Timeout: true, classes.Added: true, classes.Status: true}
	for _, kind := range classes.Kinds() {
		if c := (semanticChange{Kind: kind}); c.matters() == beside[kind] {
			t.Errorf("%s matters: %v", kind, c.matters())
		}
	}
}

// TestAsterisks: what is refused for a "*" in the path is counted apart, unless the
// path is about it.
func TestAsterisks(t *testing.T) {
	m := &moves{}
	star := semanticChange{Kind: classes.Tightened, Path: "/.*", Witness: semanticWitness{URL: "https://a.test/*"}}
	meant, open, plain := star, star, star
	meant.Path, open.Kind, plain.Witness.URL = `/a\*`, classes.Exposed, "https://a.test/x"
	if out := m.settled([]semanticChange{star, meant, open, plain}); len(out) != 3 || m.Asterisks != 1 {
		t.Errorf("%d are left out, and %v said", m.Asterisks, out)
	}
}
