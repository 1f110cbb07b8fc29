package testfile

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/report/reporttest"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

const goodRow = `{"request": {"method": "GET", "scheme": "https", "host": "a", "path": "/x?y", "headers": {"B": "2", "A": "1"}, "token": {"kind": "jwt", "valid": "expired", "claims": {"n": 1}, "via": {"in": "cookie", "name": "c"}}}, "observed": {"anything": []}, "extra": 1}`

func TestReadRequests(t *testing.T) {
	got, found := ReadRequests("r.json", []byte("["+goodRow+"]"))
	want := []simulate.Request{{
		Method: "GET", Scheme: "https", Host: "a", Target: "/x?y", Headers: []simulate.Header{{Name: "A", Value: "1"}, {Name: "B", Value: "2"}},
		Token: simulate.Token{Kind: "jwt", Valid: "expired", Claims: map[string]any{"n": 1.0}, Via: simulate.Via{In: "cookie", Name: "c"}},
	}}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(simulate.Request{})); diff != "" || len(found) > 0 {
		t.Error(diff, found)
	}
}

// TestBadRequests finds fault with lists, with places.
func TestBadRequests(t *testing.T) {
	row := func(from, to string) string { return "[\n" + strings.Replace(goodRow, from, to, 1) + "]" }
	for name, c := range map[string]struct {
		text string
		code diag.Code
		path string
	}{
		"not JSON":       {"[", diag.Syntax, ""},
		"no list":        {goodRow, diag.WrongType, ""},
		"behind":         {"[] []", diag.Syntax, ""},
		"unknown field":  {row(`"host"`, `"hosts": 1, "host"`), diag.UnknownField, "[0].request.hosts"},
		"missing":        {row(`"method": "GET", `, ""), diag.MissingField, "[0].request.method"},
		"type":           {row(`"/x?y"`, "7"), diag.WrongType, "[0].request.path"},
		"scheme":         {row("https", "ftp"), diag.NotAllowed, "[0].request.scheme"},
		"kind":           {row(`"jwt"`, `"saml"`), diag.NotAllowed, "[0].request.token.kind"},
		"validity":       {row("expired", "broken"), diag.NotAllowed, "[0].request.token.valid"},
		"place":          {row(`"cookie"`, `"body"`), diag.NotAllowed, "[0].request.token.via.in"},
		"unknown in row": {row(`"extra"`, `"more"`), diag.UnknownField, "[0].more"},
		"null":           {"null", diag.WrongType, ""},
		"no path":        {row(`"path": "/x?y", `, ""), diag.MissingField, "[0].request.path"},
		"a key twice":    {row(`"host"`, `"host": "b", "host"`), diag.DuplicateKey, ""},
		"another case":   {row(`"host"`, `"Host"`), diag.UnknownField, "[0].request.Host"},
		"no such state":  {row("expired", "inactive"), diag.NotAllowed, "[0].request.token.valid"},
		"no name":        {row(`, "name": "c"`, ""), diag.MissingField, "[0].request.token.via"},
	} {
		got, found := ReadRequests("r.json", []byte(c.text))
		if got != nil || len(found) == 0 || found[0].Code != c.code || found[0].At.Path != c.path {
			t.Errorf("%s: %v, want %s at %q", name, found, c.code, c.path)
		}
	}
}

func file(t *testing.T, text string) *source.File {
	t.Helper()
	f, problem := source.NewFile("x.kgw-test.yaml", []byte(text))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	return f
}

const testHead = "apiVersion: kgw.dev/v1alpha1\nkind: Test\ntests:\n"

func TestRead(t *testing.T) {
	cases, found := Read(file(t, testHead+
		"- request: {method: GET, url: 'https://a:1/p?q#no', headers: {B: '2', A: '1'}, token: {kind: opaque, introspection: {count: 1, l: [x]}, via: {in: header, name: H}}}\n"+
		"  expect: {decision: deny, status: 0, rule: r, upstream: u, headers: {X-A: v, X-B: null}}\n"+
		"- {name: named, forAll: {host: A.test, path: '/x/{**}', methods: [GET]}, never: {reachableWithout: [jwt, extAuth]}}\n"))
	if len(found) > 0 || len(cases) != 2 {
		t.Fatal(found)
	}
	r := cases[0].Request
	if r.Host != "a:1" || r.Target != "/p?q" || r.Token.Introspection["count"] != 1.0 || r.Headers[0].Name != "A" || cases[0].Name != "GET https://a:1/p?q#no" {
		t.Errorf("%+v", cases[0])
	}
	e := cases[0].Expect
	if *e.Status != 0 || e.Decision != "deny" || *e.Headers["x-a"] != "v" || e.Headers["x-b"] != nil || len(e.Headers) != 2 {
		t.Errorf("%+v", e)
	}
	want := &match.Set{Hosts: []string{"a.test"}, Methods: []string{"GET"}, Path: pathlang.Path{Lang: pathlang.Template, Text: "/x/{**}"}, View: match.RawPath}
	if diff := cmp.Diff(want, cases[1].All); diff != "" || len(cases[1].Without) != 2 {
		t.Error(diff)
	}
}

// TestReadFaults leaves out what is at fault and keeps the rest.
func TestReadFaults(t *testing.T) {
	for text, code := range map[string]diag.Code{
		"- {request: {method: GET, url: nowhere}, expect: {}}\n":                                           diag.BadFormat,
		"- {request: {method: GET, url: 'http://a'}}\n":                                                    diag.NotExactlyOne,
		"- {request: {method: GET, url: 'http://a'}, expect: {}, forAll: {host: a, path: /}}\n":            diag.NotExactlyOne,
		"- {request: {method: GET, url: 'http://a'}, expect: {decision: maybe}}\n":                         diag.NotAllowed,
		"- {request: {method: GET, url: 'http://a'}, expect: {status: 1000}}\n":                            diag.OutOfRange,
		"- {forAll: {host: a, path: '/('}, never: {reachableWithout: [jwt]}}\n":                            diag.BadFormat,
		"- {forAll: {host: a, path: '/'}, never: {reachableWithout: []}}\n":                                diag.BadLength,
		"- {forAll: {host: '', path: '/'}, never: {reachableWithout: [jwt]}}\n":                            diag.BadFormat,
		"- {forAll: {host: 'a.*.b', path: '/'}, never: {reachableWithout: [jwt]}}\n":                       diag.BadFormat,
		"- {forAll: {host: a, path: 'items/.*'}, never: {reachableWithout: [jwt]}}\n":                      diag.BadFormat,
		"- {forAll: {host: a, path: '/', methods: []}, never: {reachableWithout: [jwt]}}\n":                diag.BadLength,
		"- {forAll: {host: a, path: '/'}, never: {reachableWithout: [jwtt]}}\n":                            diag.BadFormat,
		"- {request: {method: GET, url: 'http://a', token: {kind: jwt, valid: inactive}}, expect: {}}\n":   diag.NotAllowed,
		"- {request: {method: GET, url: 'http://a', token: {kind: jwt, via: {in: cookie}}}, expect: {}}\n": diag.MissingField,
		"- {request: {method: GET, url: 'http://a'}, expect: {}, note: x}\n":                               diag.UnknownField,
		"- {request: {method: GET, url: 'http://a', token: {kind: jwt, valid: no}}, expect: {}}\n":         diag.NotAllowed,
	} {
		cases, found := Read(file(t, testHead+text))
		if len(cases) != 0 || len(found) == 0 || found[0].Code != code {
			t.Errorf("%s gives %v, want %s", text, found, code)
		}
	}
}

// TestJudge holds expectations to decisions.
func TestJudge(t *testing.T) {
	passed := simulate.Decision{
		Status: 200, Route: "ns/vs http[0]", Rule: "rule.ns", Upstream: "http://s.ns.svc.cluster.local:80",
		Next: &simulate.Request{Headers: []simulate.Header{{Name: "X-A", Value: "1"}}},
	}
	denied := simulate.Decision{Status: 403, Cause: simulate.Denied, Reason: "because"}
	one, two := "1", "2"
	status := func(n int64) *int64 { return &n }
	for name, c := range map[string]struct {
		expect   Expectation
		decision *simulate.Decision
		failures int
	}{
		"nothing":        {Expectation{}, &denied, 0},
		"all":            {Expectation{Decision: "allow", Status: status(200), Rule: "rule", Upstream: "s.ns", Headers: map[string]*string{"x-a": &one, "x-b": nil}}, &passed, 0},
		"whole rule":     {Expectation{Rule: "rule.ns"}, &passed, 0},
		"route":          {Expectation{Rule: "ns/vs http[0]"}, &passed, 0},
		"object":         {Expectation{Rule: "ns/vs"}, &passed, 0},
		"name":           {Expectation{Rule: "vs"}, &passed, 0},
		"whole URL":      {Expectation{Upstream: "http://s.ns.svc"}, &passed, 0},
		"other rule":     {Expectation{Rule: "ru"}, &passed, 1},
		"no rule":        {Expectation{Rule: "x"}, &denied, 2}, // and the reason
		"other decision": {Expectation{Decision: "allow"}, &denied, 2},
		"other status":   {Expectation{Status: status(404)}, &passed, 1},
		"other upstream": {Expectation{Upstream: "t"}, &passed, 1},
		"headers":        {Expectation{Headers: map[string]*string{"x-a": &two, "x-b": &one}}, &passed, 2},
		"not absent":     {Expectation{Headers: map[string]*string{"x-a": nil}}, &passed, 1},
	} {
		o := (&Case{Expect: c.expect}).Judge(c.decision)
		if len(o.Failures) != c.failures || o.Passed() != (c.failures == 0) {
			t.Errorf("%s: %v", name, o.Failures)
		}
	}
}

// TestReports holds every format to what it promises to its readers.
func TestReports(t *testing.T) {
	f := file(t, testHead+"- {name: 'a, b: #1', request: {method: GET, url: 'http://a'}, expect: {status: 1}}\n- {name: good, request: {method: GET, url: 'http://a'}, expect: {}}\n")
	cases, found := Read(f)
	if len(found) > 0 {
		t.Fatal(found)
	}
	r := &Report{Coverage: &Coverage{Total: 3, Untouched: []Untouched{{Name: "r", At: cases[0].At}}}}
	for i := range cases {
		r.Outcomes = append(r.Outcomes, cases[i].Judge(&simulate.Decision{Status: 404, Cause: simulate.NoRule, Reason: "no\nrule"}))
	}
	out := map[string]string{}
	for name, render := range Renderers {
		var b bytes.Buffer
		if err := render(&b, r); err != nil {
			t.Fatal(err)
		}
		out[name] = b.String()
	}
	for name, want := range map[string]string{
		"text":   "x.kgw-test.yaml:4: FAIL: a, b: #1\n    the status is 404, not 1\n    no\\nrule\n\nx.kgw-test.yaml:4: no test touches r\n67% of 3 routes and rules touched\n2 tests, 1 failed\n",
		"tap":    "TAP version 13\n1..2\nnot ok 1 - a, b: \\#1\n# the status is 404, not 1\n# no\\nrule\nok 2 - good\n",
		"github": "::error file=x.kgw-test.yaml,line=4,col=4,title=a%2C b%3A #1::the status is 404, not 1%0Ano%0Arule\n",
	} {
		if diff := cmp.Diff(want, out[name]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if got := reporttest.JUnit(t, out["junit"]); got.Tests != 2 || got.Failures != 1 || len(got.Suites) != 1 || got.Suites[0].Name != "x.kgw-test.yaml" ||
		got.Suites[0].Cases[0].Line != 4 || got.Suites[0].Cases[0].Failure.Text != "the status is 404, not 1\nno\\nrule" {
		t.Errorf("%+v", got)
	}
	var data struct {
		Summary  struct{ Tests, Passed, Failed int }
		Coverage struct{ Untouched []struct{ Line int } }
	}
	if err := json.Unmarshal([]byte(out["json"]), &data); err != nil || data.Summary.Failed != 1 || data.Coverage.Untouched[0].Line != 4 {
		t.Errorf("%v %+v", err, data)
	}
}

// TestWords reads words as text that only kubectl reads as booleans, without a
// word about it.
func TestWords(t *testing.T) {
	cases, found := Read(file(t, testHead+"- {name: n, request: {method: GET, url: 'http://a', headers: {X: yes}}, expect: {status: 200}}\n"))
	if len(found) > 0 || len(cases) != 1 || cases[0].Name != "n" || cases[0].Request.Headers[0].Value != "yes" {
		t.Errorf("%+v %v", cases, found)
	}
}

// TestMask: a test without a name has that of its URL, which may hold a secret. The
// case itself keeps it.
func TestMask(t *testing.T) {
	c := &Case{Name: "GET https://a?token=x"}
	r := &Report{Outcomes: []*Outcome{{Case: c, Failures: []string{"token=x"}}}}
	r.Mask(func(s string) string { return strings.ReplaceAll(s, "x", "***") })
	if o := r.Outcomes[0]; o.Case.Name != "GET https://a?token=***" || o.Failures[0] != "token=***" || c.Name != "GET https://a?token=x" {
		t.Errorf("got %q %q, the case %q", o.Case.Name, o.Failures, c.Name)
	}
}
