// Package docs_test executes the commands of README.md, docs/*.md and the
// READMEs of the examples, so that none of them can go stale.
//
// In a block marked "sh", each line that starts with "kgw ",
// "go run ./cmd/kgw " or a word of preparing is run by a shell in a fresh clone,
// one for each page; it must exit 0, or with the N of a comment "# exit N" at
// its end. /tmp is a directory of the page's own, and "cd" holds for the lines
// that follow. When the page is done, git must find the clone as it was.
// A block marked "yaml output" or "text output" must be part of what the
// commands of the sh block before it printed. Each "make" line must name a
// target.
package docs_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var bin string // the folder of the kgw that is tested

func TestMain(m *testing.M) {
	os.Exit(withBinary(m))
}

func withBinary(m *testing.M) int {
	dir, err := os.MkdirTemp("", "kgw-docs")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	bin = dir
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "kgw"), "../cmd/kgw").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "cannot build kgw: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// elsewhere are pages whose commands are those of a user's own repository.
var elsewhere = []string{"docs/integrations/"}

func TestCommands(t *testing.T) {
	template := template(t)
	for _, page := range pages(t) {
		name := filepath.ToSlash(page)[len("../"):]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSandbox(t, template)
			printed := ""
			for _, b := range blocks(t, page) {
				switch {
				case b.info == "sh" && strings.Contains(strings.Join(b.lines, "\n"), "<<'END'"):
					// a script of a page of a code, which TestExplainScripts runs
				case b.info == "sh":
					printed = b.run(t, s)
				case strings.HasSuffix(b.info, " output"):
					b.compare(t, printed)
				}
			}
			if !slices.ContainsFunc(elsewhere, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) {
				s.unchanged(t)
			}
		})
	}
}

// TestLinks checks that every relative link leads to a file.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	for _, page := range pages(t) {
		for _, m := range link.FindAllSubmatch(read(t, page), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), string(m[1]))); err != nil {
				t.Errorf("%s: the link to %s leads nowhere", page, m[1])
			}
		}
	}
}

// pages lists everything with commands in it.
func pages(t *testing.T) []string {
	t.Helper()
	out := []string{"../README.md"}
	for _, pattern := range []string{"*.md", "integrations/*.md", "../examples/README.md", "../examples/*/README.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			out = append(out, filepath.Join("..", "docs", f))
		}
	}
	return out
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// template is a repository that holds what the commands read, as it is in the
// work tree.
func template(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "examples"), os.DirFS("../examples")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".gitignore", "README.md"} {
		if err := os.WriteFile(filepath.Join(dir, name), read(t, "../"+name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	git(t, dir, "init", "-q", ".")
	git(t, dir, "add", ".")
	git(t, dir, "-c", "user.name=kgw", "-c", "user.email=kgw@example.com", "commit", "-q", "-m", "first")
	return dir
}

// git runs git without the settings of the user and the system.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// sandbox is where the commands of a page run.
type sandbox struct {
	clone, tmp, dir string // dir is where the next command runs
}

func newSandbox(t *testing.T, template string) *sandbox {
	t.Helper()
	base := t.TempDir()
	s := &sandbox{clone: filepath.Join(base, "kgw"), tmp: filepath.Join(base, "tmp")}
	s.dir = s.clone
	if err := os.Mkdir(s.tmp, 0o755); err != nil {
		t.Fatal(err)
	}
	git(t, base, "clone", "-q", template, s.clone)
	return s
}

// unchanged checks that the commands left the clone as it was.
func (s *sandbox) unchanged(t *testing.T) {
	t.Helper()
	if status := git(t, s.clone, "status", "--porcelain"); status != "" {
		t.Errorf("the commands change the clone:\n%s", status)
	}
}

// shell runs a command and returns what it printed and its exit code.
func (s *sandbox) shell(t *testing.T, line string) (string, int) {
	t.Helper()
	line = strings.ReplaceAll(line, "/tmp/", s.tmp+"/")
	if dir, ok := strings.CutPrefix(line, "cd "); ok {
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(s.dir, dir)
		}
		s.dir = dir
		return "", 0
	}
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + s.tmp}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(out), s.tmp+"/", "/tmp/"), cmd.ProcessState.ExitCode()
}

// block is a fenced block of a page.
type block struct {
	at    string // page:line
	info  string // what follows the opening fence
	lines []string
}

func blocks(t *testing.T, page string) []block {
	t.Helper()
	var out []block
	var open *block
	for i, line := range strings.Split(string(read(t, page)), "\n") {
		fence, isFence := strings.CutPrefix(line, "```")
		switch {
		case isFence && open == nil:
			open = &block{at: fmt.Sprintf("%s:%d", page, i+1), info: fence}
		case isFence:
			out, open = append(out, *open), nil
		case open != nil:
			open.lines = append(open.lines, line)
		}
	}
	if open != nil {
		t.Fatalf("%s: the block is not closed", open.at)
	}
	return out
}

var exitComment = regexp.MustCompile(`\s+# exit (\d)$`)

// run executes the commands of the block and returns what they printed.
func (b *block) run(t *testing.T, s *sandbox) string {
	t.Helper()
	var printed strings.Builder
	for _, line := range b.lines {
		if target, ok := strings.CutPrefix(line, "make "); ok {
			b.target(t, target)
		}
		line, ok := command(line)
		if !ok {
			continue
		}
		want := 0
		if m := exitComment.FindStringSubmatch(line); m != nil {
			want, _ = strconv.Atoi(m[1])
		}
		out, code := s.shell(t, line)
		if code != want {
			t.Errorf("%s: %s\nexit %d, want %d\n%s", b.at, line, code, want, out)
		}
		printed.WriteString(out)
	}
	return printed.String()
}

// preparing are the beginnings of the other commands that are run.
var preparing = []string{"kgw ", "cd ", "cp examples/", "cp -r examples/", "mkdir -p /tmp/"}

// command returns the line to execute, if it is one to run.
func command(line string) (string, bool) {
	if rest, ok := strings.CutPrefix(line, "go run ./cmd/kgw "); ok {
		return "kgw " + rest, true
	}
	return line, slices.ContainsFunc(preparing, func(p string) bool { return strings.HasPrefix(line, p) })
}

func (b *block) target(t *testing.T, target string) {
	t.Helper()
	target, _, _ = strings.Cut(target, " ")
	if !bytes.Contains(read(t, "../Makefile"), []byte("\n"+target+":")) {
		t.Errorf("%s: the Makefile has no target %s", b.at, target)
	}
}

func (b *block) compare(t *testing.T, printed string) {
	t.Helper()
	if want := strings.Join(b.lines, "\n") + "\n"; !strings.Contains(printed, want) {
		t.Errorf("%s: this is not what the commands before it print:\n%s\nthey print:\n%s", b.at, want, printed)
	}
}
