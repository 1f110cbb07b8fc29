package automata

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// expression is a node with the expression of Go's regexp that means the same.
type expression struct {
	node *Node
	text string
}

// writer makes random expressions; places are left out where they would make the
// product of two automata differ from what their words say.
type writer struct {
	rnd    *rand.Rand
	places bool
}

func (w *writer) pick(n int) int { return w.rnd.IntN(n) }

// atom is one rune, or a place.
func (w *writer) atom() expression {
	places := []expression{
		{&Node{Op: OpAssert, Place: AtStart}, `\A`},
		{&Node{Op: OpAssert, Place: AtEnd}, `\z`},
		{&Node{Op: OpAssert, Place: AtLineStart}, `(?m:^)`},
		{&Node{Op: OpAssert, Place: AtLineEnd}, `(?m:$)`},
		{&Node{Op: OpAssert, Place: AtWord}, `\b`},
		{&Node{Op: OpAssert, Place: NotAtWord}, `\B`},
	}
	runes := []expression{
		{ClassNode(Single('a')), "a"},
		{ClassNode(Single('b')), "b"},
		{ClassNode(Slash), "/"},
		{ClassNode(Single('é')), "é"},
		{ClassNode(NewClass('a', 'b')), "[ab]"},
		{ClassNode(Single('a').Negate()), "[^a]"},
		{ClassNode(NotNewline), "."},
		{ClassNode(AnyRune), "(?s:.)"},
		{LiteralNode("ab"), "ab"},
		{EmptyNode, "(?:)"},
	}
	if w.places && w.pick(5) == 0 {
		return places[w.pick(len(places))]
	}
	return runes[w.pick(len(runes))]
}

func (w *writer) expression(depth int) expression {
	if depth == 0 || w.pick(4) == 0 {
		return w.atom()
	}
	switch w.pick(4) {
	case 0:
		a, b := w.expression(depth-1), w.expression(depth-1)
		return expression{Alternate(a.node, b.node), "(?:" + a.text + "|" + b.text + ")"}
	case 1:
		a := w.expression(depth - 1)
		bounds := [][2]int{{0, 1}, {0, -1}, {1, -1}, {2, 3}, {0, 2}}[w.pick(5)]
		most := fmt.Sprint(bounds[1])
		if bounds[1] < 0 {
			most = ""
		}
		return expression{Repeat(a.node, bounds[0], bounds[1]), fmt.Sprintf("(?:%s){%d,%s}", a.text, bounds[0], most)}
	}
	a, b := w.expression(depth-1), w.expression(depth-1)
	return expression{Concat(a.node, b.node), a.text + b.text}
}

// automaton compiles an expression as one that the beginning of a text precedes.
func automaton(t *testing.T, n *Node) *NFA {
	t.Helper()
	p, err := Assemble(n, ASCIIWord)
	if err != nil {
		t.Fatal(err)
	}
	a, err := Expand(p, AfterStart)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// words are all words of a few runes.
func words(alphabet string, length int) []string {
	out, last := []string{""}, []string{""}
	for range length {
		var next []string
		for _, w := range last {
			for _, r := range alphabet {
				next = append(next, w+string(r))
			}
		}
		out, last = append(out, next...), next
	}
	return out
}

var short = words("ab/\n", 4)

// TestAutomataAgainstRegexp: an automaton accepts what Go's regexp matches whole.
func TestAutomataAgainstRegexp(t *testing.T) {
	w := &writer{rand.New(rand.NewPCG(1, 1)), true}
	accepted := 0
	for range 600 {
		e := w.expression(3)
		a, re := automaton(t, e.node), regexp.MustCompile(`\A(?:`+e.text+`)\z`)
		for _, word := range slices.Concat(short, []string{"é", "aé", "é/a", "_ a"}) {
			want := re.MatchString(word)
			if got := a.Accepts([]rune(word)); got != want {
				t.Fatalf("%s and %q: %v, want %v", e.text, word, got, want)
			}
			if want {
				accepted++
			}
		}
	}
	if accepted < 5000 {
		t.Errorf("only %d words were accepted", accepted)
	}
}

// TestLookaheads: what follows has to begin with a lookahead, or must not; so it is
// in the middle of a word too.
func TestLookaheads(t *testing.T) {
	w := &writer{rand.New(rand.NewPCG(2, 2)), false}
	for range 250 {
		head, look, tail := w.expression(1), w.expression(2), w.expression(2)
		for _, negate := range []bool{false, true} {
			a := automaton(t, Concat(head.node, &Node{Op: OpLook, Subs: []*Node{look.node}, Negate: negate}, tail.node))
			first, ahead, rest := regexp.MustCompile(`\A(?:`+head.text+`)\z`), regexp.MustCompile(`\A(?:`+look.text+`)`), regexp.MustCompile(`\A(?:`+tail.text+`)\z`)
			for _, word := range short {
				want := false
				for i := range len(word) + 1 {
					want = want || first.MatchString(word[:i]) && rest.MatchString(word[i:]) && ahead.MatchString(word[i:]) != negate
				}
				if got := a.Accepts([]rune(word)); got != want {
					t.Fatalf("%s then %s (not: %v) then %s and %q: %v, want %v", head.text, look.text, negate, tail.text, word, got, want)
				}
			}
		}
	}
}

// TestLastLine: $ of .NET is the end, or the place before one newline at the end.
func TestLastLine(t *testing.T) {
	a := automaton(t, Concat(LiteralNode("a"), &Node{Op: OpAssert, Place: AtLastLine}, Repeat(ClassNode(AnyRune), 0, -1)))
	for word, want := range map[string]bool{"a": true, "a\n": true, "a\n\n": false, "ab": false, "a\nb": false} {
		if got := a.Accepts([]rune(word)); got != want {
			t.Errorf("%q: %v", word, got)
		}
	}
}

// TestAlgebra holds products, differences, complements and what is built of words to
// what they say of the words of the automata.
func TestAlgebra(t *testing.T) {
	w := &writer{rand.New(rand.NewPCG(3, 3)), true}
	walker := &Walker{}
	met, outside := 0, 0
	for range 300 {
		ea, eb := w.expression(3), w.expression(3)
		a, b := automaton(t, ea.node), automaton(t, eb.node)
		has := func(x *NFA, word string) bool { return x.Accepts([]rune(word)) }
		shown := ea.text + " and " + eb.text

		both, err := a.Both(b)
		if err != nil {
			t.Fatal(err)
		}
		d, err := a.Determinize(MaxLook)
		if err != nil {
			t.Fatal(err)
		}
		whole := &NFA{Edges: d.Edges, Accept: slices.Clone(d.Accept)}
		d.Complement()
		rest := &NFA{Edges: d.Edges, Accept: d.Accept}
		leading, after := a.Leading(), a.After("a/")
		common, missing := false, false
		for _, word := range short {
			in, too := has(a, word), has(b, word)
			common, missing = common || in && too, missing || in && !too
			for what, got := range map[string][2]bool{
				"both":       {has(both, word), in && too},
				"subsets":    {has(whole, word), in},
				"complement": {has(rest, word), !in},
				"leading":    {has(leading, word), in && strings.HasPrefix(word, "/")},
				"after":      {has(after, word), has(a, "a/"+word)},
				"trimmed":    {has(a.Trim(), word), in},
				"rewritten":  {has(a.Rewrite(func(c *Class) *Class { return c.Minus(Newline) }), word), in && !strings.Contains(word, "\n")},
			} {
				if got[0] != got[1] {
					t.Fatalf("%s: %s and %q: %v", shown, what, word, got[0])
				}
			}
		}
		word, found, err := walker.Nicest(a, b, 10_000)
		if err != nil || common && !found || found && (!a.Accepts(word) || !b.Accepts(word)) {
			t.Fatalf("%s meet in %q: %v %v, want %v", shown, string(word), found, err, common)
		}
		if found != !both.None() {
			t.Fatalf("%s meet: %v, and the product is empty: %v", shown, found, both.None())
		}
		onPaths, sa, sb := b.Leading(), Summarize(leading), Summarize(b.Leading())
		if path, meet, _ := walker.Nicest(leading, onPaths, 10_000); meet && sa.Apart(&sb) {
			t.Fatalf("%s are apart by their signatures, and meet in %q", shown, string(path))
		}
		gone, left, err := walker.Outside(a, []*NFA{b}, 10_000)
		if err != nil || missing && !left || left && (!a.Accepts(gone) || b.Accepts(gone)) {
			t.Fatalf("%s: outside is %q: %v %v, want %v", shown, string(gone), left, err, missing)
		}
		if found {
			met++
		}
		if left {
			outside++
		}
	}
	if met < 50 || outside < 50 || met > 290 {
		t.Errorf("%d met, %d left something", met, outside)
	}
}

// TestOutsideOfSeveral: a word of the first that none of the others has; nothing is
// outside of what covers it together.
func TestOutsideOfSeveral(t *testing.T) {
	star := func(c *Class) *Node { return Repeat(ClassNode(c), 0, -1) }
	all := automaton(t, star(AnyRune))
	a, notA := automaton(t, Concat(ClassNode(Single('a')), star(AnyRune))), automaton(t, Concat(ClassNode(Single('a').Negate()), star(AnyRune)))
	walker := &Walker{}
	if word, found, err := walker.Outside(all, []*NFA{a, notA}, 100); err != nil || !found || len(word) != 0 {
		t.Errorf("only the empty word is left: %q %v %v", string(word), found, err)
	}
	if word, found, err := walker.Outside(all, []*NFA{a, notA, automaton(t, EmptyNode)}, 100); found || err != nil {
		t.Errorf("nothing is left: %q %v", string(word), err)
	}
	if word, found, err := walker.Outside(a, nil, 100); !found || err != nil || string(word) != "a" {
		t.Errorf("a shortest word is a: %q %v", string(word), err)
	}
	none := automaton(t, ClassNode(NoRune))
	if !none.None() {
		t.Error("no rune is a word")
	}
	if _, found, err := walker.Outside(none, nil, 100); found || err != nil {
		t.Errorf("of no words none is left: %v", err)
	}
}

// TestSearchesAreBounded: a search that exceeds its budget reports that, and never that
// nothing was found.
func TestSearchesAreBounded(t *testing.T) {
	long := Repeat(ClassNode(NewClass('a', 'b')), 60, 60)
	a := automaton(t, Concat(long, LiteralNode("a")))
	b := automaton(t, Concat(long, LiteralNode("b")))
	walker := &Walker{}
	if _, found, err := walker.Meet(a, b, &Masks[len(Masks)-1], 10); found || !errors.Is(err, ErrTooBig) {
		t.Errorf("%v %v", found, err)
	}
	if _, found, err := walker.Meet(a, b, &Masks[len(Masks)-1], 1000); found || err != nil {
		t.Errorf("%v %v", found, err)
	}
	if _, found, err := walker.Outside(a, []*NFA{b}, 10); found || !errors.Is(err, ErrTooBig) {
		t.Errorf("%v %v", found, err)
	}
	if walker.Steps == 0 {
		t.Error("no step was counted")
	}
	if _, err := Assemble(Repeat(Repeat(Repeat(ClassNode(AnyRune), 100, 1000), 100, 1000), 100, 1000), ASCIIWord); !errors.Is(err, ErrTooBig) {
		t.Errorf("a program without end: %v", err)
	}
	wide := automaton(t, Concat(Repeat(ClassNode(AnyRune), 0, -1), LiteralNode("a"), Repeat(ClassNode(AnyRune), 14, 14)))
	if _, err := wide.Determinize(MaxLook); !errors.Is(err, ErrTooBig) {
		t.Errorf("sets of states without end: %v", err)
	}
}

// TestNicest: of the words that two languages share, one of characters that need no
// escape comes first.
func TestNicest(t *testing.T) {
	one := func(c *Class) *NFA { return automaton(t, ClassNode(c)) }
	walker := &Walker{}
	for want, c := range map[string]*Class{"a": NewClass('!', 'z'), "-": NewClass('!', '/'), "\"": NewClass('"', '#'), " ": NewClass(' ', ' '), "é": NewClass('é', 'ë')} {
		if word, found, err := walker.Nicest(one(c), one(AnyRune), 100); !found || err != nil || string(word) != want {
			t.Errorf("%v: %q %v, want %q", c.Ranges, string(word), err, want)
		}
	}
}

// TestFollow: words one after the other, where no place looks at what is between.
func TestFollow(t *testing.T) {
	w := &writer{rand.New(rand.NewPCG(4, 4)), false}
	for range 150 {
		ea, eb := w.expression(2), w.expression(2)
		joined, re := automaton(t, ea.node).Follow(automaton(t, eb.node)), regexp.MustCompile(`\A(?:`+ea.text+`)(?:`+eb.text+`)\z`)
		for _, word := range short {
			if got := joined.Accepts([]rune(word)); got != re.MatchString(word) {
				t.Fatalf("%s, then %s and %q: %v", ea.text, eb.text, word, got)
			}
		}
	}
}

// TestLift: the raw paths are those whose decoded form the automaton accepts.
func TestLift(t *testing.T) {
	w := &writer{rand.New(rand.NewPCG(5, 5)), true}
	raw := slices.Concat(words("a/", 3), []string{"%61", "a%2F", "%2f%61", "%0A", "a%0a", "%C3%A9", "%c3%a9a", "é", "%", "%6", "%C3", "%zz", "a b", "a?", "%25", "%20"})
	lifted := 0
	for range 200 {
		e := w.expression(3)
		a := automaton(t, e.node)
		l, err := Lift(a)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range raw {
			decoded, err := url.PathUnescape(path)
			want := err == nil && !strings.ContainsAny(path, " ?") && a.Accepts([]rune(decoded)) && !strings.ContainsRune(decoded, '\uFFFD') && decodable(path)
			if got := l.Accepts([]rune(path)); got != want {
				t.Fatalf("%s and the raw path %q: %v, want %v", e.text, path, got, want)
			}
			if want && strings.Contains(path, "%") {
				lifted++
			}
		}
	}
	if lifted < 100 {
		t.Errorf("only %d encoded paths were accepted", lifted)
	}
}

// decodable reports whether what is encoded is text.
func decodable(path string) bool {
	decoded, err := url.PathUnescape(path)
	return err == nil && strings.ToValidUTF8(decoded, "") == decoded
}

// TestClasses holds the algebra of classes to that of single runes.
func TestClasses(t *testing.T) {
	rnd := rand.New(rand.NewPCG(6, 6))
	some := func() *Class {
		var pairs []rune
		for range rnd.IntN(4) {
			lo := []rune{0, 'a', 0x7E, 0x1F0, 0xD7F0, 0xFFF0}[rnd.IntN(6)] + rune(rnd.IntN(40))
			pairs = append(pairs, lo, lo+rune(rnd.IntN(30)))
		}
		return NewClass(pairs...)
	}
	runes := []rune{0, 'a', 'b', 'm', 'z', 0x7E, 0x7F, 0x80, 0x1FF, 0xD7FF, 0xE000, 0xFFFF, 0x10000, maxRune}
	for r := rune('a'); r < 'a'+40; r++ {
		runes = append(runes, r)
	}
	for range 400 {
		a, b := some(), some()
		for _, r := range runes {
			x, y := a.Has(r), b.Has(r)
			for what, got := range map[string][2]bool{
				"union": {a.Union(b).Has(r), x || y}, "intersection": {a.Intersect(b).Has(r), x && y}, "difference": {a.Minus(b).Has(r), x && !y}, "negation": {a.Negate().Has(r), !x},
			} {
				if got[0] != got[1] {
					t.Fatalf("%v, %v: %s of %U is %v", a.Ranges, b.Ranges, what, r, got[0])
				}
			}
		}
		if r := a.nicestCommon(b, &Masks[len(Masks)-1]); (r >= 0) != !a.Intersect(b).empty() || r >= 0 && (!a.Has(r) || !b.Has(r)) {
			t.Fatalf("%v and %v meet in %d", a.Ranges, b.Ranges, r)
		}
		if !a.Negate().Negate().Same(a) || a.Union(b).Same(a) != b.Minus(a).empty() {
			t.Fatalf("%v and %v are the same in the wrong way", a.Ranges, b.Ranges)
		}
	}
	if r, ok := Single('x').Literal(); !ok || r != 'x' {
		t.Error("a class of one rune is that rune")
	}
	if _, ok := NewClass('x', 'y').Literal(); ok {
		t.Error("a class of two runes is one")
	}
}

// TestSameNodes: expressions that are written alike are the same; one without an
// automaton is the same as none.
func TestSameNodes(t *testing.T) {
	w := &writer{rand.New(rand.NewPCG(7, 7)), true}
	seen := map[string]*Node{}
	for range 400 {
		e := w.expression(2)
		if other := seen[e.text]; other != nil && !e.node.Same(other) {
			t.Fatalf("%s is not the same as itself", e.text)
		}
		for text, other := range seen {
			if text == e.text || !e.node.Same(other) {
				continue
			}
			a, b := automaton(t, e.node), automaton(t, other)
			for _, word := range short {
				if a.Accepts([]rune(word)) != b.Accepts([]rune(word)) {
					t.Fatalf("%s is the same as %s, and %q is not in both", e.text, text, word)
				}
			}
		}
		seen[e.text] = e.node
	}
	for _, n := range []*Node{Opaque("why"), {Op: OpRef, Group: 1}, Concat(LiteralNode("a"), Opaque("why"))} {
		if n.Same(n) {
			t.Errorf("%v is the same as itself", n)
		}
		if why, irregular := n.Irregular(); !irregular || why == "" {
			t.Errorf("%v has an automaton", n)
		}
	}
	if _, irregular := LiteralNode("a").Irregular(); irregular {
		t.Error("a text has no automaton")
	}
}

// TestSignatures: what is known about a language without a search.
func TestSignatures(t *testing.T) {
	apart := func(a, b *Node) bool {
		x, y := Summarize(automaton(t, a)), Summarize(automaton(t, b))
		return x.Apart(&y)
	}
	any := Repeat(ClassNode(AnyRune), 0, -1)
	segment := Repeat(ClassNode(Slash.Negate()), 1, -1)
	for _, c := range []struct {
		name string
		a, b *Node
		want bool
	}{
		{"other beginnings", Concat(LiteralNode("/a"), any), Concat(LiteralNode("/b"), any), true},
		{"one beginning within the other", Concat(LiteralNode("/a"), any), Concat(LiteralNode("/ab"), any), false},
		{"other ends", Concat(any, LiteralNode("/a")), Concat(any, LiteralNode("/b")), true},
		{"another segment in the middle", Concat(LiteralNode("/"), segment, LiteralNode("/a/"), segment), Concat(LiteralNode("/"), segment, LiteralNode("/b/"), segment), true},
		{"more segments than there can be", Concat(LiteralNode("/"), segment), Concat(LiteralNode("/"), segment, LiteralNode("/"), segment), true},
		{"the same segments", Concat(LiteralNode("/"), segment), Concat(LiteralNode("/"), segment), false},
	} {
		if got := apart(c.a, c.b); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
