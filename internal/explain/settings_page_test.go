package explain

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/shape"
)

const settingsHead = `# kgw.yaml

<!-- Written by "make generate" from the description of the configuration. -->

kgw looks for kgw.yaml upwards from each PATH: from the directory of a file, from a directory itself, and from the
working directory for standard input or without a PATH. The search ends at the top of a git repository; a
submodule is in the repository that has it. "-c FILE" or KGW_CONFIG names one for all. A flag wins over a
KGW_* variable, a variable over kgw.yaml, kgw.yaml over the default. Everything but apiVersion and kind is optional; an
unknown field is an error.

For each input the nearest kgw.yaml above it holds, so that one run checks a repository with several. It is read alone, but
for what those further up demand of everything below them: policy, domains.allow, services.block,
skipper.additionalFilters, skipper.annotations, limits, and the levels of the codes in policy.locked. A nearer one may ask
for more; where it asks for less, the other holds and KGW450 says so. A file that "-c" names is read alone. "extends" takes another
file's settings where this one says nothing, "overrides" sets some for some files.

Folders that are variants of one another, such as overlays of kustomize, are told apart by "environments": "--env prod"
takes the settings of one, and the files of "inputs" are those that it alone has.

` + "```yaml" + `
apiVersion: kgw.dev/v1alpha1
kind: Config
environments:
  dev: {domains: {default: dev.example.com}, inputs: [overlays/dev], helm: {values: [values-dev.yaml]}}
  prod: {domains: {default: example.com}, inputs: [overlays/prod], helm: {values: [values-prod.yaml]}}
` + "```" + `

"kgw init" writes a commented kgw.yaml: "--scan" sets what the resources refer to and nobody describes, with the places that
need it, "--from-cluster" and "--from-dump" what a cluster has. "kgw config PATH" prints the settings that hold for a path
and where each comes from. "kgw schema config" prints the JSON Schema.

## Settings

"[]" is each element of a list, "NAME" each key of a map. "environments.NAME" and "overrides[]" have all settings but
extends, environments and overrides themselves.

| setting | type | default | meaning |
|---|---|---|---|
`

const variablesHead = `
## Environment variables

Each setting that is a single value has a variable. KGW_CONFIG names the configuration file itself.

| variable | setting |
|---|---|
`

// Settings returns docs/configuration.md: every setting of kgw.yaml with its
// type, default and meaning.
func Settings() []byte {
	var b strings.Builder
	b.WriteString(settingsHead)
	settingRows(&b, "", config.Type.Fields)
	b.WriteString(variablesHead)
	for _, v := range config.Variables() {
		fmt.Fprintf(&b, "| `%s` | `%s` |\n", v.Name, v.Path)
	}
	return []byte(b.String())
}

func settingRows(b *strings.Builder, path string, fields []shape.Field) {
	for _, f := range fields {
		p := f.Name
		if path != "" {
			p = path + "." + f.Name
		}
		def, need := f.Type.Default, ""
		if def != "" {
			def = "`" + def + "`"
		}
		if f.Required {
			need = "Required."
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", p, typeName(f.Type), def, strings.TrimSpace(need+" "+f.Type.Doc))
		switch p {
		case "environments":
		case "overrides":
			settingRows(b, p+"[]", f.Type.Elem.Fields[:1]) // the others are those at the top
		default:
			settingRowsBelow(b, p, f.Type)
		}
	}
}

func settingRowsBelow(b *strings.Builder, path string, t *shape.Type) {
	switch t.Kind {
	case shape.Object:
		settingRows(b, path, t.Fields)
	case shape.List:
		settingRowsBelow(b, path+"[]", t.Elem)
	case shape.Map:
		settingRowsBelow(b, path+".NAME", t.Elem)
	}
}

// typeName says in a few words what a setting holds.
func typeName(t *shape.Type) string {
	switch t.Kind {
	case shape.Object:
		return "object"
	case shape.List:
		return "list of " + plural(t.Elem)
	case shape.Map:
		return "map of " + plural(t.Elem)
	case shape.StringOrList:
		return "string or list of strings"
	case shape.String:
		if len(t.Enum) > 0 {
			return "`" + strings.Join(t.Enum, "`, `") + "`"
		}
		return "string"
	case shape.Integer:
		if t.Min != nil && t.Max != nil {
			return fmt.Sprintf("integer, %d to %d", *t.Min, *t.Max)
		}
		return "integer"
	case shape.Boolean:
		return "boolean"
	}
	return "any"
}

func plural(t *shape.Type) string {
	switch {
	case len(t.Enum) > 0:
		return typeName(t)
	case t.Kind == shape.Any:
		return "any values"
	case t.Kind == shape.Map || t.Kind == shape.List:
		return t.Kind.String() + "s"
	}
	return typeName(t) + "s"
}
