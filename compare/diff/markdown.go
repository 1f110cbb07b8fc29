package diff

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/report"
)

// footer is kept free for the line that says what is left out.
const footer = 200

// Markdown shows the differences as GitHub renders them, in at most limit
// bytes: what does not fit is counted. A brief report lists the objects only.
func (r *Report) Markdown(v View, limit int, brief bool) string {
	v.Color = false
	var b strings.Builder
	fmt.Fprintf(&b, "### kgw diff: %s to %s\n\n%s\n", report.Entities(v.Before), report.Entities(v.After), r.Totals())
	room := limit - b.Len() - footer
	left := 0
	for i := range r.Differences {
		d := &r.Differences[i]
		full := v.details(d)
		if brief {
			full = "\n- " + summaryOf(d) + "\n"
		} else if len(full) > room {
			full = "\n- " + summaryOf(d) + " (too long to be shown)\n"
		}
		if left > 0 || len(full) > room {
			left++
			continue
		}
		room -= len(full)
		b.WriteString(full)
	}
	if left > 0 {
		fmt.Fprintf(&b, "\n%d more of %d objects are left out.\n", left, len(r.Differences))
	}
	return shorten(b.String(), limit)
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

// shorten shortens text that is longer than the limit all the same.
func shorten(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:max(limit, 0)], "")
}
