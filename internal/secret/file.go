package secret

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/internal/source"
)

// toEnd is a column after every column of a line.
const toEnd = 1 << 30

// columns is a range of code points of a line, from 1, end exclusive.
type columns struct{ start, end int }

// places are the secrets of one file.
type places struct {
	lines  map[int][]columns
	values []Value
	// short are those that are masked where the file is spoken of only, each
	// once, at most mostShort.
	short []Value
}

// mostShort bounds what is looked for in each line.
const mostShort = 1000

// find returns the secrets of a file.
func find(f *source.File) *places {
	p := &places{lines: map[int][]columns{}}
	docs, _ := source.Split(f)
	for _, doc := range docs {
		if mayHold(doc.Text()) {
			p.document(doc)
		}
	}
	return p
}

// document adds the secrets of a document: of one that is YAML by its tree, of
// any other by its lines.
func (p *places) document(doc *source.Document) {
	doc.Visit(func(root *source.Node, problem *source.Problem) (keeps bool) {
		switch {
		case problem != nil:
			p.malformed(doc)
		case root != nil:
			_, kind, _, _ := source.Head(root)
			w := &finder{places: p, doc: doc, kind: kind, seen: map[*source.Node]bool{}, describes: source.Text(source.Field(root, "openapi")) != ""}
			w.node(root, "", "", false)
			w.settle()
		}
		return false
	})
}

// finder walks the tree of one document in the order of its text.
type finder struct {
	*places
	doc  *source.Document
	kind string
	seen map[*source.Node]bool // anchors whose aliases are used as secrets
	// describes is true where names of fields are names of what is described
	// (OpenAPI), and their values not their values.
	describes bool
	open      []openSecret
	at        int // the line of the file on which the node before this one is
}

// openSecret is a secret of more than one line, which goes on until the next
// node.
type openSecret struct{ from int }

// node visits a value. path and key are where it is; all makes the keys below
// it secret too.
func (w *finder) node(n *source.Node, path, key string, all bool) {
	w.reach(n)
	switch n.Kind {
	case yaml.MappingNode:
		if key == "token" && (w.kind == "" || w.kind == "Test") {
			key = "" // of a test or a request: the facts of a token, not a token
		}
		all = all || Opaque(key)
		for i := 0; i+1 < len(n.Content); i += 2 {
			k, v := n.Content[i], n.Content[i+1]
			w.reach(k)
			if all {
				w.name(k)
			}
			under := Field(w.kind, path, key, k.Value)
			if all {
				under = "secret"
			}
			w.field(v, k.Value, strings.TrimPrefix(path+"."+k.Value, "."), under, all)
		}
	case yaml.SequenceNode:
		for _, e := range n.Content {
			if e.Kind == yaml.MappingNode && strings.HasSuffix(w.kind, "List") && key == "items" {
				outer := w.kind
				_, w.kind, _, _ = source.Head(e)
				w.node(e, "", "", false)
				w.kind = outer
				continue
			}
			w.node(e, path+"[]", key, all)
		}
	case yaml.AliasNode:
		if n.Alias != nil && Key(key) && !w.seen[n.Alias] {
			w.seen[n.Alias] = true
			w.anchored(n.Alias, key)
		}
	case yaml.ScalarNode:
		w.text(n, key)
	}
}

// values are the fields of a description below which values are, as in a
// document that is described.
var values = []string{"example", "examples", "default", "const", "enum"}

// field visits the value of a field.
func (w *finder) field(v *source.Node, name, path, under string, all bool) {
	if !w.describes {
		w.node(v, path, under, all)
		return
	}
	if w.describes = !slices.Contains(values, name); w.describes {
		under = ""
	} else {
		above := strings.TrimSuffix(path, "."+name)
		under = above[strings.LastIndexByte(above, '.')+1:]
	}
	w.node(v, path, under, all)
	w.describes = true
}

// anchored marks the value of an alias in the place of a secret.
func (w *finder) anchored(n *source.Node, key string) {
	at := w.at
	w.node(n, "", key, false)
	w.at = at
}

// text marks a scalar that is a secret, or the secrets in it.
func (w *finder) text(n *source.Node, key string) {
	if Key(key) {
		if n.Tag != "!!null" && n.Tag != "!!bool" && n.Value != "" && !template(n.Value) {
			w.scalar(n)
		}
		return
	}
	w.within(n)
	for _, p := range append(spots(n.Value), assignments(n.Value)...) {
		w.add(n.Value[p.start:p.end])
		if p.end-p.start > 2 {
			if user, password, ok := strings.Cut(n.Value[p.start:p.end], ":"); ok && user != "" {
				w.add(password)
			}
		}
		if strings.ContainsAny(n.Value, "\n") {
			w.scalarPlace(n)
		}
	}
}

// within marks the secrets of a text that is YAML itself, as values of a ConfigMap
// are: places in it have lines of their own.
func (w *finder) within(n *source.Node) {
	root := w.doc.Within(n)
	if root == nil || root.Kind == yaml.ScalarNode {
		return
	}
	_, kind, _, _ := source.Head(root)
	inner := &finder{places: w.places, doc: w.doc, kind: kind, seen: map[*source.Node]bool{}}
	inner.node(root, "", "", false)
	inner.settle()
}

// reference are names of fields below a secret that say where it is kept.
var reference = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(name|namespace|key|value|valueFrom|secretKeyRef|secretRef|ref|file|path|env|optional|type)$`)
})

// name marks a key where a single secret is expected: it may be the secret
// itself, unless it is the name of a reference.
func (w *finder) name(k *source.Node) {
	if !reference().MatchString(k.Value) {
		w.scalar(k)
	}
}

// scalar marks a scalar as a secret.
func (w *finder) scalar(n *source.Node) {
	w.add(n.Value)
	w.scalarPlace(n)
}

func (w *finder) scalarPlace(n *source.Node) {
	if n.Line == 0 {
		return
	}
	s := w.doc.NodeSpan(n)
	line := []rune(w.doc.File.Line(s.Line))
	if _, remark, ok := strings.Cut(string(line), " #"); ok {
		w.add(remark) // an older secret may be there
	}
	if s.Column < 1 || s.Column > len(line) {
		w.mark(s.Line, columns{1, toEnd})
		return
	}
	switch first, rest := line[s.Column-1], line[s.Column-1:]; {
	case first == '\'' || first == '"':
		if end := s.EndColumn - 1; end > s.Column && end-1 < len(line) && line[end-1] == first && closed(rest[:end-s.Column+1]) {
			w.mark(s.Line, columns{s.Column, s.EndColumn})
			return
		}
	case (first == '&' || first == '!') && !strings.Contains(n.Value, "\n") && strings.Contains(string(rest), n.Value):
		w.mark(s.Line, columns{s.Column, toEnd})
		return
	case strings.ContainsRune("|>&!*", first):
	case strings.HasPrefix(string(rest), n.Value):
		w.mark(s.Line, columns{s.Column, s.EndColumn})
		return
	}
	w.mark(s.Line, columns{s.Column, toEnd})
	w.open = append(w.open, openSecret{s.Line + 1})
}

// closed reports whether a quoted scalar ends with its quote.
func closed(text []rune) bool {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && text[0] == '"':
			i++
		case text[i] == text[0] && text[0] == '\'' && i+1 < len(text) && text[i+1] == '\'':
			i++
		case text[i] == text[0]:
			return i == len(text)-1
		}
	}
	return false
}

// reach ends the secrets of more than one line at a node.
func (w *finder) reach(n *source.Node) {
	if n.Line == 0 || n.Kind == yaml.AliasNode && len(w.open) == 0 {
		return
	}
	line := w.doc.NodeSpan(n).Line
	w.at = max(w.at, line)
	w.close(w.at)
}

// close marks the lines of open secrets up to a line. A line on which something
// else begins is masked too where the secret may end on it.
func (w *finder) close(line int) {
	if len(w.open) == 0 || line < w.open[0].from {
		return
	}
	for _, o := range w.open {
		for l := o.from; l < line; l++ {
			w.mark(l, columns{1, toEnd})
		}
		if line >= o.from && !ownLine(w.doc.File.Line(line)) {
			w.mark(line, columns{1, toEnd})
		}
	}
	w.open = w.open[:0]
}

// ownLine reports whether a line begins with an entry of a block mapping or
// list, so that nothing of a scalar before it can be on it.
func ownLine(text string) bool {
	text = strings.TrimLeft(text, " ")
	return strings.HasPrefix(text, "- ") || text == "-" || keyStart().MatchString(text)
}

// settle ends what is open at the end of the document.
func (w *finder) settle() {
	if len(w.open) > 0 {
		w.close(w.doc.Line() + bytes.Count(w.doc.Text(), []byte("\n")) + bytes.Count(w.doc.Text(), []byte("\r")) + 1)
	}
}

func (p *places) mark(line int, c columns) {
	if n := len(p.lines[line]); n > 0 && p.lines[line][n-1] == c {
		return
	}
	p.lines[line] = append(p.lines[line], c)
}

func (p *places) add(value string) {
	switch value = strings.TrimSpace(value); {
	case len(value) >= shortest:
		p.values = append(p.values, Value(value))
	case value != "" && len(p.short) < mostShort && !slices.Contains(p.short, Value(value)):
		p.short = append(p.short, Value(value))
	}
}
