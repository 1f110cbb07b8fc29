package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// beside leaves the Apis that would become a second APIRule: one of a name or a
// host that an APIRule has already, or that several documents define.
func (m *migration) beside(parts []*fileMigration) {
	rules, hosts, apis := map[ir.Name]*Document{}, map[string]*Document{}, map[ir.Name][]*Document{}
	for _, p := range parts {
		for i := range p.documents {
			d := &p.documents[i]
			name := ir.Name{Namespace: d.Doc.Namespace, Name: d.Doc.Name}
			if d.Kind == "Api" {
				apis[name] = append(apis[name], d)
				continue
			}
			rules[name] = d
			for _, h := range d.hosts() {
				hosts[h] = d
			}
		}
	}
	for _, p := range parts {
		for i := range p.documents {
			if d := &p.documents[i]; d.Kind == "Api" && d.Outcome == Moved {
				d.besides(rules, hosts, apis)
			}
		}
	}
}

// besides leaves an Api where its APIRule would not be the only one.
func (d *Document) besides(rules map[ir.Name]*Document, hosts map[string]*Document, apis map[ir.Name][]*Document) {
	name := ir.Name{Namespace: d.Doc.Namespace, Name: d.Doc.Name}
	f := diag.Finding{Code: diag.APIBeside, At: source.Ref{Doc: d.Doc, Path: "metadata.name"}}
	other := rules[name]
	switch own := d.hosts(); {
	case other != nil:
		f.Message = fmt.Sprintf("there is an APIRule %q already: the Api would become a second one", name)
		f.Help = "remove the one that does not hold on the cluster"
	case len(apis[name]) > 1:
		k := slices.IndexFunc(apis[name], func(o *Document) bool { return o != d })
		other = apis[name][k]
		f.Message = fmt.Sprintf("Api %q is defined %d times: each would become an APIRule of that name", name, len(apis[name]))
		f.Help = "remove those that do not hold on the cluster"
	case len(own) > 0 && hosts[own[0]] != nil:
		other = hosts[own[0]]
		f.At.Path = "spec.hostname"
		f.Message = fmt.Sprintf("host %q is that of APIRule %q already", own[0], ir.Name{Namespace: other.Doc.Namespace, Name: other.Doc.Name})
		f.Help = "merge the two, or give one of them another host"
	default:
		return
	}
	f.Related = []diag.Related{{Message: "the other one", At: source.Ref{Doc: other.Doc}}}
	d.leave(f)
}

// hosts lists the hosts that a document has before it is moved, in lower case.
func (d *Document) hosts() []string {
	v, _ := d.Before.Get("spec")
	spec, _ := v.(source.Object)
	service, _ := spec.Get("service")
	inner, _ := service.(source.Object)
	var out []string
	for _, from := range []struct {
		object source.Object
		key    string
	}{{spec, "hostname"}, {spec, "host"}, {inner, "host"}, {spec, "hosts"}} {
		v, _ := from.object.Get(from.key)
		if text, ok := v.(string); ok {
			out = append(out, strings.ToLower(text))
		}
		for _, e := range elements(v) {
			if text, ok := e.(string); ok {
				out = append(out, strings.ToLower(text))
			}
		}
	}
	return out
}
