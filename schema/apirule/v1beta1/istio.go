package v1beta1

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// oryKeys are keys of Oathkeeper's form that the Istio handler refuses, with
// the name it reports them under.
var oryKeys = [...]struct{ key, reported string }{
	{"jwks_urls", "jwks_urls"},
	{"trusted_issuers", "trusted_issuers"},
	{"required_scope", "required_scopes"},
	{"required_scopes", "required_scopes"},
}

// checkIstioJWT checks strategy j of the rule, a jwt, in Istio's form, and the
// mutators that go with it. It returns nil when the configuration cannot be
// read.
func (r *rule) checkIstioJWT(j int, found *diag.List) *apirule.JWT {
	h := &r.strategies[j]
	config := h.Origin.At("config")
	if len(h.Config) == 0 {
		found.Add(apirule.Fault(diag.BadJWTConfig, config, "configure authentications with issuer and jwksUri",
			"supplied config cannot be empty", "access strategy \"jwt\" needs a configuration"))
		return nil
	}
	known := make([]string, len(oryKeys))
	for i := range oryKeys {
		known[i] = oryKeys[i].key
	}
	if says, readable := apirule.CheckTypes(h.Config, config, known, found); !readable {
		// The controller reads the configuration a second time to compare issuers.
		found.Add(diag.Finding{Code: diag.BadJWTConfig, Severity: diag.Off, At: config, Upstream: &diag.Upstream{Attribute: singular(h.Origin.Path), Message: says}})
		return nil
	}
	for _, k := range oryKeys {
		if v, _ := h.Config.Get(k.key); v != nil {
			f := found.Add(apirule.Fault(diag.WrongJWTDialect, config.At(k.key), "write authentications and authorizations, or set jwtHandler: ory in kgw.yaml",
				fmt.Sprintf("Configuration for %s is not supported with Istio handler", k.reported),
				"%s belongs to the Oathkeeper handler, and jwtHandler is istio", k.key))
			f.At.Key = true
			f.Upstream.Attribute = "." + config.Path + "." + k.reported
		}
	}
	jwt := apirule.DecodeJWT(h.Config, config, "."+config.Path)
	if len(jwt.Issuers) == 0 {
		f := found.Add(apirule.Fault(diag.BadJWTConfig, config.At("authentications"), "add authentications with issuer and jwksUri",
			"Authentications are required when using JWT access handler", "access strategy \"jwt\" has no authentications"))
		f.Upstream.Attribute = "." + h.Origin.Path
	}
	jwt.CheckIssuers(found)
	jwt.CheckAuthorizations("value is empty", found)
	r.checkMutators(found)
	return jwt
}

// singularAttribute is how the controller names an element of authentications
// when two rules differ.
func singularAttribute(j *apirule.JWT, k int) string {
	return fmt.Sprintf("%s.authentications[%d]", singular(j.At.Path), k)
}

// singular is an attribute with accessStrategy in the singular, as the
// controller has it where it compares issuers.
func singular(path string) string {
	return "." + strings.Replace(path, "].accessStrategies[", "].accessStrategy[", 1)
}

// checkMutators checks the mutators of a jwt rule, which Istio applies: header
// and cookie, each once, each with entries.
func (r *rule) checkMutators(found *diag.List) {
	seen := map[string]bool{}
	for i := range r.mutators {
		m := &r.mutators[i]
		at := m.Origin.At("handler")
		key := map[string]string{"header": "headers", "cookie": "cookies"}[m.Name]
		switch {
		case m.Name == "":
			found.Add(apirule.Fault(diag.BadMutator, at, "use header or cookie", "mutator handler cannot be empty", "a mutator has no handler"))
			continue
		case key == "":
			found.Add(apirule.Fault(diag.BadMutator, at, "Istio applies header and cookie only", "unsupported mutator: "+m.Name, "mutator %q is not supported on a jwt rule", m.Name))
			continue
		case seen[m.Name]:
			f := found.Add(apirule.Fault(diag.BadMutator, at, "merge the two", "mutator for same handler already exists", "mutator %q is given twice", m.Name))
			f.Upstream.Attribute = "." + at.Path + "." + m.Name
			continue
		}
		seen[m.Name] = true
		checkEntries(m, key, found)
	}
}

func checkEntries(m *ir.Handler, key string, found *diag.List) {
	at := m.Origin.At("config", key)
	entries := mutatorEntries(m, key)
	if len(entries) == 0 {
		f := found.Add(apirule.Fault(diag.BadMutator, at, "add an entry, or remove the mutator", key+" cannot be empty", "mutator %q has no %s", m.Name, key))
		f.Upstream.Attribute = "." + m.Origin.At("handler").Path + ".config"
		return
	}
	v, _ := m.Config.Get(key)
	object, _ := v.(source.Object)
	for _, e := range object {
		if _, isText := e.Value.(string); !isText {
			found.Add(diag.Finding{
				Code: diag.BadMutator, At: at.At(e.Key), Help: "write it in quotes",
				Message: fmt.Sprintf("%q of mutator %q must be a string", e.Key, m.Name),
			})
		}
	}
	if _, empty := entries[""]; empty {
		f := found.Add(apirule.Fault(diag.BadMutator, at, "give it a name", "cannot be empty", "an entry of %s has an empty name", key))
		f.Upstream.Attribute = "." + m.Origin.At("handler").Path + ".config." + key + ".name"
	}
}
