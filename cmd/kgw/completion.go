package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

var shells = []string{"bash", "fish", "powershell", "zsh"}

func (a *app) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print a completion script for a shell",
		Long: "Prints a script that completes commands, flags, codes and kinds in " + strings.Join(shells, ", ") + ".\n" +
			"Load it in the shell's own start file, or put it where the shell looks for such scripts.",
		Example:   "  source <(kgw completion bash)\n  kgw completion fish > ~/.config/fish/completions/kgw.fish",
		Args:      cobra.ExactArgs(1),
		ValidArgs: slices.Clone(shells),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.completion(cmd.Root(), args[0])
		},
	}
}

func (a *app) completion(root *cobra.Command, shell string) error {
	var err error
	switch shell {
	case "bash":
		err = root.GenBashCompletionV2(a.stdout, true)
	case "fish":
		err = root.GenFishCompletion(a.stdout, true)
	case "powershell":
		err = root.GenPowerShellCompletionWithDesc(a.stdout)
	case "zsh":
		err = root.GenZshCompletion(a.stdout)
	default:
		return usage("there is no completion for %q: use one of %s", shell, strings.Join(shells, ", "))
	}
	if err != nil {
		return &exitError{exitInput, fmt.Errorf("cannot write: %w", err)}
	}
	return nil
}
