package istio

import (
	"path/filepath"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
)

// TestExamples holds what examples and the conformance data compile to, in
// both modes, to Istio's webhook.
func TestExamples(t *testing.T) {
	written := 0
	for _, c := range cases(t) {
		in := c.input(t)
		for _, mode := range []string{"strict", "controller"} {
			cfg := *c.config
			cfg.Compat = mode
			written += accepted(t, c.name, in, compile.Options{Config: &cfg})
		}
	}
	if written < 50 {
		t.Errorf("only %d objects were written", written)
	}
	t.Logf("%d objects", written)
}

type example struct {
	name   string
	config *config.Config
	input  func(testing.TB) compile.Input
}

// cases returns the examples, and what is beside the repository where it is there:
// measured cases and resources that were found in use.
func cases(t *testing.T) []example {
	t.Helper()
	var out []example
	dirs, err := filepath.Glob("../../examples/*/kgw.yaml")
	if err != nil || len(dirs) == 0 {
		t.Fatal("there are no examples", err)
	}
	for _, f := range dirs {
		dir := filepath.Dir(f)
		out = append(out, example{filepath.Base(dir), configuration(t, f), func(t testing.TB) compile.Input { return directory(t, dir) }})
	}
	return append(append(out, measured(t)...), found(t)...)
}

// beside is a folder of data beside the repository; without it there are no
// cases.
const beside = "../../../shared"

// measured returns cases whose results were measured elsewhere.
func measured(t *testing.T) []example {
	t.Helper()
	var out []example
	dir := filepath.Join(beside, "conformance", "apirule")
	for _, set := range []string{"v1alpha1", "v1beta1-ory", "v1beta1-istio", "v2"} {
		for _, pattern := range []string{set, "quirks/" + set} {
			files, _ := filepath.Glob(filepath.Join(dir, pattern, "*.in.yaml"))
			for _, f := range files {
				out = append(out, example{pattern + " " + filepath.Base(f), configuration(t, filepath.Join(dir, set+".kgw.yaml")), func(t testing.TB) compile.Input { return one(t, f) }})
			}
		}
	}
	return out
}

// found returns resources that were found in use.
func found(t *testing.T) []example {
	t.Helper()
	var out []example
	for _, version := range []string{"v1alpha1", "v1beta1", "v2"} {
		for _, handler := range []string{"ory", "istio"} {
			files, _ := filepath.Glob(filepath.Join(beside, "corpus", "APIRule", version, "*.yaml"))
			for _, f := range files {
				c := config.Default()
				c.Domains.Default, c.JWTHandler = "kyma.local", handler
				out = append(out, example{handler + " " + filepath.Base(f), c, func(t testing.TB) compile.Input { return one(t, f) }})
			}
		}
	}
	return out
}

// accepted compiles and counts the objects that are written. What Istio
// refuses must be an error in strict mode, and is then not written; in
// controller mode it is written, and must be an error in strict mode.
func accepted(t *testing.T, name string, in compile.Input, o compile.Options) int {
	t.Helper()
	result := compile.Run(in, o)
	why := refusal(t, result.Objects)
	if why == "" {
		return len(result.Objects)
	}
	strict := *o.Config
	strict.Compat = "strict"
	found := errorsOf(compile.Run(in, compile.Options{Config: &strict}).Findings)
	if o.Config.Mode() == diag.Strict || len(found) == 0 {
		t.Errorf("%s, %s: Istio refuses what is written: %s", name, o.Config.Compat, why)
	}
	return len(result.Objects)
}
