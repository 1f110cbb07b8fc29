package prove_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/prove/classes"
)

// TestClaimsThatAreNotTried: policies may tell more claims from others than there are
// tokens to try; a change among the rest is not "no change".
func TestClaimsThatAreNotTried(t *testing.T) {
	values := make([]string, 200)
	for i := range values {
		values[i] = fmt.Sprintf("v%d", i)
	}
	text := func(list []string) string {
		return vs("a.com", toAPI) + service("api") + verifies("api", "a", "") +
			policy("api", "p", "rules: [{from: [{source: {requestPrincipals: ['*']}}], when: [{key: 'request.auth.claims[scp]', values: ["+strings.Join(list, ", ")+"]}]}]")
	}
	before := sideOf(t, documents(t, text(values)), -1, nil)
	for name, list := range map[string][]string{
		"the last is removed": values[:199],
		"one among them":      append(append([]string{}, values[:150]...), values[151:]...),
		"the first":           values[1:],
	} {
		if r := classes.Compare(before, sideOf(t, documents(t, text(list)), -1, nil)); len(r.Changes) == 0 {
			t.Errorf("%s: nothing is reported", name)
		}
	}
	if r := classes.Compare(before, before); len(r.Changes) > 0 {
		t.Errorf("nothing changes, and %v is reported", r.Changes)
	}
}

// TestEveryAudienceIsTried: a token for an audience that is no longer accepted is
// refused.
func TestEveryAudienceIsTried(t *testing.T) {
	text := func(audiences string) string {
		return vs("a.com", toAPI) + service("api") + verifies("api", "a", ", audiences: ["+audiences+"]") +
			policy("api", "p", "rules: [{from: [{source: {requestPrincipals: ['*']}}]}]")
	}
	r := classes.Compare(sideOf(t, documents(t, text("b, c")), -1, nil), sideOf(t, documents(t, text("b")), -1, nil))
	if len(r.Changes) == 0 {
		t.Error("an audience is no longer accepted, and nothing is reported")
	}
}

// TestHeadersOfClaims: headers that RequestAuthentications write claims to are
// compared: what the upstream gets of the token, and what it no longer gets of the
// caller.
func TestHeadersOfClaims(t *testing.T) {
	text := func(more string) string { return vs("a.com", toAPI) + service("api") + verifies("api", "a", more) }
	before := sideOf(t, documents(t, text("")), -1, nil)
	for more, want := range map[string][]string{
		", outputClaimToHeaders: [{header: x-user, claim: who.name}]": {"request x-user: x", "the caller's x-user is removed"},
		", outputPayloadToHeader: x-payload":                          {"request x-payload: ", "the caller's x-payload is removed"},
	} {
		var got []string
		for _, c := range classes.Compare(before, sideOf(t, documents(t, text(more)), -1, nil)).Changes {
			got = append(got, string(c.Kind)+" "+c.After)
		}
		for _, w := range want {
			if !strings.Contains(strings.Join(got, "\n"), "HEADERS "+w) {
				t.Errorf("%s: %q is not among %q", more, w, got)
			}
		}
	}
}
