package diff_test

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compare/diff"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// TestFindings holds each operation to its code and its side: what goes is in a
// file of the side before, whatever else has that name now.
func TestFindings(t *testing.T) {
	f, _ := source.NewFile("a.yaml", []byte("a: b\n"))
	docs, _ := source.Split(f)
	at := source.Ref{Doc: docs[0], Path: "a"}
	object := func(name, url string) *diff.Object {
		o := rule(name, url, "GET", "x.n")
		o.Origin = at
		return &o
	}
	pairs := []diff.Pair{
		{After: object("a", "/a")},
		{Before: object("b", "/b"), After: object("b", "/c")},
		{Before: object("c", "/c"), After: object("d", "/d")},
		{Before: object("e", "/e")},
	}
	want := []struct {
		code          diag.Code
		message, file string
		help          bool
	}{
		{diag.ObjectChanges, "create Rule n/a", "a.yaml", false},
		{diag.ObjectChanges, `update Rule n/b: changed spec.match.url: "/b" -> "/c"`, "a.yaml", false},
		{diag.ObjectGoes, "rename Rule n/c to d: ", "a.yaml", true},
		{diag.ObjectGoes, "delete Rule n/e", "git:main:a.yaml", false},
	}
	for side, goes := range map[string]string{"git:main": "git:main:a.yaml", "before": "a.yaml"} {
		r := &diff.Report{Before: side, After: "kgw", Differences: diff.Compare(pairs, diff.Options{})}
		found := r.Findings()
		found.Resolve()
		if len(found) != len(want) {
			t.Fatalf("%d findings: %v", len(found), found)
		}
		want[3].file = goes
		for i, w := range want {
			g := &found[i]
			if g.Code != w.code || !strings.HasPrefix(g.Message, w.message) || g.Span.File != w.file || g.Span.Line != 1 || (g.Help != "") != w.help {
				t.Errorf("%s: %s %q at %s:%d, help %q; want %s %q at %s", side, g.Code, g.Message, g.Span.File, g.Span.Line, g.Help, w.code, w.message, w.file)
			}
		}
		if m := found[2].Message; !strings.Contains(m, "; meanwhile: ") {
			t.Errorf("a renaming says %q", m)
		}
	}
}

// TestOrderNamesWhatIsThere: the order of a change names only what takes part in it.
func TestOrderNamesWhatIsThere(t *testing.T) {
	of := func(list ...string) *diff.Report {
		r := &diff.Report{}
		for _, text := range list {
			op, kind, _ := strings.Cut(text, " ")
			r.Differences = append(r.Differences, diff.Difference{Op: diff.Op(op), ID: diff.ID{Kind: kind}})
		}
		return r
	}
	for _, c := range []struct {
		report *diff.Report
		want   string
	}{
		{
			of("create AuthorizationPolicy", "create RequestAuthentication", "update VirtualService", "delete Rule"),
			"apply RequestAuthentications, then the policies with one more that admits Oathkeeper, then routes; then delete Rules, then that one policy",
		},
		{of("update AuthorizationPolicy", "update VirtualService"), "apply the policies with one more that admits whom they admitted before, then routes; then delete that one policy"},
		{
			of("create AuthorizationPolicy", "create Rule", "update VirtualService"),
			"apply the policies with one more that admits whom they admitted before, then Rules, then routes; then delete that one policy",
		},
		{of("update AuthorizationPolicy", "delete Rule"), "apply the policies with one more that admits Oathkeeper; then delete Rules, then that one policy"},
		{of("update VirtualService", "delete AuthorizationPolicy"), ""},
		{of("create AuthorizationPolicy", "create RequestAuthentication"), ""},
	} {
		if got, _, _ := strings.Cut(c.report.Order(), "; kgw diff"); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
