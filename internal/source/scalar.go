package source

import (
	"encoding/base64"
	"math/big"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Number is a number as JSON writes it.
type Number string

// Member is one entry of an Object.
type Member struct {
	Key   string
	Value any
}

// Object is a mapping whose entries keep the order in which they are written.
// Values are nil, bool, string, Number, []any and Object.
type Object []Member

// Get returns the value of a key, and whether the object has it.
func (o Object) Get(key string) (any, bool) {
	for _, m := range o {
		if m.Key == key {
			return m.Value, true
		}
	}
	return nil, false
}

// Texts returns the elements of the list at a key, with "" for one that is not a
// text; none where there is no list.
func (o Object) Texts(key string) []string {
	v, _ := o.Get(key)
	list, _ := v.([]any)
	out := make([]string, len(list))
	for i, e := range list {
		out[i], _ = e.(string)
	}
	return out
}

// explainAmbiguity returns how YAML 1.1 and 1.2 read a plain scalar
// differently, or "". The API server's clients read YAML 1.1 with Go's
// exceptions (sigs.k8s.io/yaml), most editors and linters YAML 1.2.
func explainAmbiguity(s string) string {
	if boolean11(s) != "" {
		return "a boolean to YAML 1.1, as kubectl reads it, and text to YAML 1.2"
	}
	c := s[0]
	if c == '-' || c == '+' {
		s = s[1:]
	}
	if s == "" || s[0] < '0' || s[0] > '9' {
		return ""
	}
	switch {
	case len(s) > 1 && s[0] == '0' && strings.Trim(s[1:], "01234567_") == "":
		return "an octal number to YAML 1.1, as kubectl reads it, and a decimal one to YAML 1.2"
	case strings.HasPrefix(s, "0b") && len(s) > 2 && strings.Trim(s[2:], "01_") == "",
		strings.Contains(s, "_") && strings.Trim(s, "0123456789_.") == "":
		return "a number to YAML 1.1, as kubectl reads it, and text to YAML 1.2"
	case strings.HasPrefix(s, "0o") && len(s) > 2 && strings.Trim(s[2:], "01234567") == "":
		return "text to YAML 1.1 and a number to YAML 1.2"
	case sexagesimal(s):
		return "a number in base 60 to YAML 1.1 and text to YAML 1.2"
	case exponent(s):
		return "text to YAML 1.1 and a number to YAML 1.2"
	}
	return ""
}

// boolean11 returns "true" or "false" for the words that only YAML 1.1 reads as
// booleans.
func boolean11(s string) string {
	switch s {
	case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON":
		return "true"
	case "n", "N", "no", "No", "NO", "off", "Off", "OFF":
		return "false"
	}
	return ""
}

func sexagesimal(s string) bool {
	parts := strings.Split(s, ":")
	if len(parts) < 2 || s[0] == '0' {
		return false
	}
	for i, p := range parts {
		if p == "" || strings.Trim(p, "0123456789") != "" || i > 0 && (len(p) > 2 || len(p) == 2 && p[0] > '5') {
			return false
		}
	}
	return true
}

func exponent(s string) bool {
	m, e, ok := strings.Cut(strings.ToLower(s), "e")
	return ok && m != "" && e != "" && strings.Trim(m, "0123456789") == "" &&
		strings.Trim(e[1:], "0123456789") == "" && (e[0] >= '0' && e[0] <= '9' || len(e) > 1 && (e[0] == '+' || e[0] == '-'))
}

// ReadWordsAsText makes texts of the plain words of a tree, such as n and yes, as
// YAML 1.2 reads them: for files that kubectl never reads.
func ReadWordsAsText(n *Node) {
	if n.Kind == scalar && n.Tag == "!!str" && n.Style == 0 {
		n.Style = yaml.DoubleQuotedStyle
	}
	for _, c := range n.Content {
		ReadWordsAsText(c)
	}
}

// PlainText returns the text of a scalar node that is a text for every reader of
// YAML, as most are. It says nothing of others: Scalar does.
func PlainText(n *Node) (text string, ok bool) {
	if n.Tag != "!!str" || n.Style == 0 && boolean11(n.Value) != "" {
		return "", false
	}
	return n.Value, true
}

// Scalar returns the value of a scalar node as kubectl reads it (YAML 1.1 with
// Go's exceptions): nil, bool, Number or string.
func Scalar(n *Node) any {
	if text, ok := PlainText(n); ok {
		return text
	}
	switch n.ShortTag() {
	case "!!str":
		if b := boolean11(n.Value); b != "" && n.Style == 0 {
			return b == "true"
		}
	case "!!null":
		return nil
	case "!!bool":
		var b bool
		if n.Decode(&b) == nil {
			return b
		}
		if b := boolean11(n.Value); b != "" {
			return b == "true"
		}
	case "!!binary":
		if b, err := base64.StdEncoding.DecodeString(n.Value); err == nil {
			return strings.ToValidUTF8(string(b), "\ufffd")
		}
	case "!!int", "!!float":
		if text, ok := number(n); ok {
			return Number(text)
		}
	}
	return n.Value
}

// maxDigits is the most characters of a number that is not spelled as JSON
// spells it; a longer one is text.
const maxDigits = 1000

// number returns a numeric scalar as JSON spells it; ok is false for what JSON
// has no number for (.inf, .nan).
func number(n *Node) (string, bool) {
	if jsonNumber(n.Value) {
		return n.Value, true
	}
	text := strings.ReplaceAll(n.Value, "_", "")
	// An octal number of more than 64 bits is a decimal one to the library.
	// Numbers of thousands of digits cost time in the square of their length.
	if len(text) > maxDigits {
		text = ""
	}
	if i, ok := new(big.Int).SetString(strings.TrimPrefix(text, "+"), 0); ok && (n.ShortTag() == "!!int" || i.BitLen() <= 64) {
		return i.String(), true
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != f || f-f != 0 {
		return "", false
	}
	return strconv.FormatFloat(f, 'g', -1, 64), true
}

// jsonNumber reports whether s is a number in JSON's grammar (RFC 8259, 6).
func jsonNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, rest := digits(s)
	if whole == 0 || whole > 1 && s[0] == '0' {
		return false
	}
	if strings.HasPrefix(rest, ".") {
		n, after := digits(rest[1:])
		if n == 0 {
			return false
		}
		rest = after
	}
	if rest != "" && (rest[0] == 'e' || rest[0] == 'E') {
		rest = rest[1:]
		if rest != "" && (rest[0] == '+' || rest[0] == '-') {
			rest = rest[1:]
		}
		n, after := digits(rest)
		return n > 0 && after == "" && n < 4
	}
	return rest == ""
}

func digits(s string) (int, string) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i, s[i:]
}

// Value returns a node and all below it as Objects, lists and scalars. The
// tree must be expanded (Document.Parse).
func Value(n *Node) any {
	switch n.Kind {
	case mapping:
		o := make(Object, 0, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			o = append(o, Member{Key: n.Content[i].Value, Value: Value(n.Content[i+1])})
		}
		return o
	case sequence:
		l := make([]any, len(n.Content))
		for i, c := range n.Content {
			l[i] = Value(c)
		}
		return l
	default:
		return Scalar(n)
	}
}
