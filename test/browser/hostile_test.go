package browser_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/exposure"
	"github.com/kgw-dev/kgw/exposure/page"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/prove/changes"
	"github.com/kgw-dev/kgw/test/browser"
)

// payloads are texts that run, or load something, if a page treats them as more
// than text.
var payloads = []string{
	`<script>window.pwned=1</script>`, `</script><script>window.pwned=1</script>`, `<!--<script>window.pwned=1</script>`, `<img src=x onerror=window.pwned=1>`,
	`"><img src="http://evil.test/a.png" onerror="window.pwned=1">`, `' autofocus onfocus='window.pwned=1`, `" onmouseover="window.pwned=1" x="`, `<svg/onload=window.pwned=1>`,
	`</title><script>window.pwned=1</script>`, `</style><style>@import "http://evil.test/a.css";</style>`, `javascript:window.pwned=1`, `<a href="javascript:window.pwned=1">x</a>`,
	`<iframe srcdoc="<script>parent.pwned=1</script>"></iframe>`, `<meta http-equiv=refresh content="0;url=http://evil.test/">`, `<base href="http://evil.test/">`,
	`{{.Script}}`, "${window.pwned=1}", `\u003cscript>window.pwned=1</script>`, `\";window.pwned=1;//`, "\u2028window.pwned=1//", `]]><script>window.pwned=1</script>`,
	`<math><mtext><style><img src onerror=window.pwned=1>`, `<details open ontoggle=window.pwned=1>`, `<form action="http://evil.test/"><button>x`, `__proto__`, `constructor`,
	`#q=<img src=x onerror=window.pwned=1>`, `<link rel=stylesheet href=//evil.test/a.css>`, `<object data=//evil.test/>`, `<noscript><p title="</noscript><img src=x onerror=window.pwned=1>">`,
}

// TestHostileTexts has each payload in every text that a page shows.
func TestHostileTexts(t *testing.T) {
	p := &page.Page{Report: &exposure.Report{}, Changes: &changes.Report{Before: payloads[0]}}
	for _, x := range payloads {
		place := &exposure.Place{File: x, Line: 1, Column: 1}
		callers := []exposure.Caller{{Kind: exposure.Kind(x), Text: x, Issuers: []string{x}, Scopes: []string{x}, Audiences: []string{x}, Authorizers: []string{x}, When: []string{x}, If: []string{x}}}
		row := exposure.Row{
			Path: x, Methods: []string{x}, Schemes: []string{x}, Access: exposure.Public, Callers: callers, InCluster: callers, Backend: x, Via: x, Limits: []string{x}, CORS: x,
			Timeout: x, Further: []string{x}, Route: x, Rule: x, Source: place, Witness: &exposure.Witness{Method: x, URL: x, Headers: []string{x}}, Findings: []string{x, "KGW402"},
			About: []int{len(p.Report.Findings)}, Unknown: []string{x},
		}
		r := p.Report
		r.Hosts = append(r.Hosts, exposure.Host{Host: x, Rows: []exposure.Row{row}, Unknown: []string{x}, Notes: []string{x}})
		r.Withheld = append(r.Withheld, exposure.Resource{Kind: x, Namespace: x, Name: x, File: x})
		r.Supposed = append(r.Supposed, x)
		r.Findings = append(r.Findings, exposure.Finding{
			Code: "KGW402", Severity: x, Message: x, Source: place, Help: x, Related: []exposure.Related{{Message: x, Source: place}}, Witness: &diag.Witness{Method: x, URL: x},
		})
		p.Inputs = append(p.Inputs, x)
		p.Changes.Notes = append(p.Changes.Notes, x)
		p.Changes.Changes = append(p.Changes.Changes, changes.Change{
			Kind: "EXPOSED", Before: x, After: x, Requests: x, Witness: changes.Witness{Method: x, URL: x, Token: x, Origin: x}, Was: &changes.Spot{File: x}, Is: &changes.Spot{File: x},
		})
	}
	harmless(t, pageOf(t, p), len(payloads))
}

// harmless opens a page, uses all of it, and fails if a text was more than text.
func harmless(t *testing.T, url string, leastRows int) {
	t.Helper()
	clean := open(t, pageOf(t, &page.Page{Inputs: []string{"x"}, Report: manyRoutes(1)}))
	const elements = `[...document.querySelectorAll("script, img, iframe, object, embed, link, base, a, form, video, audio, style, meta, math, frame, [onerror], [onload], [onfocus], [onclick], [onmouseover], [href], [src], [style]")].length`
	want := browser.Eval[int](clean, elements)
	p := open(t, url)
	n := browser.Eval[int](p, `(rows.forEach(row => { choose(row.key); change({ q: row.path, finding: (row.findings || [""])[0] }); }), change({ q: "", finding: "" }), parts.forEach(part => byId("tab-" + part.id).click()), finishRows(), rows.length)`)
	if n < leastRows {
		t.Errorf("there are %d routes", n)
	}
	browser.Eval[bool](p, `([...document.querySelectorAll(".open, .node, .row, select, input")].forEach(node => ["mouseenter", "mouseover", "focus", "click"].forEach(e => node.dispatchEvent(new Event(e)))), change({ view: "picture" }), true)`)
	browser.Eval[bool](p, `(location.hash = "#view=<img src=x onerror=window.pwned=1>&q=<script>&access=__proto__,public&by=constructor&row=%3Csvg/onload=window.pwned=1%3E", new Promise(done => setTimeout(() => done(true), 300)))`)
	if got := browser.Eval[int](p, elements); got != want {
		t.Errorf("there are %d elements that a text may have made, not %d", got, want)
	}
	if browser.Eval[bool](p, `"pwned" in window || document.title === "" || ({}).polluted !== undefined`) {
		t.Error("a text ran")
	}
	for _, asked := range chromium.Asked() {
		if strings.Contains(asked, "evil.test") {
			t.Errorf("a text made Chromium ask: %s", asked)
		}
	}
	p.Clean()
}

// TestHostileInputs has a payload in every text of the examples in turn, and in
// the names of files: what kgw reads, refuses and quotes comes to the page.
func TestHostileInputs(t *testing.T) {
	dir, n := t.TempDir(), 0
	for _, example := range []struct{ file, name string }{
		{"httpbin/apirule.yaml", "httpbin"}, {"v2-jwt/apirule.yaml", "ledger"}, {"fabric-employees/gateway.yaml", "reports"}, {"fabric-cors/gateway.yaml", "profile"},
	} {
		text, err := os.ReadFile("../../examples/" + example.file)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; ; i++ {
			changed, ok := withPayload(t, annotated(text), i, payloads[n%len(payloads)])
			if !ok {
				break
			}
			// Each is a resource of its own.
			changed = bytes.ReplaceAll(changed, []byte(example.name), []byte(fmt.Sprintf("%s-%d", example.name, n)))
			name := fmt.Sprintf("%03d.yaml", n)
			if n < len(payloads) && !strings.Contains(payloads[n], "/") {
				name = fmt.Sprintf("%03d %s.yaml", n, payloads[n])
			}
			if err := os.WriteFile(filepath.Join(dir, name), changed, 0o644); err != nil {
				t.Fatal(err)
			}
			n++
		}
	}
	if n < 100 {
		t.Fatalf("there are %d inputs", n)
	}
	harmless(t, report(t, dir, "-c", "examples/httpbin/kgw.yaml", "--no-simulator"), 1)
}

// annotated adds an annotation and a label.
func annotated(text []byte) []byte {
	const more = "metadata:\n  annotations: {example.com/note: text}\n  labels: {team: shop}\n"
	return bytes.Replace(text, []byte("metadata:\n"), []byte(more), 1)
}

// withPayload puts a payload into the key or value of a document that has the
// index, and reports whether there is one.
func withPayload(t *testing.T, text []byte, index int, payload string) ([]byte, bool) {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	left, found := index, false
	var visit func(n *yaml.Node)
	visit = func(n *yaml.Node) {
		if n.Kind == yaml.ScalarNode && n.Value != "" {
			if left == 0 && !found {
				n.SetString(payload + n.Value)
				found = true
			}
			left--
		}
		for _, c := range n.Content {
			visit(c)
		}
	}
	visit(&doc)
	out, err := yaml.Marshal(&doc)
	if err != nil {
		t.Fatal(err)
	}
	return out, found
}
