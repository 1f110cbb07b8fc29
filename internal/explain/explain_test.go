package explain_test

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/explain"
	"github.com/kgw-dev/kgw/internal/source"
)

// notRaisedYet are codes that nothing raises so far. One that its example does
// raise must go from here; the list is to end empty.
var notRaisedYet = map[diag.Code]bool{
	diag.NotForSkipper: true,
}

func TestEveryCodeHasAPage(t *testing.T) {
	for _, r := range diag.Rules {
		if _, err := explain.Lookup(r.Code); err != nil {
			t.Error(err)
		}
	}
}

func TestEveryPageHasACode(t *testing.T) {
	files, err := fs.Glob(os.DirFS("pages"), "*")
	if err != nil || len(files) < len(diag.Rules) {
		t.Fatal(err, len(files))
	}
	for _, f := range files {
		if _, ok := diag.Lookup(diag.Code(strings.TrimSuffix(f, ".md"))); !ok {
			t.Errorf("pages/%s is of no code", f)
		}
	}
}

func TestLookupOfUnknownCode(t *testing.T) {
	if _, err := explain.Lookup("KGW000"); err == nil {
		t.Error("there is a page of KGW000")
	}
}

// TestExamples compiles the examples of every page: the bad one has the
// finding, the good one has not, and nothing in it is an error. Scripts and
// other commands are run by the tests of the program.
func TestExamples(t *testing.T) {
	for _, r := range diag.Rules {
		p, err := explain.Lookup(r.Code)
		if err != nil || p.Bad.Script != "" || p.Bad.Command != "" {
			continue
		}
		t.Run(string(r.Code), func(t *testing.T) {
			bad := found(t, p.Bad)
			if has(bad, r.Code) == notRaisedYet[r.Code] {
				t.Errorf("the bad example has %v, in notRaisedYet: %v", bad, notRaisedYet[r.Code])
			}
			good := found(t, p.Good)
			wrong := slices.DeleteFunc(slices.Clone(good), func(f diag.Finding) bool {
				return f.Code != r.Code && f.Severity < diag.Error
			})
			if len(wrong) > 0 {
				t.Errorf("the good example has %v", wrong)
			}
		})
	}
}

func has(findings diag.List, code diag.Code) bool {
	return slices.ContainsFunc(findings, func(f diag.Finding) bool { return f.Code == code })
}

// found compiles an example.
func found(t *testing.T, e explain.Example) diag.List {
	t.Helper()
	var in compile.Input
	o := compile.Options{Schema: compile.SchemaAll}
	for _, f := range e.Files {
		if f.Name == config.FileName {
			c, wrong := config.Parse(f.Name, []byte(f.Text))
			if len(wrong) > 0 {
				t.Fatalf("the configuration of the example: %v", wrong)
			}
			o.Config = c
			continue
		}
		file, problem := source.NewFile(f.Name, []byte(f.Text))
		if problem != nil {
			t.Fatal(problem)
		}
		in.Files = append(in.Files, file)
	}
	result := compile.Run(in, o)
	if len(result.Disagreements) > 0 {
		t.Errorf("decoder and schema disagree: %v", result.Disagreements)
	}
	return result.Findings
}
