//go:build js

// Command wasm is kgw for a page in a browser: it answers questions about files that
// the page holds, and reaches nothing outside of it. It sets the global object kgw with
// the functions open(files, env) and ask(question), of package workbench, which take
// and return JSON texts, and version.
package main

import (
	"syscall/js"

	"github.com/kgw-dev/kgw/workbench"
)

// release is set by the linker.
var release = "dev"

func main() {
	desk := &workbench.Desk{}
	js.Global().Set("kgw", js.ValueOf(map[string]any{
		"version": release,
		"open":    function(func(args []js.Value) []byte { return desk.Open(text(args, 0), text(args, 1)) }),
		"ask":     function(func(args []js.Value) []byte { return desk.Ask(text(args, 0)) }),
	}))
	select {} // the functions are called for as long as the page is open
}

// function is a Go function as one of JavaScript.
func function(answer func([]js.Value) []byte) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) any { return string(answer(args)) })
}

// text is an argument that is a string, "" for any other.
func text(args []js.Value, i int) string {
	if i < len(args) && args[i].Type() == js.TypeString {
		return args[i].String()
	}
	return ""
}
