package diag

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/report"
)

// formats are the renderers by the names of their formats, in the order in which
// messages list them.
var formats = []struct {
	name     string
	renderer func(color bool) Renderer
}{
	{"text", func(color bool) Renderer { return Text{Color: color} }},
	{"json", func(bool) Renderer { return JSON{} }},
	{"sarif", func(bool) Renderer { return SARIF{} }},
	{"junit", func(bool) Renderer { return JUnit{} }},
	{"github", func(bool) Renderer { return GitHub{} }},
	{"gitlab", func(bool) Renderer { return GitLab{} }},
	{"azure", func(bool) Renderer { return Azure{} }},
	{"checkstyle", func(bool) Renderer { return Checkstyle{} }},
}

// Formats returns the names of the formats that NewRenderer knows.
func Formats() []string {
	out := make([]string, len(formats))
	for i, f := range formats {
		out[i] = f.name
	}
	return out
}

// NewRenderer returns the renderer of a format. Only text is coloured.
func NewRenderer(format string, color bool) (Renderer, error) {
	for _, f := range formats {
		if f.name == format {
			return f.renderer(color), nil
		}
	}
	return nil, fmt.Errorf("unknown format %q: want one of %s", format, strings.Join(Formats(), ", "))
}

// AutoFormat returns the format that the CI which a process runs in reads from
// the output of its jobs, or from a file that they leave; "text" where there is
// no such CI. env returns variables of the environment:
// https://docs.github.com/en/actions/reference/workflows-and-actions/variables,
// https://docs.gitlab.com/ci/variables/predefined_variables/,
// https://learn.microsoft.com/azure/devops/pipelines/build/variables and
// https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables.
func AutoFormat(env func(string) string, toFile bool) string {
	printed, filed := "text", "text"
	switch {
	case strings.EqualFold(env("GITHUB_ACTIONS"), "true"):
		printed, filed = "github", "sarif"
	case env("GITLAB_CI") != "":
		printed, filed = "gitlab", "gitlab"
	case strings.EqualFold(env("TF_BUILD"), "true"):
		printed, filed = "azure", "junit"
	case env("JENKINS_URL") != "":
		printed, filed = "checkstyle", "checkstyle"
	}
	if toFile {
		return filed
	}
	return printed
}

// headline sums up a run in one line: "2 errors, 1 warning in 214 resources".
func headline(s Summary) string {
	var parts []string
	for _, p := range []struct {
		n    int
		noun string
	}{{s.Errors, "error"}, {s.Warnings, "warning"}, {s.Infos, "info"}, {s.Suppressed, "suppressed"}, {s.Known, "known"}} {
		switch {
		case p.n == 0:
		case p.noun == "suppressed", p.noun == "known":
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.noun))
		default:
			parts = append(parts, report.Counted(p.n, p.noun))
		}
	}
	if s.Errors+s.Warnings+s.Infos == 0 {
		parts = append([]string{"no findings"}, parts...)
	}
	line := strings.Join(parts, ", ")
	if s.Resources > 0 {
		line += " in " + report.Counted(s.Resources, "resource")
	} else if s.Errors+s.Warnings+s.Infos == 0 {
		line += "; there is no resource to compile"
	}
	if s.PassedOver > 0 {
		line += fmt.Sprintf(" (%s passed over)", report.Counted(s.PassedOver, "file"))
	}
	if s.Fixable > 0 {
		line += fmt.Sprintf("; kgw validate --fix may repair %d", s.Fixable)
	}
	return line
}
