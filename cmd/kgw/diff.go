package main

import (
	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/compare"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/lines"
	"github.com/kgw-dev/kgw/prove/classes"
)

// diffFlags are the flags of kgw diff. The failOn of the inputs stays at error,
// since the command does not fail for findings.
type diffFlags struct {
	inputFlags
	sideFlags
	views              []string // --format
	outputs            []output // the parsed views
	summary, prune     bool
	exitZero, detailed bool
	context            int
	plan               string
	// semantic compares by class of requests. failOnKinds are the kinds of changes
	// that count then, and grave are the parsed kinds.
	semantic    bool
	failOnKinds []string
	grave       []classes.Kind
}

func (a *app) diffCommand() *cobra.Command {
	f := &diffFlags{}
	cmd := &cobra.Command{
		Use:   "diff [PATH...]",
		Short: "Show what would change: on a cluster, in a dump, against another render or a git ref",
		Long: "Compiles the resources in files and directories and compares the manifests, by structure and not by text,\n" +
			"with those of the cluster that kubectl would ask, with a dump (--live), or with what another directory or a git\n" +
			"ref compiles to (--against). What a server adds does not show, secrets are masked. Nothing is ever written to a\n" +
			"cluster: it is asked for a dry run.\n\n" +
			"Exit: 0 nothing differs; 1 something does; 2 wrong flags, configuration or resources; 3 something could not\n" +
			"be read. The others are compared all the same. KUBECTL_EXTERNAL_DIFF is honoured as kubectl does.",
		Example: "  kgw diff apis/\n  kgw diff apis/ --context production --prune\n  kgw diff apis/ --live dump.yaml\n" +
			"  kubectl get virtualservices,rules -A -o yaml | kgw diff apis/ --live - --prune\n" +
			"  kgw diff apis/ --against git:origin/main --summary\n  kgw diff apis/ --against rendered/ --format markdown\n" +
			"  kgw diff apis/ --against git:origin/main --semantic --fail-on exposed,removed",
		RunE: func(_ *cobra.Command, args []string) error {
			return a.diff(f, args)
		},
	}
	flags := cmd.Flags()
	f.registerInputs(flags)
	f.registerSides(flags)
	f.registerProportion(flags)
	f.failOn = "error"
	registerFormats(flags, &f.views, "report", diffFormats)
	flags.IntVarP(&f.context, "unified", "U", lines.Context, "`lines` of context around a change")
	flags.BoolVar(&f.summary, "summary", false, "list the objects that differ, without their differences")
	flags.BoolVar(&f.prune, "prune", false, "also show what is live with an owner label and no longer wanted, as deletions")
	flags.BoolVar(&f.exitZero, "exit-zero", false, "exit 0 when something differs")
	flags.BoolVar(&f.detailed, "detailed-exitcode", false, "exit as terraform plan does: 0 nothing differs, 2 something does, 1 an error")
	flags.BoolVar(&f.semantic, "semantic", false, "compare by class of requests: who gets through, to which backend, under what conditions")
	flags.StringSliceVar(&f.failOnKinds, "fail-on", nil, "with --semantic: the `kinds` of changes that make the exit code 1, as exposed,removed (default any)")
	flags.StringVar(&f.plan, "plan", "", planHelp)
	cmd.MarkFlagsMutuallyExclusive("exit-zero", "detailed-exitcode")
	return cmd
}

// exitDifferent is the exit code of kgw diff for differences, and for nothing else.
const exitDifferent = 1

// diffFormats are those of findings, and Markdown for a comment.
var diffFormats = append(diag.Formats(), "markdown")

func (f *diffFlags) valid(paths []string) error {
	var err error
	if f.outputs, err = outputsOf(f.views, diffFormats); err != nil {
		return err
	}
	if f.grave, err = classes.ParseKinds(f.failOnKinds); err != nil {
		return usage("--fail-on: %w", err)
	}
	if len(f.grave) > 0 && !f.semantic {
		return usage("--fail-on goes with --semantic")
	}
	if f.context < 0 {
		return usage("-U must not be negative")
	}
	return f.sideFlags.valid(paths)
}

func (a *app) diff(f *diffFlags, paths []string) error {
	err := a.showDiff(f, paths)
	if f.detailed {
		return a.mapExitCode(err)
	}
	return err
}

func (a *app) showDiff(f *diffFlags, paths []string) error {
	f.views = a.formatsOfCI(f.views, diffFormats)
	if err := f.valid(paths); err != nil {
		return err
	}
	f.beside = !f.semantic && f.plan == "" // bindings have nothing to do with requests
	before, after, err := a.compileSides(f, paths)
	if err != nil || after == nil {
		return err
	}
	if f.plan != "" {
		if err := a.writePlan(f.plan, before, after, f.scope()); err != nil {
			return err
		}
	}
	if f.semantic {
		return a.showSemantic(f, before, after)
	}
	report := compare.Objects(before, after, f.scope())
	if err := a.printDiff(f, report, before, after); err != nil {
		return err
	}
	if len(report.Differences) > 0 && !f.exitZero {
		a.fail(exitDifferent)
	}
	return nil
}

// mapExitCode maps the exit code for wrappers of terraform plan.
func (a *app) mapExitCode(err error) error {
	switch {
	case err != nil:
		a.code = 0
		return &exitError{1, err}
	case a.code == exitDifferent:
		a.code = 2
	case a.code > exitDifferent:
		a.code = 1
	}
	return nil
}
