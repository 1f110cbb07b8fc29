package main

import (
	"io"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/exposure"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/prove"
)

// reportFlags are the flags of kgw report. Findings are a part of the report, and
// do not make the command fail, except for inputs that cannot be read.
type reportFlags struct {
	inputFlags
	views       []string // --format
	html        string   // --html
	noSimulator bool     // --no-simulator
	against     string   // --against
}

func (a *app) reportCommand() *cobra.Command {
	f := &reportFlags{}
	cmd := &cobra.Command{
		Use:   "report [PATH...]",
		Short: "List what is served, and who may call it",
		Long: "Compiles the resources and lists the hosts and their routes in the order of matching: for each who gets\n" +
			"through, where the requests go, what is done on the way, the line of the file, the findings, and what is not\n" +
			"known. The engines of kgw trace decide, so that the report and the trace of a row's witness agree.",
		Example: "  kgw report apis/\n  kgw report apis/ --format json\n  kgw report apis/ --format markdown=exposure.md --format csv=exposure.csv\n" +
			"  kgw report apis/ --html exposure.html --against git:origin/main",
		RunE: func(_ *cobra.Command, args []string) error {
			return a.writeExposure(f, args)
		},
	}
	f.registerViews(cmd, "report", reportFormats())
	cmd.Flags().StringVar(&f.html, "html", "", "write the report to a `file` as a page for a browser, which needs nothing beside it")
	cmd.Flags().BoolVar(&f.noSimulator, "no-simulator", false, "with --html: leave the box out in which requests can be tried, and the simulator with it")
	cmd.Flags().StringVar(&f.against, "against", "", "with --html: show what changed for callers since a git ref (git:REF), or beside another directory (`REF`)")
	return cmd
}

// registerViews adds the flags of a command that describes its inputs in some
// formats, of which the first is the default.
func (f *reportFlags) registerViews(cmd *cobra.Command, what string, formats []string) {
	f.registerInputs(cmd.Flags())
	f.failOn = "error"
	registerFormats(cmd.Flags(), &f.views, what, formats)
}

func (a *app) writeExposure(f *reportFlags, paths []string) error {
	if err := f.valid(paths); err != nil {
		return err
	}
	return a.describeTo(f, paths, reportFormats(), func(w io.Writer, r *exposure.Report, format string) error {
		if format == "sarif" {
			return diag.SARIF{}.Render(w, &diag.Report{Findings: r.Alerts(), Version: version(), Root: filepath.ToSlash(a.dir), Secrets: a.secrets})
		}
		return r.Write(w, format)
	})
}

// reportFormats returns the formats of the report, and SARIF for code scanning.
func reportFormats() []string { return append(exposure.Formats(), "sarif") }

func (f *reportFlags) valid(paths []string) error {
	switch {
	case f.noSimulator && f.html == "":
		return usage("--no-simulator goes with --html")
	case f.against != "" && f.html == "":
		return usage("--against goes with --html")
	case f.against != "" && slices.Contains(paths, "-"):
		return usage("standard input has no other state to compare with")
	}
	return nil
}

// describeTo describes the inputs that the paths name in every format asked for, or
// in the first format if none is.
func (a *app) describeTo(f *reportFlags, paths, formats []string, write func(io.Writer, *exposure.Report, string) error) error {
	if len(f.views) == 0 && f.html == "" {
		f.views = formats[:1]
	}
	var outputs []output
	if len(f.views) > 0 {
		var err error
		if outputs, err = outputsOf(f.views, formats); err != nil {
			return err
		}
	}
	e, err := a.expose(&f.inputFlags, paths)
	if err != nil || e == nil {
		return err
	}
	if e.fatal {
		a.fail(exitInput)
	}
	if f.html != "" {
		if err := a.writePage(f, paths, e); err != nil {
			return err
		}
	}
	return a.writeReport(a.stdout, outputs, func(w io.Writer, o output) error { return write(w, e.report, o.format) })
}

// exposed is the description of the inputs that the paths of a run name.
type exposed struct {
	in      compile.Input
	options *compile.Options
	cluster *prove.Cluster
	report  *exposure.Report
	fatal   bool // an input could not be read
}

// expose reads, compiles and describes the inputs that the paths name. Nil means
// that the configuration is at fault and was reported.
func (a *app) expose(f *inputFlags, paths []string) (*exposed, error) {
	in, o, err := a.load(f, paths)
	if err != nil || o == nil {
		return nil, err
	}
	cluster, compiled, supposed := prove.Complete(in, *o, nil)
	result := prove.Validate(in, *o)
	// The routes of the model are the ones that the engines were asked about.
	result.Resources = compiled.Resources
	return &exposed{in, o, cluster, exposure.New(cluster.Side(compiled), result, o.Config, supposed, a.secrets), result.Fatal}, nil
}
