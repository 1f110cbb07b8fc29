package prove

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Recording is a cluster written down, so that requests can be asked where the inputs
// are not: the manifests that its engines read, the settings, and where each field is in
// the inputs. Secrets are masked.
type Recording struct {
	Config    *config.Config                       `json:"config"`
	Handlers  map[string]map[string]config.Handler `json:"handlers,omitempty"`
	Fallback  []string                             `json:"fallback,omitempty"`
	Documents []recordedDocument                   `json:"documents"`
	Manifests []recordedManifest                   `json:"manifests"`
	Refused   []recordedRefusal                    `json:"refused,omitempty"`
	// Supposed lists the stand-ins for what the inputs lack.
	Supposed []string `json:"supposed,omitempty"`
	// Masked reports that there are secrets: a request that must bring one is answered
	// as if it brought another.
	Masked bool `json:"masked,omitempty"`
}

// recordedDocument is where the fields of a document are: lines and columns by
// spot.
type recordedDocument struct {
	File   string            `json:"file"`
	Places map[string][2]int `json:"places"`
}

// recordedRef is a place: a document's number, and a path in it. A negative number is
// not a document.
type recordedRef struct {
	Document int    `json:"d"`
	Path     string `json:"p,omitempty"`
	Key      bool   `json:"k,omitempty"`
}

type recordedManifest struct {
	Root      json.RawMessage `json:"root"`
	Namespace string          `json:"namespace,omitempty"`
	Origin    recordedRef     `json:"origin"`
	Entries   []recordedRef   `json:"entries,omitempty"`
	Compiled  bool            `json:"compiled,omitempty"`
	Native    bool            `json:"native,omitempty"`
	Inside    bool            `json:"inside,omitempty"`
	Text      string          `json:"text,omitempty"`
	Instead   *recordedSource `json:"instead,omitempty"`
	// Kind and Name are those of a rule that Oathkeeper itself reads, which has no head.
	APIVersion string `json:"apiVersion,omitempty"`
	Kind       string `json:"kind,omitempty"`
	Name       string `json:"name,omitempty"`
}

type recordedSource struct {
	Origin recordedRef `json:"origin"`
	Text   string      `json:"text"`
}

type recordedRefusal struct {
	At    recordedRef `json:"at"`
	Text  string      `json:"text"`
	Hosts []string    `json:"hosts"`
	Codes []string    `json:"codes"`
}

// Record records the cluster that Complete simulates for all requests, without the
// secrets that the book knows. An error reports why it cannot be recorded.
func Record(in compile.Input, o compile.Options, book *secret.Book) (*Recording, error) {
	manifests, asked, result, supposed := completeInput(in, o, nil)
	if slices.ContainsFunc(manifests, func(m simulate.Manifest) bool { return m.Kind == configKind }) {
		return nil, errors.New("a configuration of Oathkeeper is among the inputs")
	}
	r := &recorder{book: book, numbers: map[*source.Document]int{}, out: &Recording{Config: asked.WithDefaults().Config}}
	r.out.Handlers, r.out.Fallback = r.out.Config.Oathkeeper.Handlers, r.out.Config.Oathkeeper.Fallback
	for _, text := range supposed {
		r.out.Supposed = append(r.out.Supposed, book.Text(text))
	}
	for i := range manifests {
		if err := r.recordManifest(&manifests[i]); err != nil {
			return nil, err
		}
	}
	refusing := (&Cluster{}).noteWithheld(result)
	for _, f := range refusing.refused {
		r.out.Refused = append(r.out.Refused, recordedRefusal{r.recordRef(f.at), book.Text(f.text), f.hosts, f.codes})
	}
	return r.out, r.maskSettings()
}

// recorder makes a Recording.
type recorder struct {
	out      *Recording
	book     *secret.Book
	numbers  map[*source.Document]int
	locators []*source.Locator
}

// recordRef records a place.
func (r *recorder) recordRef(at source.Ref) recordedRef {
	if at.Doc == nil {
		return recordedRef{Document: -1}
	}
	n, known := r.numbers[at.Doc]
	if !known {
		n = len(r.locators)
		r.numbers[at.Doc], r.locators = n, append(r.locators, at.Doc.Locator())
		r.out.Documents = append(r.out.Documents, recordedDocument{at.Doc.File.Name, map[string][2]int{}})
	}
	spot := spotOf(at)
	if _, known := r.out.Documents[n].Places[spot]; !known {
		s := r.locators[n].Span(at.Path, at.Key)
		r.out.Documents[n].Places[spot] = [2]int{s.Line, s.Column}
	}
	return recordedRef{n, at.Path, at.Key}
}

// spotOf returns the key of a place in a document.
func spotOf(at source.Ref) string {
	if at.Key {
		return at.Path + "\x00"
	}
	return at.Path
}

func (r *recorder) recordManifest(m *simulate.Manifest) error {
	out := recordedManifest{
		Namespace: m.Namespace, Origin: r.recordRef(m.Origin), Compiled: m.Compiled, Native: m.Native, Inside: m.Inside, Text: r.book.Text(m.Text),
		APIVersion: m.APIVersion, Kind: m.Kind, Name: m.Name,
	}
	r.out.Masked = r.out.Masked || out.Text != m.Text
	for _, e := range m.Entries {
		out.Entries = append(out.Entries, r.recordRef(e))
	}
	if m.Instead.Origin.Doc != nil {
		out.Instead = &recordedSource{r.recordRef(m.Instead.Origin), r.book.Text(m.Instead.Text)}
	}
	if !m.Compiled {
		r.recordPaths(m, m.Root, source.Ref{})
	}
	var err error
	out.Root, err = r.masked(m.Kind, manifest.AppendJSON(nil, source.Value(m.Root), 0))
	r.out.Manifests = append(r.out.Manifests, out)
	return err
}

// recordPaths records the places of all fields below a node.
func (r *recorder) recordPaths(m *simulate.Manifest, n *source.Node, at source.Ref) {
	r.recordRef(m.At(at.Path))
	for _, key := range source.Keys(n) {
		r.recordPaths(m, source.Field(n, key), at.At(key))
	}
	for i, e := range source.Elements(n) {
		r.recordPaths(m, e, at.Elem(i))
	}
}

// masked returns the JSON of an object of a kind without its secrets.
func (r *recorder) masked(kind string, text []byte) ([]byte, error) {
	var v map[string]any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("a %s cannot be recorded: %w", kind, err)
	}
	before, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	after, err := json.Marshal(r.texts(secret.Object(v)))
	r.out.Masked = r.out.Masked || !bytes.Equal(before, after)
	return after, err
}

// texts masks the secrets that the book knows in all texts of a value.
func (r *recorder) texts(v any) any {
	switch x := v.(type) {
	case string:
		return r.book.Text(x)
	case []any:
		for i := range x {
			x[i] = r.texts(x[i])
		}
	case map[string]any:
		for k := range x {
			x[k] = r.texts(x[k])
		}
	}
	return v
}

// maskSettings masks the secrets of the configuration.
func (r *recorder) maskSettings() error {
	text, err := json.Marshal(struct {
		Config   *config.Config
		Handlers map[string]map[string]config.Handler
	}{r.out.Config, r.out.Handlers})
	if err != nil {
		return err
	}
	text, err = r.masked("", text)
	if err != nil {
		return err
	}
	read := struct {
		Config   *config.Config
		Handlers map[string]map[string]config.Handler
	}{Config: &config.Config{}}
	if err := json.Unmarshal(text, &read); err != nil {
		return fmt.Errorf("the configuration cannot be recorded: %w", err)
	}
	r.out.Config, r.out.Handlers = read.Config, read.Handlers
	return nil
}

// Places returns the file, line and column of a place in the inputs.
type Places func(source.Ref) (file string, line, column int)

// Cluster makes the recorded cluster again. The Places are those of its steps.
func (r *Recording) Cluster() (*Cluster, Places, error) {
	c := *r.Config
	c.Oathkeeper.Handlers, c.Oathkeeper.Fallback = r.Handlers, r.Fallback
	docs := make([]*source.Document, len(r.Documents))
	number := map[*source.Document]int{}
	for i := range docs {
		docs[i] = &source.Document{File: &source.File{Name: r.Documents[i].File}}
		number[docs[i]] = i
	}
	ref := func(at recordedRef) source.Ref {
		if at.Document < 0 || at.Document >= len(docs) {
			return source.Ref{}
		}
		return source.Ref{Doc: docs[at.Document], Path: at.Path, Key: at.Key}
	}
	manifests := make([]simulate.Manifest, len(r.Manifests))
	for i := range manifests {
		m, err := r.Manifests[i].manifest(ref)
		if err != nil {
			return nil, nil, err
		}
		manifests[i] = m
	}
	out := Simulate(manifests, compile.Options{Config: &c})
	for _, f := range r.Refused {
		out.refused = append(out.refused, refused{ref(f.At), f.Text, f.Hosts, f.Codes})
	}
	return out, func(at source.Ref) (string, int, int) {
		i, known := number[at.Doc]
		if !known {
			return "", 0, 0
		}
		line, column := r.Documents[i].place(at)
		return r.Documents[i].File, line, column
	}, nil
}

func (m *recordedManifest) manifest(ref func(recordedRef) source.Ref) (simulate.Manifest, error) {
	root := source.NodeOfText(string(m.Root))
	if root == nil {
		return simulate.Manifest{}, fmt.Errorf("the recorded %s %s cannot be read", m.Kind, m.Name)
	}
	out := simulate.ReadManifest(root, ref(m.Origin), m.Compiled, m.Namespace)
	out.APIVersion, out.Kind, out.Namespace, out.Name = m.APIVersion, m.Kind, m.Namespace, m.Name
	out.Native, out.Inside, out.Text = m.Native, m.Inside, m.Text
	for _, e := range m.Entries {
		out.Entries = append(out.Entries, ref(e))
	}
	if m.Instead != nil {
		out.Instead = simulate.Source{Origin: ref(m.Instead.Origin), Text: m.Instead.Text}
	}
	return out, nil
}

// place returns the line and the column of a place, or of the nearest one around it.
func (d *recordedDocument) place(at source.Ref) (line, column int) {
	for {
		if p, known := d.Places[spotOf(at)]; known {
			return p[0], p[1]
		}
		if at.Key {
			at.Key = false
			continue
		}
		if at.Path == "" {
			return 1, 1
		}
		at.Path = at.Path[:max(0, strings.LastIndexAny(at.Path, ".["))]
	}
}
