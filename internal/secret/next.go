package secret

import (
	"maps"

	"github.com/kgw-dev/kgw/internal/source"
)

// Next returns a book for the next run over nearly the same files. It knows no file,
// and does not read those again that b has read.
func (b *Book) Next() *Book {
	b.mu.Lock()
	defer b.mu.Unlock()
	return &Book{texts: map[string][]spot{}, before: &Book{found: maps.Clone(b.found), values: maps.Clone(b.values), index: b.index, words: b.words, texts: maps.Clone(b.texts)}}
}

// read returns the secrets of a file, which may be known from before.
func (b *Book) read(f *source.File) *places {
	if b.before != nil && b.before.found[f] != nil {
		return b.before.found[f]
	}
	return findSecrets(f)
}

// findForms lists what has the form of a secret in a text. Others may use the
// book meanwhile: this is most of what masking costs.
func (b *Book) findForms(s string) []spot {
	if b.before == nil {
		return findFormed(s)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	out, known := b.texts[s]
	if !known {
		if out, known = b.before.texts[s]; !known {
			out = findFormed(s)
		}
		b.texts[s] = out
	}
	return out
}

// makeIndex makes the index of the values, unless it is that of before.
func (b *Book) makeIndex() {
	if p := b.before; p != nil && p.index != nil && maps.Equal(p.values, b.values) {
		b.index, b.words = p.index, p.words
		return
	}
	b.index = b.replacer()
}
