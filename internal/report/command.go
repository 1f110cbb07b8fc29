package report

import (
	"bytes"
	"strings"
	"unicode"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
)

// The runner of GitHub Actions looks for commands in everything that a step
// prints, to standard output and to standard error:
// https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
// So does the agent of Azure Pipelines, for "##vso[" anywhere in a line:
// https://github.com/microsoft/azure-pipelines-agent/blob/master/src/Agent.Worker/WorkerCommandManager.cs
const (
	// command begins a line that is a command, whatever blanks are in front.
	command = "::"
	// loggingCommand begins a command of Azure.
	loggingCommand = "##vso["
)

// inLine is the beginning of a command anywhere in a line: "##[" of GitHub's old
// form and Azure's formatting, "##vso[", and "##teamcity[" of TeamCity.
var inLine = lazyregexp.New(`##([A-Za-z]*\[)`)

// withoutCommands escapes the beginnings of commands anywhere in a line.
func withoutCommands(s string) string {
	if !strings.Contains(s, "##") {
		return s
	}
	return inLine().ReplaceAllString(s, `#\x23$1`)
}

// SameWidth returns a text that Visible returned piece by piece without
// commands, each code point on its column.
func SameWidth(s string) string { return inLine().ReplaceAllString(s, "#\ufffd$1") }

// Line returns a text as a whole line for people, without its line break: it
// steers no terminal and starts no command.
func Line(s string) string { return line(Visible(s)) }

// line escapes the beginning of a command.
func line(s string) string {
	if at := indent(s); strings.HasPrefix(s[at:], command) {
		return s[:at] + `\x3a` + s[at+1:]
	}
	return s
}

// indent is how many bytes of white space a line begins with.
func indent(s string) int { return len(s) - len(strings.TrimLeftFunc(s, unicode.IsSpace)) }

// Lines returns a text of lines for people, each as Line returns it; the last
// may have no line break.
func Lines(s string) string { return eachLine(s, Line) }

// Patch returns a unified diff as it may be printed: as Lines does, but tabs,
// carriage returns at the ends of lines, and the joiners of letters stay, so
// that the patch applies.
func Patch(s string) string {
	return eachLine(s, func(s string) string {
		body, returned := strings.CutSuffix(s, "\r")
		body = line(withoutCommands(escape(body, "\t\u200c\u200d")))
		if returned {
			return body + "\r"
		}
		return body
	})
}

func eachLine(s string, each func(string) string) string {
	var b strings.Builder
	for text := range strings.Lines(s) {
		body, ended := strings.CutSuffix(text, "\n")
		b.WriteString(each(body))
		if ended {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// File returns the name of a file as the beginning of a line: a name that would
// start a command is written as a path below the working directory.
func File(name string) string {
	name = Visible(name)
	if strings.HasPrefix(strings.TrimLeftFunc(name, unicode.IsSpace), command) {
		return "./" + name
	}
	return name
}

// Command returns a workflow command that GitHub Actions shows as an annotation
// of the level "error", "warning" or "notice". Each property is a key and a
// value.
// https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
func Command(level string, properties [][2]string, message string) string {
	var b strings.Builder
	b.WriteString(command + level)
	for i, p := range properties {
		b.WriteByte(" ,"[min(i, 1)])
		b.WriteString(p[0] + "=" + escapeProperty(p[1]))
	}
	b.WriteString(command)
	for i, line := range strings.Split(message, "\n") {
		if i > 0 {
			b.WriteString("%0A")
		}
		b.WriteString(escapeData(line))
	}
	return b.String()
}

// escapeData and escapeProperty escape what ends or splits a workflow command,
// as https://github.com/actions/toolkit (packages/core/src/command.ts) does.
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(Visible(s))
}

func escapeProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(Visible(s))
}

// LoggingCommand returns a command of Azure Pipelines, such as "task.logissue".
// Each property is a key and a value.
// https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
func LoggingCommand(name string, properties [][2]string, message string) string {
	var b strings.Builder
	b.WriteString(loggingCommand + name)
	for i, p := range properties {
		b.WriteByte(" ;"[min(i, 1)])
		b.WriteString(p[0] + "=" + azureProperty.Replace(Visible(p[1])))
	}
	b.WriteByte(']')
	for i, line := range strings.Split(message, "\n") {
		if i > 0 {
			b.WriteString("%0A")
		}
		b.WriteString(azureData.Replace(Visible(line)))
	}
	return b.String()
}

// azureData and azureProperty escape what ends or splits a logging command, as
// https://github.com/microsoft/azure-pipelines-task-lib (node/taskcommand.ts) does.
var (
	azureData     = strings.NewReplacer("%", "%AZP25", "\r", "%0D", "\n", "%0A")
	azureProperty = strings.NewReplacer("%", "%AZP25", "\r", "%0D", "\n", "%0A", "]", "%5D", ";", "%3B")
)

// escapedIn replaces the beginnings of commands anywhere in a line in a text that
// knows an escape for "#".
func escapedIn(text []byte, escape string) []byte {
	if !bytes.Contains(text, []byte("##")) {
		return text
	}
	return inLine().ReplaceAll(text, []byte("#"+escape+"$1"))
}
