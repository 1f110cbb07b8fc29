package openapi

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// part is a part of a description. What a reference leads to has the place that
// the reference leads from.
type part struct {
	value any    // of source.Value; nil where the description does not have the part
	file  string // the file that it is in
	at    source.Ref
}

// field returns a field of an object. The value is nil where there is none.
func (p part) field(key string) part {
	o, _ := p.value.(source.Object)
	value, _ := o.Get(key)
	return part{value, p.file, p.at.At(key)}
}

// loader reads parts. It keeps the first fault that it finds, and reads on as if
// the part at fault were not there.
type loader struct {
	files
	fault *diag.Finding
}

func (l *loader) refuse(p part, format string, args ...any) {
	if l.fault == nil {
		f := invalid(p.at, strings.TrimSpace(p.at.Path+" "+fmt.Sprintf(format, args...)))
		l.fault = &f
	}
}

// object returns the fields of an object, nil where there is none.
func (l *loader) object(p part) source.Object {
	o, ok := p.value.(source.Object)
	if !ok && p.value != nil {
		l.refuse(p, "is not an object")
	}
	return o
}

// list returns the elements of a list, nil where there is none.
func (l *loader) list(p part) []part {
	elements, ok := p.value.([]any)
	if !ok {
		if p.value != nil {
			l.refuse(p, "is not a list")
		}
		return nil
	}
	out := make([]part, len(elements))
	for i, v := range elements {
		out[i] = part{v, p.file, p.at.Elem(i)}
	}
	return out
}

// text returns a text, "" where there is none.
func (l *loader) text(p part) string {
	text, ok := p.value.(string)
	if !ok && p.value != nil {
		l.refuse(p, "is not a text")
	}
	return text
}

// texts returns a list of texts.
func (l *loader) texts(p part) []string {
	var out []string
	for _, e := range l.list(p) {
		if e.value == nil {
			l.refuse(e, "is not a text")
		}
		out = append(out, l.text(e))
	}
	return out
}

func invalid(at source.Ref, message string) diag.Finding {
	return diag.Finding{
		Code: diag.APIUnreadable, At: at, Message: "this is not a valid OpenAPI document: " + message,
		Help: "correct the document; its rules are at https://spec.openapis.org/oas/latest.html",
	}
}
