package secret

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
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

// findSecrets returns the secrets of a file.
func findSecrets(f *source.File) *places {
	p := &places{lines: map[int][]columns{}}
	docs, _ := source.Split(f)
	for _, doc := range docs {
		if mayHold(doc.Text()) {
			p.addDocument(doc)
		}
	}
	return p
}

// addDocument adds the secrets of a document: of one that is YAML by its tree, of
// any other by its lines.
func (p *places) addDocument(doc *source.Document) {
	doc.Visit(func(root *source.Node, problem *source.Problem) (keeps bool) {
		switch {
		case problem != nil:
			p.markMalformed(doc)
		case root != nil:
			_, kind, _, _ := source.Head(root)
			w := &finder{places: p, doc: doc, kind: kind, seen: map[*source.Node]bool{}, describes: source.Text(source.Field(root, "openapi")) != ""}
			w.visit(root, "", "", false)
			w.closeAll()
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

// visit visits a value. path and key are where it is; all makes the keys below
// it secret too.
func (w *finder) visit(n *source.Node, path, key string, all bool) {
	w.closeAt(n)
	switch n.Kind {
	case yaml.MappingNode:
		if key == "token" && (w.kind == "" || w.kind == "Test") {
			key = "" // of a test or a request: the facts of a token, not a token
		}
		all = all || Opaque(key)
		for i := 0; i+1 < len(n.Content); i += 2 {
			k, v := n.Content[i], n.Content[i+1]
			w.closeAt(k)
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
				w.visit(e, "", "", false)
				w.kind = outer
				continue
			}
			w.visit(e, path+"[]", key, all)
		}
	case yaml.AliasNode:
		if n.Alias != nil && Key(key) && !w.seen[n.Alias] {
			w.seen[n.Alias] = true
			w.markAnchored(n.Alias, key)
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
		w.visit(v, path, under, all)
		return
	}
	if w.describes = !slices.Contains(values, name); w.describes {
		under = ""
	} else {
		above := strings.TrimSuffix(path, "."+name)
		under = above[strings.LastIndexByte(above, '.')+1:]
	}
	w.visit(v, path, under, all)
	w.describes = true
}

// markAnchored marks the value of an alias that is written where a secret is expected.
func (w *finder) markAnchored(n *source.Node, key string) {
	at := w.at
	w.visit(n, "", key, false)
	w.at = at
}

// text marks a scalar that is a secret, or the secrets in it.
func (w *finder) text(n *source.Node, key string) {
	if Key(key) {
		if n.Tag != "!!null" && n.Tag != "!!bool" && n.Value != "" && !isTemplate(n.Value) {
			w.markScalar(n)
		}
		return
	}
	w.markWithin(n)
	for _, p := range append(findSpots(n.Value), findAssignments(n.Value)...) {
		w.add(n.Value[p.start:p.end])
		if p.end-p.start > 2 {
			if user, password, ok := strings.Cut(n.Value[p.start:p.end], ":"); ok && user != "" {
				w.add(password)
			}
		}
		if strings.ContainsAny(n.Value, "\n") {
			w.markScalarPlace(n)
		}
	}
}

// markWithin marks the secrets of a text that is YAML itself, as values of a
// ConfigMap are: places in it have lines of their own.
func (w *finder) markWithin(n *source.Node) {
	root := w.doc.Within(n)
	if root == nil || root.Kind == yaml.ScalarNode {
		return
	}
	_, kind, _, _ := source.Head(root)
	inner := &finder{places: w.places, doc: w.doc, kind: kind, seen: map[*source.Node]bool{}}
	inner.visit(root, "", "", false)
	inner.closeAll()
}

// reference are names of fields below a secret that say where it is kept.
var reference = lazyregexp.New(`(?i)^(name|namespace|key|value|valueFrom|secretKeyRef|secretRef|ref|file|path|env|optional|type)$`)

// name marks a key where a single secret is expected: it may be the secret
// itself, unless it is the name of a reference.
func (w *finder) name(k *source.Node) {
	if !reference().MatchString(k.Value) {
		w.markScalar(k)
	}
}

// markScalar marks a scalar as a secret.
func (w *finder) markScalar(n *source.Node) {
	w.add(n.Value)
	w.markScalarPlace(n)
}

func (w *finder) markScalarPlace(n *source.Node) {
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
		if end := s.EndColumn - 1; end > s.Column && end-1 < len(line) && line[end-1] == first && isClosed(rest[:end-s.Column+1]) {
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

// isClosed reports whether a quoted scalar ends with its quote.
func isClosed(text []rune) bool {
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

// closeAt ends the secrets of more than one line at a node.
func (w *finder) closeAt(n *source.Node) {
	if n.Line == 0 || n.Kind == yaml.AliasNode && len(w.open) == 0 {
		return
	}
	line := w.doc.NodeSpan(n).Line
	w.at = max(w.at, line)
	w.closeThrough(w.at)
}

// closeThrough marks the lines of open secrets up to a line. A line on which
// something else begins is masked too where the secret may end on it.
func (w *finder) closeThrough(line int) {
	if len(w.open) == 0 || line < w.open[0].from {
		return
	}
	for _, o := range w.open {
		for l := o.from; l < line; l++ {
			w.mark(l, columns{1, toEnd})
		}
		if line >= o.from && !beginsEntry(w.doc.File.Line(line)) {
			w.mark(line, columns{1, toEnd})
		}
	}
	w.open = w.open[:0]
}

// beginsEntry reports whether a line begins with an entry of a block mapping or
// list, so that nothing of a scalar before it can be on it.
func beginsEntry(text string) bool {
	text = strings.TrimLeft(text, " ")
	return strings.HasPrefix(text, "- ") || text == "-" || keyStart().MatchString(text)
}

// closeAll ends what is open at the end of the document.
func (w *finder) closeAll() {
	if len(w.open) > 0 {
		w.closeThrough(w.doc.Line() + bytes.Count(w.doc.Text(), []byte("\n")) + bytes.Count(w.doc.Text(), []byte("\r")) + 1)
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
