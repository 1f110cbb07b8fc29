package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	walkNode = regexp.MustCompile(`(n\w+)(?:\["([^"]+)"\])?`)
	walkLine = regexp.MustCompile(`(?m)^  (n\w+.* .*)$`)
)

// TestWalks holds the pictures of walks in architecture.md to the code: each function
// is there, and its body names the ones that its arrows lead to.
func TestWalks(t *testing.T) {
	_, section, _ := strings.Cut(string(read(t, "architecture.md")), "\n## Walks\n")
	section, _, _ = strings.Cut(section, "\n## ")
	pictures := strings.Split(section, "```mermaid")[1:]
	if len(pictures) != 4 {
		t.Fatalf("architecture.md has %d pictures of walks", len(pictures))
	}
	functions := map[string]map[string]map[string]bool{}
	arrows := 0
	for _, picture := range pictures {
		labels := map[string]string{}
		for _, line := range walkLine.FindAllStringSubmatch(picture, -1) {
			from := ""
			for _, node := range walkNode.FindAllStringSubmatch(line[1], -1) {
				if node[2] != "" {
					labels[node[1]] = node[2]
				}
				to := labels[node[1]]
				folder, name, ok := strings.Cut(to, ": ")
				if !ok {
					t.Fatalf("%q: node %s has no label of the form \"FOLDER: NAME\"", line[0], node[1])
				}
				if functions[folder] == nil {
					functions[folder] = functionsOf(t, folder)
				}
				if functions[folder][name] == nil {
					t.Errorf("there is no function %s in %s", name, folder)
				}
				if from != "" {
					arrows++
					callerFolder, caller, _ := strings.Cut(from, ": ")
					if called := name[strings.LastIndexByte(name, '.')+1:]; !functions[callerFolder][caller][strings.ToLower(called)] {
						t.Errorf("%s of %s does not call %s", caller, callerFolder, called)
					}
				}
				from = to
			}
		}
	}
	if arrows < 40 {
		t.Errorf("the walks have %d arrows", arrows)
	}
}

// functionsOf returns the functions and methods of a package, each with the names in
// its body in lower case: an emitter's Check is called by the field check.
func functionsOf(t *testing.T, folder string) map[string]map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", folder, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no files in %s: %v", folder, err)
	}
	out := map[string]map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			names := map[string]bool{}
			ast.Inspect(f.Body, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					names[strings.ToLower(id.Name)] = true
				}
				return true
			})
			out[receiverOf(f)+f.Name.Name] = names
		}
	}
	return out
}

// receiverOf returns "TYPE." for a method, "" for a function.
func receiverOf(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	kind := f.Recv.List[0].Type
	if p, ok := kind.(*ast.StarExpr); ok {
		kind = p.X
	}
	if id, ok := kind.(*ast.Ident); ok {
		return id.Name + "."
	}
	return ""
}
