// Package match holds the tests of internal/match against the engines' own
// libraries: regexp2 v1.2.0 and gobwas/glob v0.2.3 as Oathkeeper uses them, and
// RE2 itself. It is a module of its own so that none of them becomes a
// dependency of kgw.
package match
