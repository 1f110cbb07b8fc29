package gitref

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// repository is a repository of its own, whose configuration names programs
// that leave a mark where they run.
type repository struct {
	*testing.T
	dir, mark string
}

func newRepository(t *testing.T) *repository {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git")
	}
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := &repository{t, filepath.Join(base, "r"), filepath.Join(base, "mark")}
	for key, value := range map[string]string{"HOME": base, "XDG_CONFIG_HOME": base, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "n", "GIT_AUTHOR_EMAIL": "e", "GIT_COMMITTER_NAME": "n", "GIT_COMMITTER_EMAIL": "e"} {
		t.Setenv(key, value)
	}
	if out, err := exec.Command("git", "init", "-q", r.dir).CombinedOutput(); err != nil {
		t.Fatal(string(out))
	}
	return r
}

// git runs git in the repository and returns what it says.
func (r *repository) git(stdin string, args ...string) string {
	r.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Stdin = r.dir, strings.NewReader(stdin)
	out, err := cmd.Output()
	if err != nil {
		r.Fatalf("git %v: %v", args, err)
	}
	return strings.TrimSpace(string(out))
}

func (r *repository) blob(text string) string { return r.git(text, "hash-object", "-w", "--stdin") }

// tree makes a tree of entries "MODE OBJECT NAME", whatever their names are.
func (r *repository) tree(entries ...string) string {
	r.Helper()
	var raw bytes.Buffer
	for _, e := range entries {
		f := strings.SplitN(e, " ", 3)
		raw.WriteString(f[0] + " " + f[2] + "\x00")
		var object [20]byte
		if _, err := fmt.Sscanf(f[1], "%x", (*hexBytes)(&object)); err != nil {
			r.Fatal(err)
		}
		raw.Write(object[:])
	}
	return r.git(raw.String(), "hash-object", "-t", "tree", "-w", "--literally", "--stdin")
}

type hexBytes [20]byte

// Scan reads the hexadecimal form of an object's name.
func (h *hexBytes) Scan(state fmt.ScanState, _ rune) error {
	for i := range h {
		if _, err := fmt.Fscanf(state, "%02x", &h[i]); err != nil {
			return err
		}
	}
	return nil
}

func (r *repository) commit(tree string) string { return r.git("", "commit-tree", "-m", "m", tree) }

// everything below a directory, with what links lead to as they say.
func listing(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		if e.Type()&os.ModeSymlink != 0 {
			target, err := os.Readlink(name)
			out[rel] = "-> " + target
			return err
		}
		data, err := os.ReadFile(name)
		out[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestWriteStaysInside writes trees that no checkout would have, a hundred
// times in other orders: nothing appears outside of the directory.
func TestWriteStaysInside(t *testing.T) {
	r := newRepository(t)
	evil := "100644 " + r.blob("evil") + " evil.yaml"
	sub := r.tree(evil)
	link := func(target string) string { return "120000 " + r.blob(target) }
	up := r.tree(link("../../../..") + " up")
	deep := r.tree("40000 " + r.tree("40000 "+r.tree("40000 "+up+" c")+" b") + " a")
	parts := []string{
		link("a/b/c/up/../../../../outside") + " z", "40000 " + sub + " z", "40000 " + deep + " deep", link("../outside") + " out", "40000 " + sub + " out",
		link("/etc") + " abs", "40000 " + sub + " ..", "40000 " + sub + " .git", "40000 " + r.tree("40000 "+sub+" ..") + " x", "100644 " + r.blob("file") + " a", link("self") + " self",
		"100755 " + r.blob("run") + " run.yaml", "160000 " + sub + " module", link(strings.Repeat("x/", 3000)) + " long", "100644 " + r.blob("kept") + " kept.yaml",
		"40000 " + r.tree(evil) + " GIT~1", "100644 " + r.blob("again") + " kept.yaml", link("z") + " y", "40000 " + sub + " a/../../b",
	}
	g := rand.New(rand.NewSource(5))
	for range 100 {
		base := t.TempDir()
		to := filepath.Join(base, "to")
		if err := errors.Join(os.Mkdir(to, 0o700), os.Mkdir(filepath.Join(base, "outside"), 0o700)); err != nil {
			t.Fatal(err)
		}
		g.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		tree, err := Open(t.Context(), r.dir, r.commit(r.tree(parts[:5+g.Intn(len(parts)-5)]...)))
		if err != nil {
			t.Fatal(err)
		}
		if err := tree.Write(t.Context(), to, func(string) bool { return true }); err != nil {
			t.Fatal(err)
		}
		for name, text := range listing(t, base) {
			if !strings.HasPrefix(name, "to"+string(filepath.Separator)) {
				t.Errorf("%s was written: %s", name, text)
			}
		}
	}
}

// TestNoProgramRuns reads a ref of a repository whose configuration, attributes
// and environment name programs for everything there is.
func TestNoProgramRuns(t *testing.T) {
	r := newRepository(t)
	script := filepath.Join(filepath.Dir(r.dir), "script")
	if err := os.WriteFile(script, []byte("#!/bin/sh\ntouch "+r.mark+"\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	tree := r.tree("100644 "+r.blob("* filter=f diff=d\n")+" .gitattributes", "100644 "+r.blob("a")+" a.yaml")
	r.git("", "update-ref", "refs/heads/x", r.commit(tree))
	for _, key := range []string{"core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "core.askPass", "diff.external", "filter.f.smudge", "filter.f.clean", "filter.f.process", "diff.d.textconv", "diff.d.command", "credential.helper", "pager.cat-file", "pager.ls-tree", "pager.rev-parse", "remote.o.uploadpack", "core.alternateRefsCommand", "uploadpack.packObjectsHook"} {
		r.git("", "config", key, script)
	}
	r.git("", "config", "alias.cat-file", "!"+script)
	r.git("", "config", "core.hooksPath", filepath.Dir(r.dir))
	r.git("", "config", "remote.o.url", "ssh://h/x")
	r.git("", "config", "remote.o.promisor", "true")
	r.git("", "config", "extensions.partialClone", "o")
	t.Setenv("GIT_EXTERNAL_DIFF", script)
	t.Setenv("GIT_SSH_COMMAND", script)
	read, err := Open(t.Context(), r.dir, "x")
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	if err := read.Write(t.Context(), to, func(string) bool { return true }); err != nil {
		t.Fatal(err)
	}
	if got := listing(t, to); got["a.yaml"] != "a" {
		t.Error(got)
	}
	// An object that is not there would be fetched from the remote.
	gone := r.commit(r.tree("100644 " + strings.Repeat("12", 20) + " gone.yaml"))
	if read, err = Open(t.Context(), r.dir, gone); err == nil {
		err = read.Write(t.Context(), t.TempDir(), func(string) bool { return true })
	}
	if err == nil {
		t.Error("an object that is not there is read")
	}
	if _, err := os.Stat(r.mark); err == nil {
		t.Error("a program was run")
	}
}

func TestRefsThatAreOptions(t *testing.T) {
	r := newRepository(t)
	for _, ref := range []string{"", "-", "--all", "--output=x", "-h"} {
		if _, err := Open(t.Context(), r.dir, ref); !errors.Is(err, ErrNoRef) {
			t.Errorf("%q: %v", ref, err)
		}
	}
}
