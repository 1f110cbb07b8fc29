package diag

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
)

// command is a workflow command as the runner reads it.
type command struct {
	name  string
	props map[string]string
	data  string
}

// parseCommand reads a line as
// https://github.com/actions/runner (ActionCommand.TryParseV2) does.
func parseCommand(line string) (command, bool) {
	rest, ok := strings.CutPrefix(strings.TrimLeft(line, " "), "::")
	head, data, found := strings.Cut(rest, "::")
	if !ok || !found {
		return command{}, false
	}
	name, props, _ := strings.Cut(head, " ")
	c := command{name: name, props: map[string]string{}, data: unescape(data, "%0D", "\r", "%0A", "\n", "%25", "%")}
	for _, p := range strings.Split(props, ",") {
		if key, value, ok := strings.Cut(p, "="); ok {
			c.props[key] = unescape(value, "%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
		}
	}
	return c, true
}

// unescape replaces one pair after the other, as the runner does.
func unescape(s string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		s = strings.ReplaceAll(s, pairs[i], pairs[i+1])
	}
	return s
}

// parseGitHub reads an output back: commands, and a last line that is not one.
func parseGitHub(t testing.TB, out string) []command {
	t.Helper()
	lines := strings.FieldsFunc(out, func(r rune) bool { return r == '\n' || r == '\r' })
	var commands []command
	for i, line := range lines {
		c, ok := parseCommand(line)
		if ok == (i == len(lines)-1) {
			t.Fatalf("line %d of %d: a command is %v: %q", i+1, len(lines), ok, line)
		}
		if ok {
			commands = append(commands, c)
		}
	}
	return commands
}

func TestGitHubCommands(t *testing.T) {
	got := parseGitHub(t, render(t, GitHub{}, fixture(t)))
	var order []string
	for _, c := range got {
		order = append(order, c.name+" "+c.props["title"])
	}
	want := "error KGW101, error KGW305, error KGW504, error KGW209, warning KGW410, warning KGW410, notice KGW301"
	if strings.Join(order, ", ") != want {
		t.Errorf("got %s\nwant %s", strings.Join(order, ", "), want)
	}
	if c := got[1]; c.props["file"] != "apis/shop.yaml" || c.props["line"] != "7" || c.props["col"] != "9" || c.props["endColumn"] != "25" ||
		!strings.HasSuffix(c.data, "\nwitness: GET https://shop.example.com/\nhelp: give one of them another host") {
		t.Errorf("got %+v", c)
	}
}

func TestGitHubEscapes(t *testing.T) {
	r := &Report{Findings: List{{
		Code: BadName, Severity: Error, Message: "the name \"a::set-env name=X::b\n::error::c%0A%\r\" is bad",
		Span: source.Span{File: "a,b:c%3A\n::d.yaml", Line: 1, Column: 1},
	}, {Code: BadName, Severity: Warning, Message: "no file"}}}
	got := parseGitHub(t, render(t, GitHub{}, r))
	if len(got) != 2 || got[0].name != "error" {
		t.Fatalf("got %+v", got)
	}
	if want := `the name "a::set-env name=X::b\n::error::c%0A%\r" is bad`; got[0].data != want {
		t.Errorf("data %q, want %q", got[0].data, want)
	}
	if want := `a,b:c%3A\n::d.yaml`; got[0].props["file"] != want {
		t.Errorf("file %q, want %q", got[0].props["file"], want)
	}
	if _, ok := got[1].props["file"]; ok || got[1].props["title"] != "KGW209" {
		t.Errorf("props %v", got[1].props)
	}
}
