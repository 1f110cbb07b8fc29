// Command kgw compiles gateway resources kept in git to the manifests that an
// in-cluster controller would have made.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// exitInterrupted is the exit code that shells report for a program that Ctrl-C ended.
const exitInterrupted = 130

// interruptDelay is how long a run may take to end that is interrupted.
const interruptDelay = 200 * time.Millisecond

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
	ended := make(chan struct{})
	go func() {
		<-interrupted
		cancel()
		select { // programs that the run started are ended meanwhile
		case <-ended:
		case <-time.After(interruptDelay):
		}
		a.temporary.removeAll()
		os.Exit(exitInterrupted)
	}()
	code := a.run(os.Args)
	if close(ended); ctx.Err() != nil {
		select {} // the exit code is that of the interruption
	}
	a.temporary.removeAll()
	cancel()
	os.Exit(code)
}
