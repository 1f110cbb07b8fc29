package main

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// maxPackages bounds how many packages of others, the standard library among them, the
// program is linked from. A dependency that needs more says so here, with its reason in
// docs/dependencies.md.
const maxPackages = 474

// unwanted are packages that must not come back: each brought far more than
// the one type that kgw needed of it, and "plugin" keeps the linker from
// leaving out what is never called.
var unwanted = []string{
	"plugin",
	"k8s.io/cli-runtime/pkg/genericclioptions",
	"k8s.io/client-go/kubernetes",
	"k8s.io/client-go/discovery",
	"sigs.k8s.io/kustomize/api/krusty",
}

func TestLinkGraph(t *testing.T) {
	packages := linked(t, ".")
	foreign := slices.DeleteFunc(slices.Clone(packages), func(p string) bool { return strings.HasPrefix(p, "github.com/kgw-dev/kgw") })
	if len(foreign) > maxPackages {
		t.Errorf("the program is linked from %d packages of others, at most %d are allowed", len(foreign), maxPackages)
	}
	for _, p := range unwanted {
		if slices.Contains(packages, p) {
			t.Errorf("the program is linked from %s", p)
		}
	}
}

// outside are packages that a page in a browser cannot use and need not load: the
// client of a cluster, the command line, and what starts programs.
var outside = []string{"k8s.io/", "sigs.k8s.io/kustomize", "github.com/spf13/", "os/exec", "github.com/kgw-dev/kgw/compare", "github.com/kgw-dev/kgw/internal/cluster"}

func TestLinkGraphOfTheBrowser(t *testing.T) {
	for _, dir := range []string{"../wasm", "../simulator"} {
		packages := linked(t, dir, "GOOS=js", "GOARCH=wasm")
		if !slices.Contains(packages, "github.com/kgw-dev/kgw/workbench") {
			t.Fatalf("these packages are not those of the program for browsers: %v", packages)
		}
		for _, p := range packages {
			if slices.ContainsFunc(outside, func(prefix string) bool { return strings.HasPrefix(p, prefix) }) {
				t.Errorf("%s is linked from %s", dir, p)
			}
		}
	}
}

// linked lists the packages that a program is linked from.
func linked(t *testing.T, dir string, environment ...string) []string {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", dir)
	cmd.Env = append(os.Environ(), environment...)
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("go list: %v", err)
	}
	return strings.Fields(string(out))
}
