package validate

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// TestSpellings writes a path in every way. Each is another text, and a backend
// that decodes and cleans it sees the path that was protected.
func TestSpellings(t *testing.T) {
	for _, c := range []struct{ path, open, want string }{
		{"/admin/users", "/assets/", "//admin/users|/admin/users/|/admin%2Fusers|/%61dmin/users|/assets/..%2Fadmin/users"},
		{"/admin", "/", "//admin|/admin/|/admin|/%61dmin|/..%2Fadmin"},
		{"/admin/", "/a/b/", "//admin/|/admin/|/admin%2F|/%61dmin/|/a/b/..%2F..%2Fadmin/"},
		{"/", "/a/", "//|/|/|/|/a/..%2F"},
		{"/1/2", "/", "//1/2|/1/2/|/1%2F2|/1/2|/..%2F1/2"},
		{"/%2Ffoo", "/", "//%2Ffoo|/%2Ffoo/|/%2Ffoo|/%2F%66oo|/..%2F%2Ffoo"},
	} {
		var got []string
		for _, s := range spellings {
			spelt := s.write(c.path, c.open)
			got = append(got, spelt)
			want, _ := match.CleanedPath.See(c.path)
			if seen, ok := match.CleanedPath.See(spelt); !ok || seen != want {
				t.Errorf("%s of %s is %s, which cleans to %s", s.name, c.path, spelt, seen)
			}
		}
		if g := strings.Join(got, "|"); g != c.want {
			t.Errorf("spellings of %s:\n got %s\nwant %s", c.path, g, c.want)
		}
	}
}

func TestLiteral(t *testing.T) {
	for text, want := range map[string]string{
		"/assets/.*": "/assets/", "/.*": "/", "/a/b[0-9]": "/a/", "/a": "/", "/{**}": "/", "/x/{*}/y": "/x/", "": "",
	} {
		if got := literalBeginning(pathlang.Path{Lang: pathlang.Regex, Text: text}); got != want {
			t.Errorf("literal(%q) = %q, want %q", text, got, want)
		}
	}
}
