package routerule_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/routerule"
	"github.com/kgw-dev/kgw/internal/source"
)

// rule reads "exact /a", "prefix /a", "regex /a.*" or one with methods before it.
func rule(text string) *routerule.Rule {
	f := strings.Fields(text)
	r := &routerule.Rule{Exact: f[0] == "exact", Prefix: f[0] == "prefix", Text: f[1]}
	if len(f) > 2 {
		r.Methods = f[2:]
	}
	lang := map[string]pathlang.Lang{"exact": pathlang.Exact, "prefix": pathlang.Subtree, "regex": pathlang.Regex}[f[0]]
	r.Set = match.Set{Hosts: []string{"a.test"}, Path: pathlang.Path{Lang: lang, Text: f[1]}, Methods: r.Methods}
	return r
}

// TestArrange: istiod asks rules in the order of their author wherever two have
// requests in common, and they match what they matched.
func TestArrange(t *testing.T) {
	for _, c := range []struct {
		rules string
		meets [][]int
		split bool
		want  string
		wrong string // the pair that stays misplaced
	}{
		{"exact /a; exact /b", [][]int{nil, nil}, false, "exact /a; exact /b", ""},
		{"regex /a.*; regex /aaaaaa.*", [][]int{nil, nil}, false, "regex /a.*; regex /aaaaaa.*", ""},
		{"regex /a.*; regex /aaaaaa.*", [][]int{{1}, nil}, false, "regex /a.*(?:)(?:); regex /aaaaaa.*", ""},
		{"regex /a.*; exact /ab", [][]int{{1}, nil}, false, "regex /a.*; regex /ab", ""},
		{"regex /a.*; exact /a.b", [][]int{{1}, nil}, false, `regex /a.*(?:); regex /a\.b`, ""},
		{"exact /a; exact /a", [][]int{{1}, nil}, false, "exact /a; exact /a", ""},
		{"exact /a; exact /a", [][]int{{1}, nil}, true, "exact /a; regex /a", ""},
		{"exact /a; exact /a GET", [][]int{{1}, nil}, false, "exact /a; regex /a GET", ""},
		{`regex /\Qa; regex /aaaaaa.*`, [][]int{{1}, nil}, false, `regex (?:)(?:)/\Qa; regex /aaaaaa.*`, ""},
		{`regex /\Qa\E; regex /aaaaaa.*`, [][]int{{1}, nil}, false, `regex /\Qa\E(?:); regex /aaaaaa.*`, ""},
		{"regex /a.*; regex /a.*; regex /aaaa.*", [][]int{{1, 2}, {2}, nil}, false, "regex /a.*(?:)(?:); regex /a.*(?:); regex /aaaa.*", ""},
		{"regex /a.*; prefix /a", [][]int{{1}, nil}, false, "regex /a.*; prefix /a", "0 1"},
		{"prefix /a; regex /a.*", [][]int{{1}, nil}, false, "prefix /a; regex /a.*", ""},
		{"prefix /a; prefix /a", [][]int{{1}, nil}, true, "prefix /a; prefix /a", "0 1"},
		{"prefix /a; prefix /a", [][]int{{1}, nil}, false, "prefix /a; prefix /a", ""},
	} {
		var rules []*routerule.Rule
		for text := range strings.SplitSeq(c.rules, "; ") {
			rules = append(rules, rule(text))
		}
		routerule.Arrange(rules, c.meets, c.split)
		var got []string
		for _, r := range rules {
			kind := map[bool]string{true: "exact", false: "regex"}[r.Exact]
			if r.Prefix {
				kind = "prefix"
			}
			got = append(got, strings.Join(append([]string{kind, r.Text}, r.Methods...), " "))
			if kind == "regex" {
				if _, err := regexp.Compile(r.Text); err != nil {
					t.Errorf("%s: %v", c.rules, err)
				}
			}
		}
		wrong := ""
		if i, j, ok := routerule.Misplaced(rules, c.meets, c.split); ok {
			wrong = fmt.Sprint(i, " ", j)
		}
		if text := strings.Join(got, "; "); text != c.want || wrong != c.wrong {
			t.Errorf("%s: %s with %q misplaced, want %s with %q", c.rules, text, wrong, c.want, c.wrong)
		}
	}
	long := []*routerule.Rule{rule("regex /a.*"), rule("regex /" + strings.Repeat("a", 2*routerule.MaxPath))}
	if routerule.Arrange(long, [][]int{{1}, nil}, false); len(long[0].Text) <= routerule.MaxPath || len(long[0].Text) > routerule.MaxPath*3 {
		t.Errorf("a text that gets too long has %d characters", len(long[0].Text))
	}
}

// TestMeeting: of two rules that have requests in common, the first lists the second.
func TestMeeting(t *testing.T) {
	rules := []*routerule.Rule{rule("exact /a/b"), rule("prefix /a"), rule("exact /c"), rule("regex /[ab].*"), rule("exact /a/b GET")}
	want := [][]int{{1, 3, 4}, {3, 4}, nil, {4}, nil}
	if d := cmp.Diff(want, routerule.Meeting(rules, match.NewJudge(), match.NewPurse(1_000_000))); d != "" {
		t.Error(d)
	}
}

// TestAskedBefore is istiod's order, which looks at nothing else.
func TestAskedBefore(t *testing.T) {
	with := func(r *routerule.Rule, headers, queries int) *routerule.Rule {
		r.Headers, r.Queries = make([]manifest.ValueMatch, headers), make([]manifest.ValueMatch, queries)
		return r
	}
	order := []*routerule.Rule{
		rule("exact /aa"), rule("exact /a GET"), with(rule("exact /a"), 2, 0), with(rule("exact /a"), 1, 1), with(rule("exact /a"), 1, 0), with(rule("exact /a"), 0, 3),
		rule("prefix /aaa"), rule("prefix /a"), rule("regex /aaaa"), rule("regex /a GET PUT"), rule("regex /a"),
	}
	for i := range order {
		for j := range order {
			if got := routerule.AskedBefore(order[i], order[j]); got != (i < j) {
				t.Errorf("%+v before %+v: %v", order[i], order[j], got)
			}
		}
	}
}

// TestSpell: a path is written so that an HTTPRoute matches what its author wrote, and
// as it is only where the API server accepts that.
func TestSpell(t *testing.T) {
	for _, c := range []struct {
		lang pathlang.Lang
		path string
		want string
	}{
		{pathlang.Exact, "/a", "exact /a"},
		{pathlang.Exact, "/a.b", "exact /a.b"},
		{pathlang.Exact, "/a//b", "regex /a//b"},
		{pathlang.Exact, "/a/./b", `regex /a/\./b`},
		{pathlang.Exact, "/a/../b", `regex /a/\.\./b`},
		{pathlang.Exact, "/a/.", `regex /a/\.`},
		{pathlang.Exact, "/a/..", `regex /a/\.\.`},
		{pathlang.Exact, "/a%2Fb", "regex /a%2Fb"},
		{pathlang.Exact, "/a%2fb", "regex /a%2fb"},
		{pathlang.Exact, "/a%20b", "exact /a%20b"},
		{pathlang.Exact, "/a%2", "regex /a%2"},
		{pathlang.Exact, "/a|b", `regex /a\|b`},
		{pathlang.Prefix, "/a.b", `regex /a\.b.*`},
		{pathlang.Star, "/a.b*", `regex /a\.b.*`},
		{pathlang.Template, "/*", "regex /.*"},
		{pathlang.Template, "/a", "exact /a"},
		{pathlang.Template, "/a//b", "regex /a//b"},
		{pathlang.Template, "/a/{*}", "regex " + pathlang.TemplateRegex("/a/{*}")},
		{pathlang.Regex, "^/a$", "exact /a"},
		{pathlang.Regex, "/a", "exact /a"},
		{pathlang.Regex, "/a.b", "regex /a.b"},
		{pathlang.Regex, "/a//b", "regex /a//b"},
		{pathlang.Regex, "^/a|/b$", "regex ^/a|/b$"},
	} {
		exact, text := routerule.Spell(pathlang.Path{Lang: c.lang, Text: c.path})
		if got := map[bool]string{true: "exact ", false: "regex "}[exact] + text; got != c.want {
			t.Errorf("%s of %s: %s, want %s", c.lang, c.path, got, c.want)
		}
	}
}

// TestLimitsOfObjects: rules go to several objects where one would have too many of
// them, and each has a match for each of its methods.
func TestLimitsOfObjects(t *testing.T) {
	for _, c := range []struct{ counts, want []int }{
		{nil, nil},
		{[]int{1}, []int{1}},
		{make([]int, routerule.MaxRules), []int{16}},
		{make([]int, routerule.MaxRules+1), []int{16, 1}},
		{[]int{64, 64}, []int{2}},
		{[]int{64, 64, 1}, []int{2, 1}},
		{[]int{128, 1, 127, 1}, []int{1, 2, 1}},
	} {
		if d := cmp.Diff(c.want, routerule.Pieces(c.counts)); d != "" {
			t.Errorf("%v: %s", c.counts, d)
		}
	}
	for text, want := range map[string]string{"exact /a": "Exact /a ", "prefix /a": "PathPrefix /a ", "regex /a.* GET PUT": "RegularExpression /a.* GET, RegularExpression /a.* PUT"} {
		var got []string
		r := rule(text)
		for _, m := range r.Matches() {
			got = append(got, m.Path.Type+" "+m.Path.Value+" "+m.Method)
		}
		if list := strings.Join(got, ", "); list != want || r.Count() != len(got) {
			t.Errorf("%s: %s, want %s", text, list, want)
		}
	}
}

// TestModifier: what the API server refuses of changes to headers is said.
func TestModifier(t *testing.T) {
	long := strings.Repeat("x", routerule.MaxValue+1)
	many := map[string]string{}
	for i := range routerule.MaxHeaders + 1 {
		many[fmt.Sprintf("x-%02d", i)] = "1"
	}
	for name, c := range map[string]struct {
		ops  *manifest.HeaderOperations
		want []string
	}{
		"none":           {nil, nil},
		"no changes":     {&manifest.HeaderOperations{}, nil},
		"one":            {&manifest.HeaderOperations{Set: map[string]string{"x-a": "1"}}, nil},
		"an empty value": {&manifest.HeaderOperations{Set: map[string]string{"x-a": ""}}, []string{`an HTTPRoute cannot set the header "x-a" to an empty value`}},
		"a long value":   {&manifest.HeaderOperations{Set: map[string]string{"x-a": long}}, []string{`an HTTPRoute cannot set the header "x-a" to 4097 characters: at most 4096`}},
		"two spellings":  {&manifest.HeaderOperations{Set: map[string]string{"x-a": "1", "X-B": "1", "X-A": "2"}}, []string{`an HTTPRoute cannot set the header "x-a" twice, also in another spelling`}},
		"too many":       {&manifest.HeaderOperations{Set: many}, []string{"an HTTPRoute cannot change 17 headers of a rule: at most 16"}},
	} {
		var got []string
		routerule.CheckModifier(routerule.Modifier(c.ops), func(m string) { got = append(got, m) })
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	want := &manifest.HeaderModifier{Set: []manifest.HeaderValue{{Name: "Host", Value: "a"}, {Name: "X-B", Value: "1"}, {Name: "x-c", Value: "2"}}, Remove: []string{"x-d"}}
	if d := cmp.Diff(want, routerule.Modifier(&manifest.HeaderOperations{Set: map[string]string{"x-c": "2", ":authority": "a", "X-B": "1"}, Remove: []string{"x-d"}})); d != "" {
		t.Error(d)
	}
}

// TestHostsAndGrants: a host that an HTTPRoute cannot have is refused, and requests to
// another namespace are never sent in silence.
func TestHostsAndGrants(t *testing.T) {
	for host, refused := range map[string]bool{
		"a.test": false, "*.a.test": false, "A.test": false, "a-b.test": false, "10.0.0.1": true, "::1": true, "*": true, "a.*": true, "-a.test": true, "a_b.test": true, "": true,
		strings.Repeat("a.", 126) + "a": false, strings.Repeat("a.", 127) + "a": true,
	} {
		if why := routerule.RefusedHost(host); (why != "") != refused {
			t.Errorf("%q: %q", host, why)
		}
	}
	for setting, c := range map[string]struct {
		severity diag.Severity
		written  bool
		says     string
	}{
		"":       {0, true, "is written"},
		"assume": {0, false, "must be there"},
		"refuse": {diag.Error, false, "is needed, and gatewayAPI.grants refuses that"},
	} {
		f, written := routerule.Grant(source.Ref{}, "shop", []string{"a", "b"}, setting)
		if want := "requests go to a, b in namespace shop: a ReferenceGrant there " + c.says; f.Code != diag.GrantNeeded || f.Message != want || f.Severity != c.severity || written != c.written {
			t.Errorf("%q: %+v, written: %v", setting, f, written)
		}
	}
}

// TestOrigins: an HTTPRoute allows the origins that it can say and no others, and what
// it allows less than the policy is said.
func TestOrigins(t *testing.T) {
	origin := func(list ...string) []ir.Origin {
		var out []ir.Origin
		for _, text := range list {
			kind, value, _ := strings.Cut(text, " ")
			out = append(out, ir.Origin{Kind: kind, Value: value})
		}
		return out
	}
	const others, null = "CORSDiffers preflights of other origins are answered by the gateway and no longer reach the Service", "CORSDiffers the origin null is no longer allowed"
	for _, c := range []struct {
		policy ir.CORS
		want   *manifest.RouteCORS
		found  []string
	}{
		{ir.CORS{}, nil, nil},
		{ir.CORS{Origins: origin("exact https://a.test", "exact https://A.test", "exact https://b.test:8443")}, &manifest.RouteCORS{AllowOrigins: []string{"https://a.test", "https://b.test:8443"}}, []string{others}},
		{ir.CORS{Origins: origin("exact https://a.test", "exact *")}, &manifest.RouteCORS{AllowOrigins: []string{"*"}}, []string{null}},
		{ir.CORS{Origins: origin("regex .+")}, &manifest.RouteCORS{AllowOrigins: []string{"*"}}, []string{null}},
		{ir.CORS{Origins: origin("regex ^.*$")}, &manifest.RouteCORS{AllowOrigins: []string{"*"}}, []string{null}},
		{ir.CORS{Origins: origin("prefix .*")}, nil, []string{`OriginUnsaid an HTTPRoute cannot allow the origin ".*" (prefix): it knows http(s)://host[:port] and *`}},
		{ir.CORS{Origins: origin("regex https://.*", "exact https://a.test")}, &manifest.RouteCORS{AllowOrigins: []string{"https://a.test"}}, []string{`OriginUnsaid an HTTPRoute cannot allow the origin "https://.*" (regex): it knows http(s)://host[:port] and *`, others}},
		{ir.CORS{Origins: origin("exact null")}, nil, []string{`OriginUnsaid an HTTPRoute cannot allow the origin "null" (exact): it knows http(s)://host[:port] and *`}},
		{ir.CORS{Origins: origin("exact *"), Methods: []string{"GET", "*"}, Headers: []string{"*"}, Credentials: new(true)}, &manifest.RouteCORS{AllowOrigins: []string{"*"}, AllowMethods: []string{"*"}, AllowHeaders: []string{"*"}, AllowCredentials: true}, []string{null}},
		{ir.CORS{Origins: origin("exact *"), Methods: []string{"GET"}, Headers: []string{"X-A", "*", "x-a"}, ExposeHeaders: []string{"X-B", "x-b"}, Credentials: new(false)}, &manifest.RouteCORS{AllowOrigins: []string{"*"}, AllowMethods: []string{"GET"}, AllowHeaders: []string{"X-A"}, ExposeHeaders: []string{"X-B"}}, []string{
			"CORSDiffers an HTTPRoute allows any header or the ones that it names, and * does not include Authorization: browsers may send X-A and no others", null,
		}},
	} {
		if c.want != nil {
			c.want.MaxAge = 5
		}
		if d := cmp.Diff(c.want, routerule.CORS(&c.policy)); d != "" {
			t.Errorf("%v: %s", c.policy.Origins, d)
		}
		var found diag.List
		routerule.CheckCORS(&c.policy, source.Ref{}, &found)
		var got []string
		for _, f := range found {
			got = append(got, map[diag.Code]string{diag.CORSDiffers: "CORSDiffers", diag.OriginUnsaid: "OriginUnsaid"}[f.Code]+" "+f.Message)
		}
		if d := cmp.Diff(c.found, got); d != "" {
			t.Errorf("%v: %s", c.policy.Origins, d)
		}
	}
	if routerule.CORS(nil) != nil {
		t.Error("no policy has become one")
	}
}
