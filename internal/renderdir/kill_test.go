//go:build unix

package renderdir_test

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kgw-dev/kgw/internal/atomicfile"
	"github.com/kgw-dev/kgw/internal/renderdir"
)

// tree is one of the trees that the child writes in turn: about 50 files, of
// which some stay, most change, and some are only in every other tree.
func tree(version int) files {
	out := files{"stays.yaml": "stays\n"}
	for i := range 48 {
		if i%8 != 7 || version%2 == 0 {
			out[fmt.Sprintf("f%d.yaml", i)] = fmt.Sprintf("version %d\n", version%3)
		}
	}
	return out
}

// TestMain is also the child that writes trees until it is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("KGW_WRITE_UNTIL_KILLED"); dir != "" {
		fmt.Println(writeTrees(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func writeTrees(dir string) error {
	for version := 0; ; version++ {
		if err := writeOnce(dir, tree(version)); err != nil {
			return err
		}
		if version == 0 {
			fmt.Println("ready")
		}
	}
}

// writeOnce does what a build does.
func writeOnce(dir string, want files) error {
	unlock, err := renderdir.Lock(dir)
	if err != nil {
		return err
	}
	defer unlock()
	if err := renderdir.Recover(dir); err != nil {
		return err
	}
	p, err := renderdir.Compare(dir, want.list())
	if err != nil {
		return err
	}
	return p.Apply()
}

// killedWriter starts a child that writes trees to the directory, and kills it
// at some moment.
func killedWriter(t *testing.T, dir string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "KGW_WRITE_UNTIL_KILLED="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	time.Sleep(rand.N(12 * time.Millisecond))
	_ = child.Process.Kill()
	_ = child.Wait()
	if line != "ready\n" {
		t.Fatalf("the child says %q", line)
	}
}

// fast returns an empty directory, in memory where there is such a place.
func fast(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "renderdir-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// visible returns the files that a reader of manifests sees.
func visible(t *testing.T, dir string) files {
	t.Helper()
	out := files{}
	paths, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range paths {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(name)] = string(data)
	}
	return out
}

// isTree reports whether files are exactly one of the child's trees.
func isTree(have files) bool {
	for version := range 6 {
		if fmt.Sprint(have) == fmt.Sprint(tree(version)) {
			return true
		}
	}
	return false
}

// left returns what a killed run left in the directory and beside it.
func left(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	for _, d := range []string{dir, filepath.Dir(dir)} {
		entries, err := os.ReadDir(d)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), ".kgw-") && e.Name() != renderdir.RecordName {
				out = append(out, e.Name())
			}
		}
	}
	return out
}

// TestKilled kills a writer a hundred times. In a directory of kgw alone the
// files are one of the trees at once, where directories can be exchanged; in
// one with a file of somebody else after Recover. What is left is reported by
// Compare and removed by the next run.
func TestKilled(t *testing.T) {
	for _, shared := range []bool{false, true} {
		t.Run(fmt.Sprintf("shared=%v", shared), func(t *testing.T) {
			dir := filepath.Join(fast(t), "out")
			if shared {
				if err := os.MkdirAll(dir, 0o755); err != nil {
					t.Fatal(err)
				}
				put(t, dir, "README.md", "by hand\n")
			}
			exchanged, interrupted := !shared && canExchange(t), 0
			for range 100 {
				killedWriter(t, dir)
				if exchanged && !isTree(visible(t, dir)) {
					t.Fatalf("a reader sees %v", visible(t, dir))
				}
				if found := left(t, dir); len(found) > 0 {
					interrupted++
					mustReport(t, dir)
				}
				checkRecovered(t, dir)
			}
			if interrupted == 0 {
				t.Error("no run was killed while it wrote")
			}
			t.Logf("%d of 100 were killed while they wrote", interrupted)
		})
	}
}

// mustReport holds --check to what a killed run left, whichever tree is wanted.
func mustReport(t *testing.T, dir string) {
	t.Helper()
	p := compare(t, dir, tree(0))
	if len(p.With(renderdir.Leftover, renderdir.Unfinished)) == 0 {
		t.Fatalf("%v is not reported: %v", left(t, dir), p.Differences())
	}
}

// checkRecovered recovers a directory, which must be one of the trees then, and
// has the next run clean it.
func checkRecovered(t *testing.T, dir string) {
	t.Helper()
	if err := renderdir.Recover(dir); err != nil {
		t.Fatal(err)
	}
	have := visible(t, dir)
	if !isTree(have) {
		t.Fatalf("neither the old tree nor the new one: %v", have)
	}
	if written, err := renderdir.Written(dir); err != nil || len(written) != len(have) {
		t.Fatalf("the list has %d of %d files: %v", len(written), len(have), err)
	}
	if err := writeOnce(dir, have); err != nil {
		t.Fatal(err)
	}
	if found := left(t, dir); len(found) > 0 {
		t.Fatalf("the next run left %v", found)
	}
}

// canExchange reports whether a run exchanges directories here: then the
// directory is another one afterwards.
func canExchange(t *testing.T) bool {
	t.Helper()
	dir := filepath.Join(fast(t), "out")
	apply(t, dir, tree(0))
	before, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	apply(t, dir, tree(1))
	after, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	return !os.SameFile(before, after)
}

// TestWritersAtOnce has four writers write a hundred trees: each is kept out or
// writes a whole one. Who has the lock finds nothing that another is not done
// with.
func TestWritersAtOnce(t *testing.T) {
	dir := filepath.Join(fast(t), "out")
	var wg sync.WaitGroup
	for writer := range 4 {
		wg.Go(func() {
			for version := writer; version < 100; version += 4 {
				err := writeOnce(dir, tree(version))
				for errors.Is(err, renderdir.ErrBusy) {
					err = writeOnce(dir, tree(version))
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	for waiting := true; waiting; {
		select {
		case <-done:
			waiting = false
		default:
		}
		unlock, err := renderdir.Lock(dir)
		if err != nil {
			continue
		}
		if found := left(t, dir); len(found) > 0 {
			t.Errorf("locked, and another run is not done with %v", found)
		}
		unlock()
	}
	if have := visible(t, dir); !isTree(have) || len(left(t, dir)) > 0 {
		t.Errorf("%v\n%v", have, left(t, dir))
	}
}

// TestRecoverStaysInside has a commit that a hostile tree could hold: it moves
// nothing in from elsewhere and replaces nothing that kgw did not write.
func TestRecoverStaysInside(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	put(t, outside, "a.yaml.new", "secret\n")
	put(t, dir, "mine.yaml", "mine\n")
	commitDir := filepath.Join(dir, renderdir.CommitName)
	if err := os.Symlink(outside, commitDir); err != nil {
		t.Fatal(err)
	}
	if err := renderdir.Recover(dir); err == nil {
		t.Error("a link is a commit")
	}
	if err := errors.Join(os.Remove(commitDir), os.Mkdir(commitDir, 0o755), os.Symlink(filepath.Join(outside, "a.yaml.new"), filepath.Join(commitDir, "a.yaml.new"))); err != nil {
		t.Fatal(err)
	}
	sum := strings.Repeat("0", 64)
	put(t, commitDir, renderdir.RecordName, sum+"  a.yaml\n"+sum+"  mine.yaml\n")
	put(t, commitDir, "mine.yaml.new", "theirs\n")
	if err := renderdir.Recover(dir); err != nil {
		t.Fatal(err)
	}
	equal(t, content(t, dir), files{"mine.yaml": "mine\n"})
	equal(t, content(t, outside), files{"a.yaml.new": "secret\n"})
	if _, err := os.Stat(commitDir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the commit is left: %v", err)
	}
	if atomicfile.IsLeftover(renderdir.CommitName) {
		t.Error("a commit is no leftover: it must be completed")
	}
}
