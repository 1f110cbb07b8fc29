package diag

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/report/reporttest"
)

// checkGitLab reads a code quality report back: every finding, with a
// fingerprint that no other has.
func checkGitLab(t *testing.T, out string, r *Report) {
	t.Helper()
	reporttest.Runner(t, out)
	reporttest.Terminal(t, out)
	var got []gitlabFinding
	if err := json.Unmarshal([]byte(out), &got); err != nil || len(got) != len(r.Findings) {
		t.Fatalf("%v: %s", err, out)
	}
	seen := map[string]bool{}
	for i := range got {
		if want := strings.Join(messageLines(&r.Findings[i], true), "\n"); got[i].Description != want {
			t.Errorf("got %q, want %q", got[i].Description, want)
		}
		if seen[got[i].Fingerprint] || got[i].Fingerprint == "" || got[i].Location.Path == "" || got[i].Location.Lines.Begin < 1 {
			t.Errorf("%+v", got[i])
		}
		seen[got[i].Fingerprint] = true
	}
}

// checkAzure reads the output back as the agent does: a command for each error
// and warning, a line for the others.
func checkAzure(t *testing.T, out string, r *Report) {
	t.Helper()
	reporttest.Terminal(t, out)
	props, messages := reporttest.Azure(t, out, "task.logissue")
	var want []*Finding
	for _, f := range gravestFirst(r.Findings) {
		if f.Severity != Info {
			want = append(want, f)
		}
	}
	if len(props) != len(want) || strings.Count(out, "\n") != len(r.Findings)+1 {
		t.Fatalf("%d commands for %d findings:\n%s", len(props), len(want), out)
	}
	for i, f := range want {
		if text := strings.Join(messageLines(f, true), "\n"); messages[i] != text || props[i]["code"] != report.Visible(string(f.Code)) {
			t.Errorf("got %q %v, want %q", messages[i], props[i], text)
		}
		if level := props[i]["type"]; level != "error" && level != "warning" {
			t.Errorf("level %q", level)
		}
	}
}

// checkCheckstyle reads the XML back: every finding, in one element for each file.
func checkCheckstyle(t *testing.T, out string, r *Report) {
	t.Helper()
	reporttest.Runner(t, out)
	reporttest.Terminal(t, out)
	var got checkstyleReport
	if err := xml.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	n, names, said := 0, map[string]bool{}, map[string]bool{}
	for _, f := range got.Files {
		if n += len(f.Errors); names[f.Name] || f.Name == "" {
			t.Errorf("the file %q again", f.Name)
		}
		names[f.Name] = true
		for _, e := range f.Errors {
			said[e.Message] = true
			if e.Line < 1 || e.Column < 1 || !strings.HasPrefix(e.Source, "kgw.") {
				t.Errorf("%+v", e)
			}
		}
	}
	if n != len(r.Findings) {
		t.Errorf("%d errors for %d findings", n, len(r.Findings))
	}
	for i := range r.Findings {
		if want := report.XMLText(strings.Join(messageLines(&r.Findings[i], true), "\n")); !said[want] {
			t.Errorf("nothing says %q", want)
		}
	}
}

// TestHostileTextsInFormats renders the corpus of hostile texts in every place.
func TestHostileTextsInFormats(t *testing.T) {
	list := reporttest.Hostile()
	for i, s := range list {
		checkFormats(t, hostile(s, list[(i+1)%len(list)], list[(i+3)%len(list)], list[(i+7)%len(list)], 1, 1, Severity(i%5)))
		checkFormats(t, hostile(s, s, s, s, 1, 1, Error))
	}
}

// TestGitLabFingerprints: a fingerprint is that of the line, wherever it moves,
// and of two findings in one line each has its own.
func TestGitLabFingerprints(t *testing.T) {
	prints := func(text string) string {
		r := single(t, text, "host")
		r.Findings = append(r.Findings, r.Findings[0])
		var got []gitlabFinding
		if err := json.Unmarshal([]byte(render(t, GitLab{}, r)), &got); err != nil || len(got) != 2 || got[0].Fingerprint == got[1].Fingerprint {
			t.Fatalf("%v %+v", err, got)
		}
		return fmt.Sprint(got[0].Fingerprint, got[1].Fingerprint)
	}
	text := "a: 1\nhost: x\n" + strings.Repeat("z: 1\n", 50)
	if before, after := prints(text), prints("# new\n"+text); before != after {
		t.Errorf("%s became %s", before, after)
	}
}

func TestAutoFormat(t *testing.T) {
	for _, c := range []struct{ variable, value, printed, filed string }{
		{"GITHUB_ACTIONS", "true", "github", "sarif"},
		{"GITLAB_CI", "true", "gitlab", "gitlab"},
		{"TF_BUILD", "True", "azure", "junit"},
		{"JENKINS_URL", "https://ci.example.com/", "checkstyle", "checkstyle"},
		{"CI", "true", "text", "text"},
		{"GITHUB_ACTIONS", "false", "text", "text"},
	} {
		env := func(name string) string {
			if name == c.variable {
				return c.value
			}
			return ""
		}
		if printed, filed := AutoFormat(env, false), AutoFormat(env, true); printed != c.printed || filed != c.filed {
			t.Errorf("%s=%s: %s and %s", c.variable, c.value, printed, filed)
		}
	}
}
