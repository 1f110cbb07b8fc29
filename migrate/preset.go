package migrate

import (
	"bytes"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// Presets returns the issuers of the IDPPresets in the files, by name.
func Presets(files []*source.File) map[string]Issuer {
	out := map[string]Issuer{}
	for _, f := range files {
		docs, _ := source.Split(f)
		for _, d := range docs {
			if root, _ := d.Parse(); root != nil {
				addPresets(d, root, out)
			}
		}
	}
	return out
}

// presetGroups are the group of IDPPreset and the one it had first.
var presetGroups = map[string]bool{"authentication.kyma-project.io": true, "ui.kyma.cx": true}

func addPresets(d *source.Document, root *source.Node, out map[string]Issuer) {
	d.APIVersion, d.Kind, d.Namespace, d.Name = source.Head(root)
	if d.Kind == "IDPPreset" && presetGroups[schema.Group(d.APIVersion)] {
		spec := source.Field(root, "spec")
		out[d.Name] = Issuer{Issuer: source.Text(source.Field(spec, "issuer")), JWKS: source.Text(source.Field(spec, "jwksUri"))}
		return
	}
	items, _ := d.Items(root)
	for _, item := range items {
		node, _ := item.Outline()
		addPresets(item, node, out)
	}
}

// namedPresets returns the IDPPresets of the files, if a resource names one.
func namedPresets(files []*source.File) map[string]Issuer {
	for _, f := range files {
		if bytes.Contains(f.Data, []byte(apirule.PresetAnnotation)) {
			return Presets(files)
		}
	}
	return nil
}

// fillIn writes the issuers and keys of the IDPPresets that a resource names
// into its rules without any, as build does: v2 has no rule without them. Where
// one is not among the files, the rules stay as they are, and are left to be
// decided.
func (c *conversion) fillIn() {
	root := source.NodeOf(c.withSpec(c.old, c.spec))
	var known []*ir.Preset
	names := apirule.PresetsOf(root)
	for _, name := range names {
		if p, ok := c.presets[name]; ok && p.Issuer != "" && p.JWKS != "" {
			known = append(known, &ir.Preset{Name: name, Issuer: p.Issuer, JWKS: p.JWKS})
		}
	}
	if len(names) == 0 || len(known) < len(names) {
		return
	}
	if apirule.FillStrategies(root, known, c.settings.IstioJWT) > 0 {
		c.spec, _ = source.Value(source.Field(root, "spec")).(source.Object)
	}
	c.filled = []string{apirule.PresetAnnotation}
}
