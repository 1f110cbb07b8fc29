package source

import (
	"strconv"
	"strings"
)

// JoinKey appends a key to a field path. Keys that are not plain words are
// quoted: metadata.annotations["kgw.dev/ignore"].
func JoinKey(path, key string) string {
	if !plainKey(key) {
		return path + "[" + strconv.Quote(key) + "]"
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// JoinIndex appends a list index to a field path.
func JoinIndex(path string, i int) string {
	return path + "[" + strconv.Itoa(i) + "]"
}

func plainKey(key string) bool {
	if key == "" {
		return false
	}
	for i := 0; i < len(key); i++ {
		c := key[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-', c == '$':
		default:
			return false
		}
	}
	return true
}

// Step is one step of a field path: a key, or an index when index >= 0.
type Step struct {
	key   string
	index int
}

// SplitPath parses a field path. ok is false when the text is not one.
func SplitPath(path string) (steps []Step, ok bool) {
	for rest := path; rest != ""; {
		var s Step
		if s, rest, ok = nextStep(rest, len(steps) == 0); !ok {
			return steps, false
		}
		steps = append(steps, s)
	}
	return steps, true
}

func nextStep(rest string, first bool) (Step, string, bool) {
	if rest[0] == '[' {
		return bracketStep(rest)
	}
	if !first {
		if rest[0] != '.' {
			return Step{}, "", false
		}
		rest = rest[1:]
	}
	end := strings.IndexAny(rest, ".[")
	if end < 0 {
		end = len(rest)
	}
	if !plainKey(rest[:end]) {
		return Step{}, "", false
	}
	return Step{key: rest[:end], index: -1}, rest[end:], true
}

func bracketStep(rest string) (Step, string, bool) {
	if strings.HasPrefix(rest, `["`) {
		quoted, err := strconv.QuotedPrefix(rest[1:])
		if err != nil || !strings.HasPrefix(rest[1+len(quoted):], "]") {
			return Step{}, "", false
		}
		key, err := strconv.Unquote(quoted)
		return Step{key: key, index: -1}, rest[len(quoted)+2:], err == nil
	}
	end := strings.IndexByte(rest, ']')
	if end < 0 {
		return Step{}, "", false
	}
	i, err := strconv.Atoi(rest[1:end])
	if err != nil || i < 0 || rest[1] == '+' || rest[1] == '-' {
		return Step{}, "", false
	}
	return Step{index: i}, rest[end+1:], true
}

// found is where a field path leads in a tree.
type found struct {
	key, value *Node // key is nil for list elements and the root
	exact      bool  // false: the nearest existing parent
}

func lookup(root *Node, path string) found {
	at := found{value: root, exact: true}
	steps, ok := SplitPath(path)
	for _, s := range steps {
		next := child(at.value, s)
		if next.value == nil {
			at.exact = false
			return at
		}
		at = next
	}
	at.exact = ok
	return at
}

func child(n *Node, s Step) found {
	switch {
	case n == nil:
	case s.index >= 0:
		if n.Kind == sequence && s.index < len(n.Content) {
			return found{value: n.Content[s.index], exact: true}
		}
	case n.Kind == mapping:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == s.key {
				return found{key: n.Content[i], value: n.Content[i+1], exact: true}
			}
		}
	}
	return found{}
}

// Lookup returns the value node at a field path of a document's tree, or nil.
func Lookup(root *Node, path string) *Node {
	if f := lookup(root, path); f.exact {
		return f.value
	}
	return nil
}

// Key returns the key of a step, "" for an index.
func (s Step) Key() string { return s.key }

// Index returns the index of a step, -1 for a key.
func (s Step) Index() int { return s.index }

// JoinSteps returns the field path of steps.
func JoinSteps(steps []Step) string {
	path := ""
	for _, s := range steps {
		if s.index >= 0 {
			path = JoinIndex(path, s.index)
		} else {
			path = JoinKey(path, s.key)
		}
	}
	return path
}

// WithoutPath returns a value, as Value returns it, without the field at a path
// below it. A path that leads nowhere, or to an element of a list, changes
// nothing.
func WithoutPath(v any, path string) any {
	steps, ok := SplitPath(path)
	if !ok || len(steps) == 0 {
		return v
	}
	return withoutSteps(v, steps)
}

func withoutSteps(v any, steps []Step) any {
	switch x := v.(type) {
	case Object:
		var out Object
		for _, m := range x {
			if m.Key != steps[0].key || steps[0].index >= 0 {
				out = append(out, m)
			} else if len(steps) > 1 {
				out = append(out, Member{m.Key, withoutSteps(m.Value, steps[1:])})
			}
		}
		return out
	case []any:
		out := append([]any{}, x...)
		if i := steps[0].index; i >= 0 && i < len(x) && len(steps) > 1 {
			out[i] = withoutSteps(x[i], steps[1:])
		}
		return out
	}
	return v
}

// Within reports whether the value at a path is the one at another, or in it.
func Within(path, outer string) bool {
	rest, ok := strings.CutPrefix(path, outer)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// JoinPath appends a field path to another one.
func JoinPath(path, below string) string {
	if path == "" || below == "" || below[0] == '[' {
		return path + below
	}
	return path + "." + below
}
