package skipper

import (
	"strconv"
	"strings"
)

// call is one predicate or filter: a name and arguments, each a string, an int
// or a regexpArg. A call with text is somebody else's and is written as it is.
type call struct {
	name string
	args []any
	text string
}

// regexpArg is an argument between slashes.
type regexpArg string

func of(name string, args ...any) call { return call{name: name, args: args} }

// appendTo writes the call in Skipper's syntax.
func (c call) appendTo(b []byte) []byte {
	if c.text != "" {
		return append(b, c.text...)
	}
	b = append(append(b, c.name...), '(')
	for i, a := range c.args {
		if i > 0 {
			b = append(b, ", "...)
		}
		switch a := a.(type) {
		case string:
			b = appendQuoted(b, a)
		case int:
			b = strconv.AppendInt(b, int64(a), 10)
		case float64:
			b = append(b, decimal(a)...)
		case regexpArg:
			b = appendRegexp(b, string(a))
		}
	}
	return append(b, ')')
}

// String returns the call in Skipper's syntax.
func (c call) String() string { return string(c.appendTo(nil)) }

// appendQuoted writes a text so that Skipper's lexer reads it back as it is,
// whatever it holds: a quote or a backslash cannot end it.
func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		if e := strings.IndexByte(escaped, s[i]); e >= 0 {
			b = append(b, '\\', escapes[e])
		} else {
			b = append(b, s[i])
		}
	}
	return append(b, '"')
}

// What a backslash precedes, and what stands behind it.
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

func join(calls []call, separator string) string {
	var b []byte
	for i, c := range calls {
		if i > 0 {
			b = append(b, separator...)
		}
		b = c.appendTo(b)
	}
	return string(b)
}

// predicates and filters as annotations hold them.
func joinPredicates(calls []call) string { return join(calls, " && ") }
func joinFilters(calls []call) string    { return join(calls, " -> ") }

// shunted is a whole route without an upstream.
func shunted(predicates, filters []call) string {
	return joinPredicates(predicates) + " -> " + joinFilters(filters) + " -> <shunt>"
}
