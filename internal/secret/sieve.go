package secret

import (
	"bytes"
	"strings"
)

// mayHold reports whether a document may hold a secret, in one pass over its
// bytes. It never reports false for a document with one: everything that find
// would mark has a name in front of ":" or "=", or a form, and this function
// looks for a part of it. Where escapes or explicit keys could hide that, it
// reports true.
func mayHold(text []byte) bool {
	slashes := false // in what is before without a blank
	for i, c := range text {
		switch rest := text[i:]; c {
		case ':':
			if mayName(text[:i], &keyEnds) {
				return true
			}
		case '=':
			if mayName(text[:i], &keyEnds) || mayName(text[:i], &parameterEnds) {
				return true
			}
		case 'b', 'B':
			if isScheme(rest) {
				return true
			}
		case 'S', 'P', 'e', 'g', 'x', 'A':
			if hasAnyPrefix(rest, marks) {
				return true
			}
		case '\\':
			if len(rest) > 1 && strings.IndexByte("xuU\r\n", rest[1]) >= 0 {
				return true // characters that are written otherwise
			}
			slashes = slashes || len(rest) > 1 && rest[1] == '/'
		case '?':
			if startsKey(text[:i], rest) {
				return true // its colon may be far from it
			}
		case '@':
			if slashes {
				return true // a URL with a password
			}
		case ' ', '\t', '\r', '\n':
			slashes = false
		case '/':
			slashes = slashes || len(rest) > 1 && rest[1] == '/'
		case 0xc5, 0xe2:
			if hasAnyPrefix(rest, folded) {
				return true
			}
		}
	}
	return false
}

// startsKey reports whether a "?" may be in front of an explicit key.
func startsKey(before, rest []byte) bool {
	begins := len(before) == 0 || strings.IndexByte(" \t\r\n[{,\"'", before[len(before)-1]) >= 0 || len(before) > 1 && before[len(before)-2] == '\\'
	return begins && (len(rest) == 1 || strings.IndexByte(" \t\r\n\\", rest[1]) >= 0)
}

// marks begin secrets that are known by their form, or objects that are secret.
var marks = [][]byte{
	[]byte("Secret"), []byte("PRIVATE"), []byte("eyJ"), []byte("ghp_"), []byte("gho_"), []byte("ghu_"), []byte("ghs_"), []byte("ghr_"),
	[]byte("github_pat_"), []byte("glpat"), []byte("xox"), []byte("AKIA"),
}

// folded are the characters beyond ASCII that are letters of ASCII where case
// does not count: "ſ" and the Kelvin sign.
var folded = [][]byte{[]byte("\u017f"), []byte("\u212a")}

func hasAnyPrefix(text []byte, prefixes [][]byte) bool {
	for _, p := range prefixes {
		if bytes.HasPrefix(text, p) {
			return true
		}
	}
	return false
}

// isScheme reports whether a text begins with a scheme of an Authorization
// header, in any case.
func isScheme(text []byte) bool {
	begins := func(scheme string, size int) bool {
		return len(text) >= size && strings.EqualFold(string(text[:size]), scheme)
	}
	return begins("bearer", 6) || begins("basic", 5) || begins("basic", 6) // "baſic"
}

// nameEnds are ends of names, by their last letter.
type nameEnds [256][]string

// keyEnds are the ends of the names for which Key reports true, and parameterEnds
// those of the names that are secret only in front of the "=" of a query.
var (
	keyEnds = nameEnds{
		'd': {"password", "passwd", "pwd"}, 'e': {"passphrase", "passcode", "cookie"}, 't': {"secret"}, 'n': {"token", "authorization"},
		'l': {"credential"}, 'y': {"key"}, 'h': {"-auth"},
		's': {"passwords", "passphrases", "passcodes", "cookies", "secrets", "tokens", "credentials", "keys", "introspection_request_headers"},
	}
	parameterEnds = nameEnds{'e': {"code", "signature"}, 't': {"jwt"}, 'n': {"assertion"}, 'y': {"key"}, 'h': {"auth"}, 'g': {"sig"}, 's': {"pass", "sas"}}
)

// mayName reports whether what is in front of a ":" or "=" may end with the
// name of a secret, in quotes or not, with blanks or escapes of such behind it.
func mayName(before []byte, ends *nameEnds) bool {
	end := len(before)
	for end > 0 {
		c := before[end-1]
		switch {
		case strings.IndexByte(" \t\r\n\f\v\"'\\", c) >= 0:
			end--
			continue
		case end > 1 && before[end-2] == '\\':
			end -= 2 // \n and the like
			continue
		case c >= 0x80:
			return true // a blank of Unicode
		}
		return ends.isAtEnd(before[:end]) && (end < len(before) || !isHarmless(before))
	}
	return false
}

// isHarmless reports whether a text ends with a blank and a name that is
// harmless.
func isHarmless(text []byte) bool {
	start := len(text)
	for start > 0 && text[start-1] > ' ' && len(text)-start < maxName {
		start--
	}
	return start > 0 && strings.IndexByte(" \n", text[start-1]) >= 0 && harmless().Match(text[start:])
}

// isAtEnd reports whether a text ends with one of the ends, in any case.
func (ends *nameEnds) isAtEnd(text []byte) bool {
	if len(text) == 0 {
		return false
	}
	for _, e := range ends[text[len(text)-1]|' '] {
		if len(text) >= len(e) && strings.EqualFold(string(text[len(text)-len(e):]), e) {
			return true
		}
	}
	return false
}
