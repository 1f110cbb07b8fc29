package compile_test

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/compile/compiletest"
	"github.com/kgw-dev/kgw/internal/diag"
)

// TestCollision compiles two resources that would be written to objects of one
// name: neither is written, and the third is.
func TestCollision(t *testing.T) {
	off := map[diag.Code]diag.Severity{"KGW305": diag.Off, "KGW306": diag.Off}
	r := run(t, compile.Options{Levels: off}, rule("orders"), strings.Replace(rule("orders"), "/.*", "/other/.*", 1), rule("carts"))
	collisions := 0
	for i := range r.Findings {
		if r.Findings[i].Code == diag.NameCollision {
			collisions++
		}
	}
	if collisions == 0 {
		t.Fatalf("no collision is found: %v", r.Findings)
	}
	for i := range r.Objects {
		if name := r.Objects[i].Meta.Name; !strings.HasPrefix(name, "carts") {
			t.Errorf("%s %s is written although another object has its name", r.Objects[i].Kind, name)
		}
	}
	if len(r.Objects) == 0 {
		t.Error("the resource that collides with none is not written")
	}
}

const guardText = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: %NAME%
  namespace: shop
  annotations: {%ANNOTATION%}
spec: {rules: [{host: shop.example.com, http: {paths: [{path: /, pathType: ImplementationSpecific, backend: {service: {name: s, port: {number: 80}}}}]}}]}
`

// TestKeep compiles to nothing what was written before: the object that answers
// what no other route matches stays until the others of its host are gone.
func TestKeep(t *testing.T) {
	object := func(name, annotation string) string {
		return strings.NewReplacer("%NAME%", name, "%ANNOTATION%", annotation).Replace(guardText)
	}
	guard := object("guard", `zalando.org/skipper-routes: 'PathSubtree("/") -> status(404) -> <shunt>'`)
	open := object("open", `zalando.org/skipper-predicate: 'PathSubtree("/a")'`)
	for name, c := range map[string]struct {
		old  []string
		want int
	}{
		"the guard and an open route": {[]string{guard, open}, 1},
		"the guard alone":             {[]string{guard}, 0},
		"the route alone":             {[]string{open}, 0},
	} {
		old := compiletest.Input(t, c.old...)
		r := run(t, compile.Options{Old: &old})
		if r.Kept != c.want {
			t.Errorf("%s: %d are kept, want %d", name, r.Kept, c.want)
		}
		for _, d := range r.Others {
			if d.Name != "guard" {
				t.Errorf("%s: %s is kept", name, d.Name)
			}
		}
	}
}
