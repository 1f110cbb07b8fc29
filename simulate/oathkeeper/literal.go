package oathkeeper

import "strings"

// longestCommonText returns the longest text that all URLs which the rule matches
// have in common behind the literal prefix, as far as that is easy to find.
func longestCommonText(url string) string {
	for _, s := range schemes {
		if rest, ok := strings.CutPrefix(url, s); ok {
			_, bracket, _ := strings.Cut(rest, "<")
			return longestLiteral("<" + bracket)
		}
	}
	return longestLiteral(url)
}

// harmless are the beginnings of groups that do not change the meaning of the text around them.
var harmless = strings.NewReplacer("(?:", "(", "(?=", "(", "(?!", "(")

// longestLiteral looks at a rule URL piece by piece; one with flags or names
// has none.
func longestLiteral(url string) string {
	if strings.Contains(harmless.Replace(url), "(?") {
		return ""
	}
	best := ""
	for url != "" {
		literal, rest, found := strings.Cut(url, "<")
		if strings.Contains(literal, ">") {
			return ""
		}
		if len(literal) > len(best) {
			best = literal
		}
		if !found {
			break
		}
		expr, after, closed := strings.Cut(rest, ">")
		if !closed || strings.Contains(expr, "<") {
			return ""
		}
		if inside := literalInside(expr); len(inside) > len(best) {
			best = inside
		}
		url = after
	}
	return best
}

// literalInside returns the longest text that every word of an expression contains.
func literalInside(expr string) string {
	if hasChoice(expr) {
		return ""
	}
	best, run := "", []byte(nil)
	end := func() {
		if len(run) > len(best) {
			best = string(run)
		}
		run = run[:0]
	}
	for i := 0; i < len(expr); {
		c, size := literalAt(expr[i:])
		switch {
		case size < 0:
			return ""
		case c != 0:
			run = append(run, c)
		case strings.IndexByte("*?{", expr[i]) >= 0:
			run = run[:max(len(run)-1, 0)]
			end()
		default:
			end()
		}
		i += size
	}
	end()
	return best
}

// literalAt reads one piece of an expression without choices. It returns the
// character if the piece is a literal one, else 0, and the length of the piece, -1
// where it is not easy to find.
func literalAt(expr string) (c byte, size int) {
	switch c = expr[0]; {
	case isPlain(c):
		return c, 1
	case c == '\\' && len(expr) > 1:
		switch e := expr[1]; {
		case strings.IndexByte(`.-+*?()[]{}^$|/\`, e) >= 0:
			return e, 2
		case strings.IndexByte("dwsDWS", e) >= 0:
			return 0, 2
		}
		return 0, -1
	case c == '[':
		return 0, strings.IndexByte(expr, ']') + 1
	case c == '{':
		if n := strings.IndexByte(expr, '}'); n > 0 {
			return 0, n + 1
		}
		return 0, -1
	case c == '(':
		return 0, groupSize(expr)
	case strings.IndexByte(".*+?^$", c) >= 0:
		return 0, 1
	}
	return 0, -1
}

// groupSize returns the length of a group, -1 where its end is not easy to find.
func groupSize(expr string) int {
	depth := 0
	for i := 0; i < len(expr); {
		switch expr[i] {
		case '(':
			depth++
			i++
		case ')':
			depth--
			i++
		case '|':
			i++
		default:
			_, n := literalAt(expr[i:])
			if n < 0 {
				return -1
			}
			i += n
		}
		if depth == 0 {
			return i
		}
	}
	return -1
}
