// Package policytest runs policy tests: requests with the answer that is expected, and
// statements about all requests of a set.
//
// What a test file says is the business of internal/testfile, and how an answer is found
// that of prove.
package policytest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/testfile"
	"github.com/kgw-dev/kgw/prove"
)

// Split separates the policy tests from the inputs. The findings are about test files.
func Split(in compile.Input) (cases []testfile.Case, rest compile.Input, found diag.List) {
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

// Options say what a run does besides deciding the tests.
type Options struct {
	// Coverage also measures which routes and rules no test touches.
	Coverage bool
	// AllowEmpty lets tests pass that test nothing: those of a host that nothing
	// serves, and statements about paths that no route matches.
	AllowEmpty bool
}

// Run decides the requests of tests, and proves their statements.
func Run(cluster *prove.Cluster, cases []testfile.Case, o Options) *testfile.Report {
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
	if o.Coverage {
		report.Coverage = measureCoverage(cluster, report.Outcomes)
	}
	if !o.AllowEmpty {
		failEmpty(cluster, report)
	}
	return report
}

// proveCase proves the statement of a test.
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
		if c := o.Case; c.Request == nil && o.Passed() && !cluster.MatchesAny(*c.All) {
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
