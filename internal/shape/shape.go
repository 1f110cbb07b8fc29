// Package shape describes what documents look like: one description of a kind,
// from which the strict check, the JSON Schema, the CustomResourceDefinition
// and the reference pages all come, so that they cannot disagree.
//
// It takes a Type and a YAML tree and returns findings with places. It must not
// know any kind: the dialects and the configuration bring their Types.
package shape

import (
	"regexp"
	"sync"
)

// Kind is the JSON type of a value.
type Kind uint8

// The kinds. Any accepts every value.
const (
	Any Kind = iota
	Object
	Map
	List
	String
	Integer
	Number
	Boolean
	// StringOrInteger is a Kubernetes int-or-string.
	StringOrInteger
	// StringOrList is a text, or a list of texts that Elem describes.
	StringOrList
)

var kindNames = [...]string{
	Any: "any value", Object: "an object", Map: "an object", List: "a list", String: "a string",
	Integer: "an integer", Number: "a number", Boolean: "true or false", StringOrInteger: "a string or an integer",
	StringOrList: "a string or a list of strings",
}

// String names the kind with its article: "a string".
func (k Kind) String() string { return kindNames[k] }

// Type describes a value. Types are built once and never changed; they may be
// shared and may not refer to themselves.
type Type struct {
	Kind Kind
	// Doc is one or two sentences for schemas and reference pages.
	Doc string
	// Fields are those of an Object, in the order of the reference page.
	Fields []Field
	// Open makes an Object keep fields that are not described.
	Open bool
	// Like is an example of a value, for messages about values of other types.
	Like string
	// LikeStar is the example where "*" is written, for all values.
	LikeStar string
	// Elem describes the elements of a List or a StringOrList, or the values of a Map.
	Elem *Type
	// Min and Max bound a number, inclusive.
	Min, Max *int64
	// MinLen and MaxLen bound the code points of a String, the elements of a
	// List, the entries of a Map. 0 means no bound.
	MinLen, MaxLen int
	// Pattern constrains a text.
	Pattern *Pattern
	// Enum lists the values a String may have.
	Enum []string
	// Nullable also allows null.
	Nullable bool
	// ExactlyOne lists fields of an Object of which exactly one must be set.
	ExactlyOne *ExactlyOne
	// AtLeastOne lists fields of an Object of which one or more must be set.
	AtLeastOne []string
	// Absent is the remedy where a required field of this type is absent; ""
	// says to add it.
	Absent string
	// Hints maps names of fields that do not exist to what to do instead.
	Hints map[string]string
	// Default is the value used when the field is absent, for the reference.
	Default string
	// Secret reports that the value is a secret; of a Map, each of its values.
	Secret bool
	// Refused reports that the field is known and that its kind refuses it: it is not
	// proposed to who writes a document.
	Refused bool
	// Format is a JSON Schema format for readers; it is not checked.
	Format string
}

// Field is a named field of an Object.
type Field struct {
	Name     string
	Type     *Type
	Required bool
}

// Pattern is a regular expression that must match somewhere in the text (as
// JSON Schema and CustomResourceDefinitions read patterns).
type Pattern struct {
	Expr string
	// Means says in words what the text must be: "a DNS name".
	Means string
	// Rule is the CEL form for a CustomResourceDefinition, when upstream
	// spells it so; the message is Message.
	CEL     bool
	Message string
	// Plain allows a text to be put into lower case, with "-" for "_", to
	// match.
	Plain bool
	// Example is a text that matches.
	Example string
	// Remedy says in words how to mend a text that does not match, or "".
	Remedy func(text string) string

	once sync.Once
	re   *regexp.Regexp
}

// Match reports whether the pattern matches the text.
func (p *Pattern) Match(text string) bool {
	p.once.Do(func() { p.re = regexp.MustCompile(p.Expr) })
	return p.re.MatchString(text)
}

// ExactlyOne is a choice among fields. A field in True counts as set only when
// it is true.
type ExactlyOne struct {
	Fields  []string
	True    []string
	Message string
}

// Saying returns a copy of the description with another Doc.
func (t *Type) Saying(doc string) *Type {
	out := *t
	out.Doc = doc
	return &out
}

// Int returns a pointer to a bound.
func Int(n int64) *int64 { return &n }
