package browser_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kgw-dev/kgw/test/browser"
)

// traced returns what kgw trace prints.
func traced(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command(program(t), append([]string{"trace"}, args...)...)
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("kgw trace %s: %v", args, err)
	}
	return string(out)
}

// TestRequestBox: the page answers as kgw trace does, with every step, and asks nobody.
func TestRequestBox(t *testing.T) {
	for _, name := range []string{"jwt", "overlapping-rules-fixed", "v2-jwt", "fabric-minimal", "gateway-api"} {
		dir := "examples/" + name
		p := open(t, report(t, dir))
		urls := browser.Eval[[]string](p, `data.rows.filter((r) => r.request).map((r) => r.request.method + " " + r.request.url)`)
		if len(urls) == 0 {
			t.Errorf("%s: there is no witness to try", name)
		}
		p.Do(chromedp.Click("#tab-request"))
		for _, witness := range append(urls, "GET https://nobody.example.com/") {
			method, url, _ := strings.Cut(witness, " ")
			got := browser.Eval[string](p, fmt.Sprintf(`(async () => { const kgw = await start(); return JSON.parse(kgw.ask(JSON.stringify({ method: %q, url: %q }))).text })()`, method, url))
			if want := traced(t, method, url, dir); got != want {
				t.Errorf("%s: the page answers\n%s\nand kgw trace\n%s", name, got, want)
			}
		}
		t.Logf("%s: the simulator was ready after %s ms", name, browser.Eval[string](p, `document.documentElement.dataset.simulator`))
		p.Do(typed("r-url", strings.Fields(urls[0])[1]), chromedp.Click("#request button"))
		p.Until(`document.querySelectorAll("#answer .steps li").length > 0`)
		accessible(t, p, name+": the request box")
		p.Screenshot("report-request-" + name)
		p.Clean()
	}
}

// TestRequestOfARow: a row's witness is tried from its details.
func TestRequestOfARow(t *testing.T) {
	p := open(t, report(t, "examples/jwt"))
	browser.Eval[bool](p, `choose(rows.find((r) => r.witness).key) ?? true`)
	browser.Eval[bool](p, `document.getElementById("try").click() ?? true`)
	p.Until(`document.querySelectorAll("#answer .steps li").length > 0`)
	if got := browser.Eval[string](p, `document.getElementById("r-url").value + " " + state.view`); got != "https://invoices.example.com/healthz request" && got != "https://invoices.example.com/invoices/ request" {
		t.Errorf("the witness is not tried: %s", got)
	}
	p.Clean()
}

// TestRequestTakesTextsForTexts: what is typed is never more than a text.
func TestRequestTakesTextsForTexts(t *testing.T) {
	p := open(t, report(t, "examples/jwt"))
	p.Do(chromedp.Click("#tab-request"))
	for _, evil := range hostile {
		browser.Eval[bool](p, fmt.Sprintf(`(() => { for (const name of ["method", "claims", "scopes", "headers"]) byId("r-" + name).value = %s; byId("r-url").value = "https://invoices.example.com/" + %[1]s; byId("answer").replaceChildren(); byId("request").requestSubmit(); return true })()`, jsText(evil)))
		p.Until(`document.querySelector("#answer .verdict")`)
	}
	if browser.Eval[bool](p, `window.ran === 1 || document.querySelector("main script, main iframe, main img") !== null`) {
		t.Error("the page took it for more than a text")
	}
	p.Clean()
}

// TestNoSimulator: the box can be left out, and the policy allows no WebAssembly then.
func TestNoSimulator(t *testing.T) {
	p := open(t, report(t, "examples/jwt", "--no-simulator"))
	if browser.Eval[bool](p, `Boolean(document.querySelector("#request, #simulator, #tab-request")) || document.querySelector("meta[http-equiv]").content.includes("wasm")`) {
		t.Error("the page has a box or a policy for it")
	}
	p.Clean()
}
