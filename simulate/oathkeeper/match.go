package oathkeeper

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// setOf returns the set of requests that a rule matches.
func (e *Engine) setOf(r *accessRule) match.Set {
	lang := pathlang.Regexp2
	if e.strategy() == pathlang.GlobStrategy {
		lang = pathlang.Glob
	}
	s := match.Set{Methods: append([]string{}, r.methods...), AnyCase: true, URL: pathlang.Path{Lang: lang, Text: r.url}, View: match.DecodedPath}
	if e.isRelease26() {
		s.View = match.CleanedPath
	}
	return s
}

// rulesByPrefix has rules by the text that they begin with, so that a request is compared with few.
type rulesByPrefix struct {
	rules   map[string][]indexed
	lengths []int // of the prefixes, each once
}

// indexed is a rule with a text that every URL which it matches contains.
type indexed struct {
	needle string
	rule   *accessRule
}

// strategy returns how the URLs of rules are read.
func (e *Engine) strategy() pathlang.Strategy {
	if e.options.Strategy == "glob" {
		return pathlang.GlobStrategy
	}
	return pathlang.RegexpStrategy
}

func (e *Engine) index() {
	e.byPrefix.rules = map[string][]indexed{}
	have := map[int]bool{}
	for _, r := range e.rules {
		p, text := "", ""
		if e.strategy() == pathlang.RegexpStrategy {
			p, text = literalPrefix(r.url), longestCommonText(r.url)
		}
		e.byPrefix.rules[p] = append(e.byPrefix.rules[p], indexed{text, r})
		have[len(p)] = true
	}
	for n := range have {
		e.byPrefix.lengths = append(e.byPrefix.lengths, n)
	}
	slices.Sort(e.byPrefix.lengths)
	e.findRefusals()
}

// findRefusals finds the URLs that Oathkeeper cannot compile. One of them decides
// for all other rules too.
func (e *Engine) findRefusals() {
	parallel.Each(len(e.rules), func(i int) {
		if r := e.rules[i]; !plainURL(r.url) || e.options.Strategy != "" && e.options.Strategy != "regexp" {
			r.refusal = e.refusalOf(r.url)
		}
	})
	for _, r := range e.rules {
		if r.refusal != "" || r.url == "" {
			e.poison = append(e.poison, r)
		}
	}
}

func (e *Engine) refusalOf(url string) string {
	if url == "" {
		return ""
	}
	if s := e.options.Strategy; s != "" && s != "regexp" && s != "glob" {
		return "there is no matching strategy \"" + s + "\""
	}
	if _, err := match.ParseRuleURL(url, e.strategy()); err != nil {
		return err.Error() + LooksLikeGlob(url, e.options.Strategy)
	}
	return ""
}

// LooksLikeGlob returns a hint about a URL that is not an expression but may be meant
// as a glob, "" for other URLs.
func LooksLikeGlob(url, strategy string) string {
	if strategy == "glob" || !match.MaybeGlob(url) {
		return ""
	}
	return "; it looks like a glob, which it is with access_rules.matching_strategy: glob (oathkeeper.matchingStrategy in kgw.yaml)"
}

// candidates returns the rules that may match the URL.
func (p *rulesByPrefix) candidates(url string) []*accessRule {
	_, rest, ok := strings.Cut(url, "://")
	if !ok {
		rest = ""
	}
	var out []*accessRule
	for _, n := range p.lengths {
		if n > len(rest) {
			break
		}
		for _, r := range p.rules[rest[:n]] {
			if strings.Contains(url, r.needle) {
				out = append(out, r.rule)
			}
		}
	}
	return out
}

// schemes are the usual beginnings of rule URLs, which all end with "://".
var schemes = []string{"<http|https>://", "<https|http>://", "<https?>://", "http://", "https://"}

// literalPrefix returns the text that follows "://" in every URL that the rule
// matches, "" where the rule does not begin in one of the usual ways.
func literalPrefix(url string) string {
	for _, s := range schemes {
		rest, ok := strings.CutPrefix(url, s)
		if !ok {
			continue
		}
		head, bracket, found := strings.Cut(rest, "<")
		if strings.Contains(head, ">") || !found {
			return head
		}
		return head + literalStart(bracket)
	}
	return ""
}

// literalStart returns the text that every word of an expression begins with, as
// far as that is easy to find.
func literalStart(expr string) string {
	if hasChoice(expr) {
		return ""
	}
	i := 0
	for i < len(expr) && isPlain(expr[i]) {
		i++
	}
	if i < len(expr) && strings.IndexByte("*+?{", expr[i]) >= 0 && i > 0 {
		i--
	}
	return expr[:i]
}

// hasChoice reports whether an expression may be a choice at its top.
func hasChoice(expr string) bool {
	depth := 0
	for i := 0; i < len(expr); i++ {
		switch expr[i] {
		case '\\':
			i++
		case '[':
			end := strings.IndexByte(expr[i:], ']')
			if end < 0 || strings.HasPrefix(expr[i:], "[]") || strings.HasPrefix(expr[i:], "[^]") || strings.Contains(expr[i:i+end], `\`) {
				return true
			}
			i += end
		case '(':
			depth++
		case ')':
			depth--
		case '|':
			if depth <= 0 {
				return true
			}
		}
	}
	return false
}

// isPlain reports whether a character is literal in an expression.
func isPlain(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("/_-~%@&=,;:!", c) >= 0
}

// plainURL reports whether Oathkeeper certainly compiles a URL, without parsing it.
// False means that this is not certain.
func plainURL(url string) bool {
	for {
		literal, rest, found := strings.Cut(url, "<")
		if strings.Contains(literal, ">") {
			return false
		}
		if !found {
			return literal != ""
		}
		expr, after, closed := strings.Cut(rest, ">")
		if !closed || !plainExpression(expr) {
			return false
		}
		if url = after; url == "" {
			return true
		}
	}
}

func plainExpression(expr string) bool {
	depth, atom := 0, false
	for i := 0; i < len(expr); i++ {
		c := expr[i]
		switch {
		case isPlain(c) || c == '.':
			atom = true
		case c == '|':
			atom = false
		case c == '(':
			depth, atom = depth+1, false
			if strings.HasPrefix(expr[i+1:], "?:") {
				i += 2
			}
		case c == ')':
			depth, atom = depth-1, true
		case (c == '*' || c == '+' || c == '?') && atom:
			atom = false
		case c == '\\' && i+1 < len(expr) && strings.IndexByte(`.-+*?()[]{}^$|/\dwsDWS`, expr[i+1]) >= 0:
			i, atom = i+1, true
		case c == '[':
			n := plainClass(expr[i:])
			if n == 0 {
				return false
			}
			i, atom = i+n-1, true
		default:
			return false
		}
		if depth < 0 {
			return false
		}
	}
	return depth == 0
}

// plainClass returns the length of a character class of letters, digits and
// slashes, or 0.
func plainClass(expr string) int {
	i := 1
	if i < len(expr) && expr[i] == '^' {
		i++
	}
	start := i
	for i < len(expr) && expr[i] != ']' {
		switch {
		case strings.HasPrefix(expr[i:], "a-z"), strings.HasPrefix(expr[i:], "A-Z"), strings.HasPrefix(expr[i:], "0-9"):
			i += 3
		case expr[i] != '-' && (isPlain(expr[i]) || expr[i] == '.'):
			i++
			if i < len(expr) && expr[i] == '-' {
				return 0
			}
		default:
			return 0
		}
	}
	if i == start || i == len(expr) {
		return 0
	}
	return i + 1
}
