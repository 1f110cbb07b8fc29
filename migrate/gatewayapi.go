package migrate

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate/routes"
	"github.com/kgw-dev/kgw/schema"
)

// ToGatewayAPI is what VirtualServices of Istio move to: HTTPRoutes.
const ToGatewayAPI = "gateway-api"

// istioGroup is the API group of VirtualServices, gatewayGroup that of HTTPRoutes.
const (
	istioGroup   = "networking.istio.io"
	gatewayGroup = "gateway.networking.k8s.io"
)

// noteService notes a VirtualService: what becomes of it depends on all of them.
func (f *fileMigration) noteService(d *source.Document, root *source.Node) {
	value, _ := source.Value(root).(source.Object)
	_, version, _ := strings.Cut(d.APIVersion, "/")
	f.documents = append(f.documents, Document{Doc: f.inNamespace(d), Outcome: Decide, Kind: d.Kind, From: version, Before: value})
}

// makeRoutes makes HTTPRoutes of the VirtualServices of all files.
func (m *migration) makeRoutes(parts []*fileMigration) {
	var services []routes.Service
	var documents []*Document
	ports := map[ir.Name][]uint32{}
	for _, s := range m.Config.Known.Services {
		for _, p := range s.Ports {
			name := ir.Name{Namespace: s.Namespace, Name: s.Name}
			ports[name] = append(ports[name], p.Port)
		}
	}
	for _, p := range parts {
		for i := range p.services {
			s := &p.services[i]
			ports[s.Name] = nil
			for _, port := range s.Ports {
				ports[s.Name] = append(ports[s.Name], port.Port)
			}
		}
		for i := range p.documents {
			d := &p.documents[i]
			if d.Outcome == Broken {
				continue
			}
			meta, _ := d.Before.Get("metadata")
			fields, _ := meta.(source.Object)
			created, _ := fields.Get("creationTimestamp")
			text, _ := created.(string)
			services = append(services, routes.Service{Doc: d.Doc, Value: d.Before, Namespace: d.Doc.Namespace, Created: text})
			documents = append(documents, d)
		}
	}
	parents := m.readParents(parts)
	moved := routes.Move(services, routes.Options{
		Gateways: m.Config.GatewayAPI, Accept: m.Accept, Judge: m.judge,
		Ports:     func(n ir.Name) []uint32 { return ports[n] },
		Listeners: parents.listeners, Identity: parents.identity,
	})
	for i, d := range documents {
		if d.setOutcome(&moved[i]); m.isMoved(d) {
			parents.writeNeeded(moved[i].Gateways)
		}
	}
}

// setOutcome sets what becomes of a VirtualService.
func (d *Document) setOutcome(m *routes.Moved) {
	d.Findings = m.Found
	switch {
	case m.Left:
		d.Outcome = Decide
		return
	case len(m.Objects) == 0:
		d.Outcome = Current
		return
	}
	d.Outcome, d.wanted = Moved, m.Objects[0]
	rest := m.Objects[1:]
	if m.Mesh {
		spec, _ := d.Before.Get("spec")
		own, _ := spec.(source.Object)
		d.wanted, rest = withValue(d.Before, "spec", withValue(own, "gateways", []any{"mesh"})), m.Objects
	}
	d.After = d.wanted
	var b []byte
	for _, o := range rest {
		b = manifest.AppendYAMLValue(append(b, "---\n"...), o)
	}
	d.appended = string(b)
}

// listOfRoutes replaces the head of a list of VirtualServices by that of a list
// of any objects.
func listOfRoutes(list source.Object) source.Object {
	if apiVersion, _ := list.Get("apiVersion"); schema.Group(textOf(apiVersion)) == istioGroup {
		list = withValue(withValue(list, "apiVersion", "v1"), "kind", "List")
	}
	return list
}

func textOf(v any) string { s, _ := v.(string); return s }

// refuseJSON leaves documents that need others behind them in a file that can hold only
// one.
func (f *fileMigration) refuseJSON() {
	if !strings.HasPrefix(strings.TrimSpace(string(f.file.Data)), "{") {
		return
	}
	if f.appended != "" {
		f.appended = ""
		f.notes.Add(diag.Finding{Code: diag.NotRewritten, At: f.gateways[0].origin, Message: "a Gateway of the Gateway API goes behind it, for which a JSON file has no room", Help: "write the file as YAML"})
	}
	for i := range f.documents {
		if d := &f.documents[i]; d.appended != "" {
			d.leave(diag.Finding{Code: diag.NotRewritten, Message: "it becomes several documents, for which a JSON file has no room", Help: "write the file as YAML"})
		}
	}
}
