package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/internal/blockyaml"
)

// Skim returns the tree that Parse returns, without places, where that costs
// little: the document is in the common block style or JSON, and nothing is
// wrong with it. ok is false for every other document: it is to be parsed.
func (d *Document) Skim() (root *Node, ok bool) { return d.skimmed(nil) }

// Glance calls use with what Skim returns, where it returns a tree. The nodes are
// used again for other documents afterwards: nothing may keep one.
func (d *Document) Glance(use func(root *Node)) (ok bool) {
	nodes := spare.Get().(*blockyaml.Nodes)
	root, ok := d.skimmed(nodes)
	if ok {
		use(root)
	}
	nodes.Drop()
	spare.Put(nodes)
	return ok
}

func (d *Document) skimmed(nodes *blockyaml.Nodes) (root *Node, ok bool) {
	if root, ok = d.skim(nodes); !ok {
		return nil, false
	}
	root, problems := d.expand(root)
	return root, root != nil && len(problems) == 0
}

func (d *Document) skim(nodes *blockyaml.Nodes) (root *Node, ok bool) {
	switch {
	case d.root != nil || d.odd != nil || tooManyNodes(d.text):
		return nil, false
	case isJSON(d.text):
		dec := json.NewDecoder(bytes.NewReader(d.text))
		dec.UseNumber()
		root, err := jsonNode(dec, 0)
		if _, more := dec.Token(); err != nil || !errors.Is(more, io.EOF) {
			return nil, false
		}
		return root, true
	}
	root, ok = nodes.Read(d.text)
	return root, ok && root != nil
}

// maxSkimDepth bounds how deep JSON may be nested to be read without the
// library.
const maxSkimDepth = 200

var errTooDeep = errors.New("nested too deep")

// jsonNode reads one JSON value.
func jsonNode(dec *json.Decoder, depth int) (*Node, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	if depth > maxSkimDepth {
		return nil, errTooDeep
	}
	n := &Node{Kind: mapping, Tag: "!!map"}
	switch v := token.(type) {
	case json.Delim:
		if v == '[' {
			n.Kind, n.Tag = sequence, "!!seq"
		}
		for dec.More() {
			child, err := jsonNode(dec, depth+1)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, child)
		}
		_, err = dec.Token()
		return n, err
	case string:
		return &Node{Kind: scalar, Tag: "!!str", Value: v, Style: yaml.DoubleQuotedStyle}, nil
	case json.Number:
		return &Node{Kind: scalar, Tag: numberTag(v.String()), Value: v.String()}, nil
	}
	return NodeOf(token), nil
}

// isJSON reports whether a text begins as a JSON object does.
func isJSON(text []byte) bool {
	start := bytes.TrimLeft(text, " \t\r\n")
	return len(start) > 0 && start[0] == '{'
}
