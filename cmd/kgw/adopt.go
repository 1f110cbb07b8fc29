package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/compare"
	"github.com/kgw-dev/kgw/compare/diff"
	"github.com/kgw-dev/kgw/internal/atomicfile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/lock"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
)

type adoptFlags struct {
	inputFlags
	sideFlags
	check bool
}

func (a *app) adoptCommand() *cobra.Command {
	f := &adoptFlags{}
	cmd := &cobra.Command{
		Use:   "adopt [PATH...]",
		Short: "Record the names of live objects, so that taking them over renames nothing",
		Long: "Compiles the resources in files and directories, recognises among the live objects of a cluster (or of a dump,\n" +
			"--live) those that a controller made for them under random names, and writes their names to " + lock.FileName + "\n" +
			"beside kgw.yaml. From then on every command uses these names. The cluster is only read. What is recorded\n" +
			"already stays; entries for objects that are no longer written are dropped.",
		Example: "  kgw adopt apis/\n  kgw adopt apis/ --context production\n  kgw adopt apis/ --live dump.yaml\n  kgw adopt apis/ --live dump.yaml --check",
		RunE: func(_ *cobra.Command, args []string) error {
			return a.adopt(f, args)
		},
	}
	flags := cmd.Flags()
	f.registerInputs(flags)
	f.registerProportion(flags)
	f.failOn = "error"
	f.registerLive(flags)
	flags.BoolVar(&f.check, "check", false, "write nothing; exit 1 if the lock is not up to date")
	return cmd
}

func (a *app) adopt(f *adoptFlags, paths []string) error {
	if err := f.sideFlags.valid(paths); err != nil {
		return err
	}
	in, o, err := a.load(&f.inputFlags, paths)
	if err != nil || o == nil {
		return err
	}
	after := compare.Compile("kgw", in, *o)
	scope := compare.Scope{Prune: true, All: f.all, Namespace: f.namespace}
	live := a.readLiveSide(&f.sideFlags, f.namespace, o, after, scope)
	known := compare.Adopt(live, after, scope)
	found := a.joinFindings(&f.inputFlags, live, after)
	if err := a.tellFindings(&f.inputFlags, found); err != nil {
		return err
	}
	file := a.lockFile(o.Config)
	if code := adoptCode(live, after); code > 0 {
		a.fail(code)
		return &exitError{code, fmt.Errorf("%s was not touched, because of the errors above", a.display(file))}
	}
	next := compare.NextLock(o.Lock, after, known.Matches, func(name string) string { return a.lockedFile(file, name) })
	return a.writeLock(f, file, next, known.Matches)
}

// adoptCode returns the exit code for a reason not to write the lock, 0 if there is none.
func adoptCode(live, after *compare.Side) int {
	switch {
	case live.Fatal || after.Fatal || live.Found.Max() == diag.Error:
		return exitInput
	case after.Found.Max() == diag.Error:
		return exitFindings
	}
	return 0
}

func (a *app) writeLock(f *adoptFlags, file string, next *lock.Lock, matches []diff.Match) error {
	was, err := f.bounds.Settings().ReadFile(file, source.MaxSettingsBytes)
	data := next.Bytes()
	if bytes.Equal(was, data) || err != nil && len(next.Entries) == 0 {
		return nil
	}
	if f.check {
		return &exitError{exitFindings, fmt.Errorf("%s is not up to date: run the same command without --check", a.display(file))}
	}
	if err := source.WithoutLinks(file); err != nil {
		return &exitError{exitInput, err}
	}
	if err := atomicfile.Write(file, data); err != nil {
		return &exitError{exitInput, fmt.Errorf("cannot write the names: %w", err)}
	}
	var b strings.Builder
	slices.SortFunc(matches, func(x, y diff.Match) int { return strings.Compare(x.Live.ID().String(), y.Live.ID().String()) })
	for _, m := range matches {
		fmt.Fprintf(&b, "adopted %s in the place of %s\n", m.Live.ID(), m.Want.ID().Name)
	}
	a.say("%s keeps %s", a.display(file), report.Counted(len(next.Entries), "name"))
	return a.printText(report.Lines(b.String()))
}
