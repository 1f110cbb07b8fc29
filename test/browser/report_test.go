package browser_test

import (
	"strings"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/kgw-dev/kgw/exposure"
	"github.com/kgw-dev/kgw/exposure/page"
	"github.com/kgw-dev/kgw/test/browser"
)

// listed counts the routes that are listed, once all are made.
const listed = `(finishRows(), document.querySelectorAll("#routes .part > .row").length)`

// TestPageIsQuiet: nothing of the page makes an error or asks for anything.
func TestPageIsQuiet(t *testing.T) {
	p := open(t, report(t, "examples", "--against", "examples/jwt"))
	empty := browser.Eval[[]string](p, `parts.map(part => { byId("tab-" + part.id).click(); return byId("panel-" + part.id).innerText.trim() ? "" : part.id }).filter(Boolean)`)
	if len(empty) > 0 {
		t.Errorf("nothing is in %q", empty)
	}
	browser.Eval[int](p, `(rows.forEach(row => choose(row.key)), choose(""), rows.length)`)
	browser.Eval[bool](p, "new Promise(done => setTimeout(() => done(true), 300))")
	p.Clean()
}

// TestOpenToAnyoneComesFirst looks at the order of the groups. What is not known
// is a VirtualService at a Gateway that the examples lack, over plain HTTP: another
// Gateway redirects its host.
func TestOpenToAnyoneComesFirst(t *testing.T) {
	p := open(t, report(t, "examples"))
	groups := browser.Eval[[]string](p, `(finishRows(), [...document.querySelectorAll(".group h3")].map(h => h.firstChild.data))`)
	if want := "Open to anyone,Not known,Restricted,Closed"; strings.Join(groups, ",") != want {
		t.Errorf("the groups are %q", groups)
	}
}

// TestScreenshots keeps pictures of the page, of which two are in docs/images.
func TestScreenshots(t *testing.T) {
	url := report(t, "examples/jwt", "examples/openapi", "examples/v2-several-services", "examples/v2-templates", "examples/fabric-employees")
	for name, how := range map[string]struct {
		dark   bool
		action string
	}{
		"routes":      {false, `choose("")`},
		"routes-row":  {false, `choose(rows.find(r => r.via && r.access === "restricted").key)`},
		"route-dark":  {true, `(change({ by: "host" }), choose(rows.find(r => r.kinds.length > 1).key))`},
		"picture-all": {true, `change({ view: "picture" })`},
	} {
		p := open(t, url, browser.Dark(how.dark), chromedp.EmulateViewport(1280, 720))
		browser.Eval[bool](p, "("+how.action+", true)")
		p.Screenshot(name)
		p.Clean()
	}
}

// TestFiltersAndAddress: what is listed follows the search and the filters, and the
// address says it.
func TestFiltersAndAddress(t *testing.T) {
	url := report(t, "examples")
	p := open(t, url)
	all := browser.Eval[int](p, listed)
	p.Do(chromedp.SendKeys(chromedp.CSS("#q"), "INVOICES healthz"))
	if n := browser.Eval[int](p, listed); n != 1 {
		t.Errorf("the search shows %d routes", n)
	}
	if count := browser.Eval[string](p, `byId("count").textContent`); !strings.HasPrefix(count, "1 of ") {
		t.Errorf("the count is %q", count)
	}
	if hash := browser.Eval[string](p, "location.hash"); hash != "#q=INVOICES+healthz" {
		t.Errorf("the address has %q", hash)
	}
	p.Do(chromedp.Click(chromedp.CSS("#reset")), chromedp.Click(chromedp.CSS("[data-access=public]")))
	public := browser.Eval[int](p, listed)
	if public == 0 || public >= all {
		t.Errorf("the filter shows %d of %d routes", public, all)
	}
	browser.Eval[bool](p, `(byId("by").value = "host", byId("by").dispatchEvent(new Event("change")))`)
	browser.Eval[bool](p, `(choose(rows.find(r => r.access === "public").key), true)`)
	hash := browser.Eval[string](p, "location.hash")

	again := open(t, url+hash)
	if n := browser.Eval[int](again, listed); n != public {
		t.Errorf("%s shows %d routes, not %d", hash, n, public)
	}
	if !browser.Eval[bool](again, `state.by === "host" && !byId("detail").hidden && byId("routes").className === "by-host"`) {
		t.Errorf("%s does not show the same", hash)
	}
	// A word that is not a kind of access, or not an order, is passed over.
	browser.Eval[string](again, `location.hash = "#access=constructor&by=__proto__"`)
	again.Until(`!byId("count").textContent.includes(" of ") && state.by === "" && state.access.length === 0`)
	browser.Eval[string](again, `location.hash = "#q=nothing+at+all"`)
	again.Until(`byId("routes").textContent === "No route matches."`)
	again.Clean()
	p.Clean()
}

// TestKeyboard goes through the page without a mouse.
func TestKeyboard(t *testing.T) {
	p := open(t, report(t, "examples"))
	press := func(keys ...string) {
		t.Helper()
		for _, k := range keys {
			p.Do(chromedp.KeyEvent(k))
		}
	}
	at := func(what, expression string) {
		t.Helper()
		if !browser.Eval[bool](p, expression) {
			t.Errorf("%s: the focus is on %s", what, browser.Eval[string](p, `document.activeElement.outerHTML.slice(0, 200)`))
		}
	}
	press("/")
	at("slash", `document.activeElement.id === "q"`)
	// A key and its character are two events here; a browser has one that the page
	// handles.
	browser.Eval[string](p, `byId("q").value = ""`)
	press("e", "x", kb.ArrowDown)
	at("down from the search", `document.activeElement === document.querySelectorAll(".open")[0] && byId("q").value === "ex"`)
	press(kb.ArrowDown, kb.ArrowDown, kb.ArrowUp)
	at("down, down, up", `document.activeElement === document.querySelectorAll(".open")[1]`)
	press(kb.End)
	at("end", `[...document.querySelectorAll(".open")].pop() === document.activeElement`)
	press(kb.Home, kb.ArrowDown, kb.Enter)
	at("enter", `document.activeElement.id === "detail" && !byId("detail").hidden`)
	press(kb.Escape)
	at("escape", `document.activeElement === document.querySelectorAll(".open")[1] && byId("detail").hidden`)
	if n := browser.Eval[int](p, `document.querySelectorAll('.open[tabindex="0"]').length`); n != 1 {
		t.Errorf("%d routes are reached with Tab", n)
	}
	browser.Eval[bool](p, `(byId("tab-routes").focus(), true)`)
	press(kb.ArrowRight)
	at("right in the tabs", `document.activeElement.id === "tab-picture" && !byId("panel-picture").hidden`)
	press(kb.Tab)
	at("tab into the picture", `document.activeElement.closest("svg") !== null && document.querySelectorAll(".followed .node.on").length > 1`)
	press(kb.End)
	p.Clean()
}

// TestDark: the page has the colours that the system asks for.
func TestDark(t *testing.T) {
	url := report(t, "examples")
	const ground = `getComputedStyle(document.body).backgroundColor.match(/\d+/g).slice(0, 3).reduce((sum, x) => sum + Number(x), 0)`
	light, dark := open(t, url, browser.Dark(false)), open(t, url, browser.Dark(true))
	if l, d := browser.Eval[int](light, ground), browser.Eval[int](dark, ground); l < 600 || d > 150 {
		t.Errorf("the ground is %d in light and %d in dark", l, d)
	}
}

// TestPicture: a way goes from the host to the service.
func TestPicture(t *testing.T) {
	p := open(t, report(t, "examples/fabric-oathkeeper")+"#view=picture", chromedp.EmulateViewport(1360, 640))
	kinds := browser.Eval[[]string](p, `[...new Set([...document.querySelectorAll(".node")].map(n => n.classList[1]))]`)
	if got := strings.Join(kinds, " "); got != "host route engine rule service" {
		t.Errorf("the picture has %s", got)
	}
	lit := browser.Eval[[]string](p, `(document.querySelector(".node.rule").focus(), [...document.querySelectorAll(".node.on")].map(n => n.classList[1]))`)
	for _, kind := range []string{"host", "route", "engine", "rule", "service"} {
		if strings.Count(strings.Join(lit, " "), kind) != 1 {
			t.Errorf("the way through a rule has %q", lit)
		}
	}
	p.Screenshot("picture")
	browser.Eval[bool](p, `document.querySelector(".node.route.restricted").dispatchEvent(new Event("click"))`)
	if !browser.Eval[bool](p, `!byId("detail").hidden && byId("detail").querySelectorAll(".chain li").length === 5`) {
		t.Error("a click on a route does not show it")
	}
	p.Clean()
}

// TestChangesAndOverlaps: the other parts have what the report has.
func TestChangesAndOverlaps(t *testing.T) {
	p := open(t, report(t, "examples/httpbin", "--against", "examples/jwt")+"#view=changes", chromedp.EmulateViewport(1360, 640))
	if n := browser.Eval[int](p, `document.querySelectorAll("#panel-changes tbody tr").length`); n == 0 || n != browser.Eval[int](p, "data.against.changes.length") {
		t.Errorf("%d changes are listed", n)
	}
	p.Screenshot("changes")
	o := open(t, report(t, "examples/overlapping-rules")+"#view=overlaps", chromedp.EmulateViewport(1360, 640))
	if text := browser.Eval[string](o, `byId("panel-overlaps").textContent`); !strings.Contains(text, "KGW4") {
		t.Errorf("the overlaps are %q", text)
	}
	o.Screenshot("overlaps")
	o.Clean()
	p.Clean()
}

// untagged leaves out of a PDF what readers of screens need, most of its time.
func untagged(p *cdppage.PrintToPDFParams) { p.GenerateTaggedPDF = new(bool) }

// TestPrint: all parts and all routes are printed, and nothing to press.
func TestPrint(t *testing.T) {
	const n = 1000 // more than are made at once
	p := open(t, pageOf(t, &page.Page{Inputs: []string{"apis"}, Report: manyRoutes(n)}))
	browser.Eval[bool](p, `(show(), true)`)
	if pdf := browser.Run(p, chromedp.PrintToPDF(untagged)); len(pdf) < 100_000 || !strings.HasPrefix(string(pdf[:5]), "%PDF-") {
		t.Errorf("the print has %d bytes", len(pdf))
	}
	if got := browser.Eval[int](p, `document.querySelectorAll("#routes .part > .row").length`); got != n {
		t.Errorf("%d of %d routes are printed", got, n)
	}
	q := open(t, report(t, "examples"), browser.Print(), chromedp.EmulateViewport(1100, 780))
	browser.Eval[bool](q, `dispatchEvent(new Event("beforeprint"))`)
	visible := browser.Eval[[]string](q, `["panel-routes", "panel-picture", "panel-findings", "tabs", "q", "detail"].filter(id => byId(id).getClientRects().length > 0)`)
	if got := strings.Join(visible, " "); got != "panel-routes panel-picture panel-findings" {
		t.Errorf("printed are %s", got)
	}
	hidden := browser.Eval[int](q, `[...document.querySelectorAll("#routes .part > .row")].filter(r => r.getClientRects().length === 0 || r.innerText.includes("https://") !== r.textContent.includes("https://")).length`)
	if hidden > 0 {
		t.Errorf("%d routes are not printed whole", hidden)
	}
	q.Screenshot("print")
}

// TestFindingsOfARoute: a route shows the findings about it, not all of their code.
func TestFindingsOfARoute(t *testing.T) {
	r := manyRoutes(2)
	for i := range r.Hosts[0].Rows {
		row := &r.Hosts[0].Rows[i]
		row.Findings, row.About = []string{"KGW402"}, []int{i}
		r.Findings = append(r.Findings, exposure.Finding{Code: "KGW402", Severity: "warning", Message: "about " + row.Path})
	}
	p := open(t, pageOf(t, &page.Page{Report: r}))
	text := browser.Eval[string](p, `(choose(rows[1].key), byId("detail").textContent)`)
	if !strings.Contains(text, "about "+r.Hosts[0].Rows[1].Path) || strings.Contains(text, "about "+r.Hosts[0].Rows[0].Path) {
		t.Errorf("the second route shows %s", text)
	}
}

// TestManyRoutes: the page answers before all its rows are made, and makes them
// all.
func TestManyRoutes(t *testing.T) {
	const n, most = 5000, 3000 // elements
	p := open(t, pageOf(t, &page.Page{Inputs: []string{"apis"}, Report: manyRoutes(n)}))
	if first := browser.Eval[int](p, `(show(), document.querySelectorAll("*").length)`); first > most {
		t.Errorf("%d elements are made at once", first)
	}
	p.Until(`document.querySelectorAll("#routes .part > .row").length === 5000`)
	after := browser.Eval[[]int](p, `(byId("q").value = "orders/4999", byId("q").dispatchEvent(new Event("input")), [document.querySelectorAll("#routes .part > .row").length, document.querySelectorAll("*").length])`)
	if after[0] != 1 || after[1] > most {
		t.Errorf("a search leaves %d routes and %d elements", after[0], after[1])
	}
	p.Clean()
}
