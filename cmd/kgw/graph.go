package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/exposure"
)

func (a *app) graphCommand() *cobra.Command {
	f := &reportFlags{}
	cmd := &cobra.Command{
		Use:   "graph [PATH...]",
		Short: "Draw what is served: hosts, routes, rules and backends",
		Long: "Draws what kgw report lists: each host with its routes in the order of matching, who gets through, the rules\n" +
			"and services that decide on the way, and the backends. What is open to anyone, or not known, has a thick border.",
		Example: "  kgw graph apis/\n  kgw graph apis/ --format svg=exposure.svg",
		RunE: func(_ *cobra.Command, args []string) error {
			return a.graph(f, args)
		},
	}
	f.registerViews(cmd, "graph", exposure.GraphFormats())
	return cmd
}

func (a *app) graph(f *reportFlags, paths []string) error {
	return a.describeTo(f, paths, exposure.GraphFormats(), func(w io.Writer, r *exposure.Report, format string) error { return r.WriteGraph(w, format) })
}
