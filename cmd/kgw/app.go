package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
)

// Exit codes; the highest that applies.
const (
	exitClean    = 0 // nothing to report
	exitFindings = 1 // findings at or above --fail-on, or a stale directory
	exitUsage    = 2 // wrong flags or configuration
	exitInput    = 3 // an input could not be read or parsed
	exitInternal = 4 // a mistake in kgw
)

// app is the process as the commands see it: streams, environment, working
// directory. Commands set code when they fail without a message of their own.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	environ        func() []string // nil: no variables
	dir            string
	// pastRoot is the temporary directory with the repository at a git ref, in which dir
	// is. It is "" for the work tree.
	pastRoot string
	// terminal reports which of the streams are terminals; standard input also
	// when it is another device, such as /dev/null.
	terminal struct{ stdin, stdout, stderr bool }
	code     int
	// progress observes the run: see observer. timings prints it at the end.
	progress *progress
	timings  bool
	started  time.Time // when the run began
	// secrets knows the secrets of everything that was read.
	secrets *secret.Book
	// ctx ends with the process, and temporary are the directories to be removed
	// then. Both are nil in tests; see context and temporaryDirs.
	ctx       context.Context //nolint:containedctx // an app is one run
	temporary *temporary
	// unsaved are the texts of an editor. kept are the files of the previous run,
	// and remembered are the results for them, for commands that run repeatedly.
	// See source.Bounds, source.Kept, prove.Memory.
	unsaved map[string][]byte
	kept    *source.Kept
	memory  *prove.Memory
	// tell receives the faults of configurations instead of standard error.
	tell func(diag.List)
}

// context returns the context of the run.
func (a *app) context() context.Context {
	if a.ctx == nil {
		return context.Background()
	}
	return a.ctx
}

// temporaryDirs returns the directories that the run makes for itself.
func (a *app) temporaryDirs() *temporary {
	if a.temporary == nil {
		a.temporary = &temporary{}
	}
	return a.temporary
}

// exitError is an error with an exit code of its own.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

func usage(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// run executes one command line and returns the exit code.
func (a *app) run(args []string) (code int) {
	a.secrets, a.started = &secret.Book{}, time.Now()
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(a.stderr, "kgw: internal error: %s\n%s\nplease report this with the output of kgw version\n", report.Lines(a.secrets.Text(fmt.Sprint(p))), debug.Stack())
			code = exitInternal
		}
	}()
	out := &checked{Writer: a.stdout}
	a.stdout = out
	root := a.root()
	root.SetArgs(a.trimCalledName(root, args))
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	err := root.Execute()
	if a.timings {
		fmt.Fprint(a.stderr, a.observer().timings())
	}
	if out.err != nil {
		a.fail(exitInput)
	}
	if err != nil {
		a.say("%s", err.Error())
		var e *exitError
		if errors.As(err, &e) {
			return max(a.code, e.code)
		}
		return max(a.code, exitUsage)
	}
	if out.err != nil {
		a.say("cannot write: %s", out.err)
	}
	return a.code
}

// checked is a writer that remembers its first error, so that a part of the output
// does not look like all of it.
type checked struct {
	io.Writer
	err error
}

// Write writes to the writer behind it.
func (c *checked) Write(b []byte) (int, error) {
	n, err := c.Writer.Write(b)
	if c.err == nil {
		c.err = err
	}
	return n, err
}

// say prints a message for people to standard error, without secrets. Nothing in it
// can control a terminal or start a command of a CI.
func (a *app) say(format string, args ...any) {
	fmt.Fprintln(a.stderr, "kgw: "+report.Lines(a.secrets.Text(fmt.Sprintf(format, args...))))
}

// fail raises the exit code.
func (a *app) fail(code int) { a.code = max(a.code, code) }

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "kgw",
		Short:         "Compile gateway resources kept in git to manifests",
		Long:          "kgw reads Kyma APIRule and other gateway resources, checks them, and writes the manifests\nthat an in-cluster controller would have made. It needs no cluster and no network.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          unknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if data := a.readPiped(); len(data) > 0 {
				return a.runAsFunction(data)
			}
			return cmd.Help()
		},
	}
	root.Version = version()
	root.SetVersionTemplate("kgw {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(a.buildCommand(), a.validateCommand(), a.diffCommand(), a.gateCommand(), a.reportCommand(), a.graphCommand(), a.whyCommand(), a.adoptCommand(), a.migrateCommand(), a.importCommand())
	root.AddCommand(a.traceCommand(), a.testCommand(), a.fnCommand(), a.configCommand(), a.baselineCommand())
	root.AddCommand(append(topics(), a.explainCommand(), a.schemaCommand(), a.initCommand(), a.kubeconfigCommand(), a.versionCommand(), a.completionCommand(), a.manCommand())...)
	root.AddCommand(a.argocdCommand(), a.lspCommand())
	root.SetHelpCommand(helpCommand())
	sayArguments(root)
	addFiles(root)
	a.addCompletions(root)
	return root
}

// isDevice reports whether a stream is a device, so that nothing was piped into it.
func isDevice(f *os.File) bool {
	info, err := f.Stat()
	return err != nil || info.Mode()&os.ModeCharDevice != 0
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
