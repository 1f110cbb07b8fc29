package testfile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/simulate"
)

// TestReadFabric reads every field of a request for Skipper.
func TestReadFabric(t *testing.T) {
	unknown := map[string]any{"status": 401.0}
	for name, c := range map[string]struct {
		fields string
		want   simulate.Request
	}{
		"nothing else": {`"xForwardedProto": null`, simulate.Request{}},
		"a scheme":     {`"xForwardedProto": "https"`, simulate.Request{Headers: []simulate.Header{{Name: "X-Forwarded-Proto", Value: "https"}}}},
		"no text":      {`"xForwardedProto": ""`, simulate.Request{Headers: []simulate.Header{{Name: "X-Forwarded-Proto"}}}},
		"an origin":    {`"origin": "https://o"`, simulate.Request{Headers: []simulate.Header{{Name: "Origin", Value: "https://o"}}}},
		"a JWT of which nothing is known": {
			`"jwt": {"sub": "s"}`,
			simulate.Request{Token: simulate.Token{Kind: "jwt", Claims: map[string]any{"sub": "s"}, Introspection: unknown, ID: `{"sub":"s"}`}},
		},
		"a JWT that is known": {
			`"jwt": {"sub": "s"}, "tokeninfo": {"uid": "u"}`,
			simulate.Request{Token: simulate.Token{Kind: "jwt", Claims: map[string]any{"sub": "s"}, Introspection: map[string]any{"uid": "u"}, ID: `{"sub":"s"}`}},
		},
		"a token of which nothing is known": {`"token": "t"`, simulate.Request{Token: simulate.Token{Kind: "opaque", Introspection: unknown, ID: "t"}}},
		"a token that is known": {
			`"token": "t", "tokeninfo": {"uid": "u"}`,
			simulate.Request{Token: simulate.Token{Kind: "opaque", Introspection: map[string]any{"uid": "u"}, ID: "t"}},
		},
		"a header in place of a token": {
			`"token": "t", "authorization": "Basic eA=="`,
			simulate.Request{Headers: []simulate.Header{{Name: "Authorization", Value: "Basic eA=="}}},
		},
		"a JWT in place of a token": {
			`"token": "t", "jwt": {}`,
			simulate.Request{Token: simulate.Token{Kind: "jwt", Claims: map[string]any{}, Introspection: unknown, ID: "{}"}},
		},
	} {
		got, found := ReadFabric("r.json", []byte(`[{"sequence": 1, "step": 2, "request": {"method": "GET", "host": "h", "path": "/p?q", `+c.fields+`}, "observed": {}, "extra": []}]`))
		c.want.Method, c.want.Host, c.want.Target = "GET", "h", "/p?q"
		if diff := cmp.Diff([]simulate.Request{c.want}, got, cmpopts.IgnoreUnexported(simulate.Request{})); diff != "" || len(found) > 0 {
			t.Errorf("%s: %s%v", name, diff, found)
		}
	}
	if got, found := ReadFabric("r.json", []byte("[]")); got == nil || len(got) != 0 || len(found) > 0 {
		t.Errorf("no requests: %v %v", got, found)
	}
}

// TestBadFabric finds fault with lists of requests for Skipper, with places.
func TestBadFabric(t *testing.T) {
	const row = `[{"request": {"method": "GET", "host": "h", "path": "/", "xForwardedProto": null, "jwt": null, "token": "t", "tokeninfo": null, "authorization": null, "origin": ""}, "extra": 1}]`
	if _, found := ReadFabric("r.json", []byte(row)); len(found) > 0 {
		t.Fatal(found)
	}
	for name, c := range map[string]struct {
		from, to string
		code     diag.Code
		path     string
	}{
		"not JSON":                {row, "[", diag.Syntax, ""},
		"no list":                 {row, "{}", diag.WrongType, ""},
		"null":                    {row, "null", diag.WrongType, ""},
		"more behind":             {row, row + row, diag.Syntax, ""},
		"no request":              {row, `[{"step": 1}]`, diag.MissingField, "[0].request"},
		"a request of null":       {row, `[{"request": null}]`, diag.WrongType, "[0].request"},
		"no method":               {`"method": "GET", `, "", diag.MissingField, "[0].request.method"},
		"an empty method":         {`"GET"`, `""`, diag.BadLength, "[0].request.method"},
		"no host":                 {`"host": "h", `, "", diag.MissingField, "[0].request.host"},
		"an empty host":           {`"h"`, `""`, diag.BadLength, "[0].request.host"},
		"no path":                 {`"path": "/", `, "", diag.MissingField, "[0].request.path"},
		"a path of null":          {`"/"`, "null", diag.WrongType, "[0].request.path"},
		"a field of Oathkeeper":   {`"host"`, `"scheme": "https", "host"`, diag.UnknownField, "[0].request.scheme"},
		"an unknown field beside": {`"extra"`, `"more"`, diag.UnknownField, "[0].more"},
		"a key in another case":   {`"token"`, `"Token"`, diag.UnknownField, "[0].request.Token"},
		"a key twice":             {`"host": "h"`, `"host": "h", "host": "i"`, diag.DuplicateKey, ""},
		"a number for a scheme":   {`"xForwardedProto": null`, `"xForwardedProto": 1`, diag.WrongType, "[0].request.xForwardedProto"},
		"a text for claims":       {`"jwt": null`, `"jwt": "x"`, diag.WrongType, "[0].request.jwt"},
		"a list for an answer":    {`"tokeninfo": null`, `"tokeninfo": []`, diag.WrongType, "[0].request.tokeninfo"},
		"a number for a token":    {`"t"`, "7", diag.WrongType, "[0].request.token"},
		"an object for a header":  {`"authorization": null`, `"authorization": {}`, diag.WrongType, "[0].request.authorization"},
		"a list for an origin":    {`"origin": ""`, `"origin": []`, diag.WrongType, "[0].request.origin"},
	} {
		text := strings.Replace(row, c.from, c.to, 1)
		got, found := ReadFabric("r.json", []byte(text))
		if text == row || got != nil || len(found) == 0 || found[0].Code != c.code || found[0].At.Path != c.path {
			t.Errorf("%s: %v, want %s at %q", name, found, c.code, c.path)
		}
	}
}

// TestIsFabric distinguishes the two kinds of lists by their scheme.
func TestIsFabric(t *testing.T) {
	if IsFabric([]byte("["+goodRow+"]")) || !IsFabric([]byte(`[{"request": {"xForwardedProto": null}}]`)) {
		t.Error("the kinds of lists are confused")
	}
}

// deciding passes GET of https and of a token, and denies all else.
func deciding(r *simulate.Request) simulate.Decision {
	if r.Method == "GET" && r.Token.Kind != "" {
		return simulate.Decision{Status: 200, Upstream: "http://s.ns:80", Next: &simulate.Request{}}
	}
	return simulate.Decision{Status: 404, Cause: simulate.NoRoute, Upstream: "http://unused:80"}
}

// cases returns the tests of a file as texts: name, decision, status and upstream.
func boundaryCases(t *testing.T, entries []simulate.Entry) []string {
	t.Helper()
	f := file(t, string(manifest.AppendYAMLValue(nil, Boundary(entries, deciding))))
	read, found := Read(f)
	if len(found) > 0 {
		t.Fatal(found)
	}
	var out []string
	for i := range read {
		c := &read[i]
		out = append(out, c.Name+": "+c.Expect.Decision+" "+c.Expect.Upstream)
		d := deciding(c.Request)
		if o := c.Judge(&d); !o.Passed() {
			t.Errorf("%s: %v", c.Name, o.Failures)
		}
	}
	return out
}

// TestBoundary writes the requests around each entry, as they are decided.
func TestBoundary(t *testing.T) {
	exact := func(text string) pathlang.Path { return pathlang.Path{Lang: pathlang.Exact, Text: text} }
	set := match.Set{Hosts: []string{"a.test"}, Methods: []string{"GET"}, Path: exact("/x")}
	jwt := simulate.Token{Kind: "jwt", Claims: map[string]any{"scope": "r"}, Via: simulate.Via{In: "cookie", Name: "c"}}
	opaque := simulate.Token{Kind: "opaque", Prefix: "p", Introspection: map[string]any{"scope": "r"}, Via: simulate.Via{In: "header", Name: "H"}}
	const none = "GET https://a.test/x without a token: deny "
	for name, c := range map[string]struct {
		entries []simulate.Entry
		want    []string
	}{
		"nothing": {},
		"a method, and the path beside it": {
			[]simulate.Entry{{Set: set}},
			[]string{none, "POST https://a.test/x without a token: deny ", "GET https://a.test/x/beside without a token: deny "},
		},
		"one entry twice": {
			[]simulate.Entry{{Set: set}, {Set: set}},
			[]string{none, "POST https://a.test/x without a token: deny ", "GET https://a.test/x/beside without a token: deny "},
		},
		"all methods": {
			[]simulate.Entry{{Set: match.Set{Hosts: []string{"a.test"}, Methods: []string{"DELETE", "POST", "GET"}, Path: exact("/x")}}},
			[]string{"DELETE https://a.test/x without a token: deny ", "DELETE https://a.test/x/beside without a token: deny "},
		},
		"tokens that it admits": {
			[]simulate.Entry{{Set: set, Admits: []simulate.Admission{{}, {Token: jwt}, {Token: opaque}}}},
			[]string{
				none, "GET https://a.test/x with a JWT: allow http://s.ns:80", "GET https://a.test/x with an opaque token: allow http://s.ns:80",
				"POST https://a.test/x without a token: deny ", "GET https://a.test/x/beside without a token: deny ",
			},
		},
		"one scheme": {
			[]simulate.Entry{{Set: match.Set{Hosts: []string{"a.test"}, Schemes: []string{"http"}, Methods: []string{"GET"}, Path: exact("/x")}}},
			[]string{"GET http://a.test/x without a token: deny ", "POST http://a.test/x without a token: deny ", "GET http://a.test/x/beside without a token: deny "},
		},
		"paths that an earlier entry has": {
			[]simulate.Entry{
				{Set: set, Group: "g", Exact: true},
				{Set: match.Set{Hosts: []string{"a.test"}, Methods: []string{"GET"}, Path: pathlang.Path{Lang: pathlang.Regex, Text: "/x|/y"}}, Group: "g", Exact: true},
			},
			[]string{
				none, "POST https://a.test/x without a token: deny ", "GET https://a.test/x/beside without a token: deny ",
				"GET https://a.test/y without a token: deny ", "POST https://a.test/y without a token: deny ", "GET https://a.test/y/beside without a token: deny ",
			},
		},
	} {
		if diff := cmp.Diff(c.want, boundaryCases(t, c.entries)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestBoundaryTokens writes tokens so that they are read again as they were.
func TestBoundaryTokens(t *testing.T) {
	for _, token := range []simulate.Token{
		{Kind: "jwt"},
		{Kind: "jwt", Claims: map[string]any{"sub": "s", "scp": []any{"a", "b"}}},
		{Kind: "opaque", Prefix: "ory_at", Introspection: map[string]any{"active": true}},
		{Kind: "opaque", Via: simulate.Via{In: "header", Name: "Authorization", Scheme: "Token"}},
		{Kind: "opaque", Via: simulate.Via{In: "query", Name: "q"}},
	} {
		entry := simulate.Entry{Set: match.Set{Hosts: []string{"a.test"}, Methods: []string{"GET"}, Path: pathlang.Path{Lang: pathlang.Exact, Text: "/x"}}, Admits: []simulate.Admission{{Token: token}}}
		read, found := Read(file(t, string(manifest.AppendYAMLValue(nil, Boundary([]simulate.Entry{entry}, deciding)))))
		if len(found) > 0 || len(read) < 2 {
			t.Fatal(found, len(read))
		}
		if diff := cmp.Diff(token, read[1].Request.Token, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%+v: %s", token, diff)
		}
	}
}
