package flatten

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

var texts = []string{
	"/", "/**", "/a", "/a/", "/b", "/a/b", "/a/*", "/a/{x}", "/*", "/{x}/b", "/{x}/*y", "/a/**", "/a/b/**", "/{x}/**", "/a/*/c", "/a/b/c", "/a/{x}/**", "//", "/a/*/",
}

func fabric(text string) match.Set {
	return match.Set{Path: pathlang.Path{Lang: pathlang.Fabric, Text: text}, View: match.RawPath}
}

// TestOrder compares the order with the algebra: if one of two paths matches everything
// that the other matches, the narrower comes first.
func TestOrder(t *testing.T) {
	for _, a := range texts {
		for _, b := range texts {
			r := match.Compile(fabric(a)).Relate(match.Compile(fabric(b)), 0)
			if r.Kind == match.Unknown {
				t.Fatalf("%s and %s: %s", a, b, r.Reason)
			}
			if r.Kind == match.Subset && pathlang.BySpecificity(a, b) >= 0 {
				t.Errorf("%q is narrower than %q and does not come first", a, b)
			}
		}
	}
}

// TestSpelled compares each spelling with the author's path.
func TestSpelled(t *testing.T) {
	for _, native := range []bool{false, true} {
		w := &writer{native: native, target: &ir.Target{}}
		for _, text := range texts {
			p := w.respell(pathlang.Path{Lang: pathlang.Fabric, Text: text})
			r := match.Compile(match.Set{Path: p, View: match.RawPath}).Relate(match.Compile(fabric(text)), 0)
			_, below := subtree(text)
			switch {
			case r.Kind == match.Equal:
			case native && r.Kind == match.Superset && below && r.OnlyA.RawPath == text[:len(text)-2]:
				// notFoundRoute answers what the template matches in addition.
			case native && (r.Kind == match.Subset || r.Kind == match.Overlap):
				// A template matches only characters that a path can hold raw.
			default:
				t.Errorf("%q is spelled %s %q, which is %s", text, p.Lang, p.Text, r.Kind)
			}
		}
	}
}
