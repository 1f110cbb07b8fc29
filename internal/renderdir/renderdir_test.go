package renderdir_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/renderdir"
)

type files map[string]string

func (f files) list() []renderdir.File {
	var out []renderdir.File
	for name, data := range f {
		out = append(out, renderdir.File{Name: name, Data: []byte(data)})
	}
	return out
}

func compare(t *testing.T, dir string, want files) *renderdir.Plan {
	t.Helper()
	p, err := renderdir.Compare(dir, want.list())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func apply(t *testing.T, dir string, want files) {
	t.Helper()
	if err := compare(t, dir, want).Apply(); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, dir, name, data string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

// content returns the files of a directory without kgw's list.
func content(t *testing.T, dir string) files {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := files{}
	for _, e := range entries {
		if e.Name() == renderdir.RecordName {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = string(data)
	}
	return out
}

func states(p *renderdir.Plan) map[string]string {
	out := map[string]string{}
	for _, d := range p.Differences() {
		out[d.Name] = d.Status.String()
	}
	return out
}

func equal(t *testing.T, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestDirectoryFollowsWhatIsWanted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "out")
	first := files{"a.yaml": "a\n", "b.yaml": "b\n", "empty.yaml": ""}
	p := compare(t, dir, first)
	equal(t, states(p), map[string]string{".kgw-manifest": "missing", "a.yaml": "missing", "b.yaml": "missing", "empty.yaml": "missing"})
	if err := p.Apply(); err != nil {
		t.Fatal(err)
	}
	equal(t, content(t, dir), first)
	equal(t, states(compare(t, dir, first)), map[string]string{})

	put(t, dir, "README.md", "by hand\n")
	second := files{"b.yaml": "B\n", "c.yaml": "c\n"}
	p = compare(t, dir, second)
	equal(t, states(p), map[string]string{".kgw-manifest": "changed", "a.yaml": "stale", "b.yaml": "changed", "c.yaml": "missing", "empty.yaml": "stale"})
	if err := p.Apply(); err != nil {
		t.Fatal(err)
	}
	equal(t, content(t, dir), files{"README.md": "by hand\n", "b.yaml": "B\n", "c.yaml": "c\n"})
	names, err := renderdir.Written(dir)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, names, []string{"b.yaml", "c.yaml"})
}

func TestUnchangedFilesAreNotRewritten(t *testing.T) {
	dir := t.TempDir()
	apply(t, dir, files{"a.yaml": "a\n", "b.yaml": "b\n"})
	old := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, name := range []string{"a.yaml", "b.yaml", renderdir.RecordName} {
		if err := os.Chtimes(filepath.Join(dir, name), old, old); err != nil {
			t.Fatal(err)
		}
	}
	modified := func(name string) bool {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return !info.ModTime().Equal(old)
	}
	apply(t, dir, files{"a.yaml": "a\n", "b.yaml": "b\n"})
	equal(t, []bool{modified("a.yaml"), modified("b.yaml"), modified(renderdir.RecordName)}, []bool{false, false, false})
	apply(t, dir, files{"a.yaml": "a\n", "b.yaml": "B\n"})
	equal(t, []bool{modified("a.yaml"), modified("b.yaml"), modified(renderdir.RecordName)}, []bool{false, true, true})
}

func TestWhatOthersWroteIsLeft(t *testing.T) {
	for name, c := range map[string]struct {
		before  files // written by kgw
		edit    files // by somebody
		want    files
		status  string
		blocked bool
	}{
		"edited and wanted":          {files{"a.yaml": "1"}, files{"a.yaml": "mine"}, files{"a.yaml": "2"}, "edited", true},
		"edited and no longer there": {files{"a.yaml": "1"}, files{"a.yaml": "mine"}, files{}, "edited", false},
		"foreign":                    {files{}, files{"a.yaml": "mine"}, files{"a.yaml": "2"}, "foreign", true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			apply(t, dir, c.before)
			for name, data := range c.edit {
				put(t, dir, name, data)
			}
			c.want["other.yaml"] = "other"
			p := compare(t, dir, c.want)
			equal(t, states(p)["a.yaml"], c.status)
			err := p.Apply()
			equal(t, errors.Is(err, renderdir.ErrBlocked), c.blocked)
			got := content(t, dir)
			equal(t, got["a.yaml"], "mine")
			_, wrote := got["other.yaml"]
			equal(t, wrote, !c.blocked)
		})
	}
}

// An edited file that is not wanted is reported until somebody removes it.
func TestEditedStaleFileIsReportedAgain(t *testing.T) {
	dir := t.TempDir()
	apply(t, dir, files{"a.yaml": "1", "b.yaml": "b"})
	put(t, dir, "a.yaml", "mine")
	want := files{"b.yaml": "b"}
	apply(t, dir, want)
	equal(t, states(compare(t, dir, want)), map[string]string{"a.yaml": "edited"})
	if err := os.Remove(filepath.Join(dir, "a.yaml")); err != nil {
		t.Fatal(err)
	}
	apply(t, dir, want)
	equal(t, states(compare(t, dir, want)), map[string]string{})
}

func TestFilesThatAreAsWantedAreAdopted(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a.yaml", "a\n")
	equal(t, states(compare(t, dir, files{"a.yaml": "a\n"})), map[string]string{".kgw-manifest": "missing"})
	apply(t, dir, files{"a.yaml": "a\n"})
	apply(t, dir, files{})
	equal(t, content(t, dir), files{})
}

func TestLineEndsOfACheckoutDoNotMatter(t *testing.T) {
	dir := t.TempDir()
	apply(t, dir, files{"a.yaml": "a\nb\n", "old.yaml": "x\ny\n"})
	for _, name := range []string{"a.yaml", "old.yaml", renderdir.RecordName} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		put(t, dir, name, strings.ReplaceAll(string(data), "\n", "\r\n"))
	}
	equal(t, states(compare(t, dir, files{"a.yaml": "a\nb\n", "old.yaml": "x\ny\n"})), map[string]string{})
	apply(t, dir, files{"a.yaml": "a\nc\n"})
	equal(t, content(t, dir), files{"a.yaml": "a\nc\n"})
}

func TestLinksAreNotFollowed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege")
	}
	outside := filepath.Join(t.TempDir(), "outside.yaml")
	put(t, filepath.Dir(outside), "outside.yaml", "outside")
	dir := t.TempDir()
	apply(t, dir, files{"a.yaml": "1", "b.yaml": "1"})
	for _, name := range []string{"a.yaml", "b.yaml", "c.yaml"} {
		_ = os.Remove(filepath.Join(dir, name))
		if err := os.Symlink(outside, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	want := files{"a.yaml": "2", "c.yaml": "2"}
	p := compare(t, dir, want)
	equal(t, states(p), map[string]string{".kgw-manifest": "changed", "a.yaml": "edited", "b.yaml": "edited", "c.yaml": "foreign"})
	equal(t, errors.Is(p.Apply(), renderdir.ErrBlocked), true)
	equal(t, content(t, filepath.Dir(outside)), files{"outside.yaml": "outside"})
}

// A step that fails in the middle is undone: a directory takes the place of a
// file after the comparison.
func TestFailureIsUndone(t *testing.T) {
	for _, first := range []bool{true, false} {
		dir := t.TempDir()
		before := files{}
		if !first {
			before = files{"a.yaml": "1", "stale.yaml": "s"}
			apply(t, dir, before)
		}
		record, _ := os.ReadFile(filepath.Join(dir, renderdir.RecordName))
		p, err := renderdir.Compare(dir, []renderdir.File{{Name: "a.yaml", Data: []byte("2")}, {Name: "b.yaml", Data: []byte("2")}, {Name: "c.yaml", Data: []byte("2")}})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(dir, "c.yaml", "full"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := p.Apply(); err == nil {
			t.Fatal("a file took the place of a directory")
		}
		if err := os.RemoveAll(filepath.Join(dir, "c.yaml")); err != nil {
			t.Fatal(err)
		}
		equal(t, content(t, dir), before)
		after, _ := os.ReadFile(filepath.Join(dir, renderdir.RecordName))
		equal(t, string(after), string(record))
	}
}

// A run of an older kgw that was killed between the list and the last file left
// both sums of a name; either content is then kgw's own.
func TestHalfDoneRunCanBeFinished(t *testing.T) {
	scratch := t.TempDir()
	apply(t, scratch, files{"a.yaml": "1", "b.yaml": "1"})
	one, _ := os.ReadFile(filepath.Join(scratch, renderdir.RecordName))
	apply(t, scratch, files{"a.yaml": "2", "b.yaml": "2"})
	two, _ := os.ReadFile(filepath.Join(scratch, renderdir.RecordName))

	dir := t.TempDir()
	put(t, dir, renderdir.RecordName, string(one)+string(two))
	put(t, dir, "a.yaml", "2")
	put(t, dir, "b.yaml", "1")
	apply(t, dir, files{"a.yaml": "3", "b.yaml": "3"})
	equal(t, content(t, dir), files{"a.yaml": "3", "b.yaml": "3"})
	record, _ := os.ReadFile(filepath.Join(dir, renderdir.RecordName))
	equal(t, strings.Count(string(record), "a.yaml"), 1)
}

func TestDamagedListIsAnError(t *testing.T) {
	sum := strings.Repeat("0", 64)
	for _, line := range []string{"<<<<<<< HEAD", sum, sum + "  ", sum + "  ../up.yaml", sum + "  a/b.yaml", sum + `  a\b`, sum + "  c:x", sum + "  ..", sum + "  " + renderdir.RecordName, "0000  a.yaml"} {
		dir := t.TempDir()
		put(t, dir, renderdir.RecordName, "# head\n"+line+"\n")
		_, err := renderdir.Compare(dir, nil)
		if err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%q: %v", line, err)
		}
	}
}

func TestWhatIsNoDirectory(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "file", "")
	if _, err := renderdir.Compare(filepath.Join(dir, "file"), files{"a.yaml": ""}.list()); err == nil {
		t.Error("a file was taken for a directory")
	}
	if err := os.Mkdir(filepath.Join(dir, renderdir.RecordName), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := renderdir.Compare(dir, nil); err == nil {
		t.Error("a directory was taken for the list")
	}
}

func TestWantedNamesMustBePlainAndDifferent(t *testing.T) {
	for _, names := range [][]string{{"a/b"}, {".."}, {""}, {renderdir.RecordName}, {"a", "a"}} {
		var want []renderdir.File
		for _, n := range names {
			want = append(want, renderdir.File{Name: n})
		}
		if _, err := renderdir.Compare(t.TempDir(), want); err == nil {
			t.Errorf("%q was taken", names)
		}
	}
}

func TestFileName(t *testing.T) {
	long := strings.Repeat("n", 253)
	for _, c := range []struct{ kind, namespace, name, want string }{
		{"VirtualService", "web", "shop-6bwebcw5", "virtualservice-web-shop-6bwebcw5.yaml"},
		{"Namespace", "", "web", "namespace-web.yaml"},
		{"ClusterRole", "", "system:Node", "clusterrole-system%3anode.yaml"},
		{"Odd", "..", `a/b\c*?"<>|`, "odd-..-a%2fb%5cc%2a%3f%22%3c%3e%7c.yaml"},
	} {
		equal(t, renderdir.FileName(c.kind, c.namespace, c.name, ".yaml"), c.want)
	}
	cut := renderdir.FileName("VirtualService", "web", long, ".yaml")
	other := renderdir.FileName("VirtualService", "web", long+"x", ".yaml")
	if len(cut) > 255 || len(other) > 255 || cut == other {
		t.Errorf("%q and %q", cut, other)
	}
}

func TestKustomization(t *testing.T) {
	equal(t, string(renderdir.KustomizationFor(nil).Data), "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n")
	equal(t, string(renderdir.KustomizationFor([]string{"a.yaml", "b.yaml"}).Data),
		"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- a.yaml\n- b.yaml\n")
}

// TestLeftovers sees and removes what a killed run began, and nothing else.
func TestLeftovers(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{".kgw-12345", ".kgw-mine"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, ".kgw-678", "0"), 0o755); err != nil {
		t.Fatal(err)
	}
	plan, err := renderdir.Compare(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := plan.With(renderdir.Leftover); len(got) != 2 {
		t.Errorf("%v", got)
	}
	if err := plan.Apply(); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".kgw-*"))
	if err != nil || len(left) != 2 { // the list, and the file that is not kgw's
		t.Errorf("%v %v", left, err)
	}
}

// TestOneWriter lets only one write to a directory, a hundred times.
func TestOneWriter(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("directories are not locked on Windows")
	}
	dir := filepath.Join(t.TempDir(), "out")
	for range 100 {
		unlock, err := renderdir.Lock(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := renderdir.Lock(dir); !errors.Is(err, renderdir.ErrBusy) {
			t.Fatalf("two at once: %v", err)
		}
		unlock()
	}
}
