package mesh

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// resource decodes an APIRule with these rules, each "METHOD,METHOD path".
func resource(t *testing.T, rules ...string) *APIRule {
	t.Helper()
	var b strings.Builder
	b.WriteString("apiVersion: gateway.kyma-project.io/v2\nkind: APIRule\nmetadata: {name: a, namespace: b}\nspec:\n  rules:\n")
	for _, r := range rules {
		methods, path, _ := strings.Cut(r, " ")
		fmt.Fprintf(&b, "  - {path: %q, methods: [%s], noAuth: true}\n", path, methods)
	}
	f, problem := source.NewFile("a.yaml", []byte(b.String()))
	if problem != nil {
		t.Fatal(problem)
	}
	docs, problems := source.Split(f)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	root, problems := docs[0].Parse()
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return Decode(docs[0], root)
}

// TestConflicts checks which rules are refused in each mode, and which failure
// the controller reports: the first that it finds, whatever the mode.
func TestConflicts(t *testing.T) {
	for name, c := range map[string]struct {
		rules              []string
		strict, controller []string // paths of the rules refused
		says               string
	}{
		"specific first":          {[]string{"GET /a", "GET /{*}", "GET /b/{**}"}, nil, nil, ""},
		"other methods":           {[]string{"GET /a", "POST /a"}, nil, nil, ""},
		"same path":               {[]string{"GET /a", "GET /a"}, []string{"spec.rules[1]"}, []string{"spec.rules[1]"}, "/a with method GET"},
		"star is everything":      {[]string{"GET /*", "GET /a"}, []string{"spec.rules[1]"}, []string{"spec.rules[1]"}, "/a with method GET"},
		"general first":           {[]string{"GET /{**}", "GET /a", "GET /b"}, []string{"spec.rules[1]", "spec.rules[2]"}, []string{"spec.rules[1]", "spec.rules[2]"}, "/a with method GET"},
		"one finding for a rule":  {[]string{"GET,POST /a", "POST,GET /a"}, []string{"spec.rules[1]"}, []string{"spec.rules[1]"}, "/a with method POST"},
		"seen by kgw alone":       {[]string{"GET /a/b", "GET /a", "GET /a"}, []string{"spec.rules[2]"}, nil, ""},
		"false refusal":           {[]string{"GET /{*}", "GET /{**}"}, nil, []string{"spec.rules[1]"}, "/{**} with method GET"},
		"false refusal of a root": {[]string{"GET /{*}", "GET /"}, nil, []string{"spec.rules[1]"}, "/ with method GET"},
		"nothing before a suffix": {[]string{"GET /{**}/b", "GET /b"}, nil, []string{"spec.rules[1]"}, "/b with method GET"},
		"empty segment":           {[]string{"GET /a", "GET //a", "GET /{*}", "GET //b"}, nil, []string{"spec.rules[1]", "spec.rules[3]"}, "//a with method GET"},
		"suffix":                  {[]string{"GET /{**}/b", "GET /a/b"}, []string{"spec.rules[1]"}, []string{"spec.rules[1]"}, "/a/b with method GET"},
		"rest of a directory":     {[]string{"GET /a/{**}", "GET /a"}, nil, nil, ""},
		"overlap, no cover":       {[]string{"GET /{*}/x", "GET /a/{*}"}, nil, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, mode := range []struct {
				strict bool
				want   []string
			}{{true, c.strict}, {false, c.controller}} {
				var refused []string
				var says []string
				a := resource(t, c.rules...)
				for _, f := range a.Check(&ir.Settings{Strict: mode.strict}) {
					if f.Code != diag.PathConflict {
						continue
					}
					if f.Severity != diag.Off {
						refused = append(refused, strings.TrimSuffix(f.At.Path, ".path"))
					}
					if *f.Upstream != (diag.Upstream{}) {
						says = append(says, f.Upstream.Message)
					}
				}
				if d := cmp.Diff(mode.want, refused); d != "" {
					t.Errorf("strict %v (- want, + got):\n%s", mode.strict, d)
				}
				var want []string
				if c.says != "" {
					want = []string{"Path " + c.says + " conflicts with at least one of the previous rule paths"}
				}
				if d := cmp.Diff(want, says); d != "" {
					t.Errorf("strict %v, status (- want, + got):\n%s", mode.strict, d)
				}
			}
		})
	}
}

// TestExcept checks the paths that policies leave to other rules.
func TestExcept(t *testing.T) {
	for name, c := range map[string]struct {
		rules []string
		want  []string // of each rule, joined
	}{
		"earlier with a common method": {[]string{"GET /a", "POST /b", "GET,POST /c"}, []string{"", "", "/a /b"}},
		"later rules do not count":     {[]string{"GET /a", "GET /b"}, []string{"", "/a"}},
		"duplicates are kept":          {[]string{"GET /b", "POST /b", "GET,POST /c"}, []string{"", "", "/b /b"}},
		"stops at the same path":       {[]string{"GET /a", "GET /b", "GET /c", "POST /b", "GET /d"}, []string{"", "/a", "/a /b", "", "/a /b /c"}},
		"everything is never left":     {[]string{"GET /", "GET /{**}", "GET /*", "GET /a"}, []string{"/a", "/a", "/a", ""}},
		"everything collects to the end": {
			[]string{"GET /a", "GET /*", "GET /b", "POST /c", "GET /b"},
			[]string{"", "/a /b /b", "/a", "", "/a"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			g, _ := resource(t, c.rules...).Lift(&ir.Settings{})
			var got []string
			for _, r := range g.Routes {
				var paths []string
				for _, p := range r.Except {
					paths = append(paths, p.Text)
				}
				got = append(got, strings.Join(paths, " "))
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(- want, + got):\n%s", d)
			}
		})
	}
}
