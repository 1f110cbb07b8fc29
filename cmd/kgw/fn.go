package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"sigs.k8s.io/kustomize/kyaml/fn/framework"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/compile/fix"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/krm"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
)

func (a *app) fnCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "fn [CONFIG]",
		Short: "Run as a KRM function, for kustomize and kpt",
		Long: "Reads a ResourceList from standard input and writes one to standard output. What its functionConfig is\n" +
			"decides what is done:\n\n" +
			"  APIRule, FabricGateway   generator: the manifests of this one resource\n" +
			"  Config with inputs       generator: the manifests of the files that the patterns name\n" +
			"  Config, or none          transformer: resources among the items are replaced by their manifests\n" +
			"  Config, as a validator   items stay as they are; see below\n\n" +
			"A Config is a validator when its annotation " + roleAnnotation + " says so, or when the kustomization.yaml of\n" +
			"the working directory lists it under validators. Findings are results, and are printed to standard error.\n" +
			"Without arguments, and with a ResourceList on standard input, kgw itself is the function.\n\n" +
			"With the file of a functionConfig as CONFIG, standard input and output are plain documents: what plugin\n" +
			"files of kustomize and kubectl need.",
		Example: "  kgw fn < resourcelist.yaml\n  kgw fn kgw.yaml < resources.yaml",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if a.terminal.stdin && len(args) == 0 {
				return usage("kgw fn reads a ResourceList from standard input; nothing is piped into it")
			}
			var data []byte
			if !a.terminal.stdin {
				var err error
				if data, err = source.ReadLimited(a.stdin, 4096, source.MaxFileBytes); err != nil {
					return &exitError{exitInput, fmt.Errorf("cannot read standard input: %w", err)}
				}
			}
			if len(args) > 0 {
				return a.runOnDocuments(args[0], data)
			}
			return a.runOnList(data)
		},
	}
	cmd.Flags().BoolVar(&a.timings, "timings", false, "print how long each stage took to standard error")
	return cmd
}

// runOnDocuments returns the function with a file as its functionConfig, from plain
// documents to plain documents.
func (a *app) runOnDocuments(name string, data []byte) error {
	loader := &source.Loader{Dir: a.dir}
	files, problems := loader.Load([]string{name})
	items, problem := source.NewFile("<stdin>", data)
	a.secrets.Watch(files...)
	if problem != nil {
		problems = append(problems, *problem)
	}
	var found diag.List
	for _, p := range problems {
		found.Add(diag.FromProblem(p))
	}
	var list *krm.List
	if len(found) == 0 && len(files) != 1 {
		return usage("%s is not a file with a functionConfig", name)
	}
	if len(found) == 0 {
		list, found = krm.Documents(files[0], items)
	}
	return a.serveFunction(&function{app: a, list: list, documents: true}, found)
}

// runOnList returns the function from the bytes of one ResourceList to those of
// another.
func (a *app) runOnList(data []byte) error {
	list, found := krm.Read("<stdin>", data)
	return a.serveFunction(&function{app: a, list: list}, found)
}

// serveFunction runs a function, unless findings say that its list could not be
// read.
func (a *app) serveFunction(f *function, found diag.List) error {
	if f.list == nil {
		a.fail(exitInput)
		return a.sayFindings(found, diag.Summary{})
	}
	a.setCollector()
	for _, i := range f.allItems() {
		a.secrets.Watch(i.File)
	}
	f.found = diag.Levels{}.Apply(f.list.Found)
	if err := f.configure(); err != nil {
		return err
	}
	if f.found.Max() == diag.Error {
		return f.refuseList()
	}
	return f.run()
}

// function is one run of kgw as a function.
type function struct {
	*app
	list   *krm.List
	config *config.Config
	role   role
	// documents reports that plain documents are wanted, not a ResourceList.
	documents bool
	// found are the findings before anything is compiled.
	found diag.List
}

// items returns the items to process: not the functionConfig, which kustomize hands
// to generators as an item too.
func (f *function) items() []*krm.Item {
	if f.role != generator || f.list.Config == nil {
		return f.list.Items
	}
	return slices.DeleteFunc(slices.Clone(f.list.Items), f.list.Config.Same)
}

// run compiles and writes.
func (f *function) run() error {
	in := f.input()
	o := compile.Options{Config: f.config, Earlier: f.findEarlier()}
	if f.role == validator {
		o.Schema = compile.SchemaAll
	}
	var err error
	if o.Lock, err = f.readLock(&inputFlags{color: "auto"}, f.config, nil); err != nil {
		return err
	}
	o.Beside, o.Emit = true, o.Config.Emit
	f.outerNamespace(&o)
	o.Observer = f.observer()
	result := compile.Run(in, o)
	fix.Mark(result)
	result.Findings = append(f.found, result.Findings...)
	krm.Order(result.Findings, f.allItems())
	results := krm.Results(result.Findings.Masked(f.secrets), f.allItems())
	if n := result.Summary.Suppressed; n > 0 {
		results = append(results, &framework.Result{Severity: framework.Info, Message: fmt.Sprintf("findings that authors suppressed: %d", n)})
	}
	failed := result.Fatal || result.Findings.Max() == diag.Error || len(result.Disagreements) > 0
	entries := krm.Keep(f.list.Items)
	switch {
	case failed || f.role == validator:
	case f.role == generator && len(result.Objects) == 0:
		results = append(results, &framework.Result{Message: nothingGenerated, Severity: framework.Error})
		if err := f.writeAnswer(entries, results, true); err != nil {
			return err
		}
		return &exitError{exitFindings, fmt.Errorf("%s", nothingGenerated)}
	default:
		entries = f.entries(result)
	}
	if err := f.writeAnswer(entries, results, failed); err != nil {
		return err
	}
	if err := f.sayFindings(result.Findings, diag.Summary{Resources: result.Summary.Resources, Suppressed: result.Summary.Suppressed}); err != nil {
		return err
	}
	return f.judge(&inputFlags{failOn: "error"}, result)
}

const nothingGenerated = "nothing was generated: there are no objects to write"

// allItems lists everything that a finding can be about.
func (f *function) allItems() []*krm.Item {
	if f.list.Config == nil {
		return f.list.Items
	}
	return append(slices.Clone(f.list.Items), f.list.Config)
}

// input returns the input of the compiler: items, the functionConfig if it is a
// resource, and the files that a Config names.
func (f *function) input() compile.Input {
	var in compile.Input
	for _, item := range f.items() {
		in.Files = append(in.Files, item.File)
	}
	switch c := f.list.Config; {
	case c == nil:
	case isGateway(c):
		in.Files = append(in.Files, c.File)
	case len(f.config.Inputs) > 0:
		loader := &source.Loader{Dir: f.dir, Bounds: source.Bounds{Below: source.Top(f.dir)}}
		files, problems := loader.Load(f.config.Inputs)
		f.secrets.Watch(files...)
		in.Files, in.Problems = append(in.Files, files...), problems
	}
	return in
}

// writeAnswer writes the list, or the documents unless the function failed.
func (f *function) writeAnswer(entries []krm.Entry, results framework.Results, failed bool) error {
	var out []byte
	switch {
	case !f.documents:
		out = f.list.Write(entries, results)
	case !failed:
		out = krm.WriteDocuments(entries)
	}
	if _, err := f.stdout.Write(out); err != nil {
		return &exitError{exitInput, fmt.Errorf("cannot write: %w", err)}
	}
	return nil
}

// refuseList returns the list with the faults of the list or of its configuration.
func (f *function) refuseList() error {
	if err := f.writeAnswer(krm.Keep(f.list.Items), krm.Results(f.found.Masked(f.secrets), f.allItems()), true); err != nil {
		return err
	}
	f.fail(exitFindings)
	return f.sayFindings(f.found, diag.Summary{})
}

// sayFindings prints the findings that authors should see, and the number of
// suppressed ones, to standard error: kustomize shows nothing else. The summary
// counts what is not among the findings.
func (a *app) sayFindings(found diag.List, summary diag.Summary) error {
	found = diag.Levels{}.Apply(slices.Clone(found))
	found = slices.DeleteFunc(found, func(g diag.Finding) bool { return g.Severity == diag.Info })
	found.Resolve()
	report := &diag.Report{Findings: found.Join(), Version: version(), Secrets: a.secrets, Summary: summary, Limit: defaultLimit}
	report.Summary.Count(report.Findings)
	color := diag.ColorEnabled("auto", a.getenv, a.terminal.stderr)
	return diag.Text{Color: color, Quiet: summary.Suppressed == 0}.Render(a.stderr, report)
}

// isGateway reports whether an item is of a kind that kgw compiles, in whatever
// version.
func isGateway(i *krm.Item) bool {
	group := schema.Group(i.APIVersion)
	return slices.ContainsFunc(schema.Kinds, func(k schema.Kind) bool {
		return k.Group == group && k.Kind == i.Kind && !k.Uncompiled
	})
}
