package compile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
)

// linkTraffic sets the upstreams of the hosts of a gateway from the StackSet that
// it names: every stack, also one without a share.
func (c *companions) linkTraffic(g *ir.Gateway, found *diag.List) {
	at := g.Traffic
	if at.Ref.Name == "" {
		return
	}
	set := c.stackSets[at.Ref]
	if set == nil || len(set.Traffic) == 0 {
		reportNoTraffic(&at, set, found)
		return
	}
	var upstreams []ir.Upstream
	for i := range set.Traffic {
		s := &set.Traffic[i]
		origin := s.Origin
		if origin.Doc == nil {
			origin = at.Origin // the configuration says it
		}
		upstreams = append(upstreams, ir.Upstream{Origin: origin, Namespace: at.Ref.Namespace, Name: s.Service, Port: s.Port, Weight: &s.Weight})
	}
	for i := range g.Hosts {
		g.Hosts[i].Upstreams = slices.Clone(upstreams)
	}
}

func reportNoTraffic(t *ir.Traffic, set *kube.StackSet, found *diag.List) {
	f := diag.Finding{
		Code: diag.NoTraffic, At: t.Origin,
		Message: fmt.Sprintf("StackSet %q is not among the inputs: nothing is written for this gateway", t.Ref),
		Help:    "add the StackSet with its status, which has the split of traffic, or known.stackSets to kgw.yaml",
	}
	if set != nil {
		f.Message = fmt.Sprintf("StackSet %q has no traffic in its status: nothing is written for this gateway", t.Ref)
		f.Help = "wait for its stacks, add the status from the cluster, or known.stackSets to kgw.yaml"
		f.Related = []diag.Related{{Message: "the StackSet", At: set.Origin.At("status", "traffic")}}
	}
	found.Add(f)
}

// completePorts completes named ports of the hosts' upstreams with their numbers,
// where the Service is known. A port that its Service does not have is an
// error for every target.
func (c *companions) completePorts(g *ir.Gateway, holds *config.Config, found *diag.List) {
	reported := map[string]bool{}
	for i := range g.Hosts {
		for j := range g.Hosts[i].Upstreams {
			u := &g.Hosts[i].Upstreams[j]
			service := c.service(ir.Name{Namespace: u.Namespace, Name: u.Name}, holds)
			if service == nil || len(service.Ports) == 0 {
				continue
			}
			k := slices.IndexFunc(service.Ports, func(p kube.ServicePort) bool {
				return u.Port.Name != "" && p.Name == u.Port.Name || u.Port.Name == "" && p.Port == u.Port.Number
			})
			if k >= 0 {
				u.Port.Number, u.PortAt = service.Ports[k].Port, placeInSpec(service, "ports")
			} else if !reported[u.Name] {
				reported[u.Name] = true
				reportNoPort(g, u, service, found)
			}
		}
	}
}

// placeInSpec returns where a field of the spec of a Service is written.
func placeInSpec(s *kube.Service, field string) ir.Said {
	switch {
	case s.Setting != "":
		return ir.Said{Setting: source.JoinKey(s.Setting, field)}
	case s.Function:
		return ir.Said{At: s.Origin.At("metadata", "name")}
	}
	return ir.Said{At: s.Origin.At("spec", field)}
}

func reportNoPort(g *ir.Gateway, u *ir.Upstream, service *kube.Service, found *diag.List) {
	var have []string
	for _, p := range service.Ports {
		have = append(have, strings.TrimPrefix(fmt.Sprintf("%s %d", p.Name, p.Port), " "))
	}
	wanted := u.Port.Name
	if wanted == "" {
		wanted = fmt.Sprint(u.Port.Number)
	}
	f := diag.Finding{
		Code: diag.PortNotFound, At: u.Origin.At("servicePort"), Owner: g.Origin.Doc,
		Message: fmt.Sprintf("Service %q has no port %q", u.Name, wanted),
		Help:    "its ports are " + strings.Join(have, ", "),
	}
	if service.Origin.Doc != nil {
		f.Related = []diag.Related{{Message: "the Service", At: service.Origin.At("spec", "ports")}}
	}
	found.Add(f)
}
