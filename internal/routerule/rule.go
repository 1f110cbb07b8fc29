// Package routerule holds what is true of the rules of every HTTPRoute that kgw
// writes: how a path is spelled, the order in which istiod asks rules, what a
// CORS policy becomes, and the limits of one object.
//
// It takes rules in the order of their author and arranges them. It must not
// know what they were made of.
package routerule

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// Limits of one HTTPRoute (gateway-api v1.6, standard channel).
const (
	MaxRules    = 16
	MaxMatches  = 128  // of all rules together
	MaxBackends = 16   // of a rule
	MaxHeaders  = 16   // that are set, or removed, by a rule
	MaxValue    = 4096 // bytes of the value of a header
	MaxPath     = 1024 // bytes of the value of a path
)

// Methods are those that an HTTPRoute has words for (gateway-api v1.6,
// HTTPMethod).
var Methods = []string{"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}

// Rule is what one rule of an HTTPRoute matches. Its matches share one path and
// differ in their methods.
type Rule struct {
	Set match.Set // what it matches
	// Exact is a path that is compared as it is, Prefix one of whose whole
	// segments the first are; otherwise Text is an expression of RE2 over the
	// whole path.
	Exact, Prefix bool
	Text          string
	// Methods are those that match; none are all.
	Methods          []string
	Headers, Queries []manifest.ValueMatch
}

// Matches are one for each method. Without any, all methods match: a list of
// all that are known would leave out others.
func (r *Rule) Matches() []manifest.RouteMatch {
	path := manifest.PathMatch{Type: "RegularExpression", Value: r.Text}
	switch {
	case r.Exact:
		path.Type = "Exact"
	case r.Prefix:
		path.Type = "PathPrefix"
	}
	one := manifest.RouteMatch{Path: path, Headers: r.Headers, QueryParams: r.Queries}
	if len(r.Methods) == 0 {
		return []manifest.RouteMatch{one}
	}
	var out []manifest.RouteMatch
	for _, one.Method = range r.Methods {
		out = append(out, one)
	}
	return out
}

// Count is how many matches the rule is written as.
func (r *Rule) Count() int { return max(1, len(r.Methods)) }

// Pieces returns how many rules each HTTPRoute has, in the order of a list of
// how many matches each rule has: all in one, or several where one would have
// too many rules or matches.
func Pieces(counts []int) []int {
	var out []int
	matches := MaxMatches
	for _, n := range counts {
		if len(out) == 0 || out[len(out)-1] == MaxRules || matches+n > MaxMatches {
			out, matches = append(out, 0), 0
		}
		out[len(out)-1]++
		matches += n
	}
	return out
}

// exactPath is what the CRD allows as the value of a path of type Exact
// (gateway-api v1.6, HTTPPathMatch).
var exactPath = lazyregexp.New(`^/(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})*$`)

// operators are the characters that mean something in an expression of RE2.
const operators = `\.+*?()|[]{}^$`

// ExactAllowed reports whether a path may be the value of type Exact or
// PathPrefix.
func ExactAllowed(path string) bool {
	for _, not := range []string{"//", "/./", "/../", "%2f", "%2F"} {
		if strings.Contains(path, not) {
			return false
		}
	}
	return exactPath().MatchString(path) && !strings.HasSuffix(path, "/.") && !strings.HasSuffix(path, "/..")
}

// Spell returns how a path is written: as it is, or as an expression. A
// PathPrefix goes by whole segments, and istiod drops every expression of the
// host behind the PathPrefix "/".
func Spell(p pathlang.Path) (exact bool, text string) {
	literally := func(path string) (bool, string) {
		if ExactAllowed(path) {
			return true, path
		}
		return false, regexp.QuoteMeta(path)
	}
	switch p.Lang {
	case pathlang.Exact:
		return literally(p.Text)
	case pathlang.Prefix:
		return false, regexp.QuoteMeta(p.Text) + ".*"
	case pathlang.Star:
		return false, regexp.QuoteMeta(strings.TrimSuffix(p.Text, "*")) + ".*"
	case pathlang.Template:
		switch {
		case p.Text == "/*":
			return false, "/.*"
		case !strings.Contains(p.Text, "{"):
			return literally(p.Text)
		}
		return false, pathlang.TemplateRegex(p.Text)
	default:
		if whole := strings.TrimSuffix(strings.TrimPrefix(p.Text, "^"), "$"); !strings.ContainsAny(whole, operators) && ExactAllowed(whole) {
			return true, whole
		}
		return false, p.Text
	}
}

// maxDigits is the largest number in a duration of the Gateway API.
const maxDigits = 99_999

// Duration writes a duration as the Gateway API has it: numbers of up to five
// digits. A part of a millisecond counts as one.
func Duration(d time.Duration) string {
	ms := int64((d + time.Millisecond - 1) / time.Millisecond)
	if ms%1000 > 0 && ms <= maxDigits {
		return strconv.FormatInt(ms, 10) + "ms"
	}
	out := ""
	add := func(n int64, unit string) {
		if n > 0 {
			out += strconv.FormatInt(n, 10) + unit
		}
	}
	s := ms / 1000
	if s > maxDigits {
		add(s/3600, "h")
		add(s%3600/60, "m")
		s %= 60
	}
	add(s, "s")
	add(ms%1000, "ms")
	return cmp.Or(out, "0s")
}
