package testfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Kind and Suffixes identify test files.
const Kind = "Test"

// Suffixes are the ends of the names of test files.
var Suffixes = []string{".kgw-test.yaml", ".kgw-test.yml", ".kgw-test.json"}

// IsName reports whether a file holds tests.
func IsName(name string) bool {
	for _, s := range Suffixes {
		if strings.HasSuffix(name, s) {
			return true
		}
	}
	return false
}

// Case is one test: a request and what is expected of the answer, or a
// statement about all requests of a set.
type Case struct {
	Name string
	At   source.Ref
	// Request and Expect are those of a test of one request.
	Request *simulate.Request
	Expect  Expectation
	// Repeat is how often the request is sent in one period of rate limits: what
	// is expected is expected of the last answer. 0 is once.
	Repeat int
	// All and Without are those of a statement: never is one of All reachable
	// without one of the proofs.
	All     *match.Set
	Without []string
}

// Expectation is what an answer must have; fields that are not set are not
// looked at.
type Expectation struct {
	// Decision is "allow", "deny" or "answer".
	Decision string
	Status   *int64
	Rule     string
	Upstream string
	// Headers are those that the upstream gets; a nil value must be absent.
	Headers map[string]*string
	// ResponseHeaders are those that the client gets, likewise.
	ResponseHeaders map[string]*string
}

var requestType = object("A request and its caller.",
	required("method", &shape.Type{Kind: shape.String, MinLen: 1, Doc: "Method."}),
	required("url", &shape.Type{
		Kind: shape.String, Doc: "URL; the path is sent as it is written.",
		Pattern: &shape.Pattern{Expr: `^https?://[^/?#]+`, Means: "an absolute URL, such as https://shop.example.com/orders"},
	}),
	field("headers", textMap("Headers.")),
	field("from", &shape.Type{
		Kind: shape.String, Doc: "Who sends it: outside (the default), or NAMESPACE/SERVICEACCOUNT of a workload in the mesh, which sends it to the Service that the URL names.",
		Pattern: &shape.Pattern{Expr: `^(outside|[^/]+/[^/]+)$`, Means: "outside, or a namespace and a service account, such as shop/default"},
	}),
	field("repeat", &shape.Type{Kind: shape.Integer, Min: shape.Int(1), Max: shape.Int(maxRepeat), Doc: "How often it is sent in one period of rate limits; what is expected is expected of the last answer."}),
	field("sourceIP", text("Address that it comes from. Absent: what depends on it is not known.")),
	field("gateway", text("Gateway that it comes to, as NAMESPACE/NAME, where several serve the host.")),
	field("answers", answersType),
	field("token", tokenType))

var expectType = object("What is expected of the answer. What is absent is not looked at.",
	field("decision", choice("allow: it reaches an upstream; answer: the proxy answers itself; deny: anything else.", "allow", "deny", "answer")),
	field("status", &shape.Type{Kind: shape.Integer, Min: shape.Int(0), Max: shape.Int(599), Doc: "Status that the client gets; 200 where an upstream answers, 0 for a closed connection."}),
	field("rule", text("Oathkeeper rule or route that matches the request: its whole name, or the name of the object alone.")),
	field("upstream", text("Service, host or URL that the request reaches, or the beginning of it.")),
	field("headers", &shape.Type{Kind: shape.Map, Elem: &shape.Type{Kind: shape.String, Nullable: true}, Doc: "Headers that the upstream gets; null: it does not get it."}),
	field("responseHeaders", &shape.Type{Kind: shape.Map, Elem: &shape.Type{Kind: shape.String, Nullable: true}, Doc: "Headers that proxies set in the answer, such as Access-Control-Allow-Origin, Retry-After and Location; null: none of them does."}))

// maxRepeat bounds how often a request is sent.
const maxRepeat = 10000

var forAllType = object("A set of requests.",
	required("host", &shape.Type{Kind: shape.String, Doc: "Host, or a wildcard such as *.example.com.", Pattern: &shape.Pattern{
		Expr: `^(\*|(\*\.)?[A-Za-z0-9_]([-A-Za-z0-9_.]*[A-Za-z0-9_])?)(:[0-9]+)?$`, Means: "a host, or a wildcard such as *.example.com",
	}}),
	required("path", text("Paths: a template with {*} for a segment and {**} for any rest, or a regular expression over the whole path.")),
	field("methods", &shape.Type{Kind: shape.List, MinLen: 1, Doc: "Methods; absent: all.", Elem: &shape.Type{Kind: shape.String, MinLen: 1}}))

var neverType = object("What never happens to one of them.",
	required("reachableWithout", &shape.Type{
		Kind: shape.List, MinLen: 1, Doc: "Proofs of which the caller must have brought one: names of authenticators such as jwt and oauth2_introspection, jwt for a token that a policy demands, extAuth or extAuth:NAME for an external authorizer, tokeninfo for a token that Skipper looks up.",
		Elem: &shape.Type{Kind: shape.String, Pattern: &shape.Pattern{
			Expr:  `^(jwt|oauth2_introspection|oauth2_client_credentials|bearer_token|cookie_session|anonymous|noop|unauthorized|extAuth(:.+)?|tokeninfo|tokenintrospection|oidc|oauthGrant|basicAuth|webhook|opaAuthorizeRequest.*)$`,
			Means: "a proof that some engine asks for, such as jwt, oauth2_introspection, extAuth or tokeninfo",
		}},
	}))

var testType = object("One test: request with expect, or forAll with never.",
	field("name", text("Name of the test.")),
	field("request", requestType), field("expect", expectType),
	field("forAll", forAllType), field("never", neverType))

// Type describes a test file.
var Type = &shape.Type{Kind: shape.Object, Doc: "Tests of what gateways do with requests.", Fields: []shape.Field{
	required("apiVersion", choice("Version of the format.", config.APIVersion)),
	required("kind", choice("Kind.", Kind)),
	field("metadata", &shape.Type{Kind: shape.Map, Elem: anything, Doc: "Name and annotations."}),
	required("tests", &shape.Type{Kind: shape.List, Doc: "The tests.", Elem: testType}),
}}

// Read reads the tests of a file. A test that is at fault is left out.
func Read(f *source.File) ([]Case, diag.List) {
	docs, problems := source.Split(f)
	var found diag.List
	var out []Case
	for _, d := range docs {
		root, more := d.Parse()
		problems = append(problems, slices.DeleteFunc(more, isWord)...)
		if root == nil {
			continue
		}
		source.ReadWordsAsText(root)
		wrong := Type.Check(root, source.Ref{Doc: d})
		found = append(found, wrong...)
		if len(wrong) > 0 {
			continue
		}
		for i, n := range source.Elements(source.Field(root, "tests")) {
			c, wrong := readCase(n, source.Ref{Doc: d, Path: source.JoinIndex("tests", i)})
			if found = append(found, wrong...); len(wrong) == 0 {
				out = append(out, c)
			}
		}
	}
	return out, found.WithProblems(problems)
}

// isWord reports whether a problem is about a word such as n or yes, which only
// kubectl reads as a boolean: only kgw reads tests.
func isWord(p source.Problem) bool {
	return p.Kind == source.Ambiguous && strings.Contains(p.Message, "a boolean to YAML 1.1")
}

func readCase(n *source.Node, at source.Ref) (Case, diag.List) {
	c := Case{Name: source.Text(source.Field(n, "name")), At: at}
	var found diag.List
	request, all := source.Field(n, "request"), source.Field(n, "forAll")
	expect, never := source.Field(n, "expect"), source.Field(n, "never")
	switch {
	case request != nil && expect != nil && all == nil && never == nil:
		c.Request, c.Repeat = readRequest(request), int(source.Int(source.Field(request, "repeat")))
		found = append(found, tokenFaults(source.Field(request, "token"), at.At("request", "token"))...)
		c.Expect = readExpectation(expect)
		if c.Name == "" {
			c.Name = fmt.Sprintf("%s %s", c.Request.Method, source.Text(source.Field(request, "url")))
		}
	case all != nil && never != nil && request == nil && expect == nil:
		c.Without = source.Texts(source.Field(never, "reachableWithout"))
		set, err := readSet(all)
		if err != nil {
			found.Add(diag.Finding{Code: diag.BadFormat, At: at.At("forAll", "path"), Message: err.Error(), Help: "write a template such as /admin/{**}, or an RE2 expression"})
		}
		c.All = set
		if c.Name == "" {
			c.Name = fmt.Sprintf("%s%s never without %s", source.Text(source.Field(all, "host")), source.Text(source.Field(all, "path")), strings.Join(c.Without, ", "))
		}
	default:
		found.Add(diag.Finding{
			Code: diag.NotExactlyOne, At: at, Message: "a test has a request and what to expect, or forAll and never",
			Help: "set request and expect, or forAll and never",
		})
	}
	return c, found
}

func readRequest(n *source.Node) *simulate.Request {
	address := source.Text(source.Field(n, "url"))
	scheme, rest, _ := strings.Cut(address, "://")
	rest, _, _ = strings.Cut(rest, "#")
	host, target := rest, "/"
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		host, target = rest[:i], rest[i:]
	}
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	r := &simulate.Request{Method: source.Text(source.Field(n, "method")), Scheme: scheme, Host: host, Target: target, Token: readToken(source.Field(n, "token"))}
	r.SourceIP, r.Gateway = source.Text(source.Field(n, "sourceIP")), source.Text(source.Field(n, "gateway"))
	r.From(source.Text(source.Field(n, "from")))
	r.Answers = readAnswers(source.Field(n, "answers"))
	headers := source.TextMap(source.Field(n, "headers"))
	for _, k := range keys(headers) {
		r.Headers = append(r.Headers, simulate.Header{Name: k, Value: headers[k]})
	}
	return r
}

func readToken(n *source.Node) simulate.Token {
	get := func(key string) string { return source.Text(source.Field(n, key)) }
	via := source.Field(n, "via")
	return simulate.Token{
		Kind: get("kind"), Value: get("value"), Valid: get("valid"), Key: get("key"), Prefix: get("prefix"),
		Claims: plainMap(source.Field(n, "claims")), Introspection: plainMap(source.Field(n, "introspection")),
		Tokeninfo: plainMap(source.Field(n, "tokeninfo")), Session: readSession(source.Field(n, "session")),
		Via: simulate.Via{In: source.Text(source.Field(via, "in")), Name: source.Text(source.Field(via, "name")), Scheme: source.Text(source.Field(via, "scheme"))},
	}
}

func readSession(n *source.Node) *simulate.Session {
	if n == nil {
		return nil
	}
	return &simulate.Session{Status: int(source.Int(source.Field(n, "status"))), Subject: source.Text(source.Field(n, "subject")), Extra: plainMap(source.Field(n, "extra"))}
}

// readAnswers reads statuses by name; nil without any.
func readAnswers(n *source.Node) map[string]int {
	var out map[string]int
	for _, k := range source.Keys(n) {
		if out == nil {
			out = map[string]int{}
		}
		out[k] = int(source.Int(source.Field(n, k)))
	}
	return out
}

// plainMap returns a mapping as encoding/json does.
func plainMap(n *source.Node) map[string]any {
	if n == nil {
		return nil
	}
	m, _ := source.Plain(source.Value(n), float).(map[string]any)
	return m
}

// float is a Number as encoding/json has it.
func float(text source.Number) any {
	var f float64
	_, _ = fmt.Sscan(string(text), &f)
	return f
}

func readExpectation(n *source.Node) Expectation {
	e := Expectation{Decision: source.Text(source.Field(n, "decision")), Rule: source.Text(source.Field(n, "rule")), Upstream: source.Text(source.Field(n, "upstream"))}
	if s := source.Field(n, "status"); s != nil {
		status := source.Int(s)
		e.Status = &status
	}
	e.Headers, e.ResponseHeaders = expectedHeaders(source.Field(n, "headers")), expectedHeaders(source.Field(n, "responseHeaders"))
	return e
}

// expectedHeaders reads headers by lower-case name; null is one that must be
// absent.
func expectedHeaders(n *source.Node) map[string]*string {
	var out map[string]*string
	for _, k := range source.Keys(n) {
		if out == nil {
			out = map[string]*string{}
		}
		v := source.Field(n, k)
		if out[strings.ToLower(k)] = nil; v.Tag != "!!null" {
			value := source.Text(v)
			out[strings.ToLower(k)] = &value
		}
	}
	return out
}

// anyPath bounds the states of the question whether a statement is about some
// path. A statement beyond the bound counts as one.
const anyPath match.Budget = 2_000

func readSet(n *source.Node) (*match.Set, error) {
	path := pathlang.Path{Lang: pathlang.Regex, Text: source.Text(source.Field(n, "path"))}
	if strings.Contains(path.Text, "{*") || path.Text == "/*" {
		path.Lang = pathlang.Template
	}
	set := &match.Set{Hosts: []string{strings.ToLower(source.Text(source.Field(n, "host")))}, Methods: source.Texts(source.Field(n, "methods")), Path: path, View: match.RawPath}
	if reason, refused := pathlang.RefusedBy(path, pathlang.RE2Istio); refused {
		return set, fmt.Errorf("the path %q is not an expression: %s", path.Text, reason)
	}
	absolute := match.Compile(match.Set{Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}})
	if r := match.Compile(match.Set{Path: path, View: match.RawPath}).Relate(absolute, anyPath); r.Kind == match.Disjoint {
		return set, fmt.Errorf("the path %q matches no path: paths begin with /", path.Text)
	}
	return set, nil
}
