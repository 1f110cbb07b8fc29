package prove

import (
	"bytes"
	"slices"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Memory keeps what Validate made of files, for its next run over nearly the same
// ones: see compile.Memory. A nil Memory keeps nothing.
type Memory struct {
	compile   compile.Memory
	namespace string // of documents that name none, in the run before
	manifests map[*source.File][]simulate.Manifest
	live      map[*source.Document]bool // resources, by whether they were read from a cluster
}

// manifestsOf returns the objects that engines read of each file.
func (m *Memory) manifestsOf(files []*source.File, namespace string) [][]simulate.Manifest {
	out := make([][]simulate.Manifest, len(files))
	parallel.Each(len(files), func(i int) {
		if m != nil && m.namespace == namespace {
			if known, ok := m.manifests[files[i]]; ok {
				out[i] = known
				return
			}
		}
		out[i] = manifestsOfFile(files[i], namespace)
	})
	if m != nil {
		m.namespace, m.manifests = namespace, make(map[*source.File][]simulate.Manifest, len(files))
		for i, f := range files {
			m.manifests[f] = out[i]
		}
	}
	return out
}

// manifestsOfFile returns the documents of a file that engines read, as they are
// written.
func manifestsOfFile(f *source.File, namespace string) []simulate.Manifest {
	if !mayBeAsked(f.Data) {
		return nil
	}
	docs, _ := source.Split(f)
	return readManifests(slices.DeleteFunc(docs, func(d *source.Document) bool { return !mayBeAsked(d.Text()) }), namespace)
}

// mayBeAsked reports whether a text may have a document of a kind that engines
// read.
func mayBeAsked(text []byte) bool { return mayHave(text, askedWords...) }

var askedWords = append(slices.Clone(simulated), "ConfigMap")

// mayHave reports whether a text may have one of some scalars: whether one is in
// it as a word, or an escape that may hide it.
func mayHave(text []byte, words ...string) bool {
	return source.HasEscape(text, "xuU\r\n") || slices.ContainsFunc(words, func(word string) bool { return hasWord(text, word) })
}

// hasWord reports whether a text has a word of ASCII letters between characters
// that are neither letters nor digits.
func hasWord(text []byte, word string) bool {
	for {
		at := bytes.Index(text, []byte(word))
		if at < 0 {
			return false
		}
		behind := at + len(word)
		if (at == 0 || !isLetter(text[at-1])) && (behind == len(text) || !isLetter(text[behind])) {
			return true
		}
		text = text[behind:]
	}
}

func isLetter(c byte) bool {
	return c >= '0' && c <= '9' || c|' ' >= 'a' && c|' ' <= 'z'
}

func readManifests(all []*source.Document, namespace string) []simulate.Manifest {
	var docs []written
	for _, d := range all {
		docs = append(docs, unfoldDocument(d)...)
	}
	var out []simulate.Manifest
	for i := range docs {
		d := &docs[i]
		if d.skim(namespace); d.read && !enginesRead(d.kind, d.name.name) {
			continue
		}
		items, _ := d.doc.Resources()
		for _, item := range items {
			if enginesRead(item.Kind, item.Name) {
				root, _ := item.Parse()
				out = append(out, simulate.ReadManifest(root, source.Ref{Doc: item}, false, namespace))
			}
		}
	}
	return out
}

// areLive reports of each resource whether it was read from a cluster.
func (m *Memory) areLive(resources []*source.Document) map[*source.Document]bool {
	is := make([]bool, len(resources))
	parallel.Each(len(resources), func(i int) {
		known := false
		if m != nil {
			is[i], known = m.live[resources[i]]
		}
		if !known {
			is[i] = isLive(resources[i])
		}
	})
	out := make(map[*source.Document]bool, len(resources))
	for i, d := range resources {
		out[d] = is[i]
	}
	if m != nil {
		m.live = out
	}
	return out
}
