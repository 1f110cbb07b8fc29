package edit

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/internal/source"
)

// rewriteMapping makes a mapping have the wanted entries.
func (r *rewriter) rewriteMapping(n *yaml.Node, want source.Object, at place) {
	m := r.entriesFor(n, want, at)
	last := -1 // the own entry that was met last
	var fresh []source.Member
	for _, w := range want {
		i, found := m.at[w.Key]
		if !found {
			fresh = append(fresh, w)
			continue
		}
		r.insert(m, last, fresh)
		fresh = nil
		last = max(last, i)
		r.rewriteEntry(m, i, w)
	}
	r.insert(m, last, fresh)
	r.removeUnwanted(m)
}

// own are the entries of a mapping that are in it, and which wanted one each
// becomes.
type own struct {
	node    *yaml.Node
	entries []entry
	at      map[string]int // wanted key to entry
	kept    []bool
	place   place
	column  int
	inline  bool // entries share lines
}

func (r *rewriter) entriesFor(n *yaml.Node, want source.Object, at place) *own {
	m := &own{node: n, at: map[string]int{}, place: at}
	if len(n.Content) == 0 {
		return m
	}
	m.column = r.column(r.start(n.Content[0]))
	for i := 0; i+1 < len(n.Content); i += 2 {
		m.entries = append(m.entries, entry{key: n.Content[i], value: n.Content[i+1]})
	}
	m.kept = make([]bool, len(m.entries))
	m.inline = at.flow && !r.isFirstOnLine(r.start(n.Content[0]))
	index := map[string]int{}
	for i, e := range m.entries {
		index[e.key.Value] = i
	}
	for _, w := range want {
		name := w.Key
		if f, ok := w.Value.(From); ok && f.Key != "" && f.Below == "" {
			name = f.Key
		}
		if i, ok := index[name]; ok && m.entries[i].key.Tag != "!!merge" {
			m.at[w.Key], m.kept[i] = i, true
		}
	}
	r.keepMerges(m, want)
	return m
}

// keepMerges decides which merge keys can stay: those that bring nothing but
// what is wanted.
func (r *rewriter) keepMerges(m *own, want source.Object) {
	plain, _ := strip(want).(source.Object)
	brings := map[*yaml.Node][]entry{}
	for _, e := range entriesOf(m.node) {
		if e.merge != nil {
			brings[e.merge] = append(brings[e.merge], e)
		}
	}
	for i, e := range m.entries {
		if e.key.Tag != "!!merge" {
			continue
		}
		m.kept[i] = !r.expand
		for _, b := range brings[e.key] {
			v, wanted := plain.Get(b.key.Value)
			m.kept[i] = m.kept[i] && wanted && equal(v, valueOf(b.value))
		}
		for _, b := range brings[e.key] {
			if m.kept[i] {
				m.at[b.key.Value] = i
			}
		}
	}
}

// rewriteEntry makes own entry i the wanted one: its key, then its value.
func (r *rewriter) rewriteEntry(m *own, i int, w source.Member) {
	e := m.entries[i]
	if e.key.Tag == "!!merge" {
		return
	}
	within := place{column: r.column(r.start(e.key)), flow: m.place.flow, depth: m.place.depth + 1, after: r.keyEnd(e.key)}
	if e.key.Value != w.Key {
		start, end := r.content(e.key), r.end(e.key, 0)
		r.change(start, end, r.spellLike(r.text[start:end], w.Key, m.place.flow))
	}
	want := unwrap(w.Value)
	if !m.place.flow && r.losesComments(e.value, want, within) {
		r.liftComments(m, e)
	}
	r.rewriteValue(e.value, want, within)
}

// losesComments reports whether a value of several lines is written anew, so that
// comments in it would be lost.
func (r *rewriter) losesComments(n *yaml.Node, want any, at place) bool {
	if n.Kind == yaml.AliasNode || n.Kind == yaml.ScalarNode || !r.holdsAlias(n) && equal(valueOf(n), strip(want)) {
		return false
	}
	_, isObject := want.(source.Object)
	_, isList := want.([]any)
	return n.Kind == yaml.MappingNode && !isObject || n.Kind == yaml.SequenceNode && !isList || r.isWrittenAnew(n, want, at)
}

// liftComments writes the comments of a value that is written anew above its key.
func (r *rewriter) liftComments(m *own, e entry) {
	start := r.start(e.key)
	var text string
	for _, c := range r.comments(r.keyEnd(e.key), r.end(e.value, r.column(start)), e.value) {
		text += c + r.style.lineBreak + spaces(m.column)
	}
	if text != "" {
		r.change(start, start, text)
	}
}

// insert writes new entries behind own entry last, or in front of the first.
func (r *rewriter) insert(m *own, last int, fresh []source.Member) {
	if len(fresh) == 0 {
		return
	}
	if last < 0 {
		r.insertFirst(m, fresh)
		return
	}
	e := m.entries[last]
	end := max(r.end(e.value, r.column(r.start(e.key))), r.keyEnd(e.key))
	text := ""
	for _, w := range fresh {
		text += r.separator(m) + r.spellMember(m, w)
	}
	if !m.place.flow {
		end = lineEnd(r.text, end)
	}
	r.change(end, end, text)
}

// insertFirst writes new entries in front of the first own one that stays, and of
// the comments above that.
func (r *rewriter) insertFirst(m *own, fresh []source.Member) {
	start, text := r.start(m.entries[slices.Index(m.kept, true)].key), ""
	for _, w := range fresh {
		text += r.spellMember(m, w) + r.separator(m)
	}
	if !m.place.flow && r.isFirstOnLine(start) {
		if begin := withComments(r.text, lineStart(r.text, start), m.column); begin < lineStart(r.text, start) {
			start, text = begin, spaces(m.column)+strings.TrimSuffix(text, spaces(m.column))
		}
	}
	r.change(start, start, text)
}

// separator is what is between two entries.
func (r *rewriter) separator(m *own) string {
	switch {
	case !m.place.flow:
		return r.style.lineBreak + spaces(m.column)
	case m.inline:
		return ", "
	}
	return "," + r.style.lineBreak + spaces(m.column)
}

func (r *rewriter) spellMember(m *own, w source.Member) string {
	if f, ok := w.Value.(From); ok && f.Below != "" {
		return r.fetchedMember(m, w.Key, f)
	}
	return r.spellPlainMember(m, w.Key, strip(w.Value))
}

func (r *rewriter) spellPlainMember(m *own, key string, value any) string {
	if !m.place.flow {
		return r.spellScalar(key) + ":" + r.spellBlock(value, m.column)
	}
	return r.spellKey(m, key) + ": " + r.spellFlow(value, m.column, true)
}

// spellKey spells a new key as the others of the mapping.
func (r *rewriter) spellKey(m *own, key string) string {
	if m.place.flow && r.text[r.start(m.entries[0].key)] == '"' {
		return quoted(key)
	}
	return r.spellScalar(key)
}

// removeUnwanted removes the entries that are not kept, one run of them at a
// time.
func (r *rewriter) removeUnwanted(m *own) {
	for i := 0; i < len(m.entries); i++ {
		if m.kept[i] {
			continue
		}
		j := i
		for j+1 < len(m.entries) && !m.kept[j+1] {
			j++
		}
		r.remove(m, i, j)
		i = j
	}
}

func (r *rewriter) remove(m *own, i, j int) {
	start := r.start(m.entries[i].key)
	if begin, taken := r.taken[m.entries[i].key]; taken {
		start = begin
	}
	last := m.entries[j]
	end := max(r.end(last.value, r.column(r.start(last.key))), r.keyEnd(last.key))
	switch {
	case m.place.flow && i > 0:
		before := m.entries[i-1]
		start = max(r.end(before.value, 0), r.keyEnd(before.key))
	case m.place.flow && j+1 < len(m.entries):
		end = r.start(m.entries[j+1].key)
	case r.isFirstOnLine(start) && i > 0 && j+1 == len(m.entries):
		// The line break in front goes, not the one behind: what is inserted behind
		// the mapping is inserted there.
		start = lineStart(r.text, start)
		start -= len(lineBreak(r.text, start))
		end = lineEnd(r.text, end)
	case r.isFirstOnLine(start):
		start, end = lineStart(r.text, start), nextLine(r.text, end)
	case j+1 < len(m.entries):
		end = r.start(m.entries[j+1].key)
	}
	r.change(start, end, "")
}
