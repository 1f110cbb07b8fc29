package match_test

import (
	"errors"
	"math/rand"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/glob"
	re2 "github.com/wasilibs/go-re2"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// engine matches a path as the real library does.
type engine func(path string) (bool, error)

func oathkeeper(text string) (engine, error) {
	re, err := compileOathkeeper(text)
	if err != nil {
		return nil, err
	}
	re.MatchTimeout = 250 * time.Millisecond // as Oathkeeper sets it
	return func(p string) (bool, error) { return re.MatchString("http://h" + p) }, nil
}

func envoy(text string) (engine, error) {
	re, err := re2.Compile(`\A(?:` + text + `)\z`)
	if err != nil {
		return nil, err
	}
	return func(p string) (bool, error) { return re.MatchString(p), nil }, nil
}

func oathkeeperGlob(text string) (engine, error) {
	if match.Compile(set(pathlang.Glob, text, match.DecodedPath)).Err() != nil {
		return nil, errors.New("the library follows no rule here")
	}
	g, err := glob.Compile("{http,https}://h"+text, '.', '/')
	if err != nil {
		return nil, err
	}
	return func(p string) (bool, error) { return g.Match("http://h" + p), nil }, nil
}

// set returns a set of requests by path alone, on http://h.
func set(l pathlang.Lang, text string, v match.View) match.Set {
	return match.Set{Schemes: []string{"http"}, Hosts: []string{"h"}, Path: pathlang.Path{Lang: l, Text: text}, View: v}
}

// escape encodes every byte that is not a letter, digit or slash.
func escape(p string) string {
	var b strings.Builder
	for i := range len(p) {
		if c := p[i]; c == '/' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			b.WriteByte(c)
		} else {
			const hex = "0123456789ABCDEF"
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

// agree asks the matcher and the automaton about a path.
func agree(t *testing.T, m *match.Matcher, v match.View, path string, want bool) {
	t.Helper()
	raw := path
	if v == match.DecodedPath {
		raw = escape(path)
	}
	got, err := m.Accepts(match.Request{Method: "GET", Scheme: "http", Host: "h", RawPath: raw})
	if err != nil || got != want {
		t.Fatalf("Accepts(%q) = %v, %v; the engine says %v", path, got, err, want)
	}
	if m.Err() != nil {
		return
	}
	r := m.Relate(match.Compile(set(pathlang.Exact, path, v)), 0)
	if r.Kind == match.Unknown || (r.Kind != match.Disjoint) != want {
		t.Fatalf("Relate with %q = %v (%s); the engine says %v", path, r.Kind, r.Reason, want)
	}
}

var regexp2Parts = strings.Split(`a b / . \d \w \s \D \W \S \b \B ^ $ \z \Z ( ) ( ) (?: (?= (?! (?i) (?s) (?m) (?x) (?i: | * + ? {2} {1,} {0,2} *? `+
	`[ab] [^a] [a-c] [a-z-[b]] [\d] [^\W] [\D\w] [^\D\w] [[:alpha:]] [[:^digit:]] \p{L} \P{Lu} [A-Z] \n A é % - 1 K .* .+ [^/]+`, " ")

var re2Parts = strings.Split(`a b / . \d \w \s \D \W \S \b \B ^ $ \z ( ) ( ) (?: (?i) (?s) (?m) (?U) (?i: | * + ? {2} {1,} {0,2} *? `+
	`[ab] [^a] [a-c] [\d] [^\W] [[:alpha:]] [[:^digit:]] \p{L} \pN \Q.\E \x41 A % - 1 K .* .+ [^/]+`, " ")

var globParts = strings.Split(`a b / . * ** ? [ab] [!a] [a-c] [!a-c] {a,b} {ab,c} {a,b[ab]} {a/,*} , \* ab/ /a`, " ")

func text(r *rand.Rand, parts []string, n int) string {
	var b strings.Builder
	b.WriteByte('/')
	for range 1 + r.Intn(n) {
		b.WriteString(parts[r.Intn(len(parts))])
	}
	return b.String()
}

func check(t *testing.T, l pathlang.Lang, v match.View, pattern string, compile func(string) (engine, error), paths []string) bool {
	t.Helper()
	e, err := compile(pattern)
	if err != nil {
		return false
	}
	m := match.Compile(set(l, pattern, v))
	for _, p := range paths {
		want, err := e(p)
		if err != nil {
			continue // out of time
		}
		t.Run("", func(t *testing.T) { agree(t, m, v, p, want) })
		if t.Failed() {
			t.Fatalf("pattern %q in %v", pattern, l)
		}
	}
	return true
}

func randomPaths(r *rand.Rand, alphabet []rune, n int) []string {
	out := make([]string, n)
	for i := range out {
		w := []rune{'/'}
		for range r.Intn(5) {
			w = append(w, alphabet[r.Intn(len(alphabet))])
		}
		out[i] = string(w)
	}
	return out
}

func TestRegexp2Oracle(t *testing.T) {
	r := rand.New(rand.NewSource(4))
	checked := 0
	for checked < 3000 {
		if check(t, pathlang.Regexp2, match.DecodedPath, text(r, regexp2Parts, 6), oathkeeper,
			randomPaths(r, []rune("aab//.1A \nKé٣_-%"), 15)) {
			checked++
		}
	}
}

func TestRE2Oracle(t *testing.T) {
	r := rand.New(rand.NewSource(5))
	checked := 0
	for checked < 1500 {
		pattern := text(r, re2Parts, 6)
		if _, refused := pathlang.RefusedBy(pathlang.Path{Lang: pathlang.Regex, Text: pattern}, pathlang.RE2Istio); refused {
			continue
		}
		if check(t, pathlang.Regex, match.RawPath, pattern, envoy, randomPaths(r, []rune("aab/1AK_-%"), 15)) {
			checked++
		}
	}
}

func TestGlobOracle(t *testing.T) {
	r := rand.New(rand.NewSource(6))
	checked := 0
	for checked < 3000 {
		if check(t, pathlang.Glob, match.DecodedPath, text(r, globParts, 5), oathkeeperGlob,
			randomPaths(r, []rune("aabbc//..*,"), 15)) {
			checked++
		}
	}
}
