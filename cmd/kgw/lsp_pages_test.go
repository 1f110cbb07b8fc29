package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/explain"
)

// TestEditsOfExamples has the files of each page's bad example become those of the
// good one, one by one, then vanish one by one, and come back. After each step,
// what is found and written with all that is kept is what a checker finds and writes
// that knows nothing. The examples have every kind of object that a resource may
// depend on.
func TestEditsOfExamples(t *testing.T) {
	t.Parallel()
	pages, steps := 0, 0
	for i, r := range diag.Rules {
		p, err := explain.Lookup(r.Code)
		if err != nil || len(p.Bad.Files) == 0 || testing.Short() && i%10 != 0 {
			continue
		}
		pages++
		t.Run(string(r.Code), func(t *testing.T) { steps += editExample(t, p) })
	}
	if !testing.Short() && (pages < 250 || steps < 1500) {
		t.Errorf("only %d steps of %d pages are compared", steps, pages)
	}
}

// editExample makes the steps for one page, and returns how many there are.
func editExample(t *testing.T, p *explain.Page) int {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	d := &drawnFolder{t: t, dir: dir, unsaved: map[string][]byte{}, clock: time.Now().Add(-24 * time.Hour)}
	a := &app{getenv: func(string) string { return "" }, dir: dir}
	f := &inputFlags{failOn: "error", color: "never"}
	kept, steps := a.checker(f, dir, ""), 0
	compare := func(what string) {
		steps++
		got, want := textOfChecked(t, kept.Check(nil)), textOfChecked(t, a.checker(f, dir, "").Check(nil))
		if got != want {
			t.Fatalf("%s: (- without what is kept, + with it)\n%s", what, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
		}
	}
	put := func(files []explain.File) {
		for _, f := range files {
			d.put(f.Name, f.Text)
			compare("with " + f.Name)
		}
	}
	put(p.Bad.Files)
	put(p.Good.Files)
	for _, name := range slices.Clone(d.names) {
		d.remove(name)
		compare("without " + name)
		if text := textIn(p.Bad.Files, name); text != "" {
			d.put(name, text)
			compare("with " + name + " again")
		}
	}
	return steps
}

// textIn returns the text of a file, or "".
func textIn(files []explain.File, name string) string {
	for _, f := range files {
		if f.Name == name {
			return f.Text
		}
	}
	return ""
}
