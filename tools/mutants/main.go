// Command mutants changes packages in small ways, one at a time, runs their own
// tests, and lists the changes that no test sees.
//
//	mutants [-budget N] [-seed N] ROOT PACKAGE...
//
// A mutant is a condition negated, "&&" and "||" or "==" and "!=" exchanged, a
// returned true or false exchanged, or an assignment left out. Files are not
// touched: go test reads the mutant through an overlay. The same seed and budget
// pick the same mutants. Exit: 0 none survives, 1 some do, 2 something failed.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// mutant replaces the bytes from start to end of a file.
type mutant struct {
	file, what string
	line       int
	start, end int
	text       string
	pkg        string
}

func main() {
	budget := flag.Int("budget", 40, "how many mutants are tried, of all packages together")
	seed := flag.Uint64("seed", 1, "which ones are picked")
	flag.Parse()
	if flag.NArg() < 2 {
		fail("usage: mutants [-budget N] [-seed N] ROOT PACKAGE...")
	}
	root, err := filepath.Abs(flag.Arg(0))
	if err != nil {
		fail(err)
	}
	var picked []mutant
	random := rand.New(rand.NewPCG(*seed, 0))
	for i, pkg := range flag.Args()[1:] {
		all, err := mutants(root, pkg)
		if err != nil {
			fail(err)
		}
		random.Shuffle(len(all), func(a, b int) { all[a], all[b] = all[b], all[a] })
		share := (*budget + i) / (flag.NArg() - 1)
		picked = append(picked, all[:min(share, len(all))]...)
	}
	survivors := 0
	for _, m := range picked {
		died, err := m.dies(root)
		if err != nil {
			fail(err)
		}
		if !died {
			survivors++
			fmt.Printf("%s:%d: survives: %s\n", m.file, m.line, m.what)
		}
	}
	fmt.Printf("%d mutants, %d survive\n", len(picked), survivors)
	if survivors > 0 {
		os.Exit(1)
	}
}

func fail(what any) {
	fmt.Fprintln(os.Stderr, "mutants:", what)
	os.Exit(2)
}

// mutants lists those of a package, in the order of its files.
func mutants(root, pkg string) ([]mutant, error) {
	files, err := filepath.Glob(filepath.Join(root, pkg, "*.go"))
	if err != nil {
		return nil, err
	}
	var out []mutant
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, file, data, 0)
		if err != nil {
			return nil, err
		}
		name, _ := filepath.Rel(root, file)
		w := walker{set: set, data: data, mutant: mutant{file: name, pkg: "./" + pkg}}
		ast.Inspect(tree, w.node)
		out = append(out, w.found...)
	}
	return out, nil
}

// walker collects the mutants of one file.
type walker struct {
	set    *token.FileSet
	data   []byte
	mutant mutant
	found  []mutant
}

func (w *walker) add(from, to token.Pos, text, what string) {
	m := w.mutant
	m.start, m.end, m.line = w.set.Position(from).Offset, w.set.Position(to).Offset, w.set.Position(from).Line
	m.text, m.what = text, what
	w.found = append(w.found, m)
}

var exchanged = map[token.Token]string{token.LAND: "||", token.LOR: "&&", token.EQL: "!=", token.NEQ: "=="}

func (w *walker) node(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.IfStmt:
		cond := string(w.data[w.set.Position(n.Cond.Pos()).Offset:w.set.Position(n.Cond.End()).Offset])
		w.add(n.Cond.Pos(), n.Cond.End(), "!("+cond+")", "if "+cond+" is negated")
	case *ast.BinaryExpr:
		if other := exchanged[n.Op]; other != "" {
			w.add(n.OpPos, n.OpPos+token.Pos(len(n.Op.String())), other, n.Op.String()+" becomes "+other)
		}
	case *ast.ReturnStmt:
		for _, r := range n.Results {
			if id, ok := r.(*ast.Ident); ok && (id.Name == "true" || id.Name == "false") {
				other := map[string]string{"true": "false", "false": "true"}[id.Name]
				w.add(id.Pos(), id.End(), other, "return "+id.Name+" becomes "+other)
			}
		}
	case *ast.AssignStmt:
		if id, ok := n.Rhs[0].(*ast.Ident); ok && n.Tok == token.ASSIGN && (id.Name == "true" || id.Name == "false") {
			w.add(n.Pos(), n.End(), "", "an assignment of "+id.Name+" is left out")
		}
	}
	return true
}

// dies reports whether a test of the mutant's own package fails. A mutant that
// does not compile dies too.
func (m *mutant) dies(root string) (bool, error) {
	dir, err := os.MkdirTemp("", "mutant")
	if err != nil {
		return false, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(root, m.file)
	data, err := os.ReadFile(file)
	if err != nil {
		return false, err
	}
	changed := filepath.Join(dir, "mutant.go")
	if err := os.WriteFile(changed, []byte(string(data[:m.start])+m.text+string(data[m.end:])), 0o600); err != nil {
		return false, err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {file: changed}})
	if err != nil {
		return false, err
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, overlay, 0o600); err != nil {
		return false, err
	}
	cmd := exec.Command("go", "test", "-overlay", list, "-timeout", "5m", m.pkg)
	cmd.Dir = root
	return cmd.Run() != nil, nil
}
