package shape

import (
	"fmt"
	"strings"
)

// curly are the quotation marks that word processors write in place of straight
// ones.
const curly = "\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"

// remedy returns how to correct a text that a pattern refuses, in words and by
// example.
func (p *Pattern) remedy(text string) string {
	if strings.ContainsAny(text, curly) {
		return fmt.Sprintf("use straight quotation marks: %q", strings.Map(func(r rune) rune {
			if strings.ContainsRune(curly, r) {
				return -1
			}
			return r
		}, text))
	}
	if simple := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(text)), "_", "-"); p.Plain && simple != text && p.Match(simple) {
		return "write " + simple
	}
	if p.Remedy != nil {
		if help := p.Remedy(text); help != "" {
			return help
		}
	}
	if p.Example != "" {
		return "write " + p.Means + ", such as " + p.Example
	}
	return "write " + p.Means
}

// addHelp is the remedy for a field that is absent, with an example where the
// field's type has one.
func addHelp(name string, t *Type) string {
	example := ""
	switch {
	case t.Absent != "":
		return t.Absent
	case t.Like != "":
		example = t.Like
	case t.Pattern != nil && t.Pattern.Example != "":
		example = t.Pattern.Example
	case len(t.Enum) == 1:
		example = t.Enum[0]
	case t.Elem != nil && t.Elem.Pattern != nil && t.Elem.Pattern.Example != "":
		example = "[" + t.Elem.Pattern.Example + "]"
	case t.Elem != nil && len(t.Elem.Enum) > 0:
		example = "[" + t.Elem.Enum[0] + "]"
	default:
		return fmt.Sprintf("add %q", name)
	}
	return fmt.Sprintf("add %q, such as %s: %s", name, name, example)
}
