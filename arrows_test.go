// Package kgw_test holds the packages to their places: who may import whom,
// and what each must say of itself.
package kgw_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"regexp"
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

var version = regexp.MustCompile(`^v\d+((alpha|beta)\d+)?$`)

// forbidden returns why package p may not import q, or "".
func forbidden(p, q string) string {
	emitter := below(p, "compile") && p != "compile" && p != "compile/compiletest"
	switch {
	case below(q, "cmd"):
		return "nothing imports a command"
	case below(p, "internal") && below(q, "schema", "compile", "validate", "migrate", "prove"):
		return "internal packages know no stage"
	case below(p, "internal") && below(q, "simulate") && p != "internal/testfile" && p != "internal/recorded":
		return "internal packages know no stage"
	case below(p, "schema") && below(q, "compile", "validate", "migrate", "simulate", "prove"):
		return "inputs know no later stage"
	case below(p, "validate") && below(q, "schema", "compile", "migrate", "simulate", "prove"):
		return "validate works on the model"
	case below(p, "compile") && below(q, "simulate", "prove", "migrate"):
		return "the compiler knows no simulator"
	case below(p, "simulate") && below(q, "schema", "validate", "compile", "migrate", "prove", "internal/ir"):
		return "a simulator reads manifests only"
	case below(q, "openapi") && !below(p, "cmd", "workbench"), below(p, "openapi") && below(q, "compile", "validate", "migrate", "simulate", "prove"):
		return "descriptions of APIs are read by commands and the workbench, and know no later stage"
	case below(q, "workbench") && !below(p, "cmd"):
		return "the workbench is for front ends"
	case !below(p, "compare", "cmd") && below(q, "compare"):
		return "only commands compare states"
	case below(p, "migrate") && below(q, "compile", "simulate", "prove") && q != "compile/parentgateway":
		return "migrating needs no proof, and of what is compiled only Gateways"
	case emitter && below(q, "schema", "validate"):
		return "emitters know no input"
	case emitter && below(q, "compile") && !below(q, p) && q != "compile/envoy":
		return "emitters do not import each other"
	case below(p, "simulate") && p != "simulate" && below(q, "simulate") && q != "simulate":
		return "engines do not import each other"
	case below(p, "schema") && version.MatchString(path.Base(p)) && below(q, "schema") && version.MatchString(path.Base(q)):
		return "versions do not import each other"
	case below(p, "schema") && p != "schema" && q == "schema":
		return "the table of kinds imports the kinds"
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

func TestArrows(t *testing.T) {
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

func TestForbiddenArrows(t *testing.T) {
	for arrow, want := range map[string]bool{
		"schema/apirule/v1beta1 schema/apirule/v1alpha1": true,
		"schema/apirule/v2 schema/apirule/mesh":          false,
		"schema/apirule/v2 schema/fabric/v1":             true,
		"schema/apirule/v2 compile/virtualservice":       true,
		"schema/apirule schema":                          true,
		"compile/virtualservice compile/rule":            true,
		"compile/virtualservice compile":                 true,
		"compile/virtualservice compile/envoy":           false,
		"compile/envoy compile/virtualservice":           true,
		"compile/virtualservice schema/kube":             true,
		"compile/virtualservice internal/manifest":       false,
		"compile compile/virtualservice":                 false,
		"compile/rule simulate/oathkeeper":               true,
		"compile simulate":                               true,
		"simulate/envoy compile/virtualservice":          true,
		"simulate/envoy simulate/oathkeeper":             true,
		"simulate/envoy internal/ir":                     true,
		"simulate/envoy simulate":                        false,
		"prove simulate/envoy":                           false,
		"prove compile":                                  false,
		"internal/testfile simulate":                     false,
		"compare compile":                                false,
		"prove compare":                                  true,
		"workbench openapi":                              false,
		"workbench compare":                              true,
		"prove workbench":                                true,
		"internal/diag schema":                           true,
		"internal/explain compile":                       true,
		"internal/match github.com/dlclark/regexp2":      true,
		"internal/match regexp/syntax":                   false,
		"internal/source github.com/spf13/cobra":         true,
		"cmd/kgw github.com/spf13/cobra":                 false,
		"validate schema":                                true,
		"compile cmd/kgw":                                true,
		"internal/manifest istio.io/api/networking/v1":   true,
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
