package compile_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/compile/compiletest"
	"github.com/kgw-dev/kgw/internal/source"
)

// TestLinksAreNeverStale removes each document of each golden case, puts it back, and
// moves it into another namespace and back. After each step, a run that remembers the
// earlier ones finds and writes what a run without a memory does. The cases have every
// kind of object that the links of a gateway depend on.
func TestLinksAreNeverStale(t *testing.T) {
	t.Parallel()
	cases, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob("*/testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	steps, others := 0, 0
	for i, file := range append(cases, more...) {
		if testing.Short() && i%8 != 0 {
			continue
		}
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, mode := range []string{"strict", "controller"} {
			n, differ := editCase(t, file, mode, apart(archive))
			steps, others = steps+n, others+differ
		}
	}
	if !testing.Short() && (steps < 2000 || others < 1000) {
		t.Errorf("%d steps, of which %d change something", steps, others)
	}
}

// apart is an archive with a file for each document of its files, and for each item
// of their Lists.
func apart(archive *txtar.Archive) *txtar.Archive {
	out := &txtar.Archive{Comment: archive.Comment}
	for _, f := range archive.Files {
		if f.Name == "kgw.yaml" {
			out.Files = append(out.Files, f)
			continue
		}
		for i, text := range documentsOf(string(f.Data)) {
			out.Files = append(out.Files, txtar.File{Name: fmt.Sprintf("%s-%02d.yaml", strings.TrimSuffix(f.Name, ".yaml"), i), Data: []byte(text + "\n")})
		}
	}
	return out
}

func documentsOf(text string) []string {
	var out []string
	for _, one := range strings.Split(text, "\n---\n") {
		if items, ok := strings.CutPrefix(one, "apiVersion: v1\nkind: List\nitems:\n- "); ok {
			out = append(out, strings.Split(items, "\n- ")...)
		} else {
			out = append(out, one)
		}
	}
	return out
}

// editCase edits one case, and returns the number of steps and how many of them
// change something.
func editCase(t *testing.T, name, mode string, archive *txtar.Archive) (steps, differ int) {
	t.Helper()
	in, o := compiletest.Load(t, archive, mode)
	memory, before := &compile.Memory{}, ""
	compare := func(files []*source.File, what string) {
		o.Memory = nil
		want := outputOf(t, compile.Run(compile.Input{Files: files}, o))
		o.Memory = memory
		got := outputOf(t, compile.Run(compile.Input{Files: files}, o))
		if got != want {
			t.Errorf("%s, %s, %s: (- without a memory, + with it)\n%s", name, mode, what, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
		}
		steps++
		if got != before {
			differ++
		}
		before = got
	}
	compare(in.Files, "as it is")
	for i, f := range in.Files {
		compare(slices.Delete(slices.Clone(in.Files), i, i+1), "without "+f.Name)
		compare(in.Files, "with "+f.Name)
		changed := slices.Clone(in.Files)
		changed[i] = elsewhere(t, f)
		compare(changed, "with another "+f.Name)
		compare(in.Files, "with the first "+f.Name)
	}
	return steps, differ
}

// elsewhere is a file with other namespaces and names.
func elsewhere(t *testing.T, f *source.File) *source.File {
	t.Helper()
	text := strings.NewReplacer("*.", "*.x.", "app: ", "app: x", "namespace: ", "namespace: x", "istio-injection: ", "istio-injection: x", "mesh:", "mesh: #").Replace(string(f.Data))
	out, problem := source.NewFile(f.Name, []byte(text))
	if problem != nil {
		t.Fatal(problem)
	}
	return out
}

// outputOf returns everything that a run finds and writes.
func outputOf(t *testing.T, r *compile.Result) string {
	t.Helper()
	var out bytes.Buffer
	for i := range r.Findings {
		f := &r.Findings[i]
		fmt.Fprintln(&out, f.Span, f.Severity, f.Code, f.Message, f.Help)
		for _, m := range f.Related {
			fmt.Fprintln(&out, "  ", m.Span, m.Message)
		}
	}
	for i := range r.Resources {
		fmt.Fprintln(&out, r.Resources[i].Withheld, r.Resources[i].Status, r.Resources[i].Refused, r.Resources[i].Later)
	}
	fmt.Fprintf(&out, "%+v %v %d\n", r.Summary, r.Disagreements, r.Read)
	if err := r.WriteYAML(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
