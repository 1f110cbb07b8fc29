package integrations_test

import (
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// workflows returns those of this repository, and those that users copy.
func workflows(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, pattern := range []string{".github/workflows/*.yml", ".github/workflows/*.yaml", "ci/github/*.yml"} {
		found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, found...)
	}
	if len(out) < 2 {
		t.Fatalf("workflows: %q", out)
	}
	return out
}

func TestActionlint(t *testing.T) {
	t.Parallel()
	actionlint := program(t, "KGW_TEST_ACTIONLINT")
	run(t, root, nil, actionlint, append([]string{"-no-color", "-shellcheck=", "-pyflakes="}, workflows(t)...)...).ok(t)
	dir := t.TempDir()
	write(t, dir, map[string]string{"bad.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.nothing }}\n"})
	if r := run(t, dir, nil, actionlint, "bad.yml"); r.code == 0 {
		t.Error("actionlint finds nothing")
	}
}

// TestWorkflowInputs: the workflows give the action inputs that it has.
func TestWorkflowInputs(t *testing.T) {
	inputs, used := readAction(t).Inputs, 0
	for _, file := range workflows(t) {
		var w struct {
			Jobs map[string]struct {
				Steps []struct {
					Uses string
					With map[string]string
				}
			}
		}
		if err := yaml.Unmarshal([]byte(read(t, file)), &w); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, job := range w.Jobs {
			for _, step := range job.Steps {
				if !strings.HasPrefix(step.Uses, "kgw-dev/kgw@") && step.Uses != "./" {
					continue
				}
				used++
				for name := range step.With {
					if _, ok := inputs[name]; !ok {
						t.Errorf("%s: the action has no input %q", file, name)
					}
				}
			}
		}
	}
	if used < 2 {
		t.Errorf("the action is used %d times", used)
	}
}
