// Package page writes what is served, and to whom, as one page for a browser.
//
// It takes a report of package exposure and, where two states were compared, what
// changed for callers, and returns one self-contained HTML file: its policy
// forbids every request. The texts of the report are data in the page, an island
// of JSON that the script of the page makes text nodes of. It must not know how
// anything was decided.
package page

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"io"
	"strings"
	"sync"

	"github.com/kgw-dev/kgw/exposure"
	"github.com/kgw-dev/kgw/prove/changes"
)

// Page is the content of a page.
type Page struct {
	// Inputs are the paths of the inputs, as the user named them.
	Inputs []string
	Report *exposure.Report
	// Recording is the cluster that the request box asks, a value that is written as
	// JSON; nil leaves the box out. It needs HasSimulator.
	Recording any
	// Changes are the differences from another state, nil if none is compared.
	Changes *changes.Report
}

//go:embed page.html page.css script/*.js
var files embed.FS

// scripts are the parts of the script, in the order in which they run.
var scripts = []string{"dom", "model", "state", "routes", "detail", "picture", "request", "panels", "page"}

// simulator contains the simulator if the program was built with it (make simulator).
//
//go:embed simulator
var simulator embed.FS

// HasSimulator reports whether the program was built with the simulator, which the
// request box needs.
func HasSimulator() bool {
	_, err := simulator.ReadFile(wasmFile)
	return err == nil
}

const (
	wasmFile = "simulator/simulator.wasm.gz"
	execFile = "simulator/wasm_exec.js" // Go's own, of the toolchain that built the other
)

// box is the request box of a page: the simulator, in base64, and the cluster that
// it answers for.
type box struct {
	Wasm      template.HTML
	Recording any
}

// newBox returns the request box, and the script that it needs before the others; nil
// and "" for a page without.
func newBox(p *Page) (*box, string, error) {
	if p.Recording == nil {
		return nil, "", nil
	}
	wasm, err := simulator.ReadFile(wasmFile)
	if err != nil {
		return nil, "", err
	}
	script, err := simulator.ReadFile(execFile)
	if err != nil {
		return nil, "", err
	}
	return &box{template.HTML(base64.StdEncoding.EncodeToString(wasm)), p.Recording}, string(script), nil //nolint:gosec // base64 only
}

// document is the value that the template prints. The style and the script are
// files of this package.
type document struct {
	Policy template.HTMLAttr
	Style  template.CSS
	Script template.JS
	Data   *island
	Box    *box
}

var parsed = sync.OnceValue(func() *template.Template { return template.Must(template.ParseFS(files, "page.html")) })

// Write prints the page. The error is that of the writer, or reports that there is
// no simulator for a request box.
func Write(w io.Writer, p *Page) error {
	box, script, err := newBox(p)
	if err != nil {
		return err
	}
	style := read("page.css")
	for _, name := range scripts {
		script += read("script/" + name + ".js")
	}
	return parsed().Execute(w, document{
		Policy: template.HTMLAttr(`content="` + securityPolicy(style, script, box != nil) + `"`), //nolint:gosec // hashes only
		Style:  template.CSS(style), Script: template.JS(script), Data: newIsland(p), Box: box,   //nolint:gosec // files of this package
	})
}

// securityPolicy returns the content security policy of a page whose only style
// and script these are: no request is allowed, and nothing else runs
// (https://www.w3.org/TR/CSP3/). The simulator is WebAssembly, which script-src
// must allow.
func securityPolicy(style, script string, simulated bool) string {
	wasm := ""
	if simulated {
		wasm = " 'wasm-unsafe-eval'"
	}
	return strings.Join([]string{
		"default-src 'none'", "script-src " + hashSource(script) + wasm, "style-src " + hashSource(style), "base-uri 'none'", "form-action 'none'",
	}, "; ")
}

// hashSource returns the source expression for an inline text.
func hashSource(text string) string {
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
