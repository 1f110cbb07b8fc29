package virtualservice

import (
	"strings"
	"testing"
	"time"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
)

func TestMaxAgeIsWholeSeconds(t *testing.T) {
	for age, refused := range map[time.Duration]bool{
		time.Second: false, 90 * time.Minute: false,
		0: true, -time.Second: true, time.Millisecond: true, 1500 * time.Millisecond: true, time.Second + 1: true,
	} {
		found := corsFaults(&ir.CORS{MaxAge: &age})
		if (len(found) > 0) != refused || refused && found[0].Code != diag.BadDuration {
			t.Errorf("%s: %v", age, found)
		}
	}
}

func corsFaults(policies ...*ir.CORS) diag.List {
	var found diag.List
	g := &ir.Gateway{}
	for _, c := range policies {
		g.Routes = append(g.Routes, &ir.Route{CORS: c})
	}
	checkCORS(g, match.NewJudge(), &found)
	return found
}

func TestCORS(t *testing.T) {
	for _, c := range []struct {
		policy ir.CORS
		want   []string
	}{
		{ir.CORS{Methods: []string{"GET", "*", "PATCH"}, Headers: []string{"X-A", "*"}, ExposeHeaders: []string{"x_a"}}, nil},
		{ir.CORS{Origins: []ir.Origin{{Kind: "regex", Value: ".*"}, {Kind: "prefix", Value: "https://"}}}, nil},
		{ir.CORS{Methods: []string{"get", ""}}, []string{"KGW515", "KGW515"}},
		{ir.CORS{Headers: []string{"X A"}, ExposeHeaders: []string{"", "é"}}, []string{"KGW515", "KGW515", "KGW515"}},
		{ir.CORS{Origins: []ir.Origin{{Kind: "exact"}, {Kind: "regex", Value: "("}}}, []string{"KGW515", "KGW503"}},
	} {
		var got []string
		for _, f := range corsFaults(nil, &c.policy, &c.policy) {
			got = append(got, string(f.Code))
		}
		if strings.Join(got, " ") != strings.Join(c.want, " ") {
			t.Errorf("%+v: %v", c.policy, got)
		}
	}
}

// TestCORSOfEveryRoute looks at the policies of later routes too, and says
// nothing twice.
func TestCORSOfEveryRoute(t *testing.T) {
	found := corsFaults(&ir.CORS{Methods: []string{"GET"}}, &ir.CORS{Methods: []string{"get"}}, &ir.CORS{Methods: []string{"get"}})
	if len(found) != 1 {
		t.Errorf("%v", found)
	}
}

func TestHeadersAndAnswers(t *testing.T) {
	for _, c := range []struct {
		name, value string
		refused     bool
	}{
		{"X-A", "b", false},
		{"x a", "any name without a colon", false},
		{"Host", "other.test", false},
		{":authority", "other.test", false},
		{"X-A", "100%% of %REQ(:AUTHORITY)%", false},
		{"X-A", `%DYNAMIC_METADATA(["a", "b"])%`, false},
		{"X-A", "tab\tis fine", false},
		{"", "b", true},
		{":path", "/x", true},
		{"X-A", "5%", true},
		{"X-A", "%REQ", true},
		{"X-A", `%A(["a" "b"])%`, true},
		{"X-A", "line\nbreak", true},
		{"X\nA", "b", true},
		{"X-A", strings.Repeat("b", 16384), false},
		{"X-A", strings.Repeat("b", 16385), true},
	} {
		var found diag.List
		r := &ir.Route{Filters: []ir.Filter{ir.SetRequestHeaders{Headers: map[string]string{c.name: c.value}}}, Action: ir.Forward{}}
		checkRefused(&ir.Gateway{}, r, &found)
		if (len(found) > 0) != c.refused {
			t.Errorf("%q: %q: %v", c.name, c.value, found)
		}
	}
	for _, c := range []struct {
		answer  ir.Respond
		refused bool
	}{
		{ir.Respond{Status: 200, Headers: map[string]string{"X-A": "b"}}, false},
		{ir.Respond{Status: 599, Body: strings.Repeat("x", 1<<20)}, false},
		{ir.Respond{Status: 199}, true},
		{ir.Respond{Status: 200, Body: strings.Repeat("x", 1<<20+1)}, true},
		{ir.Respond{Status: 200, Headers: map[string]string{"Host": "b"}}, true},
	} {
		var found diag.List
		checkRefused(&ir.Gateway{}, &ir.Route{Action: c.answer}, &found)
		if (len(found) > 0) != c.refused {
			t.Errorf("%d: %v", c.answer.Status, found)
		}
	}
}
