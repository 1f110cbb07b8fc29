package integrations_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.yaml.in/yaml/v3"
)

// action has the parts of action.yml that a runner executes.
type action struct {
	Inputs  map[string]struct{ Default string }
	Outputs map[string]struct{ Value string }
	Runs    struct {
		Using string
		Steps []struct {
			ID, If, Shell, Run, Uses string
			Env                      map[string]string
		}
	}
}

// job is a run of the action as a runner would make it.
type job struct {
	code    int
	log     string
	summary string
	outputs map[string]string
}

var expression = regexp.MustCompile(`\$\{\{(.*?)\}\}`)

// evaluate knows of GitHub's expressions what action.yml uses: names, text in
// quotes, ==, != and ||.
func evaluate(text string, names map[string]string) string {
	for _, part := range strings.Split(text, "||") {
		value := ""
		if a, b, found := strings.Cut(part, "!="); found {
			value = truth(operand(a, names) != operand(b, names))
		} else if a, b, found := strings.Cut(part, "=="); found {
			value = truth(operand(a, names) == operand(b, names))
		} else {
			value = operand(part, names)
		}
		if value != "" {
			return value
		}
	}
	return ""
}

func operand(text string, names map[string]string) string {
	text = strings.TrimSpace(text)
	if quoted, ok := strings.CutPrefix(text, "'"); ok {
		return strings.TrimSuffix(quoted, "'")
	}
	return names[text]
}

func truth(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

func interpolate(text string, names map[string]string) string {
	return expression.ReplaceAllStringFunc(text, func(s string) string {
		return evaluate(expression.FindStringSubmatch(s)[1], names)
	})
}

func readAction(t *testing.T) *action {
	t.Helper()
	var a action
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(root, "action.yml"))), &a); err != nil {
		t.Fatal(err)
	}
	if a.Runs.Using != "composite" || len(a.Runs.Steps) == 0 {
		t.Fatalf("the action does not run steps: %+v", a.Runs)
	}
	return &a
}

// runAction runs the steps of action.yml in a workspace, with names such as
// "inputs.paths" and "github.event.before".
func runAction(t *testing.T, workspace string, names map[string]string) job {
	t.Helper()
	a, names := readAction(t), maps.Clone(names)
	for name, input := range a.Inputs {
		if _, given := names["inputs."+name]; !given {
			names["inputs."+name] = input.Default
		}
	}
	for name := range names {
		if input, ok := strings.CutPrefix(name, "inputs."); ok {
			if _, known := a.Inputs[input]; !known {
				t.Fatalf("action.yml has no input %q", input)
			}
		}
	}
	temp := t.TempDir()
	j := job{outputs: map[string]string{}}
	path := os.Getenv("PATH")
	for _, s := range a.Runs.Steps {
		if strings.Contains(s.Uses, "@") && s.Run == "" {
			continue // another action's
		}
		if s.Shell != "bash" || strings.Contains(s.Run, "${{") {
			t.Fatalf("step %s: an expression in a script is an injection", s.ID)
		}
		if s.If != "" && evaluate(s.If, names) != "true" {
			continue
		}
		files := map[string]string{"GITHUB_OUTPUT": "", "GITHUB_PATH": "", "GITHUB_STEP_SUMMARY": ""}
		env := []string{"PATH=" + path, "RUNNER_TEMP=" + temp, "GITHUB_ACTIONS=true", "GITHUB_ACTION_PATH=" + root, "GITHUB_WORKSPACE=" + workspace}
		for name := range files {
			files[name] = filepath.Join(temp, name+s.ID)
			env = append(env, name+"="+files[name])
			write(t, temp, map[string]string{name + s.ID: ""})
		}
		for name, text := range s.Env {
			env = append(env, name+"="+interpolate(text, names))
		}
		write(t, temp, map[string]string{"step.sh": s.Run})
		r := run(t, workspace, env, "bash", "--noprofile", "--norc", "-eo", "pipefail", filepath.Join(temp, "step.sh"))
		j.log += r.stdout + r.stderr
		j.summary += read(t, files["GITHUB_STEP_SUMMARY"])
		for line := range strings.Lines(read(t, files["GITHUB_OUTPUT"])) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			names["steps."+s.ID+".outputs."+key] = value
		}
		for line := range strings.Lines(read(t, files["GITHUB_PATH"])) {
			path = strings.TrimSpace(line) + string(os.PathListSeparator) + path
		}
		if j.code = r.code; r.code != 0 {
			break
		}
	}
	for name, o := range a.Outputs {
		j.outputs[name] = interpolate(o.Value, names)
	}
	return j
}

// packed is kgw as a release has it, made once.
var packed = sync.OnceValues(func() ([]byte, error) {
	program, err := os.ReadFile(filepath.Join(binDir, "kgw"))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	w := tar.NewWriter(z)
	if err := w.WriteHeader(&tar.Header{Name: "kgw", Mode: 0o755, Size: int64(len(program))}); err != nil {
		return nil, err
	}
	if _, err := w.Write(program); err != nil {
		return nil, err
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
})

// releases makes a folder like the releases of the project, with the tested
// program, and returns its URL.
func releases(t *testing.T) string {
	t.Helper()
	archive, err := packed()
	if err != nil {
		t.Fatal(err)
	}
	dir, name := t.TempDir(), "kgw_"+runtime.GOOS+"_"+runtime.GOARCH+".tar.gz"
	for _, folder := range []string{"download/v0.1.0", "latest/download"} {
		write(t, dir, map[string]string{
			folder + "/" + name:       string(archive),
			folder + "/checksums.txt": fmt.Sprintf("0000  other.tar.gz\n%x  %s\n", sha256.Sum256(archive), name),
		})
	}
	return "file://" + dir
}

func TestActionSetsUp(t *testing.T) {
	t.Parallel()
	url := releases(t)
	for _, names := range []map[string]string{
		{"inputs.version": "v0.1.0"},
		{"inputs.version": "latest"},
		{"github.action_ref": "v0.1.0"},
		{"github.action_ref": "v0"},
	} {
		names["inputs.releases"], names["inputs.validate"] = url, "false"
		j := runAction(t, t.TempDir(), names)
		if j.code != 0 || j.outputs["version"] == "" || !strings.Contains(j.log, "::add-matcher::"+root+"/.github/kgw-matcher.json\n") {
			t.Errorf("%v: exit %d, outputs %v\n%s", names, j.code, j.outputs, j.log)
		}
	}
	for _, version := range []string{"v9.9.9", "source/../v0.1.0"} {
		if j := runAction(t, t.TempDir(), map[string]string{"inputs.version": version, "inputs.releases": url, "inputs.validate": "false"}); j.code == 0 && version == "v9.9.9" {
			t.Errorf("%s: a release that is not there was set up\n%s", version, j.log)
		}
	}
	sums := filepath.Join(strings.TrimPrefix(url, "file://"), "download", "v0.1.0", "checksums.txt")
	for _, text := range []string{"", strings.Repeat("0", 64) + "  kgw_" + runtime.GOOS + "_" + runtime.GOARCH + ".tar.gz\n"} {
		if err := os.WriteFile(sums, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		j := runAction(t, t.TempDir(), map[string]string{"inputs.version": "v0.1.0", "inputs.releases": url})
		if j.code != 1 || !strings.Contains(j.log, "::error title=kgw::the checksum of") {
			t.Errorf("checksums %q: exit %d\n%s", text, j.code, j.log)
		}
	}
}

func TestActionBuildsItsSource(t *testing.T) {
	t.Parallel()
	program(t, "KGW_TEST_INTEGRATIONS")
	j := runAction(t, t.TempDir(), map[string]string{"github.action_ref": "main", "inputs.validate": "false"})
	if j.code != 0 || !strings.Contains(j.log, "kgw ") {
		t.Errorf("exit %d\n%s", j.code, j.log)
	}
}

func TestActionValidates(t *testing.T) {
	t.Parallel()
	url, dir := releases(t), t.TempDir()
	write(t, dir, map[string]string{
		"apis/bad.yaml":  apiRule("bad", `"<b>::set-output name=x::%0A</b>"`, "noop"),
		"apis/good.yaml": apiRule("good", "good.example.com", closed),
	})
	names := map[string]string{"inputs.releases": url, "inputs.version": "latest", "inputs.paths": "apis", "inputs.sarif": "out.sarif", "inputs.junit": "out.xml"}
	j := runAction(t, dir, names)
	if j.code != 1 || j.outputs["exit-code"] != "1" || j.outputs["sarif"] != "out.sarif" {
		t.Errorf("exit %d, outputs %v\n%s", j.code, j.outputs, j.log)
	}
	commands := workflowCommands(j.log)
	if i := slices.IndexFunc(commands, func(c command) bool { return c.name == "error" && c.props["file"] == "apis/bad.yaml" }); i < 0 {
		t.Errorf("no annotation of apis/bad.yaml:\n%s", j.log)
	}
	if slices.ContainsFunc(commands, func(c command) bool { return c.name == "set-output" }) {
		t.Errorf("a host is a command:\n%s", j.log)
	}
	if !strings.Contains(j.summary, "&lt;b&gt;") || strings.Contains(j.summary, "<b>") {
		t.Errorf("the summary holds HTML of the input:\n%s", j.summary)
	}
	checkSARIF(t, read(t, filepath.Join(dir, "out.sarif")))
	names["inputs.paths"], names["inputs.args"] = "apis/good.yaml\n", "--fail-on info --rule\nKGW410=error"
	if j := runAction(t, dir, names); j.code != 0 || j.outputs["exit-code"] != "0" || !strings.Contains(j.summary, "no findings in 1 resource") {
		t.Errorf("exit %d, outputs %v\n%s%s", j.code, j.outputs, j.log, j.summary)
	}
	names["inputs.config"] = "none.yaml"
	if j := runAction(t, dir, names); j.code != 2 || j.outputs["sarif"] != "" {
		t.Errorf("exit %d, outputs %v: an old file was passed off as new\n%s", j.code, j.outputs, j.log)
	}
}

// policyTest expects a decision about a request that any may send.
func policyTest(decision string) map[string]string {
	return map[string]string{"apis/shop.kgw-test.yaml": "apiVersion: kgw.dev/v1alpha1\nkind: Test\ntests:\n  - name: open\n" +
		"    request: {method: GET, url: https://shop.example.com/r0}\n    expect: {decision: " + decision + "}\n"}
}

func TestActionChecksRenderedAndTests(t *testing.T) {
	t.Parallel()
	url, dir := releases(t), t.TempDir()
	write(t, dir, map[string]string{"apis/shop.yaml": apiRule("shop", "shop.example.com", "noop")})
	names := map[string]string{"inputs.releases": url, "inputs.version": "latest", "inputs.paths": "apis", "inputs.rendered": "rendered"}
	if j := runAction(t, dir, names); j.code != 1 || !strings.Contains(j.log, "::error title=kgw::the rendered manifests are not up to date") {
		t.Errorf("exit %d\n%s", j.code, j.log)
	}
	kgw(t, dir, "build", "apis", "--output-dir", "rendered").ok(t)
	if j := runAction(t, dir, names); j.code != 0 {
		t.Errorf("exit %d\n%s", j.code, j.log)
	}
	names["inputs.tests"] = "true"
	if j := runAction(t, dir, names); j.code != 1 || !strings.Contains(j.log, "there are no tests") {
		t.Errorf("exit %d\n%s", j.code, j.log)
	}
	write(t, dir, policyTest("allow"))
	if j := runAction(t, dir, names); j.code != 0 {
		t.Errorf("exit %d\n%s", j.code, j.log)
	}
	write(t, dir, policyTest("deny"))
	if j := runAction(t, dir, names); j.code != 1 || !slices.ContainsFunc(workflowCommands(j.log), func(c command) bool { return c.name == "error" && c.props["file"] == "apis/shop.kgw-test.yaml" }) {
		t.Errorf("exit %d\n%s", j.code, j.log)
	}
}

func TestActionSummarisesChanges(t *testing.T) {
	t.Parallel()
	url, dir := releases(t), t.TempDir()
	write(t, dir, map[string]string{"apis/shop.yaml": apiRule("shop", "shop.example.com", "noop")})
	base := commit(t, dir)
	names := map[string]string{
		"inputs.releases": url, "inputs.version": "latest", "inputs.paths": "apis", "inputs.diff": "true",
		"github.event.pull_request.base.sha": base,
	}
	if j := runAction(t, dir, names); j.code != 0 || j.outputs["changed"] != "false" || !strings.Contains(j.summary, "no differences") {
		t.Errorf("exit %d, outputs %v\n%s%s", j.code, j.outputs, j.log, j.summary)
	}
	write(t, dir, map[string]string{"apis/shop.yaml": apiRule("shop", "store.example.com", "noop")})
	j := runAction(t, dir, names)
	if j.code != 0 || j.outputs["changed"] != "true" {
		t.Errorf("exit %d, outputs %v\n%s", j.code, j.outputs, j.log)
	}
	for _, want := range []string{"-  - shop.example.com\n", "+  - store.example.com\n", "404 -> 200", "200 -> 404"} {
		if !strings.Contains(j.summary, want) {
			t.Errorf("the summary lacks %q:\n%s", want, j.summary)
		}
	}
	write(t, dir, map[string]string{"apis/shop.yaml": "kind: APIRule\napiVersion: gateway.kyma-project.io/v1beta1\n"})
	names["inputs.base"], names["inputs.validate"] = commit(t, dir), "true"
	write(t, dir, map[string]string{"apis/shop.yaml": apiRule("shop", "shop.example.com", "noop")})
	if j := runAction(t, dir, names); j.code != 0 || j.outputs["changed"] != "true" {
		t.Errorf("a base that does not compile: exit %d, outputs %v\n%s", j.code, j.outputs, j.log)
	}
	delete(names, "inputs.base")
	delete(names, "github.event.pull_request.base.sha")
	names["github.event.before"] = strings.Repeat("0", 40)
	if j := runAction(t, dir, names); j.code != 0 || !strings.Contains(j.log, "there is no commit to compare") {
		t.Errorf("exit %d\n%s", j.code, j.log)
	}
}
