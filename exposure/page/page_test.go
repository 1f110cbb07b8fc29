package page

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/exposure"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/report/reporttest"
	"github.com/kgw-dev/kgw/prove/changes"
)

// hostile returns a page with a name in every text.
func hostile(name string) *Page {
	place := &exposure.Place{File: name, Line: 1, Column: 2}
	caller := exposure.Caller{Kind: exposure.JWT, Text: name, Issuers: []string{name}, Scopes: []string{name}, Authorizers: []string{name}, When: []string{name}, If: []string{name}}
	row := exposure.Row{
		Path: name, Methods: []string{name}, Schemes: []string{name}, Access: exposure.Public, Callers: []exposure.Caller{caller}, InCluster: []exposure.Caller{caller},
		Backend: name, Via: name, Limits: []string{name}, CORS: name, Timeout: name, Further: []string{name}, Route: name, Rule: name, Source: place,
		Witness: &exposure.Witness{Method: name, URL: name, Headers: []string{name}}, Findings: []string{name}, About: []int{0}, Unknown: []string{name},
	}
	finding := exposure.Finding{
		Code: string(diag.RulesOverlap), Severity: "error", Message: name, Source: place, Help: name, Related: []exposure.Related{{Message: name, Source: place}},
		Witness: &diag.Witness{Method: name, URL: name},
	}
	return &Page{
		Inputs: []string{name},
		Report: &exposure.Report{
			Hosts:    []exposure.Host{{Host: name, Rows: []exposure.Row{row}, Unknown: []string{name}, Notes: []string{name}}},
			Withheld: []exposure.Resource{{Kind: name, Namespace: name, Name: name, File: name}}, Supposed: []string{name}, Findings: []exposure.Finding{finding},
		},
		Changes: &changes.Report{Before: name, Notes: []string{name}, Changes: []changes.Change{{
			Kind: "exposed", Host: name, Before: name, After: name, Requests: name, Witness: changes.Witness{Method: name, URL: name, Token: name},
			Was: &changes.Spot{File: name, Line: 1, Column: 1},
		}}},
	}
}

func written(t *testing.T, p *Page) string {
	t.Helper()
	var b strings.Builder
	if err := Write(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var tag = regexp.MustCompile(`<[a-zA-Z/!][^>]*>`)

// TestHostileTextsStayText: no text of the input adds a tag, leaves the island or
// steers a line, and the island still reads as the texts.
func TestHostileTextsStayText(t *testing.T) {
	tags := tag.FindAllString(written(t, hostile("x")), -1)
	for _, name := range append(reporttest.Hostile(), "</script><script>alert(1)</script>", "<!--<script>", `"><img src=x onerror=alert(1)>`, "' onload='x", "{{.}}") {
		text := written(t, hostile(name))
		if got := tag.FindAllString(text, -1); !slices.Equal(got, tags) {
			t.Errorf("%q: the tags differ", name)
		}
		_, rest, _ := strings.Cut(text, `id="data">`)
		data, _, _ := strings.Cut(rest, "</script>")
		var got island
		if err := json.Unmarshal([]byte(data), &got); err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		reporttest.Terminal(t, got.Rows[0].Path+got.Findings[0].Message+got.Against.Changes[0].Before)
		if strings.ContainsAny(name, "<&") && !strings.Contains(name, "\n") && got.Rows[0].Path != name {
			t.Errorf("%q reads as %q", name, got.Rows[0].Path)
		}
	}
}

// TestPolicy: nothing is loaded, and nothing runs but the style and the script
// that the page has.
func TestPolicy(t *testing.T) {
	text := written(t, hostile("x"))
	between := func(from, to string) string {
		_, rest, _ := strings.Cut(text, from)
		inside, _, _ := strings.Cut(rest, to)
		return inside
	}
	want := securityPolicy(between("<style>", "</style>"), between("<script>", "</script>"), false)
	if got := between(`Content-Security-Policy" content="`, `"`); got != want {
		t.Errorf("the policy is %s, not %s", got, want)
	}
	if !strings.HasPrefix(want, "default-src 'none'; script-src 'sha256-") || strings.Contains(want, "unsafe") {
		t.Errorf("the policy is %s", want)
	}
}

// TestOnlyTextNodes: the script makes nodes, never markup, and asks nothing of a
// network.
func TestOnlyTextNodes(t *testing.T) {
	forbidden := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacent|document\.write|DOMParser|\beval\b|new Function|\bfetch\b|XMLHttpRequest|WebSocket|EventSource|sendBeacon|\bimport\b|\.src\b|\.href\b|https?://`)
	for _, name := range scripts {
		for i, line := range strings.Split(read("script/"+name+".js"), "\n") {
			if found := forbidden.FindString(strings.ReplaceAll(line, "http://www.w3.org/2000/svg", "")); found != "" {
				t.Errorf("script/%s.js:%d: %s", name, i+1, found)
			}
		}
	}
	if found := regexp.MustCompile(`url\(|@import|@font-face`).FindString(read("page.css")); found != "" {
		t.Errorf("page.css has %s", found)
	}
}

// TestEveryScriptRuns: a file beside the others is a part of the script.
func TestEveryScriptRuns(t *testing.T) {
	list, err := files.ReadDir("script")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		if !slices.Contains(scripts, strings.TrimSuffix(f.Name(), ".js")) {
			t.Errorf("script/%s is not in the list", f.Name())
		}
	}
}

// TestSameBytes: a page depends on the report alone.
func TestSameBytes(t *testing.T) {
	first := written(t, hostile("x"))
	if again := written(t, hostile("x")); first != again {
		t.Error("two pages of one report differ")
	}
}

// TestUnknownIsSaid: what is not known of a host reaches the page, and so does what
// was supposed and withheld.
func TestUnknownIsSaid(t *testing.T) {
	got := newIsland(hostile("not known"))
	if got.Hosts[0].Unknown[0] != "not known" || got.Rows[0].Unknown[0] != "not known" || got.Supposed[0] != "not known" || len(got.Withheld) != 1 || got.Against.Notes[0] != "not known" {
		t.Errorf("it is lost: %+v", got)
	}
	if !slices.Equal(got.Overlaps, []int{0}) {
		t.Errorf("the overlaps are %v", got.Overlaps)
	}
}
