package openapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/openapi"
)

const odd = "servers: [{url: \"https://shop.example.com\"}]\n"

const issuers = `
components:
  securitySchemes:
    p: {type: openIdConnect, openIdConnectUrl: "https://i.example.com/.well-known/openid-configuration"}
    q: {type: openIdConnect, openIdConnectUrl: "https://q.example.com/.well-known/openid-configuration"}
`

// drafted is what an APIRule of a description has: its rules in short, and its
// findings.
func drafted(t *testing.T, text string) (rules, said string) {
	t.Helper()
	d, found := openapi.Read(file(t, head+text), nil)
	if len(found) > 0 {
		return "", found[0].Message
	}
	o := openapi.Draft{Name: "shop", Gateway: "a/b", Service: "shop", Port: "80", Issuer: "https://i.example.com", JWKS: "https://i.example.com/k"}
	object, found := d.APIRule(o)
	var out, messages []string
	if spec, ok := object.Get("spec"); ok {
		for _, r := range strings.Split(fmt.Sprint(spec), "{path ")[1:] {
			path, _, _ := strings.Cut(r, "}")
			access := "jwt"
			if strings.Contains(r, "noAuth") {
				access = "open"
			}
			out = append(out, path+" "+access)
		}
	}
	for _, f := range found {
		messages = append(messages, string(f.Code)+" "+f.Message)
	}
	return strings.Join(out, ", "), strings.Join(messages, "\n")
}

// TestOddDescriptions: parts of a description that an APIRule does not express are
// reported, and nothing is open that the description closes.
func TestOddDescriptions(t *testing.T) {
	const ok = "responses: {\"200\": {description: ok}}"
	for name, c := range map[string]struct{ text, rules, said string }{
		"privileges without security":  {odd + "paths: {/a: {get: {x-fabric-privileges: [r, uid], " + ok + "}}}", "/a jwt", ""},
		"privileges in the security":   {odd + "paths: {/a: {get: {security: [{token: [r, w]}], x-fabric-privileges: [r, uid], " + ok + "}}}" + schemes, "/a jwt", ""},
		"privileges beside less":       {odd + "paths: {/a: {get: {security: [{token: [w]}], x-fabric-privileges: [r], " + ok + "}}}" + schemes, "/a jwt", ""},
		"privileges beside nothing":    {odd + "paths: {/a: {get: {security: [{token: [r]}, {}], x-fabric-privileges: [r], " + ok + "}}}" + schemes, "/a jwt", ""},
		"no list of privileges":        {odd + "paths: {/a: {get: {x-fabric-privileges: r, " + ok + "}}}", "", "KGW760 GET /a has x-fabric-privileges"},
		"a misspelt key":               {odd + "paths: {/a: {get: {x-fabric-privilege: [r], " + ok + "}}}", "", "KGW760 GET /a has x-fabric-privilege,"},
		"a list of services":           {odd + "x-fabric-whitelist: [a]\npaths: {/a: {get: {" + ok + "}}}", "", "KGW760 GET /a has x-fabric-whitelist"},
		"employees":                    {odd + "paths: {/a: {get: {x-fabric-employee-access: {type: deny_all}, " + ok + "}}, /b: {get: {" + ok + "}}}", "/b open", "KGW760 GET /a has x-fabric-employee-access"},
		"an API key beside privileges": {odd + "security: [{key: []}]\npaths: {/a: {get: {x-fabric-privileges: [r], " + ok + "}}}" + schemes, "/a jwt", "KGW761 GET /a demands key beside a token"},
		"two issuers": {
			odd + "paths: {/a: {get: {security: [{p: []}], " + ok + "}}, /b: {get: {security: [{q: []}], " + ok + "}}, /c: {get: {security: [{q: [], p: []}], " + ok + "}}}" + issuers,
			"/a jwt", "KGW760 GET /b demands a token of https://q.example.com, and the resource is for tokens of https://i.example.com: the operation is left out\n" +
				"KGW760 GET /c demands a token of https://i.example.com and one of https://q.example.com",
		},
		"one of two issuers": {
			odd + "security: [{q: [r]}, {p: [w]}]\npaths: {/a: {get: {" + ok + "}}}" + issuers,
			"/a jwt", "KGW761 GET /a lets tokens of https://q.example.com or https://i.example.com in, and the resource is for those of https://i.example.com",
		},
		"another issuer": {
			odd + "security: [{q: []}]\npaths: {/a: {get: {" + ok + "}}}" + strings.ReplaceAll(issuers, "i.example.com", "j.example.com"),
			"/a jwt", "KGW761 the resource is for tokens of https://i.example.com, and the document names https://j.example.com, https://q.example.com",
		},
		"what falls to another": {
			odd + "paths: {\"/a/{id}\": {get: {" + ok + "}}, /a/b: {get: {x-fabric-whitelist: {service-list: [x]}, " + ok + "}}}", "",
			"KGW760 GET /a/{id} would get requests of GET /a/b",
		},
		"limits":            {odd + "x-fabric-admins: [x]\npaths: {/a: {get: {x-fabric-ratelimits: {default-rate: 1}, " + ok + "}}}", "/a jwt", "KGW761 an APIRule does not say x-fabric-admins\nKGW761 an APIRule does not say x-fabric-ratelimits of GET /a"},
		"a key and a token": {odd + "paths: {/a: {get: {security: [{token: [r], key: []}], " + ok + "}}}" + schemes, "/a jwt", "KGW761 GET /a demands key beside a token"},
		"a key or a token":  {odd + "paths: {/a: {get: {security: [{token: [r]}, {key: []}], " + ok + "}}}" + schemes, "", "KGW760 GET /a demands key, which a gateway does not check"},
		"a relative server": {"servers: [{url: \"https://shop.example.com/v1\"}, {url: /v2}]\npaths: {/a: {get: {" + ok + "}}}", "/v1/a open", "KGW761 the server \"/v2/\" names no host"},
		"a port":            {"servers: [{url: \"https://shop.example.com:8443\"}]\npaths: {/a: {get: {" + ok + "}}}", "/a open", "KGW761 the resource does not say port 8443"},
		"security that is optional, or empty": {
			odd + "security: [{token: []}]\npaths: {/a: {get: {security: [{}, {token: []}], " + ok + "}}, /b: {get: {security: [], " + ok + "}}, /c: {get: {" + ok + "}}}" + schemes,
			"/a open, /b open, /c jwt", "",
		},
		"a callback, a path without operations, two slashes": {
			odd + "paths: {/a/: {post: {callbacks: {x: {\"{$request.body#/url}\": {post: {" + ok + "}}}}, " + ok + "}}, /b: {}, /c//d: {get: {" + ok + "}}, /: {get: {" + ok + "}}}",
			"/ open, /a/ open, /c//d open", "",
		},
		"parts of segments": {odd + "paths: {\"/f/{a}.{b}\": {get: {" + ok + "}}}", "", "KGW760 GET /f/{a}.{b} has a path that an APIRule does not have"},
		"a method":          {odd + "paths: {/a: {trace: {" + ok + "}, head: {" + ok + "}, options: {" + ok + "}}}", "/a open", ""},
		"a key twice":       {odd + "paths: {/a: {get: {" + ok + "}}, /a: {post: {" + ok + "}}}", "", `key "/a" is given twice, first on line 4`},
		"a missing file":    {odd + "paths: {/a: {$ref: \"other.yaml#/a\"}}", "", "this is not a valid OpenAPI document"},
	} {
		rules, said := drafted(t, c.text)
		if rules != c.rules || c.said == "" && said != "" || !strings.Contains(said, c.said) {
			t.Errorf("%s:\n%s\n%s\nwant\n%s\n%s", name, rules, said, c.rules, c.said)
		}
	}
}
