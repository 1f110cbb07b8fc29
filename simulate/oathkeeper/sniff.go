package oathkeeper

import (
	"bytes"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
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
	prefix, has := literalPrefix(url), needle(url)
	for _, u := range urls {
		if strings.HasPrefix(u, prefix) && (strings.Contains("http://"+u, has) || strings.Contains("https://"+u, has)) {
			return false
		}
	}
	return true
}

// writtenURL finds spec.match.url where it is a plain scalar on a line of its
// own, in block style, or in JSON. Lines that are indented as the first one
// below a key can be nothing but keys of the same mapping: a scalar of several
// lines goes on further to the right.
func writtenURL(text []byte) (url string, ok bool) {
	if source.IsJSON(text) {
		var m struct {
			Spec struct {
				Match struct {
					URL string `json:"url"`
				} `json:"match"`
			} `json:"spec"`
		}
		ok = source.JSONValue(text, &m)
		return m.Spec.Match.URL, ok
	}
	spec, ok := source.Below(text, "spec", source.Indentation(text))
	if !ok {
		return "", false
	}
	match, ok := source.Below(spec, "match", source.Indentation(spec))
	if !ok {
		return urlInBraces(spec)
	}
	depth := source.Indentation(match)
	key, lines := []byte(strings.Repeat(" ", depth)+"url:"), bytes.Split(match, []byte("\n"))
	for i, line := range lines {
		rest, is := bytes.CutPrefix(line, key)
		if !is {
			continue
		}
		value, plain := source.PlainValue(string(rest))
		if !plain || url != "" || goesOn(lines[i+1:], depth) {
			return "", false
		}
		url = value
	}
	return url, url != ""
}

// urlInBraces finds the URL where the match is written on one line.
func urlInBraces(spec []byte) (url string, ok bool) {
	depth := source.Indentation(spec)
	key, lines := []byte(strings.Repeat(" ", depth)+"match:"), bytes.Split(spec, []byte("\n"))
	for i, line := range lines {
		rest, is := bytes.CutPrefix(line, key)
		if !is {
			continue
		}
		value, plain := source.InBraces(string(rest), "url")
		if !plain || url != "" || goesOn(lines[i+1:], depth) {
			return "", false
		}
		url = value
	}
	return url, url != ""
}

// goesOn tells whether the first line with content stands further to the right.
func goesOn(lines [][]byte, depth int) bool {
	for _, line := range lines {
		if content := bytes.TrimLeft(line, " "); len(bytes.TrimSpace(content)) > 0 {
			return len(line)-len(content) > depth
		}
	}
	return false
}
