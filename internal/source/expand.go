package source

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// expander walks a tree once: it finds equal keys, ambiguous scalars and keys
// that are not scalars, and replaces aliases and merge keys by their values.
type expander struct {
	doc      *Document
	problems []Problem
	budget   int            // nodes that aliases may still expand to
	open     map[*Node]bool // anchors being expanded
	inAlias  int            // depth of aliases: their problems are reported at the anchor
	second   bool           // a second document without --- was reported
	at       []step         // the way to a node
	dead     bool
}

// step is one step of the way to a node.
type step struct {
	key   *Node // of a field; nil for an element of a list
	index int
}

func (d *Document) expand(root *Node) (*Node, []Problem) {
	e := expander{doc: d, budget: MaxExpandedNodes}
	root = e.expandNode(root)
	if e.dead {
		return nil, e.problems
	}
	return root, e.problems
}

func (e *expander) expandNode(n *Node) *Node {
	if e.dead {
		return n
	}
	if e.inAlias > 0 {
		if e.budget--; e.budget < 0 {
			e.fail(AliasBomb, n, "aliases expand to more than 100000 values", "write the values out, or use fewer aliases")
			return n
		}
	}
	switch n.Kind {
	case yaml.AliasNode:
		return e.expandAlias(n)
	case mapping:
		return e.expandMapping(n)
	case sequence:
		return e.expandSequence(n)
	default:
		e.checkScalar(n)
		return n
	}
}

func (e *expander) expandAlias(n *Node) *Node {
	if e.open[n.Alias] {
		e.fail(AliasCycle, n, fmt.Sprintf("alias %q refers to a value that contains it", "*"+n.Value), "")
		return n
	}
	e.inAlias++
	out := e.expandNode(n.Alias)
	e.inAlias--
	return out
}

func (e *expander) enterNode(n *Node) {
	if n.Anchor == "" {
		return
	}
	if e.open == nil {
		e.open = map[*Node]bool{}
	}
	e.open[n] = true
}

func (e *expander) expandSequence(n *Node) *Node {
	e.enterNode(n)
	defer delete(e.open, n)
	return e.rebuild(n)
}

// rebuild expands the children of n; n itself is copied only when one of them
// changed or when it is reached through an alias.
func (e *expander) rebuild(n *Node) *Node {
	out := n
	for i, c := range n.Content {
		x := c
		switch {
		case n.Kind == sequence:
			x = e.below(step{index: i}, c)
		case i%2 == 1:
			x = e.below(step{key: n.Content[i-1]}, c)
		}
		if x != c && out == n {
			out = copyShallow(n)
		}
		if out != n {
			out.Content[i] = x
		}
	}
	return out
}

// below expands a child.
func (e *expander) below(s step, n *Node) *Node {
	e.at = append(e.at, s)
	out := e.expandNode(n)
	e.at = e.at[:len(e.at)-1]
	return out
}

// maxProblemPath bounds the path of a problem: there may be as many as there are nodes.
const maxProblemPath = 1000

// path is the field path of the node; "" for one that is too long.
func (e *expander) path() string {
	out := ""
	for _, s := range e.at {
		switch {
		case s.key == nil:
			out = JoinIndex(out, s.index)
		case len(out)+len(s.key.Value) > maxProblemPath:
			return ""
		default:
			out = JoinKey(out, s.key.Value)
		}
	}
	return out
}

func copyShallow(n *Node) *Node {
	c := *n
	c.Content = append([]*Node(nil), n.Content...)
	return &c
}

func (e *expander) expandMapping(n *Node) *Node {
	e.enterNode(n)
	defer delete(e.open, n)
	merge, dropped := e.checkKeys(n)
	out := e.rebuild(n)
	if dropped != nil {
		out = withoutKeys(out, n, dropped)
	}
	if merge && !e.dead {
		return e.merge(out)
	}
	return out
}

// withoutKeys returns a copy of out, an expanded n, that lacks the entries with
// these keys of n.
func withoutKeys(out, n *Node, dropped map[*Node]bool) *Node {
	c := *out
	c.Content = nil
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !dropped[n.Content[i]] {
			c.Content = append(c.Content, out.Content[i], out.Content[i+1])
		}
	}
	return &c
}

// checkKeys checks the keys of a mapping. It reports whether one is a merge
// key, and which entries do not count: those whose key is not a plain value,
// and of equal keys all but the last, as kubectl reads them.
func (e *expander) checkKeys(n *Node) (merge bool, dropped map[*Node]bool) {
	var seen map[string]*Node
	if len(n.Content) > 32 {
		seen = make(map[string]*Node, len(n.Content)/2)
	}
	drop := func(k *Node) {
		if dropped == nil {
			dropped = map[*Node]bool{}
		}
		dropped[k] = true
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Kind == yaml.AliasNode {
			k = copyShallow(k.Alias)
			n.Content[i] = k
		}
		switch {
		case k.Kind != scalar:
			e.reportKey(k)
			drop(k)
			continue
		case k.Value == "<<" && k.Tag == "!!merge":
			merge = true
			continue
		}
		e.reportAmbiguous(k, k)
		if text := keyText(k); text != k.Value {
			k = copyShallow(k)
			k.Value, k.Tag = text, "!!str"
			n.Content[i] = k
		}
		if first := earlierKey(n, i, seen); first != nil {
			e.reportDuplicate(first, k)
			drop(first)
		}
		if seen != nil {
			seen[k.Value] = k
		}
	}
	return merge, dropped
}

// infinity is how kubectl spells keys that are too large for its floats.
var infinity = strings.NewReplacer("+Inf", ".inf", "-Inf", "-.inf")

// keyText is a key as kubectl reads it: JSON has text keys only.
func keyText(k *Node) string {
	if text, ok := PlainText(k); ok {
		return text
	}
	switch v := Scalar(k).(type) {
	case bool:
		return strconv.FormatBool(v)
	case Number:
		if f, err := strconv.ParseFloat(string(v), 64); err == nil && strings.ContainsAny(string(v), ".eE") {
			return infinity.Replace(strconv.FormatFloat(f, 'g', -1, 32))
		}
		return string(v)
	case string:
		if k.ShortTag() == "!!float" {
			return noNumber[strings.ToLower(v)]
		}
		return v
	}
	return k.Value
}

// noNumber is how kubectl spells keys that are floats and no numbers.
var noNumber = map[string]string{".nan": ".nan", ".inf": ".inf", "+.inf": ".inf", "-.inf": "-.inf"}

func (e *expander) reportKey(k *Node) {
	help := "use a string as the key"
	if s := e.doc.nodeSpan(k); strings.Contains(e.doc.File.Line(s.Line), "{{") {
		help = TemplateHelp
	}
	e.report(BadKey, k, "a key is not a plain value", help)
}

// earlierKey returns the nearest key before key i that is equal to it, or nil.
func earlierKey(n *Node, i int, seen map[string]*Node) *Node {
	k := n.Content[i]
	if seen != nil {
		return seen[k.Value]
	}
	for j := i - 2; j >= 0; j -= 2 {
		if n.Content[j].Kind == scalar && n.Content[j].Value == k.Value {
			return n.Content[j]
		}
	}
	return nil
}

// headKeys are the keys at the top of every document.
var headKeys = []string{"apiVersion", "kind", "metadata", "spec"}

// beginsAnother reports whether a repeated key belongs to the top of a second
// document: that is reported once.
func (e *expander) beginsAnother(k *Node) bool {
	return k.Column == 1 && (e.second || k.Value == "apiVersion") && slices.Contains(headKeys, k.Value)
}

func (e *expander) reportDuplicate(first, second *Node) {
	line, column := e.doc.filePlace(first.Line, first.Column)
	if e.beginsAnother(second) {
		if !e.second {
			e.second = true
			p := e.report(DuplicateKey, second, "a second document begins here", "write --- on a line of its own before it")
			p.OtherLine, p.OtherColumn = line, column
		}
		return
	}
	p := e.report(DuplicateKey, second,
		fmt.Sprintf("key %q is given twice, first on line %d", second.Value, line),
		"keep one of the two")
	p.OtherLine, p.OtherColumn = line, column
}

// merge replaces "<<" by the entries of the mappings it names; entries that the
// mapping has itself win, then those of the earlier mapping.
func (e *expander) merge(n *Node) *Node {
	out := *n
	out.Content = nil
	var merged []*Node
	have := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Tag != "!!merge" {
			have[k.Value] = true
			out.Content = append(out.Content, k, v)
			continue
		}
		if v.Kind == sequence {
			merged = append(merged, v.Content...)
		} else {
			merged = append(merged, v)
		}
	}
	for _, m := range merged {
		if m.Kind != mapping {
			e.report(BadKey, m, `"<<" does not name a mapping`, "")
			continue
		}
		for i := 0; i+1 < len(m.Content); i += 2 {
			if k := m.Content[i]; !have[k.Value] {
				have[k.Value] = true
				out.Content = append(out.Content, k, m.Content[i+1])
			}
		}
	}
	return &out
}

func (e *expander) checkScalar(n *Node) {
	e.reportAmbiguous(n, nil)
}

// reportAmbiguous reports a scalar that YAML 1.1 and 1.2 read differently: a value, or a key
// of the mapping that is expanded.
func (e *expander) reportAmbiguous(n, key *Node) {
	if n.Style != 0 || len(n.Value) == 0 || e.inAlias > 0 {
		return
	}
	reading := explainAmbiguity(n.Value)
	if reading == "" {
		return
	}
	path := e.path()
	if key != nil && len(key.Value) <= maxProblemPath {
		path = JoinKey(path, keyText(key))
	}
	p := e.report(Ambiguous, n, fmt.Sprintf("%q is %s", n.Value, reading),
		fmt.Sprintf("write %q in quotes if it is text, or in the plain form of what it is", n.Value))
	p.Path = path
}

// report adds a problem and returns it. The value of an alias was reported
// where it is written.
func (e *expander) report(kind ProblemKind, n *Node, message, help string) *Problem {
	s := e.doc.nodeSpan(n)
	p := Problem{
		Kind: kind, File: e.doc.File, Doc: e.doc, Message: message, Help: help,
		Line: s.Line, Column: s.Column, EndLine: s.EndLine, EndColumn: s.EndColumn,
	}
	if e.inAlias > 0 && !kind.Fatal() {
		return &p
	}
	e.problems = append(e.problems, p)
	return &e.problems[len(e.problems)-1]
}

func (e *expander) fail(kind ProblemKind, n *Node, message, help string) {
	e.report(kind, n, message, help)
	e.dead = true
}
