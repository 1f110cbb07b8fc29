package flatten

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// hasMixedAccess reports whether a path of the gateway has several spellings and its
// routes differ in who may send what: a request in another spelling could match a route
// that demands less than the one meant for it.
func (w *writer) hasMixedAccess() bool {
	routes := w.gateway.Routes
	general := slices.ContainsFunc(routes, func(r *ir.Route) bool {
		return slices.ContainsFunc(strings.Split(r.Match.Path.Text, "/"), func(s string) bool { return pathlang.SegmentRank(s) > 0 })
	})
	return general && slices.ContainsFunc(routes, func(r *ir.Route) bool { return !answerAlike(r, routes[0]) })
}

// answerAlike reports whether two routes let the same callers through, or answer
// alike.
func answerAlike(a, b *ir.Route) bool {
	x, answers := a.Action.(ir.Respond)
	y, answersToo := b.Action.(ir.Respond)
	return answers == answersToo && x.Status == y.Status && reflect.DeepEqual(demands(&a.Access), demands(&b.Access))
}

// demands returns what an access asks for, without the places where it is written.
func demands(a *ir.Access) []any {
	out := []any{a.Restricted, a.Deny}
	for i := range a.Grants {
		g := &a.Grants[i]
		out = append(out, g.Proof, g.Who, g.Scopes, g.Aud, g.Exempt)
	}
	return out
}

// uncleanRoute answers paths that the author's proxy decodes or cleans before it looks
// for a route, and that the target does not: a doubled slash, an encoded slash, an
// encoded character that a path of the gateway or RFC 3986 has without an escape, and a
// malformed escape. The author's proxy finds the route of the clean path, or refuses
// the request.
func (w *writer) uncleanRoute() *ir.Route {
	out := w.unmatchedRoute()
	out.Match.Path = pathlang.Path{Lang: pathlang.Regex, Text: uncleanExpression(w.gateway.Routes)}
	return out
}

func uncleanExpression(routes []*ir.Route) string {
	const hex = "[0-9A-Fa-f]"
	escapes := []string{"2[DdEeFf]", "3[0-9]", "[46][1-9A-Fa-f]", "5[0-9AaFf]", "7[0-9AaEe]"} // RFC 3986, 2.3, and "/"
	var extra []byte
	for _, r := range routes {
		for segment := range strings.SplitSeq(r.Match.Path.Text, "/") {
			if pathlang.SegmentRank(segment) == 0 {
				extra = append(extra, segment...)
			}
		}
	}
	slices.Sort(extra)
	for _, c := range slices.Compact(extra) {
		if strings.IndexByte("-._~", c) < 0 && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			escapes = append(escapes, eitherCase(c))
		}
	}
	return ".*(//|%(" + strings.Join(escapes, "|") + "|[^0-9A-Fa-f]|" + hex + "[^0-9A-Fa-f])).*|.*%" + hex + "?"
}

// eitherCase matches the hexadecimal digits of an escape in upper and lower case.
func eitherCase(c byte) string {
	var b strings.Builder
	for _, digit := range fmt.Sprintf("%02X", c) {
		if digit >= 'A' {
			fmt.Fprintf(&b, "[%c%c]", digit, digit|0x20)
			continue
		}
		b.WriteRune(digit)
	}
	return b.String()
}
