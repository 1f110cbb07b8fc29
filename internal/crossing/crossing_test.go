package crossing

import (
	"fmt"
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
)

func TestCheck(t *testing.T) {
	set := func(l pathlang.Lang, text string) match.Set {
		return match.Set{Path: pathlang.Path{Lang: l, Text: text}, View: match.RawPath}
	}
	for name, c := range map[string]struct {
		means, written match.Set
		narrower       bool
		wider          bool
		want           diag.Code
	}{
		"equal":            {set(pathlang.Exact, "/a"), set(pathlang.Regex, "/a"), false, false, ""},
		"a prefix":         {set(pathlang.Regex, "/a*"), set(pathlang.Prefix, "/a"), false, false, diag.TextWidens},
		"something else":   {set(pathlang.Regex, "/[a]"), set(pathlang.Exact, "/b"), false, false, diag.TextWidens},
		"less":             {set(pathlang.Regex, "/a.*"), set(pathlang.Exact, "/ab"), false, false, diag.TextNarrows},
		"less, as is said": {set(pathlang.Regex, "/a.*"), set(pathlang.Exact, "/ab"), true, false, ""},
		"both ways":        {set(pathlang.Exact, "/a+"), set(pathlang.Regex, "/a+"), false, true, diag.TextNarrows},
		"more, as is said": {set(pathlang.Exact, "/a.b"), set(pathlang.Regex, "/a.b"), false, true, ""},
		"undecided":        {set(pathlang.Regexp2, `/(a)\1`), set(pathlang.Regexp2, `/(a|b)\1x?`), false, false, diag.OpeningUndecided},
	} {
		var found diag.List
		Check(Path{Text: "/x", Into: "the policy", Means: c.means, Written: c.written, Narrower: c.narrower, Wider: c.wider}, &found)
		got := diag.Code("")
		if len(found) > 0 {
			got = found[0].Code
		}
		if got != c.want || len(found) > 1 || (got == diag.TextWidens) && found[0].Witness == nil {
			t.Errorf("%s: %v", name, found)
		}
	}
}

// TestCheckWithinPurse compares paths that cost much, one after the other: what
// the purse does not suffice for costs nothing more, and is undecided.
func TestCheckWithinPurse(t *testing.T) {
	for _, lang := range []pathlang.Lang{pathlang.Regex, pathlang.Regexp2} {
		purse := match.NewPurse(20_000)
		for i := range 99 {
			path := pathlang.Path{Lang: lang, Text: fmt.Sprintf("/%02d(x|y)*x(x|y){25}z", i)}
			other := pathlang.Path{Lang: lang, Text: path.Text + "?"}
			var found diag.List
			Check(Path{Text: "/x", Into: "the policy", Purse: purse, Means: match.Set{Path: path}, Written: match.Set{Path: other}}, &found)
			if len(found) != 1 || found[0].Code != diag.OpeningUndecided {
				t.Fatalf("%v: %v", path, found)
			}
		}
		if !purse.Spent() {
			t.Errorf("language %d: comparisons cost the purse nothing", lang)
		}
	}
}

func TestValues(t *testing.T) {
	var found diag.List
	Values(source.Ref{}, "scope", []string{"read", "a*b"}, &found)
	if len(found) > 0 {
		t.Error(found)
	}
	for _, v := range []string{"*", "read*", "*read"} {
		Values(source.Ref{}, "scope", []string{"x", v}, &found)
	}
	if len(found) != 3 {
		t.Error(found)
	}
}
