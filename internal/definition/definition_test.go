package definition_test

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/kgw-dev/kgw/internal/definition"
	"github.com/kgw-dev/kgw/internal/source"
)

// TestRefused holds what is refused to the cases that test/cluster holds an API
// server to.
func TestRefused(t *testing.T) {
	cases, err := txtar.ParseFile("testdata/admission.txtar")
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for _, c := range cases.Files {
		first, doc, _ := strings.Cut(string(c.Data), "\n")
		want := strings.TrimPrefix(first, "# ")
		root := source.NodeOfText(doc)
		_, kind, _, _ := source.Head(root)
		why, path := definition.Refused(kind, source.Field(root, "spec"))
		switch {
		case want == "admitted" && why != "":
			t.Errorf("%s: refused: %s: %s", c.Name, path, why)
		case want != "admitted" && (why != want || !strings.HasPrefix(path, "spec")):
			t.Errorf("%s: got %q at %q, want %q", c.Name, why, path, want)
		}
		if why != "" {
			refused++
		}
	}
	if refused < 90 {
		t.Errorf("%d of %d cases are refused", refused, len(cases.Files))
	}
}
