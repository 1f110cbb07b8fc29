package browser_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/kgw-dev/kgw/test/browser"
)

// served serves the playground as it is published, and returns its URL.
func served(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("KGW_TEST_PLAYGROUND")
	if dir == "" {
		dir = filepath.Join("..", "..", "build", "playground")
	}
	if _, err := os.Stat(filepath.Join(dir, "kgw.wasm.gz")); err != nil {
		t.Fatalf("%v (make playground builds it)", err)
	}
	s := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(s.Close)
	return s.URL + "/"
}

// visit opens the playground with a fragment, and waits until it has answered.
func visit(t *testing.T, base, fragment string, before ...chromedp.Action[chromedp.Void]) *browser.Page {
	t.Helper()
	p := chromium.Open(t, base+fragment, before...)
	answered(p)
	return p
}

func answered(p *browser.Page) { p.Until("document.documentElement.dataset.answered") }

// proper fails the test if the page has made an error, or has asked for anything but
// its own files.
func proper(t *testing.T, base string, p *browser.Page) {
	t.Helper()
	for _, e := range p.Errors() {
		t.Errorf("%s", e)
	}
	for _, r := range p.Requests() {
		if !strings.HasPrefix(r, "GET "+base) {
			t.Errorf("it requests %s", r)
		}
	}
}

// editorText returns the text of an editor, which is behind a shadow root: what is out of sight is
// in no element, so that CodeMirror is asked.
func editorText(p *browser.Page, id string) string {
	return browser.Eval[string](p, `document.getElementById("`+id+`").shadowRoot.querySelector(".cm-content").cmTile.view.state.doc.toString()`)
}

// choose chooses an example, as the system's menu of a select does.
func choose(p *browser.Page, example string) {
	browser.Eval[bool](p, `(() => { const s = document.getElementById("examples"); s.value = "`+example+`"; delete document.documentElement.dataset.answered; s.dispatchEvent(new Event("change")); return true })()`)
	answered(p)
}

func TestPlaygroundCompilesEachExample(t *testing.T) {
	base := served(t)
	p := visit(t, base, "")
	names := browser.Eval[[]string](p, `[...document.getElementById("examples").options].map(o => o.value).filter(Boolean)`)
	if len(names) < 25 {
		t.Fatalf("%d examples: %v", len(names), names)
	}
	for _, name := range names {
		choose(p, name)
		want, err := os.ReadFile(filepath.Join("..", "..", "examples", name, "expected", "want.yaml"))
		if err != nil {
			want = []byte("# Nothing is written, because of the errors among the findings.\n")
		}
		if got := editorText(p, "panel-build"); got != string(want) {
			t.Errorf("%s: the page shows\n%s\nand the example has\n%s", name, got, want)
		}
	}
	proper(t, base, p)
}

func TestPlaygroundAnswers(t *testing.T) {
	base := served(t)
	p := visit(t, base, "")
	for id, want := range map[string]string{
		"panel-report": "some callers", "trace": "Oathkeeper", "panel-migrate": "+apiVersion: gateway.kyma-project.io/v2", "version": "ready in",
	} {
		if got := browser.Eval[string](p, `document.getElementById("`+id+`").textContent`); !strings.Contains(got, want) {
			t.Errorf("%s: no %q in %s", id, want, got)
		}
	}
	p.Screenshot("playground")
	p.Do(chromedp.Click("#tab-trace"), typed("url", "https://nobody.example.com/"))
	p.Until(`document.getElementById("trace").textContent.includes("404")`)
	p.Screenshot("playground-request")
	// What is wrong is shown below the place, and a click goes there.
	choose(p, "overlapping-rules")
	p.Do(chromedp.Click("#tab-validate"))
	if got := browser.Eval[string](p, `document.querySelector(".finding").textContent`); !strings.Contains(got, "KGW402") || !strings.Contains(got, "^^^") {
		t.Errorf("the finding is shown as %s", got)
	}
	browser.Eval[bool](p, `document.querySelector(".finding .place").click() ?? true`)
	p.Screenshot("playground-findings")
	if line := browser.Eval[int](p, `(v => v.state.doc.lineAt(v.state.selection.main.head).number)(document.getElementById("editor").shadowRoot.querySelector(".cm-content").cmTile.view)`); line != 19 {
		t.Errorf("the place leads to line %d", line)
	}
	p.Screenshot("playground-findings")
	proper(t, base, p)
}

// TestPlaygroundKeepsItsState: what is typed is in the URL, and there again when the
// page is opened anew.
func TestPlaygroundKeepsItsState(t *testing.T) {
	base := served(t)
	p := visit(t, base, "")
	p.Do(chromedp.Click("#tab-trace"), typed("url", "https://kept.example.com/x"))
	browser.Eval[bool](p, `document.getElementById("editor").shadowRoot.querySelector(".cm-content").focus() ?? true`)
	p.Do(chromedp.KeyEvent("# kept comment"))
	p.Until(`document.getElementById("trace").textContent.includes("404")`)
	answered(p)
	text := editorText(p, "editor")
	if !strings.Contains(text, "# kept comment") {
		t.Fatalf("nothing was typed: %s", text)
	}
	p.Do(chromedp.Reload())
	answered(p)
	if got := editorText(p, "editor"); got != text {
		t.Errorf("after the page is loaded anew the editor has\n%s\nand not\n%s", got, text)
	}
	if got := browser.Eval[string](p, `document.getElementById("url").value + document.querySelector("#answers [aria-selected=true]").id`); got != "https://kept.example.com/xtab-trace" {
		t.Errorf("after the page is loaded anew: %s", got)
	}
	proper(t, base, p)
}

// typed types a text into a field in place of what is in it.
func typed(id, text string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		if _, err := chromedp.Evaluate[bool](`document.getElementById("`+id+`").select() ?? true`)(ctx, t); err != nil {
			return chromedp.Void{}, err
		}
		return chromedp.KeyEvent(text)(ctx, t)
	}
}

// hostile are texts that a page must treat only as texts.
var hostile = []string{
	`<script>window.ran=1</script>`, `<img src=x onerror="window.ran=1">`, `"><svg onload="window.ran=1">`, `' onmouseover='window.ran=1`,
	`javascript:window.ran=1`, `</pre><iframe srcdoc="<script>parent.ran=1</script>">`, `{{constructor.constructor('window.ran=1')()}}`, "\u2028window.ran=1//",
}

func TestPlaygroundTakesTextsForTexts(t *testing.T) {
	base := served(t)
	first := visit(t, base, "")
	for _, evil := range hostile {
		quoted, err := json.Marshal(evil)
		if err != nil {
			t.Fatal(err)
		}
		q := string(quoted)
		files := map[string]string{
			"kgw.yaml": "apiVersion: kgw.dev/v1alpha1\nkind: Config\n",
			evil + ".yaml": "apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nmetadata: {name: " + q + ", namespace: " + q + ", labels: {" + q + ": " + q + "}}\nspec:\n  host: " + q + "\n  " + q + ": " + q +
				"\n  gateway: kyma-system/kyma-gateway\n  service: {name: " + q + ", port: 80}\n  rules:\n  - {path: " + q + ", methods: [GET, " + q + "], accessStrategies: [{handler: noop}, {handler: " + q + ", config: {required_scope: [" + q + "]}}]}\n" +
				"---\napiVersion: networking.istio.io/v1beta1\nkind: VirtualService\nmetadata: {name: vs, namespace: a}\nspec:\n  hosts: [evil.example.com]\n  gateways: [kyma-system/kyma-gateway]\n  http:\n  - match: [{uri: {prefix: /}}]\n    directResponse: {status: 418, body: {string: " + q + "}}\n    headers: {response: {set: {x-evil: " + q + "}}}\n",
		}
		state, err := json.Marshal(map[string]any{"files": files, "file": evil + ".yaml", "tab": "validate", "request": map[string]string{"method": evil, "url": "https://evil.example.com/" + evil, "headers": "x-evil: " + evil, "token": evil}})
		if err != nil {
			t.Fatal(err)
		}
		fragment := browser.Eval[string](first, `(async () => {
			const bytes = new Uint8Array(await new Response(new Blob([`+jsText(string(state))+`]).stream().pipeThrough(new CompressionStream("deflate-raw"))).arrayBuffer());
			return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
		})()`)
		p := visit(t, base, "#"+fragment)
		if got := browser.Eval[string](p, `document.getElementById("panel-validate").textContent`); !strings.Contains(got, "KGW") {
			t.Errorf("%q: there is no finding: %s", evil, got)
		}
		for _, tab := range []string{"build", "validate", "report", "trace", "migrate"} {
			p.Do(chromedp.Click("#tab-" + tab))
		}
		if browser.Eval[bool](p, `window.ran === 1 || document.querySelector("main script, main iframe, main svg, main img") !== null`) {
			t.Errorf("%q: the page took it for more than a text", evil)
		}
		proper(t, base, p)
	}
}

// jsText returns a text as a literal of JavaScript.
func jsText(s string) string {
	out, _ := json.Marshal(s)
	return string(out)
}

// TestPlaygroundStartsAgain: the page says so when kgw has ended, and starts it anew with
// the next change.
func TestPlaygroundStartsAgain(t *testing.T) {
	const mark = "# ends kgw"
	dir := served(t)
	ending := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		resp, err := http.Get(dir + strings.TrimPrefix(r.URL.Path, "/"))
		if err != nil {
			t.Error(err)
			return
		}
		defer resp.Body.Close()
		w.Header().Set("Content-Type", resp.Header.Get("Content-Type"))
		_, _ = io.Copy(w, resp.Body)
		if r.URL.Path == "/worker.js" {
			fmt.Fprintf(w, "\nconst wait = setInterval(() => { if (!self.kgw) return; clearInterval(wait); const { open } = self.kgw;"+
				" self.kgw.open = (files, env) => { if (files.includes(%q)) throw new Error(\"ended\"); return open(files, env); }; }, 1);\n", mark)
		}
	}))
	t.Cleanup(ending.Close)
	p := visit(t, ending.URL+"/", "")
	browser.Eval[bool](p, `document.getElementById("editor").shadowRoot.querySelector(".cm-content").focus() ?? true`)
	p.Do(chromedp.KeyEvent(mark))
	p.Until(`document.getElementById("status").textContent.includes("kgw has stopped")`)
	choose(p, "jwt")
	if got := browser.Eval[string](p, `document.getElementById("status").textContent`); !strings.Contains(got, "Answered") {
		t.Errorf("the page says %q", got)
	}
}

// TestPlaygroundByKeyboard: tabs are reached and chosen without a mouse, and the editor
// is left again.
func TestPlaygroundByKeyboard(t *testing.T) {
	base := served(t)
	p := visit(t, base, "")
	browser.Eval[bool](p, `document.getElementById("tab-build").focus() ?? true`)
	for _, want := range []string{"tab-validate", "tab-report", "tab-trace", "tab-migrate", "tab-build"} {
		p.Do(chromedp.KeyEvent(kb.ArrowRight))
		if got := browser.Eval[string](p, `document.activeElement.id + " " + document.activeElement.getAttribute("aria-selected")`); got != want+" true" {
			t.Errorf("the arrow leads to %s, not to %s", got, want)
		}
	}
	seen := map[string]bool{}
	browser.Eval[bool](p, `document.getElementById("examples").focus() ?? true`)
	for range 20 {
		p.Do(chromedp.KeyEvent(kb.Tab))
		seen[browser.Eval[string](p, `document.activeElement.id || document.activeElement.textContent`)] = true
	}
	for _, want := range []string{"editor", "tab-build", "panel-build", "add", "link"} {
		if !seen[want] {
			t.Errorf("Tab never comes to %s: %v", want, seen)
		}
	}
	proper(t, base, p)
}

// TestPlaygroundIsAccessible asks axe-core about every panel, light and dark.
func TestPlaygroundIsAccessible(t *testing.T) {
	base := served(t)
	for _, dark := range []bool{false, true} {
		p := visit(t, base, "", browser.Dark(dark))
		for _, tab := range []string{"build", "validate", "report", "trace", "migrate"} {
			p.Do(chromedp.Click("#tab-" + tab))
			accessible(t, p, fmt.Sprintf("%s, dark %v", tab, dark))
			name := "playground-" + tab
			if dark {
				name += "-dark"
			}
			p.Screenshot(name)
		}
	}
}
