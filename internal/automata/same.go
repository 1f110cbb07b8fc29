package automata

import "slices"

// Same reports whether two expressions are written alike, node by node, so that
// they match the same texts. Two that are not may match the same texts too. No
// expression with a construct that has no automaton is the same as another.
func (n *Node) Same(o *Node) bool {
	if n.Op == OpOpaque || n.Op == OpRef || n.Op != o.Op {
		return false
	}
	return n.Min == o.Min && n.Max == o.Max && n.Group == o.Group && n.Negate == o.Negate && n.Fold == o.Fold && n.Place == o.Place &&
		n.Class.Same(o.Class) && slices.EqualFunc(n.Subs, o.Subs, (*Node).Same)
}

// Same reports whether two classes hold the same runes.
func (c *Class) Same(o *Class) bool {
	return c == o || c != nil && o != nil && slices.Equal(c.Ranges, o.Ranges)
}
