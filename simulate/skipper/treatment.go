package skipper

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/simulate"
)

// RouteKey identifies a route: the name of its object, and the field path of its
// place in it.
type RouteKey struct{ Object, Path string }

// Treatments returns what each route does besides authenticating a request and
// sending it on, by the place of the route's first entry in Entries.
func (e *Engine) Treatments() map[RouteKey]simulate.Treatment {
	out := map[RouteKey]simulate.Treatment{}
	for _, r := range e.routes {
		if r.redirect == 0 && r.dropped == "" {
			out[RouteKey{r.object, r.at.Path}] = r.treatment()
		}
	}
	return out
}

func (r *route) treatment() simulate.Treatment {
	var t simulate.Treatment
	known := false // whether an earlier filter authenticated the request
	for i := range r.filters {
		c := &r.filters[i]
		k := filterOf(c.Name)
		known = known || k.proof != ""
		switch {
		case sendsCopy(c) && !known:
			t.Other = append(t.Other, c.String()+" of everybody's requests")
		case c.Name == "corsOrigin":
			t.Origins = textsOf(c.Args)
			t.CORS = "origins " + strings.Join(t.Origins, ", ")
			if len(t.Origins) == 0 {
				t.CORS = "any origin"
			}
		case c.Name == "backendTimeout":
			t.Timeout = strings.Join(textsOf(c.Args), "")
		case strings.HasPrefix(c.Name, "setResponseHeader"), strings.HasPrefix(c.Name, "appendResponseHeader"), strings.HasPrefix(c.Name, "dropResponseHeader"):
			t.Response = strings.TrimPrefix(t.Response+"; "+c.String(), "; ")
		case k.hidesEffect(c):
			t.Request = strings.TrimPrefix(t.Request+"; "+c.String(), "; ")
		case k.limits, k.respond != nil, k.proof == "" && !k.isShown():
			t.Other = append(t.Other, c.String())
		}
	}
	if b := &r.backend; b.kind == balanced {
		t.Split = "among " + b.to
	} else if b.port != "" {
		t.Other = append(t.Other, "port "+b.port)
	}
	slices.Sort(t.Other)
	return t
}

// hidesEffect reports whether the filter changes requests in a way that depends on
// their content, so that one request does not show the whole effect.
func (k *filterKind) hidesEffect(c *eskip.Call) bool {
	if k.class != changes || k.respond != nil {
		return false
	}
	plain := slices.Contains([]string{"setRequestHeader", "appendRequestHeader", "requestHeader", "setPath", "xforward", "xforwardFirst", "forwardTokenField"}, c.Name)
	return !plain || strings.Contains(c.String(), "${")
}

// isShown reports whether decisions show the effect of the filter.
func (k *filterKind) isShown() bool {
	return (k.class == changes || k.class == decides) && !k.limits
}
