package oathkeeper

import (
	"math/rand"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

var fragments = strings.Fields(`a b / /items .* .+ [^/]+ [a-z]+ [0-9] [] [z-a] ( ) (?: | \. \d \Q \p{L} ? * + ** {2} {2,1} $ ^ (?i) (?=a) (?<n>x) (?<=a) % %20 - _ < > # : , [^a] [a-] [.] \ é`)

func randomURL(g *rand.Rand) string {
	var b strings.Builder
	b.WriteString([]string{"<http|https>://h", "http://h", "<https?>://h", "<.*>", "x<http>://h", "<http|https>://"}[g.Intn(6)])
	if g.Intn(5) > 0 {
		b.WriteString("<")
	}
	for range g.Intn(7) {
		b.WriteString(fragments[g.Intn(len(fragments))])
	}
	b.WriteString(">")
	return b.String()
}

// TestShortcutsAreSound holds what is told of a URL without parsing it to what
// parsing tells: plainURL never passes what Oathkeeper refuses, and every URL
// that a rule matches begins with its literal prefix.
func TestShortcutsAreSound(t *testing.T) {
	g := rand.New(rand.NewSource(7))
	plain, taken, needles := 0, 0, 0
	for range 8000 {
		url := randomURL(g)
		if plainURL(url) {
			plain++
			if why := (&Engine{}).refusalOf(url); why != "" {
				t.Fatalf("%q is plain but refused: %s", url, why)
			}
		}
		if (&Engine{}).refusalOf(url) != "" {
			continue
		}
		set := match.Set{URL: pathlang.Path{Lang: pathlang.Regexp2, Text: url}, View: match.DecodedPath}
		for _, path := range []string{"/items", "/itemsa/b", "/a", "/a/b", "/", "/b", "/items/0"} {
			ok, err := set.Accepts(match.Request{Method: "GET", Scheme: "http", Host: "h", RawPath: path})
			if !ok || err != nil {
				continue
			}
			if taken++; !strings.HasPrefix("h"+path, literalPrefix(url)) {
				t.Fatalf("%q takes %q but has the prefix %q", url, path, literalPrefix(url))
			}
			if !strings.Contains("http://h"+path, longestCommonText(url)) {
				t.Fatalf("%q takes %q but demands %q", url, path, longestCommonText(url))
			}
			if longestCommonText(url) != "" {
				needles++
			}
		}
	}
	if plain < 200 || taken < 200 || needles < 50 {
		t.Errorf("only %d plain URLs and %d that take something", plain, taken)
	}
}

func ruleText(url string) string {
	return "apiVersion: oathkeeper.ory.sh/v1alpha1\nkind: Rule\nmetadata:\n  name: r\nspec:\n  upstream:\n    url: http://up\n  match:\n    url: " + url +
		"\n    methods: [GET]\n  authenticators:\n  - handler: noop\n"
}

func loaded(t *testing.T, texts ...string) *Engine {
	t.Helper()
	return loadedFor(t, "0.40", texts...)
}

func loadedFor(t *testing.T, version string, texts ...string) *Engine {
	t.Helper()
	return Load(simulatetest.Manifests(t, "default", strings.Join(texts, "---\n")), Options{Version: version})
}

// TestCannotTake leaves out only rules that make no difference.
func TestCannotTake(t *testing.T) {
	g := rand.New(rand.NewSource(3))
	left := 0
	for range 1500 {
		url := randomURL(g)
		if strings.ContainsAny(url, "#:") && !strings.Contains(url, "://") {
			continue
		}
		text := ruleText(url)
		if !CannotMatch(url, []string{"h/items"}) {
			continue
		}
		left++
		d := loaded(t, text).Decide(&simulate.Request{Method: "GET", Scheme: "http", Host: "h", Target: "/items"}, nil)
		if d.Cause != simulate.NoRule {
			t.Fatalf("%q is left out, but decides: %+v", url, d)
		}
	}
	if left < 20 {
		t.Errorf("only %d rules were left out", left)
	}
}

// TestNeedle has texts that rules demand behind what they begin with.
func TestNeedle(t *testing.T) {
	for url, want := range map[string]string{
		"<http|https>://h</[a-z]+/orders/.*>":    "/orders/",
		"<http|https>://h</a(b|c)d/e?fg+/.*>":    "/a",
		"<http|https>://h<(/v1)?/items{2}x*>":    "/item",
		`<http|https>://h</[^/]+\.json>`:         ".json",
		"<http|https>://h<(?i)/orders>":          "",
		"<http|https>://h</(?!admin).*/tail>":    "/tail",
		"<http|https>://h</a|/b>":                "",
		"<http|https>://<[a-z.]+></x>/end":       "/end",
		`<http|https>://h</.*/\x41bc>`:           "",
		"<.*>://api.example.com</orders>":        "://api.example.com",
		"<http|https>://h</(a[)]|b)/long/tail$>": "/long/tail",
	} {
		if got := longestCommonText(url); got != want {
			t.Errorf("%s demands %q, want %q", url, got, want)
		}
	}
}
