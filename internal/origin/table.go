package origin

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// Row is one line of an emitter's table. C is what the emitter knows of the
// object: the gateway, the target, and the routes that it is written for.
type Row[C any] struct {
	// Pattern matches field paths: "[]" is any element, "{}" any key, "{key}" that
	// key, and a final "**" everything below.
	Pattern string
	// Rule is how the value is made, one sentence.
	Rule string
	// From returns what the value is made of; nil for a constant.
	From func(C, Match) []Origin
}

// NewRow returns a line of a table.
func NewRow[C any](pattern, rule string, from func(C, Match) []Origin) Row[C] {
	return Row[C]{Pattern: pattern, Rule: rule, From: from}
}

// Table are the lines of an emitter for one kind of object. The first line that
// matches a leaf counts.
type Table[C any] []Row[C]

// Line is a line of a table as it is shown.
type Line struct{ Pattern, Rule string }

// Kind are the lines of a kind of objects.
type Kind struct {
	Kind  string
	Lines []Line
}

// Lines returns the lines of the table.
func (t Table[C]) Lines() []Line {
	out := make([]Line, len(t))
	for i := range t {
		out[i] = Line{t[i].Pattern, t[i].Rule}
	}
	return out
}

// Match holds the values of the placeholders of a pattern, in order.
type Match struct {
	N    []int
	Keys []string
	// Rest is the path that "**" matched.
	Rest string
}

// Explain returns the leaves of an object with what each is made of.
func (t Table[C]) Explain(c C, object source.Object) []Leaf {
	var out []Leaf
	Walk(object, func(path string, value any) {
		leaf := Leaf{Path: path, Value: value}
		steps, _ := source.SplitPath(path)
		for i := range t {
			m, ok := matches(t[i].Pattern, steps)
			if !ok {
				continue
			}
			leaf.Pattern, leaf.Rule = t[i].Pattern, t[i].Rule
			if t[i].From != nil {
				leaf.From = t[i].From(c, m)
			}
			break
		}
		out = append(out, leaf)
	})
	return out
}

// Walk calls a function for each leaf of a value, in order.
func Walk(v any, leaf func(path string, value any)) { walk("", v, leaf) }

func walk(path string, v any, leaf func(string, any)) {
	switch x := v.(type) {
	case source.Object:
		for _, m := range x {
			walk(source.JoinKey(path, m.Key), m.Value, leaf)
		}
		if len(x) > 0 {
			return
		}
	case []any:
		for i := range x {
			walk(source.JoinIndex(path, i), x[i], leaf)
		}
		if len(x) > 0 {
			return
		}
	}
	leaf(path, v)
}

// matches reports whether a pattern matches a field path.
func matches(pattern string, steps []source.Step) (Match, bool) {
	var m Match
	rest := pattern
	for i, s := range steps {
		var want string
		if want, rest = nextOf(rest); want == "**" {
			m.Rest = source.JoinSteps(steps[i:])
			return m, true
		}
		switch {
		case want == "[]" && s.Index() >= 0:
			m.N = append(m.N, s.Index())
		case want == "{}" && s.Index() < 0:
			m.Keys = append(m.Keys, s.Key())
		case want == "{"+s.Key()+"}" && s.Index() < 0:
		case want == s.Key() && s.Index() < 0:
		default:
			return m, false
		}
	}
	return m, rest == "" || rest == ".**"
}

// nextOf cuts the first step off a pattern.
func nextOf(pattern string) (step, rest string) {
	pattern = strings.TrimPrefix(pattern, ".")
	if strings.HasPrefix(pattern, "[]") {
		return pattern[:2], pattern[2:]
	}
	if strings.HasPrefix(pattern, "{") {
		end := strings.IndexByte(pattern, '}') + 1
		return pattern[:end], pattern[end:]
	}
	end := strings.IndexAny(pattern, ".[{")
	if end < 0 {
		end = len(pattern)
	}
	return pattern[:end], pattern[end:]
}
