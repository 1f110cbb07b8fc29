package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// maxPackages bounds what the program is linked from. A dependency that needs
// more says so here, with its reason in docs/dependencies.md.
const maxPackages = 560

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
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Skipf("go list: %v", err)
	}
	packages := strings.Fields(string(out))
	if len(packages) > maxPackages {
		t.Errorf("the program is linked from %d packages, at most %d are allowed", len(packages), maxPackages)
	}
	for _, p := range unwanted {
		if slices.Contains(packages, p) {
			t.Errorf("the program is linked from %s", p)
		}
	}
}
