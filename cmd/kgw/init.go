package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/explain"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/schema"
)

// schemaFile is where the JSON Schema of kgw.yaml is written beside it.
const schemaFile = "kgw.schema.json"

type initFlags struct {
	schema     string
	withSchema bool
	tests      bool
	stdout     bool
	knownFlags
}

func (a *app) initCommand() *cobra.Command {
	f := &initFlags{}
	cmd := &cobra.Command{
		Use:   "init [DIRECTORY]",
		Short: "Write a commented kgw.yaml",
		Long: "Writes a kgw.yaml in which every setting is a comment, with its meaning and its default. Files that exist\n" +
			"are never overwritten. --scan sets what the resources below the directory refer to and nobody describes;\n" +
			"--from-cluster and --from-dump set what a cluster has. The first line names a JSON Schema for editors:\n" +
			schemaFile + " beside it (--with-schema writes that too), or the one that --schema names.",
		Example: "  kgw init --domain kyma.example.com\n  kgw init --scan\n  kgw init --scan --from-cluster\n" +
			"  kubectl get services,gateways.networking.istio.io -A -o yaml | kgw init --from-dump - --stdout\n" +
			"  kgw init apis --schema ../schemas/kgw.schema.json\n  kgw init apis --tests",
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if f.tests {
				return a.writeTests(f, append(args, ".")[0])
			}
			return a.initialize(f, append(args, ".")[0])
		},
	}
	cmd.Flags().StringVar(&f.schema, "schema", "", "JSON Schema that the file names for editors: a `path` relative to it, or a URL")
	cmd.Flags().BoolVar(&f.tests, "tests", false, "write "+testsFile+" instead, with boundary cases of what the directory holds")
	cmd.Flags().BoolVar(&f.stdout, "stdout", false, "print kgw.yaml and write no file")
	f.register(cmd.Flags())
	cmd.Flags().BoolVar(&f.withSchema, "with-schema", false, "also write "+schemaFile+" beside it")
	return cmd
}

func (a *app) initialize(f *initFlags, dir string) error {
	if f.withSchema && f.schema != "" {
		return usage("--schema and --with-schema exclude each other")
	}
	if f.stdout && f.withSchema {
		return usage("--stdout and --with-schema exclude each other")
	}
	if strings.ContainsAny(f.schema, "\r\n") {
		return usage("--schema must be one line, not %q", f.schema)
	}
	name := f.schema
	if name == "" {
		name = schemaFile
	}
	filled, notes, err := a.fillKnown(&f.knownFlags, dir)
	if err != nil {
		return err
	}
	text := explain.Template(name, filled)
	if _, found := config.Parse(config.FileName, text); len(found) > 0 {
		return fmt.Errorf("internal error: what would be written is not a configuration: %s", found[0].Message)
	}
	if f.stdout {
		return errors.Join(a.printText(string(text)), a.sayAll(notes))
	}
	files := []newFile{{filepath.Join(dir, config.FileName), text}}
	if f.withSchema {
		d, _ := schema.Describe("config")
		files = append(files, newFile{filepath.Join(dir, schemaFile), d[0].JSON()})
	}
	for _, n := range files {
		if _, err := os.Lstat(a.abs(n.path)); err == nil {
			return usage("%s exists already and is not overwritten (--stdout prints what would be written)", a.display(n.path))
		}
	}
	for _, n := range files {
		if err := a.createFile(n); err != nil {
			return err
		}
	}
	return a.sayAll(notes)
}

// sayAll prints messages for people.
func (a *app) sayAll(notes []string) error {
	for _, n := range notes {
		a.say("%s", n)
	}
	return nil
}

type newFile struct {
	path string
	data []byte
}

// createFile writes a file that does not exist yet.
func (a *app) createFile(n newFile) error {
	out, err := os.OpenFile(a.abs(n.path), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usage("%s exists already and is not overwritten", a.display(n.path))
	}
	if err == nil {
		_, err = out.Write(n.data)
		err = errors.Join(err, out.Close())
	}
	if err != nil {
		return &exitError{exitInput, fmt.Errorf("cannot write %s: %w", a.display(n.path), err)}
	}
	fmt.Fprintln(a.stderr, "wrote", report.Visible(a.display(n.path)))
	return nil
}
