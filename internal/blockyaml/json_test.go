package blockyaml

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
)

// TestJSON reads drawn JSON in one line and in many, as programs write it.
func TestJSON(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 500 {
		v := map[string]any{"x": drawJSON(r, 0), "y": drawJSON(r, 0)}
		flat, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		indented, err := json.MarshalIndent(v, "", "    ")
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range [][]byte{flat, indented, append(flat, '\n')} {
			if !check(t, "drawn", text) {
				t.Errorf("text %d is declined:\n%s", i, text)
			}
		}
	}
}

func drawJSON(r *rand.Rand, depth int) any {
	texts := []string{"", "a", "é ü", "{{ . }}", "a: b", "x # y", "- z", "<&>", "tab\tand\nbreak", "\"q\"", "\\d+", "null", "1", "a,b", "]", "---", "ä\u2028"}
	switch n := r.IntN(9); {
	case n < 2 && depth < 4:
		out := map[string]any{}
		for range r.IntN(4) {
			out[texts[r.IntN(len(texts))]] = drawJSON(r, depth+1)
		}
		return out
	case n < 4 && depth < 4:
		out := []any{}
		for range r.IntN(4) {
			out = append(out, drawJSON(r, depth+1))
		}
		return out
	case n == 4:
		return []any{nil, true, false, 0, -1, 1.5, 1e30, 1e-7, 8080}[r.IntN(9)]
	}
	return texts[r.IntN(len(texts))]
}
