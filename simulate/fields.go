package simulate

import (
	"encoding/json"
	"strings"
	"sync"

	"github.com/kgw-dev/kgw/internal/source"
)

// Reading is what the simulator does with a field.
type Reading string

// The readings. A field that no line of its kind's table has is Unread.
const (
	// Decides: the field is part of every decision that it matters to.
	Decides Reading = "decided"
	// FromRequest: the field depends on something that only the request can say.
	FromRequest Reading = "asked"
	// Inert: the field has no effect on who reaches what.
	Inert Reading = "inert"
	// Unread: kgw does not know what the field does.
	Unread Reading = "unknown"
)

// FieldRule is one line of a table: a path, where "[]" is any element, "{}" any
// key, "{key}" that key and a final "**" everything below.
type FieldRule struct {
	Path    string
	Reading Reading
	// Form is the form of the values: a name of forms, or the allowed words
	// with "|" between them.
	Form string
	// Why is the reason why a field is inert, asked or unknown.
	Why string
}

// FieldTable is the closed list of the fields of one kind.
type FieldTable struct {
	// Group is the API group, "" for the core group.
	Group, Kind string
	read        func() *fieldLines
}

// fieldLines are the lines of a table, in order and by the steps of their paths.
type fieldLines struct {
	rules []FieldRule
	root  fieldNode
}

// fieldNode is one step of the paths of a table, with what the table says there and below.
type fieldNode struct {
	rule     *FieldRule
	keys     map[string]*fieldNode
	any, all *fieldNode // any key or element; everything below
	list     bool       // any is an element
}

// metadataRules are the fields that all kinds have. Labels and annotations
// that decide are in the tables of their kinds.
const metadataRules = `
decided apiVersion
decided kind
decided metadata.name
decided metadata.namespace
decided metadata.creationTimestamp
unknown metadata.labels{istio.io/rev} another istiod may read the object
unknown metadata.annotations{internal.istio.io/parents} istiod made the object of others
inert metadata.labels{} the engine does not read labels of the object itself
inert metadata.annotations{} the engine does not read this annotation
inert metadata.** bookkeeping of the API server
inert status.** written by controllers
inert $** a note for readers
`

// NewFieldTable returns a table: one line a field, "READING PATH REASON" or
// "READING PATH:FORM REASON". The lines for metadata, which all kinds share, come
// after its own. The text is read when it is needed: most runs need few tables.
func NewFieldTable(group, kind, text string) *FieldTable {
	return &FieldTable{Group: group, Kind: kind, read: sync.OnceValue(func() *fieldLines { return readFields(text + metadataRules) })}
}

// Rules returns the lines of the table in order.
func (t *FieldTable) Rules() []FieldRule { return t.read().rules }

func readFields(text string) *fieldLines {
	t := &fieldLines{}
	for line := range strings.SplitSeq(text, "\n") {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		path, form, _ := strings.Cut(words[1], ":")
		t.rules = append(t.rules, FieldRule{Path: path, Reading: Reading(words[0]), Form: form, Why: strings.Join(words[2:], " ")})
	}
	for i := range t.rules {
		t.root.add(&t.rules[i])
	}
	return t
}

// add puts a rule at its path; the first of two rules for one path counts.
func (n *fieldNode) add(rule *FieldRule) {
	for rest := rule.Path; rest != ""; {
		var word string
		word, rest = firstStep(rest)
		switch word {
		case "**":
			n = nextNode(&n.all)
		case "[]", "{}":
			n.list = word == "[]"
			n = nextNode(&n.any)
		default:
			if n.keys == nil {
				n.keys = map[string]*fieldNode{}
			}
			next := n.keys[word]
			n.keys[word] = nextNode(&next)
			n = next
		}
	}
	if n.rule == nil {
		n.rule = rule
	}
}

func nextNode(n **fieldNode) *fieldNode {
	if *n == nil {
		*n = &fieldNode{}
	}
	return *n
}

// firstStep cuts the first step off a path of a table.
func firstStep(path string) (word, rest string) {
	path = strings.TrimPrefix(path, ".")
	if strings.HasPrefix(path, "{") {
		end := strings.IndexByte(path, '}')
		if word = path[1:end]; word == "" {
			word = "{}"
		}
		return word, path[end+1:]
	}
	if strings.HasPrefix(path, "[]") {
		return "[]", path[2:]
	}
	if end := strings.IndexAny(path, ".[{"); end > 0 {
		return path[:end], path[end:]
	}
	return path, ""
}

// child returns the node of a key or, with "", of an element. Below reports that
// its line counts for everything below it.
func (n *fieldNode) child(key string) (next *fieldNode, below bool) {
	if next := n.keys[key]; next != nil && key != "" {
		return next, false
	}
	if n.any != nil {
		return n.any, false
	}
	return n.all, n.all != nil
}

// UnreadField is a field whose effect is not known, with the text of its value.
type UnreadField struct {
	Path, Text string
	// Why is the table's reason, "" for a field that is in no table.
	Why string
}

// Unread lists the fields of an object of the kind that are not read, in order.
func (t *FieldTable) Unread(root *source.Node) []UnreadField {
	var out []UnreadField
	t.visit(&t.read().root, root, "", func(f UnreadField) { out = append(out, f) })
	return out
}

// visit visits every field below a node of the table.
func (t *FieldTable) visit(n *fieldNode, v *source.Node, path string, found func(UnreadField)) {
	visit := func(key, at string, value *source.Node) {
		next, below := n.child(key)
		switch {
		case next == nil:
			found(UnreadField{Path: at, Text: Canonical(value)})
		case next.rule != nil && (below || isLeaf(next)):
			if next.rule.Reading == Unread {
				found(UnreadField{Path: at, Text: Canonical(value), Why: next.rule.Why})
			}
		default:
			t.visit(next, value, at, found)
		}
	}
	for _, key := range source.Keys(v) {
		visit(key, source.JoinKey(path, key), source.Field(v, key))
	}
	for i, e := range source.Elements(v) {
		visit("", source.JoinIndex(path, i), e)
	}
}

func isLeaf(n *fieldNode) bool { return n.keys == nil && n.any == nil && n.all == nil }

// Reading returns what the table says of a field path as places have them.
func (t *FieldTable) Reading(path string) (Reading, string) {
	n := &t.read().root
	steps, _ := source.SplitPath(path)
	for _, s := range steps {
		next, below := n.child(s.Key())
		if next == nil {
			return Unread, ""
		}
		if n = next; below {
			break
		}
	}
	if n.rule == nil && n.all != nil && n.keys == nil && n.any == nil {
		n = n.all
	}
	if n.rule == nil {
		return Unread, ""
	}
	return n.rule.Reading, n.rule.Why
}

// Canonical writes a part of a manifest as JSON with sorted keys, "" for a nil
// node.
func Canonical(n *source.Node) string {
	if n == nil {
		return ""
	}
	out, err := json.Marshal(source.Plain(source.Value(n), func(x source.Number) any { return json.Number(x) }))
	if err != nil {
		return err.Error()
	}
	return string(out)
}
