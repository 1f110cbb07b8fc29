package diag

import (
	"errors"
	"testing"

	"github.com/sebdah/goldie/v2"
)

func TestGolden(t *testing.T) {
	cases := []struct {
		name     string
		renderer Renderer
		report   *Report
	}{
		{"text", Text{}, fixture(t)},
		{"text-color", Text{Color: true}, fixture(t)},
		{"text-narrow", Text{Width: 30}, fixture(t)},
		{"json", JSON{}, fixture(t)},
		{"sarif", SARIF{}, fixture(t)},
		{"junit", JUnit{}, fixture(t)},
		{"github", GitHub{}, fixture(t)},
		{"gitlab", GitLab{}, fixture(t)},
		{"azure", Azure{}, fixture(t)},
		{"checkstyle", Checkstyle{}, fixture(t)},
		{"text-empty", Text{}, &Report{}},
		{"json-empty", JSON{}, &Report{}},
		{"sarif-empty", SARIF{}, &Report{}},
		{"junit-empty", JUnit{}, &Report{}},
		{"github-empty", GitHub{}, &Report{}},
		{"gitlab-empty", GitLab{}, &Report{}},
		{"azure-empty", Azure{}, &Report{}},
		{"checkstyle-empty", Checkstyle{}, &Report{}},
	}
	g := goldie.New(t, goldie.WithFixtureDir("testdata/render"), goldie.WithDiffEngine(goldie.ColoredDiff))
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			out := render(t, c.renderer, c.report)
			g.Assert(t, c.name, []byte(out))
			for range 20 {
				if again := render(t, c.renderer, c.report); again != out {
					t.Fatalf("rendered differently:\n%s", again)
				}
			}
		})
	}
}

func TestNewRenderer(t *testing.T) {
	for _, f := range Formats() {
		if r, err := NewRenderer(f, true); err != nil || r == nil {
			t.Errorf("%s: %v, %v", f, r, err)
		}
	}
	if r, _ := NewRenderer("text", true); r != (Text{Color: true}) {
		t.Errorf("text is not coloured: %v", r)
	}
	if _, err := NewRenderer("yaml", false); err == nil || err.Error() != `unknown format "yaml": want one of text, json, sarif, junit, github, gitlab, azure, checkstyle` {
		t.Errorf("unknown format: %v", err)
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestRenderReportsWriteErrors(t *testing.T) {
	for _, f := range Formats() {
		r, _ := NewRenderer(f, false)
		if err := r.Render(brokenWriter{}, fixture(t)); !errors.Is(err, errBroken) {
			t.Errorf("%s: got %v", f, err)
		}
	}
}

func TestHeadline(t *testing.T) {
	for want, s := range map[string]Summary{
		"2 errors, 1 warning in 214 resources":              {Errors: 2, Warnings: 1, Resources: 214},
		"1 error, 2 warnings, 3 infos in 1 resource":        {Errors: 1, Warnings: 2, Infos: 3, Resources: 1},
		"no findings; there is no resource to compile":      {},
		"no findings, 4 suppressed in 2 resources":          {Suppressed: 4, Resources: 2},
		"1 warning, 1 info, 1 suppressed in 1000 resources": {Warnings: 1, Infos: 1, Suppressed: 1, Resources: 1000},
	} {
		if got := headline(s); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestColorEnabled(t *testing.T) {
	cases := []struct {
		mode string
		env  map[string]string
		tty  bool
		want bool
	}{
		{"always", map[string]string{"NO_COLOR": "1"}, false, true},
		{"never", map[string]string{"FORCE_COLOR": "1"}, true, false},
		{"auto", nil, true, true},
		{"", nil, false, false},
		{"auto", map[string]string{"TERM": "dumb"}, true, false},
		{"auto", map[string]string{"TERM": "xterm"}, true, true},
		{"auto", map[string]string{"NO_COLOR": "1", "FORCE_COLOR": "1"}, true, false},
		{"auto", map[string]string{"NO_COLOR": ""}, true, true},
		{"auto", map[string]string{"FORCE_COLOR": "1", "TERM": "dumb"}, false, true},
		{"auto", map[string]string{"CLICOLOR_FORCE": "1"}, false, true},
		{"auto", map[string]string{"CLICOLOR_FORCE": "0"}, false, false},
	}
	for _, c := range cases {
		if got := ColorEnabled(c.mode, func(k string) string { return c.env[k] }, c.tty); got != c.want {
			t.Errorf("%q %v tty=%v: got %v", c.mode, c.env, c.tty, got)
		}
	}
}
