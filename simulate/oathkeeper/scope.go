package oathkeeper

import (
	"slices"
	"strings"
)

// scopeStrategies tell whether the scopes that a token has contain one that is
// required (ory/fosite v0.48.0, scope_strategy.go).
var scopeStrategies = map[string]func(have []string, want string) bool{
	"exact":      slices.Contains[[]string],
	"hierarchic": hierarchic,
	"wildcard":   wildcard,
}

// hierarchic lets "a" stand for "a.b".
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

// wildcard lets "a.*" stand for "a.b" and "a.b.c", but not for "a".
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
