package moves

import (
	"cmp"
	"slices"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/migrate"
)

// Options returns those of a migration to a version of inputs that compile with o.
func Options(to string, o *compile.Options) migrate.Options {
	api := compile.GatewayAPI(o.Config, true)
	out := migrate.Options{Identity: api.Identity, To: to, Config: o.Config, Namespace: o.Namespace, IstioAPI: cmp.Or(o.IstioAPI, o.Config.Istio.API), Accept: slices.Clone(o.Accept)}
	for _, code := range o.Config.Accept {
		out.Accept = append(out.Accept, diag.Code(code))
	}
	return out
}

// Report returns what is said of a migration, in the form that a run of the compiler
// returns.
func Report(in compile.Input, o *compile.Options, result *migrate.Result) *compile.Result {
	found := slices.Clone(result.Findings)
	fatal := result.Fatal
	for _, p := range in.Problems {
		found.Add(diag.FromProblem(p))
		fatal = fatal || p.Kind.Fatal()
	}
	found = append(found, in.Unread()...)
	levels := diag.Levels{Mode: o.Config.Mode(), Config: o.Config.Levels(), Flags: o.Levels}
	found = levels.Apply(found)
	found.Resolve()
	found.Sort()
	report := &compile.Result{Findings: found, Fatal: fatal}
	for i := range result.Documents {
		report.Resources = append(report.Resources, compile.Resource{Doc: result.Documents[i].Doc})
	}
	report.Summary.Count(found)
	report.Summary.Resources = len(result.Documents)
	return report
}
