package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/internal/config"
)

// topics returns pages of help that belong to no command.
func topics() []*cobra.Command {
	return []*cobra.Command{
		{Use: "environment", Short: "Environment variables that kgw reads", Long: environmentTopic()},
		{Use: "exit-codes", Short: "Exit codes of all commands", Long: exitCodesTopic},
	}
}

const exitCodesTopic = `Exit codes; the highest that applies.

  0  nothing to report
  1  findings at or above --fail-on, nothing to build, or an output directory that is not up to date (--check)
  2  wrong flags, arguments or configuration
  3  an input could not be read or parsed, or an output could not be written
  4  a mistake in kgw: please report it with the output of "kgw version"

kgw diff and kgw gate differ: 1 only ever means differences, or a change that is forbidden; findings about the inputs
are 2, what a cluster does not answer is 3.`

func environmentTopic() string {
	var b strings.Builder
	b.WriteString("A variable wins over kgw.yaml, a flag over a variable. An empty variable counts as not set.\n\n")
	row := func(name, text string) { fmt.Fprintf(&b, "  %-38s  %s\n", name, text) }
	row("KGW_CONFIG", "Configuration file, as -c.")
	row("KGW_ENV", "Environment of kgw.yaml whose settings hold, as --env.")
	row("KUBECONFIG", "Where clusters are found (kgw diff, kgw adopt), as for kubectl.")
	row("KUBECTL_EXTERNAL_DIFF", "Program that kgw diff shows differences with, as kubectl diff does.")
	row("GITHUB_STEP_SUMMARY", "File that kgw diff and kgw gate append a job summary to, if GITHUB_ACTIONS is true.")
	row("NO_COLOR", "Not empty: no colour (--color wins).")
	row("FORCE_COLOR, CLICOLOR_FORCE", "Not empty (CLICOLOR_FORCE: and not 0): colour, also without a terminal.")
	row("TERM", "dumb: no colour.")
	b.WriteString("\nSettings of kgw.yaml:\n\n")
	for _, v := range config.Variables() {
		row(v.Name, v.Path)
	}
	return strings.TrimRight(b.String(), "\n")
}

// helpCommand returns cobra's, but a topic that does not exist is a usage error.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND or TOPIC]",
		Short: "Help about a command or a topic",
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err != nil || found == nil || len(rest) > 0 {
				return usage("there is no help about %q", strings.Join(args, " "))
			}
			found.InitDefaultHelpFlag()
			return found.Help()
		},
	}
}
