package schema_test

import (
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
)

// TestMutationsThroughTheLine compiles mutated documents in both modes and
// with both handlers: each is written, or has an error with a place inside the
// file, and never both.
func TestMutationsThroughTheLine(t *testing.T) {
	for i := range schema.Kinds {
		k := &schema.Kinds[i]
		t.Run(k.Name(), func(t *testing.T) {
			m := newMutator(t, uint64(100+i))
			all := seeds(t, k)
			written, refused := 0, 0
			for n := range 150 {
				text := m.mutated(all[n/2%len(all)])
				if n%2 == 0 {
					text = m.mutated(all[0])
				}
				for _, compat := range []string{"strict", "controller"} {
					if through(t, k, text, compat, []string{"ory", "istio"}[n/2%2]) {
						written++
					} else {
						refused++
					}
				}
			}
			t.Logf("%d written, %d refused", written, refused)
			if refused < 50 {
				t.Errorf("only %d are refused", refused)
			}
		})
	}
}

// through compiles one document and reports whether it is written.
func through(t *testing.T, k *schema.Kind, text, compat, handler string) bool {
	t.Helper()
	f, problem := source.NewFile("a.yaml", []byte(text))
	if problem != nil {
		return false
	}
	c := config.Default()
	c.Compat, c.JWTHandler, c.Domains.Default = compat, handler, "kyma.local"
	for _, name := range []string{"orders", "other"} {
		c.Known.Services = append(c.Known.Services, config.KnownService{Name: name, Namespace: "shop", Selector: map[string]string{"app": name}})
	}
	c.Known.Providers = []string{"sample"}
	c.Known.Gateways = []config.KnownGateway{{Name: "kyma-gateway", Namespace: "kyma-system", Hosts: []string{"*.kyma.local"}}}
	r := compile.Run(compile.Input{Files: []*source.File{f}}, compile.Options{Config: c, Schema: compile.SchemaAll})
	for _, d := range r.Disagreements {
		t.Errorf("decoder and JSON Schema disagree: %s\n%s", d, text)
	}
	errors := 0
	for j := range r.Findings {
		s := r.Findings[j].Span
		if s.Line < 1 || s.Column < 1 || s.Column > len([]rune(f.Line(s.Line)))+2 {
			t.Errorf("%s has the place %+v in\n%s", r.Findings[j].Code, s, text)
		}
		if r.Findings[j].Severity == diag.Error || r.Findings[j].Code == diag.ShownAsOlder { // its spec is elsewhere
			errors++
		}
	}
	for _, res := range r.Resources {
		if wrote := len(r.Objects) > 0; wrote && errors > 0 || !wrote && len(r.Findings) == 0 && !k.Uncompiled || res.Withheld != (errors > 0) {
			t.Errorf("%d objects, %d errors, withheld %v for\n%s", len(r.Objects), errors, res.Withheld, text)
		}
	}
	return len(r.Objects) > 0
}
