package kustomize_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var exitComment = regexp.MustCompile(`\s+# exit (\d)$`)

// TestPages does what the pages say. A block "yaml file=NAME" is written to a
// file, each line of a block "sh" is run, and must exit 0 or with the N of a
// comment "# exit N"; a block "... shows" must be part of what the block before
// it printed.
func TestPages(t *testing.T) {
	for page, programs := range map[string][]string{"kustomize.md": {"kustomize", "kubectl"}, "kubectl.md": {"kubectl"}} {
		t.Run(page, func(t *testing.T) {
			for _, program := range programs {
				needs(t, program)
			}
			data, err := os.ReadFile(filepath.Join("../../docs/integrations", page))
			if err != nil {
				t.Fatal(err)
			}
			dir, printed, ran := t.TempDir(), "", 0
			parts := strings.Split("\n"+string(data), "\n```")
			for i := 1; i < len(parts); i += 2 {
				info, body, _ := strings.Cut(parts[i], "\n")
				_, name, isFile := strings.Cut(info, " file=")
				switch {
				case isFile:
					write(t, filepath.Join(dir, name), body+"\n")
				case info == "sh":
					printed = runLines(t, dir, body)
					ran++
				case strings.HasSuffix(info, " shows") && !strings.Contains(printed, body):
					t.Errorf("%s is not in what the commands before it print:\n%s", body, printed)
				}
			}
			if ran == 0 {
				t.Error("the page has no commands")
			}
		})
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func runLines(t *testing.T, dir, body string) string {
	t.Helper()
	var printed strings.Builder
	for line := range strings.Lines(body + "\n") {
		line = strings.TrimSpace(line)
		want := 0
		if m := exitComment.FindStringSubmatch(line); m != nil {
			want, _ = strconv.Atoi(m[1])
		}
		out := run(t, dir, "", "PATH=$HOME/.local/bin:$PATH; "+line)
		if out.code != want {
			t.Errorf("%s: exit %d, want %d\n%s%s", line, out.code, want, out.stdout, out.stderr)
		}
		printed.WriteString(out.stdout + out.stderr)
	}
	return printed.String()
}
