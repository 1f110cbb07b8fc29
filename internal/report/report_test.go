package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/report/reporttest"
)

func TestLinesAreLines(t *testing.T) {
	for _, name := range reporttest.Hostile() {
		for what, out := range map[string]string{
			"line": report.Line(name), "visible": "x " + report.Visible(name), "file": report.File(name) + ":1:1: error", "indented": report.Line("  " + name),
			"lines": strings.ReplaceAll(report.Lines(name), "\n", " "), "tap": "ok 1 - " + report.TAPName(name),
		} {
			if strings.Contains(out, "\n") {
				t.Errorf("%s of %q has a line break: %q", what, name, out)
			}
			reporttest.Runner(t, out)
			reporttest.Terminal(t, out)
		}
		for _, out := range []string{report.Lines("a\n" + name + "\n"), report.Patch(" " + name + "\n-" + name + "\n")} {
			reporttest.Runner(t, out)
		}
	}
}

func TestCommandIsOne(t *testing.T) {
	for _, name := range reporttest.Hostile() {
		out := report.Command("error", [][2]string{{"file", name}, {"title", name}}, name+"\n"+name)
		if strings.ContainsAny(out, "\r\n") {
			t.Errorf("%q: more than a line: %q", name, out)
		}
		head, data, ok := strings.Cut(strings.TrimPrefix(out, "::error "), "::")
		if !ok || len(strings.Split(head, ",")) != 2 || strings.Contains(head, "::") {
			t.Errorf("%q: %q", name, out)
		}
		reporttest.Terminal(t, data)
	}
}

func TestLoggingCommandIsOne(t *testing.T) {
	for _, name := range reporttest.Hostile() {
		out := report.LoggingCommand("task.logissue", [][2]string{{"type", "error"}, {"sourcepath", name}, {"code", "x"}}, name+"\n"+name)
		props, messages := reporttest.Azure(t, out, "task.logissue")
		lines := strings.Split(name+"\n"+name, "\n")
		for i := range lines {
			lines[i] = report.Visible(lines[i])
		}
		if len(props) != 1 || len(props[0]) != 3 || props[0]["sourcepath"] != report.Visible(name) || props[0]["code"] != "x" || messages[0] != strings.Join(lines, "\n") {
			t.Errorf("%q: %q is read as %v %q", name, out, props, messages)
		}
		reporttest.Terminal(t, out)
	}
}

// TestJSONIsTheSame: escapes change no value.
func TestJSONIsTheSame(t *testing.T) {
	for _, name := range reporttest.Hostile() {
		var b bytes.Buffer
		if err := report.JSON(&b, map[string]string{"a": name, name: "b"}); err != nil {
			t.Fatal(err)
		}
		reporttest.Runner(t, b.String())
		reporttest.Terminal(t, b.String())
		var got map[string]string
		if err := json.Unmarshal(b.Bytes(), &got); err != nil {
			t.Fatalf("%q: %v", b.String(), err)
		}
		if want := string([]rune(name)); got["a"] != want {
			t.Errorf("%q: got %q", name, got["a"])
		}
	}
}

func TestXMLReads(t *testing.T) {
	type element struct {
		XMLName xml.Name `xml:"e"`
		A       string   `xml:"a,attr"`
		Text    string   `xml:",chardata"`
	}
	for _, name := range reporttest.Hostile() {
		var b bytes.Buffer
		text := report.XMLText(report.Visible(name))
		if err := report.XML(&b, element{A: text, Text: text}); err != nil {
			t.Fatal(err)
		}
		reporttest.Runner(t, b.String())
		reporttest.Terminal(t, b.String())
		var got element
		d := xml.NewDecoder(&b)
		if err := d.Decode(&got); err != nil || got.A != text || got.Text != text {
			t.Errorf("%q: %v, got %+v", name, err, got)
		}
		if _, err := d.Token(); err != nil && !errors.Is(err, io.EOF) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// TestTAPReads parses the lines back with a small reader.
func TestTAPReads(t *testing.T) {
	for _, name := range reporttest.Hostile() {
		ok, description, directive := reporttest.TAP(t, "ok 1 - "+report.TAPName(name))
		if !ok || directive != "" || description != report.Visible(name) {
			t.Errorf("%q: %v %q %q", name, ok, description, directive)
		}
	}
}

func TestPatchApplies(t *testing.T) {
	const plain = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-\ta: 'ö' # \u2028x\r\n+\tb\r\n"
	want := strings.Replace(plain, "\u2028", `\u2028`, 1)
	if got := report.Patch(plain); got != want {
		t.Errorf("got %q", got)
	}
}

// TestShellReadsAWord runs the shell on every name.
func TestShellReadsAWord(t *testing.T) {
	for _, name := range append(reporttest.Hostile(), "a b", "$HOME", "`id`", "x; echo y", "it's", "-n", "a\nb") {
		if strings.Contains(name, "\x00") {
			continue // no shell has such a word
		}
		out, err := exec.Command("sh", "-c", "printf %s "+report.Shell(name)).Output()
		if err != nil || string(out) != name {
			t.Errorf("%q: %v, got %q", name, err, out)
		}
	}
}
