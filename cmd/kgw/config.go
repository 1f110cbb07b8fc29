package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/internal/config"
)

func (a *app) configCommand() *cobra.Command {
	f := &inputFlags{}
	cmd := &cobra.Command{
		Use:   "config [PATH]",
		Short: "Show the settings that hold for a path, and where each comes from",
		Long: "Prints every setting that is not its default, for a file or a directory, with the file, the environment\n" +
			"variable or the flag that says so.",
		Example: "  kgw config apis/\n  kgw config apis/shop.yaml --env prod",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.showConfig(f, append(args, ".")[0])
		},
	}
	f.registerInputs(cmd.Flags())
	return cmd
}

// showConfig prints the settings of a path, a line each.
func (a *app) showConfig(f *inputFlags, path string) error {
	if _, err := os.Stat(a.abs(path)); err != nil {
		return &exitError{exitInput, fmt.Errorf("%s: %s", path, "no such file or directory")}
	}
	c, err := a.loadConfiguration(f, []string{path})
	if err != nil {
		return err
	}
	own, _, err := a.newScopes(f, c).configOf(a.abs(path))
	if err != nil {
		return err
	}
	if f.namespace != "" {
		own.Set("namespace", "-n", f.namespace)
	}
	a.printOrigins(own)
	for _, s := range own.Settings() {
		fmt.Fprintf(a.stdout, "%s: %s # %s\n", s.Path, s.Value, a.originOf(s))
	}
	return nil
}

// printOrigins prints the files and the environment in use.
func (a *app) printOrigins(c *config.Config) {
	if c.File == "" {
		fmt.Fprintln(a.stdout, "# there is no kgw.yaml: the defaults hold")
	}
	if names := c.EnvironmentNames(); c.Env != "" {
		fmt.Fprintf(a.stdout, "# environment %s\n", c.Env)
	} else if len(names) > 0 {
		fmt.Fprintf(a.stdout, "# no environment is chosen: --env takes %s\n", strings.Join(names, ", "))
	}
	if above := c.Above; above != nil && len(above.From()) > 0 && (above.Demands() || above.Gated()) {
		fmt.Fprintf(a.stdout, "# the policy of %s holds too\n", strings.Join(above.From(), ", "))
	}
}

// originOf returns where a setting comes from.
func (a *app) originOf(s config.Setting) string {
	if s.Line == 0 {
		return s.File
	}
	return fmt.Sprintf("%s:%d", filepath.ToSlash(s.File), s.Line)
}
