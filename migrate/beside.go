package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
)

// leaveSecond leaves the Apis that would become a second APIRule: one with a
// name or a host that an APIRule has already, or that several documents define.
func (m *migration) leaveSecond(parts []*fileMigration) {
	rules, hosts, apis := map[ir.Name]*Document{}, map[string][]*Document{}, map[ir.Name][]*Document{}
	domain := m.clusterDomain(parts)
	for _, p := range parts {
		for i := range p.documents {
			d := &p.documents[i]
			name := ir.Name{Namespace: d.Doc.Namespace, Name: d.Doc.Name}
			for _, h := range d.hosts(domain) {
				hosts[h] = append(hosts[h], d)
			}
			if d.Kind == "Api" {
				apis[name] = append(apis[name], d)
				continue
			}
			rules[name] = d
		}
	}
	for _, p := range parts {
		for i := range p.documents {
			if d := &p.documents[i]; d.Kind == "Api" {
				d.leaveIfSecond(rules, hosts, apis, domain)
			}
		}
	}
}

// clusterDomain is that of the cluster, which hosts without a dot get: that of
// the Gateway kyma-system/kyma-gateway where it is known, else the configured
// one.
func (m *migration) clusterDomain(parts []*fileMigration) string {
	domain := m.Config.Domains.Default
	for _, g := range m.Config.Known.Gateways {
		if (ir.Name{Namespace: g.Namespace, Name: g.Name}) == kube.KymaGateway {
			domain = (&kube.Gateway{HTTPS: [][]string{g.Hosts}}).Domain()
		}
	}
	for _, p := range parts {
		if p.kyma != nil {
			domain = p.kyma.Domain()
		}
	}
	return domain
}

// leaveIfSecond leaves an Api where its APIRule would not be the only one, and
// is the rival of those that have its host.
func (d *Document) leaveIfSecond(rules map[ir.Name]*Document, hosts map[string][]*Document, apis map[ir.Name][]*Document, domain string) {
	sharing := slices.DeleteFunc(d.sharingHost(hosts, domain), func(o *Document) bool { return o == d })
	if d.Outcome == Moved {
		d.leaveBeside(rules, sharing, apis, domain)
	}
	for _, o := range sharing {
		o.Rival = d.Doc
	}
}

func (d *Document) leaveBeside(rules map[ir.Name]*Document, sharing []*Document, apis map[ir.Name][]*Document, domain string) {
	name := ir.Name{Namespace: d.Doc.Namespace, Name: d.Doc.Name}
	f := diag.Finding{Code: diag.APIBeside, At: source.Ref{Doc: d.Doc, Path: "metadata.name"}}
	other := rules[name]
	switch {
	case other != nil:
		f.Message = fmt.Sprintf("there is an APIRule %q already: the Api would become a second one", name)
		f.Help = "remove the one that is not in use on the cluster"
	case len(apis[name]) > 1:
		k := slices.IndexFunc(apis[name], func(o *Document) bool { return o != d })
		other = apis[name][k]
		f.Message = fmt.Sprintf("Api %q is defined %d times: each would become an APIRule of that name", name, len(apis[name]))
		f.Help = "remove the ones that are not in use on the cluster"
	case len(sharing) > 0:
		other = sharing[0]
		f.At.Path = "spec.hostname"
		f.Message = fmt.Sprintf("host %q already belongs to %s %q", d.hosts(domain)[0], other.Kind, ir.Name{Namespace: other.Doc.Namespace, Name: other.Doc.Name})
		f.Help = "merge the two, or give one of them another host"
	default:
		return
	}
	f.Related = []diag.Related{{Message: "the other one", At: source.Ref{Doc: other.Doc}}}
	d.leave(f)
}

// sharingHost lists the documents that have the host of an Api, itself among them.
func (d *Document) sharingHost(hosts map[string][]*Document, domain string) []*Document {
	var out []*Document
	for _, h := range d.hosts(domain) {
		out = append(out, hosts[h]...)
	}
	return out
}

// hosts lists the hosts that a document has before it is moved, in lower case and
// with the domain of the cluster.
func (d *Document) hosts(domain string) []string {
	v, _ := d.Before.Get("spec")
	spec, _ := v.(source.Object)
	service, _ := spec.Get("service")
	inner, _ := service.(source.Object)
	var out []string
	add := func(v any) {
		text, ok := v.(string)
		if ok && domain != "" && !strings.Contains(text, ".") {
			text += "." + domain
		}
		if ok {
			out = append(out, strings.ToLower(text))
		}
	}
	for _, from := range []struct {
		object source.Object
		key    string
	}{{spec, "hostname"}, {spec, "host"}, {inner, "host"}, {spec, "hosts"}} {
		v, _ := from.object.Get(from.key)
		add(v)
		for _, e := range elements(v) {
			add(e)
		}
	}
	return out
}
