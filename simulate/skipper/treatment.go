package skipper

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/simulate"
)

// Treatments tells what each route does besides checking who sends a request
// and sending it on, in the order of the routes: the first of Entries that
// belongs to a route has its place.
func (e *Engine) Treatments() map[string]simulate.Treatment {
	out := map[string]simulate.Treatment{}
	for _, r := range e.routes {
		out[r.name+"\x00"+r.at.Path] = r.treatment()
	}
	return out
}

// shown are filters whose effect decisions show.
var shown = []string{"setRequestHeader", "appendRequestHeader", "dropRequestHeader", "status", "inlineContent", "true"}

func (r *liveRoute) treatment() simulate.Treatment {
	var t simulate.Treatment
	for i := range r.filters {
		c := &r.filters[i]
		switch {
		case c.Name == "corsOrigin":
			t.Origins = c.texts()
			t.CORS = "origins " + strings.Join(t.Origins, ", ")
			if len(t.Origins) == 0 {
				t.CORS = "any origin"
			}
		case c.Name == "backendTimeout":
			t.Timeout = strings.Join(c.texts(), "")
		case strings.HasPrefix(c.Name, "setResponseHeader"), strings.HasPrefix(c.Name, "appendResponseHeader"), strings.HasPrefix(c.Name, "dropResponseHeader"):
			t.Response = strings.TrimPrefix(t.Response+"; "+c.String(), "; ")
		case c.proof() == "" && !slices.Contains(shown, c.Name):
			t.Other = append(t.Other, c.String())
		}
	}
	slices.Sort(t.Other)
	return t
}
