package secret

import (
	"strings"
	"sync"
	"sync/atomic"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
)

// sensitive are names of fields, headers, cookies and parameters whose values
// are secrets: a word at their end, in any of the usual spellings
// (clientSecret, client_secret, X-Api-Key).
var sensitive = lazyregexp.New(`(?i)(passwords?|passwd|pwd|passphrases?|passcodes?|secrets?|tokens?|credentials?` +
	`|(api|access|private|signing|secret|encryption|shared|session|subscription|account|client|functions|auth|hmac|master)[-_.]?keys?)$` +
	`|^((x|proxy)-(.*-)?)?authorization$|^x-(.*-)?auth$|^(set-)?cookies?$|^introspection_request_headers$`)

// harmless are names that look like those of secrets and are not, as a whole or
// behind a blank: switches, and the name of a handler.
var harmless = lazyregexp.New(`(?i)(?:^|\s)(forwardOriginalToken|forward_original_token|allow_?credentials|bearer_token|fromParams|max_?tokens)$`)

// Key reports whether the values of a field of this name are secrets.
func Key(name string) bool {
	name = strings.TrimSpace(name)
	if known, ok := judged.Load(name); ok {
		return known.(bool)
	}
	is := sensitive().MatchString(name) && !harmless().MatchString(name)
	if judgedNames.Add(1) <= maxJudged && len(name) <= maxName {
		judged.Store(strings.Clone(name), is) // the name shares the bytes of its file
	}
	return is
}

// The names of fields are few and come again and again: what was said of one
// is kept. Names that inputs make up do not fill the memory.
var (
	judged      sync.Map // string to bool
	judgedNames atomic.Int32
)

const (
	maxJudged = 4096
	maxName   = 128 // bytes
)

// isGroup reports whether a field holds secrets under names that are not secret:
// headers, cookies, the data of a Secret.
func isGroup(name string) bool { return strings.HasSuffix(strings.ToLower(name), "s") }

// parameter are names of parameters of a query, beyond those that Key knows,
// whose values are secrets.
var parameter = lazyregexp.New(`(?i)^(key|code|sig|signature|pass|jwt|sas|assertion|auth|x-amz-signature|x-goog-signature)$`)

// isWhollySecret reports whether every value below a path is a secret, though the
// names of the fields do not say so.
func isWhollySecret(kind, path string) bool {
	return kind == "Secret" && (path == "data" || path == "stringData")
}
