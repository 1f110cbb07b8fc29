package krm

import (
	"bytes"
	"strings"
	"sync/atomic"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
)

// pieces reads a list in block style without parsing it as a whole: its items,
// each by itself and on every core, and what is left without them. Thousands of
// items would else be one document, and parsed twice. It gives nil for every
// text about which it could be wrong, among them all that is at fault.
func pieces(file *source.File) *List {
	p := piecer{lines: strings.SplitAfter(string(file.Data), "\n")}
	if bytes.ContainsAny(file.Data, "\u0085\u2028\u2029\t") || bytes.HasPrefix(file.Data, []byte("%")) || bytes.Contains(file.Data, []byte("\n%")) || !p.split() {
		return nil
	}
	rest := &source.File{Name: file.Name, Data: p.rest()}
	docs, problems := source.Split(rest)
	if len(problems) > 0 || len(docs) != 1 {
		return nil
	}
	root, problem := docs[0].Outline()
	if problem != nil {
		return nil
	}
	r := &reader{doc: docs[0], root: root, lines: strings.SplitAfter(string(docs[0].Text()), "\n")}
	out := r.list()
	if len(r.refused)+len(r.found) > 0 || out == nil || len(out.Items) > 0 || source.Field(root, "items").Style&yaml.FlowStyle == 0 {
		return nil
	}
	if out.Items = p.items(); out.Items == nil {
		return nil
	}
	return out
}

// piecer cuts a list at the lines that begin items.
type piecer struct {
	lines           []string
	key, first, end int // lines: of "items:", of what is behind it, of what follows
	dash            int // column of the dashes, from 0
	starts          []int
}

// split finds the items. Every line between them must be deeper than their
// dashes.
func (p *piecer) split() bool {
	p.key = -1
	for i, line := range p.lines {
		if strings.TrimRight(line, " \n") == "items:" {
			if p.key >= 0 {
				return false
			}
			p.key = i
		}
	}
	if p.key < 0 {
		return false
	}
	p.first, p.dash = p.key+1, -1
	for p.end = p.first; p.end < len(p.lines); p.end++ {
		indent, blank := indentation(p.lines[p.end])
		switch {
		case blank:
		case p.isDash(p.end, indent):
			p.dash = indent
			p.starts = append(p.starts, p.end)
		case p.dash < 0:
			return false
		case indent == 0:
			return true
		case indent <= p.dash:
			return false
		}
	}
	return len(p.starts) > 0
}

// isDash tells whether a line begins an item: the first dash says in which
// column they stand.
func (p *piecer) isDash(i, indent int) bool {
	if p.dash >= 0 && indent != p.dash {
		return false
	}
	rest := p.lines[i][indent:]
	return rest[0] == '-' && (len(rest) == 1 || rest[1] == ' ' || rest[1] == '\n')
}

// indentation counts the spaces in front of a line; a blank line or a comment
// has none that count.
func indentation(line string) (n int, blank bool) {
	text := strings.TrimLeft(line, " ")
	return len(line) - len(text), text == "" || text == "\n" || text[0] == '#'
}

// rest is the list without its items, its other lines where they were.
func (p *piecer) rest() []byte {
	var b []byte
	for _, line := range p.lines[:p.key] {
		b = append(b, line...)
	}
	b = append(b, "items: []\n"...)
	for range p.end - p.first {
		b = append(b, '\n')
	}
	for _, line := range p.lines[p.end:] {
		b = append(b, line...)
	}
	return b
}

// items reads the items; nil when one of them cannot be read by itself.
func (p *piecer) items() []*Item {
	r := &reader{lines: p.lines}
	from := r.leadOf(p.starts[0], p.first, p.dash)
	bounds := []int{from}
	for i := range p.starts {
		to := p.end
		if i+1 < len(p.starts) {
			to = r.leadOf(p.starts[i+1], p.starts[i]+1, p.dash)
		}
		bounds = append(bounds, to)
	}
	out := make([]*Item, len(p.starts))
	var failed atomic.Bool
	parallel.Each(len(out), func(i int) {
		item := p.item(r, bounds[i], p.starts[i], bounds[i+1])
		if item == nil {
			failed.Store(true)
			return
		}
		item.Position = i
		item.finish(source.JoinIndex("items", i))
		out[i] = item
	})
	if failed.Load() {
		return nil
	}
	return out
}

func (p *piecer) item(r *reader, from, start, to int) *Item {
	indent := p.column(start, to)
	if indent <= p.dash {
		return nil
	}
	for _, line := range p.lines[start+1 : to] {
		if n, blank := indentation(line); !blank && n < indent {
			return nil
		}
	}
	at := &source.Node{Line: start + 1, Column: indent + 1}
	if strings.TrimRight(p.lines[start][p.dash:], " \n") == "-" {
		at.Line = start + 2
	}
	c := r.cut(from, start, to, at, p.dash)
	item := &Item{lead: c.lead, text: c.text}
	docs, problems := source.Split(&source.File{Data: item.text})
	if len(problems) > 0 || len(docs) != 1 {
		return nil
	}
	root, problem := docs[0].Outline()
	if problem != nil || root == nil || root.Kind != yaml.MappingNode {
		return nil
	}
	if twice(root) {
		return nil
	}
	if aliases(root) {
		if expanded, _ := docs[0].Expand(root); expanded == nil {
			return nil
		}
		root = alone(item.text)
	}
	item.root = root
	return item
}

// twice reports whether a mapping may have a key twice: of these the whole list
// keeps one. Keys that are not text may be equal without looking alike.
func twice(n *source.Node) bool {
	seen, odd := map[string]bool{}, 0
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			if c.ShortTag() != "!!str" {
				odd++
			}
			if seen[c.Value] || odd > 1 {
				return true
			}
			seen[c.Value] = true
		}
		if twice(c) {
			return true
		}
	}
	return false
}

// column is where the fields of an item begin.
func (p *piecer) column(start, to int) int {
	line := p.lines[start][p.dash+1:]
	if text := strings.TrimLeft(line, " "); text != "" && text != "\n" {
		if strings.ContainsAny(text[:1], "#&!*|>") {
			return -1
		}
		return p.dash + 1 + len(line) - len(text)
	}
	for _, line := range p.lines[start+1 : to] {
		if n, blank := indentation(line); !blank {
			return n
		}
	}
	return -1
}
