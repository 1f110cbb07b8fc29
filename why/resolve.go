package why

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/origin"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// resolver finds the places of origins. Each document is parsed once.
type resolver struct {
	result   *compile.Result
	options  *compile.Options
	locators source.Locators
}

func newResolver(result *compile.Result, o *compile.Options) *resolver {
	return &resolver{result: result, options: o, locators: source.Locators{}}
}

// placesOfAll finds the places of origins, each once.
func (r *resolver) placesOfAll(from []origin.Origin, c *config.Config) []Source {
	var out []Source
	for i := range from {
		for _, s := range r.placesOfOne(&from[i], c) {
			if !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

func (r *resolver) placesOfOne(o *origin.Origin, c *config.Config) []Source {
	switch {
	case o.Setting != "":
		return []Source{r.settingSource(o.Setting, c)}
	case o.At.Doc == nil:
		return nil
	case o.Part == "":
		return r.placesOfField(o.At)
	}
	place, ok := placesOf(o.At.Doc).Of(o.Part, o.Key)
	if !ok {
		return r.placesOfField(o.At)
	}
	return r.placesOfPart(o, place, c)
}

// placesOf is the table of a document's kind.
func placesOf(doc *source.Document) ir.Places {
	if k := schema.Find(doc.APIVersion, doc.Kind); k != nil {
		return k.Places
	}
	return schema.CompanionPlaces(doc.Kind)
}

// placesOfPart finds the place of a part of the model.
func (r *resolver) placesOfPart(o *origin.Origin, place ir.Place, c *config.Config) []Source {
	var out []Source
	candidates := expand(o, place.In)
	if ref, ok := r.firstPresent(candidates); ok {
		ref.Key = ref.Key || o.Name
		out = append(out, r.inputSource(ref))
	} else {
		out = append(out, r.placesOfAbsent(o, place, candidates, c)...)
	}
	for _, part := range place.Of {
		of := origin.Of(o.At, part)
		out = append(out, r.placesOfOne(&of, c)...)
	}
	return out
}

// placesOfAbsent returns what applies where a document has none of the fields of a part.
func (r *resolver) placesOfAbsent(o *origin.Origin, place ir.Place, candidates []source.Ref, c *config.Config) []Source {
	d := Source{Kind: Default, Text: place.Absent}
	if len(candidates) > 0 {
		d.Field = candidates[len(candidates)-1].Path
	}
	switch {
	case place.Setting != "":
		s := r.settingSource(setIndex(place.Setting, o.Index), c)
		if s.Kind == Setting || place.Absent == "" {
			return []Source{s}
		}
	case place.Absent == "" && len(place.Of) > 0:
		return nil
	case place.Absent == "" && len(candidates) > 0:
		if list := r.placesOfField(candidates[0]); list[0].Ref.Path != candidates[0].Path {
			return list
		}
		return r.placesOfField(o.At)
	case place.Absent == "":
		return r.placesOfField(o.At)
	}
	return []Source{d}
}

// firstPresent returns the first of the places that exists.
func (r *resolver) firstPresent(candidates []source.Ref) (source.Ref, bool) {
	for _, ref := range candidates {
		before, after, any := strings.Cut(ref.Path, "[?]")
		if !any {
			if r.locators.Of(ref.Doc).Has(ref.Path) {
				return ref, true
			}
			continue
		}
		for i := r.locators.Of(ref.Doc).Len(before) - 1; i >= 0; i-- {
			ref.Path = source.JoinIndex(before, i) + after
			if r.locators.Of(ref.Doc).Has(ref.Path) {
				return ref, true
			}
		}
	}
	return source.Ref{}, false
}

// expand writes out the places of a part: with its number, else as a whole.
func expand(o *origin.Origin, in []string) []source.Ref {
	var out []source.Ref
	for _, text := range in {
		ref := o.At
		switch {
		case text == ".":
			ref.Key = true
		case text == "..":
			ref.Path, ref.Key = parent(ref.Path), true
		case strings.HasPrefix(text, "/"):
			ref.Path = appendText("", text[1:], o)
		default:
			ref.Path = appendText(ref.Path, text, o)
		}
		out = append(out, ref)
		if whole := strings.TrimSuffix(text, "[#]"); whole != text && o.Index >= 0 {
			out = append(out, expand(&origin.Origin{At: o.At, Key: o.Key, Index: -1}, []string{text})...)
		}
	}
	return out
}

// appendText appends a place's text to a path: "*" is the key of the part.
func appendText(path, text string, o *origin.Origin) string {
	text = setIndex(text, o.Index)
	head, keyed := strings.CutSuffix(text, "*")
	head, named := strings.CutSuffix(head, ".")
	path = source.JoinPath(path, head)
	switch {
	case keyed && named:
		return source.JoinKey(path, o.Key)
	case keyed:
		return source.JoinPath(path, o.Key)
	}
	return path
}

// setIndex replaces "[#]" by an index, or leaves it out.
func setIndex(text string, index int) string {
	if index < 0 {
		return strings.ReplaceAll(text, "[#]", "")
	}
	return strings.ReplaceAll(text, "[#]", "["+strconv.Itoa(index)+"]")
}

// parent returns the path of the object that has a field.
func parent(path string) string {
	steps, _ := source.SplitPath(path)
	if len(steps) == 0 {
		return ""
	}
	return source.JoinSteps(steps[:len(steps)-1])
}

// placesOfField is a field as an author wrote it, or for one that IDPPresets
// filled in, the annotation that names them and what the preset says.
func (r *resolver) placesOfField(ref source.Ref) []Source {
	annotation := source.Ref{Doc: ref.Doc}.At("metadata", "annotations", apirule.PresetAnnotation)
	if l := r.locators.Of(ref.Doc); l.Has(ref.Path) || !l.Has(annotation.Path) {
		return []Source{r.inputSource(ref)}
	}
	out := []Source{r.inputSource(annotation)}
	steps, _ := source.SplitPath(ref.Path)
	presets, n, field := r.result.Presets(ref.Doc), -1, "issuer"
	for _, s := range steps {
		if s.Index() >= 0 {
			n = s.Index()
		}
		if s.Key() == "jwks_urls" || s.Key() == "jwksUri" {
			field = "jwksUri"
		}
	}
	if n >= 0 && n < len(presets) {
		out = append(out, r.inputSource(presets[n].Origin.At("spec", field)))
	}
	return out
}

func (r *resolver) inputSource(ref source.Ref) Source {
	return Source{Kind: Input, Field: ref.Path, Span: r.locators.Of(ref.Doc).Span(ref.Path, ref.Key), Ref: ref}
}

// settingSource returns where a setting is written: in a flag, in a file, or nowhere.
func (r *resolver) settingSource(path string, c *config.Config) Source {
	if flag := r.flagOf(path); flag != "" {
		return Source{Kind: Setting, Field: path, Text: flag}
	}
	for p := path; p != ""; p = parent(p) {
		if span, by, ok := c.Place(p); ok {
			return Source{Kind: Setting, Field: p, Span: span, Text: by}
		}
		if !strings.HasSuffix(p, "]") {
			break
		}
	}
	return Source{Kind: Default, Field: path, Text: "the default of the setting " + path}
}

// flagOf returns the flag of a run that makes a setting outside of the configuration.
func (r *resolver) flagOf(path string) string {
	o := r.options
	switch {
	case path == "namespace" && o.Namespace != "":
		return "-n"
	case path == "istio.api" && o.IstioAPI != "":
		return "--istio-api"
	}
	return ""
}
