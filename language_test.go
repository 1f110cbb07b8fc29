package kgw_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// foreign are turns of phrase that a reader stumbles over, with what to write
// instead. In comments and in texts for users all are refused.
var foreign = []struct {
	phrase *regexp.Regexp
	remedy string
}{
	{regexp.MustCompile(`\btells whether\b`), "reports whether"},
	{regexp.MustCompile(`\bstands? for\b`), "is, means, represents, replaces or matches"},
	{regexp.MustCompile(`\bgives? back\b`), "returns"},
	{regexp.MustCompile(`\b(route|rule|policy|set|pattern|entry|gateway)s? takes? (it|a|an|the|one|all|no|some|every|requests?|paths?)\b`), "matches"},
	{regexp.MustCompile(`^\w+ says (what|why|which|how)\b`), "returns, reports or names"},
	{regexp.MustCompile(`^\w+ tells (what|why|which|how)\b`), "returns, reports or names"},
	{regexp.MustCompile(`\btaken for\b`), "read as, or counts as"},
	{regexp.MustCompile(`\bin the place of (a|an)\b`), "instead of"},
}

// foreignInMarkdown are turns of phrase that only pages are held to: in code the
// words have other meanings too.
var foreignInMarkdown = []struct {
	phrase *regexp.Regexp
	remedy string
}{
	{regexp.MustCompile(`\bstands?\b[^-]`), "is, means, represents, replaces or matches"},
	{regexp.MustCompile(`\btells (why|what|which|how)\b`), "reports, returns or names"},
	{regexp.MustCompile(`\btakes? (every|any) (request|path|method|host)s?\b`), "matches"},
	{regexp.MustCompile(`\btakes? (the|a) loss\b`), "accept"},
}

// isNo finds "X is no Y", which is written "X is not a Y"; "there is no Y" is not.
var isNo = regexp.MustCompile(`(\w+) (?:is|are) no (\w+)`)

// faults returns the turns of phrase in a text that are refused, each with its remedy.
func faults(text string) []string {
	text = strings.Join(strings.Fields(text), " ")
	var found []string
	for _, f := range foreign {
		if hit := f.phrase.FindString(text); hit != "" {
			found = append(found, hit+": write "+f.remedy)
		}
	}
	for _, m := range isNo.FindAllStringSubmatch(text, -1) {
		if !slices.Contains([]string{"there", "There", "where"}, m[1]) && !slices.Contains([]string{"longer", "more", "such"}, m[2]) {
			found = append(found, m[0]+": write is not")
		}
	}
	return found
}

// TestLanguage reads every comment, and every text that is not a test's: see
// foreign.
func TestLanguage(t *testing.T) {
	files := token.NewFileSet()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules"):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(name) != ".go" || name == "language_test.go":
			return nil
		}
		file, err := parser.ParseFile(files, name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		for _, group := range file.Comments {
			for _, fault := range faults(group.Text()) {
				t.Errorf("%s: %s", files.Position(group.Pos()), fault)
			}
		}
		if strings.HasSuffix(name, "_test.go") {
			return nil
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
				for _, fault := range faults(text.Value) {
					t.Errorf("%s: %s", files.Position(text.Pos()), fault)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// prose returns a page without its blocks and spans of code; of the change log,
// only what is not released.
func prose(page string) string {
	if i := strings.Index(page, "## [Unreleased]"); i >= 0 {
		page = page[i+3:]
		if end := strings.Index(page, "\n## ["); end >= 0 {
			page = page[:end]
		}
	}
	return code.ReplaceAllString(page, "CODE")
}

var code = regexp.MustCompile("(?ms)^ *```.*?^ *```|`[^`\n]*`")

// TestMarkdown reads every page; what is generated is read where it is written.
func TestMarkdown(t *testing.T) {
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (name != "." && strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules" || filepath.ToSlash(name) == "docs/rules"):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(name) != ".md":
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		page := prose(string(text))
		for _, fault := range faults(page) {
			t.Errorf("%s: %s", name, fault)
		}
		page = strings.Join(strings.Fields(page), " ")
		for _, f := range foreignInMarkdown {
			if hit := f.phrase.FindString(page); hit != "" {
				t.Errorf("%s: %s: write %s", name, hit, f.remedy)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestProse holds what is read of a page to an example.
func TestProse(t *testing.T) {
	got := prose("# Log\n\n## [Unreleased]\n\nA `stands` b.\n\n```\nstands\n```\n\n## [1.0]\n\nstands\n")
	if want := "[Unreleased]\n\nA CODE b.\n\nCODE\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestFaults holds the search to examples, so that it cannot find nothing.
func TestFaults(t *testing.T) {
	for text, want := range map[string]int{
		"isOpen tells whether a rule\nis open":        1,
		"a route takes the request":                   1,
		"the path is no pattern, and stands for many": 2,
		"there is no route, and it is no longer open": 0,
		"fault says why Istio refuses a host":         1,
		"match reports whether a route matches a URL": 0,
	} {
		if got := faults(text); len(got) != want {
			t.Errorf("%q: %d faults, want %d: %v", text, len(got), want, got)
		}
	}
}
