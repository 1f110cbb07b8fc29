package oathkeeper

import "strings"

// CannotMatch reports whether a rule with this match URL matches none of the URLs of
// requests, which are without "scheme://", and keeps no other rule from being
// matched. It returns false where that is not easy to find.
func CannotMatch(url string, urls []string) bool {
	if !plainURL(url) {
		return false
	}
	prefix, has := literalPrefix(url), longestCommonText(url)
	for _, u := range urls {
		if strings.HasPrefix(u, prefix) && (strings.Contains("http://"+u, has) || strings.Contains("https://"+u, has)) {
			return false
		}
	}
	return true
}
