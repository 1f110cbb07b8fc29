package match

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/pathlang"
)

// TestJudge asks a judge twice: both answers are those of the functions.
func TestJudge(t *testing.T) {
	j := NewJudge()
	for _, text := range []string{"/a", "/a/.*", `/\d+`, "/(a", "/(a+)+$", ""} {
		for range 2 {
			for _, e := range []pathlang.Engine{pathlang.RE2Istio, pathlang.Oathkeeper} {
				p := pathlang.Path{Lang: pathlang.Regex, Text: text}
				reason, refused := j.RefusedBy(p, e)
				if wantReason, want := pathlang.RefusedBy(p, e); reason != wantReason || refused != want {
					t.Errorf("%q, %s: %q, %v; want %q, %v", text, e, reason, refused, wantReason, want)
				}
			}
			if got, want := j.Exponential(text), pathlang.Exponential(text); got != want {
				t.Errorf("%q: exponential %v, want %v", text, got, want)
			}
			if diff := cmp.Diff(pathlang.ReadDifferently(text), j.ReadDifferently(text)); diff != "" {
				t.Errorf("%q: %s", text, diff)
			}
		}
	}
}

// TestJudgeCompile compares matchers that share a path with those that do not,
// also past the number of paths that a judge remembers.
func TestJudgeCompile(t *testing.T) {
	j := NewJudge()
	request := Request{Scheme: "https", Host: "b.example.org", Method: "GET", RawPath: "/7/x"}
	for i := range maxPaths + 10 {
		for _, s := range []Set{
			{Hosts: []string{"a.example.org"}, Path: pathlang.Path{Lang: pathlang.Regex, Text: fmt.Sprintf("/%d/.*", i)}},
			{Hosts: []string{"b.example.org"}, Path: pathlang.Path{Lang: pathlang.Regex, Text: fmt.Sprintf("/%d/.*", i)}},
		} {
			m := j.Compile(s)
			if got, err := m.Accepts(request); err != nil || got != (i == 7 && s.Hosts[0] == "b.example.org") {
				t.Errorf("%v takes %s: %v, %v", s, request.URL(), got, err)
			}
			if w := m.Difference(0).Witness; w == nil || w.Host != s.Hosts[0] || w.RawPath != fmt.Sprintf("/%d/", i) {
				t.Errorf("%v: witness %v", s, w)
			}
		}
	}
}

// TestJudgeBeginsAnew asks for more paths than a judge remembers: those that come
// last are shared too.
func TestJudgeBeginsAnew(t *testing.T) {
	j := NewJudge()
	compile := func(i int, host string) *Matcher {
		return j.Compile(Set{Hosts: []string{host}, Path: pathlang.Path{Lang: pathlang.Regex, Text: fmt.Sprintf("/%d/.*", i)}})
	}
	for i := range 2*maxPaths + 10 {
		if compile(i, "a.example.org").paths != compile(i, "b.example.org").paths {
			t.Fatalf("path %d is made twice", i)
		}
	}
}

// TestIsEmpty compares with what a difference from nothing says.
func TestIsEmpty(t *testing.T) {
	for _, text := range []string{"/a", "/a/.*", "a", "", "/a$b", "[^/].*", "/(a", "/{a}", "/ ", "/a(?=b)"} {
		for _, view := range []View{RawPath, DecodedPath} {
			m := Compile(Set{Path: pathlang.Path{Lang: pathlang.Regex, Text: text}, View: view})
			if got, want := m.IsEmpty(), m.Difference(0).Empty; got != want {
				t.Errorf("%q, %v: %v, want %v", text, view, got, want)
			}
		}
	}
}
