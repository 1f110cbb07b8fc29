package exposure

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/report/reporttest"
)

func written(t *testing.T, r *Report, format string) string {
	t.Helper()
	var b strings.Builder
	if err := r.WriteGraph(&b, format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGraph(t *testing.T) {
	r := &Report{Hosts: []Host{
		{Host: "a.example.com", Rows: []Row{
			{Path: "/open", Methods: []string{"GET"}, Access: Public, Backend: "shop:80"},
			{Path: "/x", Methods: []string{"GET"}, Access: Restricted, Via: "oathkeeper:4455", Rule: "web/x", Backend: "shop:80"},
		}},
		{Host: "b.example.com", Rows: []Row{{Path: "/gone", AnyMethod: true, Access: Unreached}}, Unknown: []string{"/: too many"}},
	}}
	const mermaid = `flowchart LR
  n0["a.example.com"]
  n1["GET /open (public)"]
  n2["backend shop#58;80"]
  n3["GET /x (restricted)"]
  n4["decided by oathkeeper#58;4455"]
  n5["rule web/x"]
  n6["b.example.com"]
  n7["any /gone (unreached)"]
  n8["unknown#58; /#58; too many"]
  n0 --> n1
  n1 --> n2
  n0 --> n3
  n3 --> n4
  n4 --> n5
  n5 --> n2
  n6 --> n7
  n6 --> n8
  style n1 stroke-width:4px
  style n8 stroke-width:4px
`
	if got := written(t, r, "mermaid"); got != mermaid {
		t.Errorf("got\n%s", got)
	}
	dot := written(t, r, "dot")
	for _, want := range []string{"digraph exposure {\n", `  n1 [label="GET /open (public)", penwidth=4];`, "\n  n5 -> n2;\n"} {
		if !strings.Contains(dot, want) {
			t.Errorf("no %q in\n%s", want, dot)
		}
	}
}

var (
	mermaidNode = regexp.MustCompile(`^  n\d+\["([^"\[\]<>` + "`" + `\\*_;]|#\d+;)*"\]$`)
	dotNode     = regexp.MustCompile(`^  n\d+ \[label="((?:[^"\\]|\\["\\])*)"(, penwidth=4)?\];$`)
	entity      = regexp.MustCompile(`#(\d+);`)
)

// TestGraphLabelsAreText reads labels back: each is the text of its node, and no
// text adds a line.
func TestGraphLabelsAreText(t *testing.T) {
	for _, name := range append(reporttest.Hostile(), `"]; x --> y`, `\G`, `\`, `a" -> "b`, "#quot;", "&quot;", "%%{init: {}}%%", "click n0 href") {
		r := &Report{Hosts: []Host{{Host: name}}}
		for _, format := range GraphFormats() {
			out := written(t, r, format)
			reporttest.Terminal(t, out)
			reporttest.Runner(t, out)
			lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
			got := ""
			switch {
			case format == "mermaid" && len(lines) == 2 && mermaidNode.MatchString(lines[1]):
				label := strings.TrimSuffix(strings.TrimPrefix(lines[1], `  n0["`), `"]`)
				got = entity.ReplaceAllStringFunc(label, func(s string) string {
					n, _ := strconv.Atoi(s[1 : len(s)-1])
					return string(rune(n))
				})
			case format == "dot" && len(lines) == 5 && dotNode.MatchString(lines[3]):
				label := dotNode.FindStringSubmatch(lines[3])[1]
				got = html.UnescapeString(strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(label))
			case format == "svg":
				if got = svgLabel(t, out); got == strings.Map(inXML, report.Visible(name)) {
					continue
				}
			}
			if got != report.Visible(name) {
				t.Errorf("%q as %s: got %q in\n%s", name, format, got, out)
			}
		}
	}
}
