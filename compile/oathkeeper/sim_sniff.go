package oathkeeper

import (
	"bytes"
	"strings"
)

// CannotTake tells of the text of a Rule, without parsing it, that the rule
// takes none of the URLs and keeps no other rule from being matched. URLs are
// given without "scheme://". What is written in an unusual way is not judged:
// the answer is false.
func CannotTake(text []byte, urls []string) bool {
	url, ok := writtenURL(text)
	if !ok || !plainURL(url) {
		return false
	}
	prefix := literalPrefix(url)
	for _, u := range urls {
		if strings.HasPrefix(u, prefix) {
			return false
		}
	}
	return true
}

// writtenURL finds spec.match.url where it is a plain scalar on a line of its
// own, in block style. Lines that are indented as the first one below a key
// can be nothing but keys of the same mapping: a scalar of several lines goes
// on further to the right.
func writtenURL(text []byte) (string, bool) {
	spec, ok := below(text, "spec:", 0)
	if !ok {
		return "", false
	}
	match, ok := below(spec, "match:", indentation(spec))
	if !ok {
		return "", false
	}
	depth, found := indentation(match), ""
	lines := bytes.Split(match, []byte("\n"))
	for i, line := range lines {
		rest, ok := bytes.CutPrefix(line, []byte(strings.Repeat(" ", depth)+"url: "))
		if !ok {
			continue
		}
		value := string(bytes.TrimRight(rest, "\r"))
		if found != "" || value == "" || strings.ContainsAny(value, " \t'\"#&*!|%@`{[,") && !strings.HasPrefix(value, "<") || strings.ContainsAny(value, " \t") {
			return "", false
		}
		if i+1 < len(lines) && indentation(lines[i+1]) > depth {
			return "", false
		}
		found = value
	}
	return found, found != ""
}

// below gives the lines under a key that stands alone on a line of that
// indentation, where there is one.
func below(text []byte, key string, depth int) ([]byte, bool) {
	lines, start, found := text, -1, []byte(nil)
	for pos := 0; pos < len(lines); {
		end := pos + bytes.IndexByte(lines[pos:], '\n') + 1
		if end == pos {
			end = len(lines)
		}
		line := bytes.TrimRight(lines[pos:end], "\r\n")
		switch in := indentation(line); {
		case len(bytes.TrimSpace(line)) == 0:
		case start >= 0 && found == nil && in <= depth && line[min(in, len(line)-1)] != '#':
			found = lines[start:pos]
		}
		if string(line) == strings.Repeat(" ", depth)+key {
			if start >= 0 {
				return nil, false
			}
			start = end
		}
		pos = end
	}
	if start >= 0 && found == nil {
		found = lines[start:]
	}
	return found, len(bytes.TrimSpace(found)) > 0
}

// indentation counts the spaces before the first line.
func indentation(text []byte) int {
	n := 0
	for n < len(text) && text[n] == ' ' {
		n++
	}
	return n
}
