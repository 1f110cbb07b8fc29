package compile

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/schema/kube"
)

// reportForeignHosts reports Ingresses and RouteGroups among the inputs that
// serve a host of a gateway besides the objects written for it. Skipper serves
// both, and the other's routes ask for no token.
func (r *run) reportForeignHosts() {
	var others []*kube.Exposure
	for _, u := range r.units {
		if e, ok := u.companion.(*kube.Exposure); ok {
			others = append(others, e)
		}
	}
	if len(others) == 0 {
		return
	}
	for _, u := range r.compiled {
		serves := u.target.hostsServed()
		if serves == nil {
			continue
		}
		written, documents := map[string]bool{}, r.documentsByKey()
		hosts := map[string]*ir.Host{}
		for _, o := range u.target.objects(u) {
			if copied := documents[o.Key()]; copied != nil && r.isCopy(copied, &o) {
				written[o.Kind+" "+o.Meta.Namespace+"/"+o.Meta.Name] = true
			}
			for _, h := range serves(&o) {
				hosts[h] = nil
			}
		}
		for i := range u.gateway.Hosts {
			hosts[u.gateway.Hosts[i].Name] = &u.gateway.Hosts[i]
		}
		for _, e := range others {
			if !written[e.Kind+" "+e.Name.String()] {
				r.reportForeignHost(u, e, hosts)
			}
		}
	}
}

// hostsServed returns the function that lists the hosts of an object that the target
// writes, or nil.
func (t *boundTarget) hostsServed() func(*manifest.Object) []string {
	if t == nil {
		return nil
	}
	for _, e := range t.emitters {
		if e.serves != nil {
			return e.serves
		}
	}
	return nil
}

// objects returns what the emitters of a target write for one gateway.
func (t *boundTarget) objects(u *unit) []manifest.Object {
	var out []manifest.Object
	for _, e := range t.emitters {
		out = append(out, e.lower(u.gateway, &t.Target)...)
	}
	return out
}

func (r *run) reportForeignHost(u *unit, e *kube.Exposure, hosts map[string]*ir.Host) {
	for _, h := range e.Hosts {
		for name, host := range hosts {
			if !hostCovers(h.Name, name) {
				continue
			}
			at := u.gateway.Origin
			if host != nil {
				at = host.Origin
			}
			message := fmt.Sprintf("%s %q also serves host %q of %s %q, without asking for a token", e.Kind, e.Name, name, u.gateway.Kind, u.gateway.Name)
			r.found.Add(diag.Finding{
				Code: diag.ForeignRoutes, At: h.Origin, Owner: u.doc, Message: message,
				Help:    "use another host for one of the two, or put its paths into the gateway",
				Related: []diag.Related{{Message: "the gateway's host", At: at}},
			})
		}
	}
}

// hostCovers reports whether an Ingress for one host matches requests for
// another.
func hostCovers(pattern, name string) bool {
	return pattern == "" || host.MatchLabel(strings.ToLower(pattern), strings.ToLower(name))
}
