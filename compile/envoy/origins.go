package envoy

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/origin"
)

// SetHeader returns what the value of a request header that Headers sets is made of:
// the last of several filters that set it.
func SetHeader(g *ir.Gateway, r *ir.Route, name string) []origin.Origin {
	for _, f := range slices.Backward(r.Filters) {
		switch f := f.(type) {
		case ir.SetRequestHeaders:
			if _, ok := f.Headers[name]; ok {
				return []origin.Origin{origin.Named(r.Origin, ir.PartHeaders, name)}
			}
		case ir.SetRequestCookies:
			if name == "Cookie" && len(f.Cookies) > 0 {
				return []origin.Origin{origin.Of(r.Origin, ir.PartCookies)}
			}
		case ir.ForwardedHost:
			if name == forwarded && !strings.HasPrefix(forwardedHost(g), "%") {
				return origin.Host(g, 0)
			}
		case ir.RemoveResponseHeaders, ir.Compress, ir.Mutate, ir.Native, ir.ForwardIdentity, ir.TraceRequest, ir.Audit:
		}
	}
	return nil
}

// Destination returns what the host or the port of destination i of a route is made of;
// of is that part of its Service.
func Destination(r *ir.Route, t *ir.Target, i int, setting string, of func(*ir.Upstream) []origin.Origin) []origin.Origin {
	if t.Plan.Delegated(r) {
		return append([]origin.Origin{origin.Setting(setting)}, delegates(r)...)
	}
	return of(&origin.Upstreams(r)[i])
}

// delegates returns the handler that sends a route's requests to Oathkeeper; none if
// several do.
func delegates(r *ir.Route) []origin.Origin {
	var out []origin.Origin
	for i := range r.Access.Grants {
		g := &r.Access.Grants[i]
		switch g.Proof.(type) {
		case ir.JWT, ir.TokenInfo, ir.ByHandler:
			if g.Verbatim != nil {
				out = append(out, origin.Of(g.Verbatim.Origin, ir.PartHandler))
			}
		case ir.None, ir.Passthru, ir.External:
		}
	}
	for _, f := range r.Filters {
		if m, ok := f.(ir.Mutate); ok {
			out = append(out, origin.Of(m.Handler.Origin, ir.PartHandler))
		}
	}
	if len(out) != 1 {
		return nil
	}
	return out
}

// Weights returns what the shares of a route's destinations are made of; none if they
// have no shares.
func Weights(r *ir.Route, t *ir.Target) []origin.Origin {
	to := origin.Upstreams(r)
	if t.Plan.Delegated(r) || len(to) < 2 {
		return nil
	}
	var out []origin.Origin
	for i := range to {
		if to[i].Weight != nil {
			out = append(out, origin.Of(to[i].Origin, ir.PartServiceWeight))
		}
	}
	return out
}
