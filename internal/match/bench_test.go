package match

import (
	"fmt"
	"testing"

	"github.com/kgw-dev/kgw/internal/pathlang"
)

func benchmarkPairs(b *testing.B, n int, set func(i int) Set) {
	sets := make([]Set, n)
	for i := range sets {
		sets[i] = set(i)
	}
	for b.Loop() {
		c := Pairs(compileSets(sets), nil, func(int, int, Relation) bool { return true })
		if c.Unknown != 0 || c.Pairs != n*(n-1)/2 || c.Meeting+c.Disjoint != c.Pairs {
			b.Fatalf("%+v", c)
		}
		b.ReportMetric(float64(c.Searched), "searched")
		b.ReportMetric(float64(c.Meeting), "meeting")
	}
}

var benchMethods = [][]string{{"GET"}, {"POST"}, {"GET", "POST"}, {"DELETE"}}

// Typical rules: a literal head and something behind it.
func BenchmarkLiteralPrefixes(b *testing.B) {
	shapes := []string{"/svc%d/.*", "/svc%d/[^/]+/items", `/svc%d/\d+`, "/svc%d"}
	benchmarkPairs(b, 10_000, func(i int) Set {
		return Set{
			Hosts: []string{"shop.test"}, Methods: benchMethods[i%4], AnyCase: true,
			Path: pathlang.Path{Lang: pathlang.Regexp2, Text: fmt.Sprintf(shapes[i/4%4], i)},
		}
	})
}

// Rules whose head says nothing.
func BenchmarkNoLiteralPrefix(b *testing.B) {
	shapes := []string{"/[^/]+/x%d", `/\w+/x%d/[^/]+`, "/[^/]+/x%d/a[^/]*", "/[^/]+/[^/]+/[a-z]+/x%d"}
	benchmarkPairs(b, 10_000, func(i int) Set {
		return Set{
			Hosts: []string{"shop.test"}, Methods: benchMethods[i%4], AnyCase: true,
			Path: pathlang.Path{Lang: pathlang.Regexp2, Text: fmt.Sprintf(shapes[i/4%4], i)},
		}
	})
}

func BenchmarkTemplates(b *testing.B) {
	shapes := []string{"/svc%d/{*}", "/svc%d/{*}/items/{**}", "/api/{*}/x%d", "/svc%d/{**}/end"}
	benchmarkPairs(b, 1_000, func(i int) Set {
		return Set{
			Hosts: []string{"shop.test"}, Methods: benchMethods[i%4],
			Path: pathlang.Path{Lang: pathlang.Template, Text: fmt.Sprintf(shapes[i/4%4], i)},
		}
	})
}

func BenchmarkRelateTemplates(b *testing.B) {
	x, y := Compile(at(pathlang.Template, "/svc1/{*}")), Compile(at(pathlang.Template, "/{*}/x1"))
	for b.Loop() {
		x.Relate(y, 0)
	}
}

func BenchmarkCompileRegexp2(b *testing.B) {
	for b.Loop() {
		Compile(at(pathlang.Regexp2, `/svc12/[^/]+/items`))
	}
}

func BenchmarkCompileDigits(b *testing.B) {
	for b.Loop() {
		Compile(at(pathlang.Regexp2, `/svc12/\d+`))
	}
}
