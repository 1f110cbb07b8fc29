package policy

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

func TestRefusedPaths(t *testing.T) {
	for path, refused := range map[pathlang.Path]bool{
		{Lang: pathlang.Template, Text: "/a/{*}/b/{**}"}: false, {Lang: pathlang.Template, Text: "/a//b"}: false, {Lang: pathlang.Template, Text: "/*"}: false,
		{Lang: pathlang.Regex, Text: "/a/.*"}: false, {Lang: pathlang.Template, Text: "/a/{*}/"}: false,
		{Lang: pathlang.Template, Text: "/a//{*}"}: true, {Lang: pathlang.Regex, Text: "/[0-9]{2}"}: true, {Lang: pathlang.Regex, Text: "/a|b/{*}"}: true,
	} {
		var found diag.List
		checkRefused(&ir.Route{Match: match.Set{Path: path}, Action: ir.Forward{}}, &found)
		if (len(found) > 0) != refused {
			t.Errorf("%s: %v", path.Text, found)
		}
	}
}

func TestRefusedTokenSettings(t *testing.T) {
	good := ir.Issuer{Issuer: "https://i.test", JWKS: "https://i.test/keys"}
	with := func(change func(*ir.Issuer)) ir.Issuer {
		i := good
		change(&i)
		return i
	}
	for name, c := range map[string]struct {
		issuer  ir.Issuer
		refused bool
	}{
		"good":      {good, false},
		"discovery": {ir.Issuer{Issuer: "https://i.test"}, false},
		"scheme":    {with(func(i *ir.Issuer) { i.JWKS = "ftp://i.test/keys" }), true},
		"path":      {with(func(i *ir.Issuer) { i.JWKS = "/keys" }), true},
		"port":      {with(func(i *ir.Issuer) { i.JWKS = "https://i.test:99999999999999999999/" }), true},
		"escape":    {with(func(i *ir.Issuer) { i.JWKS = "https://i.test/%" }), true},
		"header":    {with(func(i *ir.Issuer) { i.FromHeaders = []ir.TokenHeader{{Prefix: "x"}} }), true},
		"parameter": {with(func(i *ir.Issuer) { i.FromParams = []string{""} }), true},
	} {
		r := &ir.Route{Access: ir.Access{Grants: []ir.Grant{{Proof: ir.JWT{Issuers: []ir.Issuer{c.issuer}}}}}, Match: match.Set{Path: pathlang.Path{Text: "/"}}, Action: ir.Forward{}}
		var found diag.List
		if checkRefused(r, &found); (len(found) > 0) != c.refused {
			t.Errorf("%s: %v", name, found)
		}
	}
}

func TestRefusedSelector(t *testing.T) {
	for label, refused := range map[string]bool{"app": false, "": true, "a*": true} {
		var found diag.List
		checkRefused(&ir.Route{Action: ir.Forward{To: []ir.Upstream{{Name: "s", Selector: &map[string]string{label: "b"}}}}}, &found)
		if (len(found) > 0) != refused {
			t.Errorf("%q: %v", label, found)
		}
	}
}
