package match

import (
	"math/rand"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/automata"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// words lists all paths over a small alphabet up to a length.
func words(alphabet string, most int) []string {
	out := []string{"/"}
	for from, n := 0, 1; n < most; n++ {
		to := len(out)
		for _, w := range out[from:to] {
			for _, r := range alphabet {
				out = append(out, w+string(r))
			}
		}
		from = to
	}
	return out
}

// parts of generated patterns, by language.
var partsOf = map[pathlang.Lang][]string{
	pathlang.Exact:    {"/", "a", "b", "*"},
	pathlang.Prefix:   {"/", "a", "b"},
	pathlang.Star:     {"/", "a", "b", "*"},
	pathlang.Template: {"/", "a", "/{*}", "/{**}", "b", "."},
	pathlang.Regex:    {"/", "a", "b", ".", "*", "+", "?", "|", "(", ")", "[^/]", "[ab]", "^", "$", `\b`, `\B`, "{2}", "(?i)", "(?m)", `\n`, `\w`},
	pathlang.Regexp2: {
		"/", "a", "b", ".", "*", "+", "?", "|", "(", ")", "[^/]", "[ab]", "^", "$", `\b`, `\B`, "{2}", "(?i)", "(?m)", `\n`,
		`\w`, "(?=", "(?!", `\z`, "(?:", "[a-b-[b]]", ".*",
	},
	pathlang.Glob:    {"/", "a", "b", "*", "**", "?", "[ab]", "[!a]", "{a,b}", ".", "{", "}", ","},
	pathlang.Fabric:  {"/", "a", "b", "/*", "/{x}", "/**", "*"},
	pathlang.Skipper: {"/", "a", "/:x", "/*y", ":"},
	pathlang.Subtree: {"/", "a", "b"},
}

func randomSet(r *rand.Rand, l pathlang.Lang) Set {
	parts := partsOf[l]
	for {
		var b strings.Builder
		b.WriteString("/")
		for range r.Intn(6) {
			b.WriteString(parts[r.Intn(len(parts))])
		}
		s := at(l, b.String())
		if Compile(s).Err() == nil {
			return s
		}
	}
}

// census counts, among words, those in both sets and in one alone.
type census struct{ both, onlyA, onlyB string }

func count(t *testing.T, a, b *Matcher, all []string, view View) (c census) {
	t.Helper()
	for _, w := range all {
		raw, _ := view.requestPaths(w)
		q := Request{Method: "GET", Scheme: "https", Host: "h.test", RawPath: raw}
		inA, errA := a.Accepts(q)
		inB, errB := b.Accepts(q)
		if errA != nil || errB != nil {
			t.Fatalf("Accepts(%v, %v) of %q: %v, %v", a.set.Path, b.set.Path, w, errA, errB)
		}
		if seen, _ := a.view.See(raw); pathOf(t, a).Accepts([]rune(seen)) != inA {
			t.Fatalf("%v: automaton and matcher differ on %q: matcher says %v", a.set.Path, seen, inA)
		}
		switch {
		case inA && inB && c.both == "":
			c.both = w
		case inA && !inB && c.onlyA == "":
			c.onlyA = w
		case inB && !inA && c.onlyB == "":
			c.onlyB = w
		}
	}
	return c
}

// contradicts compares a relation with what was counted.
func (c census) contradicts(r Relation) string {
	switch {
	case c.both != "" && r.Kind == Disjoint:
		return "both take " + c.both
	case c.onlyA != "" && (r.Kind == Subset || r.Kind == Equal):
		return "only the first takes " + c.onlyA
	case c.onlyB != "" && (r.Kind == Superset || r.Kind == Equal):
		return "only the second takes " + c.onlyB
	case c.both != "" && r.Witness != nil && len(r.Witness.Path) > len(c.both):
		return "shorter than the witness is " + c.both
	}
	return ""
}

func checkPair(t *testing.T, sa, sb Set, all []string) Kind {
	t.Helper()
	a, b := Compile(sa), Compile(sb)
	r := a.Relate(b, 0)
	if r.Kind == Unknown {
		t.Fatalf("Relate(%v, %v): unknown, %s", sa.Path, sb.Path, r.Reason)
	}
	if bad := count(t, a, b, all, a.view).contradicts(r); bad != "" {
		t.Fatalf("Relate(%v, %v) = %v, witness %v, but %s", sa.Path, sb.Path, r.Kind, r.Witness, bad)
	}
	if m := b.Relate(a, 0); m.Kind != r.Kind.Mirror() {
		t.Fatalf("Relate(%v, %v) = %v, mirrored %v", sa.Path, sb.Path, r.Kind, m.Kind)
	}
	if x, _, _ := (&automata.Walker{}).Meet(pathOf(t, a), pathOf(t, b), &automata.Masks[3], 1000); a.summary().Apart(b.summary()) && x != nil {
		t.Fatalf("%v and %v: summaries %+v and %+v are apart, but %q is in both", sa.Path, sb.Path, a.summary(), b.summary(), string(x))
	}
	rest := a.Difference(0, b)
	if rest.Reason != "" || rest.Empty != (r.Kind == Subset || r.Kind == Equal || pathOf(t, a).None()) && r.Kind != Disjoint {
		t.Fatalf("Difference(%v, %v) = %+v, Relate says %v", sa.Path, sb.Path, rest, r.Kind)
	}
	return r.Kind
}

func TestRelateExhaustively(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	all := words("/ab.\n", 5)
	raw := words("/ab.", 5)
	seen := map[Kind]int{}
	for range 400 {
		seen[checkPair(t, randomSet(r, pathlang.Regexp2), randomSet(r, pathlang.Regexp2), all)]++
		seen[checkPair(t, randomSet(r, pathlang.Glob), randomSet(r, pathlang.Regexp2), all)]++
		rawLangs := []pathlang.Lang{pathlang.Exact, pathlang.Prefix, pathlang.Star, pathlang.Template, pathlang.Regex, pathlang.Regex}
		seen[checkPair(t, randomSet(r, pathlang.Regex), randomSet(r, rawLangs[r.Intn(len(rawLangs))]), raw)]++
		slashed := []pathlang.Lang{pathlang.Fabric, pathlang.Skipper, pathlang.Subtree}
		seen[checkPair(t, randomSet(r, slashed[r.Intn(3)]), randomSet(r, slashed[r.Intn(3)]), raw)]++
	}
	for k := Disjoint; k <= Overlap; k++ {
		if seen[k] < 20 {
			t.Errorf("only %d pairs are %v", seen[k], k)
		}
	}
}

func pathOf(t *testing.T, m *Matcher) *automata.NFA {
	t.Helper()
	a, err := m.path()
	if err != nil {
		t.Fatal(err)
	}
	return a
}
