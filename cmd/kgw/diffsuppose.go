package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compare"
	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/prove"
)

// absent are the codes of findings about companions that are not among the
// inputs.
var absent = []diag.Code{diag.ServiceNotFound, diag.GatewayNotFound, diag.GatewayNotShort, diag.ProviderNotFound, diag.NoDomain}

// supposeMissing compiles the sides again with a stand-in for every companion
// that is missing, so that a resource is compared and not left out, and returns
// notes that say so. Findings about the stand-ins are removed: the note
// replaces them.
func supposeMissing(before, after *compare.Side) (was, is *compare.Side, notes []string) {
	missing := func(f diag.Finding) bool { return slices.Contains(absent, f.Code) }
	if !slices.ContainsFunc(after.Found, missing) && !slices.ContainsFunc(before.Found, missing) && len(after.Withheld)+len(before.Withheld) == 0 {
		return before, after, nil
	}
	inputs := []compile.Input{after.Input}
	if before.Result != nil {
		inputs = append(inputs, before.Input)
	}
	options, list := prove.Suppose(inputs, after.Options)
	if len(list) > 0 {
		notes = append(notes, "not among the inputs and assumed to exist: "+strings.Join(list, ", "))
	}
	again := func(s *compare.Side) *compare.Side {
		if s.Result == nil || len(list) == 0 && len(s.Withheld) == 0 {
			return s
		}
		next := compare.Compile(s.Name, s.Input, options)
		if !before.Live {
			next.AddWritten()
		}
		next.Live, next.Fatal = s.Live, s.Fatal
		next.Found = slices.DeleteFunc(s.Found, missing)
		return next
	}
	was, is = again(before), again(after)
	for _, s := range []*compare.Side{was, is} {
		for owner := range s.Withheld {
			notes = append(notes, fmt.Sprintf("%s is not compared: it has an error on the side %s", owner, s.Name))
		}
	}
	slices.Sort(notes)
	return was, is, notes
}
