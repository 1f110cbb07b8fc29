package main

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/testfile"
	"github.com/kgw-dev/kgw/prove"
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
	cases, rest, found := splitTests(in)
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
	report := runTests(cluster, cases, f.coverage || f.minCoverage > 0)
	if !f.allowEmpty {
		failEmpty(cluster, report)
	}
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

// failEmpty makes tests fail that test nothing: those of a host that nothing
// serves, or of paths that no route matches.
func failEmpty(cluster *prove.Cluster, report *testfile.Report) {
	var hosts []string
	for _, o := range report.Outcomes {
		host := ""
		switch c := o.Case; {
		case c.Request != nil:
			host = c.Request.Host
		case len(c.All.Hosts) == 1 && !strings.Contains(c.All.Hosts[0], "*"):
			host = c.All.Hosts[0]
		}
		if host != "" && !cluster.ServesHost(host) {
			if hosts == nil {
				hosts = cluster.Hosts()
			}
			o.Failures = append(o.Failures, fmt.Sprintf("nothing among the inputs serves the host %s%s; --allow-empty lets such a test pass", host, nearestHost(host, hosts)))
			continue
		}
		if c := o.Case; c.Request == nil && o.Passed() && !cluster.TakesAny(*c.All) {
			o.Failures = append(o.Failures, fmt.Sprintf("no route of %s matches a request of the statement, so it proves nothing; --allow-empty lets it pass", strings.Join(c.All.Hosts, ", ")))
		}
	}
}

// nearestHost names the most similar host, or all hosts that are served.
func nearestHost(host string, hosts []string) string {
	const most = 3
	if near := shape.Nearest(host, hosts); near != "" {
		return fmt.Sprintf(" (did you mean %s?)", near)
	}
	if len(hosts) == 0 {
		return ""
	}
	if len(hosts) > most {
		hosts = append(slices.Clone(hosts[:most]), "...")
	}
	return " (they serve " + strings.Join(hosts, ", ") + ")"
}

// splitTests separates the tests from the inputs.
func splitTests(in compile.Input) (cases []testfile.Case, rest compile.Input, found diag.List) {
	rest.Problems = in.Problems
	for _, f := range in.Files {
		if !testfile.IsName(f.Name) {
			rest.Files = append(rest.Files, f)
			continue
		}
		more, wrong := testfile.Read(f)
		cases, found = append(cases, more...), append(found, wrong...)
	}
	return cases, rest, found
}

func runTests(cluster *prove.Cluster, cases []testfile.Case, coverage bool) *testfile.Report {
	report := &testfile.Report{Outcomes: make([]*testfile.Outcome, len(cases))}
	for i := range cases {
		if cases[i].Request == nil {
			cluster.Statements++
		}
	}
	parallel.Each(len(cases), func(i int) {
		c := &cases[i]
		if c.Request != nil {
			d := cluster.Repeat(c.Request, max(c.Repeat, 1), nil)
			report.Outcomes[i] = c.Judge(&d)
			return
		}
		report.Outcomes[i] = proveCase(cluster, c)
	})
	if coverage {
		report.Coverage = measureCoverage(cluster, report.Outcomes)
	}
	return report
}

func proveCase(cluster *prove.Cluster, c *testfile.Case) *testfile.Outcome {
	o := &testfile.Outcome{Case: c}
	switch p := cluster.NeverWithout(*c.All, c.Without); p.Verdict {
	case prove.Fails:
		o.Failures = []string{p.Reason}
	case prove.Unknown:
		o.Undecided = true
		o.Failures = []string{"it could not be decided: " + p.Reason}
	case prove.Holds:
	}
	return o
}

// measureCoverage compares all routes and rules with those that matched a request
// of a test.
func measureCoverage(cluster *prove.Cluster, outcomes []*testfile.Outcome) *testfile.Coverage {
	touched := map[string]bool{}
	for _, o := range outcomes {
		if o.Decision != nil {
			touched[o.Decision.Route], touched[o.Decision.Rule] = true, true
		}
	}
	c, seen := &testfile.Coverage{}, map[string]bool{}
	for _, e := range cluster.Entries() {
		if seen[e.Name] {
			continue
		}
		seen[e.Name] = true
		if c.Total++; !touched[e.Name] {
			c.Untouched = append(c.Untouched, testfile.Untouched{Name: e.Name, At: e.At})
		}
	}
	return c
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
