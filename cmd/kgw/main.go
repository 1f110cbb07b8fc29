// Command kgw compiles gateway resources kept in git to the manifests that an
// in-cluster controller would have made.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// exitInterrupted is the exit code that shells report for a program that Ctrl-C ended.
const exitInterrupted = 130

func main() {
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	a := &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, environ: os.Environ, dir: dir, temporary: &temporary{}}
	a.terminal.stdin, a.terminal.stdout, a.terminal.stderr = isDevice(os.Stdin), isTerminal(os.Stdout), isTerminal(os.Stderr)
	ctx, cancel := context.WithCancel(context.Background())
	a.ctx = ctx
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-interrupted
		cancel()
		a.temporary.removeAll()
		os.Exit(exitInterrupted)
	}()
	code := a.run(os.Args)
	a.temporary.removeAll()
	cancel()
	os.Exit(code)
}
