package main

import (
	"slices"

	"github.com/kgw-dev/kgw/compare"
	"github.com/kgw-dev/kgw/compare/diff"
	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/migrate"
	"github.com/kgw-dev/kgw/prove/moves"
)

// planMoves writes the steps of what the migration changes on a cluster.
func (a *app) planMoves(dir string, in compile.Input, o compile.Options, result *migrate.Result) error {
	o.Config.Compat = "controller"
	before, after, _ := moves.Sides(in, o, result)
	was, is := compare.Compile("before", before.Input, before.Options), compare.Compile("after", after.Input, after.Options)
	if result.To == migrate.ToGatewayAPI {
		was.Objects = append(was.Objects, routesAmong(&before)...)
		is.Objects = append(is.Objects, routesAmong(&after)...)
	}
	return a.writePlan(dir, was, is, compare.Scope{Prune: true, All: true})
}

// routesAmong are the objects among the inputs that a move to the Gateway API
// replaces and writes.
func routesAmong(side *moves.Side) []diff.Object {
	return slices.DeleteFunc(compare.Dump(side.Input.Files, nil, &side.Options).Objects, func(object diff.Object) bool {
		return !slices.Contains([]string{"VirtualService", kinds.HTTPRoute, kinds.ReferenceGrant}, object.ID().Kind)
	})
}
