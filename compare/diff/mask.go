package diff

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strings"
)

// hidden stands for a secret, whatever its length.
const hidden = "***"

// secretKey is a key whose values are always masked.
const secretKey = "secret"

// sensitiveKey are the keys whose values are secrets: words at their end, in
// any of the usual spellings (clientSecret, client_secret, X-Api-Key).
var sensitiveKey = regexp.MustCompile(`(?i)(^|[-_./]|[a-z])(passwords?|passwd|passphrase|secrets?|tokens?|api[-_]?keys?|access[-_]?keys?|private[-_]?keys?|signing[-_]?keys?|credentials?)$|^(proxy-)?authorization$|^(set-)?cookies?$`)

// harmless are keys that look like those and are none.
var harmless = regexp.MustCompile(`(?i)^(forwardOriginalToken|forward_original_token|allow_?credentials|bearer_token|fromParams)$`)

func sensitive(key string) bool { return sensitiveKey.MatchString(key) && !harmless.MatchString(key) }

// whollySecret tells whether every value below a path is a secret.
func whollySecret(kind, pattern string) bool {
	return kind == "Secret" && (pattern == "data" || pattern == "stringData")
}

// shapes are secrets by how they look: JSON Web Tokens, credentials of HTTP
// authentication, passwords in URLs, private keys.
var shapes = []struct {
	at   *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}(\.[A-Za-z0-9_-]*)*`), hidden},
	{regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9+.-]*://)[^/\s:@<>]*:[^/\s@<>]+@`), "${1}" + hidden + "@"},
	{regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)`), hidden},
	{regexp.MustCompile(`\b(gh[pousr]_[A-Za-z0-9]{16,}|xox[abprs]-[A-Za-z0-9-]{8,}|AKIA[0-9A-Z]{16})`), hidden},
	{regexp.MustCompile(`(?i)([?&;](?:access_token|token|api_?key|password|client_secret|secret)=)[^&;#\s"']+`), "${1}" + hidden},
}

// assigned is a secret behind its name in running text: a line of YAML, JSON
// or a query.
var assigned = regexp.MustCompile(`(?im)((?:^|[\s"'{,?&])[\w./-]*(?:password|passwd|passphrase|secret|token|api[-_]?key|private[-_]?key)["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"',}&\[{|>][^\s"',}&]*)`)

// Text masks secrets in running text, such as a message or a line of an input.
func Text(s string) string {
	return assigned.ReplaceAllString(shaped(s), "${1}"+hidden)
}

// credentials are what stands behind the scheme of an Authorization header (RFC
// 9110, 11.4).
var credentials = regexp.MustCompile(`(?i)\b(bearer|basic)((?:\s|%20|\+)+)([A-Za-z0-9+/_=.~-]+)`)

// authorization masks credentials; "bearer tokens" and "basic authentication"
// are none.
func authorization(s string) string {
	parts := credentials.FindStringSubmatch(s)
	scheme, word := strings.ToLower(parts[1]), strings.ToLower(parts[3])
	if scheme == "bearer" && (word == "token" || word == "tokens") {
		return s
	}
	if plain, err := base64.StdEncoding.DecodeString(parts[3]); scheme == "basic" && (err != nil || !bytes.Contains(plain, []byte(":"))) {
		return s
	}
	return parts[1] + parts[2] + hidden
}

func shaped(s string) string {
	s = credentials.ReplaceAllStringFunc(s, authorization)
	for _, f := range shapes {
		if f.at.MatchString(s) {
			s = f.at.ReplaceAllString(s, f.with)
		}
	}
	return s
}

// mask copies a value with its secrets masked; key is the field that it, or
// the list that it stands in, is the value of.
func mask(kind, key string, v any) any { return masker{kind: kind}.value("", key, v) }

// masked masks a whole object.
func masked(o map[string]any) map[string]any {
	out, _ := masker{kind: text(o["kind"])}.value("", "", o).(map[string]any)
	return out
}

type masker struct{ kind string }

func (m masker) value(pattern, key string, v any) any {
	switch x := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(x))
		for k := range x {
			at, under := strings.TrimPrefix(pattern+"."+k, "."), k
			if whollySecret(m.kind, pattern) || sensitive(key) {
				under = secretKey
			}
			out[k] = m.value(at, under, x[k])
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = m.value(pattern+"[]", key, x[i])
		}
		return out
	case string:
		if sensitive(key) && x != "" && !template(x) {
			return hidden
		}
		return shaped(x)
	case nil, bool:
		return v
	}
	if sensitive(key) {
		return hidden
	}
	return v
}

// template tells whether a text holds nothing but a template of Oathkeeper:
// what a token is put into, not a token.
func template(s string) bool {
	s = strings.TrimSpace(s)
	return strings.HasPrefix(s, "{{") && strings.HasSuffix(s, "}}") && strings.Count(s, "{{") == 1
}

// apart marks two masked values that differ though they look the same.
func apart(b, a any) (before, after any) {
	x, okX := b.(string)
	y, okY := a.(string)
	if okX && okY && x == y {
		return x + " (before)", y + " (after)"
	}
	return b, a
}
