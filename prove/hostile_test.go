package prove_test

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate"
)

// TestWrongShapesPass gives every field a value of another kind: nothing may
// panic, and every request is answered.
func TestWrongShapesPass(t *testing.T) {
	statement := match.Set{Hosts: []string{"a.com"}, Path: pathlang.Path{Lang: pathlang.Regex, Text: "/.*"}, View: match.RawPath}
	for _, text := range foreign(t) {
		docs := documents(t, text)
		before := clusterOf(docs, -1, nil)
		for i, d := range docs {
			for n, m := range mutations(source.Value(d.Root), "", func(v any) any { return v }) {
				if testing.Short() && n%10 != 0 {
					continue
				}
				for _, value := range []any{nil, "", "*", source.Number("0"), true, []any{}, []any{nil}, source.Object{}, source.Object{{Key: "", Value: ""}}} {
					tree := replaced(source.Value(d.Root), m.path, "", value)
					after := clusterOf(docs, i, source.NodeOf(tree))
					after.Mesh.Decide(asked("GET https://a.com/x", simulate.Token{}), &simulate.Trail{})
					if n%7 == 0 {
						after.NeverWithout(statement, []string{"jwt"})
						classes.Compare(before.Side(nil), after.Side(nil))
					}
				}
			}
		}
	}
}

// replaced puts a value in the place that a path names.
func replaced(v any, path, at string, value any) any {
	if at == path {
		return value
	}
	switch v := v.(type) {
	case source.Object:
		out := source.Object{}
		for _, m := range v {
			out = append(out, source.Member{Key: m.Key, Value: replaced(m.Value, path, source.JoinKey(at, m.Key), value)})
		}
		return out
	case []any:
		var out []any
		for i, e := range v {
			out = append(out, replaced(e, path, source.JoinIndex(at, i), value))
		}
		return out
	}
	return v
}
