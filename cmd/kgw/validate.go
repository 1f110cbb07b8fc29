package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/compile/fix"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
)

type validateFlags struct {
	inputFlags
	checkFlags
	status       string
	fix, diff    bool
	watch        bool
	newSince     string
	changedSince string
	schema       string
}

// checkFlags are the flags of a check whose findings are kept or reported.
type checkFlags struct {
	at                string
	prove, allowEmpty bool
}

func (f *checkFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.at, "at", "", "report certificates that do not hold at this `DATE`: 2026-01-31, or with a time, 2026-01-31T12:00:00Z")
	flags.BoolVar(&f.allowEmpty, "allow-empty", false, "allow inputs in which there is nothing to check")
	flags.BoolVar(&f.prove, "prove", false, "also print how many pairs of rules and routes are proved to have no request in common")
}

// refuseEmpty returns an error if nothing was checked, unless that is allowed.
func (f *checkFlags) refuseEmpty(result *compile.Result) error {
	if result.Read > 0 || result.Fatal || f.allowEmpty {
		return nil
	}
	return &exitError{exitFindings, errors.New("nothing was checked: the inputs hold nothing that kgw reads (--allow-empty allows that)")}
}

func (a *app) validateCommand() *cobra.Command {
	f := &validateFlags{}
	cmd := &cobra.Command{
		Use:   "validate [PATH...]",
		Short: "Report everything that is wrong with gateway resources",
		Long: "Checks the resources in files and directories (\"-\" is standard input) and reports all findings in one\n" +
			"run. It refuses exactly what build refuses, unless --baseline or --new-since hides what is not new, or\n" +
			"--changed-since leaves out what no change can touch.",
		Example: "  kgw validate apis/\n  kgw validate apis/ --format text --format sarif=kgw.sarif\n  kgw validate apis/ --status\n" +
			"  kgw validate apis/ --prove\n  kgw validate apis/ --fix --diff\n  kgw validate apis/ --changed-since git:HEAD",
		RunE: func(_ *cobra.Command, args []string) error {
			if f.watch {
				return a.watchValidate(f, args)
			}
			return a.validate(f, args)
		},
	}
	f.inputFlags.register(cmd)
	f.checkFlags.register(cmd.Flags())
	cmd.Flags().StringVar(&f.status, "status", "", "print the status that each resource's controller would set, as a table (--status) or as JSON (--status=json)")
	cmd.Flags().Lookup("status").NoOptDefVal = "table"
	f.registerOpenAPI(cmd.Flags())
	f.registerBaseline(cmd.Flags())
	cmd.Flags().StringVar(&f.newSince, "new-since", "", "report only what was not found at a git ref: `git:REF`")
	cmd.Flags().StringVar(&f.changedSince, "changed-since", "", "check only the files that changed since a git ref and those that they can touch: `git:REF`")
	cmd.Flags().StringVar(&f.schema, "schema", "some", "documents that are also held against their JSON Schema, which finds mistakes of kgw only: `some` (all of up to 1000, one in 16 of more) or all")
	if err := cmd.RegisterFlagCompletionFunc("schema", cobra.FixedCompletions([]string{"some", "all"}, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the flag has no function yet
	}
	cmd.Flags().BoolVar(&f.watch, "watch", false, "report anew whenever a file changes, until interrupted")
	cmd.Flags().BoolVar(&f.fix, "fix", false, "repair what can be repaired without letting more callers in, and report what is left")
	cmd.Flags().BoolVar(&f.diff, "diff", false, "with --fix: print the repairs as a patch and write nothing")
	return cmd
}

// watchValidate validates now and after each change.
func (a *app) watchValidate(f *validateFlags, paths []string) error {
	switch {
	case f.fix:
		return usage("--watch and --fix exclude each other")
	case slices.Contains(paths, "-"):
		return usage("standard input cannot be watched")
	}
	watched := slices.Clone(paths)
	if len(paths) == 0 {
		watched = []string{"."}
	}
	for _, text := range f.openAPI {
		watched = append(watched, filepath.FromSlash(parseAPIDocument(text).File))
	}
	if !f.setEnv { // it changes the texts of files that are kept
		a.kept, a.memory = &source.Kept{}, &prove.Memory{}
	}
	return a.watch(watched, func() error { return a.validate(f, paths) })
}

func (a *app) validate(f *validateFlags, paths []string) error {
	switch {
	case f.schema != "some" && f.schema != "all":
		return usage("--schema must be some or all, not %q", f.schema)
	case f.diff && !f.fix:
		return usage("--diff needs --fix")
	case f.fix && (f.baseline != "" || f.newSince != ""):
		return usage("--fix repairs all that it can: it does not go with --baseline and --new-since")
	case f.fix && f.status != "":
		return usage("--fix and --status exclude each other")
	case f.fix && !f.diff && slices.Contains(paths, "-"):
		return usage("standard input cannot be fixed; --fix --diff prints the patch")
	}
	in, o, err := a.load(&f.inputFlags, paths)
	if err != nil || o == nil {
		return err
	}
	if o.At, err = dateOf(f.at); err != nil {
		return err
	}
	o.Schema, o.Status = compile.SchemaSome, f.status != ""
	if f.schema == "all" {
		o.Schema = compile.SchemaAll
	}
	result, paths, err := a.checkInputs(f, in, o, paths)
	if err != nil {
		return err
	}
	if err := a.removeKnown(f, o, result, paths); err != nil {
		return err
	}
	if f.status != "" {
		if err := a.report(a.stderr, &f.inputFlags, result); err != nil {
			return err
		}
		err = a.printStatus(f.status, result)
	} else {
		result, err = a.reportFixed(f, in, o, result)
	}
	if err == nil {
		if err = f.refuseEmpty(result); err != nil {
			a.fail(exitFindings)
		}
	}
	if err != nil || !f.prove {
		return err
	}
	return a.printProof(&f.inputFlags, &result.Proof)
}

// checkInputs checks the inputs, or with --changed-since those that changes can
// affect. It also returns the paths that were checked.
func (a *app) checkInputs(f *validateFlags, in compile.Input, o *compile.Options, paths []string) (*compile.Result, []string, error) {
	if f.changedSince == "" {
		return a.memory.Validate(in, *o), paths, nil
	}
	touched, err := a.touchedInputs(f, &in, o, paths)
	if err != nil || touched == nil {
		return a.memory.Validate(in, *o), paths, err
	}
	result := a.memory.Validate(touched.Input, *o)
	touched.Restrict(result)
	return result, touched.Names(), nil
}

// dateOf reads a day or a time; "" is the zero time.
func dateOf(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usage("--at must be a date such as 2026-01-31, not %q", text)
}

// reportFixed reports the findings, after fixes if they are asked for, and returns
// the result that they belong to.
func (a *app) reportFixed(f *validateFlags, in compile.Input, o *compile.Options, result *compile.Result) (*compile.Result, error) {
	if f.fix && !f.diff {
		patch := fix.Apply(in, *o, result)
		return patch.Result, a.fix(f, patch)
	}
	fix.Mark(result)
	if f.diff {
		return result, a.showPatch(f, fix.Apply(in, *o, result), result)
	}
	return result, a.report(a.stdout, &f.inputFlags, result)
}

// printStatus prints the status that each resource's controller would set.
func (a *app) printStatus(format string, result *compile.Result) error {
	switch format {
	case "json":
		list := []any{}
		for i := range result.Resources {
			r := &result.Resources[i]
			one := source.Object{
				{Key: "apiVersion", Value: r.Doc.APIVersion},
				{Key: "kind", Value: r.Doc.Kind},
				{Key: "namespace", Value: r.Doc.Namespace},
				{Key: "name", Value: r.Doc.Name},
				{Key: "file", Value: r.Doc.File.Name},
				{Key: "status", Value: a.withoutSecrets(r.Status, r.Doc.File)},
			}
			if live := liveStatus(r.Doc); live != nil {
				one = append(one, source.Member{Key: "live", Value: a.withoutSecrets(live, r.Doc.File)})
			}
			list = append(list, append(one, a.beforeController(r)...))
		}
		return a.printText(string(report.SafeJSON(append(manifest.AppendJSON(nil, list, 0), '\n'))))
	case "table":
		return a.statusTable(result)
	}
	return usage("--status must be table or json, not %q", format)
}

// beforeController reports what the API server does to a resource before its
// controller sees it.
func (a *app) beforeController(r *compile.Resource) source.Object {
	var out source.Object
	if r.Refused != "" {
		out = append(out, source.Member{Key: "refused", Value: a.secrets.About(r.Refused, r.Doc.File)})
	}
	if r.Later != "" {
		out = append(out, source.Member{Key: "later", Value: a.secrets.About(r.Later, r.Doc.File)})
	}
	if len(r.Pruned) > 0 {
		pruned := make([]any, len(r.Pruned))
		for i, path := range r.Pruned {
			pruned[i] = a.secrets.About(path, r.Doc.File)
		}
		out = append(out, source.Member{Key: "pruned", Value: pruned})
	}
	return out
}

// withoutSecrets masks the secrets in the texts of a value about a file.
func (a *app) withoutSecrets(v any, f *source.File) any {
	switch x := v.(type) {
	case string:
		return a.secrets.About(x, f)
	case source.Object:
		out := make(source.Object, len(x))
		for i, m := range x {
			out[i] = source.Member{Key: m.Key, Value: a.withoutSecrets(m.Value, f)}
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = a.withoutSecrets(x[i], f)
		}
		return out
	}
	return v
}

func (a *app) statusTable(result *compile.Result) error {
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 4, 2, ' ', 0)
	live := make([][][3]string, len(result.Resources))
	for i := range result.Resources {
		live[i] = statusRows(liveStatus(result.Resources[i].Doc))
	}
	header, isLive := "NAMESPACE\tNAME\tSTATUS\tCODE\tDESCRIPTION", slices.ContainsFunc(live, func(rows [][3]string) bool { return len(rows) > 0 })
	if isLive {
		header = "NAMESPACE\tNAME\tSTATUS\tCODE\tLIVE\tDESCRIPTION"
	}
	fmt.Fprintln(w, header)
	for i := range result.Resources {
		r := &result.Resources[i]
		rows := statusRows(r.Status)
		if r.Refused != "" {
			rows = append(rows, [3]string{"none", "-", r.Refused})
		}
		if r.Later != "" {
			rows = append(rows, [3]string{"none", "-", r.Later})
		}
		if len(r.Pruned) > 0 {
			rows = append(rows, [3]string{"none", "-", "the API server drops what the kind does not have: " + strings.Join(r.Pruned, ", ")})
		}
		for _, row := range rows {
			code := row[1]
			if isLive {
				code += "\t" + report.Visible(liveCode(live[i], row[0]))
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", report.Visible(r.Doc.Namespace), report.Visible(r.Doc.Name), report.Visible(row[0]), code, report.Visible(a.secrets.About(strings.ReplaceAll(row[2], "\n", " "), r.Doc.File)))
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return a.printText(report.Lines(out.String()))
}

// liveStatus returns the status of a document that is a live object.
func liveStatus(doc *source.Document) source.Object {
	root, _ := doc.Parse()
	n := source.Field(root, "status")
	if n == nil {
		return nil
	}
	status, _ := source.Value(n).(source.Object)
	return status
}

// liveCode returns the code of a part of a live status, "-" where it has none.
// The API server may show a legacy status in the form of v2.
func liveCode(rows [][3]string, name string) string {
	for _, row := range rows {
		if row[1] != "" && (strings.EqualFold(row[0], name) || row[0] == "state" && name == "APIRuleStatus") {
			return row[1]
		}
	}
	return "-"
}

// statusRows returns name, code and description of each part of a status: of
// each object in the legacy versions, of the resource in v2.
func statusRows(status source.Object) [][3]string {
	text := func(o source.Object, key string) string {
		v, _ := o.Get(key)
		s, _ := v.(string)
		return s
	}
	if state := text(status, "state"); state != "" {
		return [][3]string{{"state", state, text(status, "description")}}
	}
	var rows [][3]string
	for _, m := range status {
		part, _ := m.Value.(source.Object)
		rows = append(rows, [3]string{m.Key, text(part, "code"), text(part, "desc")})
	}
	return rows
}
