package report

import (
	"slices"
	"strings"
)

// Limits of what GitHub shows.
const (
	// MaxComment is how many characters a comment may have.
	MaxComment = 65536
	// MaxSummary is how many bytes the summary of a step may have:
	// https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#step-isolation-and-limits
	MaxSummary = 1 << 20
)

// Entities returns a text that Markdown and HTML read as plain text, on one
// line, anywhere.
func Entities(s string) string { return entities.Replace(Visible(s)) }

var entities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "`", "&#96;", "*", "&#42;", "_", "&#95;",
	"[", "&#91;", "]", "&#93;", "|", "&#124;", "@", "&#64;", "#", "&#35;", "~", "&#126;", "\\", "&#92;", ":", "&#58;", "!", "&#33;")

// Cell returns a text as a cell of a table.
func Cell(s string) string {
	s = strings.NewReplacer("\n", " ", "\r", " ").Replace(s)
	if s = Visible(s); strings.ContainsAny(s, "\\[]&@#~>") || strings.Contains(s, "://") {
		return entities.Replace(s)
	}
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`, "`", "\\`").Replace(s)
}

// Code returns a text as code, in a cell of a table too.
func Code(s string) string {
	s = Visible(strings.NewReplacer("\n", " ", "\r", " ").Replace(s))
	switch {
	case strings.TrimSpace(s) == "":
		return ""
	case strings.ContainsAny(s, "`|") || strings.HasPrefix(s, " ") || strings.HasSuffix(s, " "):
		return "<code>" + entities.Replace(s) + "</code>"
	}
	return "`" + s + "`"
}

// Literal returns a text on one line that Markdown prints as it is, outside of
// tables.
func Literal(s string) string {
	var b strings.Builder
	for _, r := range Visible(s) {
		switch {
		case r == '&':
			b.WriteString("&amp;")
			continue
		case r == '@':
			b.WriteString("&#64;")
			continue
		case slices.Contains([]rune("\\`*_{}[]<>#|~!"), r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Fence returns a fence for a block of code that no line of the text closes.
func Fence(text string) string {
	longest, run := 2, 0
	for _, c := range text {
		if c != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return strings.Repeat("`", longest+1)
}
