package release

import (
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sassoftware/go-rpmutils"
)

// installed returns the files of a package, with the place of zsh's completion,
// which distributions do not agree on.
func installed(t *testing.T, r release, zsh string) []string {
	t.Helper()
	names := []string{
		"usr/bin/kgw", "usr/bin/kubectl-kgw", "usr/bin/kubectl_complete-kgw",
		"usr/share/bash-completion/completions/kgw", "usr/share/fish/vendor_completions.d/kgw.fish", zsh,
		"usr/share/doc/kgw/README.md", "usr/share/doc/kgw/copyright",
	}
	for _, page := range r.pages(t) {
		names = append(names, "usr/share/man/man1/"+page)
	}
	slices.Sort(names)
	return names
}

// debs reads the packages with dpkg-deb and runs what is in that of this system.
func debs(t *testing.T, r release) {
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		t.Skip("there is no dpkg-deb: this needs Debian or a system like it")
	}
	for _, a := range r.of(t, "Linux Package", "deb", 2) {
		dir := t.TempDir()
		output(t, dir, "dpkg-deb", "--extract", a.Path, ".")
		sameFiles(t, a, installed(t, r, "usr/share/zsh/vendor-completions/_kgw"), extracted(t, dir))
		if got := strings.TrimSpace(output(t, dir, "dpkg-deb", "--field", a.Path, "Package")); got != "kgw" {
			t.Errorf("the package is called %q", got)
		}
		if got := strings.TrimSpace(output(t, dir, "dpkg-deb", "--field", a.Path, "Architecture")); got != a.Arch {
			t.Errorf("the package of %s is for %q", a.Arch, got)
		}
		if list := output(t, dir, "dpkg-deb", "--contents", a.Path); !strings.Contains(list, "-rwxr-xr-x root/root") {
			t.Errorf("the program is not root's, or not executable:\n%s", list)
		}
		if a.Arch == "amd64" {
			output(t, dir, "usr/bin/kubectl-kgw", "version")
		}
	}
}

func extracted(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(dir, path)
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func rpms(t *testing.T, r release) {
	for _, a := range r.of(t, "Linux Package", "rpm", 2) {
		f, err := os.Open(a.Path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		rpm, err := rpmutils.ReadRpm(f)
		if err != nil {
			t.Fatalf("%s: %v", a.Name, err)
		}
		files, err := rpm.Header.GetFiles()
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, file := range files {
			names = append(names, strings.TrimPrefix(file.Name(), "/"))
			if file.UserName() != "root" || file.GroupName() != "root" {
				t.Errorf("%s: %s belongs to %s:%s", a.Name, file.Name(), file.UserName(), file.GroupName())
			}
		}
		sameFiles(t, a, installed(t, r, "usr/share/zsh/site-functions/_kgw"), names)
		if nevra, err := rpm.Header.GetNEVRA(); err != nil || nevra.Name != "kgw" {
			t.Errorf("%s: %+v, %v", a.Name, nevra, err)
		}
	}
}

// apks reads packages of Alpine: gzip streams one after another, of which only
// the last tar archive has an end (https://wiki.alpinelinux.org/wiki/Apk_spec).
func apks(t *testing.T, r release) {
	for _, a := range r.of(t, "Linux Package", "apk", 2) {
		f, err := os.Open(a.Path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		streams, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for name, e := range tarred(t, io.Reader(streams)) {
			if name == ".PKGINFO" && !strings.Contains(e.data, "pkgname = kgw\n") {
				t.Errorf("%s: %s", a.Name, e.data)
			}
			if !strings.HasPrefix(name, ".") {
				names = append(names, name)
			}
		}
		sameFiles(t, a, installed(t, r, "usr/share/zsh/site-functions/_kgw"), names)
	}
}

func sameFiles(t *testing.T, a artifact, want, got []string) {
	t.Helper()
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: -want +got:\n%s", a.Name, diff)
	}
}
