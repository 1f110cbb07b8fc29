package simulate_test

import (
	"fmt"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
)

// TestWorlds asks conditions in every combination, each once for each key.
func TestWorlds(t *testing.T) {
	seen := map[string]bool{}
	complete := simulate.Worlds(false, func(w *simulate.World) bool {
		a, again := w.Holds(simulate.Unknown{What: "a"}), w.Holds(simulate.Unknown{What: "other words", Key: "a"})
		b := a && w.Holds(simulate.Unknown{What: "b"})
		if a != again {
			t.Error("one key has two answers")
		}
		seen[fmt.Sprint(a, b)] = true
		return true
	})
	if !complete || len(seen) != 3 {
		t.Errorf("%v, complete: %v", seen, complete)
	}
	if simulate.Worlds(false, func(w *simulate.World) bool {
		for i := range 20 {
			w.Holds(simulate.Unknown{What: fmt.Sprint(i)})
		}
		return true
	}) {
		t.Error("a million worlds were looked at")
	}
}

// TestOutcomes: what is alike whatever holds is known, else there is no definite
// status.
func TestOutcomes(t *testing.T) {
	ask := func(status func(bool) int) simulate.Decision {
		return simulate.Outcomes(&simulate.Request{}, nil, func(r *simulate.Request, _ *simulate.Trail) simulate.Decision {
			return simulate.Decision{Status: status(r.Holds(simulate.Unknown{What: "it rains"})), Cause: simulate.Denied}
		})
	}
	if d := ask(func(bool) int { return 403 }); !d.Known() || d.Status != 403 {
		t.Errorf("%+v", d)
	}
	d := ask(func(rains bool) int {
		if rains {
			return 403
		}
		return 404
	})
	if d.Known() || d.Status != 0 || len(d.Outcomes) != 2 || len(d.Unknowns()) != 1 {
		t.Errorf("%+v", d)
	}
	target := simulate.Outcomes(&simulate.Request{}, nil, func(r *simulate.Request, _ *simulate.Trail) simulate.Decision {
		next := &simulate.Request{Target: "/a"}
		if r.Holds(simulate.Unknown{What: "it rains"}) {
			next.Target = "/b"
		}
		return simulate.Decision{Status: 200, Upstream: "s", Next: next}
	})
	if target.Known() || target.Status != 200 {
		t.Errorf("it is known which path the upstream gets: %+v", target)
	}
	var none *simulate.World
	if none.Holds(simulate.Unknown{What: "anything"}) {
		t.Error("a request in no world has an answer")
	}
	refused := simulate.Unknown{Why: simulate.Refused, What: "an older version is there"}
	if (&simulate.World{}).Holds(refused) || len((&simulate.World{}).Supposes()) > 0 {
		t.Error("a refused object is doubted in a trace")
	}
}
