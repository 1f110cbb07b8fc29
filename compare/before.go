package compare

import (
	"fmt"

	"github.com/kgw-dev/kgw/internal/diag"
)

// identity identifies findings of both sides that are one.
type identity struct {
	code          diag.Code
	message, file string
	line          int
}

func identityOf(g *diag.Finding) identity {
	return identity{g.Code, g.Message, g.Span.File, g.Span.Line}
}

// Past marks the side as a past state, which no run can repair. Findings that the
// other side has too are left to that side, and errors become warnings that the
// side could not be compiled there. A file that cannot be read at all stays an
// error.
func (s *Side) Past(after *Side) {
	both := map[identity]bool{}
	for i := range after.Found {
		both[identityOf(&after.Found[i])] = true
	}
	var kept diag.List
	s.Fatal = false
	for _, g := range s.Found {
		switch {
		case both[identityOf(&g)]:
			continue
		case g.Code == diag.Unreadable:
			s.Fatal = true
		case g.Severity == diag.Error:
			g.Severity, g.Fix, g.Fixable = diag.Warning, nil, false
			g.Message = fmt.Sprintf("the before side, %s, could not be compiled here: %s", s.Name, g.Message)
			g.Help = "what it makes of this is missing on the before side; nothing needs to be done if the after side is right"
		default:
			g.Message = fmt.Sprintf("the before side, %s: %s", s.Name, g.Message)
			g.Help = "nothing needs to be done if the after side is right"
		}
		g.Span = g.Span.On(s.Name)
		kept = append(kept, g)
	}
	s.Found = kept
}
