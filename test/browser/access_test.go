package browser_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kgw-dev/kgw/exposure/page"
	"github.com/kgw-dev/kgw/test/browser"
)

// violation is a finding of axe-core
// (https://github.com/dequelabs/axe-core/blob/develop/doc/API.md#results-object).
type violation struct {
	ID, Impact, Help string
	Nodes            []struct{ HTML string }
}

// accessible fails the test for what axe-core finds serious or critical on a page
// as it is shown now.
func accessible(t *testing.T, p *browser.Page, what string) {
	t.Helper()
	p.Do(chromedp.Evaluate[chromedp.Void](axe(t)))
	found := browser.Eval[string](p, `axe.run(document, { resultTypes: ["violations"] }).then(r => JSON.stringify(r.violations.map(v => ({ id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.slice(0, 3).map(n => ({ html: n.html })) }))))`)
	var list []violation
	if err := json.Unmarshal([]byte(found), &list); err != nil {
		t.Fatal(err)
	}
	for _, v := range list {
		if v.Impact == "serious" || v.Impact == "critical" {
			t.Errorf("%s: %s (%s): %s %+v", what, v.ID, v.Impact, v.Help, v.Nodes)
		} else {
			t.Logf("%s: %s (%s): %s", what, v.ID, v.Impact, v.Help)
		}
	}
}

// TestAccessible looks at each part of the page, in light and dark.
func TestAccessible(t *testing.T) {
	url := report(t, "examples", "--against", "examples/jwt")
	for _, dark := range []bool{false, true} {
		name := map[bool]string{false: "light ", true: "dark "}[dark]
		p := open(t, url, browser.Dark(dark))
		for _, view := range browser.Eval[[]string](p, `parts.map(part => part.id)`) {
			browser.Eval[bool](p, `(change({ view: "`+view+`" }), true)`)
			accessible(t, p, name+view)
		}
		browser.Eval[bool](p, `(change({ view: "routes", by: "host" }), choose(rows.find(r => r.via).key), true)`)
		accessible(t, p, name+"route")
	}
	p := open(t, pageOf(t, &page.Page{Report: manyRoutes(0)}))
	accessible(t, p, "a page without routes")
}

// TestAccessibleFindsFaults: the check above rests on axe-core finding something.
func TestAccessibleFindsFaults(t *testing.T) {
	p := open(t, write(t, "page.html", `<!doctype html><html lang="en" data-ready="yes"><title>t</title><main><h1>t</h1><img src="data:,"><input></main>`))
	p.Do(chromedp.Evaluate[chromedp.Void](axe(t)))
	if n := browser.Eval[int](p, `axe.run().then(r => r.violations.filter(v => v.impact === "critical").length)`); n != 2 {
		t.Errorf("axe-core finds %d critical faults in a picture and a field without names", n)
	}
}

// axe returns the script of axe-core.
func axe(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile(os.Getenv("KGW_TEST_AXE"))
	if err != nil {
		t.Skipf("SKIPPED: axe-core is not installed: npm was absent when make test-browser ran (%v)", err)
	}
	return string(script)
}
