package mesh

import (
	"regexp"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// TestCoversIsTheAlgebra compares covers with the algebra of request sets, for every
// pair of templates of up to four segments, of which one may be longer.
func TestCoversIsTheAlgebra(t *testing.T) {
	segment := pathlang.TemplateRegex("{*}")
	rest := pathlang.TemplateRegex("{**}")
	operators := strings.NewReplacer(`\{\*\*\}`, rest[1:len(rest)-1], `\{\*\}`, segment[1:len(segment)-1])
	meant := func(path string) match.Set {
		if path == "/*" {
			path = "/{**}"
		}
		return match.Set{Path: pathlang.Path{Lang: pathlang.Regex, Text: "^" + operators.Replace(regexp.QuoteMeta(path)) + "$"}}
	}
	paths := []string{"/*"}
	var add func(prefix string, depth int)
	add = func(prefix string, depth int) {
		for _, s := range []string{"", "a", "b.c", "{*}", "{**}"} {
			if strings.Contains(prefix, "{**}") && strings.Contains(s, "{") {
				continue // no operator may be behind {**}
			}
			paths = append(paths, prefix+"/"+s)
			if depth > 1 {
				add(prefix+"/"+s, depth-1)
			}
		}
	}
	add("", 3)
	add("/a/a", 2)
	judge, covered := match.NewJudge(), 0
	for _, a := range paths {
		for _, b := range paths {
			kind := judge.Relate(meant(a), meant(b)).Kind
			if kind == match.Unknown {
				t.Fatalf("%s and %s: the algebra does not decide", a, b)
			}
			want := kind == match.Superset || kind == match.Equal
			if got := covers(segments(a), segments(b)); got != want {
				t.Errorf("covers(%q, %q) is %v, the sets are %s", a, b, got, kind)
			}
			if want {
				covered++
			}
		}
	}
	if covered < 1000 {
		t.Errorf("only %d of %d pairs cover each other", covered, len(paths)*len(paths))
	}
}
