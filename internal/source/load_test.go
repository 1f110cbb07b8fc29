package source

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// writeTree writes files below a new directory; a name that ends in "/" is an empty
// directory, and a text that starts with "-> " is a symbolic link.
func writeTree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		switch target, link := strings.CutPrefix(text, "-> "); {
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(full, 0o755)
		case link:
			err = os.Symlink(target, full)
		default:
			err = os.WriteFile(full, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// loaded returns the names of the files that are read, and the problems.
func loaded(l *Loader, paths ...string) (names, problems []string) {
	files, found := l.Load(paths)
	for _, f := range files {
		names = append(names, f.Name)
	}
	for _, p := range found {
		problems = append(problems, p.File.Name+" "+said(p))
	}
	return names, problems
}

func TestLoad(t *testing.T) {
	dir := writeTree(t, map[string]string{
		"b.yaml": "b", "a.yml": "a", "c.json": "{}", "d.YAML": "d", "readme.md": "no", "Makefile": "no", ".hidden.yaml": "h",
		"sub/e.yaml": "e", "sub/deep/f.yaml": "f", "sub/deep/g.txt": "g", "empty/": "", "odd [x]/h.yaml": "h",
		".git/config.yaml": "no",
	})
	all := []string{".hidden.yaml", "a.yml", "b.yaml", "c.json", "d.YAML", "odd [x]/h.yaml", "sub/deep/f.yaml", "sub/e.yaml"}
	for name, c := range map[string]struct {
		paths []string
		want  []string
		wrong []string
	}{
		"a directory":              {[]string{"."}, all, nil},
		"a file":                   {[]string{"b.yaml"}, []string{"b.yaml"}, nil},
		"a file of another name":   {[]string{"sub/deep/g.txt"}, []string{"sub/deep/g.txt"}, nil},
		"files twice":              {[]string{"b.yaml", "./b.yaml", "sub/../b.yaml", "."}, all, nil},
		"directories twice":        {[]string{"sub", "sub/deep"}, []string{"sub/deep/f.yaml", "sub/e.yaml"}, nil},
		"a pattern":                {[]string{"sub/**/*.yaml"}, []string{"sub/deep/f.yaml", "sub/e.yaml"}, nil},
		"a pattern for everything": {[]string{"**/*.y*ml"}, []string{".hidden.yaml", "a.yml", "b.yaml", "odd [x]/h.yaml", "sub/deep/f.yaml", "sub/e.yaml"}, nil},
		"a pattern with braces":    {[]string{"{a,b}.{yml,yaml}"}, []string{"a.yml", "b.yaml"}, nil},
		"a name like a pattern":    {[]string{"odd [x]"}, []string{"odd [x]/h.yaml"}, nil},
		"no match":                 {[]string{"*.toml"}, nil, []string{"*.toml 1:1 no file matches the pattern"}},
		"nothing there":            {[]string{"gone.yaml", "b.yaml"}, []string{"b.yaml"}, []string{"gone.yaml 1:1 cannot read the file: no such file or directory"}},
		"an empty directory":       {[]string{"empty"}, nil, nil},
	} {
		names, wrong := loaded(&Loader{Dir: dir}, c.paths...)
		if d := cmp.Diff(c.want, names); d != "" {
			t.Errorf("%s (- want, + got):\n%s", name, d)
		}
		if d := cmp.Diff(c.wrong, wrong); d != "" {
			t.Errorf("%s: problems (- want, + got):\n%s", name, d)
		}
	}
}

func TestLoadNamesFilesFromTheWorkingDirectory(t *testing.T) {
	dir := writeTree(t, map[string]string{"in/a.yaml": "a", "out/b.yaml": "b"})
	names, _ := loaded(&Loader{Dir: filepath.Join(dir, "in")}, filepath.Join(dir, "in", "a.yaml"), "../out", filepath.Join(dir, "out"))
	if d := cmp.Diff([]string{"../out/b.yaml", "a.yaml"}, names); d != "" {
		t.Errorf("names (- want, + got):\n%s", d)
	}
}

func TestIgnoreFiles(t *testing.T) {
	dir := writeTree(t, map[string]string{
		".git/HEAD": "x", ".gitignore": "# c\nbuild/\n*.gen.yaml\n!keep.gen.yaml\n/top.yaml\n", ".kgwignore": "charts/\n\n",
		"a.yaml": "", "x.gen.yaml": "", "keep.gen.yaml": "", "top.yaml": "", "build/b.yaml": "", "charts/c.yaml": "",
		"sub/top.yaml": "", "sub/.kgwignore": "local.yaml\r\n!x.gen.yaml\n", "sub/local.yaml": "", "sub/x.gen.yaml": "", "sub/build/d.yaml": "", "other/local.yaml": "",
	})
	all := []string{"a.yaml", "keep.gen.yaml", "other/local.yaml", "sub/top.yaml", "sub/x.gen.yaml"}
	for _, c := range []struct {
		paths, want []string
	}{
		{[]string{"."}, all},
		{[]string{"sub"}, []string{"sub/top.yaml", "sub/x.gen.yaml"}},
		{[]string{"**/*.yaml"}, all},
		{[]string{"build"}, []string{"build/b.yaml"}}, // named itself
		{[]string{"top.yaml", "sub/local.yaml"}, []string{"sub/local.yaml", "top.yaml"}},
	} {
		names, wrong := loaded(&Loader{Dir: dir}, c.paths...)
		if d := cmp.Diff(c.want, names); d != "" || len(wrong) > 0 {
			t.Errorf("%v: %v (- want, + got):\n%s", c.paths, wrong, d)
		}
	}
}

func TestSymbolicLinks(t *testing.T) {
	dir := writeTree(t, map[string]string{
		"real/a.yaml": "a", "real/loop": "-> ..", "real/self": "-> self", "real/self.yaml": "-> self.yaml",
		"real/gone.yaml": "-> nowhere.yaml", "real/gone.txt": "-> nowhere.txt", "real/again.yaml": "-> a.yaml", "link": "-> real/inner", "real/inner/b.yaml": "b",
		"two/x": "-> ../two/y", "two/y": "-> ../two/x",
	})
	names, wrong := loaded(&Loader{Dir: dir}, ".")
	if d := cmp.Diff([]string{"real/a.yaml", "real/inner/b.yaml"}, names); d != "" {
		t.Errorf("files (- want, + got):\n%s", d)
	}
	if d := cmp.Diff([]string{
		"real/gone.yaml 1:1 cannot read the file: no such file or directory",
		"real/loop 1:1 the symbolic link leads back to a directory above it",
		"real/self 1:1 the path is a loop of symbolic links",
		"real/self.yaml 1:1 the path is a loop of symbolic links",
		"two/x 1:1 the path is a loop of symbolic links",
		"two/y 1:1 the path is a loop of symbolic links",
	}, wrong); d != "" {
		t.Errorf("problems (- want, + got):\n%s", d)
	}
}

func TestUnreadable(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may read everything")
	}
	dir := writeTree(t, map[string]string{"a.yaml": "a", "closed/b.yaml": "b", "c.yaml": "c"})
	for _, name := range []string{"closed", "c.yaml"} {
		if err := os.Chmod(filepath.Join(dir, name), 0); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { os.Chmod(filepath.Join(dir, "closed"), 0o755) })
	names, wrong := loaded(&Loader{Dir: dir}, ".")
	if d := cmp.Diff([]string{"a.yaml"}, names); d != "" {
		t.Errorf("files (- want, + got):\n%s", d)
	}
	if d := cmp.Diff([]string{"closed 1:1 cannot read the directory: permission denied", "c.yaml 1:1 cannot read the file: permission denied"}, wrong); d != "" {
		t.Errorf("problems (- want, + got):\n%s", d)
	}
}

// TestFileThatVanishes reads names that a walk gave and that are gone since.
func TestFileThatVanishes(t *testing.T) {
	dir := writeTree(t, map[string]string{"a.yaml": "a", "b.yaml": "b", "c.yaml": "c"})
	l := &Loader{Dir: dir}
	w := newWalker(l)
	w.readArgument(".")
	for _, name := range []string{"a.yaml", "c.yaml"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "c.yaml"), 0o755); err != nil {
		t.Fatal(err)
	}
	files, problems := l.readAll(w.files, l.Kept.reader(l))
	if len(files) != 1 || files[0].Name != "b.yaml" || len(problems) != 2 {
		t.Fatalf("%d files, problems: %+v", len(files), problems)
	}
	for i, want := range []string{"a.yaml 1:1 cannot read the file: no such file or directory", "c.yaml 1:1 cannot read the file: is a directory"} {
		if got := problems[i].File.Name + " " + said(problems[i]); got != want || problems[i].Kind != Unreadable {
			t.Errorf("problem %q, want %q", got, want)
		}
	}
}

type brokenReader struct{ n int }

func (r *brokenReader) Read(b []byte) (int, error) {
	if r.n == 0 {
		return 0, errors.New("the disk is on fire")
	}
	r.n--
	return copy(b, "a: 1\n"), nil
}

func TestStandardInput(t *testing.T) {
	files, problems := (&Loader{Stdin: strings.NewReader("\ufeffa: 1\n")}).Load([]string{"-"})
	if len(problems) > 0 || len(files) != 1 || files[0].Name != "<stdin>" || string(files[0].Data) != "a: 1\n" {
		t.Errorf("%+v %+v", files, problems)
	}
	files, _ = (&Loader{Stdin: bytes.NewReader(nil), StdinName: "charts/out.yaml"}).Load([]string{"-", "-"})
	if len(files) != 1 || files[0].Name != "charts/out.yaml" {
		t.Errorf("%+v", files)
	}
	_, problems = (&Loader{Stdin: &brokenReader{3}}).Load([]string{"-"})
	if len(problems) != 1 || problems[0].Kind != Unreadable || !strings.Contains(problems[0].Message, "the disk is on fire") {
		t.Errorf("%+v", problems)
	}
}

// TestBrokenFileAmongMany reads all the others.
func TestBrokenFileAmongMany(t *testing.T) {
	files := map[string]string{"broken.yaml": "\x00", "utf16.yaml": "\xff\xfea\x00", "latin.yaml": "a: \xe9\n"}
	for i := range 50 {
		files["f"+string(rune('a'+i%26))+string(rune('a'+i/26))+".yaml"] = "a: 1\n"
	}
	names, wrong := loaded(&Loader{Dir: writeTree(t, files)}, ".")
	if len(names) != 50 {
		t.Errorf("%d files are read", len(names))
	}
	if d := cmp.Diff([]string{
		"broken.yaml 1:1 the file holds a zero byte and is not text",
		"latin.yaml 1:4 byte 0xe9 is not UTF-8",
		"utf16.yaml 1:1 the file is UTF-16",
	}, wrong); d != "" {
		t.Errorf("problems (- want, + got):\n%s", d)
	}
}

// TestLoadDeep checks that directories are read down to a bound, and that what is
// below it is said.
func TestLoadDeep(t *testing.T) {
	dir := t.TempDir()
	at := dir
	for range 130 {
		at = filepath.Join(at, "d")
	}
	if err := os.MkdirAll(at, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{filepath.Join(dir, "d", "a.yaml"), filepath.Join(at, "b.yaml")} {
		if err := os.WriteFile(name, []byte("a: b\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files, problems := (&Loader{Dir: dir}).Load([]string{"."})
	if len(files) != 1 || len(problems) != 1 || problems[0].Kind != DocumentTooLarge {
		t.Errorf("%d files, %v", len(files), problems)
	}
}
