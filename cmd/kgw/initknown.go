package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
)

// draft is the part of a kgw.yaml about a cluster: its objects (nil if not known),
// and the objects that resources need.
type draft struct {
	domain string
	have   *config.Known
	needs  []compile.Need
	notes  []string
}

// needOf returns what needs an object, or nil.
func (d *draft) needOf(kind, namespace, name string) *compile.Need {
	for i := range d.needs {
		if d.needs[i].Lack == (diag.Lack{Kind: kind, Namespace: namespace, Name: name}) {
			return &d.needs[i]
		}
	}
	return nil
}

// keepNeeded drops the objects of the cluster that nothing needs. It keeps the
// Gateway with the domain of the cluster if the domain is needed.
func (d *draft) keepNeeded() {
	if d.have == nil {
		return
	}
	d.have.Services = slices.DeleteFunc(d.have.Services, func(s config.KnownService) bool { return d.needOf("Service", s.Namespace, s.Name) == nil })
	d.have.Gateways = slices.DeleteFunc(d.have.Gateways, func(g config.KnownGateway) bool {
		isKyma := g.Namespace == kube.KymaGateway.Namespace && g.Name == kube.KymaGateway.Name
		return d.needOf("Gateway", g.Namespace, g.Name) == nil && (!isKyma || d.needOf("domain", "", "") == nil)
	})
	d.have.Providers = slices.DeleteFunc(d.have.Providers, func(p string) bool { return d.needOf("authorizer", "", p) == nil })
}

// write returns the lines of the settings, by name, and the remaining tasks for the user.
func (d *draft) write() (filled map[string]string, notes []string) {
	filled = map[string]string{}
	if text := d.writeDomains(); text != "" {
		filled["domains"] = text
	}
	var b strings.Builder
	for _, part := range []struct {
		name  string
		lines []string
	}{{"services", d.writeServices()}, {"gateways", d.writeGateways()}, {"providers", d.writeProviders()}} {
		if len(part.lines) > 0 {
			b.WriteString("  " + part.name + ":\n" + strings.Join(part.lines, ""))
		}
	}
	if b.Len() > 0 {
		filled["known"] = "known:\n" + b.String()
	}
	return filled, d.notes
}

// writeDomains sets the domain of the cluster, or says who needs it.
func (d *draft) writeDomains() string {
	if d.domain != "" {
		return "domains:\n" + string(indented(source.Object{{Key: "default", Value: d.domain}}, "  ", "  "))
	}
	need := d.needOf("domain", "", "")
	if need == nil || d.have != nil && slices.ContainsFunc(d.have.Gateways, func(g config.KnownGateway) bool {
		return g.Namespace == kube.KymaGateway.Namespace && g.Name == kube.KymaGateway.Name
	}) {
		return ""
	}
	d.notes = append(d.notes, fmt.Sprintf("hosts without a dot need the domain of the cluster (%s): give --domain, or set domains.default", needPlaces(need)))
	return fmt.Sprintf("# Needed by %s.\n#domains:\n#  default: kyma.example.com\n", needPlaces(need))
}

// writeServices writes the Services that the cluster has, and the Services that are
// needed and not described.
func (d *draft) writeServices() []string {
	var out []string
	written := map[string]bool{}
	if d.have != nil {
		for _, s := range d.have.Services {
			written[s.Namespace+"/"+s.Name] = true
			ports := []any{}
			for _, p := range s.Ports {
				ports = append(ports, portOf(p.Name, p.Port))
			}
			out = append(out, d.writeEntry("Service", s.Namespace, s.Name, source.Member{Key: "selector", Value: labelsOf(s.Selector)}, source.Member{Key: "ports", Value: ports}))
		}
	}
	missing := 0
	for i := range d.needs {
		n := &d.needs[i]
		if n.Kind != "Service" || written[n.Namespace+"/"+n.Name] {
			continue
		}
		missing++
		ports := []any{}
		for _, p := range n.Ports {
			ports = append(ports, portOf("", p))
		}
		out = append(out, d.writeEntry("Service", n.Namespace, n.Name, source.Member{Key: "ports", Value: ports})+
			fmt.Sprintf("    # Its selector: kubectl -n %s get service %s -o jsonpath='{.spec.selector}'\n    #selector: {app: %[2]s}\n", report.Visible(n.Namespace), report.Visible(n.Name)))
	}
	if missing > 0 {
		d.notes = append(d.notes, fmt.Sprintf("%s in known.services without a selector: write it there, or let --from-cluster or --from-dump find it", report.Plural(missing, "Service is", "Services are")))
	}
	return out
}

// writeGateways writes the Gateways in the same way. The hosts of a Gateway that is
// not described are not known.
func (d *draft) writeGateways() []string {
	var out []string
	written := map[string]bool{}
	if d.have != nil {
		for _, g := range d.have.Gateways {
			written[g.Namespace+"/"+g.Name] = true
			out = append(out, d.writeEntry("Gateway", g.Namespace, g.Name, source.Member{Key: "hosts", Value: source.ListOf(g.Hosts)}))
		}
	}
	for i := range d.needs {
		n := &d.needs[i]
		if n.Kind == "Gateway" && !written[n.Namespace+"/"+n.Name] {
			out = append(out, d.writeEntry("Gateway", n.Namespace, n.Name)+"    # The hosts that it serves: short hosts get their domain from them.\n    #hosts: [\"*.kyma.example.com\"]\n")
		}
	}
	return out
}

// writeProviders writes the external authorizers in the same way.
func (d *draft) writeProviders() []string {
	var names []string
	if d.have != nil {
		names = slices.Clone(d.have.Providers)
	}
	for i := range d.needs {
		if n := &d.needs[i]; n.Kind == "authorizer" && !slices.Contains(names, n.Name) {
			names = append(names, n.Name)
			if d.have != nil {
				d.notes = append(d.notes, fmt.Sprintf("the mesh configuration of the cluster does not define the external authorizer %s (%s)", n.Name, needPlaces(n)))
			}
		}
	}
	slices.Sort(names)
	var out []string
	for _, name := range names {
		comment := ""
		if n := d.needOf("authorizer", "", name); n != nil {
			comment = "  # Needed by " + needPlaces(n) + ".\n"
		}
		out = append(out, comment+string(indented([]any{name}, "  ", "  ")))
	}
	return out
}

// writeEntry writes an object with the places that need it.
func (d *draft) writeEntry(kind, namespace, name string, more ...source.Member) string {
	comment := ""
	if n := d.needOf(kind, namespace, name); n != nil {
		comment = "  # Needed by " + needPlaces(n) + ".\n"
	}
	o := append(source.Object{{Key: "name", Value: name}, {Key: "namespace", Value: namespace}}, more...)
	o = slices.DeleteFunc(o, func(m source.Member) bool {
		list, isList := m.Value.([]any)
		labels, isObject := m.Value.(source.Object)
		return isList && len(list) == 0 || isObject && len(labels) == 0
	})
	return comment + string(indented(o, "  - ", "    "))
}

// indented writes a value as YAML, with a text before its first line and one
// before the others.
func indented(v any, first, others string) []byte {
	var out []byte
	for i, line := range strings.SplitAfter(strings.TrimSuffix(string(manifest.AppendYAMLValue(nil, v)), "\n"), "\n") {
		if i == 0 {
			out = append(out, first...)
		} else {
			out = append(out, others...)
		}
		out = append(out, line...)
	}
	return append(out, '\n')
}

// maxPlaces is the maximal number of places that are named.
const maxPlaces = 3

// needPlaces names the places of a need.
func needPlaces(n *compile.Need) string {
	var out []string
	for i, at := range n.At {
		if i == maxPlaces {
			out = append(out, fmt.Sprintf("%d more", len(n.At)-maxPlaces))
			break
		}
		out = append(out, report.Visible(fmt.Sprintf("%s:%d", at.File, at.Line)))
	}
	return strings.Join(out, ", ")
}

func portOf(name string, port uint32) source.Object {
	o := source.Object{}
	if name != "" {
		o = append(o, source.Member{Key: "name", Value: name})
	}
	return append(o, source.Member{Key: "port", Value: source.Number(strconv.FormatUint(uint64(port), 10))})
}

func labelsOf(labels map[string]string) source.Object {
	out := source.Object{}
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		out = append(out, source.Member{Key: key, Value: labels[key]})
	}
	return out
}
