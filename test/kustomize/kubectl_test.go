package kustomize_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// plugin makes kgw a plugin of kubectl, in a directory of its own, and gives the
// directory and a beginning of lines that puts it on the PATH.
func plugin(t *testing.T) (dir, path string) {
	t.Helper()
	needs(t, "kubectl")
	dir = t.TempDir()
	for _, name := range []string{"kubectl-kgw", "kubectl_complete-kgw"} {
		if err := os.Symlink(filepath.Join(binDir, "kgw"), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir, "PATH=" + dir + ":$PATH; "
}

func TestKubectlFindsThePlugin(t *testing.T) {
	plugins, path := plugin(t)
	dir := files(t, map[string]string{"rule.yaml": rule})
	if out := run(t, dir, "", path+"kubectl plugin list"); out.code != 0 || !strings.Contains(out.stdout, filepath.Join(plugins, "kubectl-kgw")) {
		t.Errorf("exit %d\n%s%s", out.code, out.stdout, out.stderr)
	}
	out := run(t, dir, "", path+"kubectl kgw build rule.yaml")
	if own := run(t, dir, "", "kgw build rule.yaml"); out != own || out.code != 0 {
		t.Errorf("kubectl kgw gives %+v, kgw %+v", out, own)
	}
	if out := run(t, dir, "", path+"kubectl kgw build --help"); !strings.Contains(out.stdout, "kubectl kgw build [PATH...] [flags]") || strings.Contains(out.stdout, "  kgw ") {
		t.Errorf("the help does not speak of kubectl:\n%s", out.stdout)
	}
	if out := run(t, dir, "", path+"kubectl kgw build rule.yaml --nonsense"); out.code != 2 {
		t.Errorf("exit %d\n%s", out.code, out.stderr)
	}
	if out := run(t, dir, "", path+`kubectl __complete kgw bu ""`); out.code != 0 {
		t.Errorf("completion: exit %d\n%s", out.code, out.stderr)
	}
	if out := run(t, dir, "", path+`kubectl __complete kgw buil`); !strings.Contains(out.stdout, "build") {
		t.Errorf("completion gives %s%s", out.stdout, out.stderr)
	}
}

// TestKubectlRunsNoFunctions holds kubectl to what the page says of it.
func TestKubectlRunsNoFunctions(t *testing.T) {
	needs(t, "kubectl")
	dir := files(t, map[string]string{"kustomization.yaml": "generators: [kgw.yaml]\n", "kgw.yaml": config("inputs: [rule.yaml]"), "rule.yaml": rule})
	if out := run(t, dir, "", "kubectl kustomize --enable-alpha-plugins ."); strings.Contains(out.stdout, "VirtualService") {
		t.Errorf("kubectl runs functions now:\n%s", out.stdout)
	}
	if out := run(t, dir, "", "kubectl kustomize --enable-alpha-plugins --enable-exec ."); !strings.Contains(out.stderr, "unknown flag") {
		t.Errorf("kubectl has --enable-exec now:\n%s", out.stderr)
	}
}
