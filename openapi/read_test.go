package openapi_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/openapi"
)

func file(t testing.TB, text string) *source.File {
	t.Helper()
	f, problem := source.NewFile("api.yaml", []byte(text))
	if problem != nil {
		t.Skip(problem.Message)
	}
	return f
}

const head = "openapi: 3.0.3\ninfo: {title: Shop API (v2), version: \"1\"}\n"

const schemes = `
components:
  securitySchemes:
    token: {type: oauth2, flows: {clientCredentials: {tokenUrl: "https://id.example.com/token", scopes: {r: r, w: w}}}}
    bearer: {type: http, scheme: Bearer}
    basic: {type: http, scheme: basic}
    key: {type: apiKey, in: header, name: X-Api-Key}
`

// TestRead checks what is read of servers, operations and security.
func TestRead(t *testing.T) {
	d, found := openapi.Read(file(t, head+`
servers:
- {url: "https://{env}.example.com/v1/", variables: {env: {default: api, enum: [api, beta]}}}
- {url: /internal}
security: [{token: [w, r]}]
paths:
  /orders/{id}:
    servers: [{url: "https://orders.example.com"}]
    get: {security: [], responses: {}}
    delete: {security: [{}, {key: []}], responses: {}}
  /orders:
    post: {responses: {}}
    put: {security: [{basic: [], bearer: []}], responses: {}}
`+schemes), nil)
	if len(found) > 0 {
		t.Fatal(found[0].Message)
	}
	var got []string
	for _, o := range d.Operations {
		for _, s := range o.Servers {
			got = append(got, fmt.Sprintf("%s //%s%s %+v", o.Method, s.Host, s.Base+o.Path, o.Allowed))
		}
	}
	want := []string{
		"POST //api.example.com/v1/orders [{Token:true Scopes:[r w] Issuers:[] Others:[]}]",
		"POST //beta.example.com/v1/orders [{Token:true Scopes:[r w] Issuers:[] Others:[]}]",
		"POST ///internal/orders [{Token:true Scopes:[r w] Issuers:[] Others:[]}]",
		"PUT //api.example.com/v1/orders [{Token:true Scopes:[] Issuers:[] Others:[basic]}]",
		"PUT //beta.example.com/v1/orders [{Token:true Scopes:[] Issuers:[] Others:[basic]}]",
		"PUT ///internal/orders [{Token:true Scopes:[] Issuers:[] Others:[basic]}]",
		"DELETE //orders.example.com/orders/{id} [{Token:false Scopes:[] Issuers:[] Others:[]} {Token:false Scopes:[] Issuers:[] Others:[key]}]",
		"GET //orders.example.com/orders/{id} [{Token:false Scopes:[] Issuers:[] Others:[]}]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if name := d.NameOf(); name != "shop-api-v2" {
		t.Errorf("the name is %q", name)
	}
}

// TestReadRefuses checks that unread parts are reported, with their places.
func TestReadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "1:1 the file holds no description of an API",
		"a: 1":                                "1:1 this is not an OpenAPI document: it has no field \"openapi\"",
		"swagger: \"2.0\"":                    "1:10 this is a description of Swagger 2.0, which is not read",
		"openapi: 4.0.0":                      "1:10 version \"4.0.0\" of OpenAPI is not read",
		head + "paths: {}":                    "1:1 this is not a valid OpenAPI document: it describes no operation",
		head + "---\na: 1":                    "4:1 the file holds more than one document",
		head + "paths: {a: {get: {}}}":        "3:9 path \"a\" does not begin with a slash",
		head + "paths:\n  /a: {GET: {}}":      "4:8 \"GET\" is not a field of a path",
		head + "paths:\n  /a: {fetch: {}}":    "4:8 \"fetch\" is not a field of a path",
		head + "paths:\n  /a: {$ref: b.yaml}": "1:1 this is not a valid OpenAPI document",
		head + "paths:\n  /a: {$ref: \"https://example.com/b.yaml\"}":                           "1:1 this is not a valid OpenAPI document",
		head + "paths: {/a: {get: {}}}\nSecurity: []":                                           "4:1 \"Security\" is not a field of an OpenAPI document",
		head + "paths: {/a: {get: {securtiy: []}}}":                                             "3:20 \"securtiy\" is not a field of an operation",
		head + "paths: {/a: {get: {X-Fabric-Privileges: []}}}":                                  "3:20 \"X-Fabric-Privileges\" is not a field of an operation",
		head + "paths: {/a: {x-fabric-privileges: [r], get: {}}}":                               "3:14 \"x-fabric-privileges\" is not a field of a path",
		head + "paths: {/a: {get: {security: [{none: []}]}}}":                                   "3:32 the security scheme \"none\" is not defined",
		head + "servers: [{url: \"https://{h}/\"}]\npaths: {/a: {get: {}}}":                     "3:17 the URL of a server cannot be read: it is not a URL, or it has a variable that is not defined",
		head + "servers: [{url: \"https://u:p@h/\"}]\npaths: {/a: {get: {}}}":                   "3:17 the URL of a server cannot be read: it has credentials, a query or a fragment",
		head + "servers: [{url: \"ftp://h/\"}]\npaths: {/a: {get: {}}}":                         "3:17 the URL of a server cannot be read: its scheme is not http or https",
		head + "servers: [{url: \"v1\"}]\npaths: {/a: {get: {}}}":                               "3:17 the URL of a server cannot be read: it is a path that does not begin with a slash",
		head + "paths: {/a: &a {get: {}}, /b: *a}\nx: &x [*y]":                                  "",
		"openapi: 3.0.0\npaths: [":                                                              "",
		head + "paths: {/a: {get: {parameters: [{$ref: \"#/components/parameters/none\"}]}}}\n": "1:1 this is not a valid OpenAPI document",
	} {
		d, found := openapi.Read(file(t, text), func(string) ([]byte, error) { return nil, errors.New("is not there") })
		found.Resolve()
		if d != nil || len(found) == 0 {
			t.Errorf("%q is read", text)
			continue
		}
		got := fmt.Sprintf("%d:%d %s", found[0].Span.Line, found[0].Span.Column, found[0].Message)
		if !strings.HasPrefix(got, want) {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
	}
}

// TestReadYAML checks that texts which are something else to YAML 1.1 are read: OpenAPI
// is YAML 1.2.
func TestReadYAML(t *testing.T) {
	d, found := openapi.Read(file(t, head+"paths: {/a: {get: {description: no, parameters: [{name: t, in: query, schema: {enum: [on, off], example: 12:30:45}}]}}}"), nil)
	if d == nil || len(found) > 0 {
		t.Fatal(found)
	}
}

// TestReadFollows checks that parts in other files are read.
func TestReadFollows(t *testing.T) {
	d, found := openapi.Read(file(t, head+"paths:\n  /a: {$ref: parts/a.yaml}\n"), func(name string) ([]byte, error) {
		if name != "parts/a.yaml" {
			return nil, fmt.Errorf("%s was asked for", name)
		}
		return []byte("get: {responses: {}}\n"), nil
	})
	if len(found) > 0 {
		t.Fatal(found[0].Message)
	}
	if len(d.Operations) != 1 || d.Operations[0].Method != "GET" {
		t.Errorf("read %+v", d.Operations)
	}
}

// TestReadPassesNothingOver checks that operations which the library does not find
// behind references are reported.
func TestReadPassesNothingOver(t *testing.T) {
	items := "openapi: 3.1.0\ninfo: {title: a, version: \"1\"}\ncomponents: {pathItems: {a: {$ref: '#/components/pathItems/b'}, b: {get: {}}}}\n"
	for text, want := range map[string]string{
		items + "paths:\n  /a: {$ref: '#/components/pathItems/a'}": "5:14 there is no operation behind \"#/components/pathItems/a\"",
		items + "paths:\n  /a: {$ref: '#/components/pathItems/b'}": "",
		head + "paths:\n  /a: {$ref: further.yaml}":                "4:14 there is no operation behind \"further.yaml\"",
		head + "paths:\n  /a: {$ref: misspelt.yaml}":               "4:14 \"POST\", behind \"misspelt.yaml\", is not a field of a path",
	} {
		_, found := openapi.Read(file(t, text), func(name string) ([]byte, error) {
			return []byte(map[string]string{"further.yaml": "$ref: one.yaml", "one.yaml": "get: {}", "misspelt.yaml": "{get: {}, POST: {}}"}[name]), nil
		})
		found.Resolve()
		got := ""
		if len(found) > 0 {
			got = fmt.Sprintf("%d:%d %s", found[0].Span.Line, found[0].Span.Column, found[0].Message)
		}
		if got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
	}
}

// FuzzRead checks that no document breaks the reader, and that drafts of what is
// read open nothing that is closed.
func FuzzRead(f *testing.F) {
	f.Add(head + "servers: [{url: https://a.example.com}]\npaths: {/a: {get: {security: [{token: [r]}]}}}\n" + schemes)
	f.Add(head + "paths: {\"/a/{b}.json\": {get: {}}}")
	f.Fuzz(func(t *testing.T, text string) {
		d, found := openapi.Read(file(t, text), nil)
		if d == nil {
			if len(found) == 0 {
				t.Fatal("nothing is read and nothing said")
			}
			return
		}
		draft, _ := d.APIRule(openapi.Draft{Name: "a", Host: "a.example.com", Service: "a", Port: "80"})
		if draft == nil {
			return
		}
		open := 0
		for i := range d.Operations {
			for _, c := range d.Operations[i].Allowed {
				if c.None() {
					open++
					break
				}
			}
		}
		if open == 0 {
			t.Fatalf("a rule without an issuer is written, and nothing is open: %v", draft)
		}
	})
}

// TestWithheld checks that no rule gets the requests of an operation that is
// left out: neither one that takes the place of it, nor one behind that.
func TestWithheld(t *testing.T) {
	d, found := openapi.Read(file(t, head+`
servers: [{url: "https://a.example.com"}]
paths:
  /a/me: {get: {security: [{key: []}]}}
  /a/{id}: {get: {security: [{token: []}]}}
  /{x}/{y}: {get: {}, post: {}}
  /b: {get: {security: [{key: []}]}, post: {}}
`+schemes), nil)
	if len(found) > 0 {
		t.Fatal(found[0].Message)
	}
	draft, left := d.APIRule(openapi.Draft{Name: "a", Service: "a", Port: "80", JWKS: "https://id.example.com/keys", Issuer: "https://id.example.com"})
	text := string(manifest.AppendYAMLValue(nil, draft))
	if strings.Contains(text, "GET") || strings.Count(text, "POST") != 2 || len(left) != 4 {
		t.Errorf("left %d:\n%s", len(left), text)
	}
	if draft, left := d.APIRule(openapi.Draft{Name: "a", Service: "a", Port: "80", JWKS: "https://id.example.com/keys", Issuer: "https://id.example.com", Checked: []string{"key"}}); len(left) > 0 || draft == nil {
		t.Errorf("left %v with what the Service checks", left)
	}
}
