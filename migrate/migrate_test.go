package migrate_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sebdah/goldie/v2"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate"
)

func file(t testing.TB, name, text string) *source.File {
	t.Helper()
	f, problem := source.NewFile(name, []byte(text))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	return f
}

// optionsOf reads the options of a golden file from its first line.
func optionsOf(t testing.TB, text string) migrate.Options {
	t.Helper()
	o := migrate.Options{To: "v2"}
	line, _, _ := strings.Cut(text, "\n")
	rest, ok := strings.CutPrefix(line, "# options:")
	if !ok {
		return o
	}
	for _, word := range strings.Fields(rest) {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "to":
			o.To = value
		case "cors":
			o.DropCORS = value == "drop"
		case "authorizer":
			o.ExtAuthorizer = value
		case "internal":
			o.AllowInternal = true
		case "issuer":
			issuer, jwks, _ := strings.Cut(value, ",")
			o.Issuer = &migrate.Issuer{Issuer: issuer, JWKS: jwks}
		default:
			t.Fatalf("there is no option %q", key)
		}
	}
	return o
}

// again migrates what a run has made.
func again(t testing.TB, r *migrate.Result, o migrate.Options) *migrate.Result {
	t.Helper()
	var files []*source.File
	for _, f := range r.Files {
		text := f.After
		if text == nil {
			text = f.Data
		}
		files = append(files, file(t, f.Name, string(text)))
	}
	return migrate.Run(files, o)
}

func TestGolden(t *testing.T) {
	inputs, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(inputs) < 10 {
		t.Fatal(err, len(inputs))
	}
	for _, input := range inputs {
		name := strings.TrimSuffix(filepath.Base(input), ".yaml")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(input)
			if err != nil {
				t.Fatal(err)
			}
			o := optionsOf(t, string(text))
			r := migrate.Run([]*source.File{file(t, filepath.Base(input), string(text))}, o)
			goldie.New(t).Assert(t, name, report(t, r))
			if second := again(t, r, o); second.Files[0].After != nil {
				t.Errorf("a second run changes it again:\n%s", second.Files[0].After)
			}
		})
	}
}

// report is what a run says and makes.
func report(t testing.TB, r *migrate.Result) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, d := range r.Documents {
		fmt.Fprintf(&b, "# %s %s of %s: %s\n", d.Kind, d.Doc.Name, d.From, d.Outcome)
	}
	found := diag.Levels{}.Apply(r.Findings)
	found.Resolve()
	found.Sort()
	for _, f := range found {
		fmt.Fprintf(&b, "# %d:%d %s %s: %s\n", f.Span.Line, f.Span.Column, f.Severity, f.Code, f.Message)
		if f.Help != "" {
			fmt.Fprintf(&b, "#   help: %s\n", f.Help)
		}
		if f.Witness != nil {
			fmt.Fprintf(&b, "#   witness: %s %s\n", f.Witness.Method, f.Witness.URL)
		}
	}
	b.WriteString("# ---- becomes\n")
	b.Write(r.Files[0].After)
	return b.Bytes()
}
