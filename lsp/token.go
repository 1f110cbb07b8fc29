package lsp

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
)

// token is what is being written at a caret: the text of a field's name or of a
// value, which may be empty.
type token struct {
	start, end int
	// value reports that it is behind a colon, and not the name of a field.
	value bool
	// closers end the brackets that are open before it, and opened is where the
	// outermost of them begins.
	closers string
	opened  int
}

// tokenAt returns the token at a caret in the text of one YAML document; ok is false
// where nothing can be completed: in a comment, in a block of text, between tokens.
func tokenAt(text string, caret int) (t token, ok bool) {
	s := scanner{text: text, caret: caret}
	if !s.run() || strings.ContainsAny(text[s.start:caret], "\r\n") {
		return token{}, false
	}
	t = token{start: s.start, end: max(s.endOf(s.start), caret), value: s.value}
	if len(s.open) > 0 {
		t.opened = s.open[0].at
	}
	for i := len(s.open) - 1; i >= 0; i-- {
		t.closers += string(s.open[i].closer)
	}
	return t, true
}

type bracket struct {
	closer byte
	at     int
}

// scanner goes over the tokens of a text to the one at the caret. It reads
// half-written text too, so it is not a parser: a bracket or a quote that is not
// closed ends where a line begins that can only be a field of a block.
type scanner struct {
	text      string
	caret     int
	at, start int
	value     bool // behind a colon
	open      []bracket
}

func (s *scanner) run() bool {
	for {
		if !s.skipBlank() {
			return false
		}
		s.start = s.at
		if s.at >= s.caret {
			return true
		}
		switch c := s.text[s.at]; {
		case c == '[' || c == '{':
			s.open = append(s.open, bracket{map[byte]byte{'[': ']', '{': '}'}[c], s.at})
			s.at, s.value = s.at+1, false
		case len(s.open) > 0 && (c == ']' || c == '}'):
			s.open = s.open[:len(s.open)-1]
			s.at, s.value = s.at+1, true // nothing is written behind a bracket
		case len(s.open) > 0 && c == ',':
			s.at, s.value = s.at+1, false
		case s.isColon(s.at):
			s.at, s.value = s.at+1, true
		case (c == '|' || c == '>') && len(s.open) == 0:
			if !s.skipBlock() {
				return false
			}
		default:
			if s.at = s.endOf(s.at); s.at >= s.caret {
				return s.text[s.start:s.caret] != "-"
			}
		}
	}
}

// skipBlank skips spaces, comments, line breaks and the dashes of lists; ok is
// false where the caret is in a comment.
func (s *scanner) skipBlank() (ok bool) {
	for s.at < s.caret {
		switch c := s.text[s.at]; {
		case c == ' ' || c == '\t':
			s.at++
		case c == '\n' || c == '\r':
			s.at++
			s.beginLine()
		case c == '#':
			if s.at = lineBreak(s.text, s.at); s.at >= s.caret {
				return false
			}
		case c == '-' && len(s.open) == 0 && !s.value && s.at+1 < len(s.text) && strings.IndexByte(" \r\n", s.text[s.at+1]) >= 0 && s.at+1 < s.caret:
			s.at++
		default:
			return true
		}
	}
	return true
}

// field matches a line that begins a field of a block.
var field = lazyregexp.New(`^ *(- +)*[\w./-]+:(\s|$)`)

// beginLine begins a line.
func (s *scanner) beginLine() {
	if len(s.open) == 0 {
		s.value = false
		return
	}
	line := s.text[s.at:lineBreak(s.text, s.at)]
	if field().MatchString(line) && indentOf(line) <= indentOf(s.text[lineStart(s.text, s.open[0].at):]) {
		s.open, s.value = nil, false
	}
}

// skipBlock skips a block of text (| or >); ok is false where the caret is in it.
func (s *scanner) skipBlock() (ok bool) {
	indent := indentOf(s.text[lineStart(s.text, s.at):])
	for s.at = lineBreak(s.text, s.at); s.at < s.caret; s.at = lineBreak(s.text, s.at) {
		next := s.at + 1
		line := s.text[next:lineBreak(s.text, next)]
		if strings.TrimSpace(line) != "" && indentOf(line) <= indent {
			return true
		}
		s.at = next
	}
	return false
}

// endOf returns the end of a token on its line.
func (s *scanner) endOf(at int) int {
	if line := s.text[at:lineBreak(s.text, at)]; line != "" && (line[0] == '"' || line[0] == '\'') {
		if n := closingQuote(line); n > 0 {
			return at + n
		}
		at++
	}
	return s.plainEnd(at)
}

// plainEnd returns where a colon, a comment, the line or, within brackets, a comma or
// a bracket ends a token.
func (s *scanner) plainEnd(start int) int {
	end := lineBreak(s.text, start)
	for at := start; at < end; at++ {
		if s.isColon(at) || s.text[at] == '#' && at > 0 && s.text[at-1] == ' ' || len(s.open) > 0 && strings.IndexByte(",[]{}", s.text[at]) >= 0 {
			end = at
		}
	}
	return start + len(strings.TrimRight(s.text[start:end], " \t"))
}

// isColon reports whether there is a colon that ends the name of a field. One
// right before the caret may go on, as in a scope.
func (s *scanner) isColon(at int) bool {
	if s.text[at] != ':' || at+1 == s.caret {
		return false
	}
	if at+1 == len(s.text) || strings.IndexByte(" \t\r\n", s.text[at+1]) >= 0 {
		return true
	}
	return len(s.open) > 0 && (strings.IndexByte(",[]{}", s.text[at+1]) >= 0 || at > 0 && strings.IndexByte("\"'", s.text[at-1]) >= 0)
}

// closingQuote returns where the quoted text ends that a line begins with; 0 where
// it does not.
func closingQuote(line string) int {
	for i := 1; i < len(line); i++ {
		switch {
		case line[i] == '\\' && line[0] == '"':
			i++
		case line[i] == line[0] && line[0] == '\'' && i+1 < len(line) && line[i+1] == '\'':
			i++
		case line[i] == line[0]:
			return i + 1
		}
	}
	return 0
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// lineStart returns where the line begins that an offset is in.
func lineStart(text string, at int) int { return strings.LastIndexAny(text[:at], "\r\n") + 1 }
