// Package reporttest reads reports as their interpreters do, for tests: the
// runner of GitHub Actions, a terminal, Markdown's tables, and TAP.
//
// It takes printed text and reports to the test everything that would be more
// than text. It must not know who printed it.
package reporttest

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// Hostile returns names and texts that mean something in some format: a corpus
// for every renderer.
func Hostile() []string {
	return []string{
		"::error title=pwned::x", " ::error::x", "\u3000::warning::x", "\t::add-mask::x", "::stop-commands::t", "a\n::error::x", "a\r\n::error::x", "a\r::error::x",
		"##[error]x", "x ##[add-mask]y", "##vso[task.setvariable variable=x]y", "x ##VSO[task.complete result=Succeeded;]", "a;]##vso[task.prependpath]/tmp", "##teamcity[x]", "###[error]x", "#\u200b#[error]", "\x1b[2J", "\x1b]8;;https://evil.test\x1b\\x", "\u009b31m", "\u202eabc\u2066d\u2069", "\u2028x\u2029", "\x00\x07\x08\x7f",
		"\ufeff::error::x", "a|b", `a\|b`, `a\\|b`, `\`, "a`b", "``a", "`|`", "<script>alert(1)</script>", "<!-- x", "&lt;b&gt;", "[a](javascript:x)", "![a](https://evil.test/x.png)", "[a][b]",
		"@team", "# head", "- item", "1. item", "> quote", "~~~", "```\nx", "---", "| a | b |\n|---|---|", "https://evil.test/", "www.evil.test", "*a* _b_ ~c~",
		"x # SKIP all", "x # TODO", `x \# TODO`, "Bail out!", "1..5", "not ok 1", "]]>&<\"'", "\ufffe\uffff", "\xff\xfe", "{0} %25 %0A", "a,b:c=d", "$(x) `y`", "..\\..\\x", "東京😀e\u0301", "\U000e0041", "",
	}
}

var inLine = regexp.MustCompile(`##[A-Za-z]*\[`)

// Runner reports text of a step that the runner of GitHub Actions would run as a
// command (ActionCommand.cs: "::" after white space, "##[" anywhere), or the
// agent of Azure Pipelines ("##vso[" anywhere).
func Runner(t testing.TB, printed string) {
	t.Helper()
	for _, line := range strings.FieldsFunc(printed, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if strings.HasPrefix(strings.TrimFunc(line, func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' }), "::") || inLine.MatchString(line) {
			t.Errorf("the runner reads a command: %q", line)
		}
	}
}

// Terminal reports what steers a terminal or reorders a line. Line feeds may be
// there.
func Terminal(t testing.TB, printed string) {
	t.Helper()
	for _, r := range printed {
		if r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			t.Errorf("%q reaches the terminal: %q", r, printed)
			return
		}
	}
}

// Azure reads what a step printed as the agent of Azure Pipelines does: the first
// "##vso[" of a line begins a command, the first "]" ends its properties. It
// reports commands of another name than the one that is expected, and returns
// the properties and the message of each command.
func Azure(t testing.TB, printed, name string) (properties []map[string]string, messages []string) {
	t.Helper()
	read := strings.NewReplacer("%3B", ";", "%5D", "]", "%0D", "\r", "%0A", "\n", "%AZP25", "%")
	for _, line := range strings.FieldsFunc(printed, func(r rune) bool { return r == '\n' || r == '\r' }) {
		_, rest, found := strings.Cut(line, "##vso[")
		if !found {
			Runner(t, line)
			continue
		}
		head, message, _ := strings.Cut(rest, "]")
		command, list, _ := strings.Cut(head, " ")
		if command != name {
			t.Errorf("the agent reads the command %q: %q", command, line)
		}
		values := map[string]string{}
		for _, p := range strings.Split(list, ";") {
			if key, value, ok := strings.Cut(p, "="); ok {
				values[key] = read.Replace(value)
			}
		}
		properties, messages = append(properties, values), append(messages, read.Replace(message))
	}
	return properties, messages
}

// Cells counts the cells of a row of a table as GitHub's Markdown does: a pipe
// ends a cell unless a backslash escapes it, and a backslash escapes a
// backslash (https://github.github.com/gfm/#tables-extension-).
func Cells(row string) int {
	n := 0
	row = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(row), "|"), "|")
	for i := 0; i < len(row); i++ {
		switch row[i] {
		case '\\':
			i++
		case '|':
			n++
		}
	}
	return n + 1
}

// TAP reads a test line of the Test Anything Protocol.
func TAP(t testing.TB, line string) (ok bool, description, directive string) {
	t.Helper()
	rest, failed := strings.CutPrefix(line, "not ")
	rest, isTest := strings.CutPrefix(rest, "ok ")
	if !isTest {
		t.Errorf("not a test line: %q", line)
		return false, "", ""
	}
	_, rest, _ = strings.Cut(rest, " - ")
	var b strings.Builder
	for i := 0; i < len(rest); i++ {
		switch {
		case rest[i] == '\\' && i+1 < len(rest) && (rest[i+1] == '\\' || rest[i+1] == '#'):
			i++
			b.WriteByte(rest[i])
		case rest[i] == '#':
			return !failed, strings.TrimSuffix(b.String(), " "), strings.TrimSpace(rest[i+1:])
		default:
			b.WriteByte(rest[i])
		}
	}
	return !failed, b.String(), ""
}
