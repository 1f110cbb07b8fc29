package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kgw-dev/kgw/internal/shape"
)

// unknownCommand is the error for a word that is no command, with the one that
// may be meant.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		if !c.Hidden {
			names = append(names, c.Name())
		}
	}
	if near := shape.Nearest(args[0], names); near != "" {
		return usage("there is no command %q: did you mean %q?", args[0], near)
	}
	return usage("there is no command %q: kgw --help lists them", args[0])
}

// flagError is the error for a wrong flag, with the one that may be meant.
func flagError(cmd *cobra.Command, err error) error {
	name, ok := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !ok {
		return usage("%w", err)
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	help := fmt.Sprintf("%s --help lists the flags", cmd.CommandPath())
	if near := shape.Nearest(name, names); near != "" {
		help = fmt.Sprintf("did you mean --%s?", near)
	}
	return usage("there is no flag --%s: %s", name, help)
}
