package match

import "errors"

// nodeOp is the kind of a syntax node.
type nodeOp uint8

const (
	opEmpty  nodeOp = iota // the empty word
	opClass                // one rune of class
	opConcat               // subs one after the other
	opAlt                  // one of subs
	opRepeat               // subs[0] min to max times (max < 0: without end)
	opGroup                // subs[0], captured as group number
	opLook                 // what follows must (negate: must not) begin with subs[0]
	opAssert               // a condition on the place
	opRef                  // what group number took; fold: in any case
	opOpaque               // not a regular construct; reason says which
)

// place is a condition on a place in the text.
type place uint8

const (
	atStart     place = iota // \A, ^
	atEnd                    // \z
	atLastLine               // .NET $ and \Z: the end, or before a final newline
	atLineStart              // (?m)^
	atLineEnd                // (?m)$
	atWord                   // \b
	notAtWord                // \B
)

// node is a regular expression in a form that all path languages share.
type node struct {
	op       nodeOp
	class    *class
	subs     []*node
	min, max int
	group    int
	negate   bool
	fold     bool
	place    place
	reason   string
}

// pattern is a parsed path text: its syntax and what the dialect calls a word.
type pattern struct {
	root *node
	word *class
}

var emptyNode = &node{op: opEmpty}

func classNode(c *class) *node { return &node{op: opClass, class: c} }

func opaque(reason string) *node { return &node{op: opOpaque, reason: reason} }

func concat(subs ...*node) *node {
	switch len(subs) {
	case 0:
		return emptyNode
	case 1:
		return subs[0]
	}
	return &node{op: opConcat, subs: subs}
}

func alternate(subs ...*node) *node {
	if len(subs) == 1 {
		return subs[0]
	}
	return &node{op: opAlt, subs: subs}
}

func repeat(sub *node, least, most int) *node {
	return &node{op: opRepeat, subs: []*node{sub}, min: least, max: most}
}

// literalNode is the text itself; a byte that is no UTF-8 stands for U+FFFD.
func literalNode(text string) *node {
	var subs []*node
	for _, r := range text {
		subs = append(subs, classNode(single(r)))
	}
	return concat(subs...)
}

// find returns the first node, in reading order, that the test picks.
func (n *node) find(test func(*node) bool) *node {
	if test(n) {
		return n
	}
	for _, s := range n.subs {
		if hit := s.find(test); hit != nil {
			return hit
		}
	}
	return nil
}

// irregular says which construct of the pattern has no automaton.
func (n *node) irregular() (string, bool) {
	hit := n.find(func(n *node) bool { return n.op == opOpaque || n.op == opRef })
	switch {
	case hit == nil:
		return "", false
	case hit.op == opRef:
		return "a back-reference is not a regular language", true
	}
	return hit.reason, true
}

// errTooBig ends a construction that leaves its budget.
var errTooBig = errors.New("the state budget is used up")
