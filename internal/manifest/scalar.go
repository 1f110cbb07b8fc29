package manifest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// appendScalar appends a string as a YAML scalar that every reader, of YAML 1.1
// and of 1.2, reads as this string.
func appendScalar(b []byte, s string) []byte {
	switch {
	case isPlain(s):
		return append(b, s...)
	case isPrintable(s):
		b = append(b, '\'')
		b = append(b, strings.ReplaceAll(s, "'", "''")...)
		return append(b, '\'')
	default:
		return appendQuoted(b, s)
	}
}

// isPlain reports whether s can be written without quotes.
func isPlain(s string) bool {
	if s == "" || len(s) > 4096 || strings.HasSuffix(s, " ") || strings.HasSuffix(s, ":") {
		return false
	}
	if strings.IndexByte(",[]{}#&*!|>'\"%@`=~ ", s[0]) >= 0 || strings.HasPrefix(s, "<<") || strings.HasPrefix(s, "...") {
		return false
	}
	if strings.IndexByte("-?:", s[0]) >= 0 && (len(s) == 1 || s[1] == ' ' || strings.HasPrefix(s, "---")) {
		return false
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 0x7f:
			return isPrintable(s) && !strings.Contains(s, ": ") && !strings.Contains(s, " #")
		case c < ' ',
			c == ':' && s[i+1] == ' ',
			c == ' ' && s[i+1] == '#':
			return false
		}
	}
	return !mayResolve(s)
}

// mayResolve reports whether some reader might read the plain s as something else
// than a string: a boolean, null, a number or a time.
func mayResolve(s string) bool {
	c := s[0]
	if c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.' {
		return strings.Trim(s, "0123456789abcdefABCDEFxXoO_+-.:TtZz inIN") == ""
	}
	if len(s) > 5 {
		return false
	}
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~":
		return true
	}
	return false
}

// isPrintable reports whether s can be written in single quotes on one line.
func isPrintable(s string) bool {
	for _, r := range s {
		if !unicode.IsPrint(r) || r == utf8.RuneError || r == '\ufeff' {
			return false
		}
	}
	return true
}

// appendNumber appends a number of JSON so that readers of YAML 1.1, too, read
// it as one: they want a point and a sign before an exponent.
func appendNumber(b []byte, s string) []byte {
	i := strings.IndexAny(s, "eE")
	if i < 0 {
		return append(b, s...)
	}
	b = append(b, s[:i]...)
	if !strings.Contains(s[:i], ".") {
		b = append(b, ".0"...)
	}
	b = append(b, 'e')
	if i+1 < len(s) && s[i+1] != '-' && s[i+1] != '+' {
		b = append(b, '+')
	}
	return append(b, s[i+1:]...)
}

const hex = "0123456789abcdef"

// appendQuoted appends s in double quotes with the escapes that YAML and JSON
// share.
func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, '\\', 'n')
		case r == '\t':
			b = append(b, '\\', 't')
		case r == '\r':
			b = append(b, '\\', 'r')
		case r == utf8.RuneError || r == '\ufeff' || r < 0x20 || r >= 0x7f && r <= 0xffff && !unicode.IsPrint(r):
			b = append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
		default:
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return append(b, '"')
}
