package compile

import (
	"fmt"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// readWithPresets reads the documents that name identity providers, now that
// all of these are known.
func (r *run) readWithPresets(units []*unit) {
	var waiting []*unit
	presets := map[string][]*ir.Preset{}
	var visit func([]*unit)
	visit = func(units []*unit) {
		for _, u := range units {
			if u.awaits != nil {
				waiting = append(waiting, u)
			}
			if p, ok := u.beside.(*ir.Preset); ok {
				presets[p.Name] = append(presets[p.Name], p)
			}
			visit(u.items)
		}
	}
	visit(units)
	r.presets = presets
	parallel.Each(len(waiting), func(i int) {
		root, _ := waiting[i].doc.Parse()
		r.decode(waiting[i], root)
	})
}

// fillIn writes the identity providers that a document's annotation names into
// its rules that name none. Where one of them is not known, nothing is filled
// in, and the document is withheld.
func (r *run) fillIn(u *unit, root *source.Node) *source.Node {
	if u.awaits == nil {
		return root
	}
	at := source.Ref{Doc: u.doc}.At("metadata", "annotations", apirule.PresetAnnotation)
	if u.kind.Fill == nil {
		u.found.Add(diag.Finding{
			Code: diag.PresetUnused, At: at, Message: u.kind.Kind + " has no rules that identity providers could be filled into",
			Help: "remove the annotation",
		})
		return root
	}
	var presets []*ir.Preset
	for _, name := range u.awaits {
		if p := r.preset(name); p != nil {
			presets = append(presets, p)
			continue
		}
		u.found.Add(diag.Finding{
			Code: diag.PresetNotFound, At: at, Message: fmt.Sprintf("there is no IDPPreset %q among the inputs that can be used: its rules have no issuer", name),
			Help: "add the IDPPreset to the inputs, or write issuer and keys into the rules", Related: r.presetPlaces(name),
		})
	}
	if len(presets) < len(u.awaits) {
		return root
	}
	root = source.NodeOf(source.Value(root)) // findings need the tree as it is written
	if u.kind.Fill(root, presets, r.settingsFor(u.doc, u.kind).IstioJWT) == 0 {
		u.found.Add(diag.Finding{
			Code: diag.PresetUnused, At: at, Message: "no jwt rule of the resource is without issuer and keys: the annotation has no effect",
			Help: "remove the annotation, or the issuers and keys of the rules that it is meant for",
		})
	}
	return root
}

// preset returns the identity provider of a name; nil where there is none, or
// several that differ.
func (r *run) preset(name string) *ir.Preset {
	var out *ir.Preset
	for _, p := range r.presets[name] {
		if out != nil && (p.Issuer != out.Issuer || p.JWKS != out.JWKS) {
			return nil
		}
		out = p
	}
	return out
}

// presetPlaces points at presets that differ under one name.
func (r *run) presetPlaces(name string) []diag.Related {
	var out []diag.Related
	for _, p := range r.presets[name] {
		out = append(out, diag.Related{At: p.Origin.At("spec"), Message: "an IDPPreset of this name"})
	}
	return out
}
