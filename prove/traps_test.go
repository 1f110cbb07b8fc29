package prove_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
)

// TestEachCheckIsNeeded holds that the search finds what a check closes: each
// trap is refused by the code that it is named for, and opens something where
// that code is off. So the search fails where the check is taken out.
func TestEachCheckIsNeeded(t *testing.T) {
	archive, err := txtar.ParseFile(filepath.Join("testdata", "traps.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	common := ""
	for _, f := range archive.Files {
		if f.Name == "common" {
			common = string(f.Data)
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			word, _, _ := strings.Cut(f.Name, " ")
			code := diag.Code(word)
			settings, resources, _ := strings.Cut(string(f.Data), "---\n")
			c, found := config.Parse("kgw.yaml", []byte("apiVersion: kgw.dev/v1alpha1\nkind: Config\n"+settings))
			if len(found) > 0 {
				t.Fatal(found)
			}
			resources, elsewhere, _ := strings.Cut(resources, "--- # elsewhere\n")
			a := &attempt{text: common + "---\n" + resources, elsewhere: elsewhere, c: c, o: compile.Options{Config: c}}
			if codes := a.run(t); len(codes) != 1 || codes[0] != code {
				t.Fatalf("refused for %v", codes)
			}
			a.o.Levels = map[diag.Code]diag.Severity{code: diag.Off}
			if codes := a.run(t); len(codes) > 0 {
				t.Fatalf("refused for %v", codes)
			}
			if opened, _ := a.opened(t); opened == "" {
				t.Error("nothing opens without the check")
			}
		})
	}
}
