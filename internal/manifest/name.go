package manifest

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

const maxName = 253 // of a DNS-1123 subdomain

var lowerBase32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// StableName returns base, a dash, and the first 8 characters of the
// lower-case base32 (RFC 4648) of the SHA-256 over the identifying parts
// joined by NUL. The name depends on identity only: a change of content must
// not rename an object, because a rename is a delete and a create. The base is
// cut to fit 253 characters.
func StableName(base string, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	suffix := "-" + lowerBase32.EncodeToString(sum[:])[:8]
	if len(base) > maxName-len(suffix) {
		base = strings.TrimRight(base[:maxName-len(suffix)], "-.")
	}
	return base + suffix
}
