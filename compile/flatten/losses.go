package flatten

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

const acceptHelp = "keep this gateway on Skipper, or accept the loss with --accept "

// lose reports an intent that is not written, or not as it was meant.
func (w *writer) lose(code diag.Code, at source.Ref, help, format string, args ...any) {
	at.Key = strings.HasPrefix(at.Path, "spec") && !strings.HasSuffix(at.Path, "]")
	if code.Acceptable() {
		help = acceptHelp + string(code)
	}
	w.found.Add(diag.Finding{Code: code, At: at, Owner: w.gateway.Origin.Doc, Message: fmt.Sprintf(format, args...), Help: help})
}

// reportLosses reports the parts of the gateway that the target expresses differently
// or not at all.
func (w *writer) reportLosses() {
	g, t := w.gateway, w.target
	named := g.Origin.At("metadata", "name")
	if g.Ingress.Text == "" && t.Gateway == "" {
		w.lose(diag.NoIngressGateway, named, "set istio.gateway in kgw.yaml to the Gateway of the hosts", "no Istio Gateway is known that the VirtualServices could be bound to")
	}
	if g.Unmatched != nil {
		w.lose(diag.AnswersDiffer, named, "", "every caller, also one without a token, gets %d for requests that nothing matches, and refusals have no body", g.Unmatched.Status)
	}
	if w.native && len(t.Realms) == 0 {
		w.lose(diag.NoIssuers, named, "set fabric.issuers in kgw.yaml", "there are no token issuers for the realms services and employees")
	}
	if len(t.Realms) > 0 {
		w.lose(diag.TokensVerified, named, "", "tokens are verified by their issuers' keys, not by a token information service: opaque tokens are refused")
	}
	w.reportUpstreams()
	for _, r := range g.Routes {
		w.reportRoute(r)
	}
	w.reportFilters(g)
	w.reportPaths(g)
}

// reportRoute reports losses of one route.
func (w *writer) reportRoute(r *ir.Route) {
	for i := range r.Access.Grants {
		if l := r.Access.Grants[i].Limit; l != nil {
			w.lose(diag.LimitLost, r.Origin, "", "rate limits are not written: every caller may send any number of requests")
			break
		}
	}
	if a, ok := r.Action.(ir.Respond); ok {
		w.lose(diag.StaticOpen, r.Origin, "", "every caller gets the answer %d, without being asked for a token", a.Status)
		return
	}
	if denied := deniedRealms(r); len(denied) > 0 && !w.canIdentify(denied) {
		w.lose(diag.CallersUnchecked, r.Origin, "", "employees are not kept out, because no issuer of their own is known for their tokens")
	}
	if !w.native {
		w.reportCallers(r)
	}
}

// reportCallers reports groups of callers that Oathkeeper cannot identify.
func (w *writer) reportCallers(r *ir.Route) {
	var lost []string
	for i := range r.Access.Grants {
		if _, ok := r.Access.Grants[i].Who.(ir.Employees); ok {
			if r.Access.Grants[i].Exempt {
				lost = append(lost, "administrators")
			} else {
				lost = append(lost, "employees")
			}
		}
	}
	if lost != nil {
		w.lose(diag.GrantLost, r.Origin, "", "what is granted to %s is not written: they get in like services", strings.Join(lost, " and "))
	}
	if r.Access.Restricted {
		services := slices.ContainsFunc(r.Access.Grants, func(g ir.Grant) bool { _, ok := g.Who.(ir.Services); return ok })
		if services {
			w.lose(diag.CallersUnchecked, r.Origin, "", "the list of services is not checked: every service with the scopes gets in")
		}
	}
	if len(w.target.Realms) == 0 {
		w.lose(diag.RealmUnchecked, r.Origin, "", "the realm of a token is not checked: tokens of customers pass too, if they have the scopes")
	}
}

// canIdentify reports whether callers of the realms have issuers of their own.
func (w *writer) canIdentify(denied []string) bool {
	for _, realm := range w.target.Realms {
		for _, other := range w.target.Realms {
			if slices.Contains(denied, realm.Name) && !slices.Contains(denied, other.Name) && realm.Issuer == other.Issuer {
				return false
			}
		}
	}
	return slices.ContainsFunc(w.target.Realms, func(r ir.Realm) bool { return !slices.Contains(denied, r.Name) })
}

// reportFilters reports filters, once each: every route of a dialect has the
// same.
func (w *writer) reportFilters(g *ir.Gateway) {
	named := g.Origin.At("metadata", "name")
	seen := map[string]bool{}
	for _, r := range g.Routes {
		if r.CORS != nil && !seen["cors"] {
			seen["cors"] = true
			w.lose(diag.PreflightDiffers, named, "", "preflights are answered with 200 and not 204, and those of other origins are refused")
		}
		for _, f := range r.Filters {
			kind := fmt.Sprintf("%T", f)
			if seen[kind] {
				continue
			}
			seen[kind] = true
			w.reportFilter(f, named)
		}
	}
}

func (w *writer) reportFilter(f ir.Filter, at source.Ref) {
	switch f := f.(type) {
	case ir.Compress:
		w.lose(diag.CompressionLost, at, "", "compression is not written")
	case ir.Native:
		w.lose(diag.FilterLost, f.Origin, "", "filters for %s are not written", f.Engine)
	case ir.ForwardIdentity:
		if w.native {
			w.lose(diag.IdentityDiffers, at, "", "the header %s does not name the sender to the upstream; one that the caller sends is removed", f.Header)
		} else {
			w.lose(diag.IdentityDiffers, at, "", "%s tells the upstream the uid only, without realm and scopes", f.Header)
		}
	case ir.TraceRequest:
		w.lose(diag.TraceDiffers, at, "", "requests are identified by x-request-id and not by a flow id")
	case ir.Audit:
		w.lose(diag.AuditLost, at, "", "who sent a request is not logged by what is written: configure it in Telemetry")
	case ir.ForwardedHost, ir.SetRequestHeaders, ir.SetRequestCookies, ir.RemoveResponseHeaders, ir.Mutate:
	}
}

// reportUpstreams reports ports without a number and shares of traffic that are
// not kept.
func (w *writer) reportUpstreams() {
	seen := map[string]bool{}
	weighted, rounded := false, false
	for i := range w.gateway.Hosts {
		ups := w.gateway.Hosts[i].Upstreams
		for j := range ups {
			u := &ups[j]
			if u.Port.Number == 0 && !seen[u.Name] {
				seen[u.Name] = true
				w.lose(diag.NoPortNumber, u.Origin, "add the Service's manifest to the inputs, or its ports to known.services in kgw.yaml",
					"the number of port %q of Service %q is not known", u.Port.Name, u.Name)
			}
			weighted = weighted || u.Weight != nil && len(ups) > 1
			rounded = rounded || u.Weight != nil && *u.Weight != math.Trunc(*u.Weight)
		}
	}
	at := w.gateway.Traffic.Origin
	switch {
	case weighted && !w.native:
		w.lose(diag.WeightsLost, at, "", "traffic is not split: a Rule has one upstream, and the one with the largest share gets all")
	case weighted && rounded:
		w.lose(diag.WeightsRounded, at, "", "shares of traffic are rounded to whole percent")
	}
	if w.gateway.Traffic.Ref.Name != "" && w.target.Skipper.VersionedHosts != "" {
		w.lose(diag.VersionedHostsLost, at, "", "stacks have no hosts of their own")
	}
}

// reportPaths reports paths that the target reads differently.
func (w *writer) reportPaths(g *ir.Gateway) {
	encoded := w.hasMixedAccess()
	if encoded {
		w.lose(diag.EncodedSlash, g.Origin.At("metadata", "name"), "", "paths with doubled slashes, encoded slashes or needlessly encoded characters are answered with %d, where Skipper decodes and cleans them", w.unmatchedRoute().Action.(ir.Respond).Status)
	}
	for _, r := range g.Routes {
		text := r.Match.Path.Text
		if strings.ContainsAny(text, "*{") && !encoded {
			encoded = true
			w.lose(diag.EncodedSlash, r.Origin, "", "an encoded slash in a parameter is part of it, where Skipper decodes it and sees two segments")
		}
		if !w.native && strings.HasPrefix(w.target.OathkeeperVersion, "26") && strings.HasSuffix(text, "/") && text != "/" {
			w.lose(diag.FinalSlash, r.Origin, "remove the slash", "Oathkeeper removes the final slash of a request, so that %q matches none", text)
		}
	}
}
