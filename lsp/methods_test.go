package lsp

import (
	"encoding/json"
	"strings"
	"testing"

	"go.lsp.dev/protocol"
)

// TestQuestionsAreAnnounced: initialize announces each question about a document
// that the server answers. Editors do not ask others.
func TestQuestionsAreAnnounced(t *testing.T) {
	raw, err := protocol.Marshal(capabilities())
	if err != nil {
		t.Fatal(err)
	}
	var announced map[string]any
	if err := json.Unmarshal(raw, &announced); err != nil {
		t.Fatal(err)
	}
	for method := range (&Server{}).methods() {
		question, ok := strings.CutPrefix(method, "textDocument/")
		if !ok || strings.HasPrefix(question, "did") {
			continue
		}
		if announced[question+"Provider"] == nil {
			t.Errorf("%s is answered and not announced: %s", method, raw)
		}
	}
}
