package integrations_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xeipuuv/gojsonschema"
	"go.yaml.in/yaml/v3"
)

// command is a workflow command as a runner reads it.
type command struct {
	name  string
	props map[string]string
	data  string
}

// workflowCommands reads the commands among lines, as
// https://github.com/actions/runner (ActionCommand.TryParseV2) does.
func workflowCommands(log string) []command {
	var out []command
	for _, line := range strings.FieldsFunc(log, func(r rune) bool { return r == '\n' || r == '\r' }) {
		rest, ok := strings.CutPrefix(strings.TrimLeft(line, " \t"), "::")
		head, data, found := strings.Cut(rest, "::")
		if !ok || !found {
			continue
		}
		name, props, _ := strings.Cut(head, " ")
		c := command{name, map[string]string{}, strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%").Replace(data)}
		for _, p := range strings.Split(props, ",") {
			if key, value, ok := strings.Cut(p, "="); ok {
				c.props[key] = strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%").Replace(value)
			}
		}
		out = append(out, c)
	}
	return out
}

// report is kgw's own report.
type report struct {
	Findings []finding
	Summary  struct{ Errors, Warnings, Infos int }
}

type finding struct {
	Code, Severity, Message, File string
	Line, Column, EndLine         int
	EndColumn                     int
	Resource                      *struct{ Kind string }
}

func findings(t *testing.T, dir string, paths ...string) report {
	t.Helper()
	var out report
	r := kgw(t, dir, append([]string{"validate", "--format", "json"}, paths...)...)
	if err := json.Unmarshal([]byte(r.stdout), &out); err != nil {
		t.Fatalf("%v: %v", err, r)
	}
	return out
}

// hostile returns inputs whose names mean to be something else in a report.
func hostile(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"apis/command.yaml":         apiRule(`"a::error file=x::b"`, "command.example.com", "noop"),
		"apis/percent.yaml":         apiRule(`"%0A::set-env name=X::1"`, `"100%25, %3A"`, "noop"),
		"apis/control.yaml":         apiRule(`"a\x01\x1b[31m\u2028\uFFFE"`, `"h\0\b.example.com"`, "noop"),
		"apis/lines.yaml":           apiRule(`"a\r\n::warning::b"`, `"]]>&amp;<x y='"`+`"`, "noop"),
		"apis/with, comma:50%.yaml": apiRule("Bad_Name", "comma.example.com", "noop"),
		"apis/crlf.yaml":            "\ufeff" + strings.ReplaceAll(apiRule("Crlf_", "crlf.example.com", "allow"), "\n", "\r\n"),
		"apis/torn.yaml":            "apiVersion: [\n",
	})
	return dir
}

func TestWorkflowCommandsOfHostileInput(t *testing.T) {
	dir := hostile(t)
	want := findings(t, dir, "apis")
	r := kgw(t, dir, "validate", "apis", "--format", "github")
	got := workflowCommands(r.stdout)
	if len(want.Findings) < 7 || len(got) != len(want.Findings) {
		t.Fatalf("%d commands for %d findings\n%s", len(got), len(want.Findings), r.stdout)
	}
	if lines := strings.Count(r.stdout, "\n"); lines != len(got)+1 {
		t.Errorf("%d lines for %d commands and a summary", lines, len(got))
	}
	for _, f := range want.Findings {
		level := map[string]string{"error": "error", "warning": "warning", "info": "notice"}[f.Severity]
		props := map[string]string{
			"file": f.File, "title": f.Code,
			"line": fmt.Sprint(f.Line), "col": fmt.Sprint(f.Column), "endLine": fmt.Sprint(f.EndLine), "endColumn": fmt.Sprint(f.EndColumn),
		}
		if !slices.ContainsFunc(got, func(c command) bool { return c.name == level && fmt.Sprint(c.props) == fmt.Sprint(props) }) {
			t.Errorf("no command for %+v among %v", f, got)
		}
	}
}

func TestJUnitOfHostileInput(t *testing.T) {
	dir := hostile(t)
	want := findings(t, dir, "apis")
	kgw(t, dir, "validate", "apis", "--format", "junit=out.xml")
	var got struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Suites   []struct {
			Name  string `xml:"name,attr"`
			Cases []struct {
				Name    string `xml:"name,attr"`
				Failure *struct {
					Type string `xml:"type,attr"`
					Text string `xml:",chardata"`
				} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(read(t, filepath.Join(dir, "out.xml"))), &got); err != nil {
		t.Fatal(err)
	}
	if got.Failures+got.Errors != want.Summary.Errors || got.Tests < len(want.Findings) {
		t.Errorf("%d failures, %d errors and %d tests, want %d errors in %d findings", got.Failures, got.Errors, got.Tests, want.Summary.Errors, len(want.Findings))
	}
	for _, s := range got.Suites {
		for _, c := range s.Cases {
			if c.Failure != nil && !strings.HasPrefix(c.Failure.Text, s.Name+":") {
				t.Errorf("%s: %s does not start with its place: %q", s.Name, c.Name, c.Failure.Text)
			}
		}
	}
}

// checkSARIF holds a log to the schema of the standard and to what GitHub
// demands: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
func checkSARIF(t *testing.T, text string) map[string]any {
	t.Helper()
	schema := gojsonschema.NewBytesLoader([]byte(read(t, filepath.Join(root, "internal", "diag", "testdata", "sarif-2.1.0-errata01.schema.json"))))
	result, err := gojsonschema.Validate(schema, gojsonschema.NewStringLoader(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range result.Errors() {
		t.Errorf("schema: %s", e)
	}
	var log map[string]any
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatal(err)
	}
	run := at(log, "runs", 0)
	results, present := at(run, "results").([]any)
	if !present || at(log, "version") != "2.1.0" {
		t.Errorf("no results, or no version")
	}
	rules, _ := at(run, "tool", "driver", "rules").([]any)
	for _, r := range rules {
		for _, path := range [][]any{{"id"}, {"shortDescription", "text"}, {"fullDescription", "text"}, {"help", "text"}} {
			if s, _ := at(r, path...).(string); s == "" {
				t.Errorf("rule %v lacks %v", at(r, "id"), path)
			}
		}
	}
	for _, r := range results {
		place := at(r, "locations", 0, "physicalLocation")
		uri, _ := at(place, "artifactLocation", "uri").(string)
		if uri == "" || strings.ContainsAny(uri, " \\,%") && !strings.Contains(uri, "%") || strings.HasPrefix(uri, "/") {
			t.Errorf("uri %q", uri)
		}
		for _, key := range []string{"startLine", "startColumn", "endLine", "endColumn"} {
			if n, _ := at(place, "region", key).(float64); n < 1 {
				t.Errorf("%v: %s is %v", at(r, "ruleId"), key, n)
			}
		}
		if s, _ := at(r, "message", "text").(string); s == "" || at(r, "partialFingerprints", "primaryLocationLineHash") == nil {
			t.Errorf("%v has no text or no fingerprint", at(r, "ruleId"))
		}
	}
	return log
}

// at walks into decoded JSON; nil where there is nothing.
func at(v any, path ...any) any {
	for _, step := range path {
		switch key := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[key]
		case int:
			list, _ := v.([]any)
			if key >= len(list) {
				return nil
			}
			v = list[key]
		}
	}
	return v
}

func TestSARIF(t *testing.T) {
	t.Parallel()
	dir := hostile(t)
	want := findings(t, dir, "apis")
	r := kgw(t, dir, "validate", "apis", "--format", "sarif")
	results, _ := at(checkSARIF(t, r.stdout), "runs", 0, "results").([]any)
	if len(results) != len(want.Findings) {
		t.Errorf("%d results for %d findings", len(results), len(want.Findings))
	}
	write(t, dir, map[string]string{"good.yaml": apiRule("good", "good.example.com", closed), "broken.yaml": "a: ["})
	clean := kgw(t, dir, "validate", "good.yaml", "--format", "sarif").ok(t)
	if results, ok := at(checkSARIF(t, clean.stdout), "runs", 0, "results").([]any); !ok || len(results) != 0 {
		t.Errorf("no findings give %v", results)
	}
	checkSARIF(t, kgw(t, dir, "validate", "broken.yaml", "--format", "sarif").stdout)
	checkSARIF(t, kgw(t, dir, "validate", "missing.yaml", "--format", "sarif").stdout)
}

// matcher is .github/kgw-matcher.json:
// https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md
type matcher struct {
	Owner, Severity string
	Pattern         []struct {
		Regexp                            string
		File, Line, Column, Code, Message int
	}
}

func TestProblemMatcher(t *testing.T) {
	t.Parallel()
	var file struct{ ProblemMatcher []matcher }
	if err := json.Unmarshal([]byte(read(t, filepath.Join(root, ".github", "kgw-matcher.json"))), &file); err != nil {
		t.Fatal(err)
	}
	dir := hostile(t)
	write(t, dir, map[string]string{"apis/overlap.yaml": read(t, filepath.Join(root, "examples", "overlapping-rules", "apirule.yaml"))})
	want := findings(t, dir, "apis")
	for _, color := range []string{"never", "always"} {
		r := kgw(t, dir, "validate", "apis", "--color", color)
		var got []finding
		for _, line := range strings.Split(r.stdout, "\n") {
			for _, m := range file.ProblemMatcher {
				p := m.Pattern[0]
				if found := regexp.MustCompile(p.Regexp).FindStringSubmatch(line); found != nil {
					f := finding{Code: found[p.Code], Severity: m.Severity, Message: found[p.Message], File: found[p.File]}
					fmt.Sscan(found[p.Line], &f.Line)
					fmt.Sscan(found[p.Column], &f.Column)
					got = append(got, f)
				}
			}
		}
		if len(got) != len(want.Findings) {
			t.Fatalf("colour %s: %d matches for %d findings\n%s", color, len(got), len(want.Findings), r.stdout)
		}
		for i, f := range want.Findings {
			g := got[i]
			severity := map[string]string{"error": "error", "warning": "warning", "info": "notice"}[f.Severity]
			if g.Code != f.Code || g.Severity != severity || g.File != f.File || g.Line != f.Line || g.Column != f.Column || g.Message == "" {
				t.Errorf("colour %s: got %+v, want %+v", color, g, f)
			}
		}
	}
}

// gitlab has the parts of the template's jobs that a runner executes.
type gitlab struct {
	Script       []string
	BeforeScript []string `yaml:"before_script"`
}

func TestGitLabTemplate(t *testing.T) {
	t.Parallel()
	var jobs map[string]yaml.Node
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(root, "ci", "gitlab.yml"))), &jobs); err != nil {
		t.Fatal(err)
	}
	job := func(name string) (g gitlab) {
		node := jobs[name]
		if err := node.Decode(&g); err != nil {
			t.Fatal(err)
		}
		return g
	}
	dir, url := t.TempDir(), releases(t)
	write(t, dir, map[string]string{"apis/shop.yaml": apiRule("shop", "shop.example.com", "noop")})
	execute := func(name, version string) result {
		env := []string{"KGW_CI_VERSION=" + version, "KGW_CI_PATHS=apis", "KGW_CI_RENDERED=rendered", "KGW_CI_RELEASES=" + url}
		lines := append(job(".kgw").BeforeScript, job(name).Script...)
		return run(t, dir, env, "sh", "-e", "-c", strings.Join(lines, "\n"))
	}
	execute("kgw-validate", "latest").ok(t)
	if text := read(t, filepath.Join(dir, "kgw.xml")); !strings.Contains(text, "<testsuites ") {
		t.Errorf("the report of tests is %q", text)
	}
	checkSARIF(t, read(t, filepath.Join(dir, "kgw.sarif")))
	if r := execute("kgw-rendered", "v0.1.0"); r.code != 1 || !strings.Contains(r.stderr, "is not up to date") {
		t.Error(r)
	}
	kgw(t, dir, "build", "apis", "--output-dir", "rendered").ok(t)
	execute("kgw-rendered", "v0.1.0").ok(t)
	if r := execute("kgw-test", "latest"); r.code != 1 || !strings.Contains(r.stderr, "there are no tests") {
		t.Error(r)
	}
	sums := filepath.Join(strings.TrimPrefix(url, "file://"), "latest", "download", "checksums.txt")
	text := read(t, sums)
	if err := os.WriteFile(sums, []byte(strings.Repeat("0", 64)+text[strings.LastIndex(text, "  "):]), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := execute("kgw-validate", "latest"); r.code == 0 {
		t.Error("a wrong checksum passes")
	}
}
