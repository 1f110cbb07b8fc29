// Package definition holds the checks of the definitions of the Gateway API:
// their patterns, bounds and rules in CEL, in the words of the API server.
//
// It takes the spec of an object, read or about to be written. It must not know
// what the object means.
package definition

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/source"
)

// Refused returns why the API server refuses the spec of an HTTPRoute, a Gateway
// or a ReferenceGrant, in the words of the rules of its definition, and the path
// of the field that it refuses; "" where it does not, or for another kind
// (gateway-api v1.6.3, config/crd/standard). Unknown fields are not its business:
// the tables of package simulate have those.
func Refused(kind string, spec *source.Node) (why, path string) {
	for _, l := range limits()[kind] {
		if why, path = l.first(spec, l.reasonBroken); why != "" {
			return why, path
		}
	}
	for _, c := range conditions()[kind] {
		if why, path = c.first(spec, c.reasonBroken); why != "" {
			return why, path
		}
	}
	return "", ""
}

// place is a path from the spec, such as "rules[].matches[].path"; "" is the
// spec itself.
type place string

// first returns what is wrong with the first node at the place that something is
// wrong with, and the path of the node; why is "" without one.
func (p place) first(spec *source.Node, broken func(*source.Node) string) (why, path string) {
	why, below := firstBelow(spec, string(p), broken)
	return why, "spec" + below
}

// firstBelow is first for the rest of a place below a node. It writes the path on
// the way back: most of what is looked at has nothing wrong.
func firstBelow(n *source.Node, rest string, broken func(*source.Node) string) (why, path string) {
	if n == nil {
		return "", ""
	}
	if rest == "" {
		return broken(n), ""
	}
	if elements, all := strings.CutPrefix(rest, "[]"); all {
		for i, e := range source.Elements(n) {
			if why, below := firstBelow(e, strings.TrimPrefix(elements, "."), broken); why != "" {
				return why, source.JoinIndex("", i) + below
			}
		}
		return "", ""
	}
	end := strings.IndexAny(rest, ".[")
	if end < 0 {
		end = len(rest)
	}
	why, below := firstBelow(source.Field(n, rest[:end]), strings.TrimPrefix(rest[end:], "."), broken)
	if why == "" {
		return "", ""
	}
	return why, "." + rest[:end] + below
}

// limit is a bound of the structure at a place.
type limit struct {
	place
	what, bound string
	pattern     func() *regexp.Regexp
	low, high   int64
}

// limits returns the bounds of each kind.
var limits = sync.OnceValue(func() map[string][]limit {
	return map[string][]limit{"HTTPRoute": limitsOf(routeLimits()), "Gateway": limitsOf(gatewayLimits()), "ReferenceGrant": limitsOf(grantLimits())}
})

// limitsOf reads a table: a place, what is bounded, and the bound.
func limitsOf(table string) []limit {
	var out []limit
	for line := range strings.Lines(table) {
		words := strings.Fields(line)
		if len(words) < 3 {
			continue
		}
		l := limit{place: place(strings.TrimPrefix(words[0], "spec")), what: words[1], bound: words[2]}
		switch l.what {
		case "pattern":
			l.pattern = lazyregexp.New(l.bound)
		case "items", "length", "range":
			low, high, _ := strings.Cut(l.bound, "-")
			l.low, _ = strconv.ParseInt(low, 10, 64)
			l.high, _ = strconv.ParseInt(high, 10, 64)
		}
		out = append(out, l)
	}
	return out
}

// reasonBroken returns what is wrong with a node in the words of the API
// server, "" if nothing is.
func (l *limit) reasonBroken(n *source.Node) string {
	list := source.Elements(n)
	switch l.what {
	case "items":
		return reasonOutside(int64(len(list)), l.low, l.high, "should have at least %d items", "must have at most %d items")
	case "has":
		if source.Field(n, l.bound) == nil {
			return l.bound + ": Required value"
		}
		return ""
	case "unique":
		return reasonRepeated(list, l.bound)
	case "range", "number-of":
		return l.reasonNumber(n)
	}
	return l.reasonText(n)
}

func (l *limit) reasonNumber(n *source.Node) string {
	number, isNumber := scalar(n).(source.Number)
	switch {
	case !isNumber:
		return "must be of type integer"
	case l.what == "number-of":
		return oneOf(string(number), l.bound)
	}
	return reasonOutside(source.Int(n), l.low, l.high, "should be greater than or equal to %d", "should be less than or equal to %d")
}

func (l *limit) reasonText(n *source.Node) string {
	text, isText := scalar(n).(string)
	switch {
	case !isText:
		return "must be of type string"
	case l.what == "length":
		return reasonOutside(int64(utf8.RuneCountInString(text)), l.low, l.high, "should be at least %d chars long", "may not be more than %d bytes")
	case l.what == "one-of":
		return oneOf(text, l.bound)
	case !l.pattern().MatchString(text):
		return "should match '" + l.bound + "'"
	}
	return ""
}

// scalar is the value of a node, nil for a list or a mapping.
func scalar(n *source.Node) any {
	if len(n.Content) > 0 {
		return nil
	}
	return source.Scalar(n)
}

func oneOf(text, values string) string {
	list := strings.Split(values, ",")
	if slices.Contains(list, text) {
		return ""
	}
	return `supported values: "` + strings.Join(list, `", "`) + `"`
}

// reasonRepeated returns what is wrong with a list in which an element, or the
// field of one, is there twice.
func reasonRepeated(list []*source.Node, field string) string {
	seen := map[string]bool{}
	for _, e := range list {
		if field != "itself" {
			e = source.Field(e, field)
		}
		if seen[source.Text(e)] {
			return "Duplicate value"
		}
		seen[source.Text(e)] = true
	}
	return ""
}

// reasonOutside returns the words for a number below or above its bounds.
func reasonOutside(n, low, high int64, below, above string) string {
	switch {
	case n < low:
		return strings.Replace(below, "%d", strconv.FormatInt(low, 10), 1)
	case n > high:
		return strings.Replace(above, "%d", strconv.FormatInt(high, 10), 1)
	}
	return ""
}
