package diag

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// GitHub renders findings as workflow commands, which GitHub Actions shows as
// annotations, and a last line for people. It shows only some of each level,
// so the gravest come first.
// https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
type GitHub struct{}

// Render implements Renderer.
func (GitHub) Render(w io.Writer, r *Report) error {
	r = r.masked()
	out := bufio.NewWriter(w)
	for _, f := range gravestFirst(r.Findings) {
		out.WriteString(workflowCommand(f))
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
	return Command(workflowLevel(f.Severity), f.Span, string(f.Code), strings.Join(says(f, true), "\n"))
}

// Command is a workflow command that GitHub Actions shows as an annotation of
// the level "error", "warning" or "notice", at a place if there is one.
func Command(level string, at source.Span, title, message string) string {
	var props []string
	add := func(key, value string) { props = append(props, key+"="+escapeProperty(value)) }
	if at.File != "" {
		add("file", at.File)
		s := wholeSpan(at)
		for _, p := range []struct {
			key string
			n   int
		}{{"line", s.Line}, {"endLine", s.EndLine}, {"col", s.Column}, {"endColumn", s.EndColumn}} {
			add(p.key, fmt.Sprint(p.n))
		}
	}
	add("title", title)
	return "::" + level + " " + strings.Join(props, ",") + "::" + escapeData(message)
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

// escapeData and escapeProperty escape what ends or splits a workflow command,
// as https://github.com/actions/toolkit (packages/core/src/command.ts) does.
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func escapeProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(visible(s))
}
