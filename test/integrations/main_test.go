// Package integrations_test runs what kgw ships for other programs (the GitHub
// Action, the GitLab template, pre-commit hooks, schemas for editors, rendered
// manifests for Flux) with those programs as far as they can be had, and the
// commands of docs/integrations that need them. It knows kgw by its command
// line alone. Programs are named by variables that "make test-integrations"
// sets; without them, the tests that need them are skipped.
package integrations_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var (
	root   string // of the repository
	binDir string // the folder of the kgw that is tested
)

func TestMain(m *testing.M) {
	os.Exit(withBinary(m))
}

func withBinary(m *testing.M) int {
	var err error
	if root, err = filepath.Abs("../.."); err != nil {
		panic(err)
	}
	if bin := os.Getenv("KGW_TEST_BIN"); bin != "" {
		binDir = filepath.Dir(bin)
		return m.Run()
	}
	if binDir, err = os.MkdirTemp("", "kgw-integrations"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(binDir)
	build := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(binDir, "kgw"), "./cmd/kgw")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "cannot build kgw: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// program returns the program that a variable names, or skips the test.
func program(t *testing.T, variable string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		t.Skipf("SKIPPED: %s is not set: make test-integrations sets it", variable)
	}
	return path
}

// onPath returns a program on the PATH, or skips the test; both only where the
// slow tests are wanted.
func onPath(t *testing.T, name string) string {
	t.Helper()
	program(t, "KGW_TEST_INTEGRATIONS")
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("SKIPPED: there is no %s: install it (apt-get install %s)", name, name)
	}
	return path
}

// result is the result of a program.
type result struct {
	code           int
	stdout, stderr string
}

func (r result) String() string {
	return fmt.Sprintf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
}

// run runs a program in a folder with kgw first on the PATH; env is added.
func run(t *testing.T, dir string, env []string, name string, args ...string) result {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+binDir+string(os.PathListSeparator)+os.Getenv("PATH"),
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
	cmd.Env = append(cmd.Env, env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", name, err)
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// kgw runs kgw in a folder.
func kgw(t *testing.T, dir string, args ...string) result {
	t.Helper()
	return run(t, dir, nil, filepath.Join(binDir, "kgw"), args...)
}

// ok fails the test when a program did not exit with 0.
func (r result) ok(t *testing.T) result {
	t.Helper()
	if r.code != 0 {
		t.Fatal(r)
	}
	return r
}

// write makes files below a folder, with the folders that they stand in.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// commit makes the folder a repository if it is none, and commits all of it.
func commit(t *testing.T, dir string) string {
	t.Helper()
	run(t, dir, nil, "git", "init", "-q", "-b", "main").ok(t)
	run(t, dir, nil, "git", "add", "-A").ok(t)
	run(t, dir, nil, "git", "commit", "-q", "-m", "change").ok(t)
	return strings.TrimSpace(run(t, dir, nil, "git", "rev-parse", "HEAD").ok(t).stdout)
}

// closed is an access strategy that gives no finding.
const closed = "oauth2_introspection, config: {required_scope: [a]}"

// apiRule returns an APIRule with a rule for each access strategy.
func apiRule(name, host string, strategies ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nmetadata: {name: %s, namespace: web}\nspec:\n", name)
	fmt.Fprintf(&b, "  host: %s\n  gateway: kyma-system/kyma-gateway\n  service: {name: %s, port: 80}\n  rules:\n", host, name)
	for i, s := range strategies {
		fmt.Fprintf(&b, "    - {path: /r%d, methods: [GET], accessStrategies: [{handler: %s}]}\n", i, s)
	}
	return b.String()
}

// page runs the commands of a page of docs/integrations in a folder: it writes
// the blocks marked "file=NAME" and runs the lines of the blocks marked "sh"
// that start with one of the programs, and fails on the first that fails.
func page(t *testing.T, dir, name string, env []string, programs ...string) {
	t.Helper()
	info, ran := "", 0
	var block []string
	for line := range strings.Lines(read(t, filepath.Join(root, "docs", "integrations", name))) {
		fence, isFence := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "```")
		switch {
		case isFence && info == "":
			info, block = fence+" ", nil
		case isFence:
			if _, file, ok := strings.Cut(strings.TrimSpace(info), "file="); ok {
				write(t, dir, map[string]string{file: strings.Join(block, "")})
			}
			info = ""
		case info == "sh " && startsWith(line, programs):
			run(t, dir, env, "sh", "-c", line).ok(t)
			ran++
		default:
			block = append(block, line)
		}
	}
	if ran == 0 {
		t.Fatalf("%s has no command that could be run", name)
	}
}

func startsWith(line string, words []string) bool {
	first, _, _ := strings.Cut(line, " ")
	for _, w := range words {
		if first == w {
			return true
		}
	}
	return false
}
