package diff

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/report"
)

// Document returns the differences, each with its patch. A brief report lists the
// objects only.
func (r *Report) Document(v View, brief bool) *report.Document {
	d := &report.Document{
		Title: report.Plain(fmt.Sprintf("kgw diff: %s to %s", v.Before, v.After)), Level: 3, Intro: report.Plain(r.Totals()),
		Left: func(n int) string { return fmt.Sprintf("%d more of %d objects are left out.", n, len(r.Differences)) },
	}
	for i := range r.Differences {
		head := r.Differences[i].Head()
		block := &report.Details{Summary: head[0], Brief: brief}
		if !brief {
			for _, l := range head[1:] {
				block.Lines = append(block.Lines, strings.TrimSpace(l))
			}
			block.Patch = v.hunks(&r.Differences[i])
		}
		d.Add(block)
	}
	return d
}
