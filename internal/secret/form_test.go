package secret

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// FuzzForms checks that the words that a text has leave out no secret that the
// pattern of a form finds.
func FuzzForms(f *testing.F) {
	for _, text := range []string{
		"", "https://me:pw@a.test/x", "a?code=abc#f", "BEARER abc", "ba\u017fic dXNlcjpwYXNz", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.sig",
		"-----BEGIN EC PRIVATE KEY-----\nx", "ghp_0123456789abcdef", "github_pat_01234567890123456789", "glpat-0123456789abcdef", "xoxb-12345678", "AKIA0123456789ABCDEF",
		`client_secret: "a b" # c`, `{"token" \n: "x", "y": 1}`, "a.password=x", "to\u212aen: x", "Kennwort: x", "token : x", `'secret'	= y`, "a=b, token:x",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, form := range append([]form{query, credentials}, shapes...) {
			if got, want := form.find(s), form.pattern().FindAllStringSubmatchIndex(s, -1); !reflect.DeepEqual(got, want) {
				t.Errorf("%q: %s matches %v, and %v is found", s, form.pattern(), want, got)
			}
		}
		for _, m := range assigned().FindAllStringSubmatchIndex(s, -1) {
			if name := s[m[4]:m[5]]; Key(lastField(name)) && !namesSecret(s) {
				t.Errorf("%q names %q", s, name)
			}
		}
	})
}

// TestMay: a text that has a match of a form may have one.
func TestMay(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	words := []string{"https://", "://", "@", "a", ":", "?", "&", ";", "=", "token", "%", "[", " ", "\"", "/", "é", "\n", "#"}
	found := 0
	for range 100_000 {
		var s strings.Builder
		for range 1 + r.IntN(12) {
			s.WriteString(words[r.IntN(len(words))])
		}
		for _, f := range append(shapes, query) {
			if f.may != nil && f.pattern().MatchString(s.String()) {
				if found++; !f.may(s.String()) {
					t.Fatalf("%q matches %s", s.String(), f.pattern())
				}
			}
		}
	}
	if found < 1000 {
		t.Errorf("%d matches only", found)
	}
}
