package release

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// entry is a file in an archive or package.
type entry struct {
	mode     os.FileMode
	owner    string
	modified time.Time
	data     string // of a symbolic link its target
}

// archives compares the content of every archive with what the release made.
func archives(t *testing.T, r release) {
	for _, a := range r.of(t, "Archive", "", 6) {
		t.Run(a.Name, func(t *testing.T) {
			read, program := tarGz, "kgw"
			if a.OS == "windows" {
				read, program = zipped, "kgw.exe"
			}
			files := read(t, a.Path)
			var names []string
			for name, e := range files {
				names = append(names, name)
				if a.OS != "windows" && e.owner != "root:root" {
					t.Errorf("%s belongs to %s", name, e.owner)
				}
				if at := e.modified.UTC().Format(time.RFC3339); at != madeAt {
					t.Errorf("%s is of %s, not of the commit", name, at)
				}
			}
			slices.Sort(names)
			if diff := cmp.Diff(wantNames(t, r, program), names); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if e := files[program]; e.mode.Perm() != 0o755 {
				t.Errorf("%s has mode %v", program, e.mode)
			}
			if !strings.HasPrefix(strings.TrimSpace(files["LICENSE"].data), "Apache License") {
				t.Error("LICENSE is not the licence")
			}
		})
	}
}

// wantNames returns the program, papers, completions and a page for every command.
func wantNames(t *testing.T, r release, program string) []string {
	t.Helper()
	names := []string{
		program, "CHANGELOG.md", "LICENSE", "README.md",
		"completions/kgw.bash", "completions/kgw.fish", "completions/kgw.ps1", "completions/kgw.zsh",
	}
	for _, page := range r.pages(t) {
		names = append(names, "man/"+page)
	}
	slices.Sort(names)
	return names
}

// pages returns the names of the manual pages that the release made.
func (r release) pages(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(r.dir, "build", "release", "man", "*.1"))
	if err != nil || len(list) < 10 {
		t.Fatalf("%d manual pages, %v", len(list), err)
	}
	for i := range list {
		list[i] = filepath.Base(list[i])
	}
	return list
}

func tarGz(t *testing.T, file string) map[string]entry {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return tarred(t, unzipped)
}

func tarred(t *testing.T, from io.Reader) map[string]entry {
	t.Helper()
	files := map[string]entry{}
	for archive := tar.NewReader(from); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeDir {
			continue
		}
		data, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		files[strings.TrimPrefix(h.Name, "./")] = entry{h.FileInfo().Mode(), h.Uname + ":" + h.Gname, h.ModTime, string(data) + h.Linkname}
	}
}

func zipped(t *testing.T, file string) map[string]entry {
	t.Helper()
	archive, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	files := map[string]entry{}
	for _, f := range archive.File {
		from, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(from)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = entry{mode: f.Mode(), modified: f.Modified, data: string(data)}
	}
	return files
}

// program runs the program of this system as an archive holds it, loads its
// completions into the shells that are here, and has man read its pages.
func program(t *testing.T, r release) {
	dir := unpack(t, r)
	out := output(t, dir, "./kgw", "version")
	for _, line := range []string{"kgw " + r.version, "commit: " + r.commit, "platform: " + runtime.GOOS + "/" + runtime.GOARCH} {
		if !strings.Contains(out, line+"\n") {
			t.Errorf("kgw version does not print %q:\n%s", line, out)
		}
	}
	if strings.Contains(output(t, dir, "go", "version", "-m", "kgw"), dir) || strings.Contains(readFile(t, filepath.Join(dir, "kgw")), r.dir) {
		t.Error("the program holds the path of its checkout")
	}
	output(t, dir, "bash", "-c", "source completions/kgw.bash && complete -p kgw")
	for _, shell := range []string{"zsh", "fish"} {
		if _, err := exec.LookPath(shell); err == nil {
			output(t, dir, shell, "-n", "completions/kgw."+shell)
		}
	}
	page := readFile(t, filepath.Join(dir, "man", "kgw-build.1"))
	if want := `.TH "KGW-BUILD" "1" "Jan 2026" "kgw ` + r.version + `" "kgw manual"`; !strings.Contains(page, want) {
		t.Errorf("the page does not begin with %s:\n%.200s", want, page)
	}
	if _, err := exec.LookPath("man"); err == nil {
		if text := output(t, dir, "man", "-l", "man/kgw-build.1"); !strings.Contains(text, "SYNOPSIS") {
			t.Errorf("man prints %.200s", text)
		}
	}
}

// unpack extracts the archive of this system.
func unpack(t *testing.T, r release) string {
	t.Helper()
	dir := t.TempDir()
	for _, a := range r.of(t, "Archive", "", 6) {
		if a.OS == runtime.GOOS && a.Arch == runtime.GOARCH {
			output(t, dir, "tar", "xzf", a.Path)
		}
	}
	return dir
}

func readFile(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
