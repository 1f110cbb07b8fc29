package policytest_test

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/internal/testfile"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/policytest"
)

const gateway = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: shelf, namespace: library}
spec:
  host: shelf.library.example
  gateway: kyma-system/kyma-gateway
  service: {name: shelf, port: 80}
  rules:
  - {path: /books/.*, methods: [GET], accessStrategies: [{handler: jwt, config: {jwks_urls: ["https://id.library.example/keys"]}}]}
  - {path: /hours, methods: [GET], accessStrategies: [{handler: no_auth}]}
`

const head = "apiVersion: kgw.dev/v1alpha1\nkind: Test\n"

// files returns files by their names; each is "NAME\nTEXT".
func files(t *testing.T, texts ...string) compile.Input {
	t.Helper()
	var in compile.Input
	for _, text := range texts {
		name, data, _ := strings.Cut(text, "\n")
		f, problem := source.NewFile(name, []byte(data))
		if problem != nil {
			t.Fatal(problem)
		}
		in.Files = append(in.Files, f)
	}
	return in
}

// run runs the tests of a file against the gateway.
func run(t *testing.T, tests string, o policytest.Options) *testfile.Report {
	t.Helper()
	cases, rest, found := policytest.Split(files(t, "in.yaml\n"+gateway, "x.kgw-test.yaml\n"+tests))
	if len(found) > 0 || len(rest.Files) != 1 {
		t.Fatalf("%d files are left, and these findings: %v", len(rest.Files), found)
	}
	cluster, _, _ := prove.Complete(rest, compile.Options{Config: config.Default()}, nil)
	return policytest.Run(cluster, cases, o)
}

// TestRun runs one test of each outcome.
func TestRun(t *testing.T) {
	for name, c := range map[string]struct {
		test      string
		failure   string // part of it; "" is none
		undecided bool
	}{
		"a request that is answered so": {"{request: {method: GET, url: 'https://shelf.library.example/hours'}, expect: {status: 200}}", "", false},
		"one that is not":               {"{request: {method: GET, url: 'https://shelf.library.example/books/1'}, expect: {status: 200}}", "401", false},
		"a statement that holds":        {"{forAll: {host: shelf.library.example, path: '/books/.*'}, never: {reachableWithout: [jwt]}}", "", false},
		"one that fails":                {"{forAll: {host: shelf.library.example, path: '/{**}'}, never: {reachableWithout: [jwt]}}", "/hours", false},
		"a host that nothing serves":    {"{request: {method: GET, url: 'https://shelv.library.example/hours'}, expect: {status: 404}}", "(did you mean shelf.library.example?)", false},
		"a host like no other":          {"{request: {method: GET, url: 'https://kitchen.example/hours'}, expect: {status: 404}}", "(they serve shelf.library.example, ", false},
		"a statement about nothing":     {"{forAll: {host: shelf.library.example, path: '/cellar/{**}'}, never: {reachableWithout: [jwt]}}", "it proves nothing", false},
	} {
		o := run(t, head+"tests: ["+c.test+"]", policytest.Options{}).Outcomes[0]
		failures := strings.Join(o.Failures, "; ")
		if (c.failure == "") != o.Passed() || !strings.Contains(failures, c.failure) || o.Undecided != c.undecided {
			t.Errorf("%s: passed %v, undecided %v: %s", name, o.Passed(), o.Undecided, failures)
		}
	}
}

// TestAllowEmpty lets the tests pass that test nothing, and no others.
func TestAllowEmpty(t *testing.T) {
	r := run(t, head+`tests:
- {request: {method: GET, url: 'https://kitchen.example/hours'}, expect: {status: 404}}
- {forAll: {host: shelf.library.example, path: '/cellar/{**}'}, never: {reachableWithout: [jwt]}}
- {request: {method: GET, url: 'https://shelf.library.example/books/1'}, expect: {status: 200}}
`, policytest.Options{AllowEmpty: true})
	if got := r.Failed(); got != 1 || r.Outcomes[2].Passed() {
		t.Errorf("%d tests fail", got)
	}
}

// TestCoverage counts what no test touches.
func TestCoverage(t *testing.T) {
	const test = head + "tests: [{request: {method: GET, url: 'https://shelf.library.example/hours'}, expect: {status: 200}}]"
	if c := run(t, test, policytest.Options{}).Coverage; c != nil {
		t.Errorf("coverage is measured although nobody asks: %v", c)
	}
	c := run(t, test, policytest.Options{Coverage: true}).Coverage
	if c == nil || c.Total < 2 || len(c.Untouched) == 0 || len(c.Untouched) >= c.Total {
		t.Fatalf("coverage is %+v", c)
	}
	for _, u := range c.Untouched {
		if strings.Contains(u.Name, "hours") {
			t.Errorf("%q counts as untouched", u.Name)
		}
	}
}

// TestSplit separates test files by their names, and reports faults of them.
func TestSplit(t *testing.T) {
	cases, rest, found := policytest.Split(files(t, "a.yaml\nx: 1\n", "b.kgw-test.yaml\ntests: [{request: {method: GET, url: 'https://a.example/'}}]\n", "c.yaml\ny: 1\n"))
	if len(rest.Files) != 2 || rest.Files[0].Name != "a.yaml" || rest.Files[1].Name != "c.yaml" {
		t.Errorf("the rest is %v", rest.Files)
	}
	if len(found) == 0 || len(cases) > 1 {
		t.Errorf("%d cases, findings %v", len(cases), found)
	}
}
