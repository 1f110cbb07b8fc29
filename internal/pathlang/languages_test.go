package pathlang

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/automata"
)

// paths are raw paths that tests ask about.
var paths = func() []string {
	out, last := []string{""}, []string{""}
	for range 4 {
		var next []string
		for _, p := range last {
			for _, s := range []string{"/", "a", "b", ".", "*"} {
				next = append(next, p+s)
			}
		}
		out, last = append(out, next...), next
	}
	return append(out, "/a/b/a/b", "/aa/bb", "/a/\n", "/a\n", "/é/a", "/{a}", "/:a/b")
}()

// accepts compiles a path of a language and runs it on texts.
func accepts(t *testing.T, p Path) func(string) bool {
	t.Helper()
	pattern, err := SyntaxOf(p)
	if err != nil {
		t.Fatalf("%v: %v", p, err)
	}
	a, err := pattern.Automaton(automata.AfterStart)
	if err != nil {
		t.Fatalf("%v: %v", p, err)
	}
	return func(text string) bool { return a.Accepts([]rune(text)) }
}

// references are the languages as the programs compare that have them, written with
// the text itself.
var references = map[Lang]func(text string) func(string) bool{
	Exact: func(text string) func(string) bool { return func(p string) bool { return p == text } },
	Prefix: func(text string) func(string) bool {
		return func(p string) bool { return strings.HasPrefix(p, text) }
	},
	Star: func(text string) func(string) bool {
		return func(p string) bool {
			head, open := strings.CutSuffix(text, "*")
			return open && strings.HasPrefix(p, head) || !open && p == text
		}
	},
	Subtree: func(text string) func(string) bool {
		return func(p string) bool {
			root := strings.TrimRight(text, "/")
			return p == root && root != "" || strings.HasPrefix(p, root+"/")
		}
	},
	Fabric: func(text string) func(string) bool {
		return func(p string) bool {
			return text == "/**" && strings.HasPrefix(p, "/") || text != "/**" && segmentsMatch(strings.Split(text, "/"), strings.Split(p, "/"), "**", func(s string) bool {
				return s == "*" || strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}") && len(s) > 2 || len(s) > 1 && s[0] == '*' && s[1] != '*'
			})
		}
	},
	Skipper: func(text string) func(string) bool {
		return func(p string) bool {
			parts := strings.Split(text, "/")
			if last := parts[len(parts)-1]; strings.HasPrefix(last, "*") {
				parts[len(parts)-1] = "**"
			}
			return segmentsMatch(parts, strings.Split(p, "/"), "**", func(s string) bool { return len(s) > 1 && s[0] == ':' })
		}
	},
}

// segmentsMatch compares segment by segment: a parameter is one that is not empty, and
// the rest at the end is one or more characters.
func segmentsMatch(want, have []string, rest string, parameter func(string) bool) bool {
	for i, w := range want {
		if w == rest && i == len(want)-1 {
			return len(have) > i && strings.Join(have[i:], "/") != ""
		}
		if i >= len(have) || parameter(w) && have[i] == "" || !parameter(w) && have[i] != w {
			return false
		}
	}
	return len(have) == len(want)
}

// TestLanguagesAgainstReferences holds the automaton of each language to what the
// program does that has it, on all short paths.
func TestLanguagesAgainstReferences(t *testing.T) {
	segments := map[Lang][]string{
		Exact: {"a", "b", ""}, Prefix: {"a", "b", ""}, Star: {"a", "*", "b*"}, Subtree: {"a", "b", ""}, Fabric: {"a", "*", "{x}", "**", "*n"}, Skipper: {"a", ":x", "b", ":"},
	}
	for lang, reference := range references {
		rnd, accepted := rand.New(rand.NewPCG(1, uint64(lang))), 0
		for range 120 {
			text := ""
			for range 1 + rnd.IntN(3) {
				text += "/" + segments[lang][rnd.IntN(len(segments[lang]))]
			}
			if lang == Skipper && rnd.IntN(3) == 0 {
				text += []string{"/*rest", "/**", "/*"}[rnd.IntN(3)]
			}
			if lang == Fabric {
				text = strings.ReplaceAll(text, "**/", "a/")
			}
			got, want := accepts(t, Path{lang, text}), reference(text)
			for _, p := range paths {
				if got(p) != want(p) {
					t.Fatalf("%v %q and %q: %v, want %v", lang, text, p, got(p), want(p))
				}
				if want(p) {
					accepted++
				}
			}
		}
		if accepted < 50 {
			t.Errorf("%v accepted only %d paths", lang, accepted)
		}
	}
}

// TestLanguages holds single texts to single paths, where a language has rules of its
// own.
func TestLanguages(t *testing.T) {
	for _, c := range []struct {
		path     Path
		yes, not []string
	}{
		{Path{Template, "/*"}, []string{"/", "/a", "/a/b"}, []string{""}},
		{Path{Template, "/a/{*}"}, []string{"/a/b", "/a/b.c"}, []string{"/a/", "/a/b/c", "/a"}},
		{Path{Template, "/a/{**}"}, []string{"/a/", "/a/b", "/a/b/c"}, []string{"/b", "/ab"}},
		{Path{Template, "/{*}/x"}, []string{"/a/x"}, []string{"/x", "/a/b/x"}},
		{Path{Regex, "/a|/b"}, []string{"/a", "/b"}, []string{"/ab", "/a/", ""}},
		{Path{Regex, `/\d+`}, []string{"/12"}, []string{"/١", "/1a"}},
		{Path{Regex, "/.*"}, []string{"/", "/a/b"}, []string{"/a\n", ""}},
		{Path{Regexp2, `/\d+`}, []string{"/12", "/١", "/1\n"}, []string{"/1a"}},
		{Path{Regexp2, "/(?!admin).*"}, []string{"/", "/user", "/adm"}, []string{"/admin", "/administrator"}},
		{Path{Regexp2, "/a(?=/b)/.*"}, []string{"/a/b", "/a/bc"}, []string{"/a/c"}},
		{Path{Regexp2, "/(?i)AbC"}, []string{"/abc", "/ABC"}, []string{"/ab"}},
		{Path{Regexp2, "/[a-z-[aeiou]]"}, []string{"/b"}, []string{"/a", "/B"}},
		{Path{Regexp2, `/\w`}, []string{"/a", "/é", "/_"}, []string{"/-"}},
		{Path{Glob, "/*"}, []string{"/a", "/"}, []string{"/a/b", "/a.b"}},
		{Path{Glob, "/**"}, []string{"/", "/a/b", "/a.b"}, []string{"a"}},
		{Path{Glob, "/?"}, []string{"/a"}, []string{"/", "/ab", "//", "/."}},
		{Path{Glob, "/{a,b}"}, []string{"/a", "/b"}, []string{"/c", "/{a,b}"}},
		{Path{Glob, "/[ab]"}, []string{"/a"}, []string{"/c"}},
		{Path{Glob, "/[!ab]"}, []string{"/c"}, []string{"/a"}},
		{Path{Glob, "/[a-c]"}, []string{"/b"}, []string{"/d"}},
		{Path{Glob, `/\*`}, []string{"/*"}, []string{"/a"}},
		{Path{Regex, "(?m)/a$"}, []string{"/a"}, []string{"/ab", "/a\n"}},
		{Path{Regex, "(?m)^/a"}, []string{"/a"}, []string{"b/a"}},
		{Path{Regex, `/[^\x00-\x{10FFFF}]`}, nil, []string{"/", "/a"}},
		{Path{Regexp2, `/\D`}, []string{"/a", "/\n"}, []string{"/1", "/١"}},
		{Path{Regexp2, `/\W`}, []string{"/-"}, []string{"/a", "/é"}},
		{Path{Regexp2, `/\s`}, []string{"/ ", "/\u00a0"}, []string{"/a"}},
		{Path{Regexp2, `/\S`}, []string{"/a"}, []string{"/ "}},
		{Path{Regexp2, `/\x41\u0042`}, []string{"/AB"}, []string{"/ab"}},
		{Path{Regexp2, `/\x{e9}`}, []string{"/é"}, []string{"/e"}},
		{Path{Regexp2, `/\101\012?`}, []string{"/A", "/A\n"}, []string{"/B"}},
		{Path{Regexp2, `/\cA|/\t`}, []string{"/\x01", "/\t"}, []string{"/c"}},
		{Path{Regexp2, `/[\d-]`}, []string{"/1", "/-"}, []string{"/a"}},
		{Path{Regexp2, `/[^\W_]`}, []string{"/a"}, []string{"/_", "/-"}},
		{Path{Regexp2, `/[[:alpha:]]`}, []string{"/a"}, []string{"/1"}},
		{Path{Regexp2, `/\p{Lu}\P{Lu}`}, []string{"/Aa"}, []string{"/aa", "/AA"}},
		{Path{Regexp2, `/(?x) a b`}, []string{"/ab"}, []string{"/a b"}},
		{Path{Regexp2, `/(?s).`}, []string{"/a", "/\n"}, []string{"/"}},
		{Path{Regexp2, `/(?i:a)b`}, []string{"/Ab"}, []string{"/AB"}},
		{Path{Regexp2, `/a{2,3}?`}, []string{"/aa", "/aaa"}, []string{"/a", "/aaaa"}},
		{Path{Regexp2, `/a{,2}`}, []string{"/a{,2}"}, []string{"/aa"}},
		{Path{Regexp2, `/(?n)(a)b`}, []string{"/ab"}, nil},
		{Path{Regexp2, `/a(?#note)b`}, []string{"/ab"}, []string{"/a"}},
		{Path{Glob, `/[!a-c]`}, []string{"/d"}, []string{"/b"}},
		{OpenAPI("/a"), []string{"/a"}, []string{"/b"}},
		{OpenAPI("/a/{id"), []string{"/a/{id"}, []string{"/a/1"}},
		{OpenAPI("/a/{id}/b{x}"), []string{"/a/1/b2", "/a/1/bb"}, []string{"/a//b2", "/a/1/b", "/a/1/2/b3"}},
		{PolicyPath("/a*"), []string{"/a", "/ab/c"}, []string{"/b"}},
		{PolicyPath("*.js"), []string{"/x.js", ".js"}, []string{"/x.jsx"}},
		{PolicyPath("*"), []string{"/", "/a/b"}, nil},
		{PolicyPath("/a*b"), []string{"/a*b"}, []string{"/axb"}},
		{PolicyPath("/a/{*}/b"), []string{"/a/x/b"}, []string{"/a//b", "/a/x/y/b"}},
		{PolicyPath("/a/{**}"), []string{"/a/", "/a/x/y"}, []string{"/a", "/b/x"}},
		{TemplateMeaning(Path{Template, "/a.b/{**}"}), []string{"/a.b/", "/a.b/x"}, []string{"/axb/x"}},
		{TemplateMeaning(Path{Template, "/a/{**}/b"}), []string{"/a/b", "/a/x/b", "/a/x/y/b"}, []string{"/a/x"}},
	} {
		is := accepts(t, c.path)
		for _, p := range c.yes {
			if !is(p) {
				t.Errorf("%v does not accept %q", c.path, p)
			}
		}
		for _, p := range c.not {
			if is(p) {
				t.Errorf("%v accepts %q", c.path, p)
			}
		}
	}
	for _, p := range []Path{{Skipper, "/*a/b"}, {Regex, "("}, {Regexp2, "/(?<=a)b"}, {0, "/"}, {Glob, "/[]"}, {Regexp2, `/a\`}, {Regexp2, `/\x4`}, {Regexp2, `/\uzzzz`}, {Regexp2, `/\k<n>`}, {Regexp2, `/(a)\k<2>`}, {Regexp2, "/a{3,2}"}, {Regexp2, `/\p{Nope}`}, {Regexp2, "/(?<1a>x)"}, {Regexp2, "/(?"}, {Regexp2, "/[b-a]"}, {Glob, "/["}, {Glob, "/[a"}} {
		if _, err := SyntaxOf(p); err == nil {
			t.Errorf("%v is not refused", p)
		}
	}
}

// fragments are pieces of expressions that Go and regexp2 read alike on ASCII.
var fragments = strings.Fields(`a b / . [ab] [^a] [^/]+ (a|b) (?:ab|/) a* b+ /? a{2} (?:a|){0,2} \. \/ ^ \z (?i:A) [a-b/] \b \B (?s:.)`)

// TestExpressionsAgainstRegexp holds both readers of expressions to Go's regexp, where
// they mean the same.
func TestExpressionsAgainstRegexp(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 2))
	accepted := 0
	for range 300 {
		text := ""
		for range 1 + rnd.IntN(5) {
			text += fragments[rnd.IntN(len(fragments))]
		}
		re, err := regexp.Compile(`\A(?:` + text + `)\z`)
		if err != nil {
			continue
		}
		readers := map[string]func(string) (*Pattern, error){"RE2": ParseRE2, "regexp2": ParseRegexp2}
		for name, read := range readers {
			pattern, err := read(text)
			if err != nil {
				t.Fatalf("%s refuses %q: %v", name, text, err)
			}
			a, err := pattern.Automaton(automata.AfterStart)
			if err != nil {
				t.Fatalf("%s of %q: %v", name, text, err)
			}
			for _, p := range paths {
				want := re.MatchString(p)
				if a.Accepts([]rune(p)) != want {
					t.Fatalf("%s reads %q and accepts %q: %v", name, text, p, !want)
				}
				if ok, decided := Backtrack(pattern, []rune(p), 0); decided && ok != want {
					t.Fatalf("%s reads %q and backtracks over %q: %v", name, text, p, ok)
				}
				if want {
					accepted++
				}
			}
		}
	}
	if accepted < 2000 {
		t.Errorf("only %d paths were accepted", accepted)
	}
}

// TestBacktrack decides what has no automaton: back-references.
func TestBacktrack(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{`([a-z]+)-\1`, "ab-ab", true},
		{`([a-z]+)-\1`, "ab-ac", false},
		{`(?<n>a|b)\k<n>`, "aa", true},
		{`(?<n>a|b)\k<n>`, "ab", false},
		{`(?i)(a)\1`, "aA", true},
		{`(a)\1`, "aA", false},
		{`(?!(a)\1)aa`, "aa", false},
		{`(?=(a)\1)aa`, "aa", true},
	} {
		pattern, err := ParseRegexp2(c.pattern)
		if err != nil {
			t.Fatal(c.pattern, err)
		}
		if ok, decided := Backtrack(pattern, []rune(c.text), 0); !decided || ok != c.want {
			t.Errorf("%s and %q: %v, decided: %v", c.pattern, c.text, ok, decided)
		}
		if pattern.Regular() == nil {
			t.Errorf("%s has an automaton", c.pattern)
		}
	}
	slow, err := ParseRegexp2(`(a+)+b\1`)
	if err != nil {
		t.Fatal(err)
	}
	if _, decided := Backtrack(slow, []rune(strings.Repeat("a", 60)), 0); decided {
		t.Error("a text that takes exponential time is decided")
	}
}

// TestBeginnings: every path of a set begins with its beginning, two sets that are
// apart share none, and a literal is one path.
func TestBeginnings(t *testing.T) {
	all := []Path{
		{Exact, "/a"},
		{Exact, "/b/a"},
		{Prefix, "/a"},
		{Prefix, "/a/"},
		{Star, "/a*"},
		{Star, "/b"},
		{Template, "/a/{*}"},
		{Template, "/{**}"},
		{Regex, "/a/.*"},
		{Regex, "/a|/b"},
		{Regex, "/a?b"},
		{Regex, "(?i)/a"},
		{Regexp2, "/b/[^/]+"},
		{Regexp2, "/a*"},
		{Glob, "/a/*"},
		{Glob, "/{a,b}"},
		{Fabric, "/a/{x}"},
		{Fabric, "/**"},
		{Skipper, "/a/:x"},
		{Skipper, "/b/*r"},
		{Subtree, "/a"},
		{Subtree, "/"},
	}
	for _, p := range all {
		is := accepts(t, p)
		n := 0
		for _, text := range paths {
			if !is(text) {
				continue
			}
			if n++; !strings.HasPrefix(text, p.Beginning()) {
				t.Errorf("%v accepts %q and begins with %q", p, text, p.Beginning())
			}
			if p.Literal() && text != p.Text {
				t.Errorf("%v is a literal and accepts %q", p, text)
			}
		}
		for _, q := range all {
			other := accepts(t, q)
			if Apart(p, q) && slices.ContainsFunc(paths, func(s string) bool { return is(s) && other(s) }) {
				t.Errorf("%v and %v are apart", p, q)
			}
			if Same(p, q) != Same(q, p) || Same(p, q) && slices.ContainsFunc(paths, func(s string) bool { return is(s) != other(s) }) {
				t.Errorf("%v and %v are the same", p, q)
			}
		}
	}
	if Apart(Path{Exact, "/a"}, Path{Exact, "/b"}) != true || Same(Path{Prefix, "/a"}, Path{Star, "/a*"}) != true {
		t.Error("what is plain to see is not told")
	}
}

// TestRegexOf: the expression for a path in a regex field is the same set.
func TestRegexOf(t *testing.T) {
	for _, p := range []Path{{Exact, "/a.b"}, {Prefix, "/a."}, {Star, "/a*"}, {Template, "/a/{*}"}, {Template, "/a/{**}"}, {Regex, "/a|/b"}, {Fabric, "/a/{x}/**"}, {Skipper, "/a/:x"}, {Subtree, "/a"}} {
		text, ok := RegexOf(p)
		if !ok {
			continue
		}
		is, re := accepts(t, p), accepts(t, Path{Regex, text})
		for _, s := range paths {
			if !strings.Contains(s, "\n") && is(s) != re(s) {
				t.Errorf("%v is written %s: %q is %v", p, text, s, re(s))
			}
		}
	}
	for _, text := range []string{"/a.b/{*}", "/{**}", "/a/{*}/b/{**}"} {
		if got := TemplateOf(TemplateRegex(text)); got != text {
			t.Errorf("%s is written %s and read %s", text, TemplateRegex(text), got)
		}
	}
}

// TestGlobs: what gobwas/glob matches otherwise than it documents has no automaton, and
// what is shared by both sides of two stars is a match of a whole URL.
func TestGlobs(t *testing.T) {
	for _, text := range []string{"/***", "/*?*", "/{a*,b}", "/{,a}"} {
		pattern, err := ParseGlob(text)
		if err != nil || pattern.Regular() == nil {
			t.Errorf("%s has an automaton (%v)", text, err)
		}
	}
	whole, err := ParseWholeGlob("http://h/**/")
	if err != nil {
		t.Fatal(err)
	}
	a, err := whole.Automaton(automata.AfterStart)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{"http://h/": true, "http://h/a/": true, "http://h//": true, "http://h": false, "http://h/a": false} {
		if a.Accepts([]rune(text)) != want {
			t.Errorf("%s: %v", text, !want)
		}
	}
	if GlobOverlap("/a*") != nil || GlobOverlap("/a**b") != nil {
		t.Error("sides that share nothing overlap")
	}
	pieces, err := SplitBraces("http://h/a*b<*>")
	if err != nil {
		t.Fatal(err)
	}
	if got := GlobText(pieces); got != `http://h/a\*b*` {
		t.Errorf("it is compiled as %s", got)
	}
	if got := RegexpText(pieces); got != `http://h/a\*b(*)` {
		t.Errorf("as an expression it is %s", got)
	}
	if GlobStrategy.Lang() != Glob || RegexpStrategy.Lang() != Regexp2 {
		t.Error("a strategy reads another language")
	}
}

// TestPolicyText holds the patterns of policies: a star at one end, or alone for a text
// that is not empty.
func TestPolicyText(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"a", "a", true},
		{"a", "ab", false},
		{"a*", "a", true},
		{"a*", "ab", true},
		{"*a", "a", true},
		{"*a", "ba", true},
		{"*a", "ab", false},
		{"*", "x", true},
		{"*", "", false},
		{"a*b", "axb", false},
		{"a*b", "a*b", true},
		{"*a*", "xax", false},
		{"A", "a", false},
		{"", "", true},
	} {
		if got := PolicyText(c.pattern, c.text); got != c.want {
			t.Errorf("%q and %q: %v", c.pattern, c.text, got)
		}
	}
}

// TestSpecificity: of two templates of one request the more specific comes first.
func TestSpecificity(t *testing.T) {
	order := []string{"/a/b", "/a/{*}", "/a/{**}", "/{*}/b", "/{*}/{*}", "/{**}"}
	shuffled := []string{"/{**}", "/{*}/b", "/a/{**}", "/{*}/{*}", "/a/b", "/a/{*}"}
	toStars := strings.NewReplacer("{**}", "**", "{*}", "*")
	for _, list := range [][]string{order, shuffled} {
		for i := range list {
			list[i] = toStars.Replace(list[i])
		}
	}
	slices.SortFunc(shuffled, BySpecificity)
	if !slices.Equal(order, shuffled) {
		t.Errorf("%v", shuffled)
	}
	for segment, want := range map[string]int{"a": 0, "*": 1, "{id}": 1, "**": 2} {
		if got := SegmentRank(segment); got != want {
			t.Errorf("%s has the rank %d", segment, got)
		}
	}
}

// TestQuoteRegex: a text that is quoted is itself for every reader.
func TestQuoteRegex(t *testing.T) {
	for _, text := range []string{"/a.b", "/(x)[y]{2}", `/\d^$|?*+`, "/a-b_c#d e", "/é"} {
		for _, lang := range []Lang{Regex, Regexp2} {
			is := accepts(t, Path{lang, QuoteRegex(text)})
			if !is(text) || is(text+"x") || is("/x") {
				t.Errorf("%q is quoted %s for %v", text, QuoteRegex(text), lang)
			}
		}
	}
}

// TestNames: languages and engines have names of their own.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for l := Exact; l <= Subtree; l++ {
		if name := l.String(); name == "" || seen[name] || name != strings.ToLower(name) {
			t.Errorf("language %d is named %q", l, name)
		} else {
			seen[name] = true
		}
	}
	for _, e := range []Engine{RE2Istio, Oathkeeper} {
		if e.String() == "" {
			t.Errorf("engine %d has no name", e)
		}
	}
}
