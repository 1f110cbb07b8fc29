// Package kgw_test holds the packages to their places: what of other modules they
// may import, and what each must say of itself.
package kgw_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/kgw-dev/kgw"

// pkg is a package as go list describes it, its own name and its imports from
// this module without the module's path.
type pkg struct {
	ImportPath, Name, Doc string
	GoFiles, Imports      []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Name,Doc,GoFiles,Imports", "./...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		if len(p.GoFiles) == 0 {
			continue // tests only
		}
		p.ImportPath = own(p.ImportPath)
		for i := range p.Imports {
			p.Imports[i] = own(p.Imports[i])
		}
		list = append(list, p)
	}
}

func own(importPath string) string {
	if importPath == module {
		return "."
	}
	return strings.TrimPrefix(importPath, module+"/")
}

// below reports whether a package is one of the folders or is below one.
func below(importPath string, folders ...string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return importPath == f || strings.HasPrefix(importPath, f+"/") })
}

// outside lists who may import what is not of this module.
var outside = map[string][]string{
	"github.com/spf13/cobra":                                {"cmd"},
	"github.com/spf13/pflag":                                {"cmd", "internal/cluster"},
	"github.com/getkin/kin-openapi":                         {"openapi"},
	"github.com/fsnotify/fsnotify":                          {"cmd"},
	"golang.org/x/term":                                     {"cmd"},
	"golang.org/x/sys":                                      {"internal/renderdir"},
	"github.com/xeipuuv/gojsonschema":                       {"schema"},
	"go.yaml.in/yaml/v3":                                    {"internal/source", "internal/blockyaml", "internal/shape", "internal/edit", "internal/krm", "internal/secret", "why"},
	"github.com/bmatcuk/doublestar/v4":                      {"internal/source", "internal/config"},
	"github.com/go-git/go-git/v5/plumbing/format/gitignore": {"internal/source"},
	"k8s.io/":               {"internal/cluster"},
	"sigs.k8s.io/kustomize": {"internal/krm", "cmd"},
	"istio.io/api":          {},
	"gopkg.in/yaml":         {},
}

// invariants are imports that no table may allow. All others are those of the
// table in docs/architecture.md, to which TestArrows of docs holds packages.
var invariants = []struct {
	from, to []string // folders
	why      string
}{
	{[]string{"compile"}, []string{"simulate", "prove", "migrate"}, "the compiler knows no simulator"},
	{[]string{"simulate"}, []string{"schema", "internal/ir"}, "a simulator knows no input dialect: it reads manifests only"},
}

// forbidden returns why package p may not import q, whatever the table says, or "".
func forbidden(p, q string) string {
	for _, i := range invariants {
		if below(p, i.from...) && below(q, i.to...) {
			return i.why
		}
	}
	for prefix, importers := range outside {
		if strings.HasPrefix(q, prefix) && !below(p, importers...) {
			return "only these may: " + strings.Join(importers, ", ")
		}
	}
	if below(p, "internal/match", "internal/pathlang", "internal/automata") && strings.Contains(strings.Split(q, "/")[0], ".") {
		return "it needs the standard library only"
	}
	return ""
}

// TestForbiddenImports holds imports to what the table of packages cannot say.
func TestForbiddenImports(t *testing.T) {
	list := packages(t)
	if len(list) < 15 {
		t.Fatalf("go list gives %d packages", len(list))
	}
	for _, p := range list {
		for _, q := range p.Imports {
			if why := forbidden(p.ImportPath, q); why != "" {
				t.Errorf("%s imports %s: %s", p.ImportPath, q, why)
			}
		}
	}
}

// TestForbidden holds that forbidden tells imports apart.
func TestForbidden(t *testing.T) {
	for arrow, want := range map[string]bool{
		"compile/rule simulate/oathkeeper":             true,
		"compile simulate":                             true,
		"compile prove/classes":                        true,
		"compile compile/virtualservice":               false,
		"simulate/envoy schema/kube":                   true,
		"simulate/envoy internal/ir":                   true,
		"simulate/envoy simulate":                      false,
		"prove simulate/envoy":                         false,
		"internal/cluster k8s.io/client-go/rest":       false,
		"compare k8s.io/client-go/rest":                true,
		"internal/match github.com/dlclark/regexp2":    true,
		"internal/match regexp/syntax":                 false,
		"internal/source github.com/spf13/cobra":       true,
		"cmd/kgw github.com/spf13/cobra":               false,
		"internal/manifest istio.io/api/networking/v1": true,
	} {
		p, q, _ := strings.Cut(arrow, " ")
		if got := forbidden(p, q); (got != "") != want {
			t.Errorf("%s: forbidden %q, want %v", arrow, got, want)
		}
	}
}

// TestPackages holds names and comments: a package says what it is, and is not
// named after what it is made of.
func TestPackages(t *testing.T) {
	for _, p := range packages(t) {
		if p.Doc == "" {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
		if p.Name != "main" && p.Name != path.Base(p.ImportPath) {
			t.Errorf("%s has the name %s", p.ImportPath, p.Name)
		}
		if slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "types", "misc", "shared", "base", "core", "lib"}, p.Name) {
			t.Errorf("%s: the name says nothing", p.ImportPath)
		}
	}
}
