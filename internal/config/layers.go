package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// Override holds settings that replace those of the whole configuration for some files.
type Override struct {
	// Paths are patterns, relative to the directory of kgw.yaml.
	Paths []string `json:"paths"`
}

// Environment is a set of settings; a run uses one of them at most.
type Environment struct {
	// Inputs are patterns of the files that this environment alone has,
	// relative to the directory of kgw.yaml.
	Inputs []string `json:"inputs"`
}

// layer is a part of a document that sets fields of a configuration.
type layer struct {
	doc  *source.Document
	root *source.Node
	t    *shape.Type
	name string // of a variable or a flag, for layers that are of no file
}

// settings describes settings without those that choose others.
var settings = &shape.Type{Kind: shape.Object, Doc: "Settings, as at the top of the file.", Fields: fields, Hints: chosenOnly}

// chosenOnly are hints for settings that hold at the top only.
var chosenOnly = map[string]string{
	"extends": topOnly, "environments": topOnly, "overrides": topOnly,
}

const topOnly = "it is a setting of the top of the file"

// overrideType describes an element of overrides.
var overrideType = &shape.Type{Kind: shape.Object, Doc: "Settings for some files.", Fields: append([]shape.Field{
	required("paths", &shape.Type{Kind: shape.List, MinLen: 1, Doc: "Patterns of the files, relative to the directory of kgw.yaml; ** is any number of directories.", Elem: &shape.Type{Kind: shape.String}}),
}, fields...)}

// choosing are the settings that choose others.
var choosing = []shape.Field{
	field("extends", &shape.Type{Kind: shape.String, MinLen: 1, Doc: "Another kgw.yaml, relative to this one, whose settings apply where this one has none."}),
	field("environments", &shape.Type{Kind: shape.Map, Elem: settings, Like: "{prod: {domains: {default: kyma.example.com}}}", Doc: "Settings by environment; --env or KGW_ENV chooses one. Its inputs are files that no other environment has."}),
	field("overrides", &shape.Type{Kind: shape.List, Elem: overrideType, Doc: "Settings for some files, over those of the file; the last that names a file wins."}),
}

// MaxExtends bounds how many files extend one another.
const MaxExtends = 8

// applyLayer applies a layer to a configuration that is being built, and
// remembers it.
func (c *Config) applyLayer(l layer) diag.List {
	found := c.readSettings(l.doc, l.root, l.t)
	if len(found) == 0 {
		c.layers = append(c.layers, l)
	}
	return found
}

// withLayer returns the configuration with one more layer. It is built anew:
// lists and maps are shared with nobody.
func (c *Config) withLayer(extra layer) (*Config, diag.List) {
	out := Default()
	var found diag.List
	for _, l := range append(slices.Clone(c.layers), extra) {
		found = append(found, out.readSettings(l.doc, l.root, l.t)...)
	}
	out.layers = append(slices.Clone(c.layers), extra)
	out.File, out.own, out.Env, out.Sources = c.File, c.own, c.Env, c.Sources
	if c.Above != nil {
		out.applyBounds(c.Above, c.aboveName, c.own.doc) // faults in it were reported for c
	}
	return out, found
}

// extend puts the settings of the file that a document extends under those of
// the document.
func (c *Config) extend(file string, doc *source.Document, root *source.Node, display func(string) string, bounds source.Bounds, depth int) diag.List {
	name := source.Text(source.Field(root, "extends"))
	if name == "" {
		return nil
	}
	at := source.Ref{Doc: doc, Path: "extends"}
	if depth == MaxExtends {
		return diag.List{{Code: diag.NotAllowed, At: at, Message: fmt.Sprintf("more than %d configurations extend one another", MaxExtends), Help: "does one extend itself?"}}
	}
	target := filepath.Join(filepath.Dir(file), filepath.FromSlash(name))
	base, _, found := readExtended(target, display, bounds, depth+1)
	if len(found) > 0 && found[0].Code == diag.Unreadable {
		return diag.List{{Code: diag.NotAllowed, At: at, Message: fmt.Sprintf("%s, which this file extends: %s", name, found[0].Message), Help: "the path is relative to this file"}}
	}
	if base == nil || len(found) > 0 {
		for i := range found {
			found[i].Message = fmt.Sprintf("%s, which this file extends: %s", display(target), found[i].Message)
		}
		return found
	}
	c.Sources = append(c.Sources, base.Sources...)
	for _, l := range base.layers {
		found = append(found, c.applyLayer(l)...)
	}
	return found
}

// EnvironmentNames returns the names of the environments, sorted.
func (c *Config) EnvironmentNames() []string {
	var out []string
	if c.own != nil {
		out = source.Keys(source.Field(c.own.root, "environments"))
	}
	slices.Sort(out)
	return out
}

// In returns the configuration of an environment. The error reports that there
// is none of that name.
func (c *Config) In(env string) (*Config, diag.List, error) {
	if env == "" {
		return c, nil, nil
	}
	names := c.EnvironmentNames()
	if !slices.Contains(names, env) {
		if len(names) == 0 {
			return nil, nil, fmt.Errorf("there is no environment %q: kgw.yaml has no environments", env)
		}
		return nil, nil, fmt.Errorf("there is no environment %q: kgw.yaml has %s", env, strings.Join(names, ", "))
	}
	out, found := c.withLayer(layer{doc: c.own.doc, root: source.Field(source.Field(c.own.root, "environments"), env), t: settings})
	out.Env = env
	return out, found, nil
}

// For returns the configuration of a file: with the overrides whose patterns
// match it. known remembers what was built.
func (c *Config) For(file string, known map[string]*Config) (*Config, diag.List) {
	if c.own == nil || len(c.Overrides) == 0 {
		return c, nil
	}
	elements := source.Elements(source.Field(c.own.root, "overrides"))
	key := c.File
	var chosen []*source.Node
	for i, o := range c.Overrides {
		if i < len(elements) && c.matches(o.Paths, file) {
			chosen = append(chosen, elements[i])
			key += fmt.Sprintf("#%d", i)
		}
	}
	if len(chosen) == 0 {
		return c, nil
	}
	if known[key] != nil {
		return known[key], nil
	}
	out := c
	var found diag.List
	for _, root := range chosen {
		next, f := out.withLayer(layer{doc: c.own.doc, root: root, t: overrideType})
		out, found = next, append(found, f...)
	}
	known[key] = out
	return out, found
}

// Elsewhere returns the environments, other than the one of the configuration,
// that alone have a file; none where the configuration's own has it, or no
// environment says so.
func (c *Config) Elsewhere(file string) []string {
	var out []string
	for _, name := range c.EnvironmentNames() {
		if c.matches(c.Environments[name].Inputs, file) {
			if name == c.Env {
				return nil
			}
			out = append(out, name)
		}
	}
	return out
}

// matches reports whether a pattern, relative to the directory of the
// configuration, matches a file.
func (c *Config) matches(patterns []string, file string) bool {
	rel, err := filepath.Rel(filepath.Dir(c.File), file)
	if err != nil {
		return false
	}
	rel = filepath.ToSlash(rel)
	return slices.ContainsFunc(patterns, func(p string) bool {
		p = strings.TrimPrefix(strings.TrimSuffix(p, "/"), "./")
		if ok, err := doublestar.Match(p, rel); err == nil && ok {
			return true
		}
		ok, err := doublestar.Match(p+"/**", rel)
		return err == nil && ok
	})
}
