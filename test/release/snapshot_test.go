package release

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// madeAt is the time of the commit that is released: the one time that may show.
const madeAt = "2026-01-02T03:04:05Z"

// release is a copy of the checkout after a snapshot.
type release struct {
	dir, version, commit string
	artifacts            []artifact
}

// artifact is a line of goreleaser's dist/artifacts.json.
type artifact struct {
	Name  string `json:"name"`
	Path  string `json:"path"`
	OS    string `json:"goos"`
	Arch  string `json:"goarch"`
	Type  string `json:"type"`
	Extra struct {
		Format string `json:"Format"`
	} `json:"extra"`
}

// TestRelease makes two snapshots, in directories of different names and
// depths, and looks at what came out.
func TestRelease(t *testing.T) {
	goreleaser := tool(t, "KGW_TEST_GORELEASER")
	once, again := checkout(t, "kgw"), checkout(t, filepath.Join("somewhere", "else", "gateway"))
	first := snapshot(t, goreleaser, once)
	t.Run("check", func(t *testing.T) {
		if out := output(t, again, goreleaser, "check"); strings.Contains(strings.ToLower(out), "deprecated") {
			t.Error(out)
		}
	})
	t.Run("same bytes", func(t *testing.T) {
		if os.Getenv("KGW_TEST_COLD") != "" { // compile everything again, too
			t.Setenv("GOCACHE", t.TempDir())
		}
		sameBytes(t, first, snapshot(t, goreleaser, again))
	})
	t.Run("checksums", func(t *testing.T) { checksums(t, first) })
	t.Run("archives", func(t *testing.T) { archives(t, first) })
	t.Run("program", func(t *testing.T) { program(t, first) })
	t.Run("deb", func(t *testing.T) { debs(t, first) })
	t.Run("rpm", func(t *testing.T) { rpms(t, first) })
	t.Run("apk", func(t *testing.T) { apks(t, first) })
	t.Run("sbom", func(t *testing.T) { sboms(t, first) })
	t.Run("krew", func(t *testing.T) { krew(t, first) })
	t.Run("package managers", func(t *testing.T) { packageManagers(t, first) })
	t.Run("install", func(t *testing.T) { install(t, first) })
	t.Run("images", func(t *testing.T) { images(t, first) })
}

// tool returns the program that a variable names; the Makefile sets it.
func tool(t *testing.T, variable string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		t.Skip(variable + " is not set: make test-release builds it and sets it")
	}
	return path
}

// root returns the checkout that this module is in.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// checkout copies the files of the checkout, as they are now, into a repository
// of one commit: the same commit each time.
func checkout(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	from := root(t)
	for file := range strings.SplitSeq(output(t, from, "git", "ls-files", "-coz", "--exclude-standard", "--deduplicate"), "\x00") {
		if info, err := os.Stat(filepath.Join(from, file)); file != "" && err == nil && info.Mode().IsRegular() {
			copyFile(t, filepath.Join(from, file), filepath.Join(dir, file), info.Mode().Perm())
		}
	}
	for key, value := range map[string]string{
		"GIT_AUTHOR_DATE": madeAt, "GIT_COMMITTER_DATE": madeAt, "GIT_CONFIG_GLOBAL": os.DevNull,
		"GIT_AUTHOR_NAME": "kgw", "GIT_AUTHOR_EMAIL": "kgw@example.com",
		"GIT_COMMITTER_NAME": "kgw", "GIT_COMMITTER_EMAIL": "kgw@example.com",
	} {
		t.Setenv(key, value)
	}
	for _, args := range [][]string{
		{"init", "-q", "-b", "main"},
		{"add", "-A"},
		{"commit", "-q", "-m", "everything"},
		{"tag", "v1.2.3"},
		{"remote", "add", "origin", "https://github.com/kgw-dev/kgw"},
	} {
		output(t, dir, "git", args...)
	}
	return dir
}

func copyFile(t *testing.T, from, to string, mode os.FileMode) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, mode); err != nil {
		t.Fatal(err)
	}
}

// snapshot runs what make snapshot runs.
func snapshot(t *testing.T, goreleaser, dir string) release {
	t.Helper()
	output(t, dir, goreleaser, "release", "--snapshot", "--clean", "--skip=publish,sign,docker")
	r := release{dir: dir, commit: strings.TrimSpace(output(t, dir, "git", "rev-parse", "HEAD"))}
	var metadata struct {
		Version string `json:"version"`
	}
	readJSON(t, filepath.Join(dir, "dist", "metadata.json"), &metadata)
	readJSON(t, filepath.Join(dir, "dist", "artifacts.json"), &r.artifacts)
	r.version = metadata.Version
	if status := output(t, dir, "git", "status", "--porcelain"); status != "" {
		t.Errorf("a release changed the checkout:\n%s", status)
	}
	return r
}

func readJSON(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// output runs a program that must succeed and gives what it prints.
func output(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, stderr.String())
	}
	return string(out)
}

// fails runs a program that must not succeed.
func fails(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	var exit *exec.ExitError
	if out, err := cmd.CombinedOutput(); !errors.As(err, &exit) {
		t.Errorf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// of gives the artifacts of a type as goreleaser names it, and of a format if
// that is not empty; there must be as many as expected.
func (r release) of(t *testing.T, kind, format string, want int) []artifact {
	t.Helper()
	var found []artifact
	for _, a := range r.artifacts {
		if a.Type == kind && (format == "" || a.Extra.Format == format) {
			a.Path = filepath.Join(r.dir, a.Path)
			found = append(found, a)
		}
	}
	if len(found) != want {
		t.Fatalf("%d artifacts of type %s %s, want %d", len(found), kind, format, want)
	}
	return found
}
