//go:build !js

// Command simulator is the simulator of kgw for a page: see main.go.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "this program runs in a browser: build it with GOOS=js GOARCH=wasm (make simulator)")
	os.Exit(2)
}
