package main

import (
	"fmt"
	"io"
	"regexp"
	"slices"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/testfile"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/policytest"
)

type testFlags struct {
	inputFlags
	run         string
	allowEmpty  bool
	coverage    bool
	minCoverage float64
}

func (a *app) testCommand() *cobra.Command {
	f := &testFlags{}
	cmd := &cobra.Command{
		Use:   "test [PATH...]",
		Short: "Run policy tests against gateway resources or manifests",
		Long: "Runs the tests in *.kgw-test.yaml among the PATHs against what the other files hold or compile to: requests\n" +
			"with the answer that is expected, and statements about all requests of a set, which are proved. Nothing is\n" +
			"sent anywhere.",
		Example: "  kgw test apis/\n  kgw test apis/ --run '^admin' --format junit=report.xml\n  kgw test apis/ --coverage --min-coverage 80",
		RunE: func(_ *cobra.Command, args []string) error {
			return a.test(f, args)
		},
	}
	f.register(cmd)
	flags := cmd.Flags()
	describeFormats(flags, "report", testfile.Formats())
	flags.StringVar(&f.run, "run", "", "run only tests whose name matches this `expression`")
	flags.BoolVar(&f.allowEmpty, "allow-empty", false, "let tests pass whose host nothing serves, and statements about paths that no route matches")
	flags.BoolVar(&f.coverage, "coverage", false, "list the routes and rules that no test touches")
	flags.Float64Var(&f.minCoverage, "min-coverage", 0, "fail when less than this `percentage` of routes and rules is touched")
	return cmd
}

func (a *app) test(f *testFlags, paths []string) error {
	only, err := regexp.Compile(f.run)
	if err != nil {
		return usage("--run: %w", err)
	}
	outputs, err := outputsOf(a.formatsOfCI(f.formats, testfile.Formats()), testfile.Formats())
	if err != nil {
		return err
	}
	f.formats = nil // of findings: text
	in, o, err := a.load(&f.inputFlags, paths)
	if err != nil || o == nil {
		return err
	}
	cases, rest, found := policytest.Split(in)
	if len(found) > 0 {
		if err := a.badInput(&f.inputFlags, found); err != nil {
			return err
		}
	}
	o.NoInfos = f.failOn != "info"
	cluster, result, supposed := prove.Complete(rest, *o, nil)
	if len(result.Findings) > 0 {
		if err := a.report(a.stderr, &f.inputFlags, result); err != nil {
			return err
		}
	}
	if len(cases) == 0 && len(found) > 0 {
		return nil
	}
	if len(cases) == 0 {
		return &exitError{exitFindings, fmt.Errorf("there are no tests among the inputs: write them in files named *.kgw-test.yaml")}
	}
	if cases, err = selectCases(cases, only, f); err != nil {
		return err
	}
	a.saySupposed(supposed)
	report := policytest.Run(cluster, cases, policytest.Options{Coverage: f.coverage || f.minCoverage > 0, AllowEmpty: f.allowEmpty})
	report.Mask(a.secrets.Text)
	return a.testReport(f, outputs, report)
}

// selectCases returns the tests whose names match. It is an error if none does,
// unless the user allows that.
func selectCases(cases []testfile.Case, only *regexp.Regexp, f *testFlags) ([]testfile.Case, error) {
	names := make([]string, len(cases))
	for i := range cases {
		names[i] = cases[i].Name
	}
	left := slices.DeleteFunc(cases, func(c testfile.Case) bool { return !only.MatchString(c.Name) })
	if len(left) > 0 || f.allowEmpty {
		return left, nil
	}
	near := shape.Nearest(f.run, names)
	if near == "" {
		near = names[0]
	}
	return nil, &exitError{exitFindings, fmt.Errorf("--run %q matches the name of no test; there is one named %q", f.run, near)}
}

func (a *app) testReport(f *testFlags, outputs []output, report *testfile.Report) error {
	err := a.writeReport(a.stdout, outputs, func(w io.Writer, o output) error { return testfile.Renderers[o.format](w, report) })
	if err != nil {
		return err
	}
	if report.Failed() > 0 {
		a.fail(exitFindings)
	}
	if c := report.Coverage; c != nil && c.Percent() < f.minCoverage {
		return &exitError{exitFindings, fmt.Errorf("only %.1f%% of the routes and rules are touched by a test, not %g%%", c.Percent(), f.minCoverage)}
	}
	return nil
}
