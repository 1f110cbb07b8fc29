package diag

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/kgw-dev/kgw/internal/report"
)

// GitLab renders findings as a code quality report, which GitLab shows in merge
// requests: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
type GitLab struct{}

type gitlabFinding struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
	End   int `json:"end"`
}

// Render implements Renderer.
func (GitLab) Render(w io.Writer, r *Report) error {
	r = r.masked()
	out := make([]gitlabFinding, 0, len(r.Findings))
	all := make([]*Finding, len(r.Findings))
	for i := range r.Findings {
		all[i] = &r.Findings[i]
	}
	prints, seen := fingerprints(all), map[string]int{}
	for _, f := range all {
		span := wholeSpan(f.Span)
		key := strings.Join([]string{string(f.Code), span.File, prints[f], f.Message}, "\x00")
		seen[key]++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", key, seen[key]))
		out = append(out, gitlabFinding{
			Description: strings.Join(messageLines(f, true), "\n"), CheckName: report.Visible(string(f.Code)), Fingerprint: hex.EncodeToString(sum[:16]),
			Severity: gitlabLevel(f.Severity),
			Location: gitlabLocation{path.Clean(span.File), gitlabLines{span.Line, span.EndLine}},
		})
	}
	return report.JSON(w, out)
}

func gitlabLevel(s Severity) string {
	switch s {
	case Warning:
		return "minor"
	case Info:
		return "info"
	}
	return "major"
}
