package envoy

import (
	"slices"
	"sort"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
)

// Headers folds the filters that Envoy applies into header operations; the
// later filter wins. Those of other engines have none.
func Headers(g *ir.Gateway, r *ir.Route) *manifest.Headers {
	var h manifest.Headers
	c := changesOf(g, r)
	if len(c.set)+len(c.remove) > 0 {
		set := make(map[string]string, len(c.set))
		for _, s := range c.set {
			set[s.name] = s.value
		}
		h.Request = &manifest.HeaderOperations{Set: set, Remove: c.remove}
	}
	if c.answers {
		h.Response = &c.response
	}
	if h.Request == nil && h.Response == nil {
		return nil
	}
	return &h
}

// changes are the changes to the headers of a route's requests and of their answers.
type changes struct {
	set      []header // sorted by name
	remove   []string // what only a gateway may set on a request
	answers  bool     // answers have changes: response
	response manifest.HeaderOperations
}

type header struct{ name, value string }

func changesOf(g *ir.Gateway, r *ir.Route) changes {
	var c changes
	for _, f := range r.Filters {
		switch f := f.(type) {
		case ir.ForwardedHost:
			c.setHeader(forwarded, forwardedHost(g))
		case ir.SetRequestHeaders:
			for k, v := range f.Headers {
				c.setHeader(k, v)
			}
		case ir.SetRequestCookies:
			if len(f.Cookies) > 0 {
				c.setHeader("Cookie", cookies(f.Cookies))
			}
		case ir.RemoveResponseHeaders:
			c.answers, c.response = true, manifest.HeaderOperations{Remove: f.Names}
		case ir.ForwardIdentity:
			c.remove = append(c.remove, f.Header)
		case ir.Compress, ir.Mutate, ir.Native, ir.TraceRequest, ir.Audit:
		}
	}
	if answer, ok := r.Action.(ir.Respond); ok && len(answer.Headers) > 0 {
		c.answers, c.response = true, manifest.HeaderOperations{Set: answer.Headers}
	}
	return c
}

// setHeader sets a header and replaces an earlier value.
func (c *changes) setHeader(name, value string) {
	i, found := slices.BinarySearchFunc(c.set, name, func(h header, name string) int { return strings.Compare(h.name, name) })
	if !found {
		c.set = slices.Insert(c.set, i, header{})
	}
	c.set[i] = header{name, value}
}

// forwarded is the header that passes the host of the request to a Service.
const forwarded = "x-forwarded-host"

func forwardedHost(g *ir.Gateway) string {
	if len(g.Hosts) == 0 || strings.HasPrefix(g.Hosts[0].Name, "*") {
		return "%REQ(:AUTHORITY)%"
	}
	return g.Hosts[0].Name
}

// cookies joins cookies in the order of their names: the controller's own
// order is random.
func cookies(m map[string]string) string {
	pairs := make([]string, 0, len(m))
	for k, v := range m {
		pairs = append(pairs, k+"="+v)
	}
	sort.Strings(pairs)
	return strings.Join(pairs, "; ")
}

// Destinations returns where the proxy sends the route's requests.
func Destinations(r *ir.Route, t *ir.Target) []manifest.Destination {
	if t.Plan.Delegated(r) {
		return []manifest.Destination{{Host: t.OathkeeperHost, Port: manifest.Port{Number: t.OathkeeperPort}}}
	}
	forward, _ := r.Action.(ir.Forward)
	out := make([]manifest.Destination, 0, len(forward.To))
	for _, u := range forward.To {
		out = append(out, manifest.Destination{Host: u.Host(), Port: manifest.Port{Number: u.Port.Number}})
	}
	return out
}
