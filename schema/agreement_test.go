package schema_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
)

// one returns the only document of a text with its tree, or nil.
func one(text string) (*source.Document, *source.Node) {
	f, problem := source.NewFile("a.yaml", []byte(text))
	if problem != nil {
		return nil, nil
	}
	docs, _ := source.Split(f)
	if len(docs) != 1 {
		return nil, nil
	}
	root, _ := docs[0].Parse()
	return docs[0], root
}

// judge checks a document in both ways. It returns what the strict check
// found, and how the JSON Schema disagrees, or "".
func judge(t testing.TB, k *schema.Kind, doc *source.Document, root *source.Node) (diag.List, string) {
	t.Helper()
	v, err := k.Validator()
	if err != nil {
		t.Fatal(err)
	}
	found := k.Type.Check(root, source.Ref{Doc: doc})
	wrong := v.Validate(source.Value(root))
	switch {
	case len(found) > 0 && len(wrong) == 0:
		return found, "the schema accepts it, the decoder says " + found[0].At.Path + ": " + found[0].Message
	case len(found) == 0 && len(wrong) > 0:
		return found, "the decoder accepts it, the schema says " + strings.Join(wrong, "; ")
	}
	return found, ""
}

// Of every document that there is here, and where they are there of collections of
// real ones beside the repository, decoder and JSON Schema say the same.
func TestDecoderAndSchemaAgreeOnWhatThereIs(t *testing.T) {
	read, refused := 0, 0
	for _, top := range []string{"..", "../../shared"} {
		_ = filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !source.IsManifestName(path) && filepath.Ext(path) != ".txtar" {
				return nil
			}
			text, err := os.ReadFile(path)
			f, problem := source.NewFile(path, text)
			if err != nil || problem != nil {
				return nil
			}
			docs, _ := source.Split(f)
			for _, doc := range docs {
				resources, _ := doc.Resources()
				for _, one := range resources {
					k := schema.Find(one.APIVersion, one.Kind)
					root, _ := one.Parse()
					if k == nil || root == nil {
						continue
					}
					found, wrong := judge(t, k, one, root)
					if read++; len(found) > 0 {
						refused++
					}
					if wrong != "" {
						t.Errorf("%s:%d: %s", path, one.First(), wrong)
					}
				}
			}
			return nil
		})
	}
	t.Logf("%d documents, of which %d are refused", read, refused)
	if read < 100 || refused < 10 {
		t.Errorf("%d documents, of which %d are refused: too few to say anything", read, refused)
	}
}

func TestDecoderAndSchemaAcceptTheSame(t *testing.T) {
	for i := range schema.Kinds {
		k := &schema.Kinds[i]
		t.Run(k.Name(), func(t *testing.T) {
			m := newMutator(t, uint64(i))
			all := seeds(t, k)
			for _, seed := range all {
				if doc, root := one(seed); root != nil {
					if _, wrong := judge(t, k, doc, root); wrong != "" {
						t.Errorf("%s\n%s", wrong, seed)
					}
				}
			}
			accepted, refused, unread := 0, 0, 0
			for n := range 800 {
				text := m.mutated(all[n%len(all)])
				doc, root := one(text)
				if root == nil {
					unread++
					continue
				}
				found, wrong := judge(t, k, doc, root)
				if wrong != "" {
					t.Fatalf("%s\n%s", wrong, text)
				}
				if len(found) > 0 {
					refused++
				} else {
					accepted++
				}
				lifted(k, doc, root)
			}
			t.Logf("%d seeds; %d mutations accepted, %d refused, %d not read", len(all), accepted, refused, unread)
			if accepted < 50 || refused < 200 {
				t.Errorf("the mutations are lopsided: %d accepted, %d refused, %d not read", accepted, refused, unread)
			}
		})
	}
}

// lifted takes a document as far as the model in all settings.
func lifted(k *schema.Kind, doc *source.Document, root *source.Node) {
	r := k.Decode(doc, root)
	for _, s := range []*ir.Settings{{}, {Strict: true, DefaultDomain: "kyma.local"}, {IstioJWT: true}} {
		r.Check(s)
		r.Lift(s)
	}
}

// TestValidIsValid keeps the seeds of the mutations honest.
func TestValidIsValid(t *testing.T) {
	for i := range schema.Kinds {
		k := &schema.Kinds[i]
		doc, root := one(valid[k.Name()])
		if root == nil {
			t.Errorf("add a document of %s that uses every field to the table valid", k.Name())
			continue
		}
		if found, _ := judge(t, k, doc, root); len(found) > 0 {
			t.Errorf("%s: %s: %s", k.Name(), found[0].At.Path, found[0].Message)
		}
	}
}

func FuzzDecoderMatchesSchema(f *testing.F) {
	for i := range schema.Kinds {
		f.Add(uint8(i), []byte(valid[schema.Kinds[i].Name()]))
		m := newMutator(f, uint64(i))
		for range 20 {
			f.Add(uint8(i), []byte(m.mutated(valid[schema.Kinds[i].Name()])))
		}
	}
	f.Fuzz(func(t *testing.T, i uint8, text []byte) {
		k := &schema.Kinds[int(i)%len(schema.Kinds)]
		doc, root := one(string(text))
		if root == nil {
			return
		}
		if _, wrong := judge(t, k, doc, root); wrong != "" {
			t.Errorf("%s: %s", k.Name(), wrong)
		}
		lifted(k, doc, root)
	})
}
