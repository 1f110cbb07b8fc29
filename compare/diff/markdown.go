package diff

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/report"
)

// Markdown shows the differences as GitHub renders them, in at most limit
// bytes: what does not fit is counted. A brief report lists the objects only.
func (r *Report) Markdown(v View, limit int, brief bool) string {
	v.Color = false
	p := report.NewPage(limit, fmt.Sprintf("### kgw diff: %s to %s\n\n%s\n", report.Entities(v.Before), report.Entities(v.After), r.Totals()))
	for i := range r.Differences {
		d := &r.Differences[i]
		full := "\n- " + summaryOf(d) + "\n"
		if !brief {
			if full = v.details(d); !p.Fits(full) {
				full = "\n- " + summaryOf(d) + " (too long to be shown)\n"
			}
		}
		p.Add("", full)
	}
	return p.End(func(n int) string { return fmt.Sprintf("%d more of %d objects are left out.", n, len(r.Differences)) }, "")
}

func (v View) details(d *Difference) string {
	text := report.Patch(v.hunks(d))
	var b strings.Builder
	fmt.Fprintf(&b, "\n<details><summary>%s</summary>\n\n", summaryOf(d))
	for _, l := range d.Head()[1:] {
		fmt.Fprintf(&b, "- %s\n", report.Entities(strings.TrimSpace(l)))
	}
	if text != "" {
		fence := report.Fence(text)
		fmt.Fprintf(&b, "\n%sdiff\n%s%s\n", fence, text, fence)
	}
	b.WriteString("\n</details>\n")
	return b.String()
}

func summaryOf(d *Difference) string { return report.Entities(d.Head()[0]) }
