package secret_test

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
)

// TestSecretsInsideOfATextAreMasked: the lines of a text that is YAML itself are
// shown with findings about it.
func TestSecretsInsideOfATextAreMasked(t *testing.T) {
	const text = "kind: ConfigMap\ndata:\n  config.yaml: |\n    connectors:\n    - config:\n        clientSecret: [\"kanarienvogel\"]\n        redirectURI: x\n"
	f, problem := source.NewFile("in.yaml", []byte(text))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	book := &secret.Book{}
	book.Watch(f)
	if line := book.Line(f, 6).Text; strings.Contains(line, "kanarienvogel") {
		t.Error(line)
	}
	if line := book.Line(f, 7).Text; !strings.HasSuffix(line, "redirectURI: x") {
		t.Error(line)
	}
}
