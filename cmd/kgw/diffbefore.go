package main

import (
	"fmt"

	"github.com/kgw-dev/kgw/internal/diag"
)

// said is what makes a finding of both sides one.
type said struct {
	code          diag.Code
	message, file string
	line          int
}

func saidBy(g *diag.Finding) said { return said{g.Code, g.Message, g.Span.File, g.Span.Line} }

// past makes the side that of a state which is over, and which no run can
// repair: what the other side says too is left to that, and an error is a
// warning that the side could not be compiled there. A file that cannot be read
// at all stays an error.
func (s *side) past(after *side) {
	both := map[said]bool{}
	for i := range after.found {
		both[saidBy(&after.found[i])] = true
	}
	var kept diag.List
	s.fatal = false
	for _, g := range s.found {
		switch {
		case both[saidBy(&g)]:
			continue
		case g.Code == diag.Unreadable:
			s.fatal = true
		case g.Severity == diag.Error:
			g.Severity, g.Fix, g.Fixable = diag.Warning, nil, false
			g.Message = fmt.Sprintf("the before side, %s, could not be compiled here: %s", s.name, g.Message)
			g.Help = "what it makes of this is missing on the before side; nothing is to be done if the after side is right"
		}
		kept = append(kept, g)
	}
	s.found = kept
}
