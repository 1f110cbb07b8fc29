package release

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sameBytes compares every program, archive, package and document of two
// releases.
func sameBytes(t *testing.T, first, second release) {
	t.Helper()
	want, got := first.sums(t), second.sums(t)
	if len(want) < 6+6+6+6+1 {
		t.Errorf("only %d files are compared", len(want))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the same commit gave other bytes (-first +second):\n%s", diff)
	}
}

// sums returns the hashes of all files under dist that are not goreleaser's own
// notes.
func (r release) sums(t *testing.T) map[string]string {
	t.Helper()
	dist := filepath.Join(r.dir, "dist")
	sums := map[string]string{}
	err := filepath.WalkDir(dist, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch name, _ := filepath.Rel(dist, path); name {
		case "artifacts.json", "metadata.json", "config.yaml":
		default:
			sums[name] = sum(t, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

func sum(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

// checksums compares checksums.txt with the files: all that a release uploads.
func checksums(t *testing.T, r release) {
	list, err := os.ReadFile(filepath.Join(r.dir, "dist", "checksums.txt"))
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for line := range strings.Lines(string(list)) {
		if f := strings.Fields(line); len(f) == 2 {
			listed[f[1]] = f[0]
		}
	}
	want := map[string]string{}
	for kind, n := range map[string]int{"Archive": 6, "Linux Package": 6, "SBOM": 6} {
		for _, a := range r.of(t, kind, "", n) {
			want[a.Name] = sum(t, a.Path)
		}
	}
	if diff := cmp.Diff(want, listed); diff != "" {
		t.Errorf("-files +listed:\n%s", diff)
	}
}
