package compile

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
	"github.com/kgw-dev/kgw/validate"
)

// configOf returns the configuration that holds for a document: that of its
// file, or that of the run.
func (r *run) configOf(doc *source.Document) *config.Config {
	if doc != nil && doc.File != nil {
		return r.options.ConfigOf(doc.File)
	}
	return r.options.Config
}

// ConfigOf returns the configuration that holds for a file.
func (o *Options) ConfigOf(f *source.File) *config.Config {
	if c := o.Scopes[f.Name]; c != nil {
		return c
	}
	return o.Config
}

// IstioJWT reports whether the rules of a kind, by its name, that have the handler jwt
// are configured in Istio's form in a file, and not in Oathkeeper's.
func (o Options) IstioJWT(kind string, f *source.File) bool {
	o = o.WithDefaults()
	for i := range schema.Kinds {
		if k := &schema.Kinds[i]; k.Name() == kind && k.Handler {
			return isMeshTarget(cmp.Or(o.Target, targetOf(k, o.ConfigOf(f))))
		}
	}
	return false
}

// scopes returns every configuration of the run, its own first.
func (r *run) scopes() []*config.Config {
	out := []*config.Config{r.options.Config}
	for _, name := range slices.Sorted(maps.Keys(r.options.Scopes)) {
		if c := r.options.Scopes[name]; !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// MayWriteHTTPRoutes reports whether HTTPRoutes may be written. Whether a Gateway can
// replace another one then depends on all resources that name it.
func (o Options) MayWriteHTTPRoutes() bool {
	o = o.WithDefaults()
	r := &run{options: &o}
	return slices.ContainsFunc(r.scopes(), func(c *config.Config) bool {
		if cmp.Or(o.RouteAPI, c.Istio.RouteAPI) == "gateway-api" {
			return true
		}
		return slices.ContainsFunc(schema.Kinds, func(k schema.Kind) bool { return r.targetName(&k, c) == "gateway-api" })
	})
}

// NamespaceOf returns the namespace of a document of a file that names none.
func (o Options) NamespaceOf(f *source.File) string {
	o = o.WithDefaults()
	c := o.ConfigOf(f)
	switch {
	case c == o.Config || !o.defaulted:
		return o.Namespace
	case o.Outer != "" && !c.Says("namespace"):
		return o.Outer
	}
	return c.Namespace
}

// assumeNamespace sets the namespace of a document that names none. If nobody chose
// that namespace and something sets another one later, the names of Services are wrong,
// which is a finding.
func (r *run) assumeNamespace(u *unit) {
	u.doc.Namespace = r.options.NamespaceOf(u.doc.File)
	if r.namespaced || r.options.Outer != "" || r.configOf(u.doc).Says("namespace") || u.kind.Uncompiled {
		return
	}
	later, known := r.options.Later[u.doc.File.Name]
	if !known {
		later, known = r.options.Later[""]
	}
	if !known || later.Namespace == u.doc.Namespace {
		return
	}
	sets := "may set another one"
	if later.Namespace != "" {
		sets = fmt.Sprintf("sets %q", later.Namespace)
	}
	u.found.Add(diag.Finding{
		Code: diag.NamespaceAssumed, At: source.Ref{Doc: u.doc, Path: "metadata"}, Help: later.Help, Group: later.By,
		Message: fmt.Sprintf("the document names no namespace: %q is assumed, and %s %s later, after the names of Services were written", u.doc.Namespace, later.By, sets),
	})
}

// scoped identifies settings of a kind under a configuration.
type scoped struct {
	config *config.Config
	kind   string
}

func (r *run) fillSettings() {
	r.settings = map[scoped]*ir.Settings{}
	for _, c := range r.scopes() {
		for i := range schema.Kinds {
			k := &schema.Kinds[i]
			r.settings[scoped{c, k.Name()}] = r.settingsOf(k, c)
		}
	}
}

// settingsFor returns what lifting a document of a kind reads of its
// configuration.
func (r *run) settingsFor(doc *source.Document, k *schema.Kind) *ir.Settings {
	return r.settings[scoped{r.configOf(doc), k.Name()}]
}

// levelsOf returns the levels of findings under a configuration.
func (r *run) levelsOf(c *config.Config) diag.Levels {
	return diag.Levels{Mode: c.Mode(), Config: c.Levels(), Least: c.Least(), Flags: r.options.Levels, Supposed: r.options.Supposed}
}

// setLevels sets the level of each finding from the configuration of its
// resource, and drops findings that are off.
func (r *run) setLevels(found diag.List) diag.List {
	levels := map[*config.Config]diag.Levels{}
	for _, c := range r.scopes() {
		levels[c] = r.levelsOf(c)
	}
	for i := range found {
		if f := &found[i]; f.Severity == 0 {
			f.Severity = levels[r.configOf(f.Document())].Of(f.Code)
		}
	}
	return diag.Levels{}.Apply(found)
}

// policyOf is the part of a configuration that rules apply.
func policyOf(c *config.Config) validate.Policy {
	p := validate.Policy{
		DefaultDomain: c.Domains.Default, Allow: c.Domains.Allow, Block: c.Blocked(), NoPublic: c.Policy.Public == "deny", Gateways: c.Policy.Gateways, OtherClients: c.OAuth2.Clients == "external", SecretKeys: [2]string{c.OAuth2.SecretKeys.ID, c.OAuth2.SecretKeys.Secret},
	}
	for _, route := range c.Policy.Routes {
		p.PublicRoutes = append(p.PublicRoutes, validate.PublicRoute(route))
	}
	return p
}

// policies returns the policy of each gateway whose configuration is not that
// of the run.
func (r *run) policies() map[*ir.Gateway]*validate.Policy {
	byConfig, out := map[*config.Config]*validate.Policy{}, map[*ir.Gateway]*validate.Policy{}
	for _, u := range r.compiled {
		c := r.configOf(u.doc)
		if c == r.options.Config {
			continue
		}
		if byConfig[c] == nil {
			p := policyOf(c)
			byConfig[c] = &p
		}
		out[u.gateway] = byConfig[c]
	}
	return out
}
