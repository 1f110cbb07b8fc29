package source

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// Unfold cuts the text of a List into documents of its items, without parsing
// it, where it is written as kubectl writes it: in block style, or as JSON with
// every item on lines of its own. Lines and columns stay those of the file. ok
// is false for everything that is not certain to be a List of these items.
func (d *Document) Unfold() (items []*Document, ok bool) {
	switch {
	case d.item != "" || d.odd != nil || !bytes.Contains(d.text, []byte("items")) || !bytes.Contains(d.text, []byte("List")):
		return nil, false
	case isJSON(d.text):
		return d.unfoldJSON()
	}
	return d.unfoldBlock()
}

// unfoldBlock cuts a List in the common block style.
func (d *Document) unfoldBlock() (items []*Document, ok bool) {
	d.Glance(func(root *Node) { items, ok = d.cutBlock(root) })
	return items, ok
}

// cutBlock cuts the text of a List with that root.
func (d *Document) cutBlock(root *Node) (items []*Document, ok bool) {
	list := Field(root, "items")
	if !strings.HasSuffix(Text(Field(root, "kind")), "List") || len(Elements(list)) == 0 || list.Style != 0 {
		return nil, false
	}
	text, starts := bytes.Clone(d.text), lineStarts(d.text)
	end := len(text)
	for _, key := range root.Content {
		if at := key.Line - 1; at >= 0 && key.Line > list.Line && starts[at] < end && key != list {
			end = starts[at] // the key behind the items
		}
	}
	for i := len(list.Content) - 1; i >= 0; i-- {
		at := list.Content[i].Line - 1
		for at >= 0 && !dashAt(text[starts[at]:], list.Column-1) {
			at-- // the dash is on a line above
		}
		if at < 0 {
			return nil, false
		}
		start := starts[at]
		items = append(items, &Document{File: d.File, Index: d.Index, line: d.line + at, from: JoinIndex("items", i), text: text[start:end]})
		text[start+list.Column-1], end = ' ', start
	}
	slices.Reverse(items)
	return items, true
}

func lineStarts(text []byte) []int {
	var starts []int
	for pos := 0; pos < len(text); pos = nextLine(text, pos) {
		starts = append(starts, pos)
	}
	return starts
}

func dashAt(line []byte, column int) bool {
	return len(line) > column && line[column] == '-' && len(bytes.TrimLeft(line[:column], " ")) == 0
}

// unfoldJSON cuts a List that is a JSON object.
func (d *Document) unfoldJSON() (items []*Document, ok bool) {
	text := bytes.Clone(d.text)
	dec := json.NewDecoder(bytes.NewReader(d.text))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, false
	}
	list, seen, kinds := false, false, 0
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
			if key == "kind" {
				kinds++
				list = kinds == 1 && bytes.HasSuffix(value, []byte(`List"`))
			}
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
		line += countBreaks(text[counted:start])
		counted, before = start, end
		items = append(items, &Document{File: d.File, Index: d.Index, line: line, from: JoinIndex("items", len(items)), text: text[start:end]})
	}
	_, err := dec.Token()
	return items, err == nil
}
