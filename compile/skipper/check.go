package skipper

import (
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
)

// Check says what is wrong with what Lower would write.
func Check(g *ir.Gateway, t *ir.Target) diag.List {
	var found diag.List
	return found
}
