package lsp

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// viewOf is a view of a text alone.
func viewOf(t testing.TB, text string) *view {
	t.Helper()
	f, problem := source.NewFile("a.yaml", []byte(text))
	if problem != nil {
		t.Skip(problem.Message)
	}
	c := &Checked{Input: compile.Input{Files: []*source.File{f}}, Secrets: &secret.Book{}}
	c.Options = c.Options.WithDefaults()
	return &view{&analysis{state: &state{}}, c, scope{}, f}
}

// written is a name of a field, or a value of a list of values, of a document.
type written struct {
	at   int // byte of its first character
	text string
	key  bool
}

// all lists what is written in a document and described.
func (s *spot) all(v *view) []written {
	var out []written
	place := func(n *source.Node) int {
		span := s.doc.NodeSpan(n)
		return offset(string(v.file.Data), positionOf(v.file, span.Line, span.Column))
	}
	for i, n := range s.node.Content {
		var next spot
		switch {
		case !isMapping(s.node):
			next = s.element(i)
		case i%2 == 0:
			if s.typ != nil && s.typ.Kind == shape.Object && slices.ContainsFunc(s.typ.Fields, func(f shape.Field) bool { return f.Name == n.Value }) {
				out = append(out, written{place(n), n.Value, true})
			}
			continue
		default:
			next = s.field(s.node.Content[i-1].Value)
			next.node = n
		}
		if next.typ != nil && len(n.Content) == 0 && slices.Contains(next.typ.Enum, n.Value) {
			out = append(out, written{place(n), n.Value, false})
		}
		out = append(out, next.all(v)...)
	}
	return out
}

// TestWhatIsWrittenIsOffered takes the examples for texts that people wrote: where one
// wrote a field or a value, it is offered after its first letter, whatever comes
// behind: the rest of the file, nothing, or a mistake.
func TestWhatIsWrittenIsOffered(t *testing.T) {
	files, err := filepath.Glob("../examples/*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		v := viewOf(t, string(data))
		for _, d := range v.documents() {
			if d.desc == nil {
				continue
			}
			d.node, d.typ = d.root, d.desc.Type
			for _, w := range d.all(v) {
				if n++; n%3 > 0 { // a third of them is enough
					continue
				}
				for _, text := range begun(string(data), w) {
					checkOffered(t, file, text, w)
				}
			}
		}
	}
	if n < 1000 {
		t.Errorf("only %d places", n)
	}
}

// begun are texts in which a field or a value is half written.
func begun(text string, w written) []string {
	if w.text == "apiVersion" || w.text == "kind" || text[w.at] == '"' || text[w.at] == '\'' {
		return nil
	}
	line := lineBreak(text, w.at)
	typed := text[:w.at+1]
	out := []string{typed + text[line:], typed, typed + "\n: [\n"}
	if !w.key {
		out = append(out, typed+text[w.at+len(w.text):])
	}
	return out
}

func checkOffered(t *testing.T, file, text string, w written) {
	t.Helper()
	v := viewOf(t, text)
	at := v.gap(positionAt(text, w.at+1))
	if at == nil || at.value == w.key {
		t.Errorf("%s: nothing is offered for %q in:\n%s|", file, w.text, text[lineStart(text, w.at):w.at+1])
		return
	}
	if w.key {
		if !slices.ContainsFunc(v.missingFields(at), func(f shape.Field) bool { return f.Name == w.text }) {
			t.Errorf("%s: the field %s is not offered in %q", file, w.text, at.path)
		}
	} else if !slices.Contains(v.valuesAt(at), w.text) {
		t.Errorf("%s: %s is not offered at %q", file, w.text, at.path)
	}
}

// FuzzTokenAt: a token is on the line of the caret and around it, and the gap that it
// is in is found or not, without a panic.
func FuzzTokenAt(f *testing.F) {
	for _, seed := range []string{"a: [b, {c: 'd", "# c\n- x: |\n  y\n  z", "a: {\n b: \"c\\\"\"}\nd: e", "k: [\n  - a:\r\n", "kind: APIRule\napiVersion: gateway.kyma-project.io/v2\nspec: {hosts: [😀"} {
		f.Add(seed, uint16(len(seed)))
		f.Add(seed, uint16(len(seed)/2))
	}
	f.Fuzz(func(t *testing.T, text string, at uint16) {
		v := viewOf(t, text)
		text = string(v.file.Data)
		caret := offset(text, positionAt(text, min(int(at), len(text))))
		if token, ok := tokenAt(text, caret); ok {
			if token.start > caret || token.end < caret || token.end > len(text) || strings.ContainsAny(text[token.start:token.end], "\r\n") {
				t.Fatalf("%q: the token at %d is %+v", text, caret, token)
			}
		}
		if g := v.gap(positionAt(text, caret)); g != nil {
			v.valuesAt(g)
		}
	})
}
