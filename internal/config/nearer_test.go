package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// nearest writes configurations into a directory and ones below it, and reads
// the nearest of the last.
func nearest(t *testing.T, texts ...string) (*Config, []string) {
	t.Helper()
	root := t.TempDir()
	dir := root
	for i, text := range texts {
		if i > 0 {
			dir = filepath.Join(dir, "team")
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if text == "" {
			continue
		}
		text = "apiVersion: kgw.dev/v1alpha1\nkind: Config\n" + text
		if err := os.WriteFile(filepath.Join(dir, FileName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, found := ReadNearest(dir, func(s string) string { s, _ = filepath.Rel(root, s); return filepath.ToSlash(s) }, source.Bounds{})
	var messages []string
	for _, f := range found {
		if f.Code != diag.NearerLoosens || f.Help == "" {
			t.Errorf("%s: %s", f.Code, f.Message)
		}
		messages = append(messages, f.At.Path+": "+f.Message)
	}
	return c, messages
}

func TestNearerMayTightenOnly(t *testing.T) {
	above := "policy: {public: deny, publicRoutes: [{path: /health}, {path: /api, methods: [GET, HEAD], host: a.example}]}\n" +
		"domains: {allow: [example.com]}\nservices: {block: [a.b, c.d]}\nskipper: {additionalFilters: [setPath], annotations: [x]}\nrules: {KGW409: warning, KGW407: error}\naccept: [KGW540]\n" +
		"gate: {fail: [exposed, cors], allowed: [{id: 0123456789abcdef, reason: x, until: \"2026-01-31\"}]}\n"
	for name, c := range map[string]struct {
		below string
		found []string
		good  func(*Config) bool
	}{
		"nothing": {"namespace: web", nil, func(c *Config) bool {
			return c.Policy.Public == "deny" && len(c.Policy.Routes) == 2 && c.Domains.Allow[0] == "example.com" && len(c.Services.Block) == 2 &&
				c.Skipper.AdditionalFilters[0] == "setPath" && slices.Contains(c.Locked(), diag.HostNotAllowed)
		}},
		"accept": {
			"accept: [KGW540, KGW543]",
			[]string{"accept[1]: KGW543 is accepted here, and not further up"},
			func(c *Config) bool { return slices.Equal(c.Accept, []string{"KGW540"}) },
		},
		"accept nothing": {"accept: []", nil, func(c *Config) bool { return len(c.Accept) == 0 }},
		"public":         {"policy: {public: allow}", []string{`policy.public: policy.public is "allow", and "deny" further up`}, func(c *Config) bool { return c.Policy.Public == "deny" }},
		"routes": {
			"policy: {publicRoutes: [{path: /api, methods: [GET], host: a.example}, {path: /api}, {path: /x}, {path: /health, host: b.example}]}",
			[]string{`policy.publicRoutes[1]: the route "/api" is not among the public routes further up`, `policy.publicRoutes[2]: the route "/x" is not among the public routes further up`},
			func(c *Config) bool { return len(c.Policy.Routes) == 2 },
		},
		"domains": {
			"domains: {allow: [a.example.com, badexample.com, com]}",
			[]string{`domains.allow[1]: the domain "badexample.com" is not allowed further up`, `domains.allow[2]: the domain "com" is not allowed further up`},
			func(c *Config) bool { return slices.Equal(c.Domains.Allow, []string{"a.example.com"}) },
		},
		"no domain": {"domains: {allow: []}", nil, func(c *Config) bool { return c.Domains.Allow != nil && len(c.Domains.Allow) == 0 }},
		"block": {
			"services: {block: [x.y, a.b]}",
			[]string{`services.block: services.block leaves out c.d, which is blocked further up`},
			func(c *Config) bool { return slices.Equal(c.Blocked(), []string{"x.y", "a.b", "c.d"}) },
		},
		"nothing blocked": {
			"services: {block: []}",
			[]string{`services.block: services.block leaves out a.b, c.d, which are blocked further up`},
			func(c *Config) bool { return len(c.Blocked()) == 2 },
		},
		"filters": {
			"skipper: {additionalFilters: [lua, setPath]}",
			[]string{`skipper.additionalFilters[0]: "lua" is not in skipper.additionalFilters further up`},
			func(c *Config) bool { return len(c.Skipper.AdditionalFilters) == 1 && len(c.Skipper.Annotations) == 1 },
		},
		"level": {
			"rules: {KGW407: off, KGW409: info, KGW410: off}",
			[]string{`rules.KGW407: KGW407 is locked and has level error further up, which off would lower`, `rules.KGW409: KGW409 is locked and has level warning further up, which info would lower`},
			func(c *Config) bool {
				return c.Least()[diag.RouteWeaker] == diag.Error && c.Least()[diag.PublicForbidden] == diag.Warning
			},
		},
		"higher level": {"rules: {KGW409: error}", nil, func(c *Config) bool { return c.Least()[diag.PublicForbidden] == diag.Warning }},
		"gate": {
			"gate: {fail: [moved, exposed], allowed: [{id: 0123456789abcdef, reason: x, until: \"2026-01-31\"}, {id: 0123456789abcde0, reason: x, until: \"2026-01-31\"}]}",
			[]string{
				"gate.fail: gate.fail leaves out cors, which is forbidden further up",
				`gate.allowed[1]: the change "0123456789abcde0" is allowed here, and not further up`,
			},
			func(c *Config) bool {
				return slices.Equal(c.Forbidden(), []string{"moved", "exposed", "cors"}) && len(c.AllowedChanges()) == 0 && len(c.Above.AllowedChanges()) == 1
			},
		},
		"unlocked": {
			"policy: {locked: [KGW305]}",
			[]string{"policy.locked: policy.locked leaves out " + join(diag.DefaultLocked) + ", which are locked further up"},
			func(c *Config) bool { return len(c.Locked()) == len(diag.DefaultLocked)+1 },
		},
	} {
		got, found := nearest(t, above, c.below)
		if !slices.Equal(found, c.found) {
			t.Errorf("%s:\n%s", name, strings.Join(found, "\n"))
		}
		if !c.good(got) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func join(codes []diag.Code) string {
	var out []string
	for _, c := range codes {
		out = append(out, string(c))
	}
	return strings.Join(out, ", ")
}

// TestNearerInheritsThroughSeveral puts a configuration between that says
// nothing, and one that measures against the controller.
func TestNearerInheritsThroughSeveral(t *testing.T) {
	c, found := nearest(t, "services: {block: [a.b]}", "namespace: web", "", "compat: controller")
	if len(found) != 1 || !strings.HasPrefix(found[0], "compat: compat: controller lowers KGW302") {
		t.Errorf("%q", found)
	}
	if !slices.Equal(c.Blocked(), []string{"a.b"}) || c.Least()[diag.RouteWeaker] != diag.Error {
		t.Errorf("%v %v", c.Blocked(), c.Least())
	}
	if c.Measure("controller"); c.Least()[diag.RouteWeaker] != diag.Warning {
		t.Error("a flag does not reach the configuration further up")
	}
}

// TestNearerUnderNothing puts a configuration that measures against the
// controller below one that says nothing of how strict the repository is.
func TestNearerUnderNothing(t *testing.T) {
	for above, held := range map[string]bool{
		"domains: {default: example.com}": false,
		"policy: {public: deny}":          true,
		"rules: {KGW305: error}":          true,
		"compat: strict":                  true,
		"domains: {allow: [example.com]}": true,
	} {
		c, found := nearest(t, above, "compat: controller")
		if (len(found) == 1) != held || (c.Least()[diag.RouteWeaker] == diag.Error) != held {
			t.Errorf("%s: %q %v", above, found, c.Least()[diag.RouteWeaker])
		}
	}
}

// TestNearerUnderDefaults checks that the default list of blocked Services
// holds below a configuration that says nothing of it.
func TestNearerUnderDefaults(t *testing.T) {
	c, found := nearest(t, "namespace: web", "services: {block: []}")
	if len(found) != 1 || !slices.Equal(c.Blocked(), DefaultBlock) {
		t.Errorf("%q %v", found, c.Blocked())
	}
	if c, found := nearest(t, "services: {block: []}"); len(found) > 0 || len(c.Blocked()) > 0 || c.Above != nil {
		t.Errorf("%q %v", found, c.Blocked())
	}
}

// TestNearerTrustsNobodyElse holds that whom a configuration trusts is trusted
// below it too.
func TestNearerTrustsNobodyElse(t *testing.T) {
	above := "fabric: {issuers: {services: {issuer: \"https://s\", jwksUri: \"https://s/k\"}}}\nistio: {ingressPrincipal: cluster.local/ns/edge/sa/edge}\n" +
		"known: {services: [{name: web, namespace: shop, selector: {app: web}}]}\n"
	c, found := nearest(t, above, "fabric: {issuers: {services: {issuer: \"https://evil\", jwksUri: \"https://s/k\"}, employees: {issuer: \"https://e\", jwksUri: \"https://e/k\"}}}\n"+
		"istio: {ingressPrincipal: a/ns/b/sa/d}\noathkeeper: {principal: a/ns/b/sa/c}\nknown: {services: [{name: web, namespace: shop, selector: {app: evil}}, {name: api, namespace: shop, selector: {app: api}}]}\n")
	issuers := c.Fabric.Issuers
	if issuers.Services.Issuer != "https://s" || issuers.Employees.Issuer != "https://e" || c.Istio.IngressPrincipal.First() != "cluster.local/ns/edge/sa/edge" ||
		c.Oathkeeper.Principal != "a/ns/b/sa/c" || c.Known.Services[0].Selector["app"] != "web" || c.Known.Services[1].Selector["app"] != "api" || len(found) != 3 {
		t.Errorf("%+v\n%q", c, found)
	}
	if _, found := nearest(t, above, above); len(found) > 0 {
		t.Error(found)
	}
	if c, _ := nearest(t, above, "namespace: x\n"); c.Istio.IngressPrincipal.First() != "cluster.local/ns/edge/sa/edge" {
		t.Error(c.Istio)
	}
}
