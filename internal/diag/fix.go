package diag

import "github.com/kgw-dev/kgw/internal/source"

// Fix is a mechanical remedy for a finding. It admits nobody who was not
// admitted before.
//
//sumtype:decl
type Fix interface{ fix() }

// Rewrite makes the scalar at the finding's place another text.
type Rewrite struct{ Text string }

// Move moves an element of a list in front of an earlier one.
type Move struct {
	List     source.Ref
	From, To int
}

// DropComment removes the comment at the finding's span.
type DropComment struct{}

func (Rewrite) fix()     {}
func (Move) fix()        {}
func (DropComment) fix() {}
