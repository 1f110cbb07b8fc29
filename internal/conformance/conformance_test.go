package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
)

// set is a set of measured cases and the target that its resources need.
type set struct{ name, target string }

var sets = []set{
	{"v1alpha1", "oathkeeper"},
	{"v1beta1-ory", "oathkeeper"},
	{"v1beta1-istio", "istio"},
	{"v1beta1-ory-3.9", "oathkeeper"},
	{"v1beta1-istio-3.9", "istio"},
	{"v2", "istio"},
}

// configuration is that of the set, in a mode: the sets name the release that
// was measured.
func (s set) configuration(t *testing.T, dir, compat string) *config.Config {
	t.Helper()
	c := configuration(t, filepath.Join(dir, s.name+".kgw.yaml"), compat)
	if !strings.HasSuffix(s.name, "-3.9") {
		c.Kyma = "2.7"
	}
	return c
}

func (s set) need(t *testing.T) {
	t.Helper()
	if !slices.Contains(compile.TargetNames(), s.target) {
		t.Skipf("there is no target %s", s.target)
	}
}

// TestMeasuredCases compiles every case of every set as the controller does:
// what it made is made, and what it refused is refused at the same place.
func TestMeasuredCases(t *testing.T) {
	dir := shared(t, "conformance", "apirule")
	for _, s := range sets {
		t.Run(s.name, func(t *testing.T) { s.check(t, dir, 40, 30) })
	}
}

// TestOwnCases does the same with the cases of the repository.
func TestOwnCases(t *testing.T) {
	for _, name := range []string{"v1alpha1", "v1beta1-ory-3.9", "v1beta1-istio-3.9", "v2"} {
		s := sets[slices.IndexFunc(sets, func(s set) bool { return s.name == name })]
		t.Run(s.name, func(t *testing.T) { s.check(t, filepath.Join(own, "apirule"), 1, 1) })
	}
}

// check compiles the cases of the set, of which so many have objects and so many
// are refused at least.
func (s set) check(t *testing.T, dir string, leastWants, leastFails int) {
	s.need(t)
	c := s.configuration(t, dir, "controller")
	wants, fails := 0, 0
	for _, in := range glob(t, dir, s.name, "*.in.yaml") {
		if checkCase(t, in, c) {
			wants++
		} else {
			fails++
		}
	}
	t.Logf("%d cases with objects, %d refused", wants, fails)
	if wants < leastWants || fails < leastFails {
		t.Errorf("too few cases: %d with objects, %d refused", wants, fails)
	}
}

// checkCase compiles one case and compares; it reports whether objects were
// wanted.
func checkCase(t *testing.T, in string, c *config.Config) (valid bool) {
	t.Helper()
	base := strings.TrimSuffix(in, ".in.yaml")
	r := compiled(t, filepath.Base(in), read(t, in), c)
	if fail, err := os.ReadFile(base + ".fail.txt"); err == nil {
		refused(t, filepath.Base(base), string(fail), r)
		return false
	}
	if errors := only(r.Findings, diag.Error); len(errors) > 0 {
		t.Errorf("%s is refused:\n%s", filepath.Base(base), list(errors))
		return true
	}
	d := difference(parsed(t, read(t, base+".want.yaml")), written(t, r.Objects))
	if other, err := os.ReadFile(base + ".want2.yaml"); err == nil && d != "" { // what the controller does is random
		d = difference(parsed(t, other), written(t, r.Objects))
	}
	if d != "" {
		t.Errorf("%s (- want, + got):\n%s", filepath.Base(base), d)
	}
	return true
}

// exception is a place that upstream reports and kgw's finding is
// elsewhere.
type exception struct {
	attribute *regexp.Regexp
	path      string
	reason    string
}

var exceptions = []exception{
	{
		regexp.MustCompile(`^(.*\.accessStrategies)\.accessStrategies(\[\d+\]\.handler)$`), "$1$2",
		"upstream repeats the name of the list",
	},
	{
		regexp.MustCompile(`^(spec\.rules\[\d+\])\.accessStrategy(\[\d+\].*)$`), "$1.accessStrategies$2",
		"upstream has the list's name in the singular",
	},
	{
		regexp.MustCompile(`^(.*\.mutators\[\d+\])\.handler\.config\.(headers|cookies)\.name$`), "$1.config.$2",
		"upstream names a field that headers and cookies do not have, below the handler's name",
	},
	{
		regexp.MustCompile(`^(.*\.mutators\[\d+\])\.handler\.config$`), "$1.config",
		"upstream puts config below the handler's name",
	},
	{
		regexp.MustCompile(`^(.*\.mutators\[\d+\]\.handler)\.(header|cookie)$`), "$1",
		"upstream appends the handler's value to its name",
	},
	{
		regexp.MustCompile(`^(spec\.rules\[\d+\])\.accessStrategies\[\d+\]\.injection(\.injection)?$`), "$1",
		"upstream names a field that does not exist: the fault is of the rule's Service",
	},
	{
		regexp.MustCompile(`^(spec\.rules\[\d+\])\.injection$`), "$1",
		"upstream names a field that does not exist: the fault is of the rule's Service",
	},
	{
		regexp.MustCompile(`^(spec\.rules\[\d+\]\.extAuth)\.(authentications|authorizations)(.*)$`), "$1.restrictions.$2$3",
		"upstream leaves restrictions out",
	},
	{
		regexp.MustCompile(`^(spec\.rules\[\d+\]\.extAuth)\.externalAuthorizers(\..*)?$`), "$1.authorizers",
		"upstream's name of the field is another one, and it appends the authorizer's name",
	},
	{
		regexp.MustCompile(`^(.*\.config)\.required_scopes$`), "$1.required_scope",
		"upstream reports Oathkeeper's required_scope under another name",
	},
	{
		regexp.MustCompile(`^convert:$`), "",
		"what the conversion webhook says has no attribute",
	},
	{
		regexp.MustCompile(`^\(apply\) \S+ metadata\.labels$`), "metadata.name",
		"the API server names the object that is written, and the fault is of the resource's name",
	},
	{
		regexp.MustCompile(`^\(process\)$`), "",
		"an error of the controller's work has no attribute",
	},
	{
		regexp.MustCompile(`^spec\.rules\[\d+\]$`), "spec.service",
		"a fault of the rule's Service stands where the Service is named",
	},
}

// place turns an attribute of upstream into a field path, and into the other one that
// an exception names.
func place(attribute string) (own, moved string, e *exception) {
	own = strings.TrimPrefix(strings.TrimPrefix(attribute, "crd:"), ".")
	for i := range exceptions {
		if e := &exceptions[i]; e.attribute.MatchString(own) {
			return own, e.attribute.ReplaceAllString(own, e.path), e
		}
	}
	return own, own, nil
}

// refused checks that the case is refused, that nothing is written for it, and
// that each line of upstream's report has a finding at its place or below.
func refused(t *testing.T, name, report string, r *compile.Result) {
	t.Helper()
	errors := only(r.Findings, diag.Error)
	if len(errors) == 0 {
		t.Errorf("%s is accepted; upstream says:\n%s", name, report)
	}
	if len(r.Objects) > 0 {
		t.Errorf("%s is refused, and %d objects are written", name, len(r.Objects))
	}
	for _, line := range strings.Split(strings.TrimSpace(report), "\n") {
		attribute, message, ok := strings.Cut(line, " | ")
		if !ok {
			t.Fatalf("%s: cannot read %q", name, line)
		}
		own, moved, _ := place(attribute)
		if !slices.ContainsFunc(errors, func(f diag.Finding) bool { return within(f.At.Path, own) || within(f.At.Path, moved) }) {
			t.Errorf("%s: upstream reports %s (%s); no finding stands at %q, only:\n%s", name, attribute, message, moved, list(errors))
		}
	}
}

// within reports whether a field path is another one or below it.
func within(path, above string) bool {
	rest, ok := strings.CutPrefix(path, above)
	return ok && (above == "" || rest == "" || rest[0] == '.' || rest[0] == '[')
}

// TestExceptionsAreNeeded keeps the table from growing entries without a
// use.
func TestExceptionsAreNeeded(t *testing.T) {
	dir := shared(t, "conformance", "apirule")
	used := map[*exception]bool{}
	for _, file := range glob(t, dir, "*", "*.fail.txt") {
		for _, line := range strings.Split(string(read(t, file)), "\n") {
			attribute, _, _ := strings.Cut(line, " | ")
			if _, _, e := place(attribute); e != nil {
				used[e] = true
			}
		}
	}
	for i := range exceptions {
		if !used[&exceptions[i]] {
			t.Errorf("no case needs the exception %s", exceptions[i].attribute)
		}
	}
}

func only(l diag.List, s diag.Severity) diag.List {
	return slices.DeleteFunc(slices.Clone(l), func(f diag.Finding) bool { return f.Severity != s })
}

func list(l diag.List) string {
	var b strings.Builder
	for i := range l {
		fmt.Fprintf(&b, "  %d:%d %s[%s] %s: %s\n", l[i].Span.Line, l[i].Span.Column, l[i].Severity, l[i].Code, l[i].At.Path, l[i].Message)
	}
	return b.String()
}
