// Package origin traces the fields of a manifest to what they are made of.
//
// Each emitter has a table of what it writes: for each pattern of field paths
// the rule of translation, as a sentence, and a function that returns the parts
// of the model that the value is made of. Nothing of it runs unless somebody
// asks: the tables are walked over the manifest, together with the model that
// it was made from. The package must not know any dialect, nor where in a file
// a part is.
package origin

import (
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// Origin is one thing that a field of a manifest is made of: a part of a
// document, a place in one, or a setting.
type Origin struct {
	// At is the place, or with a Part the owner that has the part.
	At   source.Ref
	Part ir.Part
	// Key and Index choose one of several parts; a negative Index is all of
	// them.
	Key   string
	Index int
	// Name makes it the name of the field and not its value.
	Name bool
	// Setting is the path of a setting of kgw.yaml, instead of the others.
	Setting string
}

// At is the field at a place in a document.
func At(ref source.Ref) Origin { return Origin{At: ref, Index: -1} }

// Of is a part that an owner has, whole.
func Of(owner source.Ref, part ir.Part) Origin { return Origin{At: owner, Part: part, Index: -1} }

// Nth is element i of a part that is a list.
func Nth(owner source.Ref, part ir.Part, i int) Origin {
	return Origin{At: owner, Part: part, Index: i}
}

// Named is the entry of a part with a key.
func Named(owner source.Ref, part ir.Part, key string) Origin {
	return Origin{At: owner, Part: part, Key: key, Index: -1}
}

// Setting is a setting of kgw.yaml.
func Setting(path string) Origin { return Origin{Setting: path, Index: -1} }

// Said is what the model remembers of where something was said.
func Said(s ir.Said) Origin {
	if s.Setting != "" {
		return Setting(s.Setting)
	}
	return At(s.At)
}

// Leaf is one scalar of a manifest, or one empty list or object.
type Leaf struct {
	// Path is the field path, Value what it has there.
	Path  string
	Value any
	// Pattern and Rule are those of the line of the table; "" for a leaf that no
	// line covers.
	Pattern, Rule string
	// From are what the value is made of; none where the rule alone says it.
	From []Origin
}
