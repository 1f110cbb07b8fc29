package main

import (
	"github.com/kgw-dev/kgw/compare"
	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/migrate"
	"github.com/kgw-dev/kgw/prove/moves"
)

// writeMovePlan writes the steps of what the migration changes on a cluster.
func (a *app) writeMovePlan(dir string, in compile.Input, o compile.Options, result *migrate.Result) error {
	o.Config.Compat = "controller"
	before, after, _ := moves.Sides(in, o, result)
	was, is := compare.Compile("before", before.Input, before.Options), compare.Compile("after", after.Input, after.Options)
	if result.To == migrate.ToGatewayAPI {
		was.AddRouting()
		is.AddRouting()
	}
	return a.writePlan(dir, was, is, compare.Scope{Prune: true, All: true})
}
