package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/lsp"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/policytest"
)

func (a *app) lspCommand() *cobra.Command {
	f := &inputFlags{failOn: "error", color: "never"}
	cmd := &cobra.Command{
		Use:   "lsp",
		Short: "Serve an editor over standard input and output (Language Server Protocol)",
		Long: "Reports what kgw validate finds in the folders that an editor has open, as you type, and answers questions about\n" +
			"a place in a file. Editors start it by themselves: docs/integrations/editors.md has their settings.",
		Example: "  kgw lsp\n  kgw lsp --env prod",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return a.lsp(f)
		},
	}
	f.registerInputs(cmd.Flags())
	for _, name := range []string{"helm", "values", "release", "kustomize", "set-env", "stdin-filename", "color", "timings"} {
		_ = cmd.Flags().MarkHidden(name)
	}
	return cmd
}

// lsp serves one editor.
func (a *app) lsp(f *inputFlags) error {
	if f.helm || f.kustomize || f.setEnv {
		return usage("an editor shows files as they are: --helm, --kustomize and --set-env do not go with it")
	}
	if err := f.valid(); err != nil {
		return err
	}
	err := lsp.Serve(a.context(), a.stdin, a.stdout, lsp.Options{
		Version: version(),
		Open:    func(dir, name string) lsp.Checker { return a.checker(f, dir, name) },
	})
	if err != nil {
		return &exitError{exitFindings, err}
	}
	return nil
}

// checker validates a folder repeatedly.
type checker struct {
	app   *app
	flags *inputFlags
	paths []string
	// kept and memory are the state of earlier runs.
	kept    source.Kept
	memory  prove.Memory
	secrets *secret.Book
}

func (a *app) checker(f *inputFlags, dir, name string) *checker {
	c := &checker{app: a, flags: f, paths: []string{"."}, secrets: &secret.Book{}}
	if name != "" {
		c.paths = []string{name}
	}
	inDir := *a
	inDir.dir = dir
	c.app = &inDir
	return c
}

// Check returns the result of kgw validate in the folder.
func (c *checker) Check(unsaved map[string][]byte) *lsp.Checked {
	out := &lsp.Checked{Secrets: c.secrets.Next()}
	c.secrets = out.Secrets
	run, flags := *c.app, *c.flags
	run.stdin, run.stdout, run.stderr = nil, io.Discard, io.Discard
	run.secrets, run.unsaved, run.kept = out.Secrets, unsaved, &c.kept
	run.tell = func(found diag.List) { out.Settings = append(out.Settings, found...) }
	flags.bounds.Unsaved = unsaved
	in, o, err := run.load(&flags, c.paths)
	if err != nil || o == nil {
		out.Err = err
		return out
	}
	run.collectRarely()
	o.Model, o.Origins = true, true
	out.Result = c.memory.Validate(in, *o)
	out.Input, out.Options = in, *o
	_, _, out.Tests = policytest.Split(in)
	out.Tests = diag.Levels{}.Apply(out.Tests)
	out.Tests.Resolve()
	out.Tests.Sort()
	return out
}
