package ir

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/match"
)

// TestOpen holds which access lets in without a token that anybody verifies.
func TestOpen(t *testing.T) {
	handler := func(name string) Authenticator { return ByHandler{Handler{Name: name}} }
	for name, c := range map[string]struct {
		access Access
		want   bool
	}{
		"nobody is named":            {Access{}, false},
		"no proof":                   {Access{Grants: []Grant{{Proof: None{}}}}, true},
		"no proof, of those named":   {Access{Grants: []Grant{{Proof: None{}, Who: Services{IDs: []string{"a"}}}}}, false},
		"a token that nobody checks": {Access{Grants: []Grant{{Proof: Passthru{}}}}, true},
		"a token":                    {Access{Grants: []Grant{{Proof: JWT{}}}}, false},
		"an authorizer":              {Access{Grants: []Grant{{Proof: External{}}}}, false},
		"token information":          {Access{Grants: []Grant{{Proof: TokenInfo{}}}}, false},
		"noop":                       {Access{Grants: []Grant{{Proof: handler("noop")}}}, true},
		"anonymous":                  {Access{Grants: []Grant{{Proof: handler("anonymous")}}}, true},
		"another handler":            {Access{Grants: []Grant{{Proof: handler("jwt")}}}, false},
		"one of two":                 {Access{Grants: []Grant{{Proof: JWT{}}, {Proof: handler("noop")}}}, true},
	} {
		if got := c.access.Open(); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestWeaker holds which of two ways in asks for less.
func TestWeaker(t *testing.T) {
	open, token := Access{Grants: []Grant{{Proof: None{}}}}, Access{Grants: []Grant{{Proof: JWT{}}}}
	scoped := Access{Grants: []Grant{{Proof: JWT{}, Scopes: []string{"a"}}}}
	for _, c := range []struct {
		name string
		a, b *Access
		want bool
	}{
		{"open and a token", &open, &token, true},
		{"a token and open", &token, &open, false},
		{"both open", &open, &open, false},
		{"a token and a scope", &token, &scoped, true},
		{"a scope and a token", &scoped, &token, false},
		{"open and a scope", &open, &scoped, true},
		{"alike", &token, &token, false},
	} {
		if got := c.a.Weaker(c.b); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// TestPlan holds which routes a target sends to Oathkeeper, and on which its proxy
// looks at methods.
func TestPlan(t *testing.T) {
	mutate := []Filter{Mutate{Handler{Name: "header"}}}
	for name, c := range map[string]struct {
		proof                Authenticator
		filters              []Filter
		delegated, nativeJWT bool
	}{
		"nothing":           {None{}, nil, false, false},
		"passed through":    {Passthru{}, nil, false, false},
		"a token":           {JWT{}, nil, true, false},
		"a handler":         {ByHandler{}, nil, true, true},
		"token information": {TokenInfo{}, nil, true, true},
		"an authorizer":     {External{}, mutate, false, false},
		"a mutator":         {None{}, mutate, true, true},
		"compression":       {None{}, []Filter{Compress{}}, false, false},
	} {
		r := &Route{Access: Access{Grants: []Grant{{Proof: c.proof}}}, Filters: c.filters, Match: match.Set{Methods: []string{"GET"}}}
		if got := (&Plan{}).Delegated(r); got != c.delegated {
			t.Errorf("%s: delegated: %v", name, got)
		}
		if got := (&Plan{NativeJWT: true}).Delegated(r); got != c.nativeJWT {
			t.Errorf("%s where the proxy verifies tokens: delegated: %v", name, got)
		}
		if got := (&Plan{}).MatchesMethods(r); got == c.delegated {
			t.Errorf("%s: the proxy looks at methods: %v", name, got)
		}
		if !(&Plan{MethodsDelegated: true}).MatchesMethods(r) {
			t.Errorf("%s: the proxy does not look at methods where it always does", name)
		}
	}
	for name, r := range map[string]*Route{"no methods": {}, "any method": {AnyMethod: true, Match: match.Set{Methods: []string{"GET"}}}} {
		if (&Plan{MethodsDelegated: true}).MatchesMethods(r) {
			t.Errorf("%s: the proxy looks at methods", name)
		}
	}
}

// TestPolicies holds for which gateways a target writes policies.
func TestPolicies(t *testing.T) {
	gateway := func(proof Authenticator) *Gateway {
		return &Gateway{Routes: []*Route{{Access: Access{Grants: []Grant{{Proof: proof}}}}}}
	}
	with := &Target{Plan: Plan{Policies: true}}
	for _, c := range []struct {
		proof Authenticator
		want  bool
	}{{None{}, true}, {JWT{}, true}, {External{}, true}, {Passthru{}, false}, {TokenInfo{}, false}, {ByHandler{}, false}} {
		if got := with.WritesPolicies(gateway(c.proof)); got != c.want {
			t.Errorf("%T: %v", c.proof, got)
		}
		if (&Target{}).WritesPolicies(gateway(c.proof)) {
			t.Errorf("%T: a target without policies writes them", c.proof)
		}
	}
}

// TestNames holds how names are spelled and read.
func TestNames(t *testing.T) {
	for text, want := range map[string]Name{"a/b": {"a", "b"}, "a": {"a", ""}} {
		if got := NameIn(text); got != want {
			t.Errorf("%q: %+v", text, got)
		}
	}
	if (Name{"a", "b"}).String() != "a/b" || (Name{"", "b"}).String() != "b" || (Upstream{Namespace: "ns", Name: "s"}).Host() != "s.ns.svc.cluster.local" {
		t.Error("names are spelled otherwise")
	}
	if (&Gateway{Name: Name{"a", "b"}}).ID() != "b" || (&Gateway{Name: Name{"a", "b"}, Slug: "s"}).ID() != "s" {
		t.Error("a gateway has another ID")
	}
	for want, i := range map[Name]Ingress{{"a", "b"}: {Text: "a/b"}, {"", "b"}: {Text: "b"}, {"x", "y"}: {Text: "a/b", Ref: Name{"x", "y"}}} {
		if got := i.Reference(); got != want {
			t.Errorf("%+v: %v", i, got)
		}
	}
}

// TestLabels: a gateway's own labels are over those of the target, which stays as it
// is.
func TestLabels(t *testing.T) {
	target := &Target{Labels: map[string]string{"a": "target", "b": "target"}}
	got := target.LabelsOf(&Gateway{Labels: map[string]string{"a": "own", "c": "own"}})
	if len(got) != 3 || got["a"] != "own" || got["b"] != "target" || got["c"] != "own" || len(target.Labels) != 2 || target.Labels["a"] != "target" {
		t.Errorf("%v %v", got, target.Labels)
	}
	if own := (&Target{}).LabelsOf(&Gateway{Labels: map[string]string{"a": "own"}}); len(own) != 1 {
		t.Errorf("%v", own)
	}
}

// TestKept: what was worked out about a gateway is kept until it is dropped, and nil
// keeps nothing.
func TestKept(t *testing.T) {
	g, calls := &Gateway{}, 0
	work := func() any { calls++; return calls }
	k := &Kept{}
	for _, c := range []struct {
		g    *Gateway
		want int
	}{{g, 1}, {g, 1}, {&Gateway{}, 2}, {g, 1}} {
		if got := k.Of(c.g, work); got != c.want {
			t.Errorf("%v, want %d", got, c.want)
		}
	}
	if k.Drop(g); k.Of(g, work) != 3 {
		t.Error("it is kept after it was dropped")
	}
	var none *Kept
	if none.Drop(g); none.Of(g, work) != 4 || none.Of(g, work) != 5 {
		t.Error("nil keeps something")
	}
}
