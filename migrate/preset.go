package migrate

import (
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
)

// Presets gives the issuers of the IDPPresets in the files, by name.
func Presets(files []*source.File) map[string]Issuer {
	out := map[string]Issuer{}
	for _, f := range files {
		docs, _ := source.Split(f)
		for _, d := range docs {
			if root, _ := d.Parse(); root != nil {
				presets(d, root, out)
			}
		}
	}
	return out
}

// presetGroups are the group of IDPPreset and the one it had first.
var presetGroups = map[string]bool{"authentication.kyma-project.io": true, "ui.kyma.cx": true}

func presets(d *source.Document, root *source.Node, out map[string]Issuer) {
	d.APIVersion, d.Kind, d.Namespace, d.Name = source.Head(root)
	if d.Kind == "IDPPreset" && presetGroups[schema.Group(d.APIVersion)] {
		spec := source.Field(root, "spec")
		out[d.Name] = Issuer{Issuer: source.Text(source.Field(spec, "issuer")), JWKS: source.Text(source.Field(spec, "jwksUri"))}
		return
	}
	items, _ := d.Items(root)
	for _, item := range items {
		node, _ := item.Outline()
		presets(item, node, out)
	}
}
