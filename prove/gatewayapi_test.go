package prove_test

import (
	"cmp"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/classes"
)

// TestRoutesOfEitherAPI compiles each example, each measured input and what other
// people wrote to VirtualServices and to HTTPRoutes: what no finding names does
// not change for callers.
func TestRoutesOfEitherAPI(t *testing.T) {
	compared := 0
	for _, dir := range globs(t, "../examples/*/kgw.yaml") {
		c, found := config.Read(dir, dir, source.Bounds{})
		if len(found) > 0 {
			t.Fatal(found)
		}
		compared += sameRoutes(t, []string{filepath.Dir(dir)}, compile.Options{Config: c})
	}
	if compared < 10 {
		t.Errorf("%d examples were compared", compared)
	}
	t.Log(compared, "examples were compared")
}

func TestRoutesOfEitherAPIMeasured(t *testing.T) {
	compared := 0
	for _, file := range globs(t, "../../shared/conformance/apirule/*.kgw.yaml") {
		c, found := config.Read(file, file, source.Bounds{})
		if len(found) > 0 {
			t.Fatal(found)
		}
		set := strings.TrimSuffix(file, ".kgw.yaml")
		compared += sameRoutesOfAll(t, set, globs(t, set+"/*.in.yaml"), c)
	}
	if compared += sameRoutesOfAll(t, "FabricGateway", globs(t, "../../shared/conformance/fabric/*.in.yaml"), forAll(t)); compared < 200 {
		t.Errorf("%d inputs were compared", compared)
	}
}

func TestRoutesOfEitherAPIOfOthers(t *testing.T) {
	compared := 0
	for _, version := range globs(t, "../../shared/corpus/APIRule/*") {
		compared += sameRoutesOfAll(t, version, yamlBelow(t, version), forAll(t))
	}
	if compared += sameRoutesOfAll(t, "FabricGateway", yamlBelow(t, "../../shared/corpus/FabricGateway"), forAll(t)); compared < 200 {
		t.Errorf("%d inputs were compared", compared)
	}
}

// sameRoutesOfAll compares inputs one by one and says how many were compared.
func sameRoutesOfAll(t *testing.T, name string, files []string, c *config.Config) int {
	t.Helper()
	if len(files) == 0 {
		t.Skip("the data is not there")
	}
	compared := 0
	for _, file := range files {
		o := compile.Options{Config: c, Accept: []diag.Code{diag.AnswerUnsaid, diag.OriginUnsaid, diag.StaticOpen, diag.LimitLost, diag.CompressionLost, diag.FilterLost}}
		if o.Config.Mode() == diag.Controller {
			o.Config = withServices(t, file, c, o)
		}
		compared += sameRoutes(t, []string{file}, o)
	}
	t.Logf("%s: %d of %d inputs were compared, the others are refused or need no HTTPRoute", filepath.Base(name), compared, len(files))
	return compared
}

// missing are the Services that findings say are not among the inputs.
var missing = regexp.MustCompile(`(?:port "([^"]*)" of )?Service "([^"]+)"(?: in namespace "([^"]+)")?`)

// withServices adds the Services that an input refers to and does not have.
func withServices(t *testing.T, file string, c *config.Config, o compile.Options) *config.Config {
	t.Helper()
	files, problems := (&source.Loader{}).Load([]string{file})
	services := map[string]*config.KnownService{}
	for _, f := range compile.Run(compile.Input{Files: files, Problems: problems}, o).Findings {
		found := missing.FindStringSubmatch(f.Message)
		if found == nil || f.Code != diag.ServiceNotFound && f.Code != diag.NoPortNumber {
			continue
		}
		namespace := cmp.Or(found[3], f.At.Doc.Namespace, "default")
		key := namespace + "/" + found[2]
		if services[key] == nil {
			services[key] = &config.KnownService{Namespace: namespace, Name: found[2], Selector: map[string]string{"app": found[2]}}
		}
		if port := found[1]; port != "" {
			services[key].Ports = append(services[key].Ports, config.KnownPort{Name: port, Port: 80})
		}
	}
	out := *c
	for _, key := range slices.Sorted(maps.Keys(services)) {
		out.Known.Services = append(out.Known.Services, *services[key])
	}
	return &out
}

// forAll returns a configuration with which what a controller writes is written, and
// FabricGateways for Istio.
func forAll(t *testing.T) *config.Config {
	t.Helper()
	c, found := config.Parse("kgw.yaml", []byte(`apiVersion: kgw.dev/v1alpha1
kind: Config
compat: controller
domains: {default: example.com}
targets: {FabricGateway: istio}
istio: {gateway: kyma-system/kyma-gateway}
rules: {KGW305: warning}
fabric: {issuers: {services: {issuer: "https://s.example.com", jwksUri: "https://s.example.com/k"}, employees: {issuer: "https://e.example.com", jwksUri: "https://e.example.com/k"}}}
`))
	if len(found) > 0 {
		t.Fatal(found)
	}
	return c
}

func yamlBelow(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	if _, err := os.Stat(dir); err != nil {
		return nil
	}
	err := filepath.WalkDir(dir, func(file string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && filepath.Ext(file) == ".yaml" {
			files = append(files, file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func globs(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// explained reports whether a finding names a change: an answer that an HTTPRoute
// cannot give is 500, a VirtualService rounds the shares of traffic, a path is no
// longer read as an expression, and CORS policies have findings of their own. A
// VirtualService of somebody else has gateways of another identity.
func explained(c *classes.Change, was, is diag.List) bool {
	has := func(found diag.List, code diag.Code) bool {
		return slices.ContainsFunc(found, func(f diag.Finding) bool { return f.Code == code })
	}
	switch {
	case has(is, diag.AnswerUnsaid) && strings.Contains(c.After, "500"):
		return true
	case c.Kind == classes.Moved && has(was, diag.WeightsRounded):
		return true
	case c.Kind == classes.Unknown && (strings.Contains(c.After, "does not follow") || strings.Contains(c.After, "costs too much")):
		return true // nothing is claimed
	case c.Kind == classes.CORS, c.Kind == classes.Unknown && strings.HasPrefix(c.After, "CORS "):
		return explainedCORS(c, is) || readLiterally(c, is)
	}
	return readLiterally(c, is)
}

// corsParts returns what the text of a change says of a CORS policy, by its parts.
func corsParts(text string) map[string]string {
	text, _, _ = strings.Cut(text, " if ") // what it is supposed on
	out := map[string]string{}
	for _, part := range strings.Split(strings.TrimPrefix(text, "CORS "), "; ") {
		for _, name := range []string{"origins", "methods", "headers", "exposed headers", "maxAge", "allowCredentials", "unmatchedPreflights"} {
			if value, ok := strings.CutPrefix(part, name+" "); ok {
				out[name] = value
			}
		}
	}
	return out
}

// explainedCORS reports whether findings of the resource name each part of a CORS
// policy that changes, with its values: an origin that has no words, any origin, any
// header beside names. What browsers do without a word is written: 5 s.
func explainedCORS(c *classes.Change, found diag.List) bool {
	before, after := corsParts(c.Before), corsParts(c.After)
	if c.Kind == classes.Unknown {
		was, is, _ := strings.Cut(c.After, " -> ")
		before, after = corsParts(was), corsParts(is)
	}
	says := func(code diag.Code, text string) bool {
		return slices.ContainsFunc(found, func(f diag.Finding) bool {
			return f.Code == code && strings.Contains(f.Message, text) && (f.At.Doc == c.IsAt.Doc || c.Kind == classes.Unknown)
		})
	}
	origins := func() bool {
		all, kept := strings.Split(before["origins"], ", "), []string(nil)
		if slices.Contains(all, "regex .*") || slices.Contains(all, "exact *") {
			return after["origins"] == `regex ^[a-zA-Z][a-zA-Z0-9+.-]*://[^/\s?#]+$` && says(diag.CORSDiffers, "the origin null is no longer allowed")
		}
		for _, o := range all {
			kind, value, _ := strings.Cut(o, " ")
			switch {
			case kind == "exact" && strings.HasPrefix(value, "http") && !says(diag.OriginUnsaid, strconv.Quote(value)):
				kept = append(kept, o)
			case !says(diag.OriginUnsaid, strconv.Quote(value)):
				return false
			}
		}
		return after["origins"] == strings.Join(kept, ", ") && (kept == nil || says(diag.CORSDiffers, "preflights of other origins are answered by the gateway"))
	}
	if !origins() {
		return false
	}
	if after["origins"] == "" {
		return c.Kind == classes.CORS && c.After == "none"
	}
	names := before["headers"]
	if beside := slices.DeleteFunc(strings.Split(names, ", "), func(n string) bool { return n == "*" }); strings.Contains(names, "*") && len(beside) > 0 {
		if names = strings.Join(beside, ", "); !says(diag.CORSDiffers, "browsers may send "+names+" and no others") {
			return false
		}
	}
	return after["headers"] == names && after["methods"] == before["methods"] && after["exposed headers"] == before["exposed headers"] &&
		after["allowCredentials"] == before["allowCredentials"] && after["maxAge"] == cmp.Or(before["maxAge"], "5s") && after["unmatchedPreflights"] == "IGNORE"
}

// quoted is a path in a message.
var quoted = regexp.MustCompile(`"(/[^"]*)"`)

// readLiterally reports whether a change is about a path that a VirtualService
// reads as an expression and an HTTPRoute as it is written: its witness is that
// path, or one that the expression matches.
func readLiterally(c *classes.Change, found diag.List) bool {
	u, err := url.Parse(c.Witness.URL)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(found, func(f diag.Finding) bool {
		path := quoted.FindStringSubmatch(f.Message)
		if f.Code != diag.LiteralInRegex || path == nil {
			return false
		}
		expression, err := regexp.Compile("^(?:" + path[1] + ")$")
		return err == nil && (u.Path == path[1] || c.Path == path[1] || expression.MatchString(u.Path))
	})
}

// sameRoutes compares what one input compiles to with either API, and returns
// how many inputs were compared: none where one of the two is refused.
func sameRoutes(t *testing.T, paths []string, o compile.Options) int {
	t.Helper()
	side := func(api string) (classes.Side, *compile.Result) {
		files, problems := (&source.Loader{}).Load(paths)
		o.RouteAPI = api
		return prove.Compared(compile.Input{Files: files, Problems: problems}, o)
	}
	before, was := side("virtualservice")
	after, is := side("gateway-api")
	if was.Findings.Max() == diag.Error || is.Findings.Max() == diag.Error || !slices.ContainsFunc(is.Objects, isHTTPRoute) {
		return 0
	}
	for _, change := range classes.Compare(before, after).Changes {
		if !explained(&change, was.Findings, is.Findings) {
			t.Errorf("%s: %s %s %s: %s -> %s (%s)", paths, change.Kind, change.Verbs(), change.Host+change.Path, change.Before, change.After, change.Witness.URL)
		}
	}
	return 1
}

func isHTTPRoute(o manifest.Object) bool { return o.Kind == kinds.HTTPRoute }
