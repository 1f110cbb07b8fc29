package lsp

import (
	"maps"
	"path/filepath"
	"slices"

	"go.lsp.dev/uri"

	"github.com/kgw-dev/kgw/internal/source"
)

// document is the text of a file that the client has open.
type document struct {
	uri     uri.URI // as the client spells it
	path    string
	real    string // with every link resolved
	version int32
	text    string
}

// state is what the client has sent, at one moment. It is never changed: see
// Server.update.
type state struct {
	number    int
	folders   []string
	documents map[string]*document // by path
	linked    map[string]*document // those whose path has a link, by real path
}

// document returns an open document, or nil.
func (s *state) document(u uri.URI) *document {
	if !u.IsFile() {
		return nil
	}
	return s.documents[u.FsPath()]
}

// open stores a document that is opened or changed. It ignores documents that
// are not files.
func (s *state) open(d *document) {
	if !d.uri.IsFile() {
		return
	}
	d.path = d.uri.FsPath()
	if d.real == "" {
		d.real = source.RealPath(d.path)
	}
	s.documents = maps.Clone(s.documents)
	if s.documents == nil {
		s.documents = map[string]*document{}
	}
	s.documents[d.path] = d
	s.listLinks()
}

func (s *state) close(u uri.URI) {
	s.documents = maps.Clone(s.documents)
	delete(s.documents, u.FsPath())
	s.listLinks()
}

// listLinks lists the documents whose path has a link.
func (s *state) listLinks() {
	s.linked = nil
	for _, d := range s.documents {
		if d.real == d.path {
			continue
		}
		if s.linked == nil {
			s.linked = map[string]*document{}
		}
		s.linked[d.real] = d
	}
}

func (s *state) addFolder(u uri.URI) {
	if dir := u.FsPath(); u.IsFile() && !slices.Contains(s.folders, dir) {
		s.folders = append(slices.Clone(s.folders), dir)
	}
}

// unsaved are the texts of all documents, by their real paths.
func (s *state) unsaved() map[string][]byte {
	out := make(map[string][]byte, len(s.documents))
	for _, d := range s.documents {
		out[d.real] = append([]byte{}, d.text...)
	}
	return out
}

// scope is what is compiled as one: a folder, or an open file outside of all
// folders.
type scope struct{ dir, name string }

// scopes lists what is compiled.
func (s *state) scopes() []scope {
	var out []scope
	for _, dir := range s.folders {
		out = append(out, scope{dir: dir})
	}
	for _, path := range slices.Sorted(maps.Keys(s.documents)) {
		if !s.inFolder(path) {
			out = append(out, scope{filepath.Dir(path), filepath.Base(path)})
		}
	}
	return out
}

// inFolder reports whether a path is in one of the folders.
func (s *state) inFolder(path string) bool {
	return slices.ContainsFunc(s.folders, func(dir string) bool {
		rel, err := filepath.Rel(dir, path)
		return err == nil && filepath.IsLocal(rel)
	})
}
