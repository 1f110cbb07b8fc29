package match_test

import (
	"math/rand"
	"testing"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// refute asks the engines themselves about every witness of a relation.
func refute(t *testing.T, l pathlang.Lang, v match.View, compile func(string) (engine, error), a, b string) {
	t.Helper()
	ea, errA := compile(a)
	eb, errB := compile(b)
	if errA != nil || errB != nil {
		return
	}
	r := match.Compile(set(l, a, v)).Relate(match.Compile(set(l, b, v)), 20_000)
	for _, w := range []struct {
		request  *match.Request
		inA, inB bool
	}{{r.Witness, true, true}, {r.OnlyA, true, false}, {r.OnlyB, false, true}} {
		if w.request == nil {
			continue
		}
		path := w.request.Path
		if v == match.RawPath {
			path = w.request.RawPath
		}
		gotA, errA := ea(path)
		gotB, errB := eb(path)
		if errA != nil || errB != nil {
			continue // out of time
		}
		if gotA != w.inA || gotB != w.inB {
			t.Fatalf("%q and %q are %v; %q: %v %v", a, b, r.Kind, path, gotA, gotB)
		}
	}
	if again := match.Compile(set(l, a, v)).Relate(match.Compile(set(l, b, v)), 20_000); again.Kind != r.Kind {
		t.Fatalf("%q and %q: %v, then %v", a, b, r.Kind, again.Kind)
	}
}

func TestWitnesses(t *testing.T) {
	r := rand.New(rand.NewSource(8))
	for range 4000 {
		refute(t, pathlang.Regexp2, match.DecodedPath, oathkeeper, text(r, regexp2Parts, 6), text(r, regexp2Parts, 6))
		refute(t, pathlang.Glob, match.DecodedPath, oathkeeperGlob, text(r, globParts, 5), text(r, globParts, 5))
	}
	for range 1000 {
		refute(t, pathlang.Regex, match.RawPath, envoy, text(r, re2Parts, 6), text(r, re2Parts, 6))
	}
}

// FuzzWitness: no witness is ever refuted by regexp2 itself.
func FuzzWitness(f *testing.F) {
	f.Add(`/(?!a|b$).*`, `/a[^/]*\d`)
	f.Add(`/((?!x).)*$`, `/(?i)k\b.`)
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a) < 60 && len(b) < 60 {
			refute(t, pathlang.Regexp2, match.DecodedPath, oathkeeper, a, b)
		}
	})
}
