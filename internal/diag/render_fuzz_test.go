package diag

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/report/reporttest"
	"github.com/kgw-dev/kgw/internal/source"
)

// nasty are texts that have meaning in some format.
var nasty = []string{
	"", "plain", "\x00\x01\x1b[2J\x7f\u009b", "::error::x", "%0A%25%", "a\nb\r\nc", "\xff\xfe\xc3", "]]>&<\"'", "[a](1) {0} `x`",
	"\u202e\u2028\u2029\ufeff", "\ufffe\uffff", "東京😀e\u0301", "\t,:\\", "::stop-commands::t\n##[error]x", "a: b\n---\nc", strings.Repeat("x東", 400),
}

func FuzzRender(f *testing.F) {
	for i, s := range nasty {
		next := nasty[(i+1)%len(nasty)]
		f.Add(s, next, nasty[(i+5)%len(nasty)], nasty[(i+7)%len(nasty)], i, i*3, uint8(i))
		f.Add("m", "h", "f.yaml", "n: "+s, 1, i, uint8(i))
		f.Add(s, s, s, s, -i, -1, uint8(i))
	}
	f.Fuzz(func(t *testing.T, message, help, name, text string, line, column int, severity uint8) {
		checkFormats(t, hostile(message, help, name, text, line, column, Severity(severity%5)))
	})
}

// hostile is a report with the texts in every place that inputs can fill.
func hostile(message, help, name, text string, line, column int, severity Severity) *Report {
	file := &source.File{Name: name, Data: []byte(text)}
	d := &source.Document{File: file, APIVersion: text, Kind: message, Namespace: help, Name: text}
	other := &source.Document{File: &source.File{Name: text}}
	span := source.Span{File: name, Line: line, Column: column, EndLine: line + column, EndColumn: line - column}
	at := source.Ref{Doc: d, Path: text}
	r := &Report{Version: text, Root: "/" + name, Resources: []*source.Document{d, other}}
	r.Findings = List{
		{
			Code: BadName, Severity: severity, Message: message, Help: help, At: at, Span: span,
			Related: []Related{{Message: text, At: at, Span: span}}, Witness: &Witness{Method: text, URL: message},
		},
		{Code: Code(text), Severity: Error, Message: text, Span: source.Span{File: text}},
	}
	r.Findings.Sort()
	r.Summary.Count(r.Findings)
	return r
}

func checkFormats(t *testing.T, r *Report) {
	checkText(t, render(t, Text{}, r), r)
	checkJSON(t, render(t, JSON{}, r), r)
	checkJUnit(t, render(t, JUnit{}, r), r)
	checkGitLab(t, render(t, GitLab{}, r), r)
	checkAzure(t, render(t, Azure{}, r), r)
	checkCheckstyle(t, render(t, Checkstyle{}, r), r)
	commands := parseGitHub(t, render(t, GitHub{}, r))
	if len(commands) != len(r.Findings) {
		t.Errorf("%d commands for %d findings", len(commands), len(r.Findings))
	}
	for i, f := range gravestFirst(r.Findings) {
		if want := strings.Join(messageLines(f, true), "\n"); commands[i].data != want || commands[i].props["title"] != report.Visible(string(f.Code)) {
			t.Errorf("got %+v, want %q", commands[i], want)
		}
	}
	var log sarifLog
	if err := json.Unmarshal([]byte(render(t, SARIF{}, r)), &log); err != nil {
		t.Fatal(err)
	}
	for i, res := range log.Runs[0].Results {
		if want := escapeLinks(strings.Join(messageLines(&r.Findings[i], false), "\n")); res.Message.Text != want {
			t.Errorf("got %q, want %q", res.Message.Text, want)
		}
		if g := res.Locations[0].PhysicalLocation.Region; min(g.StartLine, g.StartColumn, g.EndLine, g.EndColumn) < 1 {
			t.Errorf("region %+v", g)
		}
	}
}

func checkText(t *testing.T, out string, r *Report) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Errorf("not UTF-8: %q", out)
	}
	for _, c := range out {
		if c != '\n' && (c < ' ' || c >= 0x7f && c < 0xa0 || c == '\u202e' || c == '\u2028') {
			t.Fatalf("%q reaches the terminal: %q", c, out)
		}
	}
	// A related place is indented, and every other line has a gutter, so
	// that no input can feign a finding.
	first := regexp.MustCompile(`^(.*:\d+:\d+: )?(invalid|off|info|warning|error)\[.*\]: `)
	other := regexp.MustCompile(`^( +\d* [|=] |  )|^$`)
	var findings int
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	for _, line := range lines[:len(lines)-1] {
		switch {
		case other.MatchString(line) && !first.MatchString(line):
		case first.MatchString(line):
			findings++
		default:
			t.Errorf("odd line %q", line)
		}
	}
	if findings < len(r.Findings) {
		t.Errorf("%d first lines for %d findings:\n%s", findings, len(r.Findings), out)
	}
}

func checkJSON(t *testing.T, out string, r *Report) {
	t.Helper()
	var got JSONReport
	if err := json.Unmarshal([]byte(out), &got); err != nil || len(got.Findings) != len(r.Findings) {
		t.Fatalf("%v: %s", err, out)
	}
	for i, f := range r.Findings {
		// encoding/json writes U+FFFD for each byte that is not UTF-8.
		if want := string([]rune(f.Message)); got.Findings[i].Message != want {
			t.Errorf("got %q, want %q", got.Findings[i].Message, want)
		}
	}
}

func checkJUnit(t *testing.T, out string, r *Report) {
	t.Helper()
	got := reporttest.JUnit(t, out)
	seen := map[string]bool{}
	for _, s := range got.Suites {
		for _, c := range s.Cases {
			for _, f := range []*reporttest.TestFailure{c.Failure, c.Error} {
				if f != nil {
					seen[f.Message] = true
				}
			}
		}
	}
	for _, f := range r.Findings {
		if want := report.XMLText(report.Visible(f.Message)); f.Severity == Error && !seen[want] {
			t.Errorf("no failure says %q:\n%s", want, out)
		}
	}
}
