package why_test

import (
	"regexp"
	"testing"

	"github.com/sebdah/goldie/v2"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/why"
)

//go:generate go test -run ^TestReference$ -update .

// TestReference compares docs/translation.md with the tables.
func TestReference(t *testing.T) {
	goldie.New(t, goldie.WithFixtureDir("../docs"), goldie.WithNameSuffix(".md")).Assert(t, "translation", why.Reference())
}

// TestAnchors: each rule has a place of its own on the page, and is one sentence.
func TestAnchors(t *testing.T) {
	sentence := regexp.MustCompile(`^[A-Z][^|\n]+\.$`)
	seen := map[string]string{}
	for _, k := range compile.Translations() {
		for _, l := range k.Lines {
			a := why.Anchor(k.Kind, l.Pattern)
			if other := seen[a]; other != "" {
				t.Errorf("%s and %s %s have the same anchor %s", other, k.Kind, l.Pattern, a)
			}
			seen[a] = k.Kind + " " + l.Pattern
			if !sentence.MatchString(l.Rule) {
				t.Errorf("%s %s: %q is no sentence", k.Kind, l.Pattern, l.Rule)
			}
		}
	}
}
