package diag

import (
	"io"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/report"
)

// Azure renders findings as logging commands, which Azure Pipelines shows as
// issues of the run, and a last line for people. Azure has errors and warnings;
// what is for the record is a line of text. The gravest come first.
// https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
type Azure struct{}

// Render implements Renderer.
func (Azure) Render(w io.Writer, r *Report) error {
	return renderCommands(w, r, loggingCommand)
}

func loggingCommand(f *Finding) string {
	level := "error"
	switch f.Severity {
	case Warning:
		level = "warning"
	case Info:
		return report.Line(placePrefix(f.Span) + "info[" + string(f.Code) + "]: " + f.Message)
	}
	props := [][2]string{{"type", level}}
	if f.Span.File != "" {
		s := wholeSpan(f.Span)
		props = append(props, [2]string{"sourcepath", f.Span.File}, [2]string{"linenumber", strconv.Itoa(s.Line)}, [2]string{"columnnumber", strconv.Itoa(s.Column)})
	}
	return report.LoggingCommand("task.logissue", append(props, [2]string{"code", string(f.Code)}), strings.Join(messageLines(f, true), "\n"))
}
