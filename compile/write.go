package compile

import (
	"io"
	"slices"

	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/parallel"
)

// atOnce is how many objects are made into text on every core before they are
// written.
const atOnce = 512

// WriteYAML writes the objects and the documents that are passed through as a
// stream of YAML documents: what kgw build prints.
func (r *Result) WriteYAML(w io.Writer) error {
	err := r.WriteObjects(w, func(b []byte, o *manifest.Object) []byte { return o.AppendYAML(append(b, "---\n"...)) })
	if err != nil {
		return err
	}
	var b []byte
	for _, d := range r.Others {
		b = d.Verbatim(append(b[:0], "---\n"...))
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// WriteObjects writes the objects in order, each as the function appends it.
func (r *Result) WriteObjects(w io.Writer, appendText func([]byte, *manifest.Object) []byte) error {
	texts := make([][]byte, atOnce)
	for objects := range slices.Chunk(r.Objects, atOnce) {
		parallel.Each(len(objects), func(i int) { texts[i] = appendText(texts[i][:0], &objects[i]) })
		for _, b := range texts[:len(objects)] {
			if _, err := w.Write(b); err != nil {
				return err
			}
		}
	}
	return nil
}
