// Package kustomize_test runs kgw as a KRM function under the real kustomize,
// under kustomize's library of functions, and as a plugin under the real
// kubectl. It knows kgw by its command line alone. The programs are named by
// variables that "make test-integrations" sets; without them the tests that
// need them are skipped.
package kustomize_test

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

// binDir holds kgw, and kustomize and kubectl where they are known.
var binDir string

func TestMain(m *testing.M) {
	os.Exit(withPrograms(m))
}

func withPrograms(m *testing.M) int {
	dir, err := os.MkdirTemp("", "kgw-kustomize")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binDir = dir
	build := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(dir, "kgw"), "./cmd/kgw")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "cannot build kgw: %v\n%s", err, out)
		return 1
	}
	links := map[string]string{"kustomize": os.Getenv("KGW_TEST_KUSTOMIZE"), "kubectl": os.Getenv("KGW_TEST_KUBECTL")}
	for name, path := range links {
		if path == "" {
			continue
		}
		if err := os.Symlink(path, filepath.Join(dir, name)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return m.Run()
}

// needs skips a test without a program.
func needs(t *testing.T, name string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(binDir, name)); err != nil {
		t.Skipf("SKIPPED: KGW_TEST_%s is not set: make test-integrations sets it", strings.ToUpper(name))
	}
}

// outcome is the result of a command.
type outcome struct {
	stdout, stderr string
	code           int
}

// run runs a line of shell in a directory, with the programs on its PATH.
func run(t *testing.T, dir, stdin, line string) outcome {
	t.Helper()
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader(stdin)
	cmd.Env = []string{"PATH=" + binDir + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + dir}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return outcome{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// files writes files below a new directory.
func files(t *testing.T, content map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range content {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
