package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/atomicfile"
	"github.com/kgw-dev/kgw/internal/baseline"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/gitref"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
)

func (a *app) baselineCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "baseline",
		Short: "Keep a list of findings that a repository lives with",
		Long: "baseline write writes what is found today to a file; validate --baseline FILE then reports only what is new,\n" +
			"and the entries of the file that are no longer needed.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	f := &validateFlags{inputFlags: inputFlags{color: "auto"}}
	write := &cobra.Command{
		Use:   "write [PATH...]",
		Short: "Write what is found today to a file",
		Long: "Checks the resources in files and directories and writes what is found to " + baseline.FileName + ", for\n" +
			"validate --baseline. Entries for files that are not among the PATHs stay. What cannot be suppressed is not\n" +
			"written: it is reported all the same. The flags that change what is found are those of validate.",
		Example: "  kgw baseline write apis/\n  kgw baseline write apis/ --baseline ci/known.yaml",
		RunE: func(_ *cobra.Command, args []string) error {
			return a.writeBaseline(f, args)
		},
	}
	f.registerInputs(write.Flags())
	f.checkFlags.register(write.Flags())
	f.registerOpenAPI(write.Flags())
	f.failOn = "error"
	write.Flags().StringVar(&f.baseline, "baseline", baseline.FileName, "the `file` to write")
	cmd.AddCommand(write)
	return cmd
}

// registerBaseline adds the flag that names a baseline to read.
func (f *inputFlags) registerBaseline(flags *pflag.FlagSet) {
	flags.StringVar(&f.baseline, "baseline", "", "report only what is not in this `file`, which kgw baseline write writes")
}

func (a *app) writeBaseline(f *validateFlags, paths []string) error {
	in, o, err := a.load(&f.inputFlags, paths)
	if err != nil || o == nil {
		return err
	}
	if o.At, err = dateOf(f.at); err != nil {
		return err
	}
	result := prove.Validate(in, *o)
	if err := f.refuseEmpty(result); err != nil {
		return err
	}
	if result.Fatal {
		if err := a.report(a.stderr, &f.inputFlags, result); err != nil {
			return err
		}
		return &exitError{exitInput, fmt.Errorf("%s was not touched, because of what cannot be read", f.baseline)}
	}
	hidable := slices.DeleteFunc(slices.Clone(result.Findings), func(g diag.Finding) bool { return !o.Hidable(&g) })
	next := baseline.Of(baseline.Keys(hidable, a.secrets))
	if _, err := os.Lstat(a.abs(f.baseline)); !errors.Is(err, fs.ErrNotExist) {
		old, err := a.readBaseline(&f.inputFlags)
		if err != nil {
			return err
		}
		for _, e := range old.Entries {
			if !a.isCovered(a.abs(e.File), a.pathsOf(o, paths)) {
				next.Entries = append(next.Entries, e)
			}
		}
	}
	if err := atomicfile.Write(a.abs(f.baseline), next.Bytes()); err != nil {
		return &exitError{exitInput, fmt.Errorf("cannot write the baseline: %w", err)}
	}
	a.say("%s: %s", f.baseline, report.Counted(len(hidable), "finding"))
	if left := len(result.Findings) - len(hidable); left > 0 {
		a.say("%s cannot be hidden: kgw validate reports them all the same", report.Counted(left, "finding"))
	}
	if !f.prove {
		return nil
	}
	return a.printProof(&f.inputFlags, &result.Proof)
}

// pathsOf returns the paths that were given, or else the default paths of the run.
func (a *app) pathsOf(o *compile.Options, paths []string) []string {
	if len(paths) == 0 {
		return []string{a.defaultPath(o.Config)}
	}
	return paths
}

// readBaseline reads the baseline. Faults of its form are reported and end the
// run.
func (a *app) readBaseline(f *inputFlags) (*baseline.Baseline, error) {
	data, err := f.bounds.ReadFile(a.abs(f.baseline), source.MaxFileBytes)
	if err != nil {
		if err := a.badInput(f, diag.List{diag.FromProblem(*source.Unread(f.baseline, err))}); err != nil {
			return nil, err
		}
		return nil, &exitError{exitInput, errors.New("the baseline cannot be read")}
	}
	b, found := baseline.Parse(a.display(f.baseline), data)
	return b, a.reportConfiguration(f.baseline, found, f)
}

// removeKnown removes the findings that are not new from a result: the ones in
// the baseline, and the ones that existed at a git ref.
func (a *app) removeKnown(f *validateFlags, o *compile.Options, result *compile.Result, paths []string) error {
	var said diag.List
	if f.baseline != "" {
		b, err := a.readBaseline(&f.inputFlags)
		if err != nil {
			return err
		}
		paths := a.pathsOf(o, paths)
		result.Findings, said = b.Apply(result.Findings, a.secrets, o.Hidable, func(file string) bool { return a.isCovered(a.abs(file), paths) }, &result.Summary)
	}
	if f.newSince != "" {
		then, err := a.foundAt(f, paths)
		if err != nil {
			return err
		}
		// Nobody chooses the findings at a ref, so all of them are known.
		result.Findings, _ = then.Hide(result.Findings, a.secrets, func(*diag.Finding) bool { return true }, &result.Summary)
	}
	said = diag.Levels{}.Apply(said)
	said.Resolve()
	result.Findings = append(result.Findings, said...)
	result.Findings.Sort()
	result.Summary.Count(result.Findings)
	return nil
}

// foundAt returns the findings of the same paths at a git ref, with the kgw.yaml of
// that ref.
func (a *app) foundAt(f *validateFlags, paths []string) (*baseline.Baseline, error) {
	ref, isGit := strings.CutPrefix(f.newSince, "git:")
	if !isGit || ref == "" {
		return nil, usage("--new-since must be git:REF, not %q", f.newSince)
	}
	if slices.Contains(paths, "-") {
		return nil, usage("standard input has no other state in git")
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	tree, err := gitref.Open(a.context(), a.dir, ref)
	if err != nil {
		return nil, gitFault("--new-since", ref, err)
	}
	if paths, err = a.insideRepository(tree, paths); err != nil {
		return nil, err
	}
	flags := f.inputFlags
	then, remove, err := a.checkOut(tree, paths, flags.config)
	defer remove()
	if err != nil {
		return nil, gitFault("--new-since", ref, err)
	}
	if paths = slices.DeleteFunc(paths, func(p string) bool { return !then.exists(p) }); len(paths) == 0 {
		return &baseline.Baseline{}, nil
	}
	if flags.config != "" && !then.exists(flags.config) {
		flags.config = a.abs(flags.config)
	}
	in, o, err := then.load(&flags, paths)
	if err != nil {
		return nil, err
	}
	if o.At, err = dateOf(f.at); err != nil {
		return nil, err
	}
	result := prove.Validate(in, *o)
	return baseline.Of(baseline.Keys(result.Findings, a.secrets)), nil
}
