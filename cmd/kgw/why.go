package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
	"github.com/kgw-dev/kgw/why"
)

type whyFlags struct {
	inputFlags
	views []string // --format
}

func (a *app) whyCommand() *cobra.Command {
	f := &whyFlags{}
	cmd := &cobra.Command{
		Use:   "why {KIND/NAMESPACE/NAME [FIELD] | FILE:LINE | -} [PATH...]",
		Short: "Say which line, setting or default made a field of a manifest",
		Long: "For a field of an object that the PATHs compile to, prints the line of the inputs, the setting or the default\n" +
			"that made it, and the rule of translation. Without a FIELD, all fields; a FIELD such as spec.http[0].match stands\n" +
			"for all fields below it. For FILE:LINE it prints the fields that are made of what is there. With \"-\" it\n" +
			"prints the objects on standard input, such as those of a cluster, with the origin of each field as a comment.",
		Example: "  kgw why VirtualService/shop/orders-xzb2gkdk spec.http[0].match[0].uri apis/\n" +
			"  kgw why Rule/shop/orders-c5wbeqoj apis/ --format json\n" +
			"  kgw why apis/orders.yaml:12\n" +
			"  kubectl get virtualservice -n shop -o yaml | kgw why - apis/",
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: a.completeWhy,
		RunE: func(_ *cobra.Command, args []string) error {
			return a.why(f, args)
		},
	}
	f.registerInputs(cmd.Flags())
	f.failOn = "error"
	registerFormats(cmd.Flags(), &f.views, "report", whyFormats)
	return cmd
}

func (a *app) why(f *whyFlags, args []string) error {
	outputs, err := outputsOf(f.views, whyFormats)
	if err != nil {
		return err
	}
	if args[0] == "-" {
		return a.whyLive(f, outputs, args[1:])
	}
	if file, line, ok := a.splitLine(args[0]); ok {
		return a.whyLine(f, outputs, file, line, args[1:])
	}
	id, err := objectOf(args[0])
	if err != nil {
		return err
	}
	field, paths, err := a.fieldOf(args[1:])
	if err != nil {
		return err
	}
	result, o, err := a.compileOrigins(&f.inputFlags, paths)
	if err != nil || o == nil {
		return err
	}
	objects := why.Objects(result, o, id.matches)
	if len(objects) == 0 {
		return a.noObjectError(&f.inputFlags, id, result)
	}
	for i := range objects {
		leaves := objects[i].Leaves
		objects[i].Leaves = slices.DeleteFunc(slices.Clone(leaves), func(l why.Leaf) bool { return !why.Below(l.Path, field) })
		if len(objects[i].Leaves) == 0 {
			return notWrittenError(&objects[i], field, leaves)
		}
	}
	return a.printWhy(outputs, objects)
}

// compileOrigins compiles the inputs that the paths name, with the origins of all
// fields. Nil options mean that the configuration is at fault and was reported.
func (a *app) compileOrigins(f *inputFlags, paths []string) (*compile.Result, *compile.Options, error) {
	in, o, err := a.load(f, paths)
	if err != nil || o == nil {
		return nil, nil, err
	}
	o.Origins, o.NoInfos, o.Beside = true, true, true
	o.Emit = slices.Clone(o.Config.Emit)
	result := compile.Run(in, *o)
	if result.Fatal {
		a.fail(exitInput)
	}
	return result, o, nil
}

// reportErrors prints the findings if an error keeps a resource from being written.
func (a *app) reportErrors(f *inputFlags, result *compile.Result) error {
	if result.Findings.Max() < diag.Error {
		return nil
	}
	return a.report(a.stderr, f, result)
}

// whyFormats are the formats of the origins of fields.
var whyFormats = []string{"text", "json"}

func (a *app) printWhy(outputs []output, objects []why.Object) error {
	leaves := why.Show(objects, a.secrets.Text)
	return a.writeReport(a.stdout, outputs, func(w io.Writer, o output) error {
		if o.format == "json" {
			return report.JSON(w, leaves)
		}
		_, err := io.WriteString(w, why.Text(leaves))
		return err
	})
}

// objectID names an object on the command line.
type objectID struct{ kind, namespace, name string }

func (id objectID) matches(o *manifest.Object) bool {
	return strings.EqualFold(o.Kind, id.kind) && o.Meta.Namespace == id.namespace && o.Meta.Name == id.name
}

func objectOf(text string) (objectID, error) {
	parts := strings.Split(text, "/")
	if len(parts) != 3 || slices.Contains(parts, "") {
		return objectID{}, usage("there is no file %q, and an object is named KIND/NAMESPACE/NAME", text)
	}
	return objectID{parts[0], parts[1], parts[2]}, nil
}

// fieldOf separates a field path from the paths of files after it. An argument that is
// neither a field path nor the name of a file is an error.
func (a *app) fieldOf(args []string) (field string, paths []string, err error) {
	if len(args) == 0 {
		return "", nil, nil
	}
	top := args[0][:len(args[0])-len(strings.TrimLeftFunc(args[0], unicode.IsLetter))]
	if !slices.Contains(topFields, top) {
		return "", args, nil
	}
	if steps, ok := source.SplitPath(args[0]); ok {
		if steps[0].Key() == top {
			return args[0], args[1:], nil
		}
		return "", args, nil
	}
	if _, err := os.Stat(a.abs(args[0])); err != nil {
		return "", nil, usage("%q is not a field path: write spec.http[0].match, and keys with other characters as in metadata.labels[\"a.b/c\"]", args[0])
	}
	return "", args, nil
}

// topFields begin the field paths of objects. A file of such a name is ./spec.
var topFields = []string{"apiVersion", "kind", "metadata", "spec", "data", "subjects", "roleRef", "rules"}

// noObjectError returns the error that the inputs do not produce an object,
// with the errors that may be the reason.
func (a *app) noObjectError(f *inputFlags, id objectID, result *compile.Result) error {
	if err := a.reportErrors(f, result); err != nil {
		return err
	}
	var names []string
	for i := range result.Objects {
		o := why.Object{Object: &result.Objects[i]}
		if strings.EqualFold(o.Kind, id.kind) {
			names = append(names, o.ID())
		}
	}
	asked := id.kind + "/" + id.namespace + "/" + id.name
	help := "the inputs do not produce any " + id.kind
	if len(names) > 0 {
		help = "there are " + strings.Join(names[:min(len(names), 5)], ", ")
	}
	if near := shape.Nearest(asked, names); near != "" {
		help = fmt.Sprintf("did you mean %s?", near)
	}
	return &exitError{exitFindings, fmt.Errorf("%s is not written: %s", asked, help)}
}

// notWrittenError returns the error that an object does not have a field.
func notWrittenError(o *why.Object, field string, leaves []why.Leaf) error {
	var names []string
	for i := range leaves {
		names = append(names, leaves[i].Path)
	}
	if near := shape.Nearest(field, names); near != "" {
		return &exitError{exitFindings, fmt.Errorf("%s has no field %s: did you mean %s?", o.ID(), field, near)}
	}
	return &exitError{exitFindings, fmt.Errorf("%s has no field %s: kgw does not write it, and the reader of the object uses its default", o.ID(), field)}
}

// completeWhy completes an object that the inputs of the working directory
// compile to, then its fields.
func (a *app) completeWhy(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 1 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var out []string
	for _, o := range a.objectsHere() {
		switch {
		case len(args) == 0:
			out = append(out, o.ID())
		case o.ID() == args[0]:
			for i := range o.Leaves {
				out = append(out, o.Leaves[i].Path)
			}
		}
	}
	out = slices.DeleteFunc(out, func(s string) bool { return !strings.HasPrefix(s, begun) })
	return out, cobra.ShellCompDirectiveDefault
}

// objectsHere returns the objects that a command without a PATH compiles; none
// where something is wrong with the configuration.
func (a *app) objectsHere() []why.Object {
	c, found := config.ReadNearest(a.dir, a.display, source.Bounds{})
	if found.Max() == diag.Error {
		return nil
	}
	loader := &source.Loader{Dir: a.dir, Sieve: schema.Sieve}
	files, problems := loader.Load([]string{a.defaultPath(c)})
	o := &compile.Options{Config: c, Origins: true}
	return why.Objects(compile.Run(compile.Input{Files: files, Problems: problems}, *o), o, nil)
}
