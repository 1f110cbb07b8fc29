package eskip

import (
	"math/rand"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var compareCalls = cmp.AllowUnexported(Call{}, Route{})

func TestPrint(t *testing.T) {
	for _, c := range []struct {
		Call Call
		want string
	}{
		{Of("uid"), `uid()`},
		{Of("Path", "/a"), `Path("/a")`},
		{Of("compress", 9, "text/html"), `compress(9, "text/html")`},
		{Of("x", `a"b\c`), `x("a\"b\\c")`},
		{Of("x", "a\nb\tc"), `x("a\nb\tc")`},
		{Of("x", `") -> dropRequestHeader("Authorization`), `x("\") -> dropRequestHeader(\"Authorization")`},
		{Of("Host", Regexp(`^a/b\.c$`)), `Host(/^a\/b\\.c$/)`},
	} {
		if got := c.Call.String(); got != c.want {
			t.Errorf("%v is printed as %s, not %s", c.Call, got, c.want)
		}
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]*Route{
		`PathSubtree("/") -> status(404) -> <shunt>`:   {Predicates: []Call{Of("PathSubtree", "/")}, Filters: []Call{Of("status", 404)}, Backend: "<shunt>"},
		`H("x", /[/]a\/b/) -> <shunt>`:                 {Predicates: []Call{Of("H", "x", Regexp(`[/]a/b`))}, Backend: "<shunt>"},
		"A(`a\\`b`) -> <shunt>":                        {Predicates: []Call{Of("A", "a`b")}, Backend: "<shunt>"},
		`A() && B(1.5, "x\q") -> <shunt>`:              {Predicates: []Call{Of("A"), Of("B", 1.5, `x\q`)}, Backend: "<shunt>"},
		`* -> "http://a.test"`:                         {Addresses: []string{"http://a.test"}},
		`* -> f() -> <random, "http://a", "http://b">`: {Filters: []Call{Of("f")}, Backend: "<>", Addresses: []string{"http://a", "http://b"}},
	} {
		got, err := ParseRoute(text)
		if err != nil || !cmp.Equal(got, want, compareCalls) {
			t.Errorf("%s: %v\n%s", text, err, cmp.Diff(want, got, compareCalls))
		}
	}
}

// TestParseRoutes reads documents with ids, comments and all backends.
func TestParseRoutes(t *testing.T) {
	got, err := ParseRoutes("r1: A() -> <shunt>; // first\n r2: * -> <loopback>;\nr3: * -> <dynamic>; r4: * -> <forward>;")
	if err != nil || len(got) != 4 || got[0].ID != "r1" || got[1].Backend != "<loopback>" || got[3].ID != "r4" {
		t.Errorf("%v, %v", got, err)
	}
	for _, text := range []string{"A() -> <shunt>; B() -> <shunt>", "r: A() -> <shunt> s: B() -> <shunt>", "r: A(", "r: -> <shunt>"} {
		if got, err := ParseRoutes(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
	if got, err := ParseRoutes("A() -> <shunt>"); err != nil || len(got) != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{
		`a`, `a(`, `a("`, `a("x"`, `a("x" "y")`, `a(1.)`, `a(-1)`, `a(x)`, `a() -> `, `a() b()`, `1a()`, `a("x\`, `a(//)`, `a(/x`,
		`a("x") -> b("y`, `a();`, `a("b -> c`,
	} {
		if got, err := ParseFilters(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
	for _, text := range []string{`A()`, `A() -> b()`, `A() -> <shunt> -> b()`, `A() -> "http://example.org" -> b()`, `A() -> <"a" "b">`, `A() -> <roundRobin "a">`, `Path("/a") && Path("/b") -> <shunt>`, `A() && -> <shunt>`} {
		if got, err := ParseRoute(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

// TestRoundTrip prints random calls and reads them back.
func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	const letters = "ab\"\\`/\n\t\x00\xff()->&,[]é"
	text := func() string {
		b := make([]byte, r.Intn(12))
		for i := range b {
			b[i] = letters[r.Intn(len(letters))]
		}
		return string(b)
	}
	for range 5000 {
		var want []Call
		for range 1 + r.Intn(3) {
			c := Call{Name: "f"}
			for range r.Intn(3) {
				c.Args = append(c.Args, []any{text(), r.Intn(100), text()}[r.Intn(3)])
			}
			want = append(want, c)
		}
		for separator, join := range map[string]func([]Call) string{"&&": JoinPredicates, "->": JoinFilters} {
			got, err := parseAll(join(want), separator)
			if err != nil || !cmp.Equal(got, want, compareCalls) {
				t.Fatalf("%s: %v\n%s", join(want), err, cmp.Diff(want, got, compareCalls))
			}
		}
	}
}

// FuzzQuoted holds printing to parsing: no text can end its quotes.
func FuzzQuoted(f *testing.F) {
	for _, s := range []string{"", "a", `"`, `\`, `\"`, "\n", "`", `") -> <shunt>`, "\\\n", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := []Call{Of("a", s), Of("b", 1, s)}
		got, err := ParseFilters(JoinFilters(want))
		if err != nil || !cmp.Equal(got, want, compareCalls) {
			t.Errorf("%q is read back as %v: %v", s, got, err)
		}
	})
}

// FuzzParse reads any text: what is read and printed is read again as the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{`a("x") -> b(1)`, "a(`x`)", `a(/x\/y/)`, `a(1.5)`, `a("\q")`, `a() -> <shunt>`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		first, err := ParseFilters(s)
		if err != nil {
			return
		}
		for _, c := range first {
			for _, a := range c.Args {
				if x, ok := a.(Regexp); ok && awkward(string(x)) {
					return
				}
			}
		}
		again, err := ParseFilters(JoinFilters(first))
		if err != nil || !cmp.Equal(first, again, compareCalls) {
			t.Errorf("%q: %v\n%s", s, err, cmp.Diff(first, again, compareCalls))
		}
	})
}

// awkward expressions hold brackets, within which a slash needs no backslash.
func awkward(s string) bool { return strings.ContainsAny(s, `[]\`) }
