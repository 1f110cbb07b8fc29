package secret_test

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
)

// TestFormsDoNotCutSecrets: what has the form of a secret may be a part of one that the
// book knows: the rest of it is masked too, also in the book after it.
func TestFormsDoNotCutSecrets(t *testing.T) {
	f, problem := source.NewFile("a.yaml", []byte("headers:\n  Authorization: 'Bearer abcdef\"ghijkl, mnopqr'\n  X-Api-Key: 'one \"two\" three;four'\n  Proxy-Authorization: 'Digest response=\"tuvwxy\"'\n"))
	if problem != nil {
		t.Fatal(problem)
	}
	book := &secret.Book{}
	for range 3 {
		book.Watch(f)
		for range 2 { // from memory the second time
			got := book.Text(`request authorization: Bearer abcdef"ghijkl, mnopqr, x-api-key: one "two" three;four, proxy-authorization: Digest response="tuvwxy", host: a`)
			if got != "request authorization: ***, x-api-key: ***, proxy-authorization: ***, host: a" || strings.Contains(got, "two") {
				t.Errorf("got %q", got)
			}
		}
		book = book.Next()
	}
}
