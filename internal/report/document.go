package report

import (
	"math"
	"strings"
)

// NoLimit is the limit of a document of any length.
const NoLimit = math.MaxInt

// Document is a report for people, made of blocks. The texts in it are plain:
// what renders it escapes each for where it is written, and nothing else writes
// Markdown.
type Document struct {
	// Title is the heading of a Level from 1 to 6, and Intro the paragraph below
	// it. A document has them whatever its limit is.
	Title Inline
	Level int
	Intro Inline
	// Blocks are the rest. Rows, items, paragraphs and details that do not fit are
	// left out and counted.
	Blocks []Block
	// Left says that n of them are left out. End is the last line. Both together
	// have at most 300 bytes.
	Left func(n int) string
	End  string
}

// Add appends blocks.
func (d *Document) Add(blocks ...Block) { d.Blocks = append(d.Blocks, blocks...) }

// Block is a part of a document: a Heading, a Paragraph, a List, a Table or
// Details.
type Block interface{ write(p *page) }

// Heading begins a section of a document, of a level from 1 to 6.
type Heading struct {
	Level int
	Text  Inline
}

// Paragraph is a paragraph of one line.
type Paragraph Inline

// List is a list of items.
type List []Item

// Item is an item of a list, with a list of its own below it.
type Item struct {
	Text  Inline
	Items []Inline
}

// Table is a table: a head, and rows with a cell for each column. One without
// rows is not written.
type Table struct {
	Columns []Column
	Rows    [][]Inline
}

// Column is the head of a column, whose cells may be numbers.
type Column struct {
	Name   string
	Number bool
}

// Columns returns columns of text with names.
func Columns(names ...string) []Column {
	out := make([]Column, len(names))
	for i, name := range names {
		out[i].Name = name
	}
	return out
}

// Details is a block that a reader opens: a summary, lines, and a patch. One
// that is Brief is its summary.
type Details struct {
	Summary string
	Lines   []string
	Patch   string
	Brief   bool
}

// Inline is a text in one line, in pieces of several styles.
type Inline []piece

type piece struct {
	text  string
	style style
}

type style int

const (
	plain style = iota
	code
	bold
)

// Plain returns a text.
func Plain(s string) Inline { return Inline{{s, plain}} }

// Code returns a text in the style of code.
func Code(s string) Inline { return Inline{{s, code}} }

// Bold returns a text that stands out.
func Bold(s string) Inline { return Inline{{s, bold}} }

// Join returns the pieces of all texts, with nothing between them.
func Join(texts ...Inline) Inline {
	var out Inline
	for _, t := range texts {
		out = append(out, t...)
	}
	return out
}

// Plain returns the text without its styles.
func (t Inline) Plain() string {
	var b strings.Builder
	for _, p := range t {
		b.WriteString(p.text)
	}
	return b.String()
}
