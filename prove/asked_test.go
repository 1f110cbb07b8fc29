package prove

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
)

// TestFilesAreNotPassedOver holds mayBeAsked to what is read of a file: one
// that it passes over has nothing that engines read.
func TestFilesAreNotPassedOver(t *testing.T) {
	for _, root := range []string{"..", "../../shared/corpus", "../../shared/conformance"} {
		_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !source.IsManifestName(path) {
				return nil
			}
			if text, err := os.ReadFile(path); err == nil && len(text) < 1<<18 {
				passedOver(t, path, text)
			}
			return nil
		})
	}
	for _, kind := range append([]string{"ConfigMap"}, simulated...) {
		for _, spelt := range []string{
			kind, `"` + kind + `"`, "'" + kind + "'", "&a " + kind, "!!str " + kind, "|-\n  " + kind,
			`"\u00` + hexOf(kind[0]) + kind[1:] + `"`, `"\x` + hexOf(kind[0]) + kind[1:] + `"`, "\"" + kind[:1] + "\\\n  " + kind[1:] + `"`,
		} {
			text := "apiVersion: a/v1\nkind: " + spelt + "\nmetadata: {name: istio}\n"
			if !mayBeAsked([]byte(text)) {
				t.Errorf("%q is passed over", text)
			}
			if passedOver(t, "spelt", []byte(text)) {
				t.Errorf("nothing is read of %q", text)
			}
		}
	}
	for _, text := range []string{"kind: APIRule\nspec:\n  service: {name: a}\n  gateway: b\n", "kind: Kustomization\n"} {
		if mayBeAsked([]byte(text)) {
			t.Errorf("%q is not passed over", text)
		}
	}
}

// passedOver reports whether nothing is read of a text.
func passedOver(t *testing.T, name string, text []byte) bool {
	t.Helper()
	f, problem := source.NewFile(name, text)
	if problem != nil {
		return true
	}
	docs, _ := source.Split(f)
	n := 0
	for _, d := range docs {
		read := readManifests([]*source.Document{d}, "default")
		if n += len(read); len(read) > 0 && (!mayBeAsked(text) || !mayBeAsked(d.Text())) {
			t.Errorf("%s: passed over, and engines read %d objects of it", name, len(read))
		}
	}
	return n == 0
}

func hexOf(c byte) string {
	const digits = "0123456789abcdef"
	return strings.Join([]string{digits[c>>4 : c>>4+1], digits[c&15 : c&15+1]}, "")
}

func TestWhatIsLiveIsFoundHoweverItIsWritten(t *testing.T) {
	for text, want := range map[string]bool{
		"kind: APIRule\nspec: {}\n":                                                           false,
		"kind: APIRule\nmetadata: {name: a}\n# status\n":                                      false,
		"kind: APIRule\nstatus: {}\n":                                                         true,
		"kind: APIRule\nmetadata: {uid: x}\n":                                                 true,
		"kind: APIRule\nmetadata: {'resourceVersion': '1'}\n":                                 true,
		"kind: APIRule\n\"st\\x61tus\": {}\n":                                                 true,
		"kind: APIRule\n? \"sta\\\n  tus\"\n: {}\n":                                           true,
		"kind: APIRule\nmetadata:\n  <<: {uid: x}\n":                                          true,
		"kind: APIRule\nmetadata:\n  labels: {a: &k uid}\n  *k : x\n":                         true,
		"kind: APIRule\nmetadata: {name: a, \"\\u0075id\": x}\nspec: {host: a.example.com}\n": true,
	} {
		docs, _ := source.Split(&source.File{Name: "a.yaml", Data: []byte(text)})
		if got := isLive(docs[0]); got != want {
			t.Errorf("live: %t, want %t\n%s", got, want, text)
		}
	}
}
