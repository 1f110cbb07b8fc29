package compile_test

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
)

// TestWhatTheServerRefusesIsNotWritten: a misspelt field is dropped by the API server,
// and the resource is refused where it misses that field then. As the controller it
// would be written without a host, or open to everybody.
func TestWhatTheServerRefusesIsNotWritten(t *testing.T) {
	const services = "{apiVersion: v1, kind: Service, metadata: {name: a, namespace: shop}, spec: {selector: {app: a}, ports: [{port: 80}]}}\n"
	v2 := func(hosts, access string) string {
		return "{apiVersion: gateway.kyma-project.io/v2, kind: APIRule, metadata: {name: a, namespace: shop}, spec: {" + hosts +
			", gateway: kyma-system/kyma-gateway, service: {name: a, port: 80}, rules: [{path: /*, methods: [GET], " + access + "}]}}\n---\n" + services
	}
	v1beta1 := func(fields string) string {
		return "{apiVersion: gateway.kyma-project.io/v1beta1, kind: APIRule, metadata: {name: a, namespace: shop}, spec: {" +
			"gateway: kyma-system/kyma-gateway, service: {name: a, port: 80}, " + fields + "}}\n---\n" + services
	}
	const keys = "{authentications: [{issuer: https://i.test, jwksUri: https://i.test/k}]}"
	for text, refused := range map[string]string{
		v2("hosts: [a.example.com]", "noAuth: true"):                                                                         "",
		v2("hosts: [a.example.com]", "noAuth: true, timeOut: 3"):                                                             "",
		v2("hosts: [a.example.com]", "jwtt: "+keys):                                                                          "exactly one of",
		v2("hosts: [a.example.com]", "JWT: "+keys):                                                                           "exactly one of",
		v2("hosts: [a.example.com]", "noauth: true"):                                                                         "exactly one of",
		v2("hosts: [a.example.com]", "noAuth: false"):                                                                        "exactly one of",
		v2("host: a.example.com", "noAuth: true"):                                                                            `"hosts" is required`,
		v1beta1("hosts: [a.example.com], rules: [{path: /.*, methods: [GET], accessStrategies: [{handler: no_auth}]}]"):      `"host" is required`,
		v1beta1("host: a.example.com, rules: [{path: /.*, methods: [GET], noAuth: true}]"):                                   `"accessStrategies" is required`,
		v1beta1("host: a.example.com, rules: [{path: /.*, method: [GET], accessStrategies: [{handler: no_auth}]}]"):          `"methods" is required`,
		v1beta1("host: a.example.com, extra: 1, rules: [{path: /.*, methods: [GET], accessStrategies: [{handler: allow}]}]"): "",
	} {
		c := config.Default()
		c.Compat = "controller"
		r := run(t, compile.Options{Config: c, Status: true}, text)
		if (len(r.Objects) > 0) != (refused == "") {
			t.Errorf("%d objects are written of\n%s", len(r.Objects), text)
		}
		for _, one := range r.Resources {
			if (one.Refused != "") != (refused != "") || !strings.Contains(one.Refused, refused) || (one.Status != nil) != (refused == "") {
				t.Errorf("refused %q, status %v, want %q:\n%s", one.Refused, one.Status, refused, text)
			}
		}
	}
}
