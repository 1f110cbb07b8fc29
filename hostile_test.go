//go:build linux

package kgw_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Limits of one run, which the kernel counts: seconds of processor time and
// kilobytes of address space.
const (
	cpuSeconds = 30
	addressKB  = 4_000_000
)

// hostileCommands are run on every input; FILE is its name.
var hostileCommands = []string{
	"validate FILE", "build FILE", "trace GET https://shop.example.com/orders FILE", "test FILE", "migrate --diff FILE", "migrate --assess FILE",
	"diff FILE --against FILE", "diff FILE --live FILE", "validate --fix --diff FILE", "build -c FILE .", "trace --requests FILE .", "trace GET https://shop.example.com/ --jwt FILE .",
	"diff FILE --against FILE --semantic", "adopt FILE --live FILE --check", "init --from-dump FILE --stdout", "validate FILE --baseline FILE", "config -c FILE .",
	"build FILE --route-api gateway-api", "build FILE --emit admission-policy",
}

// TestHostileInputs runs what is in testdata/hostile, and larger inputs of the
// same kinds, through every command: each ends within the limits, without a
// panic.
func TestHostileInputs(t *testing.T) {
	if testing.Short() {
		t.Skip("runs kgw some hundred times")
	}
	dir := t.TempDir()
	bin := filepath.Join(dir, "kgw")
	if out, err := exec.Command("go", "build", "-o", bin, "./cmd/kgw").CombinedOutput(); err != nil {
		t.Fatal(string(out))
	}
	work := filepath.Join(dir, "w")
	if err := os.CopyFS(work, os.DirFS("testdata/hostile")); err != nil {
		t.Fatal(err)
	}
	writeLarge(t, work)
	entries, err := os.ReadDir(work)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		t.Run(e.Name(), func(t *testing.T) {
			t.Parallel()
			runAll(t, bin, work, e)
		})
	}
	run(t, bin, work, "validate "+strings.Repeat("{a,b}", 40), "")
	run(t, bin, work, "validate "+strings.Repeat("**/", 40)+"x", "")
}

// runAll runs every command on one input.
func runAll(t *testing.T, bin, work string, e os.DirEntry) {
	t.Helper()
	for _, line := range hostileCommands {
		run(t, bin, work, strings.ReplaceAll(line, "FILE", e.Name()), "")
	}
	if !e.IsDir() {
		run(t, bin, work, "fn", filepath.Join(work, e.Name()))
	}
}

// run runs kgw under the limits.
func run(t *testing.T, bin, dir, line, stdin string) {
	t.Helper()
	script := fmt.Sprintf("ulimit -t %d; ulimit -v %d; exec \"$0\" \"$@\"", cpuSeconds, addressKB)
	cmd := exec.Command("sh", append([]string{"-c", script, bin}, strings.Fields(line)...)...)
	cmd.Dir = dir
	if stdin != "" {
		f, err := os.Open(stdin)
		if err != nil {
			return
		}
		defer f.Close()
		cmd.Stdin = f
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
	case !errors.As(err, &exit):
		t.Errorf("kgw %s: %v", line, err)
	default:
		status, _ := exit.Sys().(syscall.WaitStatus)
		said := stderr.String()
		if status.Signaled() || exit.ExitCode() > 3 || strings.Contains(said, "fatal error:") || strings.Contains(said, "panic:") {
			t.Errorf("kgw %s: %v\n%.2000s", line, err, said)
		}
	}
}

// writeLarge writes the inputs that are too large to be kept.
func writeLarge(t *testing.T, dir string) {
	t.Helper()
	rule := "apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nmetadata:\n  name: shop\n"
	rules := make([]string, 2000)
	for i := range rules {
		rules[i] = fmt.Sprintf(`{"path":"/b%d","methods":["BAR"],"accessStrategies":[{"handler":"noop"}],"yy":1}`, i)
	}
	crossing := rule + "spec:\n  host: shop.example.com\n  gateway: kyma-system/kyma-gateway\n  service: {name: shop, port: 80}\n  rules:\n"
	for i := range 400 {
		crossing += fmt.Sprintf("  - {path: '/%03d>a<(x|y)*x(x|y){30}z', methods: [GET], accessStrategies: [{handler: noop}]}\n", i)
	}
	for name, text := range map[string]string{
		"crossing.yaml":     crossing,
		"keys.yaml":         rule + "y: {" + strings.Repeat("b: 1,", 20_000) + "b: 1}\n",
		"suppressions.yaml": rule + "  annotations:\n    kgw.dev/ignore: \"" + strings.Repeat("KGW305 y; ", 10_000) + "\"\n",
		"comments.yaml":     strings.Repeat("# kgw:ignore KGW305 y\n", 10_000) + rule,
		"line.json":         `{"apiVersion":"gateway.kyma-project.io/v1beta1","kind":"APIRule","metadata":{"name":"shop"},"spec":{"rules":[` + strings.Join(rules, ",") + "]}}",
		"deep.json":         strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000),
		"deep.yaml":         strings.Repeat("- ", 200_000) + "a\n",
		"documents.yaml":    strings.Repeat("---\na: b\n", 20_000),
		"breaks.yaml":       rule + "y: \"" + strings.Repeat("\u2028", 50_000) + "\"\nb: [" + strings.Repeat("yes, ", 5000) + "no]\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	nested := filepath.Join(dir, "nested", strings.Repeat("d/", 900))
	if err := os.MkdirAll(nested, 0o700); err != nil {
		t.Fatal(err)
	}
	links := filepath.Join(dir, "links")
	for i := range 20 {
		at := filepath.Join(links, fmt.Sprint(i))
		if err := os.MkdirAll(at, 0o700); err != nil {
			t.Fatal(err)
		}
		for j := range 4 {
			if err := os.Symlink(fmt.Sprintf("../%d", i+1), filepath.Join(at, fmt.Sprint("l", j))); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, name := range []string{"kgw.yaml", "kgw.lock.yaml", ".kgwignore", ".gitignore", "zero.yaml"} {
		at := filepath.Join(dir, "device-"+strings.Trim(name, "."))
		if err := errors.Join(os.MkdirAll(at, 0o700), os.Symlink("/dev/zero", filepath.Join(at, name))); err != nil {
			t.Fatal(err)
		}
	}
}
