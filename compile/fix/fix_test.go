package fix_test

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/compile/compiletest"
	"github.com/kgw-dev/kgw/compile/fix"
	"github.com/kgw-dev/kgw/internal/diag"
)

const resource = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: web, namespace: web}
spec:
  host: web.example.com
  gateway: kyma-system/kyma-gateway
  service: {name: web, port: 80}
  rules:
`

const noAuth, introspection = "[{handler: no_auth}]", "[{handler: oauth2_introspection, config: {required_scope: [x]}}]"

// oneRule writes one rule; more are further lines of it.
func oneRule(path, access string, more ...string) string {
	return fmt.Sprintf("  - path: %s\n    methods: [GET]\n    accessStrategies: %s\n", path, access) + strings.Join(more, "")
}

const otherService = "    service: {name: other, port: 80}\n"

// repair returns the text of the first file afterwards.
func repair(t testing.TB, texts ...string) (string, *fix.Patch) {
	t.Helper()
	in := compiletest.Input(t, texts...)
	patch := fix.Apply(in, compile.Options{}, compile.Run(in, compile.Options{}))
	for _, p := range patch.Files {
		if p.File == in.Files[0] {
			return string(p.Data), patch
		}
	}
	return texts[0], patch
}

func TestFix(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		fixed          int
	}{
		{"shorthands", resource + oneRule(`/\d+/\w`, introspection), resource + oneRule("/[0-9]+/[0-9A-Za-z_]", introspection), 2},
		{"a shorthand beside one in brackets", resource + oneRule(`/\d[\w]`, introspection), resource + oneRule(`/[0-9][\w]`, introspection), 1},
		{"only in brackets", resource + oneRule(`/[\d]`, introspection), resource + oneRule(`/[\d]`, introspection), 0},
		{"the proxy alone reads it", resource + oneRule(`/\d`, noAuth), resource + oneRule(`/\d`, noAuth), 0},
		{"would repeat a path", resource + oneRule(`/\d`, introspection) + oneRule("/[0-9]", introspection), resource + oneRule(`/\d`, introspection) + oneRule("/[0-9]", introspection), 0},
		{
			"one of four would repeat a path", resource + oneRule(`/\d`, introspection) + oneRule("/[0-9]", introspection) + oneRule(`/a\d`, introspection) + oneRule(`/b\w`, introspection) + oneRule(`/c\w`, introspection),
			resource + oneRule(`/\d`, introspection) + oneRule("/[0-9]", introspection) + oneRule("/a[0-9]", introspection) + oneRule("/b[0-9A-Za-z_]", introspection) + oneRule("/c[0-9A-Za-z_]", introspection), 3,
		},
		{"overlaps another rule", resource + oneRule(`/\d`, introspection) + oneRule("/.", introspection), resource + oneRule(`/\d`, introspection) + oneRule("/.", introspection), 0},
		{"unreachable", resource + oneRule("/.*", noAuth) + "  # the items\n" + oneRule("/items", noAuth, otherService), resource + "  # the items\n" + oneRule("/items", noAuth, otherService) + oneRule("/.*", noAuth), 1},
		{"two unreachable", resource + oneRule("/.*", noAuth) + oneRule("/a.*", noAuth, otherService) + oneRule("/ab", noAuth), resource + oneRule("/ab", noAuth) + oneRule("/a.*", noAuth, otherService) + oneRule("/.*", noAuth), 2},
		{"two of the same", resource + oneRule("/[0-9]+", noAuth) + oneRule("/[0-9][0-9]*", noAuth, otherService), resource + oneRule("/[0-9]+", noAuth) + oneRule("/[0-9][0-9]*", noAuth, otherService), 0},
		{"would open", resource + oneRule("/.*", introspection) + oneRule("/health", noAuth), resource + oneRule("/.*", introspection) + oneRule("/health", noAuth), 0},
		{"would lose methods", resource + strings.Replace(oneRule("/.*", noAuth), "GET", "GET, POST", 1) + oneRule("/x", "[{handler: noop}]"), resource + strings.Replace(oneRule("/.*", noAuth), "GET", "GET, POST", 1) + oneRule("/x", "[{handler: noop}]"), 0},
		{"would shadow", resource + oneRule("/a.*", noAuth) + oneRule("/b.*", noAuth) + oneRule("/[ab].*", noAuth, otherService), resource + oneRule("/a.*", noAuth) + oneRule("/b.*", noAuth) + oneRule("/[ab].*", noAuth, otherService), 0},
		{"unused suppression", resource + "  # kgw:ignore KGW402 once\n" + oneRule("/a", introspection), resource + oneRule("/a", introspection), 1},
		{"unused suppression that is part of a text", resource + oneRule("/a", introspection) + "    mutators: [{handler: header, config: {headers: {x: |\n      # kgw:ignore KGW402 once\n      }}}]\n", resource + oneRule("/a", introspection) + "    mutators: [{handler: header, config: {headers: {x: |\n      # kgw:ignore KGW402 once\n      }}}]\n", 0},
		{"used suppression", resource + oneRule("/.*", noAuth) + "  # kgw:ignore KGW403 meant\n" + oneRule("/a", noAuth, otherService), resource + oneRule("/.*", noAuth) + "  # kgw:ignore KGW403 meant\n" + oneRule("/a", noAuth, otherService), 0},
	} {
		got, patch := repair(t, c.in)
		if got != c.want || patch.Fixed != c.fixed {
			t.Errorf("%s: %d fixed, want %d:\n%s\nwant\n%s", c.name, patch.Fixed, c.fixed, got, c.want)
		}
		if again, second := repair(t, got); again != got || second.Fixed != 0 {
			t.Errorf("%s: a second time changes it again:\n%s", c.name, again)
		}
	}
}

// TestFixKeepsOtherFiles takes back the fix of one file and not of another.
func TestFixKeepsOtherFiles(t *testing.T) {
	good := resource + oneRule(`/\d`, introspection)
	bad := strings.NewReplacer("name: web,", "name: bad,", "web.example", "bad.example").Replace(resource + oneRule(`/\d`, introspection) + oneRule("/[0-9]", introspection))
	got, patch := repair(t, good, bad)
	if len(patch.Files) != 1 || got != resource+oneRule("/[0-9]", introspection) {
		t.Errorf("%d files change: %s", len(patch.Files), got)
	}
}

// TestFixMarksFindings checks the marks that reports show.
func TestFixMarksFindings(t *testing.T) {
	in := compiletest.Input(t, resource+oneRule(`/\d[\w]`, introspection))
	r := compile.Run(in, compile.Options{})
	fix.Mark(r)
	var marked, plain int
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Code == diag.RegexAmbiguous && f.Fixable {
			marked++
		} else if f.Code == diag.RegexAmbiguous {
			plain++
		}
	}
	if marked != 1 || plain != 1 || r.Summary.Fixable != 1 {
		t.Errorf("%d marked, %d not, %d in the summary", marked, plain, r.Summary.Fixable)
	}
}

// TestFixOfGeneratedResources fixes generated resources: what is written in the
// end has no new finding, the same rules, and nothing left to fix.
func TestFixOfGeneratedResources(t *testing.T) {
	paths := []string{"/.*", "/a.*", "/a/b", `/a/\d+`, "/[ab]/.*", `/\w+`, "/b", "/a/[0-9]", "/c/.*"}
	fixed := 0
	for seed := range int64(60) {
		r := rand.New(rand.NewSource(seed))
		text := resource
		for _, i := range r.Perm(len(paths))[:2+r.Intn(4)] {
			more := ""
			if r.Intn(3) == 0 {
				more = otherService
			}
			if r.Intn(6) == 0 {
				text += "  # kgw:ignore KGW407 no more\n"
			}
			text += oneRule(paths[i], []string{noAuth, noAuth, introspection}[r.Intn(3)], more)
		}
		in := compiletest.Input(t, text)
		before := compile.Run(in, compile.Options{})
		patch := fix.Apply(in, compile.Options{}, before)
		fixed += patch.Fixed
		if n := count(patch.Result.Findings) + patch.Fixed; n > count(before.Findings) {
			t.Fatalf("seed %d: %d findings became %d with %d fixed:\n%s", seed, count(before.Findings), count(patch.Result.Findings), patch.Fixed, text)
		}
		for _, p := range patch.Files {
			if again, second := repair(t, string(p.Data)); again != string(p.Data) {
				t.Fatalf("seed %d: not the same a second time: %d\n%s\n%s\n%s", seed, second.Fixed, text, p.Data, again)
			}
			if a, b := strings.Count(text, "accessStrategies"), strings.Count(string(p.Data), "accessStrategies"); a != b {
				t.Fatalf("seed %d: %d rules became %d", seed, a, b)
			}
		}
	}
	if fixed < 20 {
		t.Errorf("only %d findings were fixed", fixed)
	}
}

func count(found diag.List) (n int) {
	for i := range found {
		if found[i].Severity >= diag.Warning {
			n++
		}
	}
	return n
}
