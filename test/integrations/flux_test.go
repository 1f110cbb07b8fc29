package integrations_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestFluxBuilds: what kgw renders passes flux build kustomization offline,
// object for object.
func TestFluxBuilds(t *testing.T) {
	t.Parallel()
	flux := program(t, "KGW_TEST_FLUX")
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "examples"), os.DirFS(filepath.Join(root, "examples"))); err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(flux, filepath.Join(bin, "flux")); err != nil {
		t.Fatal(err)
	}
	run(t, dir, nil, "git", "init", "-q").ok(t)
	page(t, dir, "flux.md", []string{"PATH=" + bin + ":" + binDir + ":" + os.Getenv("PATH"), "HOME=" + dir}, "kgw", "git", "flux")

	for _, name := range []string{"httpbin", "v2-jwt", "fabric-minimal"} {
		t.Run(name, func(t *testing.T) {
			want := identities(kgw(t, dir, "build", "examples/"+name).ok(t).stdout)
			kgw(t, dir, "build", "examples/"+name, "--output-dir", "rendered/"+name).ok(t)
			write(t, dir, map[string]string{name + ".yaml": strings.ReplaceAll(read(t, filepath.Join(dir, "shop.yaml")), "shop", name)})
			r := run(t, dir, []string{"HOME=" + dir}, flux, "build", "kustomization", name, "--path", "rendered/"+name, "--kustomization-file", name+".yaml", "--dry-run").ok(t)
			if got := identities(r.stdout); len(want) == 0 || !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

var (
	kindLine = regexp.MustCompile(`(?m)^kind: (\S+)$`)
	nameLine = regexp.MustCompile(`(?m)^  name: (\S+)$`)
)

// identities returns kind and name of each document, sorted.
func identities(stream string) []string {
	var out []string
	for _, doc := range strings.Split(stream, "---\n") {
		kind, name := kindLine.FindStringSubmatch(doc), nameLine.FindStringSubmatch(doc)
		if kind != nil && name != nil {
			out = append(out, kind[1]+" "+name[1])
		}
	}
	slices.Sort(out)
	return out
}
