package diag

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xeipuuv/gojsonschema"

	"github.com/kgw-dev/kgw/internal/source"
)

// parseSARIF reads a log back and holds it to what GitHub demands: see
// https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
func parseSARIF(t testing.TB, out string) sarifLog {
	t.Helper()
	var log sarifLog
	if err := json.Unmarshal([]byte(out), &log); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if log.Version != "2.1.0" || log.Schema == "" || len(log.Runs) != 1 {
		t.Fatalf("version %q, schema %q, %d runs", log.Version, log.Schema, len(log.Runs))
	}
	run := log.Runs[0]
	if run.Results == nil || run.Tool.Driver.Rules == nil || run.Tool.Driver.Name == "" {
		t.Errorf("results, rules or the driver's name are absent")
	}
	for _, r := range run.Tool.Driver.Rules {
		checkSARIFRule(t, r)
	}
	for _, r := range run.Results {
		checkSARIFResult(t, run, r)
	}
	return log
}

func checkSARIFRule(t testing.TB, r sarifRule) {
	t.Helper()
	for what, text := range map[string]string{
		"id": r.ID, "shortDescription": r.ShortDescription.Text, "fullDescription": r.FullDescription.Text, "help": r.Help.Text, "level": r.DefaultConfiguration.Level,
	} {
		if text == "" {
			t.Errorf("rule %q: no %s", r.ID, what)
		}
	}
	for _, text := range []string{r.ShortDescription.Text, r.FullDescription.Text} {
		if utf8.RuneCountInString(text) > maxDescription {
			t.Errorf("rule %q: a description is too long", r.ID)
		}
	}
	if utf8.RuneCountInString(r.Name) > maxName {
		t.Errorf("rule %q: the name is too long", r.ID)
	}
}

func checkSARIFResult(t testing.TB, run sarifRun, r sarifResult) {
	t.Helper()
	if r.Message.Text == "" || len(r.Locations) == 0 || r.Fingerprints["primaryLocationLineHash"] == "" {
		t.Errorf("no message, location or fingerprint: %+v", r)
	}
	if r.RuleIndex >= len(run.Tool.Driver.Rules) || run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID {
		t.Errorf("ruleIndex %d is not %s", r.RuleIndex, r.RuleID)
	}
	for _, l := range append(r.Locations, r.RelatedLocations...) {
		g := l.PhysicalLocation.Region
		if min(g.StartLine, g.StartColumn, g.EndLine, g.EndColumn) < 1 || g.EndLine < g.StartLine || g.EndLine == g.StartLine && g.EndColumn <= g.StartColumn {
			t.Errorf("region %+v", g)
		}
		a := l.PhysicalLocation.ArtifactLocation
		relative := !strings.Contains(a.URI, "://")
		if a.URI == "" || strings.ContainsAny(a.URI, "\\ <>\"") || strings.HasPrefix(a.URI, "/") || relative != (a.URIBaseID == "%SRCROOT%") {
			t.Errorf("artifact %+v", a)
		}
	}
}

// TestSARIFSchema validates against the standard's schema, the copy of
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json
// in testdata.
func TestSARIFSchema(t *testing.T) {
	text, err := os.ReadFile("testdata/sarif-2.1.0-errata01.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gojsonschema.NewSchema(gojsonschema.NewBytesLoader(text))
	if err != nil {
		t.Fatal(err)
	}
	unknown := &Report{Findings: List{{Code: "KGW999", Severity: Error, Message: "m"}, {Code: "other", Severity: Info, Message: "m"}}}
	logs := map[string]sarifLog{}
	for name, r := range map[string]*Report{"fixture": fixture(t), "empty": {}, "over the limit": overLimit(), "unknown code": unknown} {
		logs[name] = parseSARIF(t, render(t, SARIF{}, r))
	}
	for name, log := range logs {
		log.Runs[0].Results = log.Runs[0].Results[:min(10, len(log.Runs[0].Results))]
		result, err := schema.Validate(gojsonschema.NewGoLoader(log))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range result.Errors() {
			t.Errorf("%s: %s", name, e)
		}
	}
	bad, err := schema.Validate(gojsonschema.NewStringLoader(`{"version": "2.1.0", "runs": [{"results": [{}]}]}`))
	if err != nil || bad.Valid() {
		t.Errorf("the schema accepts a bad log: %v", err)
	}
}

func TestSARIFRulesOfTable(t *testing.T) {
	r := &Report{}
	for _, rule := range Rules {
		r.Findings.Add(Finding{Code: rule.Code, Severity: rule.Levels[Strict], Message: "m"})
	}
	run := parseSARIF(t, render(t, SARIF{}, r)).Runs[0]
	if len(run.Tool.Driver.Rules) != len(Rules) {
		t.Fatalf("%d rules for %d codes", len(run.Tool.Driver.Rules), len(Rules))
	}
	for _, rule := range run.Tool.Driver.Rules {
		_, scored := rule.Properties["security-severity"]
		if scored != Code(rule.ID).OfPolicy() {
			t.Errorf("%s: security-severity %v", rule.ID, scored)
		}
		if security := strings.Contains(fmt.Sprint(rule.Properties["tags"]), "security"); security != scored {
			t.Errorf("%s: tags %v", rule.ID, rule.Properties["tags"])
		}
		if !strings.Contains(rule.Help.Text, "kgw explain "+rule.ID) || !strings.Contains(rule.Help.Markdown, "`kgw explain "+rule.ID+"`") {
			t.Errorf("%s: help %+v", rule.ID, rule.Help)
		}
	}
}

// overLimit has ten findings too many, and the gravest last.
func overLimit() *Report {
	r := &Report{}
	for i := range maxResults + 10 {
		severity := Warning
		if i >= maxResults {
			severity = Error
		}
		r.Findings.Add(Finding{Code: BadHost, Severity: severity, Message: fmt.Sprint(i)})
	}
	return r
}

func TestSARIFLimit(t *testing.T) {
	run := parseSARIF(t, render(t, SARIF{}, overLimit())).Runs[0]
	if len(run.Results) != maxResults {
		t.Fatalf("%d results", len(run.Results))
	}
	last := run.Results[maxResults-1]
	if last.Level != "error" || run.Results[0].Message.Text != "0" || run.Results[maxResults-11].Message.Text != fmt.Sprint(maxResults-11) {
		t.Errorf("the mildest are not what is left out, or the order changed: %+v", last)
	}
	if n := run.Invocations; len(n) != 1 || !strings.Contains(n[0].ToolExecutionNotifications[0].Message.Text, "10 findings are left out") {
		t.Errorf("no notice: %+v", n)
	}
}

func TestSARIFArtifact(t *testing.T) {
	for _, c := range []struct{ root, name, uri string }{
		{"", "apis/a.yaml", "apis/a.yaml"},
		{"/srv", "apis/a b%#?.yaml", "apis/a%20b%25%23%3F.yaml"},
		{"", "<stdin>", "%3Cstdin%3E"},
		{"", "店.yaml", "%E5%BA%97.yaml"},
		{"", "a:b.yaml", "./a:b.yaml"},
		{"", "\xff", "%FF"},
		{"", "", "."},
		{"/srv/repo", "../x.yaml", "file:///srv/x.yaml"},
		{"", "../x.yaml", "../x.yaml"},
		{"/srv", "/tmp/a b.yaml", "file:///tmp/a%20b.yaml"},
		{"C:/repo", "C:/x/a.yaml", "file:///C:/x/a.yaml"},
		{"C:/repo", "../a.yaml", "file:///C:/a.yaml"},
		{"/srv", "..a.yaml", "..a.yaml"},
	} {
		s := sarifPrinter{root: c.root}
		if got := s.artifact(c.name); got.URI != c.uri || (got.URIBaseID == "") != strings.HasPrefix(c.uri, "file:") {
			t.Errorf("%q in %q: got %+v, want %q", c.name, c.root, got, c.uri)
		}
	}
}

func TestSARIFRoot(t *testing.T) {
	for root, want := range map[string]string{"/srv/my repo": "file:///srv/my%20repo/", "/": "file:///", "C:/x/": "file:///C:/x/"} {
		run := parseSARIF(t, render(t, SARIF{}, &Report{Root: root})).Runs[0]
		if got := run.OriginalURIBaseIDs["%SRCROOT%"].URI; got != want {
			t.Errorf("%q: got %q, want %q", root, got, want)
		}
	}
	if out := render(t, SARIF{}, &Report{}); strings.Contains(out, "originalUriBaseIds") {
		t.Errorf("a base without a root:\n%s", out)
	}
}

func TestSARIFVersion(t *testing.T) {
	for version, want := range map[string]string{"v1.2.3": "1.2.3", "1.2.3-rc.1+x": "1.2.3-rc.1+x", "(devel)": "", "v1.2": "", "": ""} {
		if got := semanticVersion(version); got != want {
			t.Errorf("%q: got %q, want %q", version, got, want)
		}
	}
}

func TestSARIFMessageIsNoLink(t *testing.T) {
	for in, want := range map[string]string{
		`plain [a-z]+ {0}`:       `plain [a-z]+ {0}`,
		`/[a-z](1) \d`:           `/\[a-z\](1) \\d`,
		"[x](https://evil.test)": `\[x\](https://evil.test)`,
	} {
		if got := escapeLinks(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestWholeSpan(t *testing.T) {
	for in, want := range map[source.Span]source.Span{
		{}:                        {Line: 1, Column: 1, EndLine: 1, EndColumn: 2},
		{Line: 3, Column: 7}:      {Line: 3, Column: 7, EndLine: 3, EndColumn: 8},
		{Line: -1, EndColumn: -4}: {Line: 1, Column: 1, EndLine: 1, EndColumn: 2},
		{Line: 3, EndLine: 2}:     {Line: 3, Column: 1, EndLine: 3, EndColumn: 2},
		{Line: 3, EndLine: 4}:     {Line: 3, Column: 1, EndLine: 4, EndColumn: 1},
		{Line: 3, Column: 5, EndLine: 3, EndColumn: 9}: {Line: 3, Column: 5, EndLine: 3, EndColumn: 9},
	} {
		if got := wholeSpan(in); got != want {
			t.Errorf("%+v: got %+v, want %+v", in, got, want)
		}
	}
}

func TestClip(t *testing.T) {
	if got := clip("東京東京", 3); got != "東京…" {
		t.Errorf("got %q", got)
	}
	if got := clip("東京東", 3); got != "東京東" {
		t.Errorf("got %q", got)
	}
}
