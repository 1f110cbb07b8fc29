package report

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
)

// plainWord is a word that a shell reads as it is and no program as a flag.
var plainWord = lazyregexp.New(`^[A-Za-z0-9_./:@%+=][A-Za-z0-9_./:@%+=,-]*$`)

// Shell returns a text as one word of a POSIX shell. A word that a program
// would read as a flag is not made another: callers put "--" in front.
func Shell(word string) string {
	if plainWord().MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
