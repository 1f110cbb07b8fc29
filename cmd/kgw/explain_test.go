package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/explain"
)

// TestExplainScripts runs the examples that are scripts: the bad one reports
// the code and exits as its comment says, the good one reports nothing of it
// and exits 0.
func TestExplainScripts(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh")
	}
	run := 0
	for _, r := range diag.Rules {
		p, err := explain.Lookup(r.Code)
		if err != nil || p.Bad.Script == "" {
			continue
		}
		run++
		t.Run(string(r.Code), func(t *testing.T) {
			if code, out := script(t, shell, p.Bad.Script); code != exitOf(p.Bad.Script) || !strings.Contains(out, string(r.Code)) {
				t.Errorf("the bad example exits %d:\n%s", code, out)
			}
			if code, out := script(t, shell, p.Good.Script); code != 0 || strings.Contains(out, string(r.Code)) {
				t.Errorf("the good example exits %d:\n%s", code, out)
			}
		})
	}
	if run < 4 {
		t.Errorf("%d pages have scripts", run)
	}
}

// TestExplainCommands runs the examples that are for another command than
// validate: the bad one reports the code, the good one does not and has no
// error.
func TestExplainCommands(t *testing.T) {
	for _, r := range diag.Rules {
		p, err := explain.Lookup(r.Code)
		if err != nil || p.Bad.Command == "" {
			continue
		}
		t.Run(string(r.Code), func(t *testing.T) {
			if code, out := example(t, p.Bad); !strings.Contains(out, string(r.Code)) || (code == exitClean) == (r.Levels[diag.Strict] == diag.Error) {
				t.Errorf("the bad example exits %d:\n%s", code, out)
			}
			if code, out := example(t, p.Good); code != exitClean || strings.Contains(out, string(r.Code)) {
				t.Errorf("the good example exits %d:\n%s", code, out)
			}
		})
	}
}

// example runs an example's command with its files.
func example(t *testing.T, e explain.Example) (code int, out string) {
	t.Helper()
	dir := t.TempDir()
	args := append([]string{"kgw"}, strings.Fields(e.Command)...)
	if args[1] == "migrate" {
		args = append(args, "-w", "--force") // a patch alone exits 1
	}
	for _, f := range e.Files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), []byte(f.Text), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, f.Name)
	}
	var b bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &b, stderr: &b, getenv: func(string) string { return "" }, dir: dir}
	code = a.run(args)
	return code, b.String()
}

var exitComment = regexp.MustCompile(`# exit ([0-9]+)`)

func exitOf(text string) int {
	m := exitComment.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

func script(t *testing.T, shell, text string) (code int, out string) {
	t.Helper()
	cmd := exec.Command(shell, "-c", text)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "KUBECONFIG="+startCluster(t, filepath.Join(cmd.Dir, "cluster")))
	b, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), string(b)
	}
	if err != nil {
		t.Fatal(err)
	}
	return 0, string(b)
}
