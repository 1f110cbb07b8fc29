package envoy

import (
	"sort"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
)

// Headers folds the filters that Envoy applies into header operations; the
// later filter wins. Those of other engines have none.
func Headers(g *ir.Gateway, r *ir.Route) *manifest.Headers {
	var h manifest.Headers
	var remove []string // what only a gateway may say of a request
	set := map[string]string{}
	for _, f := range r.Filters {
		switch f := f.(type) {
		case ir.ForwardedHost:
			set[forwarded] = forwardedHost(g)
		case ir.SetRequestHeaders:
			for k, v := range f.Headers {
				set[k] = v
			}
		case ir.SetRequestCookies:
			if len(f.Cookies) > 0 {
				set["Cookie"] = cookies(f.Cookies)
			}
		case ir.RemoveResponseHeaders:
			h.Response = &manifest.HeaderOperations{Remove: f.Names}
		case ir.ForwardIdentity:
			remove = append(remove, f.Header)
		case ir.Compress, ir.Mutate, ir.Native, ir.TraceRequest, ir.Audit:
		}
	}
	if answer, ok := r.Action.(ir.Respond); ok && len(answer.Headers) > 0 {
		h.Response = &manifest.HeaderOperations{Set: answer.Headers}
	}
	if len(set)+len(remove) > 0 {
		h.Request = &manifest.HeaderOperations{Set: set, Remove: remove}
	}
	if h.Request == nil && h.Response == nil {
		return nil
	}
	return &h
}

// forwarded is the header with the host of the request for a Service.
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

// Destinations are where the proxy sends the route's requests.
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
