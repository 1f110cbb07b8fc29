package policy

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
)

// TestGuardsThatARuleReplaces holds which headers that a rule sets are reported:
// those by which the pods decide who is let in.
func TestGuardsThatARuleReplaces(t *testing.T) {
	const none, warns = diag.Off, diag.Warning
	const refuses = diag.Severity(0) // as the table says
	token := func(i ir.Issuer) ir.Authenticator { return ir.JWT{Issuers: []ir.Issuer{i}} }
	inHeader := ir.Issuer{FromHeaders: []ir.TokenHeader{{Name: "X-Token"}}}
	for _, c := range []struct {
		host   string
		proof  ir.Authenticator
		name   string
		value  string
		v1beta bool
		want   diag.Severity
	}{
		{"a.test", ir.None{}, "Host", "b.test", false, refuses},
		{"a.test", ir.None{}, ":authority", "b.test", false, refuses},
		{"a.test", token(ir.Issuer{}), "host", "%REQ(x-host)%", false, refuses},
		{"a.test", ir.None{}, "Host", "A.test", false, none},
		{"a.test", ir.None{}, "Host", "%REQ(:AUTHORITY)%", false, none},
		{"*.test", ir.None{}, "Host", "b.test", false, warns},
		{"*.test", ir.None{}, "Host", "b.other", false, refuses},
		{"a.test", token(ir.Issuer{}), "Host", "b.test", true, warns},
		{"a.test", token(ir.Issuer{}), "authorization", "Bearer x", true, refuses},
		{"a.test", token(ir.Issuer{}), "Authorization", "Bearer %REQ(x-token)%", true, none},
		{"a.test", token(ir.Issuer{}), "X-Token", "x", false, none},
		{"a.test", token(inHeader), "x-token", "x", false, refuses},
		{"a.test", token(inHeader), "Authorization", "Basic x", false, none},
		{"a.test", token(ir.Issuer{FromParams: []string{"t"}}), "Authorization", "Basic x", false, none},
		{"a.test", ir.None{}, "Authorization", "Basic x", false, none},
		{"a.test", ir.External{Providers: []ir.Provider{{Name: "x"}}}, "Authorization", "Basic x", false, warns},
		{"a.test", ir.External{Providers: []ir.Provider{{Name: "x"}}, Then: &ir.JWT{Issuers: []ir.Issuer{{}}}}, "Authorization", "Basic x", false, refuses},
		{"a.test", ir.External{Providers: []ir.Provider{{Name: "x"}}}, "X-Shop", "x", false, none},
		{"a.test", ir.ByHandler{}, "Host", "b.test", true, none},
	} {
		g := &ir.Gateway{Hosts: []ir.Host{{Name: c.host}}, Convention: ir.Convention{PolicyHosts: !c.v1beta}}
		r := &ir.Route{Access: ir.Access{Grants: []ir.Grant{{Proof: c.proof}}}, Filters: []ir.Filter{ir.ForwardedHost{}, ir.SetRequestHeaders{Headers: map[string]string{c.name: c.value}}}}
		var found diag.List
		checkGuards(g, r, &ir.Target{Plan: ir.Plan{NativeJWT: true}}, &found)
		if c.want == none && len(found) > 0 || c.want != none && (len(found) != 1 || found[0].Code != diag.GuardReplaced || found[0].Severity != c.want) {
			t.Errorf("%s, %T, %s: %s: %v, want severity %d", c.host, c.proof, c.name, c.value, found, c.want)
		}
	}
}

// TestTokensInCookies holds that cookies of a rule replace those that have its
// callers' tokens.
func TestTokensInCookies(t *testing.T) {
	r := &ir.Route{
		Access:  ir.Access{Grants: []ir.Grant{{Proof: ir.JWT{Issuers: []ir.Issuer{{FromHeaders: []ir.TokenHeader{{Name: "cookie", Prefix: "t="}}}}}}}},
		Filters: []ir.Filter{ir.SetRequestCookies{Cookies: map[string]string{"a": "b"}}},
	}
	var found diag.List
	checkGuards(&ir.Gateway{}, r, &ir.Target{Plan: ir.Plan{NativeJWT: true}}, &found)
	if len(found) != 1 || found[0].Code != diag.GuardReplaced {
		t.Errorf("%v", found)
	}
}
