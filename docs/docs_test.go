// Package docs_test executes the commands of README.md, docs/*.md and the
// READMEs of the examples, so that none of them can go stale.
//
// In a block marked "sh", each line that starts with "kgw " or
// "go run ./cmd/kgw " is run by a shell in a copy of the examples, one copy for
// each page; it must exit 0, or with the N of a comment "# exit N" at its end.
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

func TestCommands(t *testing.T) {
	for _, page := range pages(t) {
		t.Run(filepath.ToSlash(page)[len("../"):], func(t *testing.T) {
			t.Parallel()
			dir := sandbox(t)
			printed := ""
			for _, b := range blocks(t, page) {
				switch {
				case b.info == "sh" && strings.Contains(strings.Join(b.lines, "\n"), "<<'END'"):
					// a script of a page of a code, which TestExplainScripts runs
				case b.info == "sh":
					printed = b.run(t, dir)
				case strings.HasSuffix(b.info, " output"):
					b.compare(t, printed)
				}
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

// sandbox is a copy of what commands may read, in a git work tree of its own.
func sandbox(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "examples"), os.DirFS("../examples")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
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
func (b *block) run(t *testing.T, dir string) string {
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
		out, code := shell(t, dir, line)
		if code != want {
			t.Errorf("%s: %s\nexit %d, want %d\n%s", b.at, line, code, want, out)
		}
		printed.WriteString(out)
	}
	return printed.String()
}

// command returns the line to execute, if it is one of ours.
func command(line string) (string, bool) {
	if rest, ok := strings.CutPrefix(line, "go run ./cmd/kgw "); ok {
		return "kgw " + rest, true
	}
	return line, strings.HasPrefix(line, "kgw ")
}

func shell(t *testing.T, dir, line string) (string, int) {
	t.Helper()
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + dir}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
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
