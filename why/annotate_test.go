package why_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/kgw-dev/kgw/internal/report/reporttest"
	"github.com/kgw-dev/kgw/why"
)

// plain takes the comments of TestAnnotatedIsPlain out of a text.
func plain(text []byte) []byte {
	return regexp.MustCompile(`(?m)  # ORIGIN .*$`).ReplaceAll(text, nil)
}

// TestAnnotatedIsPlain: without its comments, an annotated manifest is the plain
// one to the byte, every leaf has a comment, and YAML reads both alike.
func TestAnnotatedIsPlain(t *testing.T) {
	for name, archive := range archives(t) {
		r := compiled(t, archive)
		for i := range r.objects {
			o := &r.objects[i]
			want := o.AppendYAML(nil)
			n := 0
			got := why.Annotate(want, func(path string) string { n++; return "ORIGIN " + path })
			if d := cmp.Diff(string(want), string(plain(got))); d != "" {
				t.Errorf("%s %s (- plain, + annotated without comments)\n%s", name, o.ID(), d)
			}
			if comments := bytes.Count(got, []byte("  # ORIGIN ")); n != len(o.Leaves) || comments != n {
				t.Errorf("%s %s: %d leaves, %d in the YAML, %d comments", name, o.ID(), len(o.Leaves), n, comments)
			}
			readAlike(t, want, got)
		}
	}
}

func readAlike(t *testing.T, want, got []byte) {
	t.Helper()
	var a, b any
	if err := yaml.Unmarshal(want, &a); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(got, &b); err != nil {
		t.Fatalf("%v\n%q", err, got)
	}
	if d := cmp.Diff(a, b); d != "" {
		t.Fatalf("(- plain, + annotated)\n%s\n%q", d, got)
	}
}

const small = `apiVersion: v1
kind: ConfigMap
metadata:
  name: a
data:
  a.json: |
    {"b": 1}
  empty: ""
  list:
  - - a
    - {}
`

// TestHostileComments: whatever is in a comment, it ends with its line.
func TestHostileComments(t *testing.T) {
	for _, name := range append(reporttest.Hostile(), "a\nkind: Secret", "\u2028kind: x", "\u0085x: y", "\ufffe", "\x00", "\xff") {
		got := why.Annotate([]byte(small), func(string) string { return name })
		readAlike(t, []byte(small), got)
		if lines := strings.Count(string(got), "\n"); lines != strings.Count(small, "\n") {
			t.Errorf("%q: there are %d lines", name, lines)
		}
	}
}

func FuzzAnnotate(f *testing.F) {
	f.Add("a\nkind: Secret")
	f.Add("\u2028\u2029\u0085\ufeff\x00")
	f.Add(" #: - {")
	f.Fuzz(func(t *testing.T, text string) {
		readAlike(t, []byte(small), why.Annotate([]byte(small), func(path string) string { return path + text }))
	})
}
