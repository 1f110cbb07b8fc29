package automata

import "errors"

// nodeOp is the kind of a syntax node.
type nodeOp uint8

// The kinds of nodes.
const (
	OpEmpty  nodeOp = iota // the empty word
	OpClass                // one rune of class
	OpConcat               // subs one after the other
	OpAlt                  // one of subs
	OpRepeat               // subs[0] min to max times (max < 0: without end)
	OpGroup                // subs[0], captured as group number
	OpLook                 // what follows must (negate: must not) begin with subs[0]
	OpAssert               // a condition on the place
	OpRef                  // what group number matched; fold: in any case
	OpOpaque               // not a regular construct; reason names it
)

// Place is a condition on a place in the text.
type Place uint8

// The places.
const (
	AtStart     Place = iota // \A, ^
	AtEnd                    // \z
	AtLastLine               // .NET $ and \Z: the end, or before a final newline
	AtLineStart              // (?m)^
	AtLineEnd                // (?m)$
	AtWord                   // \b
	NotAtWord                // \B
)

// Node is a regular expression in a form that all path languages share.
type Node struct {
	Op       nodeOp
	Class    *Class
	Subs     []*Node
	Min, Max int
	Group    int
	Negate   bool
	Fold     bool
	Place    Place
	reason   string
}

// EmptyNode is the expression of the empty word.
var EmptyNode = &Node{Op: OpEmpty}

// ClassNode is the expression of one rune of a class.
func ClassNode(c *Class) *Node { return &Node{Op: OpClass, Class: c} }

// asciiNodes are the expressions of one ASCII character. Nodes do not change once they
// are made, so that all expressions share these.
var asciiNodes = func() (t [128]*Node) {
	for r := range t {
		t[r] = ClassNode(asciiSingles[r])
	}
	return t
}()

// RuneNode is the expression of one rune.
func RuneNode(r rune) *Node {
	if r >= 0 && r < 128 {
		return asciiNodes[r]
	}
	return ClassNode(Single(r))
}

// Opaque is an expression that has no automaton, with the reason.
func Opaque(reason string) *Node { return &Node{Op: OpOpaque, reason: reason} }

// Concat is the expression of its parts, one after the other.
func Concat(subs ...*Node) *Node {
	switch len(subs) {
	case 0:
		return EmptyNode
	case 1:
		return subs[0]
	}
	return &Node{Op: OpConcat, Subs: subs}
}

// Alternate is the expression of any one of its parts.
func Alternate(subs ...*Node) *Node {
	if len(subs) == 1 {
		return subs[0]
	}
	return &Node{Op: OpAlt, Subs: subs}
}

// Repeat is the expression of its part, least to most times; a negative most has
// no end.
func Repeat(sub *Node, least, most int) *Node {
	return &Node{Op: OpRepeat, Subs: []*Node{sub}, Min: least, Max: most}
}

// LiteralNode is the text itself; a byte that is not UTF-8 is read as U+FFFD.
func LiteralNode(text string) *Node {
	var subs []*Node
	for _, r := range text {
		subs = append(subs, RuneNode(r))
	}
	return Concat(subs...)
}

// Find returns the first node, in reading order, that the test picks.
func (n *Node) Find(test func(*Node) bool) *Node {
	if test(n) {
		return n
	}
	for _, s := range n.Subs {
		if hit := s.Find(test); hit != nil {
			return hit
		}
	}
	return nil
}

// Irregular names the construct of the pattern that has no automaton.
func (n *Node) Irregular() (string, bool) {
	hit := n.Find(func(n *Node) bool { return n.Op == OpOpaque || n.Op == OpRef })
	switch {
	case hit == nil:
		return "", false
	case hit.Op == OpRef:
		return "a back-reference is not a regular language", true
	}
	return hit.reason, true
}

// ErrTooBig ends a construction that leaves its budget.
var ErrTooBig = errors.New("the state budget is used up")
