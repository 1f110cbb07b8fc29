package release

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// packageManagers checks the formula for Homebrew and the manifest for Scoop:
// every archive is there with the sum that checksums.txt has of it.
func packageManagers(t *testing.T, r release) {
	dist := filepath.Join(r.dir, "dist")
	output(t, r.dir, "make", "package-manifests", "VERSION="+r.version)
	sums := map[string]string{}
	list, err := os.Open(filepath.Join(dist, "checksums.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	for lines := bufio.NewScanner(list); lines.Scan(); {
		if f := strings.Fields(lines.Text()); len(f) == 2 {
			sums[f[1]] = f[0]
		}
	}

	formula, err := os.ReadFile(filepath.Join(dist, "kgw.rb"))
	if err != nil {
		t.Fatal(err)
	}
	archives := regexp.MustCompile(`url "([^"]+)"\s+sha256 "([0-9a-f]{64})"`).FindAllStringSubmatch(string(formula), -1)
	if len(archives) != 4 || !strings.Contains(string(formula), `version "`+r.version+`"`) {
		t.Errorf("%d archives in the formula:\n%s", len(archives), formula)
	}
	for _, a := range archives {
		checkArchive(t, r, sums, a[1], a[2])
	}
	if ruby, err := exec.LookPath("ruby"); err == nil {
		output(t, dist, ruby, "-c", "kgw.rb")
	}

	text, err := os.ReadFile(filepath.Join(dist, "kgw.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Version, Bin string
		Architecture map[string]struct{ URL, Hash string }
	}
	if err := json.Unmarshal(text, &manifest); err != nil || manifest.Version != r.version || manifest.Bin != "kgw.exe" || len(manifest.Architecture) != 2 {
		t.Errorf("%v: %s", err, text)
	}
	for _, a := range manifest.Architecture {
		checkArchive(t, r, sums, a.URL, a.Hash)
	}
}

func checkArchive(t *testing.T, r release, sums map[string]string, url, sum string) {
	t.Helper()
	name := path.Base(url)
	if sums[name] != sum || !strings.Contains(url, "/v"+r.version+"/") {
		t.Errorf("%s has %s, and checksums.txt %q", url, sum, sums[name])
	}
}
