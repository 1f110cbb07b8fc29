package conformance

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/internal/testfile"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate"
)

// TestSkipperAndOathkeeperCases gives the right answers to small inputs that were
// made of public reports.
func TestSkipperAndOathkeeperCases(t *testing.T) {
	dir := shared(t, "cases", "proofs")
	type row struct {
		files, request string
		status         int    // of a known answer
		upstream       string // the beginning of it
		reason         string // of an answer that is not known
		glob           bool
	}
	for _, c := range []row{
		{files: "s01-routegroup/rg.yaml", request: "GET https://shop.example.org/other", status: 404},
		{files: "s01-routegroup/rg.yaml", request: "GET https://shop.example.org/old", status: 301},
		{files: "s01-routegroup/rg.yaml", request: "GET https://shop.example.org/static/a.css", status: 200, upstream: "https://cdn.example.net"},
		{files: "s01-routegroup/rg.yaml", request: "GET https://plain.example.org/x", status: 200, upstream: "web"},
		{files: "s03-skipper-routes/several.yaml", request: "GET https://c.example.org/old", status: 308},
		{files: "s03-skipper-routes/one-with-id.yaml", request: "OPTIONS https://c.example.org/x", status: 204},
		{files: "s05-ingress-class/in.yaml", request: "GET https://ngx.example.org/api/x", reason: `class "nginx"`},
		{files: "http-scheme/fg.yaml", request: "GET http://my-app.smart-product-platform-test.zalan.do/resources", status: 400},
		{files: "o01-glob/rules.yaml", request: "GET http://shop.example.com/items/7", reason: "globs"},
		{files: "o01-glob/rules.yaml", request: "GET http://shop.example.com/items/7", status: 200, glob: true},
		{files: "o02-native-rules/rules.json", request: "GET http://127.0.0.1:4455/admin/x", status: 500},
		{files: "o02-native-rules/rules.yaml", request: "GET http://127.0.0.1:4455/admin/x", status: 200, upstream: "http://web:8080"},
		{files: "o02-native-rules/cm.yaml", request: "GET http://a.example.com/admin/x", status: 200, upstream: "http://web:8080"},
		{files: "access-rules-file/*", request: "GET http://x.example.com/admin/x", status: 500},
	} {
		o := compile.Options{Config: config.Default()}
		if c.glob {
			o.Config.Oathkeeper.MatchingStrategy = "glob"
		}
		method, address, _ := strings.Cut(c.request, " ")
		scheme, rest, _ := strings.Cut(address, "://")
		host, path, _ := strings.Cut(rest, "/")
		d := caseCluster(t, o, filepath.Join(dir, c.files)).Mesh.Decide(&simulate.Request{Method: method, Scheme: scheme, Host: host, Target: "/" + path}, nil)
		switch {
		case c.reason != "" && (d.Known() || !strings.Contains(d.Reason, c.reason)):
			t.Errorf("%s, %s: known %v, %q", c.files, c.request, d.Known(), d.Reason)
		case c.reason == "" && (d.Status != c.status || !strings.HasPrefix(d.Upstream, c.upstream)):
			t.Errorf("%s, %s: %d from %q (%s), want %d from %q", c.files, c.request, d.Status, d.Upstream, d.Reason, c.status, c.upstream)
		}
	}
}

// TestSkipperAndOathkeeperTests runs the tests of the cases: those that must
// pass, and those of which each must fail.
func TestSkipperAndOathkeeperTests(t *testing.T) {
	dir := shared(t, "cases", "proofs")
	for files, fails := range map[string]int{"s01-routegroup/proofs.yaml": 4, "o06-overlap-statement/rules.yaml": 0, "fabric-trace/fg.yaml": 0} {
		cluster := caseCluster(t, compile.Options{Config: config.Default()}, filepath.Join(dir, files))
		name := filepath.Join(dir, filepath.Dir(files), "t.kgw-test.yaml")
		f, problem := source.NewFile(name, read(t, name))
		if problem != nil {
			t.Fatal(problem.Message)
		}
		cases, _ := testfile.Read(f)
		failed := 0
		for i := range cases {
			if c := &cases[i]; c.Request != nil {
				d := cluster.Mesh.Decide(c.Request, nil)
				if o := c.Judge(&d); !o.Passed() {
					failed++
				}
			} else if cluster.NeverWithout(*c.All, c.Without).Verdict != prove.Holds {
				failed++
			}
		}
		if failed != fails || len(cases) == 0 {
			t.Errorf("%s: %d of %d tests fail, want %d", files, failed, len(cases), fails)
		}
	}
	vacuous := caseCluster(t, compile.Options{Config: config.Default()}, filepath.Join(dir, "t01-vacuous", "in.yaml"))
	if vacuous.ServesHost("wbe.example.com") || !vacuous.ServesHost("web.example.com") {
		t.Error("t01-vacuous: hosts that are served are not told from others")
	}
}

// TestSkipperAndOathkeeperFindings has the findings of the cases, and what a
// change of one means.
func TestSkipperAndOathkeeperFindings(t *testing.T) {
	dir := shared(t, "cases", "proofs")
	for files, codes := range map[string][]diag.Code{
		"o04-validate-silent/poison.yaml": {diag.RegexPoison, diag.NoSuchHandler, diag.RuleBroken},
		"o02-native-rules/rules.json":     {diag.RulesOverlap}, "access-rules-file/*": {diag.RulesOverlap}, "o01-glob/rules.yaml": {diag.RegexPoison},
	} {
		found := map[diag.Code]bool{}
		for _, f := range compile.Run(caseFiles(t, filepath.Join(dir, files)), compile.Options{Config: config.Default()}).Findings {
			found[f.Code] = true
		}
		for _, code := range codes {
			if !found[code] {
				t.Errorf("%s: there is no %s", files, code)
			}
		}
	}
	o := compile.Options{Config: config.Default()}
	side := func(name string) classes.Side {
		return caseCluster(t, o, filepath.Join(dir, "s01-routegroup", name, "*")).Side(nil)
	}
	if r := classes.Compare(side("before"), side("after")); !r.Has(classes.Exposed) {
		t.Errorf("s01-routegroup: %v", r.Changes)
	}
}

func caseFiles(t *testing.T, pattern string) compile.Input {
	t.Helper()
	var in compile.Input
	for _, name := range glob(t, pattern) {
		f, problem := source.NewFile(name, read(t, name))
		if problem != nil {
			t.Fatal(problem.Message)
		}
		in.Files = append(in.Files, f)
	}
	return in
}

func caseCluster(t *testing.T, o compile.Options, pattern string) *prove.Cluster {
	t.Helper()
	list, _ := prove.Manifests(caseFiles(t, pattern), o, nil)
	return prove.Simulate(list, o)
}
