package diag

import (
	"bufio"
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
)

// GitHub renders findings as workflow commands, which GitHub Actions shows as
// annotations, and a last line for people. It shows only some of each level,
// so the gravest come first.
// https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
type GitHub struct{}

// Render implements Renderer.
func (GitHub) Render(w io.Writer, r *Report) error {
	return renderCommands(w, r, workflowCommand)
}

// renderCommands writes a line for each finding, the gravest first, and a last
// one for people.
func renderCommands(w io.Writer, r *Report, command func(*Finding) string) error {
	r = r.masked()
	out := bufio.NewWriter(w)
	for _, f := range gravestFirst(r.Findings) {
		out.WriteString(command(f))
		out.WriteByte('\n')
	}
	out.WriteString(headline(r.Summary))
	out.WriteByte('\n')
	return out.Flush()
}

// gravestFirst orders findings by severity, and else as they come.
func gravestFirst(l List) []*Finding {
	out := make([]*Finding, len(l))
	for i := range l {
		out[i] = &l[i]
	}
	slices.SortStableFunc(out, func(a, b *Finding) int { return cmp.Compare(b.Severity, a.Severity) })
	return out
}

func workflowCommand(f *Finding) string {
	return Command(workflowLevel(f.Severity), f.Span, string(f.Code), strings.Join(messageLines(f, true), "\n"))
}

// Command is a workflow command that GitHub Actions shows as an annotation of
// the level "error", "warning" or "notice", at a place if there is one.
func Command(level string, at source.Span, title, message string) string {
	var props [][2]string
	if at.File != "" {
		s := wholeSpan(at)
		props = [][2]string{
			{"file", at.File},
			{"line", strconv.Itoa(s.Line)},
			{"endLine", strconv.Itoa(s.EndLine)},
			{"col", strconv.Itoa(s.Column)},
			{"endColumn", strconv.Itoa(s.EndColumn)},
		}
	}
	return report.Command(level, append(props, [2]string{"title", title}), message)
}

func workflowLevel(s Severity) string {
	switch s {
	case Warning:
		return "warning"
	case Info:
		return "notice"
	}
	return "error"
}
