package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/report"
)

// Report is what one run found.
type Report struct {
	// Before and After name the sides: "live" and "kgw".
	Before, After string
	Differences   []Difference
	// Same counts the objects that do not differ, Skipped those that could not
	// be compared.
	Same, Skipped int
}

// Count counts the differences of one operation.
func (r *Report) Count(op Op) int {
	n := 0
	for i := range r.Differences {
		if r.Differences[i].Op == op {
			n++
		}
	}
	return n
}

// Totals says in one line how many objects differ, and how.
func (r *Report) Totals() string {
	var parts []string
	for _, c := range []struct {
		op   Op
		text string
	}{{Update, "to change"}, {Create, "to create"}, {Rename, "to rename"}, {Delete, "to delete"}} {
		if n := r.Count(c.op); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, c.text))
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "no differences")
	}
	parts = append(parts, fmt.Sprintf("%d unchanged", r.Same))
	if r.Skipped > 0 {
		parts = append(parts, fmt.Sprintf("%d not compared", r.Skipped))
	}
	return strings.Join(parts, ", ")
}

// Text shows every difference as View.Unified does.
func (r *Report) Text(v View) string {
	var b strings.Builder
	for i := range r.Differences {
		b.WriteString(v.Unified(&r.Differences[i]))
	}
	if order := r.Order(); order != "" {
		b.WriteString("order: " + order + "\n")
	}
	return b.String()
}

// Order says in which order policies, routes and Rules that change together are
// applied without a gap or an opening; "" where there is nothing to order.
func (r *Report) Order() string {
	has := func(gone bool, list ...string) bool {
		return slices.ContainsFunc(r.Differences, func(d Difference) bool { return (d.Op == Delete) == gone && slices.Contains(list, d.ID.Kind) })
	}
	rulesGo := has(true, kinds.Rule)
	routes := has(false, kinds.VirtualService, kinds.HTTPRoute) || has(true, kinds.VirtualService, kinds.HTTPRoute)
	if !has(false, kinds.AuthorizationPolicy) || !routes && !rulesGo {
		return ""
	}
	b := "apply "
	if has(false, kinds.RequestAuthentication) {
		b += "RequestAuthentications, then "
	}
	if b += "the policies with one more that admits "; rulesGo {
		b += "Oathkeeper"
	} else {
		b += "whom they admitted before"
	}
	if has(false, kinds.Rule) {
		b += ", then Rules"
	}
	if routes {
		b += ", then routes"
	}
	if b += "; then delete "; rulesGo {
		b += "Rules, then "
	}
	return b + "that one policy; kgw diff --plan writes the steps"
}

// Summary lists the objects that differ, a line each, and the totals.
func (r *Report) Summary(v View) string {
	var b strings.Builder
	for i := range r.Differences {
		d := &r.Differences[i]
		head := d.Head()
		b.WriteString(v.paint(opStyle[d.Op], report.Line(head[0])))
		if n := len(d.Changes); n == 1 {
			b.WriteString(": 1 change")
		} else if n > 1 {
			fmt.Fprintf(&b, ": %d changes", n)
		}
		b.WriteString("\n")
		for _, l := range head[1:] {
			if !strings.HasPrefix(l, "  moved ") {
				b.WriteString(report.Line(l) + "\n")
			}
		}
	}
	if order := r.Order(); order != "" {
		b.WriteString("order: " + order + "\n")
	}
	return b.String() + r.Totals() + "\n"
}

var opStyle = map[Op]style{Create: green, Delete: red, Update: bold, Rename: cyan}

// Item is a difference as JSON shows it. The shape is public: additions only.
type Item struct {
	Op         Op             `json:"op"`
	APIVersion string         `json:"apiVersion"`
	Kind       string         `json:"kind"`
	Namespace  string         `json:"namespace,omitempty"`
	Name       string         `json:"name"`
	OldName    string         `json:"oldName,omitempty"`
	File       string         `json:"file,omitempty"`
	Line       int            `json:"line,omitempty"`
	Changes    []ItemChange   `json:"changes"`
	Before     map[string]any `json:"before,omitempty"`
	After      map[string]any `json:"after,omitempty"`
	Meanwhile  string         `json:"meanwhile,omitempty"`
	Order      string         `json:"order,omitempty"`
}

// ItemChange is a change of one field as JSON shows it.
type ItemChange struct {
	Op     ChangeOp `json:"op"`
	Path   string   `json:"path"`
	Before any      `json:"before,omitempty"`
	After  any      `json:"after,omitempty"`
	From   *int     `json:"from,omitempty"`
	To     *int     `json:"to,omitempty"`
}

// Items returns the differences as JSON shows them: created and deleted objects
// whole, and the changes of the others.
func (r *Report) Items() []Item {
	out := make([]Item, 0, len(r.Differences))
	for i := range r.Differences {
		d := &r.Differences[i]
		item := Item{Op: d.Op, APIVersion: d.APIVersion, Kind: d.ID.Kind, Namespace: d.ID.Namespace, Name: d.ID.Name, OldName: d.OldName, Changes: []ItemChange{}}
		if doc := d.Origin.Doc; doc != nil && doc.File != nil {
			item.File, item.Line = doc.File.Name, doc.Locator().Span(d.Origin.Path, false).Line
		}
		switch d.Op {
		case Create:
			item.After = d.After
		case Delete:
			item.Before, item.Meanwhile = d.Before, d.Gap()
		case Rename:
			item.Meanwhile, item.Order = d.Meanwhile(), d.Order()
		case Update:
		}
		for j := range d.Changes {
			item.Changes = append(item.Changes, d.Changes[j].item())
		}
		out = append(out, item)
	}
	return out
}

func (c *Change) item() ItemChange {
	out := ItemChange{Op: c.Op, Path: c.Path, Before: c.Before, After: c.After}
	if c.Op == Moved {
		out.From, out.To = &c.From, &c.To
	}
	return out
}
