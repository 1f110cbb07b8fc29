package openapi

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// Bounds of one description.
const (
	maxFiles = 1000 // files that it is in
	maxChain = 100  // references that lead to references
)

// files are the files of a description, each read once.
type files struct {
	open   Open
	values map[string]any // by name
}

// value returns what a file holds.
func (s *files) value(name string) (any, error) {
	if v, ok := s.values[name]; ok {
		return v, nil
	}
	switch {
	case s.open == nil:
		return nil, errors.New("it is not read: only the document itself is")
	case len(s.values) == maxFiles:
		return nil, fmt.Errorf("it is not read: the document refers to more than %d files", maxFiles)
	}
	data, err := s.open(name)
	if err != nil {
		return nil, err
	}
	f, problem := source.NewFile(name, data)
	if problem != nil {
		return nil, errors.New(problem.Message)
	}
	_, root, found := parse(f)
	if len(found) > 0 {
		return nil, errors.New(found[0].Message)
	}
	s.values[name] = source.Value(root)
	return s.values[name], nil
}

// target returns what a reference in a file leads to, and the file that it is in.
// Nothing but files beside the description is read.
//
// https://spec.openapis.org/oas/v3.2.0.html#reference-object
func (s *files) target(file, ref string) (value any, in string, err error) {
	u, err := url.Parse(ref)
	switch {
	case err != nil:
		return nil, "", errors.New("it is not a URL")
	case u.Scheme != "" || u.Host != "":
		return nil, "", errors.New("it is not read: kgw opens no connection")
	case path.IsAbs(u.Path):
		return nil, "", errors.New("it is not read: it is not a file beside the document")
	case u.Path != "":
		file = path.Join(path.Dir(file), u.Path)
	}
	value, err = s.value(file)
	if err != nil || u.Fragment == "" {
		return value, file, err
	}
	if value = pointed(value, u.Fragment); value == nil {
		return nil, "", errors.New("there is nothing at this place")
	}
	return value, file, nil
}

// shown returns a reference as a message has it: without a password.
func shown(ref string) string {
	u, err := url.Parse(ref)
	if err != nil {
		return "something"
	}
	return strconv.Quote(u.Redacted())
}

var unescaped = strings.NewReplacer("~1", "/", "~0", "~")

// pointed returns the value at a JSON pointer, nil where there is none
// (https://www.rfc-editor.org/rfc/rfc6901).
func pointed(value any, pointer string) any {
	if !strings.HasPrefix(pointer, "/") {
		return nil
	}
	for key := range strings.SplitSeq(pointer[1:], "/") {
		switch v := value.(type) {
		case source.Object:
			value, _ = v.Get(unescaped.Replace(key))
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

// reference returns the reference of an object, and whether it has one.
func (l *loader) reference(p part) (string, bool) {
	o, _ := p.value.(source.Object)
	v, _ := o.Get("$ref")
	ref, ok := v.(string)
	if !ok && v != nil {
		l.refuse(p.field("$ref"), "is not a text")
	}
	return ref, ok
}

// follow returns the objects that a part and its references lead through, the part
// itself first. It is nil, and l has a fault, where they lead nowhere.
func (l *loader) follow(p part) []part {
	out := []part{p}
	for {
		ref, ok := l.reference(p)
		if !ok {
			return out
		}
		value, file, err := l.target(p.file, ref)
		switch {
		case err != nil:
			l.refuse(p, "refers to %s: %v", shown(ref), err)
			return nil
		case len(out) == maxChain:
			l.refuse(p, "refers to %s: there are more than %d references behind each other, or they lead in a circle", shown(ref), maxChain)
			return nil
		}
		p = part{value, file, p.at}
		out = append(out, p)
	}
}

// unread are the fields whose values are of any form: what looks like a reference
// in them is none.
var unread = []string{"default", "enum", "const", "example", "value", "mapping"}

// checkReferences refuses a description with a reference that leads nowhere, also
// where kgw does not read what it is for. Anchors of schemas are not looked up.
func (l *loader) checkReferences(root part) {
	seen := map[string]bool{}
	next := []part{root.field("paths"), root.field("components"), root.field("webhooks")}
	for len(next) > 0 && l.fault == nil {
		p := next[len(next)-1]
		next = next[:len(next)-1]
		switch v := p.value.(type) {
		case []any:
			next = append(next, l.list(p)...)
		case source.Object:
			for _, m := range v {
				switch text, ok := m.Value.(string); {
				case ok && m.Key == "$ref":
					next = l.referred(p, text, seen, next)
				case slices.Contains(unread, m.Key), strings.HasPrefix(m.Key, "x-"):
				case m.Key == "examples" && !isObject(m.Value):
				default:
					next = append(next, p.field(m.Key))
				}
			}
		}
	}
}

// referred appends what a reference leads to, unless it was seen.
func (l *loader) referred(p part, ref string, seen map[string]bool, next []part) []part {
	if seen[p.file+" "+ref] || strings.HasPrefix(ref, "#") && ref != "#" && !strings.HasPrefix(ref, "#/") {
		return next
	}
	seen[p.file+" "+ref] = true
	value, file, err := l.target(p.file, ref)
	if err != nil {
		l.refuse(p, "refers to %s: %v", shown(ref), err)
		return next
	}
	return append(next, part{value, file, p.at})
}

func isObject(v any) bool {
	_, ok := v.(source.Object)
	return ok
}
