package routes

import (
	"fmt"
	"strconv"
	"time"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// reader collects what is found about one VirtualService.
type reader struct {
	found diag.List
}

// object is a mapping whose fields are read one by one: what nobody read by the
// end is not known, and the VirtualService is left.
type object struct {
	*reader
	at     source.Ref
	fields source.Object
	read   map[string]bool
}

// object opens a value that has to be a mapping, or absent.
func (r *reader) object(v any, at source.Ref) *object {
	o := &object{reader: r, at: at, read: map[string]bool{}}
	fields, ok := v.(source.Object)
	if o.fields = fields; !ok && v != nil {
		r.reportType(at, "a mapping")
	}
	return o
}

// reportType reports a value of another type than the field has.
func (r *reader) reportType(at source.Ref, want string) {
	r.found.Add(diag.Finding{
		Code: diag.ServiceFieldLeft, At: at, Help: "repair the VirtualService: the API server refuses it",
		Message: fmt.Sprintf("%s of the VirtualService is not %s", at.Path, want),
	})
}

// reportUnsaid reports what an HTTPRoute has no words for.
func (r *reader) reportUnsaid(at source.Ref, format string, args ...any) {
	r.found.Add(diag.Finding{
		Code: diag.RouteUnsaid, At: at, Help: "keep the VirtualService, or change the route",
		Message: "an HTTPRoute cannot say " + fmt.Sprintf(format, args...),
	})
}

// has reports whether a field is there, and counts it as read.
func (o *object) has(key string) bool { return o.get(key) != nil }

func (o *object) get(key string) any {
	o.read[key] = true
	v, _ := o.fields.Get(key)
	return v
}

// keys are those of a mapping with keys of the author's, in order.
func (o *object) keys() []string {
	var out []string
	for _, m := range o.fields {
		out = append(out, m.Key)
	}
	return out
}

func (o *object) child(key string) *object { return o.object(o.get(key), o.at.At(key)) }

func (o *object) list(key string) []any {
	v := o.get(key)
	list, ok := v.([]any)
	if !ok && v != nil {
		o.reportType(o.at.At(key), "a list")
	}
	return list
}

// children are the elements of a list of mappings.
func (o *object) children(key string) []*object {
	var out []*object
	for i, v := range o.list(key) {
		out = append(out, o.object(v, o.at.At(key).Elem(i)))
	}
	return out
}

func (o *object) text(key string) string {
	v := o.get(key)
	s, ok := v.(string)
	if !ok && v != nil {
		o.reportType(o.at.At(key), "text")
	}
	return s
}

func (o *object) texts(key string) []string {
	var out []string
	for i, v := range o.list(key) {
		s, ok := v.(string)
		if !ok {
			o.reportType(o.at.At(key).Elem(i), "text")
		}
		out = append(out, s)
	}
	return out
}

func (o *object) flag(key string) bool {
	v := o.get(key)
	b, ok := v.(bool)
	if !ok && v != nil {
		o.reportType(o.at.At(key), "true or false")
	}
	return b
}

// number is a number, 0 where there is none.
func (o *object) number(key string) float64 {
	v := o.get(key)
	n, ok := v.(source.Number)
	f, err := strconv.ParseFloat(string(n), 64)
	if v != nil && (!ok || err != nil) {
		o.reportType(o.at.At(key), "a number")
	}
	return f
}

// duration is a duration, ok false where there is none.
func (o *object) duration(key string) (d time.Duration, ok bool) {
	text := o.text(key)
	if text == "" {
		return 0, false
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		o.reportType(o.at.At(key), "a duration")
	}
	return d, true
}

// reportUnread reports the fields that nobody has read.
func (o *object) reportUnread() {
	for _, m := range o.fields {
		if o.read[m.Key] || m.Value == nil {
			continue
		}
		at := o.at.At(m.Key)
		o.found.Add(diag.Finding{
			Code: diag.ServiceFieldLeft, At: at, Help: "remove the field, or move the VirtualService by hand",
			Message: fmt.Sprintf("it is not known what becomes of %s of the VirtualService", at.Path),
		})
	}
}
