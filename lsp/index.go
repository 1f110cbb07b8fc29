package lsp

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// object names a resource that others refer to.
type object struct{ kind, namespace, name string }

// link is a place that names a resource.
type link struct {
	at source.Ref
	to object
}

// links lists what the resources of a folder refer to, in input order.
func (c *Checked) links() []link {
	if c.Result == nil {
		return nil
	}
	var out []link
	for i := range c.Result.Resources {
		r := &c.Result.Resources[i]
		if r.Gateway != nil {
			out = append(out, linksOf(r.Gateway)...)
		}
		root, _ := r.Doc.Parse()
		for _, name := range apirule.PresetsOf(root) {
			out = append(out, link{source.Ref{Doc: r.Doc}.At("metadata", "annotations", apirule.PresetAnnotation), object{"IDPPreset", "", name}})
		}
	}
	return out
}

func linksOf(g *ir.Gateway) []link {
	var out []link
	add := func(at source.Ref, kind string, name ir.Name) {
		l := link{at, object{kind, name.Namespace, name.Name}}
		if at.Doc != nil && name.Name != "" && !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	add(g.Ingress.Origin, "Gateway", g.Ingress.Ref)
	add(g.Ingress.Origin, "ExternalGateway", g.Ingress.External)
	add(g.Traffic.Origin, "StackSet", g.Traffic.Ref)
	services := func(list []ir.Upstream) {
		for _, u := range list {
			add(u.Origin, "Service", ir.Name{Namespace: u.Namespace, Name: u.Name})
		}
	}
	for i := range g.Hosts {
		services(g.Hosts[i].Upstreams)
	}
	for _, r := range g.Routes {
		if forward, ok := r.Action.(ir.Forward); ok {
			services(forward.To)
		}
	}
	return out
}

// declaredObjects are the documents of a kind, with their trees. A file that
// does not name the kind is not parsed.
func (c *Checked) declaredObjects(kind string) map[object]spot {
	out := map[object]spot{}
	for _, f := range c.Input.Files {
		if !bytes.Contains(f.Data, []byte(kind)) {
			continue
		}
		v := view{Checked: c, file: f}
		for _, d := range v.documents() {
			if d.doc.Kind == kind {
				out[c.objectOf(d.doc)] = d
			}
		}
	}
	return out
}

// objectOf names a document as links do.
func (c *Checked) objectOf(d *source.Document) object {
	o := object{d.Kind, d.Namespace, d.Name}
	switch {
	case d.Kind == "IDPPreset":
		o.namespace = ""
	case o.namespace == "":
		o.namespace = c.Options.NamespaceOf(d.File)
	}
	return o
}

// names lists the names of declared objects of a kind in a namespace; of all with "".
func (c *Checked) names(kind, namespace string) []string {
	var out []string
	for o := range c.declaredObjects(kind) {
		switch namespace {
		case o.namespace:
			out = append(out, o.name)
		case "":
			out = append(out, o.namespace+"/"+o.name)
		}
	}
	slices.Sort(out)
	return out
}

// known are the texts that a folder has in models, for completion.
type known struct {
	hosts, gateways, issuers, keys, authorizers map[string]bool
	// scopes are those of OAuth2Clients, privileges those that routes demand too.
	scopes, privileges map[string]bool
}

// knownOf gathers what the resources of a folder name: while its kgw.yaml cannot be
// read, what they named before.
func (c *Checked) knownOf() known {
	set := func() map[string]bool { return map[string]bool{} }
	k := known{set(), set(), set(), set(), set(), set(), set()}
	if c.Result == nil {
		if c.before != nil {
			return c.before.knownOf()
		}
		return k
	}
	for i := range c.Result.Resources {
		g := c.Result.Resources[i].Gateway
		if g == nil {
			continue
		}
		k.gateways[g.Ingress.Text] = true
		for h := range g.Hosts {
			k.hosts[g.Hosts[h].Written] = true
		}
		for _, r := range g.Routes {
			for a := range r.Access.Grants {
				k.addGrant(&r.Access.Grants[a])
			}
		}
	}
	for _, name := range c.names("Gateway", "") {
		k.gateways[name] = true
	}
	for _, settings := range c.Options.Scopes {
		k.addSettings(settings)
	}
	k.addSettings(c.Options.WithDefaults().Config)
	for _, p := range c.declaredObjects("IDPPreset") {
		spec := source.Field(p.root, "spec")
		k.addIssuer(source.Text(source.Field(spec, "issuer")), source.Text(source.Field(spec, "jwksUri")))
	}
	for _, p := range c.declaredObjects("RequestAuthentication") {
		for _, r := range source.Elements(source.Field(source.Field(p.root, "spec"), "jwtRules")) {
			k.addIssuer(source.Text(source.Field(r, "issuer")), source.Text(source.Field(r, "jwksUri")))
		}
	}
	for _, p := range c.declaredObjects("OAuth2Client") {
		spec := source.Field(p.root, "spec")
		for _, s := range append(strings.Fields(source.Text(source.Field(spec, "scope"))), source.Texts(source.Field(spec, "scopeArray"))...) {
			k.scopes[s], k.privileges[s] = true, true
		}
	}
	return k
}

func (k *known) addSettings(c *config.Config) {
	for _, g := range c.Known.Gateways {
		k.gateways[g.Namespace+"/"+g.Name] = true
	}
	for _, name := range slices.Concat(c.Known.Providers, c.Istio.ExtAuthProviders) {
		k.authorizers[name] = true
	}
	for _, i := range []*config.Issuer{c.Fabric.Issuers.Services, c.Fabric.Issuers.Employees} {
		if i != nil {
			k.addIssuer(i.Issuer, i.JWKSURI)
		}
	}
}

func (k *known) addIssuer(issuer, keys string) { k.issuers[issuer], k.keys[keys] = true, true }

func (k *known) addGrant(g *ir.Grant) {
	for _, s := range g.Scopes {
		k.privileges[s] = true
	}
	switch p := g.Proof.(type) {
	case ir.JWT:
		k.addJWT(&p)
	case ir.External:
		for _, name := range p.Providers {
			k.authorizers[name.Name] = true
		}
		if p.Then != nil {
			k.addJWT(p.Then)
		}
	case ir.ByHandler:
		for _, text := range p.Handler.Config.Texts("trusted_issuers") {
			k.issuers[text] = true
		}
		for _, text := range p.Handler.Config.Texts("jwks_urls") {
			k.keys[text] = true
		}
	case ir.None, ir.Passthru, ir.TokenInfo:
	}
}

func (k *known) addJWT(j *ir.JWT) {
	for _, i := range j.Issuers {
		k.addIssuer(i.Issuer, i.JWKS)
	}
}

// sorted are the texts of a set, without the empty one.
func sorted(set map[string]bool) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(set)), func(s string) bool { return s == "" })
}
