package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/baseline"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/lock"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/testfile"
	"github.com/kgw-dev/kgw/schema/oathkeeperrule"
)

// Description is a kind and version that kgw has a schema of: an input kind, a
// kind that it writes, or its configuration.
type Description struct {
	Group, Version, Kind string
	// Plural is "" for what is not a resource of a cluster.
	Plural string
	Type   *shape.Type
	// PlainStatus reports that status is an ordinary field and not a subresource.
	PlainStatus bool
}

// Descriptions lists all of them: the input kinds first, oldest version first.
func Descriptions() []Description {
	var out []Description
	for i := range Kinds {
		k := &Kinds[i]
		out = append(out, Description{Group: k.Group, Version: k.Version, Kind: k.Kind, Plural: k.Plural, Type: k.Type})
	}
	group, version, _ := strings.Cut(config.APIVersion, "/")
	return append(out,
		// oathkeeper-maester writes the status with a plain update.
		Description{Group: oathkeeperrule.Group, Version: oathkeeperrule.Version, Kind: "Rule", Plural: "rules", Type: oathkeeperrule.Type, PlainStatus: true},
		Description{Group: group, Version: version, Kind: config.Kind, Type: config.Type},
		Description{Group: group, Version: version, Kind: testfile.Kind, Type: testfile.Type},
		Description{Group: group, Version: version, Kind: lock.Kind, Type: lock.Type},
		Description{Group: group, Version: version, Kind: baseline.Kind, Type: baseline.Type})
}

// Name is how commands name the description: "Kind/version", and "config",
// "test", "lock" and "baseline".
func (d *Description) Name() string {
	if d.Plural == "" {
		return strings.ToLower(d.Kind)
	}
	return d.Kind + "/" + d.Version
}

// APIVersion returns the group and version as a document writes them.
func (d *Description) APIVersion() string { return d.Group + "/" + d.Version }

// Describe returns the descriptions that a name means: one for "Kind/version"
// and "config", every version for "Kind". Case does not count. If there is
// none, ok is false and near is a similar name, if any.
func Describe(name string) (found []Description, near string) {
	var names []string
	for _, d := range Descriptions() {
		if strings.EqualFold(name, d.Name()) || strings.EqualFold(name, d.Kind) {
			found = append(found, d)
		}
		names = append(names, d.Name(), d.Kind)
	}
	if found != nil {
		return found, ""
	}
	return nil, shape.Nearest(name, names)
}

// JSON returns the JSON Schema (draft 7) as indented JSON, keys sorted, with a
// line break at the end.
func (d *Description) JSON() []byte {
	return indentJSON(d.schema(), d.Name())
}

func (d *Description) schema() map[string]any {
	k := Kind{Kind: d.Kind, Version: d.Version, Type: d.Type}
	return k.JSONSchema()
}

func indentJSON(schema map[string]any, name string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(schema); err != nil {
		panic(fmt.Sprintf("the schema of %s is not JSON: %v", name, err))
	}
	return b.Bytes()
}

// All returns one JSON Schema (draft 7), as JSON, that checks a document
// against the description of its apiVersion and kind and lets documents of
// other kinds pass. An editor can use it for every file.
func All() []byte {
	var versions, kinds []string
	var each []any
	for _, d := range Descriptions() {
		s := d.schema()
		delete(s, "$schema")
		each = append(each, map[string]any{"if": headIs(d.APIVersion(), d.Kind), "then": s})
		versions, kinds = append(versions, d.APIVersion()), append(kinds, d.Kind)
	}
	return indentJSON(map[string]any{
		"$schema": "http://json-schema.org/draft-07/schema#",
		"title":   "all kinds that kgw knows",
		"type":    "object",
		"properties": map[string]any{
			"apiVersion": textSchema(versions),
			"kind":       textSchema(kinds),
		},
		"allOf": each,
	}, "all kinds")
}

// headIs is the schema of documents with this head.
func headIs(apiVersion, kind string) map[string]any {
	return map[string]any{
		"required":   []string{"apiVersion", "kind"},
		"properties": map[string]any{"apiVersion": map[string]any{"const": apiVersion}, "kind": map[string]any{"const": kind}},
	}
}

// textSchema is the schema of any text, with values to choose from.
func textSchema(values []string) map[string]any {
	slices.Sort(values)
	return map[string]any{"anyOf": []any{map[string]any{"enum": slices.Compact(values)}, map[string]any{"type": "string"}}}
}

// Layout is how exported schemas are named.
type Layout string

// The layouts.
const (
	// Kubeconform names files {{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json,
	// as the CRDs-catalog does.
	Kubeconform Layout = "kubeconform"
	// Flat names files {{.ResourceKind}}_{{.ResourceAPIVersion}}.json.
	Flat Layout = "flat"
)

// File returns the name of the schema's file, with slashes.
func (d *Description) File(l Layout) string {
	name := strings.ToLower(d.Kind) + "_" + d.Version + ".json"
	if l == Kubeconform {
		return d.Group + "/" + name
	}
	return name
}
