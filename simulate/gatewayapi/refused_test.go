package gatewayapi_test

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/kgw-dev/kgw/simulate/gatewayapi"
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
		m := manifests(t, doc)[0]
		why, path := gatewayapi.Refused(&m)
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
