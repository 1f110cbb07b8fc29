// Package scope compares scopes as Ory's programs do.
package scope

import (
	"slices"
	"strings"
)

// strategies are the comparisons by name (ory/fosite v0.48.0,
// scope_strategy.go).
var strategies = map[string]func(have []string, want string) bool{
	"exact":      slices.Contains[[]string],
	"hierarchic": hierarchic,
	"wildcard":   wildcard,
}

// Strategy returns the comparison of a name ("exact", "hierarchic",
// "wildcard"): it reports whether the scopes of a token contain one that is
// wanted. It returns nil for "none" and for names that do not exist.
func Strategy(name string) func(have []string, want string) bool { return strategies[name] }

// hierarchic lets "a" match "a.b".
func hierarchic(have []string, want string) bool {
	parts := strings.Split(want, ".")
	for _, h := range have {
		if h == want {
			return true
		}
		if len(h) > len(want) {
			continue
		}
		own := strings.Split(h, ".")
		for i, part := range parts {
			if i >= len(own) {
				return true
			}
			if own[i] != part {
				break
			}
		}
	}
	return false
}

// wildcard lets "a.*" match "a.b" and "a.b.c", but not "a".
func wildcard(have []string, want string) bool {
	return slices.ContainsFunc(have, func(h string) bool { return wildcardMatch(strings.Split(h, "."), strings.Split(want, ".")) })
}

func wildcardMatch(pattern, want []string) bool {
	if len(pattern) > len(want) {
		return false
	}
	for i, p := range pattern {
		if i == len(pattern)-1 && len(pattern) != len(want) && p != "*" {
			return false
		}
		if p == "*" && want[i] != "" {
			continue
		}
		if p != want[i] {
			return false
		}
	}
	return true
}
