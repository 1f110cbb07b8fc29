package changes

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/secret"
)

func TestID(t *testing.T) {
	book := &secret.Book{}
	id := ID(book, "a", "b")
	if len(id) != 16 || id != ID(book, "a", "b") || id == ID(book, "ab") || id == ID(book, "b", "a") {
		t.Errorf("%q", id)
	}
	a, b := ID(book, "Authorization: Bearer c2VjcmV0LW9uZS1zZWNyZXQ"), ID(book, "Authorization: Bearer c2VjcmV0LXR3by1zZWNyZXQ")
	if a != b {
		t.Error("an id tells a secret")
	}
}
