package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/internal/atomicfile"
	"github.com/kgw-dev/kgw/schema"
)

func (a *app) schemaCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schema KIND/VERSION | config | test | lock | all",
		Short: "Print or export JSON Schemas",
		Long: "Prints the JSON Schema (draft 7) of an input kind, of Oathkeeper's Rule, of kgw.yaml (config), of policy\n" +
			"tests (test), or of kgw.lock.yaml (lock). all is one schema that holds each document to that of its apiVersion\n" +
			"and kind, and lets other kinds pass: for editors. kgw schema list names the kinds.",
		Example:           "  kgw schema list\n  kgw schema APIRule/v1beta1\n  kgw schema config > kgw.schema.json",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeSchemas,
		RunE: func(_ *cobra.Command, args []string) error {
			if args[0] == allSchemas {
				return a.printText(string(schema.All()))
			}
			d, err := describeOne(args[0])
			if err != nil {
				return err
			}
			return a.printText(string(d.JSON()))
		},
	}
	cmd.AddCommand(a.schemaListCommand(), a.schemaExportCommand(), a.schemaCRDCommand())
	return cmd
}

// allSchemas is the name of the schema of all kinds at once.
const allSchemas = "all"

func completeSchemas(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	out := []string{allSchemas}
	for _, d := range schema.Descriptions() {
		out = append(out, d.Name())
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// describeNamed returns what a name on the command line means.
func describeNamed(name string) ([]schema.Description, error) {
	found, near := schema.Describe(name)
	switch {
	case found != nil:
		return found, nil
	case near != "":
		return nil, usage("there is no schema of %q: did you mean %s?", name, near)
	}
	return nil, usage("there is no schema of %q: kgw schema list names them", name)
}

func describeOne(name string) (*schema.Description, error) {
	found, err := describeNamed(name)
	if err != nil {
		return nil, err
	}
	if len(found) > 1 {
		var names []string
		for i := range found {
			names = append(names, found[i].Name())
		}
		return nil, usage("%s has several versions: name one of %s", found[0].Kind, strings.Join(names, ", "))
	}
	return &found[0], nil
}

func (a *app) schemaListCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the kinds that have a schema",
		Example: "  kgw schema list",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			var b strings.Builder
			fmt.Fprintf(&b, "%-18s  %s\n", "NAME", "APIVERSION")
			for _, d := range schema.Descriptions() {
				fmt.Fprintf(&b, "%-18s  %s\n", d.Name(), d.APIVersion())
			}
			return a.printText(b.String())
		},
	}
}

func (a *app) schemaCRDCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "crd KIND | KIND/VERSION",
		Short: "Print a CustomResourceDefinition",
		Long: "Prints a CustomResourceDefinition (apiextensions.k8s.io/v1) for kubectl and for tests: with every version of\n" +
			"a kind, with the newest stable one as the stored version, or with one version. It has no conversion webhook.",
		Example:           "  kgw schema crd APIRule\n  kgw schema crd APIRule/v1beta1",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeSchemas,
		RunE: func(_ *cobra.Command, args []string) error {
			found, err := describeNamed(args[0])
			if err != nil {
				return err
			}
			crd, err := schema.CRD(found)
			if err != nil {
				return usage("%w", err)
			}
			return a.printText(string(crd))
		},
	}
}

func (a *app) schemaExportCommand() *cobra.Command {
	var dir, layout string
	cmd := &cobra.Command{
		Use:   "export --dir DIRECTORY",
		Short: "Write all JSON Schemas to a directory",
		Long: "Writes one file a schema. Layout kubeconform names them as the CRDs-catalog does, for\n" +
			"  kubeconform -schema-location 'DIRECTORY/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json'\n" +
			"Layout flat leaves out the group. all.json is for editors, as kgw schema all.",
		Example: "  kgw schema export --dir schemas\n  kgw schema export --dir schemas --layout flat",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return a.exportSchemas(dir, schema.Layout(layout))
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "", "`directory` to write to; it is made if it does not exist")
	cmd.Flags().StringVar(&layout, "layout", string(schema.Kubeconform), "names of the files: kubeconform or flat")
	return cmd
}

func (a *app) exportSchemas(dir string, layout schema.Layout) error {
	if dir == "" {
		return usage("--dir is required")
	}
	if layout != schema.Kubeconform && layout != schema.Flat {
		return usage("--layout must be kubeconform or flat, not %q", layout)
	}
	for _, d := range schema.Descriptions() {
		if err := a.exportSchema(filepath.Join(dir, filepath.FromSlash(d.File(layout))), d.Name(), d.JSON()); err != nil {
			return err
		}
	}
	return a.exportSchema(filepath.Join(dir, allSchemas+".json"), "all kinds", schema.All())
}

func (a *app) exportSchema(path, name string, text []byte) error {
	path = a.abs(path)
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = atomicfile.Write(path, text)
	}
	if err != nil {
		return &exitError{exitInput, fmt.Errorf("cannot write the schema of %s: %w", name, err)}
	}
	return nil
}
