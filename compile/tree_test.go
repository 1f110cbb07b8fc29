package compile

import (
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
)

// Nodes of a document are used again for the next one: what is read of it must
// hold none of them.
func TestUnitsHoldNoNodesThatAreUsedAgain(t *testing.T) {
	o := Options{}.WithDefaults()
	r := &run{options: &o, result: &Result{}, judge: match.NewJudge()}
	r.fillSettings()
	held, read := 0, 0
	for _, root := range []string{"..", "../../shared"} {
		for _, f := range yamlFiles(t, root) {
			docs, _ := source.Split(f)
			for _, doc := range docs {
				u := r.readDocument(doc)
				h := &holding{seen: map[uintptr]bool{}}
				h.look(reflect.ValueOf(u).Elem(), "unit")
				switch {
				case u.keepsTree() && h.path != "":
					held++
				case h.path != "":
					t.Errorf("%s: %s holds a node of %s", f.Name, h.path, doc.Kind)
				case u.gateway != nil || u.companion != nil || u.beside != nil:
					read++
				}
			}
		}
	}
	if held < 10 || read < 100 {
		t.Errorf("%d units hold nodes and %d hold none: too few to say anything", held, read)
	}
}

func yamlFiles(t *testing.T, root string) []*source.File {
	t.Helper()
	var out []*source.File
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && source.IsManifestName(path) {
			data, err := os.ReadFile(path)
			if err == nil && len(data) < 1<<20 {
				out = append(out, &source.File{Name: path, Data: data})
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// holding looks for a node in all that a value reaches; path is where one is.
type holding struct {
	seen map[uintptr]bool
	path string
}

func (h *holding) look(v reflect.Value, path string) {
	if h.path != "" || strings.Count(path, ".") > 60 {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || h.seen[v.Pointer()] {
			return
		}
		h.seen[v.Pointer()] = true
		if v.Type() == reflect.TypeFor[*source.Node]() {
			h.path = path
			return
		}
		h.look(v.Elem(), path)
	case reflect.Interface:
		h.look(v.Elem(), path)
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			h.look(v.Index(i), path+"[]")
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			h.look(it.Value(), path+"{}")
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; path != "unit" || name != "kind" && name != "gone" { // tables
				h.look(v.Field(i), path+"."+name)
			}
		}
	default:
	}
}
