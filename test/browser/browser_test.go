package browser_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/test/browser"
)

// TestRecordsMisbehaviour: the tests of pages rest on what a page records.
func TestRecordsMisbehaviour(t *testing.T) {
	for name, c := range map[string]struct {
		page            string
		errors, request string
	}{
		"quiet":     {`<p>text`, "", ""},
		"exception": {`<script>throw new Error("broken")</script>`, "broken", ""},
		"console":   {`<script>console.error("broken")</script>`, "broken", ""},
		"policy":    {`<meta http-equiv="Content-Security-Policy" content="default-src 'none'"><script>alert(1)</script>`, "Content Security Policy", ""},
		"picture":   {`<img src="http://pictures.example.com/a.png">`, "", "pictures.example.com"},
		"file":      {`<link rel="stylesheet" href="other.css">`, "", "other.css"},
		"fetch":     {`<script>fetch("https://api.example.com/").catch(() => {})</script>`, "", "api.example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			p := chromium.Open(t, write(t, "page.html", "<!doctype html><title>t</title>"+c.page))
			browser.Eval[bool](p, "new Promise(done => setTimeout(() => done(true), 100))")
			has := func(list []string, part string) bool {
				return slices.ContainsFunc(list, func(s string) bool { return strings.Contains(s, part) })
			}
			if c.errors != "" && !has(p.Errors(), c.errors) || c.errors == "" && c.request == "" && len(p.Errors()) > 0 {
				t.Errorf("the errors are %q", p.Errors())
			}
			if c.request != "" && !has(p.Requests(), c.request) || c.request == "" && len(p.Requests()) > 0 {
				t.Errorf("the requests are %q", p.Requests())
			}
			if host, ok := strings.CutSuffix(c.request, ".example.com"); ok && !has(chromium.Asked(), host) {
				t.Errorf("the proxy saw %q", chromium.Asked())
			}
		})
	}
}
