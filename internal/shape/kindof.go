package shape

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/internal/source"
)

// found is the JSON type of a node, as kubectl would send it.
type found struct {
	kind    Kind
	null    bool
	unknown bool   // neither of the types is meant
	number  string // of an Integer or Number
	string  string // of a String
	written string // how a Boolean or number is written
}

func kindOf(n *source.Node) found {
	switch n.Kind {
	case yaml.MappingNode:
		return found{kind: Object}
	case yaml.SequenceNode:
		return found{kind: List}
	}
	if text, ok := source.PlainText(n); ok {
		return found{kind: String, string: text}
	}
	switch v := source.Scalar(n).(type) {
	case nil:
		return found{null: true}
	case bool:
		return found{kind: Boolean, written: n.Value}
	case source.Number:
		k := Number
		if isInteger(string(v)) {
			k = Integer
		}
		return found{kind: k, number: string(v), written: n.Value}
	case string:
		return found{kind: String, string: v}
	default:
		return found{kind: String, unknown: true}
	}
}

func isInteger(s string) bool {
	if !strings.ContainsAny(s, ".eE") {
		return true
	}
	r, ok := rational(s)
	return ok && r.IsInt()
}

// maxDigits is the most characters of a number that is read exactly: reading
// thousands of digits takes quadratic time.
const maxDigits = 1000

// rational returns a number: a long one as near as a float64 is; ok is false
// for one beyond these.
func rational(text string) (r *big.Rat, ok bool) {
	if len(text) <= maxDigits {
		return new(big.Rat).SetString(text)
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, false
	}
	return new(big.Rat).SetFloat64(f), true
}

func (f found) String() string {
	switch {
	case f.null:
		return "null"
	case f.unknown:
		return "an unknown value"
	case f.kind == Object:
		return "an object"
	case f.kind == List:
		return "a list"
	case f.kind == Boolean:
		return "the boolean " + f.written
	case f.kind == String:
		return fmt.Sprintf("the string %q", f.string)
	}
	return "the number " + f.written
}

func (f found) is(k Kind) bool {
	switch k {
	case Map:
		return f.kind == Object
	case Number:
		return f.kind == Number || f.kind == Integer
	case StringOrInteger:
		return f.kind == String || f.kind == Integer
	case StringOrList:
		return f.kind == String || f.kind == List
	}
	return f.kind == k
}

// seconds is a whole number of them with its unit.
var seconds = regexp.MustCompile(`^([0-9]+)s$`)

// typeHelp returns the remedy for a value of another type than the wanted one.
func typeHelp(t *Type, n *source.Node) string {
	switch {
	case t.LikeStar != "" && n.Value == "*":
		return "write it like " + t.LikeStar
	case t.Like != "" && n.Kind != yaml.ScalarNode:
		return "write it like " + t.Like
	case n.Kind == yaml.MappingNode && t.Kind == List:
		return listHelp(n)
	case n.Kind == yaml.SequenceNode && t.Kind == String && len(n.Content) == 1 && n.Content[0].Kind == yaml.ScalarNode:
		return "write it without a list: " + n.Content[0].Value
	case t.Kind == String && n.Kind != yaml.ScalarNode && t.Pattern != nil && t.Pattern.Example != "":
		return "write it like " + t.Pattern.Example
	case n.Kind != yaml.ScalarNode:
		return ""
	case t.Kind == Object && onlyField(t) != "":
		return fmt.Sprintf("write it like {%s: %s}", onlyField(t), n.Value)
	case t.Like != "":
		return "write it like " + t.Like
	case t.Kind == List:
		return "write it as a list: [" + elementHelp(t.Elem, n) + "]"
	}
	if t.Kind == String && len(t.Enum) > 0 && !slices.Contains(t.Enum, n.Value) {
		return "use one of " + strings.Join(t.Enum, ", ")
	}
	if t.Kind == String && t.Pattern != nil && t.Pattern.Example != "" && !t.Pattern.Match(n.Value) {
		return "write it like " + t.Pattern.Example
	}
	return scalarHelp(t.Kind, n)
}

// onlyField returns the only field that an object must have, if that is a text.
func onlyField(t *Type) string {
	name := ""
	for i := range t.Fields {
		if f := &t.Fields[i]; f.Required {
			if name != "" || f.Type.Kind != String {
				return ""
			}
			name = f.Name
		}
	}
	return name
}

// listHelp is the remedy for a mapping instead of a list: its elements have no
// dash, or a dash that is not ASCII.
func listHelp(n *source.Node) string {
	for i := 0; i < len(n.Content); i += 2 {
		if first, _ := utf8.DecodeRuneInString(n.Content[i].Value); first >= 0x2010 && first <= 0x2015 || first == 0x2212 {
			return fmt.Sprintf("%q is not the dash that begins an element: write \"-\", the minus sign of the keyboard", string(first))
		}
	}
	return "begin each element with \"- \""
}

// scalarHelp is the remedy for a scalar of another type.
func scalarHelp(want Kind, n *source.Node) string {
	switch {
	case want == String:
		return fmt.Sprintf("write it in quotes: %q", n.Value)
	case want == Integer || want == Number:
		if m := seconds.FindStringSubmatch(n.Value); m != nil {
			return "write the number of seconds: " + m[1]
		}
		if _, err := strconv.ParseFloat(strings.TrimSpace(n.Value), 64); err != nil {
			return "write a number, such as 80"
		}
		if n.Style != 0 {
			return "write it without quotes"
		}
	case want == Boolean && (strings.EqualFold(n.Value, "true") || strings.EqualFold(n.Value, "false")):
		return "write " + strings.ToLower(n.Value) + ", without quotes"
	}
	return ""
}

// elementHelp is a scalar as an element of a list in braces: an example of the
// type where it is not of that type itself.
func elementHelp(t *Type, n *source.Node) string {
	switch {
	case t != nil && t.LikeStar != "" && n.Value == "*":
		return t.LikeStar
	case t != nil && t.Like != "" && t.Kind != String:
		return t.Like
	case t != nil && t.Kind == Object && onlyField(t) != "":
		return fmt.Sprintf("{%s: %s}", onlyField(t), n.Value)
	case n.Style != 0 || strings.ContainsAny(n.Value, ",[]{}"):
		return strconv.Quote(n.Value)
	}
	return n.Value
}
