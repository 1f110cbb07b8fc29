package krm

import "github.com/kgw-dev/kgw/internal/source"

// Whole reads a list as one document, and Pieces item by item, or not at all.
func Whole(text []byte) *List {
	list, _ := whole(&source.File{Name: "f", Data: unixBreaks(text)})
	return list
}

// Pieces reads a list item by item, or not at all.
func Pieces(text []byte) *List { return pieces(&source.File{Name: "f", Data: unixBreaks(text)}) }
