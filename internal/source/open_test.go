package source

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLinksStayInTree reads what links lead to inside the work tree, or below
// the path without one, and nothing outside.
func TestLinksStayInTree(t *testing.T) {
	files := map[string]string{
		"secret.yaml": "s", "elsewhere/a.yaml": "e", "elsewhere/.git/": "",
		"repo/apis/in.yaml": "-> ../other/b.yaml", "repo/apis/out.yaml": "-> ../../secret.yaml", "repo/apis/dir": "-> ../../elsewhere",
		"repo/apis/text": "-> ../../secret.yaml", "repo/apis/hop.yaml": "-> hop2.yaml", "repo/apis/hop2.yaml": "-> dir/a.yaml", "repo/apis/up.yaml": "-> dir/../secret.yaml",
		"repo/other/b.yaml": "b", "repo/apis/kgw.yaml": "-> /dev/zero", "repo/loop/d": "-> ../apis",
	}
	leaves := func(name string) string {
		return name + " 1:1 the path, or a symbolic link in it, leads out of the work tree"
	}
	out := []string{leaves("repo/apis/dir"), leaves("repo/apis/hop.yaml"), leaves("repo/apis/hop2.yaml"), leaves("repo/apis/kgw.yaml"), leaves("repo/apis/out.yaml"), leaves("repo/apis/up.yaml")}
	for _, c := range []struct {
		name        string
		git         bool
		path        string
		files, said []string
	}{
		{"work tree", true, "repo/apis", []string{"repo/apis/in.yaml"}, out},
		{"no work tree", false, "repo/apis", nil, []string{out[0], out[1], out[2], leaves("repo/apis/in.yaml"), out[3], out[4], out[5]}},
		{"file", true, "repo/apis/out.yaml", nil, out[4:5]},
		{"below a link", true, "repo/apis/dir/a.yaml", nil, []string{leaves("repo/apis/dir/a.yaml")}},
		{"pattern below a link", true, "repo/apis/dir/*.yaml", nil, []string{"repo/apis/dir/*.yaml 1:1 no file matches the pattern"}},
		{"from outside", true, "elsewhere", []string{"elsewhere/a.yaml"}, nil},
	} {
		dir := writeTree(t, files)
		if c.git {
			if err := os.Mkdir(filepath.Join(dir, "repo/.git"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		names, said := loaded(&Loader{Dir: dir}, c.path)
		if d := cmp.Diff(c.files, names); d != "" {
			t.Errorf("%s: files (- want, + got):\n%s", c.name, d)
		}
		if d := cmp.Diff(c.said, said); d != "" {
			t.Errorf("%s: problems (- want, + got):\n%s", c.name, d)
		}
	}
	names, _ := loaded(&Loader{Dir: writeTree(t, files), Bounds: Bounds{FollowLinks: true}}, "repo/apis/out.yaml", "repo/apis/dir")
	if d := cmp.Diff([]string{"repo/apis/dir/a.yaml", "repo/apis/out.yaml"}, names); d != "" {
		t.Errorf("with all links followed (- want, + got):\n%s", d)
	}
}

// TestBelow reads nothing outside of a directory, link or not.
func TestBelow(t *testing.T) {
	dir := writeTree(t, map[string]string{"a.yaml": "a", "in/b.yaml": "b", "in/l.yaml": "-> ../a.yaml", "in/d/m.yaml": "-> ../b.yaml"})
	l := &Loader{Dir: filepath.Join(dir, "in"), Bounds: Bounds{Below: filepath.Join(dir, "in")}}
	names, said := loaded(l, "../a.yaml", "..", "d", "l.yaml", "../*.yaml")
	if d := cmp.Diff([]string{"d/m.yaml"}, names); d != "" || len(said) != 4 {
		t.Errorf("%q (- want, + got):\n%s", said, d)
	}
}

// TestEachDirectoryOnce walks directories that links join in 3^22 ways.
func TestEachDirectoryOnce(t *testing.T) {
	files := map[string]string{}
	for i := range 23 {
		files[fmt.Sprintf("%02d/a.yaml", i)] = "a"
		for j := range 3 {
			files[fmt.Sprintf("%02d/l%d", i, j)] = fmt.Sprintf("-> ../%02d", i+1)
		}
	}
	names, _ := loaded(&Loader{Dir: writeTree(t, files)}, ".")
	if len(names) != 23 {
		t.Errorf("%d files", len(names))
	}
}

// TestReadFile reads regular files of a bounded size.
func TestReadFile(t *testing.T) {
	dir := writeTree(t, map[string]string{"a": "text", "large": strings.Repeat("x", 11), "zero": "-> /dev/zero", "out": "-> /etc/hostname", "d/": ""})
	for name, want := range map[string]error{"a": nil, "large": ErrTooLarge, "out": ErrLeaves, "none": os.ErrNotExist} {
		if _, err := (Bounds{}).ReadFile(filepath.Join(dir, name), 10); !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, path := range []string{"/dev/zero", filepath.Join(dir, "zero"), filepath.Join(dir, "d")} {
		if data, err := (Bounds{FollowLinks: true}).ReadNamed(path, 10); err == nil {
			t.Errorf("%s: %q", path, data)
		}
	}
	_, said := loaded(&Loader{}, "/dev/zero")
	if d := cmp.Diff([]string{"/dev/zero 1:1 cannot read the file: it is not a regular file"}, said); d != "" {
		t.Error(d)
	}
}

func TestPatternLimits(t *testing.T) {
	for pattern, want := range map[string]bool{
		"a/{b,c}/**/*.yaml": true, "{a,b,c,d,e,f,g,h,i,j,k,l}/{x,y}.yaml": true, strings.Repeat("{a,b}", 30): false,
		strings.Repeat("{", 2000) + strings.Repeat("}", 2000): false, strings.Repeat("**/", 30) + "a": false, "[": false,
	} {
		if err := checkPattern(pattern); (err == nil) != want {
			t.Errorf("%.40q: %v", pattern, err)
		}
	}
}

// TestIgnoreFileLimits reads no device as patterns, and not too many of them.
func TestIgnoreFileLimits(t *testing.T) {
	dir := writeTree(t, map[string]string{"a.yaml": "a", ".kgwignore": "-> /dev/zero", "d/.kgwignore": strings.Repeat("x\n", maxPatterns+1), "d/b.yaml": "b"})
	names, said := loaded(&Loader{Dir: dir}, ".")
	if len(names) != 2 {
		t.Error(names)
	}
	if d := cmp.Diff([]string{".kgwignore 1:1 the path, or a symbolic link in it, leads out of the work tree", "d/.kgwignore 1:1 more than 2000 patterns hold for the directory"}, said); d != "" {
		t.Error(d)
	}
}

// TestWithoutLinks refuses to write where a link is on the way.
func TestWithoutLinks(t *testing.T) {
	dir := writeTree(t, map[string]string{
		"repo/.git/": "", "repo/d/a": "a", "repo/l": "-> d", "repo/f": "-> d/a", "repo/out": "-> ../other", "other/a": "a", "link": "-> repo", "lone": "-> other/a", "repo/dangling": "-> nowhere",
	})
	for path, want := range map[string]bool{
		"repo/d/a": true, "repo/d/new": true, "repo/new/new": true, "link/d/a": true, "other/a": true,
		"repo/l/a": false, "repo/l/new": false, "repo/f": false, "repo/out/a": false, "repo/out/new": false, "link/l/a": false, "lone": false, "repo/dangling": false,
	} {
		if err := WithoutLinks(filepath.Join(dir, path)); (err == nil) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
}
