package rule

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

func TestReadAlike(t *testing.T) {
	for _, c := range []struct {
		text, want string
		left       int
	}{
		{`/\d+`, `/[0-9]+`, 0},
		{`/a\d\w\sb`, `/a[0-9][0-9A-Za-z_][\t\n\f\r ]b`, 1},
		{`/\\d`, `/\\d`, 0},
		{`/\\\d`, `/\\[0-9]`, 0},
		{`/[\d]`, `/[\d]`, 1},
		{`/[\d]\d`, `/[\d][0-9]`, 1},
		{`/[]\d]\w`, `/[]\d][0-9A-Za-z_]`, 1},
		{`/[^]\d]\w`, `/[^]\d][0-9A-Za-z_]`, 1},
		{`/[\]\d]x`, `/[\]\d]x`, 1},
		{`/[a\\]\d`, `/[a\\][0-9]`, 0},
		{`/\D`, `/\D`, 1},
		{`/\d\D`, `/[0-9]\D`, 1},
		{`/\pN\d`, `/\pN\d`, 2},
		{`/(?!x)\d`, `/(?!x)\d`, 1},
		{`/plain`, `/plain`, 0},
	} {
		got, left := readAlike(c.text, nil)
		if got != c.want {
			t.Errorf("readAlike(%s) = %s, want %s", c.text, got, c.want)
		}
		if got != c.text && len(left) > c.left {
			t.Errorf("%s is still read differently: %v", got, left)
		}
	}
}

// TestReadAlikeNeverOpens compares the expressions before and after as both
// engines see them.
func TestReadAlikeNeverOpens(t *testing.T) {
	parts := []string{`/`, `\d`, `\w+`, `\s?`, `[a\d]`, `[^\w]`, `(?:\d|x)`, `\\`, `a`, `(?i:\w)`, `\d{2}`}
	changed := 0
	for i := range len(parts) * len(parts) {
		text := "/" + parts[i%len(parts)] + parts[i/len(parts)]
		alike, _ := readAlike(text, nil)
		if alike == text {
			continue
		}
		changed++
		istio := match.Compile(match.Set{Path: pathlang.Path{Lang: pathlang.Regex, Text: text}}).Relate(match.Compile(match.Set{Path: pathlang.Path{Lang: pathlang.Regex, Text: alike}}), 0)
		if istio.Kind != match.Equal && istio.Kind != match.Disjoint { // disjoint: nothing matches either
			t.Fatalf("Istio reads %s and %s differently: %s", text, alike, istio.Kind)
		}
		after, before := match.Set{Path: pathlang.Path{Lang: pathlang.Regexp2, Text: alike}}, match.Set{Path: pathlang.Path{Lang: pathlang.Regexp2, Text: text}}
		if rest := match.Compile(after).Difference(0, match.Compile(before)); !rest.Empty {
			t.Fatalf("Oathkeeper takes %v for %s and not for %s", rest.Witness, alike, text)
		}
		if again, _ := readAlike(alike, nil); again != alike {
			t.Fatalf("%s is written out as %s", alike, again)
		}
		if strings.Count(alike, `\d`) > strings.Count(text, `\d`) {
			t.Fatalf("%s became %s", text, alike)
		}
	}
	if changed < 50 {
		t.Errorf("only %d expressions were changed", changed)
	}
}
