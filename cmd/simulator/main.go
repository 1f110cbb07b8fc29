//go:build js

// Command simulator is the simulator of kgw for the page that kgw report --html writes:
// it answers what becomes of requests, in a cluster that was recorded, and reaches
// nothing outside of the page. It sets the global object kgw with the functions
// open(recording) and ask(request), of package workbench, which take and return JSON
// texts.
package main

import (
	"syscall/js"

	"github.com/kgw-dev/kgw/workbench"
)

func main() {
	replay := &workbench.Replay{}
	js.Global().Set("kgw", js.ValueOf(map[string]any{"open": function(replay.Open), "ask": function(replay.Ask)}))
	select {} // the functions are called for as long as the page is open
}

// function is a Go function of a text as one of JavaScript.
func function(answer func(string) []byte) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) any {
		text := ""
		if len(args) > 0 && args[0].Type() == js.TypeString {
			text = args[0].String()
		}
		return string(answer(text))
	})
}
