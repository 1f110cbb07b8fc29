package migrate_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/kgw-dev/kgw/internal/edit"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate"
)

// FuzzMigrate moves any text: nothing panics, documents that are not moved keep
// their bytes, and a second run changes nothing.
func FuzzMigrate(f *testing.F) {
	inputs, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range inputs {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), false)
		f.Add(string(text), true)
	}
	f.Fuzz(func(t *testing.T, text string, older bool) {
		in, problem := source.NewFile("a.yaml", []byte(text))
		if problem != nil {
			return
		}
		o := migrate.Options{To: "v2", ExtAuthorizer: "a", AllowInternal: len(text)%2 == 0}
		if older {
			o.To = "v1beta1"
		}
		r := migrate.Run([]*source.File{in}, o)
		if r.Files[0].After == nil {
			return
		}
		if second := again(t, r, o); second.Files[0].After != nil {
			t.Fatalf("a second run changes\n%s\ninto\n%s", r.Files[0].After, second.Files[0].After)
		}
		sameOthers(t, in, r)
	})
}

// sameOthers checks that documents without a moved resource keep their bytes.
func sameOthers(t *testing.T, in *source.File, r *migrate.Result) {
	t.Helper()
	moved := map[int]bool{}
	for i := range r.Documents {
		if r.Documents[i].Outcome == migrate.Moved {
			moved[r.Documents[i].Doc.Index] = true
		}
	}
	before, _ := source.Split(in)
	after, problems := source.Split(r.After()[0])
	if len(problems) > 0 || len(after) < len(before) {
		t.Fatalf("%d documents become %d: %v", len(before), len(after), problems)
	}
	for i, d := range before {
		if !moved[i] && !bytes.Equal(bytes.TrimRight(d.Text(), "\r\n"), bytes.TrimRight(after[i].Text(), "\r\n")) {
			t.Fatalf("document %d is not moved and changes:\n%s\n%s", i, d.Text(), after[i].Text())
		}
		if root, _ := after[i].Parse(); moved[i] && root != nil && edit.Equal(source.Value(root), nil) {
			t.Fatalf("document %d becomes nothing", i)
		}
	}
}
