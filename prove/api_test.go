package prove_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate"
)

const (
	issuerA = "{type: JWT, jwt: {issuer: https://a.test, jwksUri: https://a.test/k, triggerRule: {excludedPaths: [%s]}}}"
	issuerB = "{type: JWT, jwt: {issuer: https://b.test, jwksUri: https://b.test/k, triggerRule: {excludedPaths: [%s]}}}"
)

// anAPI returns an Api with these elements of authentication, and more of a spec.
func anAPI(more string, elements ...string) string {
	return "{apiVersion: gateway.kyma-project.io/v1alpha2, kind: Api, metadata: {name: web, namespace: shop}, spec: {hostname: Web.example.com, " +
		"service: {name: web, port: 80}, " + more + "authentication: [" + strings.Join(elements, ", ") + "]}}\n"
}

// TestAPIsAreDecidedAsTheirControllerDid: any method, a token of an issuer that
// does not exclude the path, and 401 without one, also inside the cluster.
func TestAPIsAreDecidedAsTheirControllerDid(t *testing.T) {
	for _, c := range []struct {
		name, api, method, path, issuer string
		want                            int
	}{
		{"off", anAPI("authenticationEnabled: false, ", fmt.Sprintf(issuerA, "")), "TRACE", "/x", "", 200},
		{"never on", anAPI(""), "GET", "/x", "", 200},
		{"no token", anAPI("", fmt.Sprintf(issuerA, "")), "GET", "/x", "", 401},
		{"a token", anAPI("", fmt.Sprintf(issuerA, "")), "BREW", "/x", "a", 200},
		{"excluded", anAPI("", fmt.Sprintf(issuerA, "{prefix: /up}")), "GET", "/upward", "", 200},
		{"excluded exactly", anAPI("", fmt.Sprintf(issuerA, "{exact: /up}")), "GET", "/up/x", "", 401},
		{"excluded by its end", anAPI("", fmt.Sprintf(issuerA, "{suffix: .ico}")), "GET", "/x.ico", "", 200},
		{"excluded by one", anAPI("", fmt.Sprintf(issuerA, "{exact: /up}"), fmt.Sprintf(issuerB, "")), "GET", "/up", "a", 401},
		{"asked for by the other", anAPI("", fmt.Sprintf(issuerA, "{exact: /up}"), fmt.Sprintf(issuerB, "")), "GET", "/up", "b", 200},
		{"excluded by all", anAPI("", fmt.Sprintf(issuerA, "{exact: /up}"), fmt.Sprintf(issuerB, "{exact: /up}")), "GET", "/up", "", 200},
	} {
		side := apiSideOf(t, c.api)
		r := &simulate.Request{Method: c.method, Scheme: "https", Host: "web.example.com", Target: c.path}
		if c.issuer != "" {
			r.Token = simulate.Token{Kind: "jwt", Claims: map[string]any{"iss": "https://" + c.issuer + ".test", "sub": "x"}}
		}
		if d := side.Decide(r); d.Status != c.want {
			t.Errorf("%s: %d %s, want %d", c.name, d.Status, d.Reason, c.want)
		}
		if d := side.Inside(r, "web.shop.svc.cluster.local:80", simulate.Insider); d.Passed() != (c.want == 200) {
			t.Errorf("%s: inside the cluster %d %s", c.name, d.Status, d.Reason)
		}
	}
}

func apiSideOf(t *testing.T, text string) classes.Side {
	t.Helper()
	f, problem := source.NewFile("in.yaml", []byte(text))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	in := compile.Input{Files: []*source.File{f}}
	o, _ := prove.Suppose([]compile.Input{in}, compile.Options{})
	side, _ := prove.Compared(in, o)
	return side
}

// TestShortHostsOfAPIs: a host without a dot gets the domain of the cluster's
// Gateway, as in APIRules.
func TestShortHostsOfAPIs(t *testing.T) {
	side := apiSideOf(t, strings.Replace(anAPI(""), "Web.example.com", "web", 1)+"---\n"+
		`{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: kyma-gateway, namespace: kyma-system}, spec: {selector: {istio: ingressgateway}, `+
		`servers: [{port: {number: 443, name: s, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: c}, hosts: ["*.kyma.example.com"]}]}}`)
	for host, want := range map[string]int{"web.kyma.example.com": 200, "web.domain.invalid": 404, "web": 404} {
		if d := side.Decide(&simulate.Request{Method: "GET", Scheme: "https", Host: host, Target: "/x"}); d.Status != want {
			t.Errorf("%s: %d %s, want %d", host, d.Status, d.Reason, want)
		}
	}
}

// TestAPIsThatCannotBeCompared: what policies of today cannot say is not guessed.
func TestAPIsThatCannotBeCompared(t *testing.T) {
	for text, want := range map[string]string{
		anAPI("authenticationEnabled: true, "):                                                 "does not name",
		anAPI("", fmt.Sprintf(issuerA, "{regex: /a.*}")):                                       "regex",
		anAPI("", fmt.Sprintf(issuerA, "{exact: /a*}")):                                        "/a*",
		anAPI("", fmt.Sprintf(issuerA, "{prefix: /a}"), fmt.Sprintf(issuerB, "{prefix: /ab}")): "in common",
		anAPI("", fmt.Sprintf(issuerA, "{suffix: a}"), fmt.Sprintf(issuerB, "{exact: /b}")):    "in common",
		anAPI("", fmt.Sprintf(issuerA, "{exact: /a}"), fmt.Sprintf(issuerB, "{exact: /b}")):    "",
	} {
		f, _ := source.NewFile("in.yaml", []byte(text))
		docs, _ := source.Split(f)
		if got := prove.APINotComparable(docs[0]); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%q, want %q: %s", got, want, text)
		}
	}
}
