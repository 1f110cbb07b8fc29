package skipper

import (
	"maps"
	"slices"
	"testing"

	"github.com/kgw-dev/kgw/internal/eskip"
)

// TestArgumentTables holds the tables of arguments and of filters and
// predicates together: every name is in both, and every kind of argument is
// known.
func TestArgumentTables(t *testing.T) {
	check := func(table map[string][]signature, names []string) {
		for _, name := range names {
			if len(table[name]) == 0 {
				t.Errorf("%s has no arguments", name)
			}
		}
		for name, forms := range table {
			if !slices.Contains(names, name) {
				t.Errorf("%s has arguments and is nowhere else", name)
			}
			for _, form := range forms {
				for _, kind := range form.kinds {
					if textKinds[kind] == nil {
						t.Errorf("%s: the kind %q is not known", name, kind)
					}
				}
			}
		}
	}
	check(arguments, slices.Collect(maps.Keys(filterKinds)))
	check(predicateArguments, slices.Collect(maps.Keys(predicateKinds)))
}

// TestArguments checks a few calls; test/skipper compares all filters with
// Skipper's own constructors.
func TestArguments(t *testing.T) {
	for text, want := range map[string]bool{
		`oauthTokeninfoAnyKV("realm")`: false, `oauthTokeninfoAnyKV("realm", "/services", "uid", "x")`: true, `oauthTokeninfoAllScope(1)`: false, `status("200")`: false,
		`inlineContent()`: false, `jwtValidation("issuer")`: false, `jwtValidation("https://issuer.test")`: true, `tee("http://a.test", "^/", "/x")`: true, `tee("http://a.test", "^/")`: false,
		`fifo(1, 1)`: false, `fifo(1, 1, "1s")`: true, `ratelimit("1", "1m")`: false, `compress("...", "a/b")`: true, `setPath(1)`: false, `modPath("(", "")`: false,
	} {
		calls, err := eskip.ParseFilters(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := accepts(&calls[0]); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
