package compare

import (
	"fmt"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/source"
)

// routeAndPolicy lead to the Service api of shop, and close its pods.
const routeAndPolicy = `---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: v, namespace: shop}
spec: {hosts: [a.com], gateways: [istio-system/gw], http: [{route: [{destination: {host: api.shop.svc.cluster.local, port: {number: 80}}}]}]}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: p, namespace: shop}
spec: {selector: {matchLabels: {app: api}}, rules: [{from: [{source: {requestPrincipals: ["*"]}}]}]}
`

// TestServicesOfEveryStyle: what a change of a Service does is reported however the
// object is written: the comparison said "no change" where it was not in the common
// style.
func TestServicesOfEveryStyle(t *testing.T) {
	const object = `{"apiVersion":"v1","kind":"Service","metadata":{"name":"api","namespace":"shop"},"spec":{"selector":{"app":"%s"},"ports":[{"port":80}]}}`
	for name, format := range map[string]string{
		"block":            "apiVersion: v1\nkind: Service\nmetadata:\n  name: api\n  namespace: shop\nspec:\n  selector:\n    app: %s\n  ports:\n  - port: 80\n",
		"JSON":             object,
		"a List of JSON":   `{"apiVersion":"v1","kind":"List","items":[` + object + `]}`,
		"a List in a List": `{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"List","items":[` + object + `]}]}`,
		"an alias":         "x: &a %s\napiVersion: v1\nkind: Service\nmetadata: {name: api, namespace: shop}\nspec: {selector: {app: *a}, ports: [{port: 80}]}\n",
	} {
		before, after := stateOf(t, routeAndPolicy+"---\n"+fmt.Sprintf(format, "api")), stateOf(t, routeAndPolicy+"---\n"+fmt.Sprintf(format, "other"))
		if r := Classes(before, after, Scope{}); len(r.Changes) == 0 {
			t.Errorf("%s: the pods are no longer those of the policy, and nothing is reported", name)
		}
		if r := Classes(before, before, Scope{}); len(r.Changes) > 0 {
			t.Errorf("%s: nothing changes, and %v is reported", name, r.Changes)
		}
	}
}

// TestServiceThatIsGone: of two states of one repository, a Service that one lacks
// is not taken from the other.
func TestServiceThatIsGone(t *testing.T) {
	const other = "---\napiVersion: v1\nkind: Service\nmetadata: {name: other, namespace: shop}\nspec: {selector: {app: other}, ports: [{port: 80}]}\n"
	const service = "---\napiVersion: v1\nkind: Service\nmetadata: {name: api, namespace: shop}\nspec: {selector: {app: api}, ports: [{port: 80}]}\n"
	if r := Classes(stateOf(t, routeAndPolicy+other+service), stateOf(t, routeAndPolicy+other), Scope{}); len(r.Changes) == 0 {
		t.Error("the Service is gone, and nothing is reported")
	}
}

func stateOf(t *testing.T, text string) *Side {
	t.Helper()
	f, problem := source.NewFile("in.yaml", []byte(text))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	s := Compile("", compile.Input{Files: []*source.File{f}}, compile.Options{Config: config.Default()})
	s.AddWritten()
	return s
}
