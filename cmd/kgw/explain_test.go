package main

import (
	"errors"
	"os/exec"
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
