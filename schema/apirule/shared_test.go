package apirule_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
	"github.com/kgw-dev/kgw/schema/apirule/apiruletest"
)

func in(path string) source.Ref { return source.Ref{Path: path} }

var samePlaces = cmp.Comparer(func(a, b source.Ref) bool { return a.Path == b.Path })

// TestUpstream holds which Service a rule has, and in which namespace.
func TestUpstream(t *testing.T) {
	decode := func(text, owner string) *apirule.Service {
		return apirule.DecodeService(source.NodeOfText(text), in(owner))
	}
	plain, placed := decode("{name: a, port: 1}", "rule"), decode("{name: b, port: 2, namespace: attic}", "spec")
	for name, c := range map[string]struct {
		rule, spec *apirule.Service
		want       ir.Upstream
	}{
		"none":                      {nil, nil, ir.Upstream{Origin: in("at.service")}},
		"of the rule":               {plain, nil, ir.Upstream{Origin: in("rule.service"), Namespace: "library", Name: "a", Port: ir.Port{Number: 1}}},
		"of the spec":               {nil, placed, ir.Upstream{Origin: in("spec.service"), Namespace: "attic", Name: "b", Port: ir.Port{Number: 2}}},
		"in the namespace of spec":  {plain, placed, ir.Upstream{Origin: in("rule.service"), Namespace: "attic", Name: "a", Port: ir.Port{Number: 1}}},
		"in a namespace of its own": {placed, plain, ir.Upstream{Origin: in("spec.service"), Namespace: "attic", Name: "b", Port: ir.Port{Number: 2}}},
	} {
		if d := cmp.Diff(c.want, apirule.Upstream(c.rule, c.spec, "library", in("at")), samePlaces); d != "" {
			t.Errorf("%s (- want, + got):\n%s", name, d)
		}
	}
	if apirule.DecodeService(nil, in("a")) != nil {
		t.Error("a Service that is absent")
	}
}

// TestTimeoutOf holds that the timeout of the rule comes before that of the spec.
func TestTimeoutOf(t *testing.T) {
	for c, want := range map[[2]int64]time.Duration{{0, 0}: 3 * time.Minute, {0, 5}: 5 * time.Second, {7, 5}: 7 * time.Second, {7, 0}: 7 * time.Second} {
		if got := apirule.TimeoutOf(c[0], c[1]); got != want {
			t.Errorf("%v: %s, want %s", c, got, want)
		}
	}
}

// TestLegacyHost holds which hosts get the default domain.
func TestLegacyHost(t *testing.T) {
	for c, want := range map[[2]string]ir.Host{
		{"books", "example.com"}:     {Name: "books.example.com", Written: "books", Domain: ir.Said{Setting: "domains.default"}},
		{"books", ""}:                {Name: "books", Written: "books", Short: true},
		{"books.org", "example.com"}: {Name: "books.org", Written: "books.org"},
		{"", "example.com"}:          {},
	} {
		if d := cmp.Diff(want, apirule.LegacyHost(c[0], source.Ref{}, &ir.Settings{DefaultDomain: c[1]})); d != "" {
			t.Errorf("%v (- want, + got):\n%s", c, d)
		}
	}
}

// TestLegacyIngress holds which Gateway each spelling names.
func TestLegacyIngress(t *testing.T) {
	for text, want := range map[string]ir.Name{
		"infra/gw": {Namespace: "infra", Name: "gw"}, "gw": {Namespace: "library", Name: "gw"}, "gw.infra": {Namespace: "infra", Name: "gw"},
		"gw.infra.svc.cluster.local": {Namespace: "infra", Name: "gw"}, "gw.infra.svc": {Namespace: "infra", Name: "gw"},
	} {
		if got := apirule.LegacyIngress(text, "library", source.Ref{}); got.Ref != want || got.Text != text {
			t.Errorf("%s: %+v, want %v", text, got, want)
		}
	}
}

// TestCannotServe holds which APIRules are not for a host.
func TestCannotServe(t *testing.T) {
	const old, older, newer = "gateway.kyma-project.io/v1beta1", "gateway.kyma-project.io/v1alpha1", "gateway.kyma-project.io/v2"
	for _, c := range []struct {
		version, written, oldest, host string
		want                           bool
	}{
		{old, "a.example.com", "", "a.example.com", false},
		{old, "a.example.com", "", "b.example.com", true},
		{old, "A.example.com", "", "a.Example.com.", false},
		{old, "a.example.com", "", "a.example.com:443", false},
		{old, "a.example.com", "", "[::1]", true},
		{old, "a", "", "a.example.com", false},
		{old, "a", "", "ab.example.com", true},
		{old, "", "", "a.example.com", false},
		{old, "b.example.com", "a.example.com", "a.example.com", true},
		{older, "b.example.com", "a.example.com", "a.example.com", false},
		{older, "a.example.com", "b.example.com", "a.example.com", true},
		{newer, "b.example.com", "b.example.com", "a.example.com", false},
	} {
		if got := apirule.CannotServe(c.version, c.written, c.oldest, c.host); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// TestRemedies holds how hosts, Gateways and paths are to be corrected.
func TestRemedies(t *testing.T) {
	const operators = "{*} is one segment, {**} is any rest"
	for _, c := range []struct {
		remedy     func(string) string
		text, want string
	}{
		{apirule.HostRemedy, "https://A.example.com/x", "write the host alone, without the scheme and without a path: a.example.com"},
		{apirule.HostRemedy, "a.example.com:443", "write the host alone, without a port and without a path: a.example.com"},
		{apirule.HostRemedy, "A.example.com", "write a.example.com"},
		{apirule.HostRemedy, "a.example.com\n", "write it on one line, without \"|\" or \">\": a.example.com"},
		{apirule.HostRemedy, "a_b", "write the name of a host, such as shop.example.com"},
		{apirule.HostRemedy, "", "write the name of a host, such as shop.example.com"},
		{apirule.HostPattern.Remedy, "*.example.com", "write one host: v1alpha1 and v1beta1 have no wildcards, which are of v2"},
		{apirule.HostPattern.Remedy, "A.example.com.", "write a.example.com"},
		{apirule.GatewayRemedy, "gw.infra.svc", "write infra/gw: dotted names are of v1alpha1 and v1beta1"},
		{apirule.GatewayRemedy, "Infra/gw", "write namespace and name of the Gateway, in lower case: kyma-system/kyma-gateway"},
		{apirule.GatewayRemedy, "gw", "write the namespace too: kyma-system/kyma-gateway"},
		{apirule.GatewayRemedy, ".infra", "write the namespace too: kyma-system/kyma-gateway"},
		{apirule.TemplateRemedy, "/a/.*", "regular expressions are of v1alpha1 and v1beta1: in v2 " + operators + ", as in /orders/{**}; kgw migrate rewrites them"},
		{apirule.TemplateRemedy, "/a/{id}/:name", "a parameter is written {*}: /a/{*}/{*}"},
		{apirule.TemplateRemedy, "a", "begin the path with a slash: " + operators + ", /* is every path"},
		{apirule.TemplateRemedy, "/*/*/b/*", "write the star in braces: /{*}/{*}/b/{*} (" + operators + ")"},
		{apirule.TemplateRemedy, "/a*", "a star is a whole segment: " + operators},
		{apirule.TemplateRemedy, "/a b", "write a path: " + operators + "; other characters than letters, digits and -._~!$&'()+,;=:@ are written as %XX"},
	} {
		if got := c.remedy(c.text); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

// TestLegacyDescription holds how failures are worded.
func TestLegacyDescription(t *testing.T) {
	a, b, alone := diag.Upstream{Attribute: ".a", Message: "x"}, diag.Upstream{Attribute: ".b", Message: "y"}, diag.Upstream{Message: "z"}
	for want, failures := range map[string][]diag.Upstream{
		`Validation error: Attribute ".a": x`: {a},
		"z":                                   {alone, a},
		`Validation error: Attribute ".b": y`: {b, alone},
		"Multiple validation errors: \nAttribute \".a\": x\nAttribute \".b\": y":                                          {a, b},
		"Multiple validation errors: \nAttribute \".a\": x\nAttribute \".b\": y\nAttribute \".a\": x":                     {a, b, a},
		"Multiple validation errors: \nAttribute \".a\": x\nAttribute \".b\": y\nAttribute \".a\": x\n2 more error(s)...": {a, b, a, b, a},
	} {
		if got := apirule.LegacyDescription(slices.Clone(failures)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestOrder holds the order in which a controller reports failures.
func TestOrder(t *testing.T) {
	sections := []string{".spec.host", ".spec.rules"}
	var failures []diag.Upstream
	for _, attribute := range []string{"", ".spec.rules[10].path", ".spec.rules[2].path", ".spec.rules", ".spec.hosting", ".spec.host", ".spec.rules[x]"} {
		failures = append(failures, diag.Upstream{Attribute: attribute})
	}
	var got []string
	for _, f := range apirule.Order(failures, sections) {
		got = append(got, f.Attribute)
	}
	want := []string{".spec.host", ".spec.rules", ".spec.rules[x]", ".spec.rules[2].path", ".spec.rules[10].path", "", ".spec.hosting"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(- want, + got):\n%s", d)
	}
	if failures[0].Attribute != "" {
		t.Error("the list of the caller was sorted")
	}
}

// TestCheckStrategy holds which strategies are refused, and what is advised.
func TestCheckStrategy(t *testing.T) {
	known := []string{"noop", "jwt"}
	for name, c := range map[string]struct {
		h    ir.Handler
		want []string
		help string
	}{
		"known":      {ir.Handler{Name: "noop"}, nil, ""},
		"near":       {ir.Handler{Name: "jvt"}, []string{`KGW212 s.handler: access strategy "jvt" is not supported -> .s.handler: Unsupported accessStrategy: jvt`}, `did you mean "jwt"?`},
		"far":        {ir.Handler{Name: "something"}, []string{`KGW212 s.handler: access strategy "something" is not supported -> .s.handler: Unsupported accessStrategy: something`}, "use one of noop, jwt"},
		"configured": {ir.Handler{Name: "noop", Config: source.Object{{Key: "a"}}}, []string{`KGW215 s.config: access strategy "noop" takes no configuration -> .s.config: strategy: noop does not support configuration`}, "remove the configuration"},
		"jwt":        {ir.Handler{Name: "jwt", Config: source.Object{{Key: "a"}}}, nil, ""},
	} {
		var found diag.List
		c.h.Origin = in("s")
		apirule.CheckStrategy(&c.h, known, &found)
		if d := cmp.Diff(c.want, apiruletest.Lines(found)); d != "" || len(found) > 0 && found[0].Help != c.help {
			t.Errorf("%s: %v (- want, + got):\n%s", name, found, d)
		}
	}
}

// TestRequestURI holds what is an address, in the words of the controller.
func TestRequestURI(t *testing.T) {
	for text, want := range map[string]error{"https://a/b": nil, "/a": nil, "": errors.New("value is empty"), "a": errors.New(`parse "a": invalid URI for request`)} {
		got := apirule.RequestURI(text)
		if (got == nil) != (want == nil) || got != nil && got.Error() != want.Error() {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// TestStringList holds what is a list of strings.
func TestStringList(t *testing.T) {
	for name, c := range map[string]struct {
		v    any
		want []string
		ok   bool
	}{
		"absent": {nil, nil, true}, "strings": {[]any{"a", "b"}, []string{"a", "b"}, true}, "with null": {[]any{"a", nil}, []string{"a", ""}, true},
		"string": {"a", nil, false}, "with a number": {[]any{"a", source.Number("1")}, nil, false}, "empty": {[]any{}, nil, true},
	} {
		if got, ok := apirule.StringList(c.v); ok != c.ok || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v", name, got, ok)
		}
	}
}
