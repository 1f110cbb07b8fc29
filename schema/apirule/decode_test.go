package apirule_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
	"github.com/kgw-dev/kgw/schema/apirule/apiruletest"
)

func object(text string) source.Object {
	o, _ := source.Value(source.NodeOfText(text)).(source.Object)
	return o
}

// TestDecodeHandlers holds how access strategies and mutators are read.
func TestDecodeHandlers(t *testing.T) {
	got := apirule.DecodeHandlers(source.NodeOfText("[{handler: a, config: {b: c}}, {handler: 5, config: text}, {config: null}]"), in("s"))
	want := []ir.Handler{{Origin: in("s[0]"), Name: "a", Config: source.Object{{Key: "b", Value: "c"}}}, {Origin: in("s[1]")}, {Origin: in("s[2]")}}
	if d := cmp.Diff(want, got, samePlaces); d != "" {
		t.Errorf("(- want, + got):\n%s", d)
	}
	if got := apirule.DecodeHandlers(nil, in("s")); got != nil {
		t.Errorf("absent: %v", got)
	}
}

// TestGrants holds what each access strategy demands.
func TestGrants(t *testing.T) {
	handlers := apirule.DecodeHandlers(source.NodeOfText(`[{handler: allow}, {handler: no_auth}, {handler: noop},
  {handler: jwt, config: {trusted_issuers: [i], jwks_urls: [k, l], required_scope: [s], target_audience: [a]}},
  {handler: oauth2_introspection, config: {required_scope: [s], target_audience: [a]}}, {handler: oauth2_client_credentials, config: {required_scope: [s]}}]`), in("s"))
	want := []ir.Grant{
		{Proof: ir.Passthru{}},
		{Proof: ir.None{}},
		{Proof: ir.ByHandler{Handler: handlers[2]}},
		{Proof: ir.JWT{Issuers: []ir.Issuer{{Issuer: "i", JWKS: "k"}, {JWKS: "l"}}}, Scopes: []string{"s"}, Aud: []string{"a"}},
		{Proof: ir.ByHandler{Handler: handlers[4]}, Scopes: []string{"s"}, Aud: []string{"a"}},
		{Proof: ir.ByHandler{Handler: handlers[5]}, Scopes: []string{"s"}},
	}
	for i := range want {
		want[i].Origin, want[i].Verbatim = handlers[i].Origin, &handlers[i]
	}
	if d := cmp.Diff(want, apirule.Grants(handlers), samePlaces); d != "" {
		t.Errorf("(- want, + got):\n%s", d)
	}
}

// TestDecodeCORS holds how each field of a CORS policy is read, and which policy is
// none.
func TestDecodeCORS(t *testing.T) {
	seconds := func(n *source.Node) *time.Duration { d := time.Duration(source.Int(n)) * time.Second; return &d }
	age, yes := 5*time.Second, true
	for text, want := range map[string]*ir.CORS{
		"{allowOrigins: [{exact: a}, {regex: c, exact: b}, {Prefix: d}], allowMethods: [GET], allowHeaders: [e], exposeHeaders: [f], allowCredentials: true, maxAge: 5}": {
			Origins: []ir.Origin{{Kind: "exact", Value: "a"}, {Kind: "exact", Value: "b"}, {Kind: "regex", Value: "c"}, {Kind: "prefix", Value: "d"}},
			Methods: []string{"GET"}, Headers: []string{"e"}, ExposeHeaders: []string{"f"}, Credentials: &yes, MaxAge: &age,
		},
		"{allowMethods: [GET]}": {Methods: []string{"GET"}},
		"null":                  nil,
		"text":                  nil,
	} {
		got := apirule.DecodeCORS(source.NodeOfText(text), seconds)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (- want, + got):\n%s", text, d)
		}
		placed := apirule.PlaceCORS(got, nil)
		if kept := want != nil && want.Origins != nil; (placed != nil) != kept || kept && placed.Origin.Path != "spec.corsPolicy" {
			t.Errorf("%s has the place %+v", text, placed)
		}
	}
	if apirule.DecodeCORS(nil, seconds) != nil {
		t.Error("a policy that is absent")
	}
}

// TestDecodeJWT holds how a configuration in Istio's form is read.
func TestDecodeJWT(t *testing.T) {
	for text, want := range map[string]*apirule.JWT{
		"{authentications: [{issuer: i, jwksUri: k, fromHeaders: [{name: h, prefix: p}], fromParams: [q]}, {fromParams: []}, text], authorizations: [{requiredScopes: [r], audiences: []}, null]}": {
			Issuers: []ir.Issuer{
				{Origin: in("j.authentications[0]"), Issuer: "i", JWKS: "k", FromHeaders: []ir.TokenHeader{{Name: "h", Prefix: "p"}}, FromParams: []string{"q"}},
				{Origin: in("j.authentications[1]"), FromParams: []string{}},
				{Origin: in("j.authentications[2]")},
			},
			Authorizations: []apirule.Authorization{{At: in("j.authorizations[0]"), Scopes: []string{"r"}, Aud: []string{}}, {At: in("j.authorizations[1]"), Null: true}},
			Defined:        true,
		},
		"{authorizations: []}":   {Defined: true},
		"{authorizations: null}": {},
		"{}":                     {},
	} {
		want.At, want.Attribute = in("j"), ".k"
		if d := cmp.Diff(want, apirule.DecodeJWT(object(text), in("j"), ".k"), samePlaces); d != "" {
			t.Errorf("%s (- want, + got):\n%s", text, d)
		}
	}
}

// TestCheckJWT holds what is refused of issuers and authorizations, with the place in
// the words of kgw and of the controller.
func TestCheckJWT(t *testing.T) {
	const ok = "issuer: i, jwksUri: /k"
	for text, want := range map[string][]string{
		"{authentications: [{" + ok + "}], authorizations: [{requiredScopes: [r]}]}": nil,
		"{authentications: [{issuer: '', jwksUri: k}]}": {
			`KGW217 j.authentications[0].issuer: issuer "" is empty or not a valid URI -> .k.authentications[0].issuer: value is empty or not a valid uri err=value is empty`,
			`KGW217 j.authentications[0].jwksUri: jwksUri "k" is empty or not a valid URI -> .k.authentications[0].jwksUri: value is empty or not a valid uri err=parse "k": invalid URI for request`,
		},
		"{authentications: [{issuer: ':', jwksUri: /k}]}": {
			`KGW217 j.authentications[0].issuer: issuer ":" is empty or not a valid URI -> .k.authentications[0].issuer: value is empty or not a valid uri err=parse ":": missing protocol scheme`,
		},
		"{authentications: [{" + ok + ", fromHeaders: [{name: a}, {name: b}]}]}": {
			"KGW216 j.authentications[0].fromHeaders: a token can be read from one header only -> .k.authentications[0].fromHeaders: multiple fromHeaders are not supported",
		},
		"{authentications: [{" + ok + ", fromParams: [a, b]}, {" + ok + ", fromHeaders: [{name: a}]}]}": {
			"KGW216 j.authentications[0].fromParams: a token can be read from one parameter only -> .k.authentications[0].fromParams: multiple fromParams are not supported",
			"KGW216 j.authentications[1].fromHeaders: tokens are read from headers here and from parameters before -> .k.authentications[1].fromHeaders: mixture of multiple fromHeaders and fromParams is not supported",
		},
		"{authentications: [{" + ok + ", fromHeaders: [{name: a}]}, {" + ok + ", fromParams: [a]}]}": {
			"KGW216 j.authentications[1].fromParams: tokens are read from parameters here and from headers as well -> .k.authentications[1].fromParams: mixture of multiple fromHeaders and fromParams is not supported",
		},
		"{authorizations: []}":     {"KGW216 j.authorizations: authorizations is empty -> .k.authorizations: nothing"},
		"{authorizations: [null]}": {"KGW216 j.authorizations[0]: an authorization is empty -> .k.authorizations[0]: authorization is empty"},
		"{authorizations: [{requiredScopes: [], audiences: []}]}": {
			"KGW216 j.authorizations[0].requiredScopes: the list of scopes is empty -> .k.authorizations[0].requiredScopes: value is empty",
			"KGW216 j.authorizations[0].audiences: the list of audiences is empty -> .k.authorizations[0].audiences: value is empty",
		},
		"{authorizations: [{requiredScopes: ['', a], audiences: [b, '']}]}": {
			"KGW216 j.authorizations[0].requiredScopes: an empty scope is demanded -> .k.authorizations[0].requiredScopes: scope value is empty",
			"KGW216 j.authorizations[0].audiences: an empty audience is demanded -> .k.authorizations[0].audiences: audience value is empty",
		},
	} {
		var found diag.List
		j := apirule.DecodeJWT(object(text), in("j"), ".k")
		j.CheckIssuers(&found)
		j.CheckAuthorizations("nothing", &found)
		if d := cmp.Diff(want, apiruletest.Lines(found)); d != "" {
			t.Errorf("%s (- want, + got):\n%s", text, d)
		}
	}
}

// TestGrantsOfJWT holds that each authorization is an alternative.
func TestGrantsOfJWT(t *testing.T) {
	proof := ir.JWT{Issuers: []ir.Issuer{{Issuer: "i"}}}
	j := &apirule.JWT{At: in("j")}
	if d := cmp.Diff([]ir.Grant{{Origin: in("j"), Proof: proof}}, j.Grants(proof), samePlaces); d != "" {
		t.Errorf("without (- want, + got):\n%s", d)
	}
	j.Authorizations = []apirule.Authorization{{At: in("a"), Scopes: []string{"s"}}, {At: in("b"), Aud: []string{"t"}}}
	want := []ir.Grant{{Origin: in("a"), Proof: proof, Scopes: []string{"s"}}, {Origin: in("b"), Proof: proof, Aud: []string{"t"}}}
	if d := cmp.Diff(want, j.Grants(proof), samePlaces); d != "" {
		t.Errorf("two (- want, + got):\n%s", d)
	}
}

// TestCheckIssuersAlike holds which two configurations of one issuer differ.
func TestCheckIssuersAlike(t *testing.T) {
	for text, want := range map[string]bool{
		"[{issuer: i, jwksUri: k}, {issuer: i, jwksUri: k}]":                                                                     false,
		"[{issuer: i, jwksUri: k}, {issuer: i, jwksUri: l, fromParams: [a]}]":                                                    false,
		"[{issuer: i, jwksUri: k}, {issuer: j, jwksUri: k, fromParams: [a]}]":                                                    false,
		"[{issuer: i, jwksUri: k}, {issuer: i, jwksUri: k, fromParams: [a]}]":                                                    true,
		"[{issuer: i, jwksUri: k, fromHeaders: [{name: a}]}, {issuer: i, jwksUri: k, fromHeaders: [{name: a}]}]":                 false,
		"[{issuer: i, jwksUri: k, fromHeaders: [{name: a}]}, {issuer: i, jwksUri: k, fromHeaders: [{name: a, prefix: Bearer}]}]": true,
		"[{issuer: i, jwksUri: k}, {issuer: j, jwksUri: k}, {issuer: i, jwksUri: k, fromParams: [a]}]":                           true,
	} {
		var all []*apirule.JWT
		for i, n := range source.Elements(source.NodeOfText(text)) {
			o, _ := source.Value(n).(source.Object)
			all = append(all, apirule.DecodeJWT(source.Object{{Key: "authentications", Value: []any{o}}}, in("j").Elem(i), ""))
		}
		var found diag.List
		apirule.CheckIssuersAlike(all, func(j *apirule.JWT, k int) string { return ".at " + j.At.Path }, &found)
		if (len(found) == 1) != want || len(found) > 1 {
			t.Errorf("%s: %v", text, apiruletest.Lines(found))
			continue
		}
		last := all[len(all)-1].At.Path
		if want && (found[0].Code != diag.IssuerConflict || found[0].At.Path != last+".authentications[0]" || found[0].Upstream.Attribute != ".at "+last || found[0].Related[0].At.Path != "j[0].authentications[0]") {
			t.Errorf("%s: %v", text, apiruletest.Lines(found))
		}
	}
}

// TestCheckTypes holds what the controller cannot read, in its words: the first fault
// alone is its own.
func TestCheckTypes(t *testing.T) {
	for text, want := range map[string][]string{
		"{authentications: [{issuer: i, jwksUri: k, fromHeaders: [{name: a, prefix: b}], fromParams: [c]}], authorizations: [{requiredScopes: [d], audiences: [e]}]}": {""},
		"{authentications: null, authorizations: [null]}": {""},
		"{authentications: text}": {
			"Can't read json: json: cannot unmarshal string into Go struct field JwtConfig.authentications of type []*v1beta1.JwtAuthentication",
			`KGW216 c.authentications: "authentications" must be a list -> .c: Can't read json: json: cannot unmarshal string into Go struct field JwtConfig.authentications of type []*v1beta1.JwtAuthentication`,
		},
		"{authentications: [{fromHeaders: [{name: 5}], fromParams: [true]}]}": {
			"Can't read json: json: cannot unmarshal number into Go struct field JwtHeader.authentications.fromHeaders.name of type string",
			`KGW216 c.authentications[0].fromHeaders[0].name: "name" must be a string -> .c: Can't read json: json: cannot unmarshal number into Go struct field JwtHeader.authentications.fromHeaders.name of type string`,
			`KGW216 c.authentications[0].fromParams[0]: "fromParams" must be a string -> : `,
		},
		"{authorizations: [[a]]}": {
			"Can't read json: json: cannot unmarshal array into Go struct field JwtConfig.authorizations of type v1beta1.JwtAuthorization",
			`KGW216 c.authorizations[0]: "authorizations" must be an object -> .c: Can't read json: json: cannot unmarshal array into Go struct field JwtConfig.authorizations of type v1beta1.JwtAuthorization`,
		},
		"{other: a, Authorizations: [], known: b}": {
			"",
			`KGW226 c.other: "other" is not a key of a jwt configuration and has no effect -> : `,
			`KGW216 c.Authorizations: "Authorizations" is spelled "authorizations" -> : `,
		},
	} {
		var found diag.List
		says, readable := apirule.CheckTypes(object(text), in("c"), []string{"known"}, &found)
		if d := cmp.Diff(want[1:], append([]string{}, apiruletest.Lines(found)...)); d != "" || says != want[0] || readable != (says == "") {
			t.Errorf("%s: %q, %v (- want, + got):\n%s", text, says, readable, d)
		}
	}
}

// TestCheckJWTTypes holds what the controller reads of a strategy in Oathkeeper's form.
func TestCheckJWTTypes(t *testing.T) {
	says := func(what string) []string {
		return []string{`KGW216 s.config.k: "k" must be a list of strings -> .s.config: Can't read json: json: cannot unmarshal ` + what}
	}
	const list, element = " into Go struct field JWTAccStrConfig.k of type []string", " into Go struct field JWTAccStrConfig.k of type string"
	for text, want := range map[string][]string{
		"{}":                  {`KGW216 s.config: access strategy "jwt" needs a configuration -> .s.config: supplied config cannot be empty`},
		"{k: [a, null]}":      nil,
		"{k: null}":           nil,
		"{other: 5}":          nil,
		"{k: a}":              says("string" + list),
		"{k: true}":           says("bool" + list),
		"{k: 5}":              says("number" + list),
		"{k: {a: b}}":         says("object" + list),
		"{k: [a, 5, {}]}":     says("number" + element),
		"{k: [null, [a]]}":    says("array" + element),
		"{k: [{a: b}, true]}": says("object" + element),
	} {
		var found diag.List
		h := &ir.Handler{Origin: in("s"), Name: "jwt", Config: object(text)}
		ok := apirule.CheckJWTTypes(h, []string{"k"}, &found)
		if d := cmp.Diff(want, apiruletest.Lines(found)); d != "" || ok != (want == nil) {
			t.Errorf("%s: %v (- want, + got):\n%s", text, ok, d)
		}
	}
}

// TestCheckURLs holds that each text of a list is an address.
func TestCheckURLs(t *testing.T) {
	var found diag.List
	h := &ir.Handler{Origin: in("s"), Config: object("{k: [https://a, b, '']}")}
	apirule.CheckURLs(h, "k", func(err error) string { return "says " + err.Error() }, &found)
	want := []string{
		`KGW217 s.config.k[1]: "b" is empty or not a valid URL -> .s.config.k[1]: says parse "b": invalid URI for request`,
		`KGW217 s.config.k[2]: "" is empty or not a valid URL -> .s.config.k[2]: says value is empty`,
	}
	if d := cmp.Diff(want, apiruletest.Lines(found)); d != "" {
		t.Errorf("(- want, + got):\n%s", d)
	}
}
