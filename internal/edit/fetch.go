package edit

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// fetched is an entry that moves out of a mapping below, as its author wrote it:
// the comments above it, its value, and the comment behind it.
type fetched struct {
	above  []string
	value  *yaml.Node
	behind string
}

// fetch finds the entry that a new one is made of, and notes that its comments
// go along.
func (r *rewriter) fetch(m *own, f From) (out fetched, ok bool) {
	for _, e := range m.entries {
		if e.key.Value != f.Below || e.value.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i+1 < len(e.value.Content); i += 2 {
			key, value := e.value.Content[i], e.value.Content[i+1]
			if key.Value != f.Key || value.Kind != yaml.ScalarNode || value.Anchor != "" {
				continue
			}
			out.value = value
			if start := r.start(key); r.isFirstOnLine(start) && !m.place.flow {
				begin := withComments(r.text, lineStart(r.text, start), r.column(start))
				r.taken[key] = begin
				out.above = commentLines(r.text[begin:lineStart(r.text, start)])
				end := r.end(value, r.column(start))
				if rest := bytes.TrimSpace(r.text[end:lineEnd(r.text, end)]); bytes.HasPrefix(rest, []byte("#")) {
					out.behind = " " + string(rest)
				}
			}
			return out, true
		}
	}
	return out, false
}

// commentLines are the lines of a text, without the blanks around them.
func commentLines(text []byte) []string {
	var out []string
	for at := 0; at < len(text); at = nextLine(text, at) {
		out = append(out, string(bytes.TrimSpace(text[at:lineEnd(text, at)])))
	}
	return out
}

// spelling writes a value as the scalar that it is made of is written, where it
// is that, or a list of it alone.
func (r *rewriter) spelling(n *yaml.Node, want any) (string, bool) {
	list, isList := want.([]any)
	if isList && len(list) == 1 {
		want = list[0]
	}
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) == 0 || !equal(valueOf(n), want) {
		return "", false
	}
	start := r.start(n)
	text := string(r.text[start:r.end(n, 0)])
	return text, !bytes.ContainsAny([]byte(text), "\r\n")
}

// fetchedMember is a new entry with what goes along with the entry that it is
// made of.
func (r *rewriter) fetchedMember(m *own, key string, f From) string {
	old, ok := r.fetch(m, f)
	if !ok {
		return r.spellPlainMember(m, key, strip(f))
	}
	text := ""
	for _, c := range old.above {
		text += c + r.separator(m)
	}
	value := strip(f)
	spelt, same := r.spelling(old.value, value)
	_, isList := value.([]any)
	switch {
	case !same:
		text += r.spellPlainMember(m, key, value)
	case !isList:
		text += r.spellKey(m, key) + ": " + spelt
	case m.place.flow || r.style.flowLists:
		text += r.spellKey(m, key) + ": [" + spelt + "]"
	default:
		text += r.spellKey(m, key) + ":" + r.style.lineBreak + spaces(m.column+r.style.dash) + "- " + spelt
	}
	return text + old.behind
}
