package moves

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate"
	"github.com/kgw-dev/kgw/prove/changes"
	"github.com/kgw-dev/kgw/prove/classes"
)

// TestAsterisks: what is refused for a "*" in the path is counted apart, unless the
// path is about it.
func TestAsterisks(t *testing.T) {
	m := &Moves{}
	star := changes.Change{Kind: classes.Tightened, Path: "/.*", Witness: changes.Witness{URL: "https://a.test/*"}}
	meant, open, plain := star, star, star
	meant.Path, open.Kind, plain.Witness.URL = `/a\*`, classes.Exposed, "https://a.test/x"
	if out := m.settled([]changes.Change{star, meant, open, plain}); len(out) != 3 || m.Asterisks != 1 {
		t.Errorf("%d are left out, and %v said", m.Asterisks, out)
	}
}

// TestAuthorizerNotAsked: the policy of an authorizer is for the host without a port;
// what lets requests in that name one is shown with the header that they have.
func TestAuthorizerNotAsked(t *testing.T) {
	const rule = "{apiVersion: gateway.kyma-project.io/v1beta1, kind: APIRule, metadata: {name: a, namespace: shop}, spec: {host: a.example.com, " +
		"gateway: kyma-system/kyma-gateway, service: {name: a, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: oauth2_introspection}]}]}}\n"
	const open = "---\n{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: all, namespace: shop}, spec: {selector: {matchLabels: {app: a}}, rules: [{}]}}\n"
	for text, want := range map[string]string{rule: "", rule + open: "a.example.com:8443"} {
		f, _ := source.NewFile("a.yaml", []byte(text))
		in := compile.Input{Files: []*source.File{f}}
		m := Compare(in, compile.Options{}, migrate.Run(in.Files, migrate.Options{To: "v2", ExtAuthorizer: "p"}), &secret.Book{})
		host, asked := "", false
		for _, c := range m.Resources[0].Changes {
			asked = asked || c.Kind == classes.Unknown && strings.Contains(c.Line, "decided by p now") && c.Witness.Host == ""
			if c.Kind == classes.Exposed && c.Before != "no route" {
				host = c.Witness.Host
			}
		}
		if host != want || !asked {
			t.Errorf("opened with the host %q, want %q, and %v that the authorizer decides:\n%s", host, want, asked, text)
		}
	}
}
