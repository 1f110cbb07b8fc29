package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSecurityNamesTests holds the table of promises to the tests that there
// are: each promise has one, and each name is of a test of this repository.
func TestSecurityNamesTests(t *testing.T) {
	text, err := os.ReadFile("security.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(text), "## Promises")
	table, _, ended := strings.Cut(table, "\n## ")
	if !ok || !ended {
		t.Fatal("security.md has no table of promises")
	}
	known := testNames(t)
	promises := 0
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) < 4 || strings.HasPrefix(cells[1], "---") || strings.TrimSpace(cells[1]) == "to" {
			continue
		}
		promises++
		names := testName.FindAllString(cells[len(cells)-2], -1)
		if len(names) == 0 {
			t.Errorf("no test holds the promise: %s", line)
		}
		for _, name := range names {
			if !known[name] {
				t.Errorf("there is no test %s", name)
			}
		}
	}
	if promises < 2 {
		t.Errorf("%d promises", promises)
	}
}

var (
	testName = regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w*`)
	testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Z]\w*)\(`)
)

// testNames are those of all tests and fuzz targets below the root.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		data, err := os.ReadFile(name)
		for _, m := range testFunc.FindAllSubmatch(data, -1) {
			out[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
