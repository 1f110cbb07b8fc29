// Package eskip prints and parses the part of Skipper's route language that kgw
// writes: predicates and filters (eskip/lexer.go of Skipper v0.27.57).
//
// It takes and returns texts. It must not know the model nor any manifest.
package eskip

import (
	"strconv"
	"strings"
)

// Call is one predicate or filter: a name and arguments, each a string, an int
// or a Regexp. A call with text is somebody else's and is written as it is.
type Call struct {
	Name string
	Args []any
	Text string
}

// Regexp is an argument between slashes.
type Regexp string

// Of returns the call of a predicate or filter with arguments.
func Of(name string, args ...any) Call { return Call{Name: name, Args: args} }

// appendTo writes the call in Skipper's syntax.
func (c Call) appendTo(b []byte) []byte {
	if c.Text != "" {
		return append(b, c.Text...)
	}
	b = append(append(b, c.Name...), '(')
	for i, a := range c.Args {
		if i > 0 {
			b = append(b, ", "...)
		}
		switch a := a.(type) {
		case string:
			b = appendQuoted(b, a)
		case int:
			b = strconv.AppendInt(b, int64(a), 10)
		case float64:
			b = append(b, Decimal(a)...)
		case Regexp:
			b = appendRegexp(b, string(a))
		}
	}
	return append(b, ')')
}

// String returns the call in Skipper's syntax.
func (c Call) String() string { return string(c.appendTo(nil)) }

// appendQuoted writes a text so that Skipper's lexer reads it back as it is,
// whatever it holds: a quote or a backslash cannot end it.
func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	if !strings.ContainsAny(s, escaped) {
		return append(append(b, s...), '"')
	}
	for i := 0; i < len(s); i++ {
		if e := strings.IndexByte(escaped, s[i]); e >= 0 {
			b = append(b, '\\', escapes[e])
		} else {
			b = append(b, s[i])
		}
	}
	return append(b, '"')
}

// What a backslash precedes, and what is behind it.
const (
	escaped = "\"\\\a\b\f\n\r\t\v"
	escapes = "\"\\abfnrtv"
)

// appendRegexp writes an expression between slashes. Skipper's lexer drops a
// backslash before a slash and one of two backslashes.
func appendRegexp(b []byte, s string) []byte {
	b = append(b, '/')
	for i := 0; i < len(s); i++ {
		if s[i] == '/' || s[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return append(b, '/')
}

func join(calls []Call, separator string) string {
	b := make([]byte, 0, 64*len(calls))
	for i, c := range calls {
		if i > 0 {
			b = append(b, separator...)
		}
		b = c.appendTo(b)
	}
	return string(b)
}

// JoinPredicates prints predicates as an annotation holds them.
func JoinPredicates(calls []Call) string { return join(calls, " && ") }

// JoinFilters prints filters as an annotation holds them.
func JoinFilters(calls []Call) string { return join(calls, " -> ") }

// Shunted is a whole route without an upstream.
func Shunted(predicates, filters []Call) string {
	return JoinPredicates(predicates) + " -> " + JoinFilters(filters) + " -> <shunt>"
}

// Decimal prints a number with a fraction, as Scala's JSON has it.
func Decimal(w float64) string {
	s := strconv.FormatFloat(w, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}
