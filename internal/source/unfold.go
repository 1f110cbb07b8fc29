package source

import (
	"bytes"
	"encoding/json"
)

// Unfold cuts the text of a List into documents of its items, without parsing
// it, where it is written as kubectl writes it: in block style, or as JSON with
// every item on lines of its own. Lines and columns stay those of the file. ok
// is false for everything else.
func (d *Document) Unfold() (items []*Document, ok bool) {
	switch {
	case d.item != "" || d.odd || !bytes.Contains(d.text, []byte("items")):
		return nil, false
	case IsJSON(d.text):
		return d.unfoldJSON()
	case anchored(d.text):
		return nil, false
	}
	return d.unfoldBlock()
}

// anchored tells of a text that it may have anchors, by which one item may
// depend on another.
func anchored(text []byte) bool {
	for pos := 0; ; {
		i := bytes.IndexByte(text[pos:], '&')
		if i < 0 {
			return false
		}
		pos += i + 1
		before, behind := text[max(pos-2, 0)], text[min(pos, len(text)-1)]
		if bytes.IndexByte([]byte(" \n[{,:-"), before) >= 0 && behind != ' ' && behind != '&' {
			return true
		}
	}
}

// unfoldBlock cuts a List whose keys stand at the first column.
func (d *Document) unfoldBlock() (items []*Document, ok bool) {
	u := unfolder{doc: d, text: bytes.Clone(d.text), start: -1, depth: -1}
	for pos := 0; pos < len(u.text); u.line++ {
		next := nextLine(u.text, pos)
		if !u.take(pos, next) {
			return nil, false
		}
		pos = next
	}
	u.flush(len(u.text))
	return u.items, u.list && u.seen
}

type unfolder struct {
	doc         *Document
	text        []byte
	items       []*Document
	start, from int // offset and line of the item being taken; -1
	line        int // from 0
	depth       int // of the dashes, -1 before the first
	list        bool
	seen, in    bool // items: was met, and is being taken
}

func (u *unfolder) take(pos, next int) bool {
	line := bytes.TrimRight(u.text[pos:next], "\r\n")
	content := bytes.TrimLeft(line, " ")
	depth := len(line) - len(content)
	switch {
	case len(content) == 0 || content[0] == '#' || depth == 0 && marker(line, "---"):
		return len(line) < 4 || line[0] != '-'
	case content[0] == '\t':
		return false
	case u.in && content[0] == '-' && (len(content) == 1 || content[1] == ' ') && (depth == u.depth || u.depth < 0):
		u.flush(pos)
		u.depth, u.start, u.from = depth, pos, u.line
		u.text[pos+depth] = ' '
		return true
	case u.in && depth > max(u.depth, 0):
		return u.start >= 0
	case depth > 0:
		return !u.in
	}
	return u.key(pos, line)
}

// key takes a line of the List itself.
func (u *unfolder) key(pos int, line []byte) bool {
	u.flush(pos)
	u.in = false
	name, value, ok := bytes.Cut(line, []byte(":"))
	if !ok {
		return false
	}
	value = bytes.TrimSpace(value)
	switch string(name) {
	case "items":
		if u.seen || len(value) > 0 {
			return false
		}
		u.seen, u.in = true, true
	case "kind":
		u.list = bytes.HasSuffix(value, []byte("List"))
	}
	return true
}

func (u *unfolder) flush(end int) {
	if u.start >= 0 {
		d := u.doc
		u.items = append(u.items, &Document{File: d.File, Index: d.Index, line: d.line + u.from, text: u.text[u.start:end]})
	}
	u.start = -1
}

// unfoldJSON cuts a List that is a JSON object.
func (d *Document) unfoldJSON() (items []*Document, ok bool) {
	text := bytes.Clone(d.text)
	dec := json.NewDecoder(bytes.NewReader(d.text))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, false
	}
	list, seen := false, false
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, false
		}
		switch key {
		case "items":
			if items, ok = d.unfoldArray(dec, text); !ok || seen {
				return nil, false
			}
			seen = true
		default:
			var value json.RawMessage
			if dec.Decode(&value) != nil {
				return nil, false
			}
			list = list || key == "kind" && bytes.HasSuffix(value, []byte(`List"`))
		}
	}
	if _, err := dec.Token(); err != nil || len(bytes.TrimSpace(d.text[dec.InputOffset():])) > 0 {
		return nil, false
	}
	return items, list && seen
}

func (d *Document) unfoldArray(dec *json.Decoder, text []byte) (items []*Document, ok bool) {
	if t, err := dec.Token(); err != nil || t != json.Delim('[') {
		return nil, false
	}
	line, counted, before := d.line, 0, int(dec.InputOffset())
	for dec.More() {
		var value json.RawMessage
		if dec.Decode(&value) != nil {
			return nil, false
		}
		end := int(dec.InputOffset())
		start := bytes.LastIndexByte(text[:end-len(value)], '\n') + 1
		if start < before {
			return nil, false
		}
		for i := start; i < end-len(value); i++ {
			text[i] = ' '
		}
		line += breaks(text[counted:start])
		counted, before = start, end
		items = append(items, &Document{File: d.File, Index: d.Index, line: line, text: text[start:end]})
	}
	_, err := dec.Token()
	return items, err == nil
}
