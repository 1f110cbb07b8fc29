package compile

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
)

// documentsByKey returns the documents among the inputs whose kinds are written, by the
// keys of their objects.
func (r *run) documentsByKey() map[string]*unit {
	out := map[string]*unit{}
	for _, u := range r.units {
		if u.kind == nil && u.doc.Name != "" && kinds.Written(schema.Group(u.doc.APIVersion), u.doc.Kind) {
			out[documentKey(u.doc)] = u
		}
	}
	return out
}

// isCopy reports whether a document equals the object that would be written, or an
// earlier run wrote it and this one replaces it.
func (r *run) isCopy(u *unit, o *manifest.Object) bool {
	if r.options.Earlier != nil && r.options.Earlier(u.doc) {
		return true
	}
	root, _ := u.doc.Parse()
	return root != nil && reflect.DeepEqual(jsonValueOf(o.Value()), jsonValueOf(source.Value(root)))
}

// jsonValueOf returns a value in the types of encoding/json.
func jsonValueOf(v any) any {
	var out any
	if json.Unmarshal(manifest.AppendJSON(nil, v, 0), &out) != nil {
		return nil
	}
	return out
}

// reportIntruders withholds gateways that would write an object which has the
// name of another one among the inputs: whichever is applied last would replace
// it.
func (r *run) reportIntruders(objects [][]manifest.Object) {
	others := r.documentsByKey()
	if len(others) == 0 {
		return
	}
	for i, list := range objects {
		if u := r.compiled[i]; u.withheld && list == nil && u.target != nil {
			list = u.target.objects(u)
		}
		for j := range list {
			o := &list[j]
			u := others[o.Key()]
			if u == nil || r.isCopy(u, o) {
				continue
			}
			r.compiled[i].withheld = true
			f := intruderFinding(u, o)
			f.Owner = r.compiled[i].doc
			r.found.Add(f)
		}
	}
}

// intruderFinding returns the finding about a document that has the name of a written
// object.
func intruderFinding(u *unit, o *manifest.Object) diag.Finding {
	f := diag.Finding{
		Code: diag.NameCollision, Severity: diag.Error, At: source.Ref{Doc: u.doc}.At("metadata", "name"),
		Message: fmt.Sprintf("%s %q has the name of an object that is written, and would replace it or be replaced", o.Kind, strings.TrimPrefix(o.Meta.Namespace+"/"+o.Meta.Name, "/")),
		Help:    "rename the object, or remove it from the inputs",
	}
	if o.Origin.Doc != nil {
		f.Related = []diag.Related{{Message: "what the other one is written for", At: o.Origin}}
	}
	return f
}
