package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/atomicfile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/diff"
	"github.com/kgw-dev/kgw/internal/lock"
	"github.com/kgw-dev/kgw/internal/manifest"
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
	after := compiled("kgw", in, *o)
	f.owned, f.scope = true, f.namespace
	live := a.liveSide(&f.sideFlags, f.namespace, o, after)
	known := diff.Recognise(live.objects, after.objects)
	live.ambiguous(known)
	f.unmatched(live, after, known)
	found := a.findings(live, after)
	if err := a.tellFindings(&f.inputFlags, found); err != nil {
		return err
	}
	file := a.lockFile(o.Config)
	if code := adoptCode(live, after); code > 0 {
		a.fail(code)
		return &exitError{code, fmt.Errorf("%s was not touched, because of the errors above", a.display(file))}
	}
	next := a.nextLock(o.Lock, file, after.result, known.Matches, after)
	return a.writeLock(f, file, next, known.Matches)
}

// adoptCode is the exit code of what keeps the lock from being written, or 0.
func adoptCode(live, after *side) int {
	switch {
	case live.fatal || after.fatal || live.found.Max() == diag.Error:
		return exitInput
	case after.found.Max() == diag.Error:
		return exitFindings
	}
	return 0
}

// unmatched reports live objects that are made for a resource of the inputs
// and are none of what it asks for, and those that go with a resource.
func (f *adoptFlags) unmatched(live, after *side, known diff.Recognised) {
	for _, o := range known.Left {
		owner, _ := o.Owner()
		if f.inScope(o, live, after) {
			live.found.Add(diag.Finding{
				Code: diag.LiveUnmatched, At: o.Origin,
				Message: fmt.Sprintf("%s is made for %s, which does not ask for it", o.ID(), owner),
				Help:    "it stays as it is; kgw diff --prune shows what is left over",
			})
		}
	}
	for _, m := range known.Matches {
		if kind, name := m.Live.Parent(); kind != "" {
			live.found.Add(diag.Finding{
				Code: diag.LiveOwned, At: m.Want.Origin,
				Message: fmt.Sprintf("%s belongs to %s %q: deleting that deletes it", m.Live.ID(), kind, name),
				Help:    "remove its metadata.ownerReferences before the resource is deleted, or delete with --cascade=orphan",
			})
		}
	}
	live.settled()
}

// nextLock is the lock with what was recognised, and without entries for what
// is no longer written.
func (a *app) nextLock(old *lock.Lock, file string, result *compile.Result, matches []diff.Match, after *side) *lock.Lock {
	next := &lock.Lock{}
	adopted := map[string]bool{}
	at := map[*diff.Object]*manifest.Object{}
	for i := range after.objects {
		at[&after.objects[i]] = &result.Objects[i]
	}
	for _, m := range matches {
		o := at[m.Want]
		doc := o.Origin.Doc
		next.Entries = append(next.Entries, lock.Entry{
			Kind: o.Kind, Namespace: o.Meta.Namespace, Stable: o.StableName(), Live: m.Live.ID().Name,
			Resource: compile.ResourceID(doc), File: a.lockedFile(file, doc.File.Name),
		})
		adopted[lock.Key(o.Kind, o.Meta.Namespace, o.StableName())] = true
	}
	if old == nil {
		return next
	}
	stale := map[string]bool{}
	for i := range result.Findings {
		if g := &result.Findings[i]; g.Code == diag.LockStale {
			stale[strings.TrimSuffix(g.At.Path, ".stable")] = true
		}
	}
	for _, e := range old.Entries {
		key := lock.Key(e.Kind, e.Namespace, e.Stable)
		if !adopted[key] && !stale[e.At.Path] {
			adopted[key] = true
			next.Entries = append(next.Entries, e)
		}
	}
	return next
}

func (a *app) writeLock(f *adoptFlags, file string, next *lock.Lock, matches []diff.Match) error {
	was, err := os.ReadFile(file)
	data := next.Bytes()
	if bytes.Equal(was, data) || err != nil && len(next.Entries) == 0 {
		return nil
	}
	if f.check {
		return &exitError{exitFindings, fmt.Errorf("%s is not up to date: run the same command without --check", a.display(file))}
	}
	if err := atomicfile.Write(file, data); err != nil {
		return &exitError{exitInput, fmt.Errorf("cannot write the names: %w", err)}
	}
	var b strings.Builder
	slices.SortFunc(matches, func(x, y diff.Match) int { return strings.Compare(x.Live.ID().String(), y.Live.ID().String()) })
	for _, m := range matches {
		fmt.Fprintf(&b, "adopted %s in the place of %s\n", m.Live.ID(), m.Want.ID().Name)
	}
	fmt.Fprintf(a.stderr, "kgw: %s keeps %s\n", a.display(file), counted(len(next.Entries), "name"))
	return a.printText(b.String())
}
