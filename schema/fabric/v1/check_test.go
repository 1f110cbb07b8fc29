package v1_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	fabric "github.com/kgw-dev/kgw/schema/fabric/v1"
)

// check decodes one document and returns its findings as "code line: message".
func check(t *testing.T, text string) []string {
	t.Helper()
	f, problem := source.NewFile("gateway.yaml", []byte(text))
	if problem != nil {
		t.Fatal(problem)
	}
	docs, problems := source.Split(f)
	if len(docs) != 1 || problems != nil {
		t.Fatalf("%d documents, %v", len(docs), problems)
	}
	root, parse := docs[0].Parse()
	if root == nil {
		t.Fatal(parse)
	}
	doc := docs[0]
	doc.APIVersion, doc.Kind, doc.Namespace, doc.Name = source.Head(root)
	if doc.Namespace == "" {
		doc.Namespace = "default"
	}
	g := fabric.Decode(doc, root)
	found := fabric.Type.Check(root, source.Ref{Doc: doc})
	found = append(found, g.Check(&ir.Settings{})...)
	found.Resolve()
	found.Sort()
	var out []string
	for _, f := range found {
		out = append(out, fmt.Sprintf("%s %d: %s", f.Code, f.Span.Line, f.Message))
	}
	return out
}

// gateway is a document with a body of spec; the spec begins on line 6.
func gateway(spec string) string {
	head := "apiVersion: zalando.org/v1\nkind: FabricGateway\nmetadata:\n  name: shop\nspec:\n"
	return head + "  " + strings.ReplaceAll(strings.TrimSpace(spec), "\n", "\n  ") + "\n"
}

const service = "x-fabric-service: [{host: shop.example.org, serviceName: shop}]\n"

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name, spec string
		want       []string
	}{
		{"nothing wrong", service + "paths: {/a: {get: {}}}", nil},
		{"unknown key", service + "security: {}\npaths: {/a: {get: {}}}", []string{`KGW201 7: unknown field "security"`}},
		{"misspelt limits", service + "paths:\n  /a:\n    get:\n      x-fabric-ratelimit: {default-rate: 1}", []string{`KGW201 10: unknown field "x-fabric-ratelimit"`}},
		{"newer fields", service + "paths:\n  /a:\n    get:\n      x-fabric-custom-routes: []\n      x-fabric-request-ratelimits: []\n      x-fabric-additional-filters: {append: ['x()']}", []string{
			`KGW230 10: "x-fabric-custom-routes" is not supported: kgw does not write what it asks for`,
			`KGW230 11: "x-fabric-request-ratelimits" is not supported: kgw does not write what it asks for`,
			`KGW230 12: "x-fabric-additional-filters" is not supported: kgw does not write what it asks for`,
		}},
		{
			"stack version", "x-external-service-provider: {stackSetName: s, hosts: [a.example.org], stackVersion: v1}\npaths: {/a: {get: {}}}",
			[]string{`KGW230 6: "stackVersion" is not supported: kgw does not write what it asks for`},
		},
		{"verb", service + "paths: {/a: {gett: {}}}", []string{`KGW231 7: "gett" is not a verb`}},
		{"wildcard", service + "paths:\n  /a**: {get: {}}\n  /a/**/b: {get: {}}\n  /a/**: {get: {}}\n  /a/**/: {get: {}}", []string{
			`KGW233 8: path "/a**" has ** elsewhere than as its last segment`,
			`KGW233 9: path "/a/**/b" has ** elsewhere than as its last segment`,
			`KGW233 11: path "/a/**/" has ** elsewhere than as its last segment`,
		}},
		{"no backend", "paths: {/a: {get: {}}}", []string{`KGW234 5: the gateway names neither Services nor a StackSet`}},
		{
			"both backends", service + "x-external-service-provider: {stackSetName: s, hosts: [a.example.org]}\npaths: {/a: {get: {}}}",
			[]string{`KGW235 6: the gateway names both Services and a StackSet`},
		},
		{"origins", service + "x-fabric-cors-support:\n  allowedHeaders: [X]\n  allowedOrigins: ['*.example.org', 'a b', 'x:y', 'http://ok.example.org:80']\npaths: {/a: {get: {}}}", []string{
			`KGW236 9: allowed origin "*.example.org" is a pattern; only full host names are allowed`,
			`KGW236 9: allowed origin "a b" is not a host with an optional port`,
			`KGW236 9: allowed origin "x:y" is not a host with an optional port`,
		}},
		{
			"options with CORS", service + "x-fabric-cors-support: {allowedHeaders: [X], allowedOrigins: [a.example.org]}\npaths: {/a: {OPTIONS: {}}}",
			[]string{`KGW237 8: path "/a" has an options operation, which x-fabric-cors-support answers itself`},
		},
		{"verb in two cases", service + "paths:\n  /a:\n    get: {}\n    GET: {}", []string{`KGW238 9: path "/a" has both "GET" and "get", which are one verb`}},
		{"equal paths", service + "paths:\n  /a/*: {get: {}}\n  /a/{id}: {get: {}, post: {}}", []string{`KGW239 9: GET "/a/{id}" matches the same requests as "/a/*"`}},
		{"parameters", service + "paths:\n  /a/x{id}: {get: {}}\n  /b/{id}.json: {get: {}}\n  /c/:id: {get: {}}\n  /d/{}: {get: {}}", []string{
			`KGW240 8: "x{id}" in path "/a/x{id}" is not a whole parameter`,
			`KGW240 9: "{id}.json" in path "/b/{id}.json" is not a whole parameter`,
			`KGW240 10: ":id" in path "/c/:id" would be read as a parameter`,
			`KGW240 11: "{}" in path "/d/{}" is not a whole parameter`,
		}},
		{"adjacent stars", service + "paths:\n  /a/*/*/b: {get: {}}\n  /b/*/*: {get: {}}\n  /c/*x/*y/d: {get: {}}\n  /d/*x/*/d: {get: {}}\n  /e/{x}/{y}/d: {get: {}}", []string{
			`KGW241 8: path "/a/*/*/b" has two stars side by side, which become a path that Skipper refuses`,
			`KGW241 10: path "/c/*x/*y/d" has two stars side by side, which become a path that Skipper refuses`,
		}},
		{"no slash", service + "paths: {a: {get: {}}}", []string{`KGW242 7: path "a" does not begin with a slash`}},
		{"quotes", service + "x-fabric-admins: ['a\"b']\nx-fabric-whitelist: ['c\\d']\npaths:\n  /a:\n    get:\n      x-fabric-privileges: ['e\"f']", []string{
			`KGW243 7: uid "a\"b" has a quote, a backslash or a control character`,
			`KGW243 8: service "c\\d" has a quote, a backslash or a control character`,
			`KGW243 12: scope "e\"f" has a quote, a backslash or a control character`,
		}},
		{"headers of an answer", service + "paths:\n  /a:\n    get:\n      x-fabric-static-response: {status: 200, headers: {'X\"': a, Y: \"b\\n\"}, body: 'any \"text\" \\'}", []string{
			`KGW243 10: header "X\"" has a quote, a backslash or a control character`,
			`KGW243 10: header value "b\n" has a quote, a backslash or a control character`,
		}},
		{
			"host twice", "x-fabric-service: [{host: a.example.org, serviceName: aa}, {host: a.example.org, serviceName: bb}]\npaths: {/a: {get: {}}}",
			[]string{`KGW245 6: host "a.example.org" is listed twice`},
		},
		{"unused list", service + "x-fabric-employee-access: {type: allow_all, user-list: [a]}\npaths: {/a: {get: {x-fabric-employee-access: {type: deny_all, user-list: [b]}}}}", []string{
			`KGW246 7: user-list has no effect with type "allow_all"`,
			`KGW246 8: user-list has no effect with type "deny_all"`,
		}},
		{"negative limit", service + "paths: {/a: {get: {x-fabric-ratelimits: {default-rate: 1, target: {stups_a: -1}}}}}", []string{`KGW247 7: the limit of "stups_a" is negative`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var errors []string
			for _, line := range check(t, gateway(c.spec)) {
				if code := diag.Code(line[:6]); (diag.Levels{}).Of(code) == diag.Error {
					errors = append(errors, line)
				}
			}
			if d := cmp.Diff(c.want, errors); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

func TestCheckName(t *testing.T) {
	text := strings.Replace(gateway(service+"paths: {/a: {get: {}}}"), "shop", strings.Repeat("a", 53), 1)
	if got := check(t, text); got != nil {
		t.Errorf("60 characters are refused: %v", got)
	}
	got := check(t, strings.Replace(text, "name: a", "name: aa", 1))
	if len(got) != 1 || !strings.HasPrefix(got[0], "KGW232 4: ") {
		t.Errorf("61 characters give %v", got)
	}
}

// TestExposure is about rules that do not do what they seem to.
func TestExposure(t *testing.T) {
	for _, c := range []struct {
		name, spec string
		want       []string
	}{
		{
			"list without a privilege", service + "x-fabric-employee-access: {user-list: [a]}\npaths: {/a: {get: {}, put: {}}}",
			[]string{`KGW431 7: the list blocks nobody: an operation demands no privilege, so that employees who are not listed get in like services`},
		},
		{"list with a privilege", service + "x-fabric-employee-access: {user-list: [a]}\npaths: {/a: {get: {x-fabric-privileges: [uid, a.read]}}}", nil},
		{
			"deny_all", service + "x-fabric-employee-access: {type: deny_all}\npaths: {/a: {get: {}}}",
			[]string{`KGW432 7: deny_all does not hold for opaque tokens: an employee with one is treated like a service`},
		},
		{"deny_all and a list of services", service + "x-fabric-employee-access: {type: deny_all}\nx-fabric-whitelist: [stups_a]\npaths: {/a: {get: {}}}", nil},
		{"limits", service + "x-fabric-admins: [stups_b]\npaths:\n  /a: {get: {x-fabric-ratelimits: {default-rate: 1, target: {stups_a: 0, stups_b: 1, c: 1}}}}\n  /b: {get: {x-fabric-ratelimits: {default-rate: 1}}}", []string{
			`KGW433 9: limits count by token, not by caller: a caller with a new token has a new budget`,
			`KGW435 9: a limit of 0 lets no request of "stups_a" through`,
			`KGW434 9: "stups_b" is an administrator: its limit has no effect`,
			`KGW439 9: service "c" does not begin with stups_`,
		}},
		{"limit outside the list", service + "x-fabric-whitelist: [stups_a]\npaths: {/a: {get: {x-fabric-ratelimits: {default-rate: 1, target: {stups_b: 1}}}}}", []string{
			`KGW433 8: limits count by token, not by caller: a caller with a new token has a new budget`,
			`KGW434 8: service "stups_b" is not in the list of services: its limit has no effect`,
		}},
		{"empty list of employees", service + "x-fabric-employee-access: {type: allow_list}\npaths: {/a: {get: {}}}", []string{`KGW436 7: allow_list has no user-list and changes nothing`}},
		{
			"empty rule", service + "x-fabric-employee-access: {type: deny_all}\npaths:\n  /a: {get: {x-fabric-employee-access: {}}}",
			[]string{`KGW437 9: the empty object cancels the gateway's rule for employees here`},
		},
		{"empty lists of services", service + "x-fabric-whitelist: []\npaths:\n  /a: {get: {}}\n  /b: {get: {x-fabric-whitelist: {service-list: []}}}\n  /c: {get: {x-fabric-whitelist: {service-list: [], state: disabled}}}", []string{
			`KGW438 7: the empty list lets no service in`,
			`KGW438 10: the empty list lets no service in`,
		}},
		{
			"employees past a list of services", service + "x-fabric-whitelist: [stups_a]\nx-fabric-employee-access: {type: allow_all}\npaths:\n  /a: {get: {}}",
			[]string{`KGW440 10: employees of the rule get in although the operation is restricted to services`},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, check(t, gateway(c.spec))); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// TestListOfServicesThatIsNotThere: one that is empty is reported, and of one that
// is missing only that.
func TestListOfServicesThatIsNotThere(t *testing.T) {
	for list, want := range map[string]bool{"service-list: []": true, "state: enabled": false, "service-list: null": false, "service-list: [stups_a]": false} {
		found := check(t, fmt.Sprintf("apiVersion: zalando.org/v1\nkind: FabricGateway\nmetadata: {name: g}\nspec:\n"+
			"  x-fabric-service: [{host: a.test, serviceName: one}]\n  paths: {/a: {get: {x-fabric-whitelist: {%s}}}}\n", list))
		if got := strings.Contains(strings.Join(found, "\n"), "KGW438"); got != want {
			t.Errorf("%s: %q", list, found)
		}
	}
}

// TestPathsThatAreReadOtherwise: a path that Skipper never compares as it is written
// is reported once, and what may be in a path is not.
func TestPathsThatAreReadOtherwise(t *testing.T) {
	for path, odd := range map[string]bool{
		"/a%20b": true, "/a/%62/{id}": true, "/a%2Fb": true, "/%C3%BC": true, "/a//b/": true, "/a/./b": true, "/a/../b/**": true, "/a?x=1": true, "/a#b": true,
		"/": false, "/**": false, "/a/": false, "/a/{id}/": false, "/a b": false, "/\u00fc": false, "/a;b": false, "/a+b": false, "/a%zz": false, "/.well-known/x": false, "/a/...": false,
	} {
		found := strings.Join(check(t, fmt.Sprintf("apiVersion: zalando.org/v1\nkind: FabricGateway\nmetadata: {name: g}\nspec:\n"+
			"  x-fabric-service: [{host: a.test, serviceName: one}]\n  paths: {%q: {get: {}, post: {}}}\n", path)), "\n")
		if n := strings.Count(found, "KGW351"); (n == 1) != odd || n > 1 {
			t.Errorf("%s: %q", path, found)
		}
	}
}
