package rule

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
)

// TestRulePath holds that a Rule looks ahead for the expressions that the route leaves
// to earlier ones.
func TestRulePath(t *testing.T) {
	regex := func(text string) pathlang.Path { return pathlang.Path{Lang: pathlang.Regex, Text: text} }
	template := pathlang.Path{Lang: pathlang.Template, Text: "/a/{*}"}
	for name, c := range map[string]struct {
		path   pathlang.Path
		except []pathlang.Path
		want   string
	}{
		"alone":                 {regex("/.*"), nil, "/.*"},
		"one is left":           {regex("/.*"), []pathlang.Path{regex("/a")}, "(?!(?:/a)$)/.*"},
		"two are left":          {regex("/.*"), []pathlang.Path{regex("/a"), regex("/b.*")}, "(?!(?:/a|/b.*)$)/.*"},
		"no expression is left": {regex("/.*"), []pathlang.Path{template}, "/.*"},
		"not an expression":     {template, []pathlang.Path{regex("/a")}, "/a/{*}"},
	} {
		if got := rulePath(&ir.Route{Match: match.Set{Path: c.path}, Except: c.except}); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestLargest holds which of several Services a Rule has.
func TestLargest(t *testing.T) {
	weight := func(w float64) *float64 { return &w }
	for want, list := range map[string][]ir.Upstream{
		"only":   {{Name: "only"}},
		"first":  {{Name: "first", Weight: weight(50)}, {Name: "second", Weight: weight(50)}},
		"second": {{Name: "first", Weight: weight(20)}, {Name: "second", Weight: weight(70)}, {Name: "third", Weight: weight(10)}},
		"plain":  {{Name: "plain"}, {Name: "weighed", Weight: weight(70)}},
	} {
		if got := largest(list).Name; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestNativeFields holds what is reported of a rule in Oathkeeper's own files.
func TestNativeFields(t *testing.T) {
	at := func(path ...string) source.Ref { return source.Ref{}.At(path...) }
	lines := func(text string, native bool) []string {
		var out []string
		for _, f := range CheckForeign(&Foreign{ID: "r", Node: source.NodeOfText(text), Native: native, At: at}, &ir.Target{}) {
			out = append(out, f.At.Path+": "+f.Message+"; "+f.Help)
		}
		return out
	}
	const whole = "id: r, match: {}, upstream: {}, version: v1.0.0, description: d, authenticators: [{handler: noop}], authorizer: {handler: allow}, mutators: [{handler: noop}], errors: [{handler: json}], configMapName: c"
	for text, want := range map[string][]string{
		"{" + whole + "}": nil,
		"{" + whole + ", mutator: [], other: a}": {
			`mutator: Oathkeeper reads no field "mutator" of a rule; did you mean "mutators"? Oathkeeper passes over it in silence`,
			`other: Oathkeeper reads no field "other" of a rule; remove it: Oathkeeper passes over it`,
		},
		"{id: r}": {
			`: rule "r" has no authenticators: Oathkeeper answers 500 to its requests; name a handler, such as anonymous`,
			`: rule "r" has no authorizer: Oathkeeper answers 500 to its requests; name a handler, such as allow`,
			`: rule "r" has no mutators: Oathkeeper answers 500 to its requests; name a handler, such as cookie`,
		},
	} {
		if d := cmp.Diff(want, lines(text, true)); d != "" {
			t.Errorf("%s (- want, + got):\n%s", text, d)
		}
	}
	if got := lines("{id: r, other: a}", false); got != nil {
		t.Errorf("the Maester fills in what is absent: %v", got)
	}
}
