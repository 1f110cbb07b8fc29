package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

type buildFlags struct {
	inputFlags
	output, keepFrom               string
	check, allowEmpty, passthrough bool
	emit                           []string
	keepGoing, annotate            bool
}

func (a *app) buildCommand() *cobra.Command {
	f := &buildFlags{}
	cmd := &cobra.Command{
		Use:   "build [PATH...]",
		Short: "Write the manifests of gateway resources",
		Long: "Compiles the resources in files and directories (\"-\" is standard input) and writes the manifests to\n" +
			"standard output, findings to standard error. Without a PATH, the directory of the nearest kgw.yaml.",
		Example: "  kgw build apis/\n  helm template chart | kgw build -\n  kgw build apis/ --output-dir rendered\n  kgw build apis/ --output-dir rendered --check",
		RunE: func(_ *cobra.Command, args []string) error {
			return a.build(f, args)
		},
	}
	f.register(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&f.output, "output", "o", "yaml", "format of manifests: yaml or json")
	flags.StringVar(&f.outputDir, "output-dir", "", "write one file an object and a kustomization.yaml to this `directory`")
	flags.BoolVar(&f.check, "check", false, "write nothing; exit 1 if --output-dir is not up to date")
	flags.BoolVar(&f.allowEmpty, "allow-empty", false, "allow a build without objects")
	flags.BoolVar(&f.keepGoing, "keep-going", false, "with errors, still print the manifests of the resources that have none")
	flags.StringVar(&f.keepFrom, "keep-from", "", "also write Ingresses and RouteGroups of this earlier output that cannot be deleted yet: the `directory` or file")
	flags.StringSliceVar(&f.emit, "emit", nil, "also write `LIST`, of "+strings.Join(compile.EmitNames(), ", ")+"; the only name in a list that writes a file (oathkeeper-rules, hydra, dex) writes that file and nothing else")
	flags.BoolVar(&f.annotate, "annotate", false, "write what each field is made of as a comment after it: see kgw why")
	flags.BoolVar(&f.passthrough, "passthrough", false, "write documents of other kinds through")
	return cmd
}

func (a *app) build(f *buildFlags, paths []string) error {
	if f.output != "yaml" && f.output != "json" {
		return usage("-o must be yaml or json, not %q (--output-dir writes into a directory)", f.output)
	}
	if f.check && f.outputDir == "" {
		return usage("--check needs --output-dir")
	}
	if f.annotate && (f.output != "yaml" || f.outputDir != "") {
		return usage("--annotate writes YAML to standard output: not with -o json or --output-dir")
	}
	if err := compile.CheckEmit(f.emit); err != nil {
		return usage("--emit: %s", err)
	}
	in, o, err := a.load(&f.inputFlags, paths)
	if err != nil || o == nil {
		return err
	}
	o.Beside, o.Origins = true, f.annotate
	o.Passthrough, o.NoInfos, o.Emit = f.passthrough, f.textOnly(), append(slices.Clone(o.Config.Emit), f.emit...)
	if f.outputDir == "" {
		o.EmitFile = compile.FileOf(f.emit)
	}
	if _, err := os.Stat(a.abs(f.keepFrom)); f.keepFrom != "" && !errors.Is(err, fs.ErrNotExist) {
		loader := &source.Loader{Dir: a.dir, Stdin: a.stdin, StdinName: f.stdinName, Bounds: f.bounds}
		files, problems := loader.Load([]string{f.keepFrom})
		a.secrets.Watch(files...)
		o.Old = &compile.Input{Files: files, Problems: problems}
	}
	result := compile.Run(in, *o)
	if result.Kept > 0 {
		a.say("%d objects of %s are kept: apply the output, then build again to drop them", result.Kept, f.keepFrom)
	}
	if err := a.reportBuild(f, result); err != nil {
		return err
	}
	return a.runTimed("write", func() error { return a.write(f, o, result) })
}

// reportBuild reports to standard error. Without findings, suppressed ones
// included, it prints nothing unless a format was asked for, since the manifests
// are the output of a build.
func (a *app) reportBuild(f *buildFlags, result *compile.Result) error {
	if len(result.Findings)+result.Summary.Suppressed == 0 && len(f.formats) == 0 {
		return a.judge(&f.inputFlags, result)
	}
	return a.report(a.stderr, &f.inputFlags, result)
}

// write prints the manifests, or replaces the output directory. If there is an
// error, it does not touch the directory.
func (a *app) write(f *buildFlags, o *compile.Options, result *compile.Result) error {
	if len(result.Objects)+len(result.Others)+len(result.Files) == 0 && !f.allowEmpty {
		a.fail(exitFindings)
		return &exitError{exitFindings, fmt.Errorf("nothing was written: there are no objects to write (--allow-empty allows that)")}
	}
	if f.outputDir == "" && result.Faulty() && !f.keepGoing {
		a.fail(exitFindings)
		if printedFormat(f.formats) != "" {
			return nil // a report on standard error is not followed by other text
		}
		return &exitError{exitFindings, fmt.Errorf("nothing was written, because of the errors above (--keep-going writes the rest)")}
	}
	if f.annotate {
		return a.printAnnotated(result, o)
	}
	if f.outputDir == "" {
		return a.print(f.output, result)
	}
	if result.Faulty() {
		a.fail(exitFindings)
		return &exitError{exitFindings, fmt.Errorf("%s was not touched, because of the errors above", f.outputDir)}
	}
	return a.writeDir(f, result)
}

func (a *app) print(format string, result *compile.Result) error {
	w := bufio.NewWriterSize(a.stdout, 1<<20)
	var err error
	if len(result.Files) > 0 {
		format = "files"
	}
	switch format {
	case "files":
		for _, f := range result.Files {
			if _, err = w.Write(f.Data); err != nil {
				break
			}
		}
	case "json":
		err = printJSON(w, result)
	case "json-stream":
		err = printJSONStream(w, result)
	default:
		err = result.WriteYAML(w)
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		return &exitError{exitInput, fmt.Errorf("cannot write: %w", err)}
	}
	return nil
}

// printJSONStream writes one JSON object after the other.
func printJSONStream(w io.Writer, result *compile.Result) error {
	err := result.WriteObjects(w, func(b []byte, o *manifest.Object) []byte { return append(manifest.AppendJSON(b, o.Value(), 0), '\n') })
	if err != nil {
		return err
	}
	for _, d := range result.Others {
		value, err := jsonValue(d)
		if err == nil {
			_, err = w.Write(append(manifest.AppendJSON(nil, value, 0), '\n'))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// printJSON writes a List, which kubectl applies like a stream of documents.
func printJSON(w io.Writer, result *compile.Result) error {
	items := make([]any, 0, len(result.Objects))
	for i := range result.Objects {
		items = append(items, result.Objects[i].Value())
	}
	for _, d := range result.Others {
		value, err := jsonValue(d)
		if err != nil {
			return err
		}
		items = append(items, value)
	}
	list := source.Object{{Key: "apiVersion", Value: "v1"}, {Key: "kind", Value: "List"}, {Key: "items", Value: items}}
	_, err := w.Write(append(manifest.AppendJSON(nil, list, 0), '\n'))
	return err
}

// textOnly reports whether only people read the findings of the build. Findings
// that are only for the record are then left to validate.
func (f *buildFlags) textOnly() bool {
	return f.failOn != "info" && !slices.ContainsFunc(f.formats, func(s string) bool { return s != "text" })
}
