package pathlang

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/automata"
)

// piece is a part of a pattern: at least min characters, and with many more, of a set.
type piece struct {
	text string
	min  int
	many bool
	in   func(rune) bool
}

// pieces are those of a language; a pattern is read from left to right, the first that
// fits at each place. Any other character is itself.
var pieces = map[Lang][]piece{
	Template: {
		{"{**}", 0, true, func(r rune) bool { return r == '/' || inSegment(r) }},
		{"{*}", 1, true, inSegment},
		{".", 1, false, func(r rune) bool { return r != '\n' }},
	},
	Glob: {
		{"**", 0, true, func(rune) bool { return true }},
		{"*", 0, true, func(r rune) bool { return r != '/' && r != '.' }},
		{"?", 1, false, func(r rune) bool { return r != '/' && r != '.' }},
	},
}

// inSegment reports whether the controller's expression for {*} has a character.
func inSegment(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._~!$&'()*+,;=:@", r)
}

// naively tries all ways in which a pattern can match a text.
func naively(of []piece, pattern string, text []rune) bool {
	if pattern == "" {
		return len(text) == 0
	}
	for _, p := range of {
		rest, ok := strings.CutPrefix(pattern, p.text)
		if !ok {
			continue
		}
		for n := 0; ; n++ {
			if n >= p.min && naively(of, rest, text[n:]) {
				return true
			}
			if n == len(text) || !p.in(text[n]) || n == p.min && !p.many {
				return false
			}
		}
	}
	first := []rune(pattern)[0]
	return len(text) > 0 && text[0] == first && naively(of, pattern[len(string(first)):], text[1:])
}

// TestLanguagesNaively holds templates and globs to a matcher that tries all ways, on all
// short paths.
func TestLanguagesNaively(t *testing.T) {
	parts := map[Lang][]string{Template: {"/a", "/b", "/{*}", "/{**}", "/.", "/"}, Glob: {"/", "a", "b", "*", "**", "?", "."}}
	for lang, of := range pieces {
		rnd, patterns, accepted := rand.New(rand.NewPCG(2, uint64(lang))), 0, 0
		for range 200 {
			text := ""
			if lang == Glob {
				text = "/"
			}
			for range 1 + rnd.IntN(4) {
				text += parts[lang][rnd.IntN(len(parts[lang]))]
			}
			pattern, err := SyntaxOf(Path{lang, text})
			if err != nil {
				continue // refused, which other tests hold
			}
			a, err := pattern.Automaton(automata.AfterStart)
			if err != nil {
				continue
			}
			patterns++
			for _, p := range paths {
				want := naively(of, text, []rune(p))
				if got := a.Accepts([]rune(p)); got != want {
					t.Fatalf("%v %q and %q: %v, want %v", lang, text, p, got, want)
				}
				if want {
					accepted++
				}
			}
		}
		if patterns < 100 || accepted < 1000 {
			t.Errorf("%v: %d patterns, %d paths are accepted", lang, patterns, accepted)
		}
	}
}
