package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/internal/blockyaml"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
)

const (
	scalar   = yaml.ScalarNode
	mapping  = yaml.MappingNode
	sequence = yaml.SequenceNode
)

// Parse returns the root node of the document, aliases and merge keys expanded,
// and the faults of its YAML. The root is nil when the text is not YAML or
// exceeds a limit. Nodes behind an alias keep the place where they are written.
func (d *Document) Parse() (*Node, []Problem) {
	if d.root != nil {
		return d.root, nil
	}
	root, problem := d.tree(nil)
	if problem != nil {
		return nil, []Problem{*problem}
	}
	return d.Expand(root)
}

// Outline returns the root node as it is parsed: aliases are not expanded and
// nothing is checked. It serves to read a document's head.
func (d *Document) Outline() (*Node, *Problem) {
	if d.root != nil {
		return d.root, nil
	}
	return d.tree(nil)
}

// Visit calls use with what Outline returns. The nodes are used again for other
// documents afterwards: use reports whether something keeps one of them, so that
// they must not be.
func (d *Document) Visit(use func(root *Node, problem *Problem) (keeps bool)) {
	if d.root != nil {
		use(d.root, nil)
		return
	}
	nodes := spare.Get().(*blockyaml.Nodes)
	if root, problem := d.tree(nodes); !use(root, problem) {
		nodes.Drop()
		spare.Put(nodes)
	}
}

// spare are nodes of trees that nobody needs any more.
var spare = sync.Pool{New: func() any { return &blockyaml.Nodes{} }}

// Expand checks and expands a root that Outline gave: see Parse.
func (d *Document) Expand(root *Node) (*Node, []Problem) {
	if d.root != nil || root == nil {
		return d.root, nil
	}
	return d.expand(root)
}

// tree parses the document, with nodes that were used before unless nodes is nil.
func (d *Document) tree(nodes *blockyaml.Nodes) (root *Node, problem *Problem) {
	defer func() {
		if r := recover(); r != nil {
			root, problem = nil, d.syntaxProblem(fmt.Errorf("yaml: %v", r))
		}
	}()
	if tooManyNodes(d.text) {
		return nil, &Problem{
			Kind: DocumentTooLarge, File: d.File, Doc: d, Line: d.line, Column: 1,
			Message: "the document has more than 4000000 values",
		}
	}
	if root, ok := nodes.Read(d.text); ok {
		return root, nil
	}
	n, err := decode(d.text)
	if err != nil {
		if text := makeReadable(d.text); text != nil {
			n, err = decode(text)
		}
	}
	if err != nil {
		return nil, d.syntaxProblem(err)
	}
	if n.Kind != yaml.DocumentNode || len(n.Content) == 0 {
		return nil, nil
	}
	return n.Content[0], nil
}

// decode reads a text that holds one document. What is behind the document
// is an error: the library by itself stops there and says nothing.
func decode(text []byte) (n Node, err error) {
	d := yaml.NewDecoder(bytes.NewReader(text))
	if err = d.Decode(&n); errors.Is(err, io.EOF) {
		return Node{}, nil
	}
	if err != nil {
		return n, err
	}
	var rest Node
	switch err = d.Decode(&rest); {
	case errors.Is(err, io.EOF):
		return n, nil
	case err == nil:
		return n, leftoverError(rest.Line)
	case strings.Contains(err.Error(), "expected <document start>"):
		line := 0 // the library counts from 0 here, and leaves 0 out
		if m := yamlLine().FindStringSubmatch(err.Error()); m != nil {
			line, _ = strconv.Atoi(m[1])
		}
		return n, leftoverError(line + 1)
	}
	return n, err
}

func leftoverError(line int) error {
	return fmt.Errorf("line %d: %s", line, behindEnd)
}

const behindEnd = "there is text behind the end of the document"

var (
	version12 = lazyregexp.New(`(?m)^%YAML[ \t]+1\.2\b`)
	escape    = lazyregexp.New(`\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\.`)
)

// makeReadable returns the text without what is right in YAML 1.2 and in JSON,
// and which the library refuses: the directive of version 1.2, and in JSON
// escaped slashes and characters escaped as two surrogates. It returns nil when
// there is nothing of the kind.
func makeReadable(text []byte) []byte {
	out := text
	switch start := bytes.TrimLeft(text, " \t\r\n"); {
	case len(start) == 0:
	case start[0] == '%' || start[0] == '#':
		out = version12().ReplaceAll(text, []byte("%YAML 1.1"))
	case start[0] == '{' || start[0] == '[':
		out = escape().ReplaceAllFunc(text, jsonEscape)
	}
	if bytes.Equal(out, text) {
		return nil
	}
	return out
}

// jsonEscape turns an escape of JSON into one of YAML.
func jsonEscape(e []byte) []byte {
	switch {
	case len(e) > 2:
		high, _ := strconv.ParseUint(string(e[2:6]), 16, 32)
		low, _ := strconv.ParseUint(string(e[8:12]), 16, 32)
		return fmt.Appendf(nil, `\U%08X`, utf16.DecodeRune(rune(high), rune(low)))
	case e[1] == '/':
		return []byte("/")
	}
	return e
}

// tooManyNodes bounds the nodes a text can hold from above, by counting the
// characters that can start one. Only large texts are counted.
func tooManyNodes(text []byte) bool {
	if len(text) < MaxNodes {
		return false
	}
	count := 0
	for _, sep := range []string{"\n", ",", ":", "- ", "[", "{"} {
		count += bytes.Count(text, []byte(sep))
	}
	return count > MaxNodes
}

var yamlLine = lazyregexp.New(`line (\d+): ?`)

// syntaxProblem turns an error of the YAML library into a Problem. The
// library's line is relative to the document.
func (d *Document) syntaxProblem(err error) *Problem {
	p := &Problem{Kind: Syntax, File: d.File, Doc: d, Line: d.line}
	var typeError *yaml.TypeError
	text := err.Error()
	if errors.As(err, &typeError) && len(typeError.Errors) > 0 {
		text = typeError.Errors[0]
	}
	text = strings.TrimPrefix(text, "yaml: ")
	if m := yamlLine().FindStringSubmatchIndex(text); m != nil {
		n, _ := strconv.Atoi(text[m[2]:m[3]])
		p.Line, _ = d.filePlace(max(n, 1), 1)
		text = text[:m[0]] + text[m[1]:]
	}
	p.Message = "not valid YAML: " + text
	if text == behindEnd {
		p.Help = "indent it like the lines above, or start a new document with ---"
	}
	if !d.findControl(p) {
		d.refineSyntax(p)
	}
	return p
}

// findControl finds a character that YAML does not allow, of which the library
// does not say where it is.
func (d *Document) findControl(p *Problem) bool {
	at := bytes.IndexFunc(d.text, isForbidden)
	if at < 0 || !strings.Contains(p.Message, "control characters") {
		return false
	}
	r, _ := utf8.DecodeRune(d.text[at:])
	p.Message = fmt.Sprintf("the character U+%04X is not allowed in YAML", r)
	p.Help = "remove it, or write it as an escape in double quotes"
	p.Line, p.Column = d.File.Position(d.File.start(d.line) + at)
	return true
}

// isForbidden reports whether YAML has no place for a character (YAML 1.2, 5.1).
func isForbidden(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r', r == 0x85, r >= ' ' && r <= '~', r >= 0xa0 && r <= 0xfffd, r >= 0x10000:
		return false
	}
	return true
}

// refineSyntax finds the column, and distinguishes a tab from other mistakes.
func (d *Document) refineSyntax(p *Problem) {
	last := d.lastLine()
	for _, line := range []int{p.Line, p.Line + 1, p.Line - 1} {
		if line < d.line || line > last {
			continue
		}
		text := d.File.Line(line)
		indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]
		if i := strings.IndexByte(indent, '\t'); i >= 0 {
			p.Kind, p.Line, p.Column = Tab, line, i+1
			p.Message = "a tab is used for indentation"
			p.Help = "indent with spaces: YAML does not allow tabs"
			return
		}
	}
	p.Line = min(p.Line, last)
	if m := d.findMistake(p.Message, p.Line, last); m != nil {
		p.Line, p.Column, p.Message, p.Help = m.line, m.column, m.message, m.help
		return
	}
	text := d.File.Line(p.Line)
	p.Column = len(text) - len(strings.TrimLeft(text, " ")) + 1
	if strings.Contains(text, "{{") {
		p.Help = TemplateHelp
	}
}

// TemplateHelp is the remedy for a template in place of a manifest.
const TemplateHelp = "this looks like a template: compile what it renders, with kgw build CHART --helm or helm template ... | kgw build -"

// lastLine returns the line of the file on which the document ends.
func (d *Document) lastLine() int {
	line := d.line
	for pos := 0; pos < len(d.text); {
		next := nextLine(d.text, pos)
		if isBreak(d.text[next-1]) {
			line++
		}
		pos = next
	}
	return line
}

// Head reads apiVersion, kind, metadata.name and metadata.namespace of a root
// node that need not be expanded, without looking at anything else.
func Head(root *Node) (apiVersion, kind, namespace, name string) {
	meta := entry(root, "metadata", map[*Node]bool{})
	return headText(root, "apiVersion"), headText(root, "kind"), headText(meta, "namespace"), headText(meta, "name")
}

func headText(n *Node, key string) string {
	v := entry(n, key, map[*Node]bool{})
	if v == nil || v.Kind != scalar || v.ShortTag() == "!!null" {
		return ""
	}
	return v.Value
}

// entry returns the value of a key as expand would leave it: the last of equal
// keys, the value of an alias, or else the value from "<<". seen are the
// mappings that were visited: each is visited once, however often it is merged.
func entry(n *Node, key string, seen map[*Node]bool) *Node {
	if n = resolveAlias(n); n == nil || n.Kind != mapping || seen[n] {
		return nil
	}
	for i := len(n.Content) - 2; i >= 0; i -= 2 {
		if k := resolveAlias(n.Content[i]); k.Kind == scalar && k.Value == key {
			return resolveAlias(n.Content[i+1])
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag != "!!merge" {
			continue
		}
		seen[n] = true
		sources := []*Node{n.Content[i+1]}
		if list := resolveAlias(n.Content[i+1]); list.Kind == sequence {
			sources = list.Content
		}
		for _, s := range sources {
			if v := entry(s, key, seen); v != nil {
				return v
			}
		}
	}
	return nil
}

// resolveAlias returns the value of an alias, and any other node as it is.
func resolveAlias(n *Node) *Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}
