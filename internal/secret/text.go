package secret

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
)

// form is how secrets of one kind look. Every text with such a secret has one of
// the words of each list in it, those of a form without case in lower case: most
// texts have not, and need no closer look.
type form struct {
	pattern func() *regexp.Regexp
	needs   [][]string
	fold    bool // the pattern matches without regard to case
	// may reports whether a text can match, if it is known: false is certain.
	may func(string) bool
}

// shapes are secrets by how they look: JSON Web Tokens, credentials in URLs,
// private keys, and tokens of well-known services.
var shapes = []form{
	{pattern: lazyregexp.New(`(eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)*)`), needs: [][]string{{"eyJ"}}},
	// The password of a URL may hold a slash that nobody has escaped; what
	// begins as the number of a port is not a password.
	{pattern: lazyregexp.New(`[a-zA-Z][a-zA-Z0-9+.-]*://([^/\s@<>"'?#]+|[^/\s:@<>"']*:[^/@\s<>"']*[^0-9/@\s<>"'][^@\s<>"']*)@`), needs: [][]string{{"://"}, {"@"}}, may: mayHavePassword},
	{pattern: lazyregexp.New(`(?s)(-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$))`), needs: [][]string{{"PRIVATE KEY-----"}}},
	{
		pattern: lazyregexp.New(`\b(gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|xox[abprs]-[A-Za-z0-9-]{8,}|AKIA[0-9A-Z]{16})`),
		needs:   [][]string{{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "AKIA"}},
	},
}

// find lists the matches of the pattern in a text, as FindAllStringSubmatchIndex
// does.
func (f *form) find(s string) [][]int {
	asked := s
	if f.fold {
		asked = strings.ToLower(s)
	}
	for _, words := range f.needs {
		if !slices.ContainsFunc(words, func(word string) bool { return strings.Contains(asked, word) }) {
			return nil
		}
	}
	if f.may != nil && !f.may(s) {
		return nil
	}
	return f.pattern().FindAllStringSubmatchIndex(s, -1)
}

// mayHavePassword reports whether an "@" is behind "://" in one word.
func mayHavePassword(s string) bool {
	for {
		_, rest, ok := strings.Cut(s, "://")
		if !ok {
			return false
		}
		if i := strings.IndexAny(rest, "@ \t\n\f\r<>\"'"); i >= 0 && rest[i] == '@' {
			return true
		}
		s = rest
	}
}

// mayHaveParameter reports whether a "=" is behind a name that a "?", "&" or ";"
// begins.
func mayHaveParameter(s string) bool {
	for i := range len(s) {
		if s[i] != '=' {
			continue
		}
		before := strings.TrimRight(s[:i], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.~%[]-")
		if before != "" && strings.IndexByte("?&;", before[len(before)-1]) >= 0 {
			return true
		}
	}
	return false
}

// query are the parameters of a URL.
var query = form{pattern: lazyregexp.New(`[?&;]([\w.~%\[\]-]+)=([^&;#\s"'<>]+)`), needs: [][]string{{"?", "&", ";"}, {"="}}, may: mayHaveParameter}

// credentials are what follows the scheme of an Authorization header (RFC 9110,
// 11.4).
var credentials = form{
	pattern: lazyregexp.New(`(?i)\b(bearer|basic)(?:\s|%20|\+)+([A-Za-z0-9+/_=.~-]+)`),
	needs:   [][]string{{"bearer", "basic", "ba\u017fic"}}, // a long s is an s without regard to case
	fold:    true,
}

// assigned is a secret behind its name in running text: a line of YAML, JSON
// or of a file of variables.
var assigned = lazyregexp.New(`(?im)((?:^|[\s"'{,?&])([\w./-]+)["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"',}&\[{|>][^\s"',}&]*)`)

// nextWord is what follows the scheme of an Authorization header.
var nextWord = lazyregexp.New(`^[ \t]+([^\s"',}&]+)`)

// spot is a range of bytes of a text, end exclusive.
type spot struct{ start, end int }

// findSpots lists the secrets in a text by their form.
func findSpots(s string) []spot {
	if !strings.ContainsAny(s, "@=-. ") {
		return nil
	}
	var out []spot
	for i := range shapes {
		for _, m := range shapes[i].find(s) {
			out = append(out, spot{m[2], m[3]})
		}
	}
	for _, m := range credentials.find(s) {
		if isCredential(s[m[2]:m[3]], s[m[4]:m[5]]) {
			out = append(out, spot{m[4], m[5]})
		}
	}
	for _, m := range query.find(s) {
		if name := s[m[2]:m[3]]; (Key(name) || parameter().MatchString(name)) && !isTemplate(s[m[4]:m[5]]) {
			out = append(out, spot{m[4], m[5]})
		}
	}
	return out
}

// isCredential reports whether a word behind the scheme is a credential: "bearer
// tokens" and "basic authentication" are not.
func isCredential(scheme, word string) bool {
	if strings.EqualFold(scheme, "bearer") {
		return !strings.EqualFold(strings.TrimRight(word, ".,"), "token") && !strings.EqualFold(strings.TrimRight(word, ".,"), "tokens")
	}
	plain, err := base64.StdEncoding.DecodeString(word)
	if err != nil {
		plain, err = base64.RawStdEncoding.DecodeString(word)
	}
	return err == nil && bytes.Contains(plain, []byte(":"))
}

// findAssignments lists the secrets behind their names in running text. A field
// "cookie" is most often the name of one.
func findAssignments(s string) []spot {
	if !namesSecret(s) {
		return nil
	}
	var out []spot
	for _, m := range assigned().FindAllStringSubmatchIndex(s, -1) {
		value := s[m[6]:m[7]]
		name := lastField(s[m[4]:m[5]])
		switch {
		case !Key(name) || name == "cookie" || isTemplate(strings.Trim(value, `"'`)) || isProse(s[:m[4]], value):
		case s[m[5]:m[6]] == ":" && isScopeVerb(value):
		case strings.EqualFold(value, "bearer") || strings.EqualFold(value, "basic"):
			if w := nextWord().FindStringSubmatchIndex(s[m[7]:]); w != nil {
				out = append(out, spot{m[7] + w[2], m[7] + w[3]})
			}
		default:
			out = append(out, spot{m[6], m[7]})
		}
	}
	return out
}

// scopeVerbs are what scopes such as "tokens:read" allow. They are not secrets,
// and they are words of messages.
var scopeVerbs = map[string]bool{
	"read": true, "write": true, "readwrite": true, "create": true, "update": true, "delete": true, "list": true, "view": true,
	"edit": true, "manage": true, "admin": true, "all": true, "use": true, "issue": true, "revoke": true, "introspect": true,
}

// isScopeVerb reports whether a text is the verb of a scope, with more scopes
// behind it as kgw lists them: "read+tokens:write)".
func isScopeVerb(s string) bool {
	for scope := range strings.SplitSeq(s, "+") {
		scope = strings.TrimRight(scope, ").;")
		if !scopeVerbs[scope[strings.LastIndexByte(scope, ':')+1:]] {
			return false
		}
	}
	return true
}

// namesSecret reports whether a name of a secret may be before a ":" or "=" in a
// text: every match of assigned has one there.
func namesSecret(s string) bool {
	for i := range len(s) {
		if s[i] != ':' && s[i] != '=' {
			continue
		}
		before := strings.TrimRight(s[:i], " \t\n\f\r")
		if n := len(before); n > 0 && (before[n-1] == '"' || before[n-1] == '\'') {
			before = before[:n-1]
		}
		start := len(before)
		for start > 0 && inName(before[start-1]) {
			start--
		}
		if name := before[start:]; name != "" && (Key(lastField(name)) || strings.ContainsFunc(name, notASCII)) {
			return true
		}
	}
	return false
}

// inName reports whether a byte may be in a name that assigned matches. Letters
// beyond ASCII may: a "K" may be the Kelvin sign.
func inName(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b == '_' || b == '.' || b == '/' || b == '-' || b >= utf8.RuneSelf
}

func notASCII(c rune) bool { return c >= utf8.RuneSelf }

// isProse reports whether a name and a word behind it are of a sentence: "the
// token: it lacks a scope".
func isProse(before, value string) bool {
	before = before[strings.LastIndexByte(before, '\n')+1:]
	if !strings.HasSuffix(before, " ") || strings.TrimLeft(before, " \t-") == "" || strings.HasSuffix(strings.TrimRight(before, " "), ",") {
		return false
	}
	return strings.Trim(value, "abcdefghijklmnopqrstuvwxyz") == ""
}

// lastField is the last field of a path.
func lastField(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// Text masks the secrets in a text that are known by their form, or by a name
// in front of them.
func Text(s string) string { return hideSpots(s, findFormed(s)) }

// findFormed lists them.
func findFormed(s string) []spot { return append(findSpots(s), findAssignments(s)...) }

// isTemplate reports whether a text is a template of Oathkeeper and nothing
// else: what a token is put into, not a token.
func isTemplate(s string) bool {
	s = strings.TrimSpace(s)
	return strings.HasPrefix(s, "{{") && strings.HasSuffix(s, "}}") && strings.Count(s, "{{") == 1
}

// hideSpots puts Hidden instead of each range. Ranges may overlap.
func hideSpots(s string, at []spot) string {
	if len(at) == 0 {
		return s
	}
	var b strings.Builder
	pos := 0
	for _, p := range merge(at) {
		b.WriteString(s[pos:p.start])
		b.WriteString(Hidden)
		pos = p.end
	}
	b.WriteString(s[pos:])
	return b.String()
}
