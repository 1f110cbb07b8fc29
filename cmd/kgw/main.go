// Command kgw compiles gateway resources kept in git to the manifests that an
// in-cluster controller would have made.
package main

import "os"

func main() {
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	a := &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, dir: dir}
	a.terminal.stdin, a.terminal.stdout, a.terminal.stderr = isDevice(os.Stdin), isTerminal(os.Stdout), isTerminal(os.Stderr)
	os.Exit(a.run(os.Args))
}
