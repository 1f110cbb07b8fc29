package docs_test

import (
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/kgw-dev/kgw/"

// row is a line of the table of packages.
type row struct {
	pattern string // of path.Match
	may     []string
	used    bool
}

var (
	tableRow    = regexp.MustCompile("(?m)^\\| `([a-z0-9/<>]+)` \\| [^|]+ \\| ([^|]+) \\|$")
	placeholder = regexp.MustCompile(`<\w+>`)
	quoted      = regexp.MustCompile("`([^`]+)`")
)

// TestArrows holds the table of packages in architecture.md to what the
// packages import.
func TestArrows(t *testing.T) {
	rows := packageTable(t)
	for pkg, imports := range packages(t) {
		r := rowOf(rows, pkg)
		if r == nil {
			t.Errorf("architecture.md has no row for %s", pkg)
			continue
		}
		r.used = true
		for _, i := range imports {
			if !r.allows(i) {
				t.Errorf("%s imports %s, which its row in architecture.md does not allow", pkg, i)
			}
		}
	}
	for _, r := range rows {
		if !r.used {
			t.Errorf("architecture.md has a row for %s, and there is no such package", r.pattern)
		}
	}
}

func packageTable(t *testing.T) []*row {
	t.Helper()
	_, section, _ := strings.Cut(string(read(t, "architecture.md")), "\n## Packages\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var rows []*row
	for _, m := range tableRow.FindAllStringSubmatch(section, -1) {
		r := &row{pattern: placeholder.ReplaceAllString(m[1], "*")}
		for _, q := range quoted.FindAllStringSubmatch(m[2], -1) {
			r.may = append(r.may, q[1])
		}
		if strings.HasPrefix(m[2], "everything") {
			r.may = []string{"*", "*/*", "*/*/*"}
		}
		rows = append(rows, r)
	}
	if len(rows) == 0 {
		t.Fatal("architecture.md has no table of packages")
	}
	return rows
}

// rowOf finds the row of a package: its own, or the one with a placeholder.
func rowOf(rows []*row, pkg string) *row {
	for _, exact := range []bool{true, false} {
		for _, r := range rows {
			if r.pattern == pkg || !exact && matches(r.pattern, pkg) {
				return r
			}
		}
	}
	return nil
}

func (r *row) allows(pkg string) bool {
	return slices.ContainsFunc(r.may, func(m string) bool {
		return pkg == "internal/"+m || matches(m, pkg) || m == "schema/*" && strings.HasPrefix(pkg, "schema/")
	}) && !strings.HasPrefix(pkg, "cmd/")
}

func matches(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return err == nil && ok
}

// packages lists the packages that have code, with what they import of this
// module.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-f", `{{if .GoFiles}}{{.ImportPath}} {{join .Imports " "}}{{end}}`, "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := map[string][]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		fields := strings.Fields(line)
		pkg := strings.TrimPrefix(fields[0], module)
		all[pkg] = nil
		for _, i := range fields[1:] {
			if own, ok := strings.CutPrefix(i, module); ok {
				all[pkg] = append(all[pkg], own)
			}
		}
	}
	return all
}
