package validate_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sebdah/goldie/v2"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// update rewrites the golden files.
func update() bool { return flag.Lookup("update").Value.String() == "true" }

// TestGolden compiles every case of testdata/<rule>/ and compares all findings,
// with their witnesses and both of their places. A case is a file, or a folder
// of files with its own kgw.yaml.
func TestGolden(t *testing.T) {
	rules, err := filepath.Glob("testdata/*")
	if err != nil || len(rules) == 0 {
		t.Fatal("no cases", err)
	}
	for _, dir := range rules {
		for _, c := range cases(t, dir) {
			t.Run(filepath.Base(dir)+"/"+c.name, func(t *testing.T) {
				r := c.compile(t)
				if hits := r.Proof.Rules.Meeting + r.Proof.Routes.Meeting; c.name == "disjoint" && hits > 0 {
					t.Errorf("%d pairs meet", hits)
				}
				g := goldie.New(t, goldie.WithFixtureDir(dir), goldie.WithDiffEngine(goldie.ColoredDiff))
				text := []byte(spell(r.Findings))
				if update() {
					if err := g.Update(t, c.name, text); err != nil {
						t.Fatal(err)
					}
				}
				g.Assert(t, c.name, text)
			})
		}
	}
}

// goldenCase is one input.
type goldenCase struct {
	name  string
	files []*source.File
	conf  *config.Config
}

func cases(t *testing.T, dir string) []goldenCase {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []goldenCase
	for _, e := range entries {
		switch name := e.Name(); {
		case e.IsDir():
			c := goldenCase{name: name}
			files, err := filepath.Glob(filepath.Join(dir, name, "*.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				c.add(t, f)
			}
			out = append(out, c)
		case strings.HasSuffix(name, ".yaml"):
			c := goldenCase{name: strings.TrimSuffix(name, ".yaml")}
			c.add(t, filepath.Join(dir, name))
			out = append(out, c)
		}
	}
	return out
}

func (c *goldenCase) add(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Base(path) == config.FileName {
		conf, found := config.Parse(path, data)
		if len(found) > 0 {
			t.Fatalf("%s: %v", path, found)
		}
		c.conf = conf
		return
	}
	f, problem := source.NewFile(filepath.Base(path), data)
	if problem != nil {
		t.Fatal(problem)
	}
	c.files = append(c.files, f)
}

// compile returns the findings of the case, without those about public routes unless
// the case is about them.
func (c *goldenCase) compile(t *testing.T) *compile.Result {
	t.Helper()
	r := compile.Run(compile.Input{Files: c.files}, compile.Options{Config: c.conf, Schema: compile.SchemaAll})
	if len(r.Disagreements) > 0 {
		t.Error(r.Disagreements)
	}
	if !strings.HasPrefix(c.name, "public") {
		r.Findings = slices.DeleteFunc(r.Findings, func(f diag.Finding) bool { return f.Code == diag.PublicRoute })
	}
	return r
}

// spell formats findings with everything that rules decide.
func spell(found diag.List) string {
	if len(found) == 0 {
		return "no findings\n"
	}
	var b strings.Builder
	for i := range found {
		f := &found[i]
		fmt.Fprintf(&b, "%s: %s[%s] %s\n", place(f.Span), f.Severity, f.Code, f.Message)
		for _, r := range f.Related {
			fmt.Fprintf(&b, "  %s: %s\n", place(r.Span), r.Message)
		}
		if f.Witness != nil {
			fmt.Fprintf(&b, "  witness: %s %s\n", f.Witness.Method, f.Witness.URL)
		}
		fmt.Fprintf(&b, "  help: %s\n", f.Help)
	}
	return b.String()
}

func place(s source.Span) string { return fmt.Sprintf("%s:%d:%d", s.File, s.Line, s.Column) }
