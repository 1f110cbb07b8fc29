package skipper

import (
	"encoding/hex"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/simulate"
)

// signature is one form of arguments: their kinds, and how many there are.
type signature struct {
	kinds       []string
	least, most int
	even        bool
}

// place returns the index of the kind of argument i. The last kind, or the last
// two, are repeated for all further arguments.
func (s *signature) place(i int) int {
	last := len(s.kinds) - 1
	if s.even && i > last {
		return last - (i-last)%2
	}
	return min(i, last)
}

func readArguments(table string) map[string][]signature {
	out := map[string][]signature{}
	for line := range strings.Lines(strings.TrimSpace(table)) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		for form := range strings.SplitSeq(rest, "|") {
			out[name] = append(out[name], readSignature(form))
		}
	}
	return out
}

func readSignature(form string) signature {
	var s signature
	for i, kind := range strings.Fields(form) {
		bare := strings.TrimRight(kind, "?*+")
		if s.most = i + 1; bare == kind {
			s.least = i + 1
		}
		switch suffix := kind[len(bare):]; {
		case bare == "2", bare == "2x":
			s.kinds = append(s.kinds, "text")
			bare, s.even, s.least, s.most = map[string]string{"2": "text", "2x": "expression"}[bare], true, i+2, -1
		case suffix == "+":
			s.least, s.most = i+1, -1
		case suffix == "*":
			s.most = -1
		}
		s.kinds = append(s.kinds, bare)
	}
	return s
}

// accepts reports whether the arguments have the form.
func (s *signature) accepts(args []any) bool {
	if len(args) < s.least || s.most >= 0 && len(args) > s.most || s.even && (len(args)-s.least)%2 != 0 {
		return false
	}
	for i := range args {
		kind := s.kinds[s.place(i)]
		if text, ok := textArg(args, i); ok && !textKinds[kind](text) {
			return false
		}
		if n, ok := number(args, i); ok && (numberKinds[kind] == nil || !numberKinds[kind](n)) {
			return false
		}
	}
	return true
}

// accepts reports whether Skipper builds a filter of the call.
func accepts(c *eskip.Call) bool {
	return slices.ContainsFunc(arguments[c.Name], func(s signature) bool { return s.accepts(c.Args) })
}

// acceptsPredicate reports whether Skipper builds a predicate of the call. The
// begin of an interval has to come before its end.
func acceptsPredicate(c *eskip.Call) bool {
	if !slices.ContainsFunc(predicateArguments[c.Name], func(s signature) bool { return s.accepts(c.Args) }) {
		return false
	}
	begin, _ := number(c.Args, 0)
	end, ranged := number(c.Args, 1)
	from, _ := textArg(c.Args, 0)
	to, _ := textArg(c.Args, 1)
	switch c.Name {
	case "TrafficSegment":
		return begin <= end
	case "ContentLengthBetween":
		return int64(begin) < int64(end)
	case "Between":
		return ranged && begin < end || !ranged && isEarlier(from, to)
	}
	return true
}

// isEarlier reports whether a time is before another that is written in the same form.
func isEarlier(from, to string) bool {
	for _, layout := range []string{time.RFC3339, localTime} {
		a, err := time.Parse(layout, from)
		b, wrong := time.Parse(layout, to)
		if err == nil && wrong == nil {
			return a.Before(b)
		}
	}
	return false
}

// localTime is the layout of a time without a zone, as predicates on times write it.
const localTime = "2006-01-02T15:04:05"

func acceptAny(string) bool         { return true }
func acceptNone(string) bool        { return false }
func isDuration(text string) bool   { _, err := time.ParseDuration(text); return err == nil }
func isHex(text string) bool        { _, err := hex.DecodeString(text); return err == nil }
func isExpression(text string) bool { _, err := regexp.Compile(text); return err == nil }

// atLeast returns a kind of argument: durations that are not shorter.
func atLeast(least time.Duration) func(string) bool {
	return func(text string) bool { d, err := time.ParseDuration(text); return err == nil && d >= least }
}

// oneOf returns a kind of argument: one of a few texts.
func oneOf(list ...string) func(string) bool {
	return func(text string) bool { return slices.Contains(list, text) }
}

// textKinds are the kinds of arguments that may be texts, among them kinds that may
// be numbers too.
var textKinds = map[string]func(string) bool{
	"text": acceptAny, "any": acceptAny, "word": func(text string) bool { return text != "" },
	"duration": isDuration, "period": isDuration, "delay": atLeast(0), "timeout": atLeast(time.Millisecond), "lifetime": atLeast(1),
	"expression": isExpression, "hex": isHex, "hexword": func(text string) bool { return text != "" && isHex(text) },
	"truth": oneOf("true", "false"), "boolean": func(text string) bool { _, err := strconv.ParseBool(text); return err == nil },
	"mode": oneOf("active", "inactive", "logInactive"), "direction": oneOf("request", "response"), "charset": oneOf(charsets()...),
	"url":     func(text string) bool { u, err := url.Parse(text); return err == nil && u.Scheme != "" && u.Host != "" },
	"header":  func(text string) bool { return simulate.IsHeader(text, "") },
	"headers": func(text string) bool { return headerNames(text) },
	"moment":  func(text string) bool { _, err := time.Parse(time.RFC3339, text); return err == nil },
	"network": func(text string) bool { _, err := netip.ParsePrefix(text); return err == nil },
	"address": func(text string) bool { _, err := netip.ParseAddr(text); return err == nil },
	"document": func(text string) bool {
		return text == "" || strings.HasPrefix(text, "{") || strings.Contains(text, ": ")
	},
	"domain": func(text string) bool {
		return text != "" && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-*_") == ""
	},
	"query":     func(text string) bool { return strings.Contains(text, ":") },
	"reference": func(text string) bool { _, err := url.Parse(text); return err == nil },
	"source":    isSource, "protocol": oneOf("http", "https"), "method": isMethod, "hash": func(text string) bool { return len(text) == 64 && isHex(text) },
	"local":          func(text string) bool { _, err := time.Parse(localTime, text); return err == nil },
	"zone":           func(text string) bool { _, err := time.LoadLocation(text); return err == nil },
	"cron":           func(text string) bool { return len(strings.Fields(text)) == 5 },
	"wordexpression": func(text string) bool { return text != "" && isExpression(text) }, "share": acceptNone,
	"number": acceptNone, "positive": acceptNone, "one": acceptNone, "size": acceptNone, "status": acceptNone, "window": acceptNone, "level": acceptNone, "integer": acceptNone,
}

// isSource reports whether a text is a network or an address, except for the one
// of all addresses.
func isSource(text string) bool {
	if _, err := netip.ParsePrefix(text); err == nil {
		return true
	}
	address, err := netip.ParseAddr(text)
	return err == nil && !address.IsUnspecified()
}

func isMethod(text string) bool {
	return slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE"}, strings.ToUpper(text))
}

func headerNames(text string) bool {
	for name := range strings.SplitSeq(text, ",") {
		if !simulate.IsHeader(name, "") {
			return false
		}
	}
	return true
}

// numberKinds are the kinds of arguments that may be numbers, among them kinds that
// may be texts too.
var numberKinds = map[string]func(float64) bool{
	"any": func(float64) bool { return true }, "number": func(float64) bool { return true }, "period": func(float64) bool { return true },
	"delay": func(n float64) bool { return n >= 0 }, "positive": func(n float64) bool { return n > 0 }, "one": func(n float64) bool { return n >= 1 },
	"size": func(n float64) bool { return n >= 0 }, "status": func(n float64) bool { return n >= 100 && n < 600 },
	"window": func(n float64) bool { return n >= 1 && n <= 100 }, "level": func(n float64) bool { return n == float64(int(n)) && n >= -2 && n <= 11 },
	"share": func(n float64) bool { return n >= 0 && n <= 1 }, "integer": func(n float64) bool { return n == float64(int(n)) },
}

// charsets returns the character sets that encodeRequestHeader can encode to.
func charsets() []string {
	return strings.Fields("CodePage037 CodePage1047 CodePage1140 CodePage437 CodePage850 CodePage852 CodePage855 CodePage858 CodePage860 CodePage862 CodePage863 CodePage865 CodePage866 " +
		"ISO8859_1 ISO8859_2 ISO8859_3 ISO8859_4 ISO8859_5 ISO8859_6 ISO8859_7 ISO8859_8 ISO8859_9 ISO8859_10 ISO8859_13 ISO8859_14 ISO8859_15 ISO8859_16 KOI8R KOI8U Macintosh MacintoshCyrillic " +
		"Windows1250 Windows1251 Windows1252 Windows1253 Windows1254 Windows1255 Windows1256 Windows1257 Windows1258 Windows874")
}
