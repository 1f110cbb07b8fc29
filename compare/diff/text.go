package diff

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/lines"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/report"
)

// View describes how differences are shown.
type View struct {
	// Before and After name the sides: "live" and "kgw".
	Before, After string
	// Context is the number of unchanged lines around a change.
	Context int
	Color   bool
}

// Unified shows a difference as a head for people and a unified diff of its
// YAML. Elements that moved are in the head and not in the diff.
func (v View) Unified(d *Difference) string {
	var b strings.Builder
	for _, l := range d.Head() {
		b.WriteString(v.paint(bold, report.Line(l)) + "\n")
	}
	for _, l := range strings.SplitAfter(v.hunks(d), "\n") {
		b.WriteString(v.line(report.Patch(l)))
	}
	return b.String()
}

func (v View) hunks(d *Difference) string {
	old, name := d.ID, d.ID
	if d.OldName != "" {
		old.Name = d.OldName
	}
	before, after := v.Before+"/"+file(old), v.After+"/"+file(name)
	switch d.Op {
	case Create:
		before = "/dev/null"
	case Delete:
		after = "/dev/null"
	case Update, Rename:
	}
	return lines.Diff(before, after, YAML(d.Before), YAML(d.After), v.Context)
}

// YAML writes an object as it is compared; nothing for nil.
func YAML(o map[string]any) []byte {
	if o == nil {
		return nil
	}
	return manifest.AppendYAMLValue(nil, o)
}

func file(id ID) string {
	parts := []string{id.Kind, id.Name}
	if id.Namespace != "" {
		parts = []string{id.Kind, id.Namespace, id.Name}
	}
	return strings.Join(parts, "/")
}

// Head returns lines that say what becomes of the object, what moved in it, and
// what happens meanwhile.
func (d *Difference) Head() []string {
	first := d.what()
	if place := d.Place(); place != "" {
		first += " (" + place + ")"
	}
	out := []string{first}
	for i := range d.Changes {
		if c := &d.Changes[i]; c.Op == Moved {
			out = append(out, "  "+c.String())
		}
	}
	if d.Op == Rename {
		out = append(out, "  meanwhile: "+d.Meanwhile(), "  order: "+d.Order())
	}
	return out
}

// what names the operation and the object: "update Rule web/shop".
func (d *Difference) what() string {
	if d.Op != Rename {
		return fmt.Sprintf("%s %s", d.Op, d.ID)
	}
	old := d.ID
	old.Name = d.OldName
	return fmt.Sprintf("rename %s to %s", old, d.ID.Name)
}

// Place returns where the object comes from, as far as that is a file.
func (d *Difference) Place() string {
	doc := d.Origin.Doc
	if doc == nil || doc.File == nil {
		return ""
	}
	span := doc.Locator().Span(d.Origin.Path, false)
	return fmt.Sprintf("%s:%d", doc.File.Name, span.Line)
}

// String returns what changes, in one line.
func (c *Change) String() string {
	switch c.Op {
	case Added:
		return fmt.Sprintf("added %s: %s", c.Path, brief(c.After))
	case Removed:
		return fmt.Sprintf("removed %s: %s", c.Path, brief(c.Before))
	case Moved:
		return fmt.Sprintf("moved %s from position %d to %d: %s", c.Path, c.From+1, c.To+1, c.What)
	case Changed:
	}
	return fmt.Sprintf("changed %s: %s -> %s", c.Path, brief(c.Before), brief(c.After))
}

const maxBrief = 200 // characters of a value in one line

func brief(v any) string {
	s := spellValue(v)
	if r := []rune(s); len(r) > maxBrief {
		return string(r[:maxBrief]) + " ..."
	}
	return s
}

type style string

const (
	bold  style = "1"
	red   style = "31"
	green style = "32"
	cyan  style = "36"
)

func (v View) paint(s style, text string) string {
	if !v.Color {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

func (v View) line(l string) string {
	body, end, _ := strings.Cut(l, "\n")
	if len(body) < len(l) {
		end = "\n"
	}
	switch {
	case strings.HasPrefix(l, "--- "), strings.HasPrefix(l, "+++ "):
		return v.paint(bold, body) + end
	case strings.HasPrefix(l, "-"):
		return v.paint(red, body) + end
	case strings.HasPrefix(l, "+"):
		return v.paint(green, body) + end
	case strings.HasPrefix(l, "@@"):
		return v.paint(cyan, body) + end
	}
	return l
}
