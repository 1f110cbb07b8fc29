package skipper

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/simulate"
)

// test is a predicate that is tested after the path matched.
type test struct {
	eskip.Call
	expr *regexp.Regexp // of a predicate with one expression
}

// truth is yes, no, or not known.
type truth uint8

const (
	no truth = iota
	yes
	unknown
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// predicateKind describes how kgw decides a predicate of Skipper v0.27.57.
type predicateKind struct {
	// expression is the number of the argument that is an expression, from 1;
	// 0 is none.
	expression int
	// holds decides the predicate. The reason says why it cannot be decided.
	holds func(t *test, q *simulate.Request) (holds truth, reason string)
	// why is the kind of the unknown, and needs is what would decide it.
	why   simulate.Why
	needs string
}

// decidedKind returns a kind that the request alone decides.
func decidedKind(expression int, holds func(t *test, args []string, q *simulate.Request) bool) predicateKind {
	return predicateKind{expression: expression, holds: func(t *test, q *simulate.Request) (truth, string) {
		return truthOf(holds(t, textsOf(t.Args), q)), ""
	}}
}

// undecidedKind returns a kind that the request alone does not decide.
func undecidedKind(why simulate.Why, reason string) predicateKind {
	return predicateKind{why: why, holds: func(*test, *simulate.Request) (truth, string) { return unknown, reason }}
}

// predicateKinds are all predicates that Skipper has, except for those on paths
// and weights, which are not tests (predicates/predicates.go). A predicate of
// another name makes Skipper drop the route.
var predicateKinds map[string]predicateKind

func init() {
	always := func(is bool) predicateKind {
		return predicateKind{holds: func(*test, *simulate.Request) (truth, string) { return truthOf(is), "" }}
	}
	predicateKinds = map[string]predicateKind{
		"Method": decidedKind(0, func(_ *test, args []string, q *simulate.Request) bool { return args[0] == q.Method }),
		"Methods": decidedKind(0, func(_ *test, args []string, q *simulate.Request) bool {
			return slices.ContainsFunc(args, func(m string) bool { return strings.EqualFold(m, q.Method) })
		}),
		"Host":    decidedKind(1, func(t *test, _ []string, q *simulate.Request) bool { return t.expr.MatchString(q.Host) }),
		"HostAny": decidedKind(0, func(_ *test, args []string, q *simulate.Request) bool { return slices.Contains(args, q.Host) }),
		"Header": decidedKind(0, func(_ *test, args []string, q *simulate.Request) bool {
			return anyHeader(q, args[0], func(v string) bool { return v == args[1] })
		}),
		"HeaderRegexp": decidedKind(2, func(t *test, args []string, q *simulate.Request) bool {
			return anyHeader(q, args[0], t.expr.MatchString)
		}),
		"PathRegexp":            decidedKind(1, func(t *test, _ []string, q *simulate.Request) bool { return t.expr.MatchString(seenPath(q)) }),
		"Cookie":                decidedKind(2, holdsCookie),
		"QueryParam":            {expression: 2, holds: holdsQuery},
		"JWTPayloadAllKV":       decidedKind(0, func(_ *test, args []string, q *simulate.Request) bool { return holdsAll(args, claimEquals(q)) }),
		"JWTPayloadAnyKV":       decidedKind(0, func(_ *test, args []string, q *simulate.Request) bool { return holdsAny(args, claimEquals(q)) }),
		"JWTPayloadAllKVRegexp": decidedKind(0, func(_ *test, args []string, q *simulate.Request) bool { return holdsAll(args, claimMatches(q)) }),
		"JWTPayloadAnyKVRegexp": decidedKind(0, func(_ *test, args []string, q *simulate.Request) bool { return holdsAny(args, claimMatches(q)) }),
		"ForwardedHost": decidedKind(1, func(t *test, _ []string, q *simulate.Request) bool {
			return q.Header("Forwarded") != "" && t.expr.MatchString(forwardedField(q, "host"))
		}),
		"ForwardedProtocol": decidedKind(0, func(_ *test, args []string, q *simulate.Request) bool { return forwardedField(q, "proto") == args[0] }),

		"Source":               {holds: holdsSource, why: simulate.Asked, needs: "-H 'X-Forwarded-For: ADDRESS'"},
		"SourceFromLast":       {holds: holdsSource, why: simulate.Asked, needs: "-H 'X-Forwarded-For: ADDRESS'"},
		"ClientIP":             undecidedKind(simulate.Asked, "the address of the caller's connection is not known"),
		"ContentLengthBetween": undecidedKind(simulate.Chosen, "the length of the body is not known"),
		"Traffic":              {holds: holdsTraffic, why: simulate.Chosen},
		"TrafficSegment":       {holds: holdsSegment, why: simulate.Chosen},
		"After":                undecidedKind(simulate.Chosen, "it depends on the time"),
		"Before":               undecidedKind(simulate.Chosen, "it depends on the time"),
		"Between":              undecidedKind(simulate.Chosen, "it depends on the time"),
		"Cron":                 undecidedKind(simulate.Chosen, "it depends on the time"),
		"Tee": decidedKind(0, func(_ *test, args []string, q *simulate.Request) bool {
			return anyHeader(q, teeHeader, func(v string) bool { return v == args[0] })
		}),
		"OTelBaggage": undecidedKind(simulate.Chosen, "kgw does not read the header baggage"),
		"HeaderSHA256": decidedKind(0, func(_ *test, args []string, q *simulate.Request) bool {
			return anyHeader(q, args[0], func(v string) bool {
				sum := sha256.Sum256([]byte(v))
				return slices.ContainsFunc(args[1:], func(want string) bool { return strings.EqualFold(want, hex.EncodeToString(sum[:])) })
			})
		}),
		"Shutdown": always(false),
		"True":     always(true),
		"False":    always(false),
	}
}

// holds decides the predicate. One on a part of the request that a symbolic request
// leaves to the caller may hold.
func (t *test) holds(q *simulate.Request) (truth, string) {
	if t.isLeftOpen(q) {
		return unknown, "the caller chooses it"
	}
	return predicateKinds[t.Name].holds(t, q)
}

// isLeftOpen reports whether the predicate is on a header, a cookie or a parameter
// that a symbolic request leaves to the caller.
func (t *test) isLeftOpen(q *simulate.Request) bool {
	if q.Free == simulate.Concrete {
		return false
	}
	part, _ := textArg(t.Args, 0)
	switch t.Name {
	case "HeaderRegexp", "HeaderSHA256":
		return !anyHeader(q, part, func(string) bool { return true })
	case "Cookie":
		_, has := cookie(q, part)
		return !has
	case "Traffic":
		name, sticky := textArg(t.Args, 1)
		_, has := cookie(q, name)
		return sticky && !has
	case "QueryParam":
		has, _ := holdsQuery(&test{Call: eskip.Of("QueryParam", part)}, q)
		return has == no
	case "ForwardedHost", "ForwardedProtocol":
		return q.Header("Forwarded") == ""
	}
	return false
}

// exampleHeaders returns headers for which the predicate holds.
func (t *test) exampleHeaders() []simulate.Header {
	return slices.DeleteFunc(t.example(), func(h simulate.Header) bool { return h.Name == "?" })
}

// teeHeader is a header that marks copies of requests by teeLoopback. Callers
// cannot send the mark, since Skipper keeps it in the context of the request.
const teeHeader = "\x00tee"

// anyHeader reports whether a line of a header satisfies a condition.
func anyHeader(q *simulate.Request, name string, ok func(string) bool) bool {
	return slices.ContainsFunc(q.Headers, func(h simulate.Header) bool { return strings.EqualFold(h.Name, name) && ok(h.Value) })
}

func holdsCookie(t *test, args []string, q *simulate.Request) bool {
	value, has := cookie(q, args[0])
	return has && t.expr.MatchString(value)
}

// cookie returns the first cookie of that name, as net/http reads it.
func cookie(q *simulate.Request, name string) (value string, has bool) {
	c, err := cookies(q).Cookie(name)
	if err != nil {
		return "", false
	}
	return c.Value, true
}

func holdsQuery(t *test, q *simulate.Request) (truth, string) {
	_, text, _ := strings.Cut(q.Target, "?")
	query, _ := url.ParseQuery(text)
	name, _ := textArg(t.Args, 0)
	values, has := query[name]
	if len(t.Args) == 1 {
		return truthOf(has), ""
	}
	return truthOf(slices.ContainsFunc(values, t.expr.MatchString)), ""
}

func claimEquals(q *simulate.Request) func(k, v string) bool {
	return func(k, v string) bool { have, ok := claim(q, k).(string); return ok && have == v }
}

func claimMatches(q *simulate.Request) func(k, v string) bool {
	return func(k, v string) bool {
		have, ok := claim(q, k).(string)
		expr, err := regexp.Compile(v)
		return ok && err == nil && expr.MatchString(have)
	}
}

// claim returns a claim of the token's payload, which nobody has verified. Only a
// JWT in "Authorization: Bearer" has a payload.
func claim(q *simulate.Request, key string) any {
	if text, ok := strings.CutPrefix(q.Header("Authorization"), "Bearer "); !ok || !q.Token.Is("jwt", text) {
		return nil
	}
	return q.Token.Claims[key]
}

func holdsAll(pairs []string, holds func(k, v string) bool) bool {
	for i := 0; i+1 < len(pairs); i += 2 {
		if !holds(pairs[i], pairs[i+1]) {
			return false
		}
	}
	return true
}

func holdsAny(pairs []string, holds func(k, v string) bool) bool {
	for i := 0; i+1 < len(pairs); i += 2 {
		if holds(pairs[i], pairs[i+1]) {
			return true
		}
	}
	return false
}

// forwardedField reads a field of the header Forwarded: the last one counts.
func forwardedField(q *simulate.Request, name string) string {
	out := ""
	for part := range strings.SplitSeq(q.Header("Forwarded"), ",") {
		for pair := range strings.SplitSeq(strings.TrimSpace(part), ";") {
			if k, v, ok := strings.Cut(pair, "="); ok && k == name && strings.Trim(v, `"`) != "" {
				out = strings.Trim(v, `"`)
			}
		}
	}
	return out
}

// holdsSource compares the first or the last address of X-Forwarded-For, which
// the caller can choose unless a proxy in front replaces it.
func holdsSource(t *test, q *simulate.Request) (truth, string) {
	list := strings.Split(q.Header("X-Forwarded-For"), ",")
	text := list[0]
	if t.Name == "SourceFromLast" {
		text = strings.TrimSpace(list[len(list)-1])
	}
	if host, port, ok := strings.Cut(text, ":"); ok && !strings.Contains(port, ":") {
		text = host
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		return unknown, "the request has no address in X-Forwarded-For, and that of its connection is not known"
	}
	for _, want := range textsOf(t.Args) {
		if one, err := netip.ParseAddr(want); err == nil && one == address {
			return yes, ""
		}
		if net, err := netip.ParsePrefix(want); err == nil && net.Contains(address) {
			return yes, ""
		}
	}
	return no, ""
}

// holdsSegment decides by chance, except for shares of all or none of the traffic.
func holdsSegment(t *test, _ *simulate.Request) (truth, string) {
	from, _ := number(t.Args, 0)
	to, _ := number(t.Args, 1)
	switch {
	case from == to:
		return no, ""
	case from == 0 && to == 1:
		return yes, ""
	}
	return unknown, "it matches a random share of the traffic"
}

// holdsTraffic decides by chance, except for a caller with the cookie of a group.
func holdsTraffic(t *test, q *simulate.Request) (truth, string) {
	share, _ := number(t.Args, 0)
	if group, sticky := textArg(t.Args, 2); sticky {
		name, _ := textArg(t.Args, 1)
		if value, has := cookie(q, name); has {
			return truthOf(value == group), ""
		}
	}
	switch share {
	case 0:
		return no, ""
	case 1:
		return yes, ""
	}
	return unknown, "it matches a random share of " + strconv.FormatFloat(share, 'g', 3, 64) + " of the traffic"
}
