// Package page writes what is served, and to whom, as one page for a browser.
//
// It takes a report of package exposure and, where two states were compared, what
// changed for callers, and returns one HTML file that needs nothing beside it: its
// policy forbids every request. The texts of the report are data in the page, an
// island of JSON that the script of the page makes text nodes of. It must not know
// how anything was decided.
package page

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"io"
	"strings"

	"github.com/kgw-dev/kgw/exposure"
	"github.com/kgw-dev/kgw/prove/changes"
)

// Page is what a page shows.
type Page struct {
	// Inputs are the paths of the inputs, as the user named them.
	Inputs []string
	Report *exposure.Report
	// Changes is what is answered differently than in another state; nil where
	// none is compared.
	Changes *changes.Report
}

//go:embed page.html page.css script/*.js
var files embed.FS

// scripts are the parts of the script, in the order in which they run.
var scripts = []string{"dom", "model", "state", "routes", "detail", "picture", "panels", "page"}

// document is what the template prints. The style and the script are files of
// this package.
type document struct {
	Policy template.HTMLAttr
	Style  template.CSS
	Script template.JS
	Data   *island
}

var parsed = template.Must(template.ParseFS(files, "page.html"))

// Write prints the page. The error is that of the writer.
func Write(w io.Writer, p *Page) error {
	style, script := read("page.css"), ""
	for _, name := range scripts {
		script += read("script/" + name + ".js")
	}
	return parsed.Execute(w, document{
		Policy: template.HTMLAttr(`content="` + policy(style, script) + `"`),         //nolint:gosec // hashes only
		Style:  template.CSS(style), Script: template.JS(script), Data: newIsland(p), //nolint:gosec // files of this package
	})
}

// policy returns the content security policy of a page whose only style and
// script these are: no request is allowed, and nothing else runs
// (https://www.w3.org/TR/CSP3/). A simulator in WebAssembly would add
// 'wasm-unsafe-eval' to script-src.
func policy(style, script string) string {
	return strings.Join([]string{
		"default-src 'none'", "script-src " + hash(script), "style-src " + hash(style), "base-uri 'none'", "form-action 'none'",
	}, "; ")
}

// hash returns the source expression for an inline text.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func read(name string) string {
	data, err := files.ReadFile(name)
	if err != nil {
		panic(err) // it is embedded
	}
	return string(data)
}
