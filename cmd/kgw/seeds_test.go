package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var updateSeeds = flag.Bool("update-seeds", false, "write what the seeds give")

// TestSeeds compiles, validates and tests each folder of testdata/seeds: the
// samples and sentences of the documentation that kgw was made from.
func TestSeeds(t *testing.T) {
	root, err := filepath.Abs("../../testdata/seeds")
	if err != nil {
		t.Fatal(err)
	}
	index, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	folders, err := filepath.Glob(filepath.Join(root, "*", ""))
	if err != nil || len(folders) < 2 {
		t.Fatalf("no seeds: %v", err)
	}
	for _, dir := range folders {
		name := filepath.Base(dir)
		if name == "README.md" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !bytes.Contains(index, []byte("]("+name+")")) {
				t.Error("README.md does not list it")
			}
			manifests, _, built := command(dir, "build", "--keep-going", ".")
			findings, _, _ := command(dir, "validate", ".")
			compareSeed(t, filepath.Join(dir, "want.yaml"), manifests)
			compareSeed(t, filepath.Join(dir, "findings.txt"), places(findings))
			compareStatus(t, dir)
			testSeed(t, dir, manifests)
			if built == exitInternal {
				t.Error("an internal error")
			}
		})
	}
}

// routing matches manifests that requests can be asked of.
var routing = regexp.MustCompile(`(?m)^kind: (VirtualService|HTTPRoute|Ingress|RouteGroup)$`)

// testSeed runs the kgw test of a seed. Each seed that routes are written for
// has one.
func testSeed(t *testing.T, dir, manifests string) {
	t.Helper()
	_, err := os.Stat(filepath.Join(dir, "seed.kgw-test.yaml"))
	switch {
	case err == nil:
		if out, errs, code := command(dir, "test", "."); code != exitClean {
			t.Errorf("kgw test: exit %d\n%s%s", code, out, errs)
		}
	case !os.IsNotExist(err):
		t.Fatal(err)
	case routing.MatchString(manifests):
		t.Error("routes are written for it, and it has no seed.kgw-test.yaml")
	}
}

// compareStatus compares the status that controllers would set with
// status.txt, where a seed has one.
func compareStatus(t *testing.T, dir string) {
	t.Helper()
	file := filepath.Join(dir, "status.txt")
	if _, err := os.Stat(file); os.IsNotExist(err) {
		return
	}
	status, _, _ := command(dir, "validate", "--status", ".")
	compareSeed(t, file, status)
}

var headline = regexp.MustCompile(`(?m)^\S+:\d+:\d+: \w+\[KGW\d+\]`)

// places returns where there are findings and which, a line each: how they are
// worded is held elsewhere.
func places(findings string) string {
	lines := headline.FindAllString(findings, -1)
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// command runs one command line in a directory.
func command(dir string, args ...string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, getenv: func(string) string { return "" }, dir: dir}
	code = a.run(append([]string{"kgw"}, args...))
	return out.String(), errs.String(), code
}

// compareSeed compares a text with a file; an empty text has no file.
func compareSeed(t *testing.T, file, got string) {
	t.Helper()
	if *updateSeeds {
		if err := os.Remove(file); got == "" && err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if got != "" {
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", filepath.Base(file), d)
	}
}
