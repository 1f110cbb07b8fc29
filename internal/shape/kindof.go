package shape

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/internal/source"
)

// found is the JSON type of a node, as kubectl would send it.
type found struct {
	kind   Kind
	null   bool
	number string // of an Integer or Number
	string string // of a String
	text   string // how a message names the value
}

func kindOf(n *source.Node) found {
	switch n.Kind {
	case yaml.MappingNode:
		return found{kind: Object, text: "an object"}
	case yaml.SequenceNode:
		return found{kind: List, text: "a list"}
	}
	switch v := source.Scalar(n).(type) {
	case nil:
		return found{null: true, text: "null"}
	case bool:
		return found{kind: Boolean, text: fmt.Sprintf("the boolean %s", n.Value)}
	case source.Number:
		k := Number
		if isInteger(string(v)) {
			k = Integer
		}
		return found{kind: k, number: string(v), text: "the number " + n.Value}
	case string:
		return found{kind: String, string: v, text: fmt.Sprintf("the string %q", v)}
	default:
		return found{kind: String, text: "an unknown value"}
	}
}

func isInteger(s string) bool {
	if !strings.ContainsAny(s, ".eE") {
		return true
	}
	r, ok := rational(s)
	return ok && r.IsInt()
}

// maxDigits is the most characters of a number that is read exactly: that of
// thousands costs time in the square of its length.
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

func (f found) String() string { return f.text }

func (f found) is(k Kind) bool {
	switch k {
	case Map:
		return f.kind == Object
	case Number:
		return f.kind == Number || f.kind == Integer
	case StringOrInteger:
		return f.kind == String || f.kind == Integer
	}
	return f.kind == k
}

func typeHelp(want Kind, n *source.Node) string {
	switch {
	case n.Kind != yaml.ScalarNode:
		return ""
	case want == String:
		return fmt.Sprintf("write it in quotes: %q", n.Value)
	case (want == Integer || want == Number) && n.Style != 0:
		return "write it without quotes"
	case want == List:
		return "write it as a list: [" + n.Value + "]"
	}
	return ""
}
