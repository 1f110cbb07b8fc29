package envoy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/compile/envoy"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// TestHeaders holds what filters become: the later one wins, and those of other
// engines have no header.
func TestHeaders(t *testing.T) {
	set := func(kv ...string) *manifest.HeaderOperations {
		out := &manifest.HeaderOperations{Set: map[string]string{}}
		for i := 0; i < len(kv); i += 2 {
			out.Set[kv[i]] = kv[i+1]
		}
		return out
	}
	for name, c := range map[string]struct {
		hosts   []ir.Host
		filters []ir.Filter
		action  ir.Action
		want    *manifest.Headers
	}{
		"none":                  {},
		"of other engines":      {filters: []ir.Filter{ir.Compress{}, ir.Mutate{}, ir.TraceRequest{}, ir.Audit{}}},
		"host":                  {hosts: []ir.Host{{Name: "a.test"}}, filters: []ir.Filter{ir.ForwardedHost{}}, want: &manifest.Headers{Request: set("x-forwarded-host", "a.test")}},
		"wildcard":              {hosts: []ir.Host{{Name: "*.a.test"}}, filters: []ir.Filter{ir.ForwardedHost{}}, want: &manifest.Headers{Request: set("x-forwarded-host", "%REQ(:AUTHORITY)%")}},
		"no host":               {filters: []ir.Filter{ir.ForwardedHost{}}, want: &manifest.Headers{Request: set("x-forwarded-host", "%REQ(:AUTHORITY)%")}},
		"the later one wins":    {filters: []ir.Filter{ir.SetRequestHeaders{Headers: map[string]string{"X-A": "1"}}, ir.SetRequestHeaders{Headers: map[string]string{"X-A": "2", "X-B": "3"}}}, want: &manifest.Headers{Request: set("X-A", "2", "X-B", "3")}},
		"cookies":               {filters: []ir.Filter{ir.SetRequestCookies{Cookies: map[string]string{"d": "1", "b": "2", "c": "3", "a": "4", "f": "5", "e": "6"}}}, want: &manifest.Headers{Request: set("Cookie", "a=4; b=2; c=3; d=1; e=6; f=5")}},
		"no cookies":            {filters: []ir.Filter{ir.SetRequestCookies{}}},
		"identity":              {filters: []ir.Filter{ir.ForwardIdentity{Header: "X-Who"}}, want: &manifest.Headers{Request: &manifest.HeaderOperations{Set: map[string]string{}, Remove: []string{"X-Who"}}}},
		"of answers":            {filters: []ir.Filter{ir.RemoveResponseHeaders{Names: []string{"A"}}}, want: &manifest.Headers{Response: &manifest.HeaderOperations{Remove: []string{"A"}}}},
		"nothing to remove":     {filters: []ir.Filter{ir.RemoveResponseHeaders{}}, want: &manifest.Headers{Response: &manifest.HeaderOperations{}}},
		"an answer":             {action: ir.Respond{Status: 204, Headers: map[string]string{"A": "b"}}, want: &manifest.Headers{Response: set("A", "b")}},
		"an answer without any": {action: ir.Respond{Status: 204}},
	} {
		got := envoy.Headers(&ir.Gateway{Hosts: c.hosts}, &ir.Route{Filters: c.filters, Action: c.action})
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (- want, + got):\n%s", name, d)
		}
	}
}

// TestCheckSet holds which headers Istio or Envoy refuses to set.
func TestCheckSet(t *testing.T) {
	long := strings.Repeat("a", 16385)
	for name, c := range map[string]struct {
		set  map[string]string
		want string // in the only finding; "" without
	}{
		"plain":                {map[string]string{"X-A": "b c\td"}, ""},
		"variables":            {map[string]string{"X-A": `%REQ(X-B)% 100%% %PROTOCOL% %DYNAMIC_METADATA(["a", "b"])%`}, ""},
		"no name":              {map[string]string{"": "b"}, "it has no name"},
		"of the path":          {map[string]string{":path": "/b"}, "it is a header that cannot be set"},
		"of the host":          {map[string]string{":authority": "b"}, ""},
		"of the host twice":    {map[string]string{":authority": "b", "host": "c"}, `the host is set by ":authority" already`},
		"control character":    {map[string]string{"X-A": "a\x01"}, "has a control character"},
		"line end":             {map[string]string{"X-A": "a\n"}, "has a control character"},
		"percent sign":         {map[string]string{"X-A": "100%"}, "has a percent sign that does not begin %NAME%"},
		"open variable":        {map[string]string{"X-A": "%REQ(X-B)"}, "has a percent sign that does not begin %NAME%"},
		"line end in the name": {map[string]string{"X-A\n": "a"}, "Envoy refuses the header \"X-A\\n\": a line ends in its name"},
		"long value":           {map[string]string{"X-A": long}, "it has more than 16384 bytes"},
		"long name":            {map[string]string{long: "a"}, "it has more than 16384 bytes"},
		"just short enough":    {map[string]string{"X-A": long[1:]}, ""},
	} {
		var found diag.List
		envoy.CheckSet(&manifest.HeaderOperations{Set: c.set}, source.Ref{Path: "at"}, manifest.IsAuthority, &found)
		switch {
		case c.want == "" && len(found) > 0:
			t.Errorf("%s: %v", name, found[0].Message)
		case c.want != "" && (len(found) != 1 || !strings.Contains(found[0].Message, c.want) || found[0].Code != diag.RouteRefused || found[0].At.Path != "at"):
			t.Errorf("%s: %v, want %q", name, found, c.want)
		}
	}
	var found diag.List
	envoy.CheckSet(nil, source.Ref{}, manifest.IsAuthority, &found)
	envoy.CheckSet(&manifest.HeaderOperations{Set: map[string]string{":authority": "a"}}, source.Ref{}, func(string) bool { return false }, &found)
	if len(found) != 1 || !strings.Contains(found[0].Message, "cannot be set") {
		t.Errorf("the host of an answer: %v", found)
	}
}

// TestDestinations holds where the proxy sends requests.
func TestDestinations(t *testing.T) {
	forward := ir.Forward{To: []ir.Upstream{{Namespace: "n", Name: "a", Port: ir.Port{Number: 1}}, {Namespace: "n", Name: "b", Port: ir.Port{Number: 2}}}}
	target := &ir.Target{OathkeeperHost: "proxy", OathkeeperPort: 4455}
	route := func(proof ir.Authenticator) *ir.Route {
		h := ir.Handler{Name: "noop"}
		return &ir.Route{Action: forward, Access: ir.Access{Grants: []ir.Grant{{Proof: proof, Verbatim: &h}}}}
	}
	asked := []manifest.Destination{{Host: "proxy", Port: manifest.Port{Number: 4455}}}
	direct := []manifest.Destination{{Host: "a.n.svc.cluster.local", Port: manifest.Port{Number: 1}}, {Host: "b.n.svc.cluster.local", Port: manifest.Port{Number: 2}}}
	if d := cmp.Diff(asked, envoy.Destinations(route(ir.ByHandler{Handler: ir.Handler{Name: "noop"}}), target)); d != "" {
		t.Errorf("through Oathkeeper (- want, + got):\n%s", d)
	}
	if d := cmp.Diff(direct, envoy.Destinations(route(ir.Passthru{}), target)); d != "" {
		t.Errorf("to the Services (- want, + got):\n%s", d)
	}
}
