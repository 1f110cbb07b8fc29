package origin_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/origin"
	"github.com/kgw-dev/kgw/internal/source"
)

// TestFirstLineCounts: each leaf has the first line that matches it, with what
// the placeholders matched; a leaf without a line has no rule.
func TestFirstLineCounts(t *testing.T) {
	var got []string
	note := func(name string) func(*int, origin.Match) []origin.Origin {
		return func(_ *int, m origin.Match) []origin.Origin {
			text := name
			for _, k := range m.Keys {
				text += " " + k
			}
			for _, n := range m.N {
				text += " " + string(rune('0'+n))
			}
			got = append(got, text+" "+m.Rest)
			return nil
		}
	}
	row := origin.NewRow[*int]
	table := origin.Table[*int]{
		row("a{x/y}", "One.", note("own")),
		row("a{}", "Any.", note("any")),
		row("l[].b", "Each.", note("each")),
		row("l[].c.**", "Rest.", note("rest")),
		row("e", "Empty.", note("empty")),
	}
	leaves := table.Explain(nil, source.Object{
		{Key: "a", Value: source.Object{{Key: "x/y", Value: "1"}, {Key: "z", Value: "2"}}},
		{Key: "l", Value: []any{
			source.Object{{Key: "b", Value: true}},
			source.Object{{Key: "c", Value: source.Object{{Key: "d", Value: []any{"3"}}}}},
		}},
		{Key: "e", Value: source.Object{}},
		{Key: "other", Value: nil},
	})
	want := []string{"own ", "any z ", "each 0 ", "rest 1 d[0]", "empty "}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	var rules []string
	for _, l := range leaves {
		rules = append(rules, l.Path+" "+l.Rule)
	}
	if d := cmp.Diff([]string{`a["x/y"] One.`, "a.z Any.", "l[0].b Each.", "l[1].c.d[0] Rest.", "e Empty.", "other "}, rules); d != "" {
		t.Error(d)
	}
}

// TestShorterIsAnother: a pattern is about its own depth.
func TestShorterIsAnother(t *testing.T) {
	row := origin.NewRow[*int]
	table := origin.Table[*int]{row("a.b", "Deep.", nil), row("a", "Above.", nil), row("a.b.c.**", "Below.", nil)}
	for _, leaf := range table.Explain(nil, source.Object{{Key: "a", Value: source.Object{{Key: "b", Value: source.Object{{Key: "d", Value: "1"}}}}}}) {
		if leaf.Rule != "" {
			t.Errorf("%s has the rule %q", leaf.Path, leaf.Rule)
		}
	}
}
