package skipper

import (
	"math/rand"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var compareCalls = cmp.AllowUnexported(call{}, route{})

func TestPrint(t *testing.T) {
	for _, c := range []struct {
		call call
		want string
	}{
		{of("uid"), `uid()`},
		{of("Path", "/a"), `Path("/a")`},
		{of("compress", 9, "text/html"), `compress(9, "text/html")`},
		{of("x", `a"b\c`), `x("a\"b\\c")`},
		{of("x", "a\nb\tc"), `x("a\nb\tc")`},
		{of("x", `") -> dropRequestHeader("Authorization`), `x("\") -> dropRequestHeader(\"Authorization")`},
		{of("Host", regexpArg(`^a/b\.c$`)), `Host(/^a\/b\\.c$/)`},
	} {
		if got := c.call.String(); got != c.want {
			t.Errorf("%v is printed as %s, not %s", c.call, got, c.want)
		}
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]*route{
		`PathSubtree("/") -> status(404) -> <shunt>`: {predicates: []call{of("PathSubtree", "/")}, filters: []call{of("status", 404)}, backend: "<shunt>"},
		`H("x", /[/]a\/b/) -> <shunt>`:               {predicates: []call{of("H", "x", regexpArg(`[/]a/b`))}, backend: "<shunt>"},
		"A(`a\\`b`) -> <shunt>":                      {predicates: []call{of("A", "a`b")}, backend: "<shunt>"},
		`A() && B(1.5, "x\q") -> <shunt>`:            {predicates: []call{of("A"), of("B", 1.5, `x\q`)}, backend: "<shunt>"},
	} {
		got, err := parseRoute(text)
		if err != nil || !cmp.Equal(got, want, compareCalls) {
			t.Errorf("%s: %v\n%s", text, err, cmp.Diff(want, got, compareCalls))
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{
		``, `a`, `a(`, `a("`, `a("x"`, `a("x" "y")`, `a(1.)`, `a(-1)`, `a(x)`, `a() -> `, `a() b()`, `1a()`, `a("x\`, `a(//)`, `a(/x`,
		`a("x") -> b("y`, `a();`, `a("b -> c`,
	} {
		if got, err := parseFilters(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
	for _, text := range []string{`A()`, `A() -> b()`, `A() -> <shunt> -> b()`, `A() -> "http://example.org"`, `A() && -> <shunt>`} {
		if got, err := parseRoute(text); err == nil {
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
		var want []call
		for range 1 + r.Intn(3) {
			c := call{name: "f"}
			for range r.Intn(3) {
				c.args = append(c.args, []any{text(), r.Intn(100), text()}[r.Intn(3)])
			}
			want = append(want, c)
		}
		for separator, join := range map[string]func([]call) string{"&&": joinPredicates, "->": joinFilters} {
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
		want := []call{of("a", s), of("b", 1, s)}
		got, err := parseFilters(joinFilters(want))
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
		first, err := parseFilters(s)
		if err != nil {
			return
		}
		for _, c := range first {
			for _, a := range c.args {
				if x, ok := a.(regexpArg); ok && awkward(string(x)) {
					return
				}
			}
		}
		again, err := parseFilters(joinFilters(first))
		if err != nil || !cmp.Equal(first, again, compareCalls) {
			t.Errorf("%q: %v\n%s", s, err, cmp.Diff(first, again, compareCalls))
		}
	})
}

// awkward expressions hold brackets, within which a slash needs no backslash.
func awkward(s string) bool { return strings.ContainsAny(s, `[]\`) }
