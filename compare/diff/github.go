package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// GitHub shows the differences as workflow commands, which GitHub Actions shows
// as annotations, and the totals. Only some of each level are shown: what goes
// comes first.
func (r *Report) GitHub() string {
	list := make([]*Difference, len(r.Differences))
	for i := range list {
		list[i] = &r.Differences[i]
	}
	slices.SortStableFunc(list, func(a, b *Difference) int { return cmp.Compare(urgency[a.Op], urgency[b.Op]) })
	var b strings.Builder
	for _, d := range list {
		level := "notice"
		if d.Op == Delete || d.Op == Rename {
			level = "warning"
		}
		text := d.Head()
		for i := range d.Changes {
			if d.Changes[i].Op != Moved {
				text = append(text, "  "+d.Changes[i].String())
			}
		}
		span := source.Span{}
		if doc := d.Origin.Doc; doc != nil && doc.File != nil {
			span = doc.Locator().Span(d.Origin.Path, false)
		}
		b.WriteString(diag.Command(level, span, "kgw diff", strings.Join(text, "\n")) + "\n")
	}
	return b.String() + fmt.Sprintf("kgw diff: %s\n", r.Totals())
}

var urgency = map[Op]int{Delete: 0, Rename: 1, Update: 2, Create: 3}
