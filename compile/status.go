package compile

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// verdict is how a cluster would treat a resource: the status that the controller sets,
// or why there is none, and the fields that the API server drops.
type verdict struct {
	status  source.Object
	refused string
	pruned  []string
	later   string // what the controller says about it if it sees another one first
}

// verdicts computes what each resource's cluster would say about it: from the findings
// that the controller makes too, whatever their level is here. What the API server
// refuses has no status, because no controller sees it.
func (r *run) verdicts() map[*source.Document]*verdict {
	if !r.options.Status {
		return nil
	}
	out := map[*source.Document]*verdict{}
	failures := map[*source.Document][]diag.Upstream{}
	for i := range r.found {
		f := &r.found[i]
		doc := f.Document()
		if doc == nil {
			continue
		}
		if out[doc] == nil {
			out[doc] = &verdict{}
		}
		switch u := f.Upstream; {
		case u == nil, *u == (diag.Upstream{}): // an empty one: the controller says nothing
		case u.Later:
			out[doc].later = fmt.Sprintf("refused if the controller sees another resource with its host first: Attribute %q: %s", u.Attribute, u.Message)
		default:
			failures[doc] = append(failures[doc], *u)
		}
		out[doc].noteServer(f)
	}
	for _, u := range r.units {
		if u.kind == nil || u.kind.Status == nil {
			continue
		}
		if out[u.doc] == nil {
			out[u.doc] = &verdict{}
		}
		if v := out[u.doc]; v.refused == "" && u.gateway != nil {
			v.status = u.kind.Status(u.gateway, failures[u.doc], r.settingsFor(u.doc, u.kind))
		}
	}
	return out
}

// noteServer notes what the API server does about a finding: it drops unknown
// fields, and refuses what its schema, its conversion webhook or the form of
// labels excludes.
func (v *verdict) noteServer(f *diag.Finding) {
	message := ""
	switch {
	case f.Code == diag.UnknownField && f.Hides != nil:
		message = fmt.Sprintf("the API server refuses the resource: %s: %s", f.Hides.At.Path, f.Hides.Message)
	case f.Code == diag.UnknownField:
		v.pruned = append(v.pruned, f.At.Path)
	case f.Code == diag.LabelTooLong:
		message = "the API server refuses what the controller writes: " + f.Message
	case f.Upstream == nil && strings.HasPrefix(string(f.Code), "KGW2") && (diag.Levels{Mode: diag.Controller}).Of(f.Code) == diag.Error:
		message = fmt.Sprintf("the API server refuses the resource: %s: %s", f.At.Path, f.Message)
	}
	if v.refused == "" {
		v.refused = message
	}
}
