package main

import (
	"fmt"
	"path/filepath"

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
	c, err := a.configuration(f, []string{path})
	if err != nil {
		return err
	}
	own, found := c.For(a.abs(path), map[string]*config.Config{})
	if own != c {
		if err := a.complete(f, own, found); err != nil {
			return err
		}
	}
	if own.File == "" {
		fmt.Fprintln(a.stdout, "# there is no kgw.yaml: the defaults hold")
	}
	for above := own.Above; above != nil; above = above.Above {
		fmt.Fprintf(a.stdout, "# the policy of %s holds too\n", a.display(above.File))
	}
	for _, s := range own.Settings() {
		fmt.Fprintf(a.stdout, "%s: %s # %s\n", s.Path, s.Value, a.from(s))
	}
	return nil
}

// from says where a setting comes from.
func (a *app) from(s config.Setting) string {
	if s.Line == 0 {
		return s.File
	}
	return fmt.Sprintf("%s:%d", filepath.ToSlash(s.File), s.Line)
}
