package edit

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/internal/source"
)

// Scalar returns the change that makes the scalar at a place another text. The
// quotes around it stay; a plain scalar is quoted where the new text demands
// it. What is folded, anchored or an alias is refused.
func Scalar(at source.Ref, text string) (Change, error) {
	doc := at.Doc
	root, err := parseWhole(doc)
	if err != nil {
		return Change{}, err
	}
	node := source.Lookup(root, fullPath(doc, at.Path))
	if node == nil || node.Kind != yaml.ScalarNode || node.ShortTag() != "!!str" {
		return Change{}, refusal("%s is not text", at.Path)
	}
	span := doc.Locator().Span(at.Path, false)
	data := doc.Text()
	start := offset(data, span.Line-doc.Line()+1, span.Column)
	end := start
	for n := span.EndColumn - span.Column; n > 0 && end < len(data); n-- {
		end += runeLen(data[end:])
	}
	written := string(data[start:end])
	if old, ok := parseScalar(written); !ok || old != node.Value {
		return Change{}, refusal("%s is not written on one line", at.Path)
	}
	for _, spelt := range spellings(written, text) {
		change := Change{Start: start, End: end, Text: spelt}
		node.Value, node.Style, node.Tag = text, yaml.DoubleQuotedStyle, "!!str"
		if err = verify(doc, change, source.Value(root)); err == nil {
			return inFile(doc, change), nil
		}
	}
	return Change{}, err
}

// fullPath is the path of a place in its document, through the List around it.
func fullPath(doc *source.Document, path string) string {
	switch {
	case doc.Item() == "":
		return path
	case path == "" || strings.HasPrefix(path, "["):
		return doc.Item() + path
	}
	return doc.Item() + "." + path
}

func parseScalar(text string) (string, bool) {
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(text), &n); err != nil || len(n.Content) != 1 || n.Content[0].Kind != yaml.ScalarNode {
		return "", false
	}
	return n.Content[0].Value, true
}

// spellings lists ways to write a text, as the old one was written first.
func spellings(written, text string) []string {
	single := "'" + strings.ReplaceAll(text, "'", "''") + "'"
	double := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\t", `\t`, "\n", `\n`, "\r", `\r`).Replace(text) + `"`
	switch {
	case strings.HasPrefix(written, "'"):
		return []string{single, double}
	case strings.HasPrefix(written, `"`):
		return []string{double}
	}
	return []string{text, single, double}
}
