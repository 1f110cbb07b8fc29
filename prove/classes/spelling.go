package classes

import (
	"net/url"
	"strings"
)

// Spelling classifies how clients spell a request.
type Spelling string

// The spellings of paths.
const (
	// Plain is every other spelling.
	Plain Spelling = ""
	// Encoded spells a character as %XX that needs no encoding in any URL.
	Encoded Spelling = "%XX"
	// Asterisk has a "*", which no segment of a template in an
	// AuthorizationPolicy matches.
	Asterisk Spelling = "*"
)

// SpellingOf returns the spelling of a URL's path.
func SpellingOf(address string) Spelling {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return Plain
	case NeedlesslyEncoded(u.EscapedPath()):
		return Encoded
	case strings.Contains(u.EscapedPath(), "*"):
		return Asterisk
	default:
		return Plain
	}
}

// NeedlesslyEncoded reports whether a path spells a character as %XX that needs
// no encoding in any URL (RFC 3986, 2.3): no client does so by itself.
func NeedlesslyEncoded(path string) bool {
	const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	for i := 0; i+2 < len(path); i++ {
		if path[i] != '%' {
			continue
		}
		if c, err := url.PathUnescape(path[i : i+3]); err == nil && len(c) == 1 && strings.Contains(unreserved, c) {
			return true
		}
	}
	return false
}
