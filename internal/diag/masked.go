package diag

import (
	"slices"

	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
)

// masked returns the report as it may be shown: with the secrets in all texts
// of its findings masked. Every renderer begins with it.
func (r *Report) masked() *Report {
	out := *r
	if out.Secrets == nil {
		out.Secrets = &secret.Book{}
	}
	out.Findings = r.Findings.Masked(out.Secrets)
	return &out
}

// Masked returns the findings with the secrets that the book knows, and those
// of the files that they are about, masked in their texts. Places stay.
func (l List) Masked(book *secret.Book) List {
	out := slices.Clone(l)
	for i := range out {
		out[i].mask(book)
	}
	return out
}

func (f *Finding) mask(book *secret.Book) {
	files := f.files()
	text := func(s string) string { return book.About(s, files...) }
	f.Message, f.Help, f.At.Path = text(f.Message), text(f.Help), text(f.At.Path)
	f.Related = slices.Clone(f.Related)
	for i := range f.Related {
		f.Related[i].Message = text(f.Related[i].Message)
	}
	if f.Witness != nil {
		f.Witness = &Witness{Method: text(f.Witness.Method), URL: text(f.Witness.URL)}
	}
	if f.Upstream != nil {
		f.Upstream = &Upstream{Attribute: text(f.Upstream.Attribute), Message: text(f.Upstream.Message)}
	}
}

// files are those that the finding is about.
func (f *Finding) files() []*source.File {
	var out []*source.File
	add := func(d *source.Document) {
		if d != nil && d.File != nil && !slices.Contains(out, d.File) {
			out = append(out, d.File)
		}
	}
	add(f.At.Doc)
	add(f.Owner)
	for i := range f.Related {
		add(f.Related[i].At.Doc)
	}
	return out
}
