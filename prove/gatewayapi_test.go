package prove_test

import (
	"path/filepath"
	"slices"
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

// TestRoutesOfEitherAPI compiles each example, and each measured input, to
// VirtualServices and to HTTPRoutes: what no finding names does not change for
// callers.
func TestRoutesOfEitherAPI(t *testing.T) {
	compared := 0
	for _, dir := range globs(t, "../examples/*/kgw.yaml") {
		c, found := config.Read(dir, dir, source.Bounds{})
		if len(found) > 0 {
			t.Fatal(found)
		}
		compared += sameRoutes(t, []string{filepath.Dir(dir)}, c)
	}
	if compared < 10 {
		t.Errorf("%d examples were compared", compared)
	}
	measured := 0
	for _, set := range []string{"v2", "v1beta1-ory", "v1beta1-istio", "v1alpha1"} {
		c, found := config.Read("../../shared/conformance/apirule/"+set+".kgw.yaml", set, source.Bounds{})
		if len(found) > 0 {
			t.Skip("no measured inputs")
		}
		for _, in := range globs(t, "../../shared/conformance/apirule/"+set+"/*.in.yaml") {
			measured += sameRoutes(t, []string{in}, c)
		}
	}
	t.Log(compared, "examples and", measured, "measured inputs were compared")
}

func globs(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// lost are findings of what an HTTPRoute says otherwise.
var lost = []diag.Code{diag.AnswerUnsaid, diag.OriginUnsaid, diag.LiteralInRegex}

// sameRoutes compares what one input compiles to with either API, and returns
// how many inputs were compared: none where one of the two is refused.
func sameRoutes(t *testing.T, paths []string, c *config.Config) int {
	t.Helper()
	side := func(api string) (classes.Side, *compile.Result) {
		files, problems := (&source.Loader{}).Load(paths)
		return prove.Compared(compile.Input{Files: files, Problems: problems}, compile.Options{Config: c, RouteAPI: api})
	}
	before, was := side("virtualservice")
	after, is := side("gateway-api")
	if was.Findings.Max() == diag.Error || is.Findings.Max() == diag.Error || !slices.ContainsFunc(is.Objects, isHTTPRoute) {
		return 0
	}
	said := slices.ContainsFunc(is.Findings, func(f diag.Finding) bool { return slices.Contains(lost, f.Code) })
	for _, change := range classes.Compare(before, after).Changes {
		// What of CORS may be otherwise is a finding, and a VirtualService of
		// somebody else has gateways of another identity.
		known := change.Kind == classes.CORS || change.Kind == classes.Unknown && (strings.HasPrefix(change.After, "CORS ") || strings.Contains(change.After, "does not follow"))
		if !known && !said {
			t.Errorf("%s: %s %s %s: %s -> %s", paths, change.Kind, change.Verbs(), change.Host+change.Path, change.Before, change.After)
		}
	}
	return 1
}

func isHTTPRoute(o manifest.Object) bool { return o.Kind == kinds.HTTPRoute }
