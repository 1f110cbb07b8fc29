package skipper

import (
	"testing"

	"github.com/kgw-dev/kgw/compile"
)

const everything = `
apiVersion: zalando.org/v1
kind: FabricGateway
metadata: {name: shop}
spec:
  x-fabric-service: [{host: shop.example.org, serviceName: shop}]
  x-fabric-admins: [boss]
  x-fabric-cors-support: {allowedOrigins: [www.example.org], allowedHeaders: [X-A]}
  paths:
    /open: {get: {}, head: {}}
    /scoped: {get: {x-fabric-privileges: [a.read], x-fabric-employee-access: {user-list: [jdoe]}}}
    /denied: {get: {x-fabric-employee-access: {type: deny_all}}}
    /services: {get: {x-fabric-whitelist: {service-list: [stups_a]}, x-fabric-employee-access: {type: allow_all}}}
    /limited: {get: {x-fabric-ratelimits: {default-rate: 2, period: hour, target: {stups_b: 3}}}}
    /static: {get: {x-fabric-privileges: [a.read], x-fabric-static-response: {status: 203, headers: {}, body: static}}}
    /items/special: {post: {}}
    /items/{id}: {get: {}}
    /tree/**: {get: {}}
`

// Callers, as their tokens and token information describe them.
func service(id string, scopes ...string) request {
	return request{
		JWT:       map[string]any{"sub": id, "https://identity.zalando.com/realm": "services"},
		TokenInfo: &tokenInfo{Status: 200, UID: id, Realm: "/services", Scope: append([]string{"uid"}, scopes...)},
	}
}

func employee(id string, scopes ...string) request {
	return request{
		JWT:       map[string]any{"sub": "x", "https://identity.zalando.com/managed-id": id, "https://identity.zalando.com/realm": "users"},
		TokenInfo: &tokenInfo{Status: 200, UID: id, Realm: "/employees", Scope: append([]string{"uid"}, scopes...)},
	}
}

func opaque(realm string) request {
	return request{Token: "opaque" + realm[1:], TokenInfo: &tokenInfo{Status: 200, UID: "x", Realm: realm, Scope: []string{"uid"}}}
}

var nobody = request{}

// TestTable holds what kgw writes to what a FabricGateway means.
func TestTable(t *testing.T) {
	services := "---\napiVersion: v1\nkind: Service\nmetadata: {name: shop}\nspec: {ports: [{name: http, port: 80}]}\n"
	for _, api := range []string{"ingress", "routegroup"} {
		t.Run(api, func(t *testing.T) {
			c := start(t, objects(t, text(t, everything+services), compile.Options{SkipperAPI: api}))
			c.healthy(t)
			for _, row := range rows {
				r := row.caller
				r.Method, r.Path, r.Host, r.XForwardedProto = row.method, row.path, "shop.example.org", &https
				a := c.send(t, &r)
				if a.Status != row.status || (a.Backend != "") != (row.status == 200) {
					t.Errorf("%s %s by %s gives %d from %q, not %d", row.method, row.path, row.who, a.Status, a.Backend, row.status)
				}
			}
		})
	}
}

var rows = []struct {
	method, path, who string
	caller            request
	status            int
}{
	{"GET", "/open", "a service", service("stups_a"), 200},
	{"GET", "/open", "an employee", employee("other"), 200},
	{"GET", "/open", "nobody", nobody, 401},
	{"GET", "/open", "a customer", opaque("/customers"), 403},
	{"HEAD", "/open", "a service", service("stups_a"), 200},
	{"GET", "/open/", "a service", service("stups_a"), 404},
	{"POST", "/open", "a service", service("stups_a"), 404},
	{"POST", "/open", "nobody", nobody, 401},
	{"OPTIONS", "/open", "nobody", nobody, 204},
	{"OPTIONS", "/none", "nobody", nobody, 401},
	{"GET", "/scoped", "a service without the scope", service("stups_a"), 403},
	{"GET", "/scoped", "a service with the scope", service("stups_c", "a.read"), 200},
	{"GET", "/scoped", "an employee who is listed", employee("jdoe"), 200},
	{"GET", "/scoped", "an employee who is not", employee("other"), 403},
	{"GET", "/scoped", "the administrator", employee("boss"), 200},
	{"GET", "/denied", "an employee", employee("other"), 403},
	{"GET", "/denied", "the administrator", employee("boss"), 200},
	{"GET", "/denied", "an employee with an opaque token", opaque("/employees"), 200},
	{"GET", "/services", "the service", service("stups_a"), 200},
	{"GET", "/services", "another service", service("stups_b"), 403},
	{"GET", "/services", "an employee", employee("other"), 200},
	{"GET", "/services", "nobody", nobody, 403},
	{"GET", "/limited", "a service", service("stups_a"), 200},
	{"GET", "/limited", "a service", service("stups_a"), 200},
	{"GET", "/limited", "a service, a third time", service("stups_a"), 429},
	{"GET", "/limited", "another service", service("stups_c"), 200},
	{"GET", "/limited", "the service with a limit of its own", service("stups_b"), 200},
	{"GET", "/limited", "the service with a limit of its own", service("stups_b"), 200},
	{"GET", "/limited", "the service with a limit of its own", service("stups_b"), 200},
	{"GET", "/limited", "the same, a fourth time", service("stups_b"), 429},
	{"GET", "/static", "a service without the scope", service("stups_a"), 403},
	{"GET", "/static", "a service with the scope", service("stups_c", "a.read"), 203},
	{"GET", "/items/special", "a service", service("stups_a"), 200},
	{"POST", "/items/special", "a service", service("stups_a"), 200},
	{"POST", "/items/other", "a service", service("stups_a"), 404},
	{"GET", "/tree/a/b", "a service", service("stups_a"), 200},
	{"GET", "/tree", "a service", service("stups_a"), 404},
	{"GET", "/tree/", "a service", service("stups_a"), 404},
	{"GET", "//open", "a service", service("stups_a"), 200},
	{"GET", "/items%2F1", "a service", service("stups_a"), 200},
}
