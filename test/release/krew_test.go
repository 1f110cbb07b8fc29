package release

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// kubectl is a double of kubectl with krew as its plugin: the archive comes out of
// dist instead of the address in the manifest.
const kubectl = `#!/bin/sh
shift
case $KREW_OS in windows) end=zip ;; *) end=tar.gz ;; esac
exec %s/krew "$@" --archive "%s/kgw_${KREW_OS}_${KREW_ARCH}.$end"
`

// krew has the validator of krew's index check and install the manifest for
// every platform, and runs the plugin that it installed for this one.
func krew(t *testing.T, r release) {
	tools := tool(t, "KGW_TEST_KREW")
	dir, dist := t.TempDir(), filepath.Join(r.dir, "dist")
	output(t, r.dir, "make", "krew-manifest", "VERSION="+r.version)
	manifest := filepath.Join(dist, "kgw.yaml")
	if err := os.WriteFile(filepath.Join(dir, "kubectl"), fmt.Appendf(nil, kubectl, tools, dist), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	output(t, dir, filepath.Join(tools, "validate-krew-manifest"), "-manifest", manifest)

	t.Setenv("KREW_ROOT", filepath.Join(dir, "root"))
	t.Setenv("KREW_OS", runtime.GOOS)
	t.Setenv("KREW_ARCH", runtime.GOARCH)
	output(t, dir, "kubectl", "krew", "install", "--manifest", manifest)
	out := output(t, dir, filepath.Join(dir, "root", "bin", "kubectl-kgw"), "version")
	if !strings.Contains(out, r.version) {
		t.Errorf("the installed plugin prints %s", out)
	}
}
