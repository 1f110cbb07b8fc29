package changes

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/kgw-dev/kgw/internal/secret"
)

// ID returns an id of texts, from which it removes the secrets of the book. Equal
// texts have equal ids.
func ID(book *secret.Book, texts ...string) string {
	shown := make([]string, len(texts))
	for i, text := range texts {
		shown[i] = book.Text(text)
	}
	list, err := json.Marshal(shown)
	if err != nil {
		panic(err) // texts can always be marshalled
	}
	sum := sha256.Sum256(list)
	return hex.EncodeToString(sum[:8])
}
