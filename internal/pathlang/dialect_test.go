package pathlang

import (
	"regexp"
	"strings"
	"testing"
)

func TestRefusedBy(t *testing.T) {
	tests := []struct {
		text              string
		istio, oathkeeper bool
	}{
		{`/foo/.*`, false, false},
		{`/(?!admin).*`, true, false},
		{`/([a-z])\1`, true, false},
		{`/(?#note)a`, true, false},
		{`/x{1001}`, true, false},
		{`/prices\Q.json\E`, false, true},
		{`/\pN`, false, true},
		{`/\p{N}`, false, false},
		{`/(?U)a+`, false, true},
		{`/a\_b`, false, true},
		{`/a\-b\.c\/`, false, false},
		{`/(?<=a)b`, true, true},
		{`/(?<!a)b`, true, true},
		{`/(?>a)b`, true, true},
		{`/(?P<n>x)`, false, false},
		{`/(?<n>x)`, false, false},
		{`/a**`, true, true},
		{`/a++`, true, true},
		{`/\h`, true, true},
		{`/\R`, true, true},
		{`/a{2,1}`, true, true},
		{`/(?i)a\x{41}\z`, false, false},
		{`/\2`, true, true},
		{`/(`, true, true},
		{`/)`, true, true},
		{`/[`, true, true},
		{`/[[:alpha:]]`, false, false},
		{`/[[:nope:]]`, true, true},
		{`/*`, false, false},
		{`*/a`, true, true},
		{``, true, false},
		{`/` + strings.Repeat("a", 1024), true, false},
	}
	for _, tt := range tests {
		p := Path{Lang: Regexp2, Text: tt.text}
		if reason, got := RefusedBy(p, RE2Istio); got != tt.istio {
			t.Errorf("RefusedBy(%q, istio) = %v (%s)", tt.text, got, reason)
		}
		if reason, got := RefusedBy(p, Oathkeeper); got != tt.oathkeeper {
			t.Errorf("RefusedBy(%q, oathkeeper) = %v (%s)", tt.text, got, reason)
		}
	}
}

func TestRefusedByOfOtherLanguages(t *testing.T) {
	tests := []struct {
		path   Path
		engine Engine
		want   string
	}{
		{Path{Template, "/*"}, RE2Istio, ""},
		{Path{Template, "/a(b"}, RE2Istio, "missing closing ): `^/a(b$`"},
		{Path{Template, strings.Repeat("/{**}", 30)}, RE2Istio, "the expression has"},
		{Path{Exact, "/a(b"}, RE2Istio, ""},
		{Path{Glob, "/a<"}, Oathkeeper, "unbalanced"},
		{Path{Glob, "/[]"}, Oathkeeper, "could not parse range"},
		{Path{Glob, "/[z-a]"}, Oathkeeper, "could not parse range"},
		{Path{Glob, "/{a,b"}, Oathkeeper, ""},
		{Path{Exact, "/a>"}, Oathkeeper, "unbalanced"},
	}
	for _, tt := range tests {
		got, refused := RefusedBy(tt.path, tt.engine)
		if refused != (tt.want != "") || !strings.Contains(got, tt.want) {
			t.Errorf("RefusedBy(%v, %v) = %q", tt.path, tt.engine, got)
		}
	}
}

func TestReadDifferently(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{`/foo/[^/]+/.*`, nil},
		{`/\d+/\w*\.json`, []string{`\\d`, `\\w`}},
		{`/\d\d`, []string{`\\d`}},
		{`/\\d`, nil},
		{`/(?i)a`, []string{"(?i)"}},
		{`/(?s:a)`, nil},
		{`^/a$`, []string{`"^"`, `"$"`}},
		{`/[$^]a`, nil},
		{`/[^]a$]b`, nil},
		{`/a%20b`, []string{"%20"}},
		{`/a b`, []string{`" "`}},
		{`/[[:digit:]]`, []string{"[:digit:]"}},
		{`/[a-z-[b]]`, []string{"subtracts"}},
		{`\`, nil},
	}
	for _, tt := range tests {
		got := ReadDifferently(tt.text)
		if len(got) != len(tt.want) {
			t.Errorf("ReadDifferently(%q) = %q", tt.text, got)
			continue
		}
		for i, want := range tt.want {
			if !strings.Contains(got[i], want) {
				t.Errorf("ReadDifferently(%q)[%d] = %q, want %q in it", tt.text, i, got[i], want)
			}
		}
	}
}

func FuzzDialect(f *testing.F) {
	for _, s := range []string{`/(?!a).*`, `/[a-z-[b]]\d{2,}`, `(?(1)a|b)`, `(?<a-b>x)`, `\k<n>`, `(?#`, `[[:^digit:]`} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, text string) {
		for l := Exact; l <= Subtree; l++ {
			RefusedBy(Path{l, text}, RE2Istio)
			RefusedBy(Path{l, text}, Oathkeeper)
		}
		ReadDifferently(text)
	})
}

// TestCompileWhole compares with the expression between anchors.
func TestCompileWhole(t *testing.T) {
	for _, text := range []string{"", "/a", "/a|/b", "^/a$", "/a(/.*)?", "(?i)/A", "(?m)^/a$", "/a)(/b", "/(", "a*", `/\d+\b`} {
		want, wantErr := regexp.Compile("^(?:" + text + ")$")
		got, err := CompileWhole(text)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: error %v, want %v", text, err, wantErr)
		}
		for _, subject := range []string{"", "/a", "/b", "/a/b", "x/a", "/ax", "/A", "/a\n", "\n/a", "/12", "aaa"} {
			if err == nil && got.MatchString(subject) != want.MatchString(subject) {
				t.Errorf("%q takes %q: %v", text, subject, got.MatchString(subject))
			}
		}
	}
}
