package diag

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
)

func hashesOf(text string, count int) []string {
	at := map[int]string{}
	for i := range count {
		at[i+1] = ""
	}
	hashLines(text, at)
	out := make([]string, count)
	for i := range out {
		out[i] = at[i+1]
	}
	return out
}

// The hash of no text is one that GitHub's own tests state.
func TestHashOfNothing(t *testing.T) {
	if got := hashesOf("", 1)[0]; got != "c129715d7a2bc9a3:1" {
		t.Errorf("got %s", got)
	}
	if got := hashesOf("a: b\n", 2)[1]; got != "c129715d7a2bc9a3:1" {
		t.Errorf("the last, empty line: got %s", got)
	}
}

func TestHashIgnoresSpaceAndLineEnds(t *testing.T) {
	want := fmt.Sprint(hashesOf("a: b\n\nc:\nd: é😀\n", 5))
	for _, text := range []string{
		"a: b\r\n\r\nc:\r\nd: é😀\r\n",
		"a: b\r\rc:\rd: é😀\r",
		"a:b\n \n\t\tc :\nd:  é😀 \n",
		"a: b\r\n\nc:\rd: é😀\n",
	} {
		if got := fmt.Sprint(hashesOf(text, 5)); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

func TestHashCountsRepetitions(t *testing.T) {
	got := hashesOf(strings.Repeat("kind: APIRule with a long line\n", 8), 8)
	first, _, _ := strings.Cut(got[0], ":")
	for i, h := range got[:4] {
		if h != fmt.Sprintf("%s:%d", first, i+1) {
			t.Errorf("line %d: %s, want %s:%d", i+1, h, first, i+1)
		}
	}
	if strings.HasPrefix(got[7], first) {
		t.Error("a line near the end has the hash of the others")
	}
}

func TestFingerprintSurvivesInsertion(t *testing.T) {
	text := "a: 1\nb: 2\nhost: x\n" + strings.Repeat("z: 1\n", 50)
	before, after := single(t, text, "host"), single(t, "new: 1\n"+text, "host")
	x, y := fingerprints(gravestFirst(before.Findings)), fingerprints(gravestFirst(after.Findings))
	if a, b := x[&before.Findings[0]], y[&after.Findings[0]]; a != b || a == "" {
		t.Errorf("%q became %q", a, b)
	}
}

func TestFingerprintWithoutText(t *testing.T) {
	l := List{
		{Code: Unreadable, Message: "m", Span: source.Span{File: "a.yaml"}},
		{Code: Unreadable, Message: "m", Span: source.Span{File: "b.yaml"}},
	}
	got := fingerprints(gravestFirst(l))
	if got[&l[0]] == "" || got[&l[0]] == got[&l[1]] {
		t.Errorf("got %v", got)
	}
}
