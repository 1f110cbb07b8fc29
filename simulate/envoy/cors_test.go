package envoy

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
)

// TestCORSText: what a policy allows is told with the values of all its fields, and
// what it says without effect is not.
func TestCORSText(t *testing.T) {
	text := func(more string) string {
		return corsText(source.NodeOfText("{allowOrigins: [{exact: 'https://a.test'}]" + more + "}"))
	}
	for more, want := range map[string]string{
		", allowCredentials: false": text(""), ", unmatchedPreflights: FORWARD": text(""), ", unmatchedPreflights: UNSPECIFIED": text(""),
		", allowCredentials: true":      "origins exact https://a.test; allowCredentials true",
		", unmatchedPreflights: IGNORE": "origins exact https://a.test; unmatchedPreflights IGNORE",
		", maxAge: 60s":                 "origins exact https://a.test; maxAge 60s",
	} {
		if got := text(more); got != want {
			t.Errorf("%s: %s, want %s", more, got, want)
		}
	}
}
