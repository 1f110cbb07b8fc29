// Package lazyregexp makes regular expressions when they are asked for.
//
// It takes an expression and returns a function that has it compiled once. Most runs
// need few of those that kgw has, and the start of the program pays for none. It must
// not know what is matched.
package lazyregexp

import (
	"regexp"
	"sync"
)

// New returns a function that compiles the expression, in the syntax of package
// regexp, the first time it is called, and returns it. Several goroutines may call
// it. The function panics where the expression is malformed.
func New(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
