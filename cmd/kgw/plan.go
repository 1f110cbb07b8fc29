package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/kgw-dev/kgw/compare"
	"github.com/kgw-dev/kgw/compare/diff"
	"github.com/kgw-dev/kgw/internal/atomicfile"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/report"
)

// planHelp describes the flag of the commands that write a plan.
const planHelp = "also write the change as steps into a `directory`: a folder with manifests for each, and a script that applies them in order; exit 1 if some state between has a gap or an opening"

// writePlan orders a change and writes its steps. For each step it reports the
// requests that are exposed or refused after it, but neither before nor after the
// whole change.
func (a *app) writePlan(dir string, before, after *compare.Side, scope compare.Scope) error {
	steps := compare.Plan(before, after, scope)
	if err := a.makePlanDir(dir); err != nil {
		return err
	}
	script := bytes.NewBufferString("#!/bin/sh\n# Applies a change in steps. Wait after each until the proxies have it.\nset -eu\ncd \"$(dirname \"$0\")\"\n")
	for i := range steps {
		if err := a.writeStep(dir, i, &steps[i], script); err != nil {
			return err
		}
		a.printStep(i, &steps[i], i == len(steps)-1)
	}
	if len(steps) == 0 {
		a.say("plan: nothing changes")
		return nil
	}
	return a.writePlanFile(filepath.Join(dir, "apply.sh"), script.Bytes())
}

// makePlanDir makes the directory, and refuses one that holds anything but an
// earlier plan.
func (a *app) makePlanDir(dir string) error {
	path := a.abs(dir)
	entries, err := os.ReadDir(path)
	if err != nil && !os.IsNotExist(err) {
		return &exitError{exitInput, fmt.Errorf("cannot write the plan: %w", err)}
	}
	for _, e := range entries {
		if e.Name() == "apply.sh" || e.IsDir() && strings.HasPrefix(e.Name(), "step-") {
			if err := os.RemoveAll(filepath.Join(path, e.Name())); err != nil {
				return &exitError{exitInput, fmt.Errorf("cannot write the plan: %w", err)}
			}
			continue
		}
		return usage("--plan %s: the directory holds %s, which is not part of a plan", dir, e.Name())
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return &exitError{exitInput, fmt.Errorf("cannot write the plan: %w", err)}
	}
	return nil
}

// writeStep writes the objects that a step applies and deletes, and the lines
// of the script.
func (a *app) writeStep(dir string, i int, s *compare.Step, script *bytes.Buffer) error {
	if s.Manual != "" {
		fmt.Fprintf(script, "\n# %d: %s\necho %s\nprintf 'Then press Enter: '\nread -r _\n", i+1, s.Name, report.Shell(s.Manual))
		return nil
	}
	folder := fmt.Sprintf("step-%d-%s", i+1, s.Name)
	if err := os.MkdirAll(filepath.Join(a.abs(dir), folder), 0o755); err != nil {
		return &exitError{exitInput, fmt.Errorf("cannot write the plan: %w", err)}
	}
	fmt.Fprintf(script, "\n# %d: %s\n", i+1, strings.ReplaceAll(s.Name, "-", " "))
	if len(s.Apply) > 0 {
		var b []byte
		for k := range s.Apply {
			b = append(append(b, "---\n"...), plannedYAML(&s.Apply[k])...)
		}
		if err := a.writePlanFile(filepath.Join(dir, folder, "apply.yaml"), b); err != nil {
			return err
		}
		fmt.Fprintf(script, "kubectl apply -f %s/apply.yaml\n", folder)
	}
	for _, id := range s.Delete {
		resource := strings.ToLower(id.Kind) + "." + id.Group
		words := report.Shell(id.Name) + " --ignore-not-found"
		if strings.HasPrefix(id.Name, "-") {
			words = "--ignore-not-found -- " + report.Shell(id.Name) // not a flag
		}
		fmt.Fprintf(script, "kubectl delete %s -n %s %s\n", report.Shell(resource), report.Shell(id.Namespace), words)
	}
	return nil
}

// plannedYAML returns an object as it is to be applied.
func plannedYAML(o *diff.Object) []byte {
	if o.Written != nil {
		return o.Written.AppendYAML(nil)
	}
	return manifest.AppendYAMLValue(nil, o.Value)
}

func (a *app) writePlanFile(path string, data []byte) error {
	if err := atomicfile.Write(a.abs(path), data); err != nil {
		return &exitError{exitInput, fmt.Errorf("cannot write the plan: %w", err)}
	}
	return nil
}

// printStep prints what a step does, and what is proved about the state after it.
func (a *app) printStep(i int, s *compare.Step, last bool) {
	says := "no request is exposed or refused that was not before and is not after"
	switch {
	case s.Manual != "":
		says = s.Manual
	case last:
		says = "the state after the change"
	case s.Unknown:
		says = "it could not be decided whether requests are exposed or refused"
	case len(s.Gaps) > 0:
		says = "requests are exposed or refused that were not before and are not after"
	}
	shown := func(text string) string { return report.Visible(a.secrets.Text(text)) }
	fmt.Fprintf(a.stderr, "step %d, %s: %s\n", i+1, strings.ReplaceAll(s.Name, "-", " "), says)
	for _, line := range s.Lines() {
		fmt.Fprintf(a.stderr, "  %s\n", shown(line))
	}
	for k := range s.Gaps {
		g := &s.Gaps[k]
		fmt.Fprintf(a.stderr, "  gap: %s\n    witness: %s\n", shown(g.String()), shown(g.Witness.Method+" "+g.Witness.URL))
	}
	if len(s.Gaps) > 0 {
		a.fail(exitFindings)
	}
}
