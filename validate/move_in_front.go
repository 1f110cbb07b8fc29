package validate

import (
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// moveInFront is the fix of a route that earlier ones shadow completely: its rule moves
// in front of theirs. There is no fix if the later route may admit a caller whom one of
// the earlier ones refuses.
func moveInFront(takes []*ir.Entry, later *ir.Entry, earlier []int) diag.Fix {
	for _, i := range earlier {
		if a := takes[i].Route.Access; !a.Open() || len(a.Deny) > 0 {
			return nil
		}
	}
	list, from, ok := splitElement(later.Route.Origin)
	_, to, known := splitElement(takes[earlier[0]].Route.Origin)
	if !ok || !known || to >= from {
		return nil
	}
	return diag.Move{List: list, From: from, To: to}
}

// splitElement splits "spec.rules[2]".
func splitElement(at source.Ref) (list source.Ref, index int, ok bool) {
	open := strings.LastIndexByte(at.Path, '[')
	if open < 0 || !strings.HasSuffix(at.Path, "]") {
		return at, 0, false
	}
	index, err := strconv.Atoi(at.Path[open+1 : len(at.Path)-1])
	return source.Ref{Doc: at.Doc, Path: at.Path[:open]}, index, err == nil
}
