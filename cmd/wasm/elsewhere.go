//go:build !js

// Command wasm is kgw for a page in a browser: see main.go.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "this program runs in a browser: build it with GOOS=js GOARCH=wasm (make playground)")
	os.Exit(2)
}
