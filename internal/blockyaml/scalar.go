package blockyaml

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// readKey reads a key and the colon behind it.
func (r *reader) readKey() *yaml.Node {
	var n *yaml.Node
	from := r.pos
	if c := r.text[r.pos]; c == '"' || c == '\'' {
		n = r.readQuoted()
		for r.pos < len(r.text) && r.text[r.pos] == ' ' {
			r.pos++
		}
		if !r.indicates(':') {
			decline()
		}
	} else {
		end := r.colon()
		text := strings.TrimRight(r.text[r.pos:end], " ")
		if text == "" || !beginsPlain(text) {
			decline()
		}
		n = r.scalar(text, r.pos)
		r.pos = end
	}
	if r.pos-from > maxKey {
		decline()
	}
	r.pos++
	return n
}

// colon returns the offset of the colon that ends the plain key at the
// reader's place.
func (r *reader) colon() int {
	end, _ := r.lineEnd()
	for i := r.pos; i < end; i++ {
		switch r.text[i] {
		case ':':
			if i+1 == end || r.text[i+1] == ' ' {
				return i
			}
		case '#':
			if r.text[i-1] == ' ' {
				decline()
			}
		}
	}
	decline()
	return 0
}

// isKey reports whether a key and its colon are at the reader's place.
func (r *reader) isKey() bool {
	end, _ := r.lineEnd()
	switch c := r.text[r.pos]; c {
	case '"', '\'':
		at := r.pos
		_, r.pos = r.unquote(c)
		for r.pos < end && r.text[r.pos] == ' ' {
			r.pos++
		}
		is := r.indicates(':')
		r.pos = at
		return is
	case '[', '{', '|':
		return false // what is behind it is looked at when it is read
	}
	text := r.text[r.pos:end]
	if i := strings.Index(text, " #"); i >= 0 {
		text = text[:i]
	}
	return strings.Contains(text, ": ") || strings.HasSuffix(text, ":")
}

// longest is how many letters a word has at most that is not a text: "false".
const longest = 5

// scalar is a plain scalar.
func (r *reader) scalar(text string, at int) *yaml.Node {
	n := r.node(yaml.ScalarNode, "!!str", text, at)
	switch {
	case len(text) > longest && text[0] >= 'A': // a text
	case strings.IndexByte("+-0123456789yYnNtTfFoO~.<=", text[0]) >= 0:
		n.Tag = ""
		n.Tag = n.ShortTag() // as the library resolves it
	}
	return n
}

// readQuoted reads a quoted scalar that ends on its line.
func (r *reader) readQuoted() *yaml.Node {
	quote, at := r.text[r.pos], r.pos
	style := yaml.SingleQuotedStyle
	if quote == '"' {
		style = yaml.DoubleQuotedStyle
	}
	value, next := r.unquote(quote)
	n := r.node(yaml.ScalarNode, "!!str", value, at)
	n.Style = style
	r.pos = next
	return n
}

// unquote returns the value of the quoted scalar at the reader's place and the
// offset behind it.
func (r *reader) unquote(quote byte) (value string, next int) {
	var out []byte
	from := r.pos + 1
	for i := from; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case c == '\n' || c == '\r':
			decline()
		case c == quote && quote == '\'' && i+1 < len(r.text) && r.text[i+1] == quote:
			out = append(out, r.text[from:i+1]...)
			from = i + 2
			i++
		case c == quote:
			if out == nil {
				return r.text[from:i], i + 1
			}
			return string(append(out, r.text[from:i]...)), i + 1
		case c == '\\' && quote == '"':
			if i++; i == len(r.text) {
				decline()
			}
			out = append(out, r.text[from:i-1]...)
			if r.text[i] == 'u' {
				out = utf8.AppendRune(out, r.readHex(i+1))
				i += 4
			} else {
				out = append(out, unescape(r.text[i]))
			}
			from = i + 1
		}
	}
	decline()
	return "", 0
}

// readHex returns the character whose number is in the four digits at an
// offset; half of one is declined.
func (r *reader) readHex(at int) rune {
	if at+4 > len(r.text) {
		decline()
	}
	n, err := strconv.ParseUint(r.text[at:at+4], 16, 32)
	if err != nil || utf16.IsSurrogate(rune(n)) {
		decline()
	}
	return rune(n)
}

// unescape returns the character that an escape in double quotes means.
func unescape(c byte) byte {
	switch c {
	case '"', '\\', ' ':
		return c
	case 'n':
		return '\n'
	case 't':
		return '\t'
	case 'r':
		return '\r'
	}
	decline()
	return 0
}

// readLiteral reads a literal block and moves to the line behind it. The
// collection that it is in is at an indentation.
func (r *reader) readLiteral(col int) *yaml.Node {
	n := r.node(yaml.ScalarNode, "!!str", "", r.pos)
	n.Style = yaml.LiteralStyle
	r.pos++
	chomp := byte(0)
	if r.pos < len(r.text) && (r.text[r.pos] == '-' || r.text[r.pos] == '+') {
		chomp = r.text[r.pos]
		r.pos++
	}
	if !r.endsLine(r.pos) {
		decline()
	}
	_, next := r.lineEnd()
	r.openLine(next, r.line+1)
	indent := r.literalIndent(col)
	n.Value = r.readLiteralText(indent, chomp)
	if r.pos < len(r.text) {
		r.skipBlank()
		if r.atMarker("---") || r.atMarker("...") {
			decline()
		}
	} else {
		r.col = -1
	}
	if r.col > col {
		decline()
	}
	return n
}

// literalIndent returns the indentation of the first line with content.
func (r *reader) literalIndent(col int) int {
	start, line := r.start, r.line
	widest := 0
	for r.endsLine(r.pos) {
		widest = max(widest, r.col)
		_, next := r.lineEnd()
		if next == len(r.text) {
			decline() // a block without content
		}
		r.openLine(next, r.line+1)
	}
	indent := r.col
	if indent <= col || widest > indent {
		decline()
	}
	r.openLine(start, line)
	return indent
}

// readLiteralText reads lines of an indentation and those that are empty.
func (r *reader) readLiteralText(indent int, chomp byte) string {
	var out strings.Builder
	end := 0 // length without the breaks at the end
	for r.start < len(r.text) {
		stop, next := r.lineEnd()
		empty := r.pos == stop
		if !empty && r.col < indent {
			break
		}
		if next == len(r.text) && r.text[next-1] != '\n' {
			decline() // the text ends without a line break
		}
		if stop > r.start+indent {
			out.WriteString(r.text[r.start+indent : stop])
			end = out.Len()
		}
		out.WriteByte('\n')
		r.openLine(next, r.line+1)
	}
	switch text := out.String(); chomp {
	case '-':
		return text[:end]
	case '+':
		return text
	default:
		return text[:end+1]
	}
}
