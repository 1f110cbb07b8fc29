package v2alpha1_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/schema/apirule/apiruletest"
	"github.com/kgw-dev/kgw/schema/apirule/v2alpha1"
)

// TestVersion holds that the version is read as v2 is, under its own name.
func TestVersion(t *testing.T) {
	const spec = `hosts: [books.example.com], gateway: infra/gw, service: {name: books, port: 80}, rules: [{path: "/a/{**}", methods: [GET], noAuth: true}]`
	doc, root := apiruletest.Parse(t, v2alpha1.APIVersion, spec)
	if got := apiruletest.Check(v2alpha1.Type, doc, root); got != nil {
		t.Errorf("%v", got)
	}
	g, _ := v2alpha1.Decode(doc, root).Lift(&ir.Settings{})
	if len(g.Routes) != 1 || g.Routes[0].Match.Path.Text != "/a/{**}" {
		t.Errorf("%+v", g.Routes)
	}
	doc, root = apiruletest.Parse(t, "gateway.kyma-project.io/v2", spec)
	if d := cmp.Diff([]string{`KGW204 apiVersion: "gateway.kyma-project.io/v2" is not an allowed value of "apiVersion"`}, apiruletest.Check(v2alpha1.Type, doc, root)); d != "" {
		t.Errorf("(- want, + got):\n%s", d)
	}
}
