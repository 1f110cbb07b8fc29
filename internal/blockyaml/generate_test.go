package blockyaml

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
)

// TestGenerated holds the reader to the library on texts of random structure
// with the oddities that people write: comments anywhere, blank lines, wrong
// indentation, quotes that do not end, flow collections, empty values.
func TestGenerated(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	accepted := 0
	const texts = 20000
	for i := range texts {
		g := &generator{rnd: rnd, wild: i%2 == 1}
		g.collection(0, 0)
		if check(t, fmt.Sprint("text ", i), []byte(g.String())) {
			accepted++
		}
		if t.Failed() {
			return
		}
	}
	if accepted < texts/4 {
		t.Errorf("%d of %d texts are accepted", accepted, texts)
	}
}

type generator struct {
	strings.Builder
	rnd  *rand.Rand
	wild bool
}

func (g *generator) one(of ...string) string { return of[g.rnd.Intn(len(of))] }

// odd is true now and then, more often in wild texts.
func (g *generator) odd(n int) bool {
	if !g.wild {
		n *= 6
	}
	return g.rnd.Intn(n) == 0
}

func (g *generator) line(indent int, text string) {
	if g.odd(12) {
		g.WriteString(g.one("\n", "   \n", strings.Repeat(" ", indent)+"# own\n", "# left\n", "      # right\n", "# a\n# b\n", "# a\n\n"))
	}
	if g.odd(60) {
		indent += g.rnd.Intn(3) - 1
	}
	g.WriteString(strings.Repeat(" ", max(indent, 0)) + text)
	if g.odd(12) {
		g.WriteString(g.one(" # line", "  ", " #", "# no", " # x # y"))
	}
	g.WriteString(g.one("\n", "\n", "\n", "\r\n"))
}

func (g *generator) scalar() string {
	if g.odd(8) {
		return g.one("a: b", "a:", "- a", "-", "'a", "\"a", "&x a", "*x", "!!str a", "? a", "{a", "[a", "a]", "%a", "@a", ">", "|2", "`a", "a #b", "\"\\x41\"", "---", "...", "é", "'ä'", "~", "\"a\" b", "a\tb", "{a: b}: c", "'a': b")
	}
	return g.one("a", "1", "true", "null", "0x1F", "1.5", "2001-01-01", "/a/.*", "https://a.b:80/c?d=e#f", "'it''s'", "\"a\\nb\"", "''", "a b", "-1", "a:b", "<<", "=", ".inf", "on", "12:30:45", "[a, 'b', 3]", "{a: 1, \"b\": [c]}", "[]", "{}", "{a: {b: c}}", "[[a], [b]]", "[a,b]", "[http://x:1/y]")
}

func (g *generator) key() string {
	return g.one("a", "b", "name", "'c'", "\"d\"", "e f", "app.kubernetes.io/name", "1", "true", "<<", "é")
}

func (g *generator) collection(indent, depth int) {
	items := 1 + g.rnd.Intn(3)
	list := g.rnd.Intn(3) == 0
	for range items {
		switch {
		case list:
			g.item(indent, depth)
		default:
			g.entry(indent, g.key(), depth)
		}
	}
}

func (g *generator) entry(indent int, key string, depth int) {
	switch g.rnd.Intn(6) {
	case 0, 1, 2:
		g.line(indent, key+": "+g.scalar())
	case 3:
		if depth < 4 {
			g.line(indent, key+":")
			g.collection(indent+g.rnd.Intn(2)*2, depth+1)
			return
		}
		g.line(indent, key+":")
	case 4:
		g.line(indent, key+":"+g.one("", " |", " |-", " |+"))
		for range g.rnd.Intn(4) {
			g.line(indent+2, g.one("text", "# text", " more", "", "a: b"))
		}
	default:
		g.line(indent, key+g.one(":", " :", ": ")+g.one("", " ", " a"))
	}
}

func (g *generator) item(indent, depth int) {
	switch g.rnd.Intn(4) {
	case 0:
		g.line(indent, "- "+g.scalar())
	case 1:
		if depth < 4 {
			g.line(indent, g.one("-", "- - a", "- # c"))
			g.collection(indent+2, depth+1)
			return
		}
		g.line(indent, "-")
	default:
		g.line(indent, "- "+g.key()+": "+g.scalar())
		for range g.rnd.Intn(3) {
			g.entry(indent+2, g.key(), depth+1)
		}
	}
}
