package simulate

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

// Asking returns a text that identifies how a service is asked: who asks, the
// address, and a hash of the whole configuration, which may contain secrets.
func Asking(who, address, configuration string) string {
	return strings.TrimSpace(who+" "+address) + fmt.Sprintf(" (%.8x)", sha256.Sum256([]byte(configuration)))
}
