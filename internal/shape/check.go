package shape

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// Check returns what is wrong with the value at node, which is at the
// place at. Everything wrong is found in one walk. The tree must be expanded
// (source.Document.Parse).
func (t *Type) Check(node *source.Node, at source.Ref) diag.List {
	c := checker{doc: at.Doc, base: at.Path}
	c.checkValue(t, node, nil)
	return c.found
}

type checker struct {
	doc   *source.Document
	base  string
	found diag.List
}

// place is a step of the path to the value being checked, made into text only
// when there is something to say.
type place struct {
	up    *place
	key   string
	index int
	elem  bool // the step is index, not key
}

func (c *checker) path(p *place) string {
	if p == nil {
		return c.base
	}
	if p.elem {
		return source.JoinIndex(c.path(p.up), p.index)
	}
	return source.JoinKey(c.path(p.up), p.key)
}

func (c *checker) add(p *place, code diag.Code, help, format string, args ...any) {
	c.found.Add(diag.Finding{Code: code, At: source.Ref{Doc: c.doc, Path: c.path(p)}, Message: fmt.Sprintf(format, args...), Help: help})
}

func (c *checker) checkValue(t *Type, n *source.Node, p *place) {
	if t.Kind == Any {
		return
	}
	v := kindOf(n)
	if v.null {
		if !t.Nullable {
			c.add(p, diag.WrongType, "give a value or remove the field", "%s is null but must be %s", c.name(p), t.Kind)
		}
		return
	}
	if !v.is(t.Kind) {
		c.add(p, diag.WrongType, typeHelp(t, n), "%s must be %s, not %s", c.name(p), t.Kind, v)
		return
	}
	switch t.Kind {
	case Object:
		c.object(t, n, p)
	case Map:
		c.checkLength(t, len(n.Content)/2, "entries", p)
		for i := 0; i+1 < len(n.Content); i += 2 {
			c.checkValue(t.Elem, n.Content[i+1], &place{up: p, key: n.Content[i].Value})
		}
	case List:
		c.checkLength(t, len(n.Content), "elements", p)
		for i, e := range n.Content {
			c.checkValue(t.Elem, e, &place{up: p, index: i, elem: true})
		}
	case String:
		c.text(t, v.string, p)
	case Integer, Number:
		c.number(t, v.number, p)
	case StringOrList:
		if v.kind == String {
			c.checkValue(t.Elem, n, p)
			return
		}
		c.checkLength(t, len(n.Content), "elements", p)
		for i, e := range n.Content {
			c.checkValue(t.Elem, e, &place{up: p, index: i, elem: true})
		}
	case StringOrInteger:
		if v.kind == Integer {
			c.number(t, v.number, p)
		} else {
			c.text(t, v.string, p)
		}
	}
}

// name is how a message speaks of the value: its field name, or that of the
// list that it is an element of.
func (c *checker) name(p *place) string {
	if p != nil && p.elem {
		return "an element of " + c.field(p)
	}
	return c.field(p)
}

// field is the last field name on the way to a value.
func (c *checker) field(p *place) string {
	for q := p; q != nil; q = q.up {
		if !q.elem {
			return strconv.Quote(q.key)
		}
	}
	if c.base != "" {
		return strconv.Quote(c.base)
	}
	return "the document"
}

func (c *checker) object(t *Type, n *source.Node, p *place) {
	var have uint64
	var unknown []meaning
	at := &place{up: p}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i].Value
		f := t.index(key)
		if f < 0 {
			if !t.Open {
				unknown = append(unknown, meaning{len(c.found), c.reportUnknown(t, key, n.Content[i+1], p)})
			}
			continue
		}
		have |= 1 << f
		at.key = key
		c.checkValue(t.Fields[f].Type, n.Content[i+1], at)
	}
	for i := range t.Fields {
		if name := t.Fields[i].Name; t.Fields[i].Required && have&(1<<i) == 0 {
			c.add(&place{up: p, key: name}, diag.MissingField, addHelp(name, t.Fields[i].Type), "%q is required", name)
			c.dropMissing(unknown, name)
		}
	}
	if t.ExactlyOne != nil && !c.checkExactlyOne(t.ExactlyOne, n, p) {
		c.dropMissing(unknown, slices.Concat(t.ExactlyOne.Fields, t.ExactlyOne.True)...)
	}
	if t.AtLeastOne != nil && !slices.ContainsFunc(t.AtLeastOne, func(name string) bool { return source.Field(n, name) != nil }) {
		names := strings.Join(t.AtLeastOne, " or ")
		c.add(p, diag.NotExactlyOne, "add "+names, "at least one of %s must be set", strings.Join(t.AtLeastOne, " and "))
	}
}

// meaning is an unknown field: which finding is about it, and its remedy.
type meaning struct {
	finding int
	remedy  string
}

// dropMissing drops the last finding, that a field is missing, in favour of one
// about an unknown field whose remedy names it.
func (c *checker) dropMissing(unknown []meaning, names ...string) {
	last := c.found[len(c.found)-1]
	for _, m := range unknown {
		if slices.ContainsFunc(names, func(name string) bool { return mentions(m.remedy, name) }) {
			c.found = c.found[:len(c.found)-1]
			c.found[m.finding].Hides = &last
			return
		}
	}
}

func (t *Type) index(name string) int {
	for i := range t.Fields {
		if t.Fields[i].Name == name {
			return i
		}
	}
	return -1
}

// reportUnknown reports a field that does not exist and returns the remedy, as
// far as it names another field.
func (c *checker) reportUnknown(t *Type, key string, value *source.Node, p *place) string {
	names := make([]string, len(t.Fields))
	for i := range t.Fields {
		names[i] = t.Fields[i].Name
	}
	help, meant := "remove it; known fields are "+strings.Join(names, ", "), ""
	if hint := t.Hints[key]; hint != "" {
		help, meant = hint, hint
	} else if near := Nearest(key, names); near != "" {
		help, meant = fmt.Sprintf("did you mean %q?", near), near
	} else if name := onlyField(t); name != "" && kindOf(value).null {
		help, meant = fmt.Sprintf("write %s: %s", name, key), name // the value instead of the name
	}
	f := c.found.Add(diag.Finding{Code: diag.UnknownField, Help: help, Message: fmt.Sprintf("unknown field %q", key)})
	f.At = source.Ref{Doc: c.doc, Path: c.path(&place{up: p, key: key}), Key: true}
	return meant
}

// mentions reports whether a text has a name as one of its words.
func mentions(text, name string) bool {
	return slices.Contains(strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), name)
}

// checkExactlyOne reports whether exactly one of the fields is set, and adds a
// finding where it is not.
func (c *checker) checkExactlyOne(e *ExactlyOne, n *source.Node, p *place) bool {
	set := 0
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, v := n.Content[i].Value, n.Content[i+1]
		for _, f := range e.Fields {
			if f == key {
				set++
			}
		}
		for _, f := range e.True {
			if f == key && source.Scalar(v) == true {
				set++
			}
		}
	}
	if set != 1 {
		c.add(p, diag.NotExactlyOne, "set exactly one of "+strings.Join(append(append([]string(nil), e.True...), e.Fields...), ", "), "%s", e.Message)
	}
	return set == 1
}

func (c *checker) text(t *Type, s string, p *place) {
	c.checkLength(t, utf8.RuneCountInString(s), "characters", p)
	if t.Pattern != nil && !t.Pattern.Match(s) {
		c.add(p, diag.BadFormat, t.Pattern.remedy(s), "%q is not %s", s, t.Pattern.Means)
	}
	if len(t.Enum) == 0 {
		return
	}
	for _, e := range t.Enum {
		if e == s {
			return
		}
	}
	help := "use one of " + strings.Join(t.Enum, ", ")
	if len(t.Enum) == 1 {
		help = "write " + t.Enum[0]
	} else if near := nearestOf(s, t.Enum); near != "" {
		help = fmt.Sprintf("did you mean %q? allowed are %s", near, strings.Join(t.Enum, ", "))
	}
	if isAll(s) {
		help = "no word means all of them: list the ones you mean, of " + strings.Join(t.Enum, ", ")
	}
	c.add(p, diag.NotAllowed, help, "%q is not an allowed value of %s", s, c.field(p))
}

// nearestOf is Nearest, or the value that a text of three letters or more begins.
func nearestOf(s string, values []string) string {
	if near := Nearest(s, values); near != "" || len(s) < 3 {
		return near
	}
	for _, v := range values {
		if strings.HasPrefix(v, strings.ToLower(s)) {
			return v
		}
	}
	return ""
}

// isAll reports whether a text is what people write for all values.
func isAll(s string) bool {
	return s == "*" || strings.EqualFold(s, "all") || strings.EqualFold(s, "any")
}

func (c *checker) checkLength(t *Type, n int, unit string, p *place) {
	switch {
	case n < t.MinLen:
		help := ""
		if t.Kind == List && t.Elem != nil && t.Elem.Like != "" {
			help = "add one, such as " + t.Elem.Like
		}
		c.add(p, diag.BadLength, help, "%s must have at least %s, not %d", c.name(p), counted(t.MinLen, unit), n)
	case t.MaxLen > 0 && n > t.MaxLen:
		c.add(p, diag.BadLength, "", "%s must have at most %d %s, not %d", c.name(p), t.MaxLen, unit, n)
	}
}

// counted is a number of things, whose plural is given.
func counted(n int, units string) string {
	if n == 1 {
		units = map[string]string{"entries": "entry", "elements": "element", "characters": "character"}[units]
	}
	return fmt.Sprintf("%d %s", n, units)
}

func (c *checker) number(t *Type, text string, p *place) {
	if t.Min == nil && t.Max == nil {
		return
	}
	var below, above bool
	if r, ok := rational(text); ok {
		below = t.Min != nil && r.Cmp(new(big.Rat).SetInt64(*t.Min)) < 0
		above = t.Max != nil && r.Cmp(new(big.Rat).SetInt64(*t.Max)) > 0
	} else { // no float64 is as small or large
		below = strings.HasPrefix(text, "-")
		above = !below
	}
	if below && t.Min != nil {
		c.add(p, diag.OutOfRange, "", "%s must be at least %d, not %.40s", c.name(p), *t.Min, text)
	}
	if above && t.Max != nil {
		c.add(p, diag.OutOfRange, "", "%s must be at most %d, not %.40s", c.name(p), *t.Max, text)
	}
}
