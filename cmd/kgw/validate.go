package main

import (
	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/compile"
)

type validateFlags struct {
	inputFlags
	status string
}

func (a *app) validateCommand() *cobra.Command {
	f := &validateFlags{}
	cmd := &cobra.Command{
		Use:   "validate [PATH...]",
		Short: "Report everything that is wrong with gateway resources",
		Long: "Checks the resources in files and directories (\"-\" is standard input) and reports all findings in one\n" +
			"run. It refuses exactly what build refuses.",
		Example: "  kgw validate apis/\n  kgw validate apis/ --format text --format sarif=kgw.sarif\n  kgw validate apis/ --status",
		RunE: func(_ *cobra.Command, args []string) error {
			return a.validate(f, args)
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&f.status, "status", "", "print the status that each resource's controller would set: table or json")
	cmd.Flags().Lookup("status").NoOptDefVal = "table"
	return cmd
}

func (a *app) validate(f *validateFlags, paths []string) error {
	in, o, err := a.load(&f.inputFlags, paths)
	if err != nil || o == nil {
		return err
	}
	o.Schema = true
	result := compile.Run(in, *o)
	return a.report(a.stdout, &f.inputFlags, result)
}
