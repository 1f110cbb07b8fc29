// Package blockyaml reads the style in which manifests are written: block
// mappings and sequences, plain and quoted scalars on one line, flow
// collections on one line, literal blocks, comments in the usual places, and
// JSON.
//
// It takes the text of one document and returns the node tree that
// go.yaml.in/yaml/v3 returns for it, equal in every field, for a tenth of the
// processor time. It never guesses: a text that is not plainly of that style
// is declined, and the library reads it. It must not know what a document
// means.
package blockyaml

import (
	"strings"
	"unicode/utf8"
	"unsafe"

	"go.yaml.in/yaml/v3"
)

// Limits beyond which a text is declined: the library has bounds of its own
// there (1,024 characters of a simple key, 512 characters of white space
// around comments).
const (
	maxKey   = 1000
	maxBlank = 500
	maxDepth = 200
)

// read is Nodes.Read; nil has no nodes to use again.
func read(text []byte, used *Nodes) (root *yaml.Node, ok bool) {
	r := &reader{text: unsafe.String(unsafe.SliceData(text), len(text)), ascii: true, again: used}
	if !r.isReadable() {
		return nil, false
	}
	defer func() {
		switch e := recover().(type) {
		case nil:
		case declined:
			root, ok = nil, false
		default:
			panic(e)
		}
	}()
	return r.readDocument(), true
}

// declined is what the reader panics with where it meets something that it
// leaves to the library; it never leaves the package.
type declined struct{}

func decline() { panic(declined{}) }

// isReadable reports whether the text has only characters that mean nothing
// special: no tabs, no control characters, no line breaks but LF and CRLF, no
// byte order mark, and valid UTF-8.
func (r *reader) isReadable() bool {
	for i := 0; i < len(r.text); {
		c := r.text[i]
		switch {
		case c >= ' ' && c < 0x7f || c == '\n':
			i++
		case c == '\r' && i+1 < len(r.text) && r.text[i+1] == '\n':
			r.crlf = true
			i += 2
		case c < utf8.RuneSelf:
			return false
		default:
			char, size := utf8.DecodeRuneInString(r.text[i:])
			if char == utf8.RuneError || char < 0xa0 || char == 0x2028 || char == 0x2029 || char == 0xfeff || char == 0xfffe || char == 0xffff {
				return false
			}
			r.ascii = false
			i += size
		}
	}
	return true
}

// reader reads one document line by line. It is always in front of the content
// of a line, or at the end of the text.
type reader struct {
	text  string
	ascii bool
	crlf  bool

	start int // offset of the current line
	pos   int // offset of what is not read yet in it
	line  int // number of the current line, from 1
	col   int // indentation of the current line; -1 at the end of the text
	depth int
	lines bool // a flow collection may go on in the next line

	counted int // an offset: of the current line, if it is not before start
	before  int // how many characters of the line are before it

	comments comments
	again    *Nodes       // where nodes are from; nil makes them
	nodes    []yaml.Node  // not used yet
	slots    []*yaml.Node // not used yet
	stack    []*yaml.Node // children of the collections that are being read
}

// readDocument reads the whole text.
func (r *reader) readDocument() *yaml.Node {
	r.openLine(0, 1)
	r.comments.first = true
	r.skipBlank()
	if r.atMarker("---") {
		if r.comments.hasComments() || !r.endsLine(r.pos+3) {
			decline()
		}
		r.advance()
		if r.col < 0 {
			decline()
		}
	}
	r.comments.first = false
	if r.col < 0 {
		return nil
	}
	root := r.readRoot()
	if r.col >= 0 || r.comments.hasComments() {
		decline()
	}
	return root
}

// readRoot reads the collection that is the whole document. Of one in flow
// style, as JSON has it, lines may end anywhere.
func (r *reader) readRoot() *yaml.Node {
	if c := r.text[r.pos]; c != '{' && c != '[' {
		return r.readBlock()
	}
	r.lines = true
	root := r.readFlow()
	if r.lines = false; !r.endsLine(r.pos) {
		decline()
	}
	r.advance()
	return root
}

// atMarker reports whether a document marker begins the current line.
func (r *reader) atMarker(m string) bool {
	return r.col == 0 && strings.HasPrefix(r.text[r.pos:], m) && (r.pos+3 == len(r.text) || strings.IndexByte(" \r\n", r.text[r.pos+3]) >= 0)
}

// openLine moves to the line that begins at an offset.
func (r *reader) openLine(offset, line int) {
	r.start, r.pos, r.line = offset, offset, line
	for r.pos < len(r.text) && r.text[r.pos] == ' ' {
		r.pos++
	}
	r.col = r.pos - r.start
}

// lineEnd returns the offset of the break that ends the current line, or of
// the end of the text, and the offset behind it.
func (r *reader) lineEnd() (end, next int) {
	i := strings.IndexByte(r.text[r.pos:], '\n')
	if i < 0 {
		return len(r.text), len(r.text)
	}
	end, next = r.pos+i, r.pos+i+1
	if end > r.pos && r.text[end-1] == '\r' {
		end--
	}
	return end, next
}

// endsLine reports whether there is nothing but spaces from an offset on to
// the end of the line.
func (r *reader) endsLine(at int) bool {
	for at < len(r.text) && r.text[at] == ' ' {
		at++
	}
	return at == len(r.text) || r.text[at] == '\n' || r.text[at] == '\r'
}

// advance moves to the content of the next line that has any.
func (r *reader) advance() {
	_, next := r.lineEnd()
	r.openLine(next, r.line+1)
	r.skipBlank()
	if r.atMarker("---") || r.atMarker("...") {
		decline()
	}
}

// skipBlank skips empty lines and lines of comments from the current one on.
func (r *reader) skipBlank() {
	from := r.pos
	for r.pos < len(r.text) {
		end, next := r.lineEnd()
		switch {
		case end == r.pos:
			r.comments.addBlank()
		case r.text[r.pos] == '#':
			if r.crlf {
				decline() // the library counts such breaks twice among comments
			}
			r.comments.addOwn(r.text[r.pos:end], r.col)
			from = next
		default:
			r.comments.before(r.col)
			return
		}
		if next-from > maxBlank {
			decline()
		}
		if end == len(r.text) {
			r.pos = end
			break
		}
		r.openLine(next, r.line+1)
	}
	r.col = -1
	if r.comments.hasComments() {
		decline()
	}
}

// column is the column of an offset in the current line, from 1.
func (r *reader) column(at int) int {
	if r.ascii {
		return at - r.start + 1
	}
	if r.counted < r.start || r.counted > at {
		r.counted, r.before = r.start, 0
	}
	r.before += utf8.RuneCountInString(r.text[r.counted:at])
	r.counted = at
	return r.before + 1
}

// indicates reports whether the character at the reader's place, followed by
// a space or the end of the line, is an indicator: "-" of an item.
func (r *reader) indicates(c byte) bool {
	if r.pos >= len(r.text) || r.text[r.pos] != c {
		return false
	}
	return r.pos+1 == len(r.text) || strings.IndexByte(" \r\n", r.text[r.pos+1]) >= 0
}

// readBlock reads the collection that begins at the reader's place.
func (r *reader) readBlock() *yaml.Node {
	if r.depth++; r.depth > maxDepth {
		decline()
	}
	defer func() { r.depth-- }()
	at := r.pos - r.start
	if r.indicates('-') {
		return r.readSequence(at)
	}
	return r.readMapping(at)
}

// readMapping reads a block mapping whose keys are at an indentation.
func (r *reader) readMapping(col int) *yaml.Node {
	n := r.node(yaml.MappingNode, "!!map", "", r.pos)
	base := len(r.stack)
	for {
		if r.indicates('-') {
			decline() // an item where a key is expected
		}
		key := r.readKey()
		r.comments.moveTo(&key.HeadComment)
		r.stack = append(r.stack, key)
		value := r.readValue(col, key)
		r.stack = append(r.stack, value)
		if r.col != col {
			break
		}
	}
	if r.col > col {
		decline()
	}
	n.Content = r.children(base)
	return n
}

// readSequence reads a block sequence whose dashes are at an indentation.
func (r *reader) readSequence(col int) *yaml.Node {
	n := r.node(yaml.SequenceNode, "!!seq", "", r.pos)
	base := len(r.stack)
	for {
		head := ""
		r.comments.moveTo(&head)
		r.pos++
		item := r.readValue(col, nil)
		if head != "" {
			if item.HeadComment != "" || item.Value == "" && item.Kind == yaml.ScalarNode {
				decline()
			}
			item.HeadComment = head
		}
		r.stack = append(r.stack, item)
		if r.col != col || !r.indicates('-') {
			break
		}
	}
	if r.col > col {
		decline()
	}
	n.Content = r.children(base)
	return n
}

// readValue reads what is behind the indicator of a key, or of an item if key is
// nil, and moves to the next line. The collection is at an indentation; a key
// may have a sequence at its own.
func (r *reader) readValue(col int, key *yaml.Node) *yaml.Node {
	after := r.pos
	for r.pos < len(r.text) && r.text[r.pos] == ' ' {
		r.pos++
	}
	if key != nil && r.pos > after && r.pos < len(r.text) && r.text[r.pos] == '#' {
		r.readLineComment(after, key)
	}
	if r.endsLine(r.pos) {
		line, column := r.line, r.column(after)
		r.advance()
		if r.col > col {
			return r.readBlock()
		}
		if key != nil && r.col == col && r.indicates('-') {
			return r.readSequence(col)
		}
		if key != nil && key.LineComment != "" {
			decline() // the comment is that of the empty value
		}
		return r.nodeAt(yaml.ScalarNode, "!!null", "", line, column)
	}
	if key == nil && (r.indicates('-') || r.isKey()) {
		return r.readBlock()
	}
	if r.text[r.pos] == '|' {
		n := r.readLiteral(col)
		return n
	}
	n := r.readInline()
	r.readLineComment(r.pos, n)
	r.advance()
	if r.col > col {
		decline() // it goes on in the next line, or is wrong
	}
	return n
}

// readInline reads a scalar or a flow collection on the current line.
func (r *reader) readInline() *yaml.Node {
	switch r.text[r.pos] {
	case '"', '\'':
		return r.readQuoted()
	case '[', '{':
		return r.readFlow()
	}
	end, _ := r.lineEnd()
	text := r.text[r.pos:end]
	if i := strings.Index(text, " #"); i >= 0 {
		text = text[:i]
	}
	text = strings.TrimRight(text, " ")
	if !beginsPlain(text) || strings.Contains(text, ": ") || text[len(text)-1] == ':' {
		decline()
	}
	n := r.scalar(text, r.pos)
	r.pos += len(text)
	return n
}

// beginsPlain reports whether a text may begin as a plain scalar does, and
// needs no second look.
func beginsPlain(text string) bool {
	switch c := text[0]; c {
	case '-':
		return len(text) > 1 && text[1] != ' '
	case '?', ':', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`':
		return false
	}
	return true
}
