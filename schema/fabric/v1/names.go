package v1

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
)

// The operator's own notion of a name that needs no repair. It demands a
// leading letter in each part, so that "1-gw" is repaired to "1gw".
var wellNamed = lazyregexp.New(`^(([a-zA-Z]|[a-zA-Z][a-zA-Z0-9\-]*[a-zA-Z0-9])\.)*([A-Za-z]|[A-Za-z][A-Za-z0-9\-]*[A-Za-z0-9])$`)

var (
	innerName  = lazyregexp.New(`/\*([\w-]+?)/`)
	finalName  = lazyregexp.New(`/\*([\w-]+?)$`)
	bracedName = lazyregexp.New(`\{([\w-]+?)\}`)
	unspelled  = lazyregexp.New(`[^a-zA-Z0-9]`)
)

// gatewaySlug is the gateway's part of the operator's names.
func gatewaySlug(name string) string {
	if wellNamed().MatchString(name) {
		return strings.ToLower(name)
	}
	return strings.ToLower(unspelled().ReplaceAllString(name, ""))
}

// pathSlug is the path's part of the operator's names: "/api/*/x" is
// "api-id-x". Case is kept; object names are written in lower case.
func pathSlug(path string) string {
	s := innerName().ReplaceAllString(path, "-$1-")
	s = finalName().ReplaceAllString(s, "-$1")
	s = bracedName().ReplaceAllString(s, "$1")
	s = strings.ReplaceAll(s, "**", "wildcard")
	s = strings.ReplaceAll(s, "*", "id")
	s = unspelled().ReplaceAllString(s, "-")
	if s == "" {
		return ""
	}
	return s[1:]
}
