package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/exposure"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/report/reporttest"
)

// hostileDir writes resources, tests and broken files whose own names, names of
// files and values are hostile.
func hostileDir(t *testing.T, name string) string {
	t.Helper()
	dir := t.TempDir()
	quoted := strconv.Quote(strings.ToValidUTF8(name, "?"))
	quoted = strings.NewReplacer(`\u`, `\u`, `\U`, `\U`).Replace(quoted)
	rule := func(kindName, path string) string {
		return fmt.Sprintf("apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nmetadata:\n  name: %s\n  namespace: %s\n  annotations: {%s: %s}\n"+
			"spec:\n  host: a.example.com\n  gateway: kyma-system/kyma-gateway\n  service: {name: shop, port: 80}\n  rules:\n"+
			"  - {path: %s, methods: [GET], accessStrategies: [{handler: noop}], mutators: [{handler: header, config: {headers: {X-A: %s, %s: b}}}]}\n", kindName, kindName, quoted, quoted, path, quoted, quoted)
	}
	file := strings.NewReplacer("/", "_", "\x00", "_").Replace(name)
	for path, text := range map[string]string{
		file + "-broken.yaml":         "apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nx: [\n" + name + "\n",
		file + "-named.yaml":          rule(quoted, "/x"),
		"in.yaml":                     rule("shop", quoted),
		"was/in.yaml":                 rule("shop", "/old"),
		"field.yaml":                  "apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nmetadata: {name: field, namespace: web}\nspec:\n  " + quoted + ": " + quoted + "\n  host: " + quoted + "\n",
		file + "x.kgw-test.yaml":      "tests:\n- name: " + quoted + "\n  request: {method: GET, url: 'https://a.example.com/x'}\n  expect: {status: 599, upstream: " + quoted + "}\n",
		"live/live.yaml":              "apiVersion: oathkeeper.ory.sh/v1alpha1\nkind: Rule\nmetadata: {name: " + quoted + ", namespace: web, labels: {apirule.gateway.kyma-project.io/v1beta1: shop.shop}}\nspec: {}\n",
		"rules/" + file + "-r.yaml":   "apiVersion: oathkeeper.ory.sh/v1alpha1\nkind: Rule\nmetadata: {name: " + quoted + ", namespace: web}\nspec:\n  match: {url: " + quoted + ", methods: [GET]}\n",
		"v2/" + file + "-mixed.yaml":  strings.ReplaceAll(rule("mixed", quoted), "noop", "oauth2_introspection"),
		"empty/" + file + "-kind.yml": "apiVersion: " + quoted + "\nkind: " + quoted + "\nmetadata: {name: x}\n",
	} {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			continue // the system has no such name
		}
	}
	return dir
}

// TestHostileNamesStayNames runs every report over names of files, resources
// and fields that mean something to those who interpret reports, and reads the
// reports back.
func TestHostileNamesStayNames(t *testing.T) {
	commands := [][]string{
		{"validate", "."},
		{"validate", ".", "--status"},
		{"validate", ".", "--status=json"},
		{"test", "."},
		{"test", ".", "--format", "tap"},
		{"test", ".", "--format", "github"},
		{"test", ".", "--format", "junit"},
		{"test", ".", "--format", "json", "--coverage"},
		{"validate", ".", "--fix", "--diff"},
		{"trace", "GET", "https://a.example.com/x", "in.yaml", "rules"},
		{"trace", "GET", "https://a.example.com/x", "in.yaml", "-o", "json"},
		{"why", "in.yaml:8", "."},
		{"why", "in.yaml:8", ".", "--format", "json"},
		{"build", ".", "--annotate", "--keep-going"},
		{"migrate", "in.yaml", "v2", "--diff"},
		{"migrate", ".", "--assess"},
		{"migrate", ".", "--assess", "--format", "json"},
		{"migrate", ".", "--assess", "--format", "markdown"},
		{"diff", "in.yaml", "--live", "live", "--prune"},
		{"adopt", "in.yaml", "--live", "live", "--check"},
	}
	for _, format := range diag.Formats() {
		commands = append(commands, []string{"validate", ".", "--format", format})
	}
	for _, format := range reportFormats() {
		commands = append(commands, []string{"report", ".", "--format", format})
	}
	for _, format := range exposure.GraphFormats() {
		commands = append(commands, []string{"graph", ".", "--format", format})
	}
	for _, format := range []string{"text", "json", "markdown", "github"} {
		commands = append(commands, []string{"diff", "in.yaml", "--against", "was", "--format", format}, []string{"diff", "in.yaml", "--against", "was", "--semantic", "--format", format})
	}
	for _, format := range []string{"text", "json", "markdown", "github"} {
		commands = append(commands, []string{"gate", "in.yaml", "--against", "was", "--format", format})
	}
	for i, name := range reporttest.Hostile() {
		if testing.Short() && i%5 != 0 {
			continue
		}
		dir := hostileDir(t, name)
		for _, args := range commands {
			r := execute(dir, "", args...)
			what := fmt.Sprintf("%q: kgw %s", name, strings.Join(args, " "))
			if r.Code == exitInternal {
				t.Errorf("%s: %s", what, r.Stderr)
			}
			t.Run(what, func(t *testing.T) {
				for _, out := range []string{r.Stdout, r.Stderr} {
					if !strings.Contains(what, "github") && !strings.Contains(what, "azure") {
						reporttest.Runner(t, out)
					}
					if !strings.Contains(what, "--diff") {
						reporttest.Terminal(t, out)
					}
				}
				readBack(t, args, r.Stdout)
			})
		}
	}
}

var codeSpan = regexp.MustCompile("`[^`]*`")

// readBack parses what a command wrote in a format for programs.
func readBack(t *testing.T, args []string, out string) {
	t.Helper()
	format := args[len(args)-1]
	switch {
	case out == "":
	case format == "json" || format == "sarif" || format == "gitlab" || format == "--status=json":
		d := json.NewDecoder(strings.NewReader(out))
		var v any
		if err := d.Decode(&v); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			t.Errorf("more follows")
		}
	case format == "junit" || format == "checkstyle":
		d := xml.NewDecoder(strings.NewReader(out))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
		}
	case format == "tap":
		for line := range strings.Lines(out) {
			if !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "1..") && !strings.HasPrefix(line, "TAP ") {
				if _, _, directive := reporttest.TAP(t, strings.TrimSuffix(line, "\n")); directive != "" {
					t.Errorf("a directive: %s", line)
				}
			}
		}
	case format == "markdown":
		for line := range strings.Lines(out) {
			if strings.HasPrefix(line, "| **") && !strings.Contains(line, "| **all**") && reporttest.Cells(line) != 5 {
				t.Errorf("%d cells: %s", reporttest.Cells(line), line)
			}
			line = codeSpan.ReplaceAllString(strings.ReplaceAll(line, `\<`, ""), "")
			if strings.Contains(line, "<script") || strings.Contains(line, "<!--") && !strings.HasPrefix(line, "+") && !strings.HasPrefix(line, "-") {
				t.Errorf("an element: %s", line)
			}
		}
	case format == "azure":
		reporttest.Azure(t, out, "task.logissue")
	case format == "github":
		for line := range strings.Lines(out) {
			if rest, ok := strings.CutPrefix(line, "::"); ok && !strings.HasPrefix(rest, "error ") && !strings.HasPrefix(rest, "warning ") && !strings.HasPrefix(rest, "notice ") {
				t.Errorf("a command: %s", line)
			}
		}
	}
}
