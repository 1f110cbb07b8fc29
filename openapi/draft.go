package openapi

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// Draft holds what a description lacks: where the API is published and the
// Service that answers it.
type Draft struct {
	Name, Namespace string
	// Host is the host that the resource is for; "" for the first that the
	// description names.
	Host string
	// Gateway is the Istio Gateway, as namespace/name.
	Gateway string
	// Service is the Service behind the API, Port its port: a number, for a
	// FabricGateway a name.
	Service, Port string
	// Issuer is the issuer of tokens and JWKS where its keys are; "" for the
	// issuer of the description's OpenID Connect scheme.
	Issuer, JWKS string
	// Checked are the schemes that the Service checks itself, such as API keys.
	Checked []string
}

// drafter writes one resource.
type drafter struct {
	*Document
	Draft
	// issuers: the resource names the issuer of tokens.
	issuers bool
	found   diag.List
}

// reportLeft reports an operation that the draft does not have.
func (d *drafter) reportLeft(at source.Ref, help, format string, args ...any) {
	d.found.Add(diag.Finding{Code: diag.NotImported, At: at, Message: fmt.Sprintf(format, args...) + ": the operation is left out", Help: help})
}

// chooseHost chooses the host, and reports when there is none.
func (d *drafter) chooseHost() bool {
	hosts := d.HostNames()
	switch {
	case d.Host != "":
	case len(hosts) == 0:
		d.found.Add(diag.Finding{Code: diag.NotImported, At: d.origin, Message: "the document does not name a host", Help: "name it with --host"})
		return false
	default:
		if d.Host = hosts[0]; len(hosts) > 1 {
			d.found.Add(diag.Finding{
				Code: diag.ImportChose, At: d.Servers[0].Origin, Message: fmt.Sprintf("the resource is for %s alone, of the hosts %s", d.Host, strings.Join(hosts, ", ")),
				Help: "run kgw import again with --host for each other host",
			})
		}
	}
	d.reportServers()
	return true
}

// reportServers reports parts of servers that the resource does not express: the paths
// of servers without a host where others have one, and ports.
func (d *drafter) reportServers() {
	chose := func(at source.Ref, help, format string, args ...any) {
		d.found.Add(diag.Finding{Code: diag.ImportChose, At: at, Message: fmt.Sprintf(format, args...), Help: help})
	}
	named := slices.ContainsFunc(d.Servers, func(s ir.APIServer) bool { return s.Host != "" })
	for _, s := range d.Servers {
		if named && s.Host == "" {
			chose(s.Origin, "write the URL with its host, if the API is there too", "the server %q names no host: the resource does not have its paths", s.Base+"/")
		}
	}
	for i, s := range d.doc.Servers {
		if s == nil {
			continue
		}
		if u, err := url.Parse(s.URL); err == nil && u.Port() != "" && u.Port() != "443" && u.Port() != "80" {
			chose(d.origin.At("servers").Elem(i).At("url"), "the Istio Gateway, or the load balancer, decides on ports", "the resource does not say port %s of the server", u.Port())
		}
	}
}

// bases lists the base paths of an operation on the host, as kgw validate --openapi
// reads its servers.
func (d *drafter) bases(o *ir.Operation) []string {
	api := d.API
	if !slices.Contains(d.HostNames(), d.Host) {
		api.Hosts = []string{d.Host}
	}
	var out []string
	for _, s := range api.At(o, d.Host) {
		out = append(out, s.Base)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// access is who may send an operation, as a resource can express it.
type access struct {
	open bool
	// scopes are alternatives.
	scopes [][]string
}

// accessOf returns who may send an operation. It reports what a gateway cannot
// check: to leave it out of the resource would open the route.
func (d *drafter) accessOf(o *ir.Operation) (access, bool) {
	out, checked := d.demands(o)
	for _, c := range o.Allowed {
		for _, name := range c.Others {
			if c.Token && checked && !slices.Contains(d.Checked, name) {
				d.found.Add(diag.Finding{
					Code: diag.ImportChose, At: o.Security, Message: fmt.Sprintf("%s %s demands %s beside a token, and a gateway checks the token alone", o.Method, o.Path, name),
					Help: "if the Service checks it itself, say so: --service-checks " + name,
				})
			}
		}
	}
	if !checked {
		name := d.uncheckedScheme(o)
		d.reportLeft(o.Security, "if the Service checks it itself, say so: --service-checks "+name,
			"%s demands %s, which a gateway does not check", o.Method+" "+o.Path, name)
	}
	return out, checked
}

// uncheckedScheme returns a scheme of an operation that nobody checks, or "".
func (d *drafter) uncheckedScheme(o *ir.Operation) string {
	for _, c := range o.Allowed {
		for _, name := range c.Others {
			if !c.Token && !slices.Contains(d.Checked, name) {
				return name
			}
		}
	}
	return ""
}

// demands returns who may send an operation, and whether a gateway or the
// Service checks all of it.
func (d *drafter) demands(o *ir.Operation) (access, bool) {
	var out access
	for i := range o.Allowed {
		switch c := &o.Allowed[i]; {
		case !c.Token:
			out.open = true
		case !d.ofAnother(c):
			out.scopes = append(out.scopes, c.Scopes)
		}
	}
	if out.open {
		out.scopes = nil
	}
	slices.SortFunc(out.scopes, slices.Compare)
	out.scopes = slices.CompactFunc(out.scopes, slices.Equal)
	return out, d.uncheckedScheme(o) == ""
}

func (a access) equal(b access) bool {
	return a.open == b.open && slices.EqualFunc(a.scopes, b.scopes, slices.Equal)
}

// newResource returns the beginning of a resource.
func (d *drafter) newResource(apiVersion, kind string) source.Object {
	meta := source.Object{{Key: "name", Value: d.Name}}
	if d.Namespace != "" {
		meta = append(meta, source.Member{Key: "namespace", Value: d.Namespace})
	}
	return source.Object{{Key: "apiVersion", Value: apiVersion}, {Key: "kind", Value: kind}, {Key: "metadata", Value: meta}}
}

// NameOf returns a name for a resource: the title of the description as the
// name of an object may be, or "api".
func (d *Document) NameOf() string {
	var b strings.Builder
	for _, c := range strings.ToLower(d.Title) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			b.WriteRune(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() == maxName {
			break
		}
	}
	if name := strings.Trim(b.String(), "-"); name != "" {
		return name
	}
	return "api"
}

// maxName is how long a name may be that is a label too.
const maxName = 50
