package match

import (
	"slices"
	"testing"

	"github.com/kgw-dev/kgw/internal/pathlang"
)

// TestMove has sets about what a proxy makes of a path: their automata and what
// matches one request say the same.
func TestMove(t *testing.T) {
	for _, c := range []struct {
		path     pathlang.Path
		move     Move
		in, outs []string
	}{
		{pathlang.Path{Lang: pathlang.Exact, Text: "/pub"}, Move{"/x/", "/"}, []string{"/x/pub"}, []string{"/pub", "/x/pubs", "/x/x/pub"}},
		{pathlang.Path{Lang: pathlang.Prefix, Text: "/in/y-"}, Move{"/x", "/in/y"}, []string{"/x-", "/x-a/b"}, []string{"/x", "/in/y-", "/xy-"}},
		{pathlang.Path{Lang: pathlang.Prefix, Text: "/"}, Move{"/x", "/in/y"}, []string{"/x", "/xa"}, []string{"/", "/y"}},
		{pathlang.Path{Lang: pathlang.Template, Text: "/a/{*}/b"}, Move{"/x.", "/a"}, []string{"/x./c/b"}, []string{"/x./b", "/xy/c/b"}},
		{pathlang.Path{Lang: pathlang.Regex, Text: "/admin(/.*)?"}, Move{"/x..", ""}, []string{"/x../admin", "/x../admin/a"}, []string{"/x..", "/x..a/admin"}},
	} {
		set := Set{Path: c.path, View: RawPath, Move: c.move}
		m := Compile(set)
		for _, path := range append(slices.Clone(c.in), c.outs...) {
			want := slices.Contains(c.in, path)
			if ok, err := m.Accepts(Request{Method: "GET", Scheme: "https", Host: "h", RawPath: path}); ok != want || err != nil {
				t.Errorf("%v of %v takes %s: %v %v", c.move, c.path, path, ok, err)
			}
			one := Compile(Set{Path: pathlang.Path{Lang: pathlang.Exact, Text: path}, View: RawPath})
			if kind := m.Relate(one, 0).Kind; kind == Disjoint == want || kind == Unknown {
				t.Errorf("%v of %v and %s: %v", c.move, c.path, path, kind)
			}
		}
	}
}
