package secret_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
)

func TestValuePrintsHidden(t *testing.T) {
	v := secret.Value("canary")
	var out []string
	for _, verb := range []string{"%s", "%v", "%+v", "%#v", "%q", "%x", "%d", "%T %s"} {
		args := []any{v}
		if strings.HasPrefix(verb, "%T") {
			args = append(args, v)
		}
		out = append(out, fmt.Sprintf(verb, args...))
	}
	asJSON, err := json.Marshal(map[string]any{"a": v, "b": []secret.Value{v}})
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := yaml.Marshal(map[string]any{"a": v})
	if err != nil {
		t.Fatal(err)
	}
	out = append(out, string(asJSON), string(asYAML), fmt.Sprint(struct{ V secret.Value }{v}))
	for _, s := range out {
		if strings.Contains(s, "canary") || strings.Contains(s, "63616e617279") || !strings.Contains(s, "***") {
			t.Errorf("prints %q", s)
		}
	}
	if v.Reveal() != "canary" {
		t.Error("the text is lost")
	}
}

func TestKey(t *testing.T) {
	for name, want := range map[string]bool{
		"client_secret": true, "clientSecret": true, "password": true, "X-Api-Key": true, "apiKey": true, "Authorization": true, "Proxy-Authorization": true,
		"X-Internal-Auth": true, "cookies": true, "introspection_request_headers": true, "example.com/api-token": true, "Ocp-Apim-Subscription-Key": true, "CLIENT_SECRET": true,
		"secretName": false, "token_from": false, "forwardOriginalToken": false, "pre_authorization": false, "extAuth": false, "key": false, "jwks_urls": false,
		"credentialName": false, "allowCredentials": false, "bearer_token": false, "token_url": false, "authorizer": false, "": false,
	} {
		if got := secret.Key(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"https://me:pw@a.test/x":                  "https://***@a.test/x",
		"https://token@a.test/x":                  "https://***@a.test/x",
		"https://me:p/w@a.test/x":                 "https://***@a.test/x",
		"https://a.test:443/@scope/x":             "https://a.test:443/@scope/x",
		"https://a.test/x?a=1&access_token=t0k":   "https://a.test/x?a=1&access_token=***",
		"https://a.test/x?code=abc#f":             "https://a.test/x?code=***#f",
		"Bearer abc.def":                          "Bearer ***",
		"bearer tokens and basic authentication":  "bearer tokens and basic authentication",
		"Basic dXNlcjpwYXNz":                      "Basic ***",
		`send "Authorization: Bearer"`:            `send "Authorization: Bearer"`,
		"Authorization: Basic abc":                "Authorization: Basic ***",
		"Authorization: abc":                      "Authorization: ***",
		"Bearer {{ print .Subject }}":             "Bearer {{ print .Subject }}",
		"eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.sig": "***",
		`client_secret: "a b" # c`:                `client_secret: *** # c`,
		`{"token": "x", "y": 1}`:                  `{"token": ***, "y": 1}`,
		"refuses the token: it lacks the scope":   "refuses the token: it lacks the scope",
		"password=x1":                             "password=***",
		"password:x1":                             "password:***",
		"the scopes tokens:read, secrets:write":   "the scopes tokens:read, secrets:write",
		"jwt(scope tokens:read+tokens:write)":     "jwt(scope tokens:read+tokens:write)",
		"tokens:read+s3cret":                      "tokens:***",
		"token: read":                             "token: ***",
		"token=write":                             "token=***",
		"a plain sentence":                        "a plain sentence",
		"<http|https>://a.test<.*>":               "<http|https>://a.test<.*>",
	} {
		if got := secret.Text(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestObject(t *testing.T) {
	var in map[string]any
	text := `{"kind": "Secret", "data": {"a": "x"}, "stringData": {"b": ["y", 1]}, "spec": {"password": {"in": {"a": "map"}}, "tokens": [{"a": "z"}], "headers": {"Authorization": "q"},
		"cookies": {"a": "c", "b": "{{ print .Subject }}"}, "number": 7, "secret": 12, "on": true}}`
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(secret.Object(in))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"data":{"a":"***"},"kind":"Secret","spec":{"cookies":{"a":"***","b":"{{ print .Subject }}"},"headers":{"Authorization":"***"},"number":7,"on":true,` +
		`"password":"***","secret":"***","tokens":[{"a":"***"}]},"stringData":{"b":["***","***"]}}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestLines masks by place: of the lines of a file, what is a secret, and as
// much more as is not clear.
func TestLines(t *testing.T) {
	for in, want := range map[string]string{
		"a: {password: abc, b: c}":                                           "a: {password: ***, b: c}",
		"password: 'a''b' # old: x":                                          "password: *** ***",
		"password: [a, {b: c}]\nx: 1":                                        "password: [***, {***: ***}]\nx: 1",
		"password: |\n  one\n  two\nx: 1":                                    "password: ***\n***\n***\nx: 1",
		"password: \"one\n  two\"\nx: 1":                                     "password: ***\n***\nx: 1",
		"{password: \"one\n  two\", x: 1}":                                   "{password: ***\n***",
		"password: one\n  two\nx: 1":                                         "password: ***\n***\nx: 1",
		"password: &a abc\nother: *a":                                        "password: ***\nother: *a",
		"other: &a abcdefgh\npassword: *a":                                   "other: ***\npassword: ***",
		"password: !!str abc\nx: 1":                                          "password: ***\nx: 1",
		"password:\n  abc\nx: 1":                                             "password:\n  ***\nx: 1",
		"password: \"abc\nx: 1":                                              "***\n***",
		"x: [\npassword: abc\ny: 1":                                          "x: [\n***\ny: 1",
		"x: [\npassword:\n  abc\ny: 1":                                       "x: [\n***\n***\ny: 1",
		"x: [\n\tpassword: abc":                                              "x: [\n***",
		"kind: Secret\ndata:\n  a: x\n b: [":                                 "kind: Secret\n***\n***\n***",
		"url: https://a:b@c.test":                                            "url: https://***@c.test",
		"kind: Secret\ndata: {a: x}":                                         "kind: Secret\ndata: {a: ***}",
		"kind: List\nitems:\n- kind: Secret\n  data: {a: x}\n- data: {a: x}": "kind: List\nitems:\n- kind: Secret\n  data: {a: ***}\n- data: {a: x}",
		"password: {secretKeyRef: {name: s, key: k}}":                        "password: {secretKeyRef: {name: ***, key: ***}}",
		"prefix: Bearer\ntoken_from: {cookie: session}":                      "prefix: Bearer\ntoken_from: {cookie: session}",
	} {
		f, problem := source.NewFile("a.yaml", []byte(in))
		if problem != nil {
			t.Fatal(problem.Message)
		}
		if got := string((&secret.Book{}).File(f)); got != want {
			t.Errorf("%q:\n got %q\nwant %q", in, got, want)
		}
	}
}

func TestOffsets(t *testing.T) {
	f, _ := source.NewFile("a.yaml", []byte("a: {password: abcdef, b: c}"))
	l := (&secret.Book{}).Line(f, 1)
	for written, want := range map[int]int{0: 0, 14: 14, 16: 14, 20: 17, 22: 19} {
		if got := l.Offset(written); got != want {
			t.Errorf("byte %d is at %d, want %d", written, got, want)
		}
	}
	for written, want := range map[int]int{14: 14, 16: 17, 20: 17, 22: 19} {
		if got := l.End(written); got != want {
			t.Errorf("byte %d ends at %d, want %d", written, got, want)
		}
	}
}

// TestBook masks values wherever they are quoted, in each spelling.
func TestBook(t *testing.T) {
	f, _ := source.NewFile("a.yaml", []byte("password: 'the \"quoted\" one'\ntoken: abcd\nsecret: xy\n"))
	b := &secret.Book{}
	b.Watch(f)
	for in, want := range map[string]string{
		`it is the "quoted" one, or`:              `it is ***, or`,
		fmt.Sprintf("%q", `the "quoted" one`):     `"***"`,
		"abcd is not abcde":                       "*** is not abcde",
		"xy is short":                             "xy is short",
		"https://a.test/the%20%22quoted%22%20one": "https://a.test/***",
	} {
		if got := b.Text(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if got := b.About(`"xy" is short`, f); got != `"***" is short` {
		t.Errorf("a short secret shows: %q", got)
	}
	var none *secret.Book
	if got := none.Text("Bearer abc"); got != "Bearer ***" {
		t.Errorf("without a book: %q", got)
	}
}
