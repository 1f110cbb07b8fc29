package source

import (
	"bytes"
	"encoding/json"
	"strings"
)

// The functions below read a document in block style without parsing it. They
// give up where a line may mean something else than it seems to.

// Indentation counts the spaces before the first line with content.
func Indentation(text []byte) int {
	for pos := 0; pos < len(text); pos = nextLine(text, pos) {
		n := 0
		for pos+n < len(text) && text[pos+n] == ' ' {
			n++
		}
		if pos+n < len(text) && !isBreak(text[pos+n]) && text[pos+n] != '#' && (n > 0 || !marker(text[pos:], "---")) {
			return n
		}
	}
	return 0
}

// LineValue gives the value of a key of the outermost mapping, where it stands
// on the line of the key; "" otherwise.
func LineValue(text []byte, key string) string {
	depth := Indentation(text)
	for pos := 0; pos < len(text); {
		next := nextLine(text, pos)
		if line := text[pos:next]; len(line) > depth+len(key) && line[depth] == key[0] && string(line[depth:depth+len(key)]) == key && line[depth+len(key)] == ':' && indented(line, depth) {
			value, _ := PlainValue(string(line[depth+len(key)+1:]))
			return value
		}
		pos = next
	}
	return ""
}

func indented(line []byte, depth int) bool {
	return len(bytes.TrimLeft(line[:depth], " ")) == 0
}

// PlainValue reads what stands behind a key, or behind the dash of an item: a
// scalar on one line without any character that may change its meaning.
func PlainValue(rest string) (value string, ok bool) {
	value = strings.TrimRight(rest, " \r\n")
	trimmed := strings.TrimLeft(value, " ")
	if trimmed == "" || len(trimmed) == len(value) {
		return "", false
	}
	value = trimmed
	if n := len(value); n > 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
		value = value[1 : n-1]
		return value, !strings.ContainsAny(value, "'\"\\")
	}
	if strings.ContainsAny(value, " \t'\"#") || strings.IndexByte("&*!|>%@`{}[],?-:", value[0]) >= 0 || strings.HasSuffix(value, ":") {
		return "", false
	}
	return value, true
}

// Below gives the lines under a key that stands alone on a line of that
// indentation, where there is one such line.
func Below(text []byte, key string, depth int) ([]byte, bool) {
	start, found := -1, []byte(nil)
	for pos := 0; pos < len(text); {
		next := nextLine(text, pos)
		line := bytes.TrimRight(text[pos:next], "\r\n")
		in := leading(line)
		switch {
		case in == len(line):
		case start >= 0 && found == nil && in <= depth && line[in] != '#':
			found = text[start:pos]
		}
		if in == depth && len(line) == depth+len(key)+1 && line[len(line)-1] == ':' && string(line[depth:len(line)-1]) == key {
			if start >= 0 {
				return nil, false
			}
			start = next
		}
		pos = next
	}
	if start >= 0 && found == nil {
		found = text[start:]
	}
	return found, len(bytes.TrimSpace(found)) > 0
}

func leading(line []byte) int {
	n := 0
	for n < len(line) && line[n] == ' ' {
		n++
	}
	return n
}

// ListBelow gives the scalars of a list under a key of that indentation, in
// block style or in brackets on the key's line.
func ListBelow(text []byte, key string, depth int) (out []string, ok bool) {
	in := false
	for pos := 0; pos < len(text); {
		next := nextLine(text, pos)
		line := bytes.TrimRight(text[pos:next], " \r\n")
		pos = next
		n := leading(line)
		switch content := string(line[n:]); {
		case content == "" || content[0] == '#':
		case in && n >= depth && strings.HasPrefix(content, "- "):
			value, plain := PlainValue(content[1:])
			if !plain {
				return nil, false
			}
			out = append(out, value)
		case n == depth && strings.HasPrefix(content, key+":"):
			if out != nil {
				return nil, false
			}
			if rest := strings.TrimSpace(content[len(key)+1:]); rest != "" {
				return inBrackets(rest)
			}
			in = true
		case in && n > depth:
			return nil, false
		default:
			in = false
		}
	}
	return out, out != nil
}

func inBrackets(text string) (out []string, ok bool) {
	if len(text) < 3 || text[0] != '[' || text[len(text)-1] != ']' {
		return nil, false
	}
	for part := range strings.SplitSeq(text[1:len(text)-1], ",") {
		value, plain := PlainValue(" " + strings.TrimSpace(part))
		if !plain {
			return nil, false
		}
		out = append(out, value)
	}
	return out, true
}

// InBraces gives the value of a key in a mapping on one line, where the line
// shows it: a scalar in quotes, or one without any character that may change
// its meaning there.
func InBraces(text, key string) (value string, ok bool) {
	text = strings.TrimSpace(text)
	if len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' || strings.Count(text, key+":") != 1 {
		return "", false
	}
	before, rest, _ := strings.Cut(text[1:len(text)-1], key+":")
	if before = strings.TrimSpace(before); before != "" && !strings.HasSuffix(before, ",") || !strings.HasPrefix(rest, " ") {
		return "", false
	}
	rest = strings.TrimLeft(rest, " ")
	if rest != "" && (rest[0] == '"' || rest[0] == '\'') {
		value, rest, ok = strings.Cut(rest[1:], rest[:1])
		if rest = strings.TrimSpace(rest); rest != "" && rest[0] != ',' {
			return "", false
		}
		return value, ok && !strings.ContainsAny(value, `'"\`)
	}
	value, _, _ = strings.Cut(rest, ",")
	if strings.ContainsAny(value, "{}[]") {
		return "", false
	}
	return PlainValue(" " + value)
}

// JSONValue decodes a JSON object, as far as into has fields for it.
func JSONValue(text []byte, into any) bool { return json.Unmarshal(text, into) == nil }

// IsJSON tells of a text that it begins as a JSON object does.
func IsJSON(text []byte) bool {
	start := bytes.TrimLeft(text, " \t\r\n")
	return len(start) > 0 && start[0] == '{'
}
