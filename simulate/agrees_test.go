package simulate

import (
	"fmt"
	"testing"
)

// TestWorldsAgree: what was decided in a world is decided in another one exactly where
// both answer alike whatever it asked, and the walk through all worlds goes on as if it
// was asked anew.
func TestWorldsAgree(t *testing.T) {
	decide := func(w *World, phase uint) string {
		w.Phase = phase
		a := w.Holds(Unknown{What: "a"})
		if a {
			return fmt.Sprint(a, w.Holds(Unknown{What: "b"}))
		}
		return fmt.Sprint(a, w.Holds(Unknown{What: "c"}))
	}
	type kept struct {
		asked []Supposition
		said  string
	}
	var memory []kept
	recalled := 0
	for round := range 2 {
		var seen []string
		Worlds(true, func(w *World) bool {
			said := ""
			for _, k := range memory {
				if w.Agrees(k.asked) {
					said = k.said
					recalled++
					break
				}
			}
			if said == "" {
				said = decide(w, 0)
				memory = append(memory, kept{append([]Supposition(nil), w.Supposes()...), said})
			}
			if again := decide(w, 1); again != said {
				t.Errorf("%s is recalled where %s holds", said, again)
			}
			for _, s := range w.Supposes() {
				if s.Phases != 1|2 {
					t.Errorf("%s was asked in phases %b", s.What, s.Phases)
				}
			}
			seen = append(seen, said)
			return true
		})
		if got := fmt.Sprint(seen); got != "[false false false true true false true true]" {
			t.Errorf("round %d: %s", round, got)
		}
	}
	if recalled != 4 || len(memory) != 4 {
		t.Errorf("%d are recalled, %d kept", recalled, len(memory))
	}
	w := &World{}
	w.Holds(Unknown{What: "other"})
	if w.Agrees(memory[0].asked) {
		t.Error("a world of which something else was asked agrees")
	}
}
