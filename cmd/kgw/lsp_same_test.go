package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/testfile"
)

// said are the diagnostics that an editor shows of each file, as texts.
type said map[string][]string

// follow takes up what the server told since.
func (s said) follow(t testing.TB, e *editor) {
	t.Helper()
	for _, m := range e.told {
		if m.Method != "textDocument/publishDiagnostics" {
			continue
		}
		var p struct {
			URI         string
			Diagnostics []struct {
				Range    struct{ Start caret }
				Severity int
				Code     string
				Message  string
			}
		}
		if err := json.Unmarshal(m.Params, &p); err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.URI, e.uri("")+"/")
		s[name] = nil
		for _, d := range p.Diagnostics {
			s[name] = append(s[name], fmt.Sprintf("%d:%d %d %s %s", d.Range.Start.Line+1, d.Range.Start.Character+1, d.Severity, d.Code, d.Message))
		}
		slices.Sort(s[name])
	}
	e.told = nil
}

// validateHere returns what kgw validate finds in a directory: each finding, and each
// further place of one.
func validateHere(t testing.TB, dir string) (findings said, places map[string]bool) {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, getenv: func(string) string { return "" }, dir: dir}
	a.run([]string{"kgw", "validate", ".", "--format", "json", "--allow-empty"})
	var report struct {
		Findings []struct {
			Code, Severity, Message, Help, File string
			Line, Column                        int
			Related                             []struct {
				File         string
				Line, Column int
			}
		}
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil && errs.Len() == 0 {
		t.Fatalf("%v: %s%s", err, &out, &errs)
	}
	findings, places = said{}, map[string]bool{}
	for _, f := range report.Findings {
		message, _, _ := strings.Cut(f.Message, " (and ")
		if f.Help != "" {
			message += "\n" + f.Help
		}
		level := map[string]int{"error": 1, "warning": 2, "info": 3}[f.Severity]
		findings[f.File] = append(findings[f.File], fmt.Sprintf("%d:%d %d %s %s", f.Line, f.Column, level, f.Code, message))
		for _, r := range f.Related {
			places[fmt.Sprintf("%s %d:%d %s", r.File, r.Line, r.Column, f.Code)] = true
		}
	}
	return findings, places
}

// compareSaid compares the diagnostics in an editor with the findings of kgw validate
// for the same bytes. A finding that validate reports once for several places is in
// the editor at each of them.
func compareSaid(t testing.TB, shown said, dir string) {
	t.Helper()
	found, places := validateHere(t, dir)
	for name, list := range found {
		for _, f := range list {
			if !slices.Contains(shown[name], f) {
				t.Errorf("%s: %s: not shown, but\n%s", name, f, strings.Join(shown[name], "\n"))
			}
		}
	}
	for name, list := range shown {
		if testfile.IsName(name) || filepath.Base(name) == config.FileName {
			continue // validate says nothing of tests, and of settings in words
		}
		for _, d := range list {
			words := strings.Fields(d)
			if !slices.Contains(found[name], d) && !places[name+" "+words[0]+" "+words[2]] {
				t.Errorf("%s: %s: shown, but not found", name, d)
			}
		}
	}
}

// copyTree copies the files below a directory that kgw may read.
func copyTree(t testing.TB, from, to string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(from, path)
		writeFile(t, filepath.Join(to, rel), string(data))
		if ext := filepath.Ext(path); ext == ".yaml" || ext == ".json" {
			names = append(names, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestEditorShowsWhatValidateFinds opens each example, and edits it at random: at
// each step the editor shows what kgw validate, started anew, finds on the same
// bytes.
func TestEditorShowsWhatValidateFinds(t *testing.T) {
	examples, err := filepath.Glob("../../examples/*/README.md")
	if err != nil || len(examples) < 5 {
		t.Fatal(examples, err)
	}
	for i, example := range examples {
		example := filepath.Dir(example)
		t.Run(filepath.Base(example), func(t *testing.T) {
			t.Parallel()
			root, err := filepath.EvalSymlinks(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(root, "w")
			names := copyTree(t, example, dir)
			e := startEditor(t, dir, []string{"."})
			shown := said{}
			r := rand.New(rand.NewPCG(1, uint64(i)))
			for step := range 12 {
				if step > 0 {
					e.editAtRandom(r, names)
				}
				e.settle()
				shown.follow(t, e)
				compareSaid(t, shown, dir)
				if t.Failed() {
					t.Fatalf("at step %d, of\n%v", step, e.last)
				}
			}
			if code := e.end(); code != 0 {
				t.Errorf("exit %d: %s", code, e.errs)
			}
		})
	}
}

// editAtRandom changes a few lines of a file in the editor, and on the disk.
func (e *editor) editAtRandom(r *rand.Rand, names []string) {
	e.t.Helper()
	name := names[r.IntN(len(names))]
	path := filepath.Join(e.dir, filepath.FromSlash(name))
	text, opened := e.texts[name]
	if !opened {
		data, err := os.ReadFile(path)
		if err != nil {
			e.t.Fatal(err)
		}
		text = string(data)
		e.open(name, text)
	}
	lines := strings.SplitAfter(text, "\n")
	at := r.IntN(len(lines))
	line := lines[at]
	was := text
	where, with := fmt.Sprintf("%d:0-%d:0", at, at+1), ""
	switch r.IntN(5) {
	case 0: // gone
	case 1:
		with = line + line
	case 2:
		with = strings.Replace(line, "a", "éa", 1)
	case 3: // a line of another file
		if other := e.texts[slices.Sorted(maps.Keys(e.texts))[r.IntN(len(e.texts))]]; other != "" {
			more := strings.SplitAfter(other, "\n")
			with = more[r.IntN(len(more))]
		}
	case 4: // half of it
		with = line[:len([]byte(strings.ToValidUTF8(line[:len(line)/2], "")))] + "\n"
	}
	after := strings.Join(lines[:at], "") + with + strings.Join(lines[at+1:], "")
	if at == len(lines)-1 { // the last line has no break
		where = "all"
		with = after
	}
	e.last = fmt.Sprintf("%s %s %q\n%s", name, where, with, was)
	e.change(name, where, with)
	e.texts[name] = after
	writeFile(e.t, path, after)
}
