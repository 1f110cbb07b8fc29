package classes

import (
	"slices"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
)

// TestSettle: who gets through only if something holds that the inputs leave open
// does not get through for certain, and who may get through is never left out.
func TestSettle(t *testing.T) {
	chosen := simulate.Unknown{Why: simulate.Chosen, What: "the caller sends x", Example: []simulate.Header{{Name: "x", Value: "1"}}}
	opaque := simulate.Unknown{Why: simulate.Opaque, What: "the filter matters"}
	refused := simulate.Unknown{Why: simulate.Refused, What: "an older policy is there"}
	passes, closed := simulate.Decision{Next: &simulate.Request{}}, simulate.Decision{Status: 403}
	when := func(u simulate.Unknown, yes, no simulate.Decision) func(*simulate.World) simulate.Decision {
		return func(w *simulate.World) simulate.Decision {
			if w.Holds(u) {
				return yes
			}
			return no
		}
	}
	for name, c := range map[string]struct {
		decide       func(*simulate.World) simulate.Decision
		certain, may bool
		when, ifs    []string
	}{
		"open":              {decide: func(*simulate.World) simulate.Decision { return passes }, certain: true},
		"closed":            {decide: func(*simulate.World) simulate.Decision { return closed }},
		"by choice":         {decide: when(chosen, passes, closed), certain: true, when: []string{"the caller sends x"}},
		"unless chosen":     {decide: when(chosen, closed, passes), certain: true},
		"if unread":         {decide: when(opaque, passes, closed), may: true, ifs: []string{"the filter matters"}},
		"unless unread":     {decide: when(opaque, closed, passes), may: true, ifs: []string{"not: the filter matters"}},
		"whatever is there": {decide: when(opaque, passes, passes), certain: true},
		"if refused":        {decide: when(refused, passes, closed), may: true, ifs: []string{"an older policy is there"}},
		"anything":          {decide: when(opaque, simulate.Decision{Cause: simulate.Anything}, closed), may: true, ifs: []string{"the filter matters"}},
		"too much": {decide: func(w *simulate.World) simulate.Decision {
			for _, what := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
				w.Holds(simulate.Unknown{Why: simulate.Opaque, What: what})
			}
			return closed
		}, may: true, ifs: []string{"too many conditions are not known"}},
	} {
		v := askWorlds(c.decide)
		if v.certain != c.certain || v.may != c.may || !slices.Equal(v.when, c.when) || !slices.Equal(v.ifs, c.ifs) {
			t.Errorf("%s: %+v", name, v)
		}
	}
}
