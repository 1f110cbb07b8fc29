package integrations_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// hook is an entry of .pre-commit-hooks.yaml: https://pre-commit.com/#new-hooks
type hook struct {
	ID, Name, Entry, Language string
	Args                      []string
	PassFilenames             bool `yaml:"pass_filenames"`
	AlwaysRun                 bool `yaml:"always_run"`
	RequireSerial             bool `yaml:"require_serial"`
}

func hooks(t *testing.T) map[string]hook {
	t.Helper()
	var nodes []yaml.Node
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(root, ".pre-commit-hooks.yaml"))), &nodes); err != nil {
		t.Fatal(err)
	}
	out := map[string]hook{}
	for _, n := range nodes {
		h := hook{PassFilenames: true}
		if err := n.Decode(&h); err != nil {
			t.Fatal(err)
		}
		out[h.ID] = h
	}
	return out
}

func TestHooks(t *testing.T) {
	all := hooks(t)
	for _, id := range []string{"kgw-validate", "kgw-validate-changed", "kgw-build-check", "kgw-test"} {
		golang, system := all[id], all[id+"-system"]
		if golang.Language != "golang" || system.Language != "system" || golang.Entry != system.Entry {
			t.Errorf("%s: %+v and %+v", id, golang, system)
		}
		for _, h := range []hook{golang, system} {
			if h.PassFilenames || !h.AlwaysRun || !h.RequireSerial || h.Name == "" {
				t.Errorf("%s would not run once, on everything: %+v", h.ID, h)
			}
			words := strings.Fields(h.Entry)
			if r := kgw(t, t.TempDir(), append(append(words[1:], h.Args...), "--help")...); words[0] != "kgw" || r.code != 0 {
				t.Errorf("%s: %v", h.ID, r)
			}
		}
	}
	if len(all) != 8 {
		t.Errorf("%d hooks", len(all))
	}
}

// TestOneProgram: pre-commit runs go install ./... at the root.
func TestOneProgram(t *testing.T) {
	cmd := exec.Command("go", "list", "-f", `{{if eq .Name "main"}}{{.ImportPath}}{{end}}`, "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Fields(string(out)); len(got) != 1 || got[0] != "github.com/kgw-dev/kgw/cmd/kgw" {
		t.Errorf("go install ./... installs %q", got)
	}
}

// many returns a repository with 300 files: faults of one file, and faults across
// two files that are far apart.
func many(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{"kgw.yaml": "apiVersion: kgw.dev/v1alpha1\nkind: Config\n"}
	for i := range 299 {
		name := fmt.Sprintf("shop-%03d", i)
		text := apiRule(name, fmt.Sprintf("h%03d.example.com", i%290), "noop", "noop")
		if i%50 == 7 {
			text += "  gatway: x\n"
		}
		files["apis/"+name+".yaml"] = text
	}
	write(t, dir, files)
	commit(t, dir)
	return dir
}

func hookConfig(repo, rev string, entries ...string) string {
	return fmt.Sprintf("repos:\n  - repo: %s\n    rev: %s\n    hooks:\n      - %s\n", repo, rev, strings.Join(entries, "\n      - "))
}

// hookRepository returns a clone of what would be committed here, with a tag.
func hookRepository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	listed := run(t, root, nil, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.go", "*go.mod", "*go.sum", ".pre-commit-hooks.yaml", "*.md", "*.json", "exposure/page").ok(t)
	for _, name := range strings.Split(strings.TrimRight(listed.stdout, "\x00"), "\x00") {
		if data, err := os.ReadFile(filepath.Join(root, name)); err == nil {
			write(t, dir, map[string]string{name: string(data)})
		}
	}
	commit(t, dir)
	run(t, dir, nil, "git", "tag", "v0.1.0").ok(t)
	return dir
}

// preCommitEnv keeps what pre-commit installs out of the user's cache; the
// modules are those that were downloaded before, as far as that goes.
func preCommitEnv(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	return []string{"PRE_COMMIT_HOME=" + t.TempDir(), "GOMODCACHE=" + strings.TrimSpace(string(out)), "GOFLAGS=-trimpath -buildvcs=false", "PRE_COMMIT_COLOR=never"}
}

// findingLines returns the lines of a text report that name a finding.
func findingLines(text string) string {
	var out []string
	for line := range strings.Lines(text) {
		if strings.Contains(line, "[KGW") && !strings.HasPrefix(line, " ") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}

func TestPreCommit(t *testing.T) {
	t.Parallel()
	preCommit := onPath(t, "pre-commit")
	clone := hookRepository(t)
	repo, env := "https://github.com/kgw-dev/kgw", preCommitEnv(t)
	env = append(env, "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url."+clone+".insteadOf", "GIT_CONFIG_VALUE_0="+repo)
	dir := many(t)
	want := kgw(t, dir, "validate")
	if want.code != 1 || !strings.Contains(want.stdout, "KGW201") || !strings.Contains(want.stdout, "KGW305") {
		t.Fatalf("the repository has not the faults that it should: %v", want)
	}
	for _, id := range []string{"kgw-validate", "kgw-validate-system"} {
		write(t, dir, map[string]string{".pre-commit-config.yaml": hookConfig(repo, "v0.1.0", "id: "+id)})
		run(t, dir, nil, "git", "add", "-A").ok(t)
		r := run(t, dir, env, preCommit, "run", "--all-files")
		if r.code != 1 || findingLines(r.stdout) != findingLines(want.stdout) {
			t.Errorf("%s: %v\nwant\n%s", id, r, want.stdout)
		}
		first, _, _ := strings.Cut(findingLines(want.stdout), "\n")
		if n := strings.Count(r.stdout, first); n != 1 {
			t.Errorf("%s ran %d times", id, n)
		}
	}
	t.Run("try-repo", func(t *testing.T) {
		r := run(t, dir, env, preCommit, "try-repo", clone, "kgw-validate-system", "--files", "apis/shop-001.yaml")
		if r.code != 1 || findingLines(r.stdout) != findingLines(want.stdout) {
			t.Errorf("%v", r)
		}
	})
	t.Run("build-check", func(t *testing.T) { preCommitBuildCheck(t, preCommit, repo, env) })
	t.Run("page", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.CopyFS(filepath.Join(dir, "examples"), os.DirFS(filepath.Join(root, "examples"))); err != nil {
			t.Fatal(err)
		}
		commit(t, dir)
		page(t, dir, "pre-commit.md", env, "kgw", "git", "pre-commit")
	})
}

// preCommitBuildCheck: a commit that only deletes an input is checked too.
func preCommitBuildCheck(t *testing.T, preCommit, repo string, env []string) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"kgw.yaml": "apiVersion: kgw.dev/v1alpha1\nkind: Config\n", "a.yaml": apiRule("a", "a.example.com", "noop"), "b.yaml": apiRule("b", "b.example.com", "noop"),
		".pre-commit-config.yaml": hookConfig(repo, "v0.1.0", "id: kgw-build-check-system"),
	})
	kgw(t, dir, "build", "--output-dir", "rendered").ok(t)
	commit(t, dir)
	run(t, dir, env, preCommit, "install").ok(t)
	run(t, dir, env, "git", "rm", "-q", "b.yaml").ok(t)
	if r := run(t, dir, env, "git", "commit", "-q", "-m", "less"); r.code == 0 || !strings.Contains(r.stdout+r.stderr, "rendered is not up to date") {
		t.Errorf("a stale directory was committed: %v", r)
	}
	kgw(t, dir, "build", "--output-dir", "rendered").ok(t)
	run(t, dir, env, "git", "add", "-A").ok(t)
	run(t, dir, env, "git", "commit", "-q", "-m", "less").ok(t)
}
