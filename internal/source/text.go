package source

import "slices"

// NodeOfText returns the root of the first document of a text within another
// document, or nil where it cannot be read. Places in it say nothing.
func NodeOfText(text string) *Node {
	f, problem := NewFile("text", []byte(text))
	if problem != nil {
		return nil
	}
	docs, problems := Split(f)
	if len(docs) == 0 || len(problems) > 0 {
		return nil
	}
	root, problems := docs[0].Parse()
	if slices.ContainsFunc(problems, func(p Problem) bool { return p.Kind.Fatal() }) {
		return nil
	}
	return root
}
