package conformance

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// undecidable is what a pair may be undecided for: a back-reference, or a
// look-ahead inside a repetition.
var undecidable = regexp.MustCompile(`\\[1-9]|\(\?[=!]`)

// TestEveryPairIsDecided looks at every two rules and routes of the data, file
// by file and those that are of one kind together, with either handler.
func TestEveryPairIsDecided(t *testing.T) {
	for _, part := range []string{"corpus", "conformance"} {
		for _, handler := range []string{"ory", "istio"} {
			t.Run(part+"/"+handler, func(t *testing.T) {
				pairs := 0
				folders := map[string]compile.Input{}
				for _, file := range yamlFiles(t, shared(t, part)) {
					f, problem := source.NewFile(file, read(t, file))
					if problem != nil {
						continue
					}
					pairs += decided(t, compile.Input{Files: []*source.File{f}}, handler)
					dir := filepath.Dir(file)
					in := folders[dir]
					in.Files = append(in.Files, f)
					folders[dir] = in
				}
				for _, in := range folders {
					pairs += decided(t, in, handler)
				}
				if pairs < 1000 {
					t.Errorf("only %d pairs", pairs)
				}
				t.Logf("%d pairs", pairs)
			})
		}
	}
}

// decided compiles an input and returns how many pairs were compared.
func decided(t *testing.T, in compile.Input, handler string) int {
	t.Helper()
	c := config.Default()
	c.Compat, c.JWTHandler = "controller", handler
	r := compile.Run(in, compile.Options{Config: c})
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Code == diag.OverlapUnknown && !undecidable.MatchString(f.Message) && !undecidable.Match(f.At.Doc.Text()) {
			t.Errorf("%s:%d: %s", f.Span.File, f.Span.Line, f.Message)
		}
	}
	n := r.Proof.Rules.Unknown + r.Proof.Routes.Unknown
	if n > 0 {
		t.Logf("%d pairs of %s and others are not decided", n, in.Files[0].Name)
	}
	if n > 0 && !mentionsUndecidable(in) {
		t.Errorf("%s: %d pairs are not decided", in.Files[0].Name, n)
	}
	return r.Proof.Rules.Pairs + r.Proof.Routes.Pairs
}

func mentionsUndecidable(in compile.Input) bool {
	for _, f := range in.Files {
		if undecidable.Match(f.Data) {
			return true
		}
	}
	return false
}

func yamlFiles(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(file string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && (filepath.Ext(file) == ".yaml" || filepath.Ext(file) == ".yml") {
			out = append(out, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
