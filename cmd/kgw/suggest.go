package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/shape"
)

// elsewhereCalled are words that other tools have for what kgw does.
var elsewhereCalled = map[string]string{
	"apply":    "kgw writes to no cluster; kgw build PATH | kubectl apply -f - does",
	"check":    "kgw validate reports what is wrong",
	"compile":  "kgw build writes the manifests",
	"convert":  "kgw migrate moves resources to a newer version",
	"generate": "kgw build writes the manifests",
	"lint":     "kgw validate reports what is wrong",
	"render":   "kgw build writes the manifests",
	"simulate": "kgw trace decides a request",
	"template": "kgw build writes the manifests",
	"upgrade":  "kgw migrate moves resources to a newer version",
	"verify":   "kgw validate reports what is wrong",
}

// unknownCommand returns the error for a word that is not a command, with the one that
// may be meant.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if said := elsewhereCalled[args[0]]; said != "" {
		return usage("there is no command %q: %s", args[0], said)
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

// The messages of pflag for a letter without a flag, and for a value of the wrong
// type. The flag's name is the last word before the colon.
var (
	unknownLetter = lazyregexp.New(`^unknown shorthand flag: '(.)' in `)
	badValue      = lazyregexp.New(`^invalid argument "(.*)" for "(?:-., )?(--[^"]+)" flag: strconv\.Parse(Int|Uint|Bool|Float)`)
)

// flagValues names the values that flags of a type accept.
var flagValues = map[string]string{"Int": "a whole number", "Uint": "a whole number", "Bool": "true or false", "Float": "a number"}

// argumentError returns the error for a wrong number of arguments, in words.
func argumentError(cmd *cobra.Command, err error) error {
	var min, max, have int
	said := err.Error()
	switch {
	case scanText(said, "accepts %d arg(s), received %d", &min, &have):
		return usage("%s takes %s, not %d: %s --help", cmd.CommandPath(), report.Counted(min, "argument"), have, cmd.CommandPath())
	case scanText(said, "accepts at most %d arg(s), received %d", &max, &have):
		return usage("%s takes at most %s, not %d: %s --help", cmd.CommandPath(), report.Counted(max, "argument"), have, cmd.CommandPath())
	case scanText(said, "requires at least %d arg(s), only received %d", &min, &have):
		return usage("%s takes at least %s, not %d: %s --help", cmd.CommandPath(), report.Counted(min, "argument"), have, cmd.CommandPath())
	}
	return err
}

func scanText(text, format string, into ...any) bool {
	n, err := fmt.Sscanf(text, format, into...)
	return err == nil && n == len(into)
}

// sayArguments replaces the messages of cobra by those of argumentError, for a
// command and its subcommands.
func sayArguments(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return argumentError(c, err)
			}
			return nil
		}
	}
	for _, c := range cmd.Commands() {
		sayArguments(c)
	}
}

// flagError returns the error for a wrong flag, with the one that may be meant.
func flagError(cmd *cobra.Command, err error) error {
	name, ok := strings.CutPrefix(err.Error(), "unknown flag: --")
	if m := unknownLetter().FindStringSubmatch(err.Error()); m != nil {
		return usage("there is no flag -%s: %s --help lists the flags", m[1], cmd.CommandPath())
	}
	if m := badValue().FindStringSubmatch(err.Error()); m != nil {
		return usage("%s must be %s, not %q", m[2], flagValues[m[3]], m[1])
	}
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
