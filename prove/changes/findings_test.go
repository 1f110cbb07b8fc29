package changes

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove/classes"
)

// TestFindings holds a change to the side that decides: what only the side before
// has is placed there, and says so.
func TestFindings(t *testing.T) {
	spot := func(line int) *Spot {
		return &Spot{File: "a.yaml", Line: line, Column: 1, span: source.Span{File: "a.yaml", Line: line, Column: 1}}
	}
	r := &Report{Before: "git:main", Changes: []Change{
		{ID: "1", Kind: classes.Exposed, Line: "opens", Was: spot(1), Is: spot(2), Witness: Witness{Method: "GET", URL: "https://a.test/", Token: "jwt", Was: 403, Is: 200}},
		{ID: "2", Kind: classes.Removed, Line: "goes", Was: spot(3), Witness: Witness{Method: "GET", URL: "https://a.test/"}},
		{ID: "3", Kind: classes.Moved, Line: "moves"},
	}}
	found := r.Findings()
	type shown struct {
		code         diag.Code
		id, message  string
		file         string
		line         int
		related, url string
	}
	want := []shown{
		{diag.CallersChange, "1", "opens (with jwt: 403 -> 200)", "a.yaml", 2, "git:main:a.yaml", "https://a.test/"},
		{diag.CallersChange, "2", "goes; the line is that of the before side", "git:main:a.yaml", 3, "", "https://a.test/"},
		{diag.AnswerChanges, "3", "moves", "", 0, "", ""},
	}
	for i, w := range want {
		f := &found[i]
		got := shown{f.Code, f.ID, f.Message, f.Span.File, f.Span.Line, "", ""}
		if len(f.Related) > 0 {
			got.related = f.Related[0].Span.File
		}
		if f.Witness != nil {
			got.url = f.Witness.URL
		}
		if got != w {
			t.Errorf("got %+v, want %+v", got, w)
		}
	}
}
